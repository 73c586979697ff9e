"""The published event hashes, reproduced."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree

from countermark.ledger.eventhash import declared, event_hash, pre_hash

DATA = Path(os.environ.get("COUNTERMARK_CONFORMANCE_DATA", Path(__file__).parents[3] / "shared" / "data"))
VECTORS = DATA / "epcis" / "open" / "event-hash"
if not VECTORS.is_dir():
    pytest.skip(f"no conformance material in {VECTORS}", allow_module_level=True)

IGNORE = "https://repository-x.example.com/"
DOCUMENTS = sorted(path for path in (VECTORS / "examples").iterdir() if path.suffix in {".xml", ".jsonld"})
EQUALS = sorted((VECTORS / "expected_equal").iterdir())

Hashable = tuple[dict[str, Any], dict[str, str], list[str]]


def events(path: Path) -> Iterator[Hashable]:
    return xml_events(path) if path.suffix == ".xml" else json_events(path)


def json_events(path: Path) -> Iterator[Hashable]:
    document = json.loads(path.read_bytes())
    namespaces = declared(document["@context"])
    body = document["epcisBody"]
    holder = body.get("queryResults", {})
    field = next((f"{prefix}:ignoreFields" for prefix, uri in namespaces.items() if uri == IGNORE), "")
    ignore = document.get(field) or holder.get(field) or []
    for event in body.get("eventList") or holder.get("resultsBody", {}).get("eventList") or [body["event"]]:
        yield event, namespaces, ignore


def xml_events(path: Path) -> Iterator[Hashable]:
    root = ElementTree.parse(path).getroot()
    assert root is not None
    ignore = [field.tag for field in root.findall(f".//{{{IGNORE}}}ignoreFields/*")]
    found = root.find(".//EventList")
    assert found is not None
    for element in found:
        yield {"type": element.tag, **children(element)}, {}, ignore


PLURALS = {"quantityElement", "epc", "bizTransaction", "source", "destination", "sensorElement"}
WRAPPERS = {"extension", "baseExtension"}


def children(element: Element) -> dict[str, Any]:
    """The fields of an XML element in the shape of the JSON binding; extension names in {namespace}name form."""
    fields: dict[str, Any] = dict(element.attrib)
    for child in element:
        inner = children(child) if child.tag in WRAPPERS else {child.tag: value(child)}
        for key, one in inner.items():
            merge(fields, key, one)
    return fields


def merge(fields: dict[str, Any], key: str, one: Any) -> None:
    if key not in fields:
        fields[key] = one
    else:
        before = fields[key] if isinstance(fields[key], list) else [fields[key]]
        fields[key] = [*before, *(one if isinstance(one, list) else [one])]


def value(element: Element) -> Any:
    text = (element.text or "").strip()
    if len(element) and all(child.tag in PLURALS for child in element):
        return [value(child) for child in element]
    if element.tag.endswith("List") and not element.tag.startswith("{") and not len(element):
        return []
    if element.tag in {"bizTransaction", "source", "destination"}:
        return {**element.attrib, element.tag: text}
    if not len(element) and not element.attrib:
        return text
    return children(element) | ({"#text": text} if text else {})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_published_hash_is_reproduced(path: Path) -> None:
    expected = path.with_suffix(".hashes").read_text().split()
    assert [event_hash(*event) for event in events(path)] == expected


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.with_suffix(".prehashes").exists()], ids=lambda path: path.name
)
def test_a_published_pre_hash_is_reproduced(path: Path) -> None:
    expected = path.with_suffix(".prehashes").read_text().splitlines()
    assert [pre_hash(*event) for event in events(path)] == expected


@pytest.mark.parametrize("path", EQUALS, ids=lambda path: path.name)
def test_different_writings_of_one_event_hash_equal(path: Path) -> None:
    hashes = [event_hash(*event) for event in events(path)]
    assert len(hashes) > 1
    assert len(set(hashes)) == 1
