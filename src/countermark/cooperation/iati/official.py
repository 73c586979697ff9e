"""The official schema and code lists, where somebody has them in a folder: this program carries neither, and fetches nothing.

The folder holds what iatistandard.org publishes: `iati-activities-schema.xsd`, `iati-organisations-schema.xsd` with the files they
include, and code lists as XML, in any folders below it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from countermark.cooperation.iati.codes import OURS, Lists, official
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.shape import Xml
from countermark.marks.sentences import NotAllowed, Sentence

SCHEMAS = {"iati-activities": "iati-activities-schema.xsd", "iati-organisations": "iati-organisations-schema.xsd"}
MOST = 1000
"""Findings of the schema that are told of one file."""


@dataclass(frozen=True)
class Standard:
    """What is known of the standard: the code lists, and the schemas by the name of the root element."""

    lists: Lists = OURS
    schemas: tuple[tuple[str, etree.XMLSchema], ...] = ()


NONE = Standard()


def standard(folder: Path) -> Standard:
    """What a folder holds of the standard. Raises NotAllowed: no schema and no list there, or a schema that cannot be read."""
    try:
        schemas = tuple(
            (root, _schema(path)) for root, name in SCHEMAS.items() for path in sorted(folder.rglob(name))[:1]
        )
        lists = official(folder)
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        message = Sentence("the schema cannot be read: %(why)s", why=str(error)[:200])
        raise NotAllowed([message]) from error
    if not schemas and not lists.by_name:
        raise NotAllowed([Sentence("%(folder)s holds neither a schema nor a code list of IATI", folder=str(folder))])
    return Standard(lists, schemas)


def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False)))


def check(root: Xml, known: Standard) -> list[Finding] | None:
    """What the official schema says about a tree; None where it is not at hand."""
    schema = dict(known.schemas).get(str(root.tag))
    if schema is None:
        return None
    schema.validate(root)
    log: Any = schema.error_log
    return [
        Finding("schema", "error", "", "", entry.line, str(entry.path or ""), Sentence("%(why)s", why=entry.message))
        for entry in list(log)[:MOST]
    ]
