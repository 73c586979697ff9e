"""Births by the ten thousand: the bytes and the eventID of each without building its body. Pure.

The births of one register differ in a few texts only. `bodies.birth`, `jcs` and `eventhash` are asked once what an entry looks
like around those texts; after that the texts are put in their places. `tests/register/test_moulds.py` holds both to be equal.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, TypeVar

import msgspec

from countermark.ledger import eventhash, jcs
from countermark.ledger.entry import event_id_of
from countermark.register import bodies
from countermark.register.files.weapons import Facts, MarkRow

T = TypeVar("T", str, bytes)


class Cast(NamedTuple):
    """One birth: its weapon's id, its eventID and the RFC 8785 bytes of its body."""

    weapon_id: str
    event_id: str
    body_json: bytes


def cast(source: str, ref: str, facts: Facts, marks: Sequence[MarkRow]) -> Cast:
    """What `bodies.birth` and `entry.event_id_of` make of a settled weapon of a file."""
    mould = _mould(source, facts)
    if mould is None:
        return _built(source, ref, facts, marks)
    weapon_id = bodies.weapon_id(source, ref)
    pressed = [_pressed(mark) for mark in marks]
    stated = pressed[0].json if len(pressed) == 1 else b",".join([one.json for one in pressed])
    before, after, to_marks, to_ref, end = mould.json
    tail = b"".join((after, weapon_id.encode(), to_marks, stated, to_ref, _json(ref), end))
    writing = "x" + sha256(before + tail).hexdigest()[:32]
    said = pressed[0].hashed if len(pressed) == 1 else "".join(sorted(one.hashed for one in pressed))
    start, to_said, to_reference, to_writing, rest = mould.hashed
    hashed = "".join((start, weapon_id, to_said, said, to_reference, _said(ref), to_writing, writing, rest))
    event_id = f"ni:///sha-256;{sha256(hashed.encode()).hexdigest()}?ver=CBV2.0"
    return Cast(weapon_id, event_id, b'%b"countermark:writing":"%b",%b' % (before, writing.encode(), tail))


class _Mould(NamedTuple):
    """What stands before, between and after the texts that are put in."""

    json: tuple[bytes, ...]
    hashed: tuple[str, ...]


_json: Callable[[str], bytes] = msgspec.json.Encoder().encode

# NUL stands in no text that is recorded, so these stand in no fact; `_told_apart` looks after how JSON writes them.
_EPC, _YEAR, _REF, _MARK, _WRITING = (f"\0{letter}\0" for letter in "eyrmw")
_PLACE = {"component": _MARK}
_ANY_YEAR = "2000"


@lru_cache(maxsize=8_192)
def _mould(source: str, facts: Facts) -> _Mould | None:
    """The mould of births with these facts; None where their own texts could be taken for a place."""
    year = facts.year
    if not year:
        return _of_any_year(source, facts)
    if len(year) != 4 or year[0] == "0" or not (year.isascii() and year.isdigit()):
        return None
    mould = _of_any_year(source, msgspec.structs.replace(facts, year=_ANY_YEAR))
    if mould is None:
        return None
    place, digits = _escaped(_YEAR), year.encode()
    return _Mould(
        tuple(piece.replace(place, digits) for piece in mould.json),
        tuple(piece.replace(_YEAR, year) for piece in mould.hashed),
    )


@lru_cache(maxsize=4_096)
def _of_any_year(source: str, facts: Facts) -> _Mould | None:
    if not _told_apart(source, *msgspec.structs.astuple(facts)):
        return None
    body = bodies.birth(source, _REF, msgspec.structs.asdict(facts), [_PLACE])
    body["epcList"] = [f"urn:uuid:{_EPC}"]
    body["countermark:writing"] = _WRITING
    if facts.year:
        body["eventTime"] = body["eventTime"].replace(_ANY_YEAR, _YEAR, 1)
        body["countermark:date"]["text"] = body["ilmd"]["countermark:year"] = _YEAR
    json = jcs.encode_plain(body)
    places = (
        b'"countermark:writing":"%b",' % _escaped(_WRITING),
        _escaped(_EPC),
        jcs.encode_plain(_PLACE),
        _quoted(_REF),
    )
    hashed = eventhash.pre_hash(body)
    return _Mould(tuple(_cut(json, places)), tuple(_cut(hashed, (_EPC, _segment(_PLACE), f"={_REF}", _WRITING))))


def _told_apart(*texts: str) -> bool:
    return not any("\0" in text or "\\" in text for text in texts)


def _cut(text: T, places: Sequence[T]) -> Iterator[T]:
    """What stands between the places, each of which occurs once and in this order."""
    for place in places:
        before, text = text.split(place)
        yield before
    yield text


def _escaped(place: str) -> bytes:
    return _quoted(place)[1:-1]


def _quoted(place: str) -> bytes:
    return _json(place)


class _Pressed(NamedTuple):
    """A mark as it stands in the body and in the text that the event hash is of."""

    json: bytes
    hashed: str


def _pressed(mark: MarkRow) -> _Pressed:
    text = mark.mark
    if not text or mark.inscription:
        return _general(mark)
    start, end, to_said, rest = _mark_mould(
        mark.component, mark.carrier, mark.role, mark.mark_kind, mark.mark_condition, mark.layer
    )
    return _Pressed(b"".join((start, _json(text), end)), f"{to_said}{_said(text)}{rest}")


@lru_cache(maxsize=1_024)
def _general(mark: MarkRow) -> _Pressed:
    fields = bodies.mark(msgspec.structs.asdict(mark))
    return _Pressed(jcs.encode_plain(fields), _segment(fields))


@lru_cache(maxsize=1_024)
def _mark_mould(
    component: str, carrier: str, role: str, mark_kind: str, condition: str, layer: str
) -> tuple[bytes, bytes, str, str]:
    general = _general(MarkRow(component, carrier, role, mark_kind, _MARK, "", condition, layer))
    start, end = _cut(general.json, (_quoted(_MARK),))
    to_said, rest = _cut(general.hashed, (f"={_MARK}",))
    return start, end, to_said, rest


def _segment(fields: bodies.Body) -> str:
    """What the pre-hash of a birth says of one mark."""
    return eventhash.pre_hash({"type": "", "ilmd": {"countermark:marks": [fields]}}).removeprefix("eventType=ilmd")


def _said(text: str) -> str:
    said = eventhash.hashed_text(text)
    return f"={said}" if said else ""


def _built(source: str, ref: str, facts: Facts, marks: Sequence[MarkRow]) -> Cast:
    stated = [bodies.mark(msgspec.structs.asdict(mark)) for mark in marks]
    body = bodies.birth(source, ref, msgspec.structs.asdict(facts), stated)
    return Cast(bodies.weapon_id(source, ref), event_id_of("event", body), jcs.encode_plain(body))
