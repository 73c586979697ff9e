"""Writes IATI 2.03: children in the order of the schema, what others added where the schema lets it stand, no contacts."""

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.model import ROOTS, VERSION, Activities, Activity, Organisations
from countermark.cooperation.iati.shape import Xml, write
from countermark.cooperation.iati.upgrade import OLD
from countermark.marks.sentences import Sentence


def without_contacts(document: Activities) -> tuple[Activities, list[Finding]]:
    """The document without the contacts in it, which are personal data, and what was left out."""
    found = [_withheld(one) for one in document.items if one.contacts]
    bare = tuple(replace(one, contacts=()) if one.contacts else one for one in document.items)
    return replace(document, items=bare), found


def _withheld(activity: Activity) -> Finding:
    message = Sentence("%(n)d contacts are personal data and left out", n=len(activity.contacts))
    return Finding("withheld", "note", "", activity.id, activity.contacts[0].line, "contact-info", message)


def dump(
    document: Activities | Organisations, *, namespaces: Sequence[tuple[str, str]] = (), contacts: bool = False
) -> bytes:
    """The document as a file, UTF-8. Contacts stand in it only if asked for (`contacts`)."""
    if isinstance(document, Activities) and not contacts:
        document, _ = without_contacts(document)
    tag = next(tag for tag, cls in ROOTS.items() if isinstance(document, cls))
    prefixes = {"iati1": OLD} | dict(namespaces)
    root = write(replace(document, version=VERSION), tag, prefixes)
    etree.cleanup_namespaces(root, top_nsmap=prefixes, keep_ns_prefixes=[prefix for prefix, _ in namespaces])
    _indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _indent(element: Xml, level: int = 0) -> None:
    """Puts each child on a line of its own; not where text stands beside children, and never inside what is others' own."""
    children = list(element)
    beside = [element.text, *(one.tail for one in children)]
    if not children or str(element.tag).startswith("{") or any((one or "").strip() for one in beside):
        return
    within, after = f"\n{'  ' * (level + 1)}", f"\n{'  ' * level}"
    element.text = within
    for child in children:
        _indent(child, level + 1)
        child.tail = within
    children[-1].tail = after
