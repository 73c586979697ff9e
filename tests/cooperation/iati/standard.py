"""The official material of IATI, where it is at hand beside the repository: tests that need it say so and are skipped without it."""

import os
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

OPEN = (
    Path(os.environ.get("COUNTERMARK_CONFORMANCE_DATA", Path(__file__).parents[4] / "shared" / "data"))
    / "iati"
    / "open"
)

needs_standard = pytest.mark.skipif(
    not OPEN.is_dir(), reason=f"the official IATI material is not at {OPEN} (COUNTERMARK_CONFORMANCE_DATA)"
)

PUBLISHED = ("usaid-bo.xml", "usaid-bb.xml", "worldbank-679.xml")


def published(name: str) -> bytes:
    return (OPEN / "published" / name).read_bytes()


@cache
def schema(kind: str = "activities") -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(OPEN / "xsd-2.03" / f"iati-{kind}-schema.xsd"))


def plain(data: bytes) -> bytes:
    """A document as exclusive canonical XML without comments and without space that no text has."""
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True))
    for element in root.iter(etree.Element):
        for part in ("text", "tail"):
            if not (getattr(element, part) or "").strip():
                setattr(element, part, None)
    return etree.tostring(root, method="c14n", exclusive=True)


def transactions(data: bytes) -> list[bytes]:
    """All transactions of a file with all their facts, each as canonical XML beside its activity, sorted."""
    root = etree.fromstring(plain(data))
    return sorted(
        (activity.findtext("iati-identifier") or "").encode() + etree.tostring(one, method="c14n", exclusive=True)
        for activity in root.iter("iati-activity")
        for one in activity.findall("transaction")
    )
