"""Files that somebody made worse: whatever they are, they are refused or read, never an error, and what was read writes and reads again."""

from contextlib import suppress
from datetime import UTC, datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from countermark.cooperation.iati import ruleset, taking
from countermark.cooperation.iati.model import Activities
from countermark.cooperation.iati.reading import Unreadable, load
from countermark.cooperation.iati.writing import dump
from tests.conftest import SCALE
from tests.cooperation.iati import strategies
from tests.cooperation.iati.test_reading import GOOD

NOW = datetime(2026, 11, 30, tzinfo=UTC)
FEW = settings(max_examples=min(40 * SCALE, 500))
STRANGE = (
    "",
    " ",
    "-1",
    "1e400",
    "NaN",
    "9" * 60,
    "2026-02-30",
    "0000-00-00",
    "\u202e",
    "é" * 50,
    "true",
    "<&>",
    "1 USD",
)
NAMES = (
    "narrative",
    "value",
    "title",
    "transaction",
    "{urn:x}y",
    "iati-identifier",
    "period-start",
    "sector",
    "location",
)


def worsened(root: etree._Element, random: Random) -> None:
    """Changes a tree in a few places: attributes, texts, names, order, what is there twice or not at all."""
    for _ in range(random.randint(1, 8)):
        element = random.choice([one for one in root.iter(etree.Element) if one is not root])
        match random.randint(0, 6):
            case 0:
                element.set(
                    random.choice(["code", "type", "iso-date", "percentage", "vocabulary", "x"]), random.choice(STRANGE)
                )
            case 1:
                element.text = random.choice(STRANGE)
            case 2:
                element.tag = random.choice(NAMES)
            case 3:
                element.attrib.clear()
            case 4:
                element.append(etree.Element(random.choice(NAMES)))
            case 5:
                element.addprevious(etree.fromstring(etree.tostring(element, with_tail=False)))
            case _:
                parent = element.getparent()
                if parent is not None and len(root) > 1:
                    parent.remove(element)


def bare(data: bytes) -> list[tuple[str, list[tuple[str, str]], str]]:
    """Every element with its attributes and text, in order."""
    found = etree.fromstring(data).iter(etree.Element)
    return [
        (str(one.tag), sorted((str(k), str(v)) for k, v in one.attrib.items()), (one.text or "").strip())
        for one in found
    ]


def judged(data: bytes) -> None:
    """What is done with any file, as far as no store is asked."""
    try:
        read = load(data)
    except Unreadable:
        return
    ruleset.check(read, NOW)
    for activity in read.activities:
        taking.suggest(activity)
    once = dump(read.document, namespaces=read.namespaces, contacts=True)
    again = load(once)
    assert bare(dump(again.document, namespaces=again.namespaces, contacts=True)) == bare(once)


@FEW
@given(st.integers(0, 2**32 - 1))
def test_a_worsened_file_is_read_or_refused_and_what_was_read_comes_back(seed: int) -> None:
    random = Random(seed)
    root = load(dump(strategies.portfolio(seed % 50) if seed % 2 else load(GOOD.encode()).document)).root
    worsened(root, random)
    root.set("version", random.choice(["2.03", "2.01", "1.05", "1.01", "", "9"]))
    judged(etree.tostring(root))


@FEW
@given(st.data())
def test_bytes_that_were_damaged_are_read_or_refused(data: st.DataObject) -> None:
    given_ = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        given_[data.draw(st.integers(0, len(given_) - 1))] = data.draw(st.integers(0, 255))
    judged(bytes(given_))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        load(data)


def test_other_encodings_are_read() -> None:
    text = GOOD.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>').replace(
        "Marking", "Marquage çà et là"
    )
    (activity,) = load(text.encode("utf-16")).activities
    assert activity.title
    assert activity.title.narratives[0].text == "Marquage çà et là"


def test_an_empty_document_is_a_document() -> None:
    assert load(b'<iati-activities version="2.03"/>').document == Activities()


def test_a_namespace_that_is_no_absolute_address_is_kept_as_it_is() -> None:
    read = load(GOOD.replace('"https://example.org/ns"', '"ns/ours"').encode())
    written = dump(read.document, namespaces=read.namespaces)
    assert b'xmlns:ex="ns/ours"' in written
    assert b'<ex:deep a="1">text</ex:deep>' in written
