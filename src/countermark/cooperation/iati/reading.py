"""Reads IATI files from anybody: hardened, every refusal with its line, every version from 1.01 on."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Literal

from lxml import etree

from countermark.cooperation.iati import upgrade
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.model import ROOTS, VERSION, Activities, Activity, Organisation, Organisations
from countermark.cooperation.iati.shape import Problem, Xml, line_of, read
from countermark.marks.sentences import NotAllowed, Sentence

LARGEST = 40 * 1024 * 1024
"""Bytes of one file: what publishers are asked to keep to. Reading one takes about a gigabyte of memory."""


class Unreadable(NotAllowed):
    """A file that is no IATI file at all."""


def _refuse(message: Sentence) -> Unreadable:
    return Unreadable([message])


def parse(data: bytes) -> Xml:
    """The root of an XML document. Raises `Unreadable`: no XML, one with a DOCTYPE (entities), or too large.

    Nothing is fetched, no entity is resolved; libxml2 limits depth (256) and the length of a text (10 MB).
    """
    if len(data) > LARGEST:
        raise _refuse(Sentence("the file is larger than %(most)d MB", most=LARGEST // 2**20))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise _refuse(Sentence("line %(line)d: this is not XML: %(why)s", line=line, why=str(error)[:200])) from error
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise _refuse(
            Sentence("the file has a document type (DOCTYPE); IATI files have none, and entities are not read")
        )
    return root


@dataclass(frozen=True)
class Read:
    """A file that was read. `refused` are the lines of activities that have a value without a meaning: they are not in `document`."""

    document: Activities | Organisations
    version: str
    """As the file says; "" where it does not."""
    findings: tuple[Finding, ...]
    refused: tuple[int, ...]
    namespaces: tuple[tuple[str, str], ...]
    """Prefixes of the file, so that what others added is written back under the names they gave."""
    root: Xml
    """The tree as read (after an upgrade), for rules and schemas."""

    @property
    def activities(self) -> tuple[Activity, ...]:
        return self.document.items if isinstance(self.document, Activities) else ()

    @property
    def organisations(self) -> tuple[Organisation, ...]:
        return self.document.items if isinstance(self.document, Organisations) else ()


def load(data: bytes) -> Read:
    """Reads an activity or organisation file. Raises `Unreadable`; whatever is wrong inside it is a finding."""
    root = parse(data)
    if root.tag not in ROOTS:
        message = Sentence(
            "line %(line)d: <%(tag)s> begins no IATI file; expected iati-activities or iati-organisations",
            line=line_of(root),
            tag=str(root.tag)[:60],
        )
        raise _refuse(message)
    version = root.get("version", "").strip()
    findings = [*_version(root, version), *upgrade.apply(root, version)]
    items, found, refused = _items(root)
    head, problems = _head(root)
    findings += [*(_finding(one, "") for one in problems), *found]
    namespaces = tuple(sorted((prefix, uri) for prefix, uri in root.nsmap.items() if prefix))
    document = replace(head, items=items)  # type: ignore[arg-type]
    return Read(document, version, tuple(findings), refused, namespaces, root)


def _item_tag(root: Xml) -> str:
    return "iati-activity" if root.tag == "iati-activities" else "iati-organisation"


def _head(root: Xml) -> tuple[Activities | Organisations, list[Problem]]:
    """What the root says beside its items."""
    nsmap: Any = root.nsmap
    copied = etree.Element(root.tag, {str(name): str(text) for name, text in root.attrib.items()}, nsmap)
    copied.sourceline = root.sourceline
    copied.extend(deepcopy(one) for one in root.iterchildren(etree.Element) if one.tag != _item_tag(root))
    copied.set("version", VERSION)
    head, problems = read(ROOTS[str(root.tag)], copied)
    missing = root.find(_item_tag(root)) is None
    kept = [one for one in problems if one.path != str(root.tag) or _item_tag(root) not in one.message or missing]
    return head, kept


def _items(root: Xml) -> tuple[tuple[Activity | Organisation, ...], list[Finding], tuple[int, ...]]:
    cls: type[Activity | Organisation] = Activity if root.tag == "iati-activities" else Organisation
    items: list[Activity | Organisation] = []
    findings: list[Finding] = []
    refused: list[int] = []
    for element in root.iterchildren(_item_tag(root)):
        item, problems = read(cls, element)
        findings += [_finding(one, item.id) for one in problems]
        if any(one.unreadable for one in problems):
            refused.append(line_of(element))
        else:
            items.append(item)
    return tuple(items), findings, tuple(refused)


def _finding(problem: Problem, activity: str) -> Finding:
    kind: Literal["unreadable", "structure"] = "unreadable" if problem.unreadable else "structure"
    return Finding(kind, "error", "", activity, problem.line, problem.path, problem.message)


def _version(root: Xml, version: str) -> list[Finding]:
    line = line_of(root)
    if not version:
        message = Sentence("the file does not say its version; it is read as %(version)s", version=_guessed(root))
        return [Finding("structure", "error", "", "", line, str(root.tag), message)]
    if version not in upgrade.KNOWN:
        message = Sentence("version %(version)s is not known; the file is read as 2.03", version=version)
        return [Finding("structure", "error", "", "", line, str(root.tag), message)]
    return []


def _guessed(root: Xml) -> str:
    return "1.05" if upgrade.old(root, "") else VERSION
