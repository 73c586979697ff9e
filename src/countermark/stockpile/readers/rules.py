"""When the reads of a tag contradict what the register says. Pure: values in, alarms out; no database, no clock.

A tag is a hint, never an identity: an alarm asks somebody to look, and changes nothing of what the register says.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

Kind = Literal["two_places", "two_chips", "elsewhere", "without_weapon", "wanted"]
GONE = frozenset({"lost", "stolen", "destroyed", "exported"})
IN_STORE = "store"
"""The word of custody for a weapon that lies where it belongs."""
GRACE_MS = 600_000
"""For how long a tag may still be read after its weapon went out or came in: it passes the counter and the door."""

Purpose = Literal["store", "passage", "counter"]
"""What a reader watches: what lies in a store; what goes through a door; what is put on a counter."""


class Sighting(msgspec.Struct, frozen=True):
    """Reads of one tag by one reader; times in milliseconds since 1970."""

    tag: str
    tid: str
    reader: str
    place: str
    first: int
    last: int
    purpose: Purpose = "store"


class Bound(msgspec.Struct, frozen=True):
    """What the register says of a tag: its weapon, the chip it was bound with, and where that weapon is since when (ms).

    `custody` is empty for a weapon no store of this State holds; then its `place` is the last one told.
    """

    tag: str
    weapon: str
    tid: str = ""
    status: str = "active"
    place: str = ""
    custody: str = ""
    since: int = 0


class Alarm(msgspec.Struct, frozen=True):
    """A contradiction: of which tag and weapon, where and when (ms since 1970) it shows, read by which readers from which chips."""

    kind: Kind
    tag: str
    weapon: str
    places: tuple[str, ...]
    readers: tuple[str, ...]
    chips: tuple[str, ...]
    first: int
    last: int


Apart = Callable[[str, str], bool]
"""Whether two places are apart, so that nothing is at both: neither lies in the other, and they are not of one site."""


def alarms(bound: Bound, sightings: Iterable[Sighting], apart: Apart, travel_ms: int) -> list[Alarm]:
    """What a tag's sightings contradict, one alarm of a kind at most, whatever their order.

    `travel_ms` is how long it takes at least from one place to another that is apart from it.
    """
    seen = sorted((one for one in sightings if one.tag == bound.tag), key=_order)
    found = (
        _two_places(bound, seen, apart, travel_ms),
        _two_chips(bound, seen),
        _wanted(bound, seen),
        _elsewhere(bound, seen, apart),
        _without_weapon(bound, seen),
    )
    return [alarm for alarm in found if alarm is not None]


def _order(one: Sighting) -> tuple[int, int, str, str, str]:
    return (one.first, one.last, one.reader, one.place, one.tid)


def _two_places(bound: Bound, seen: Sequence[Sighting], apart: Apart, travel_ms: int) -> Alarm | None:
    """Compared with the last sighting at each place: who came too quickly from an earlier one came too quickly from that."""
    last: dict[str, Sighting] = {}
    found: list[Sighting] = []
    for one in seen:
        if not one.place:
            continue
        for other in last.values():
            if one.first - other.last < travel_ms and apart(one.place, other.place):
                found += (other, one)
        known = last.get(one.place)
        if known is None or known.last < one.last:
            last[one.place] = one
    return _alarm("two_places", bound, found) if found else None


def _two_chips(bound: Bound, seen: Sequence[Sighting]) -> Alarm | None:
    told = [one for one in seen if one.tid]
    chips = {one.tid for one in told} | ({bound.tid} if bound.tid else set())
    return _alarm("two_chips", bound, told, chips) if len(chips) > 1 else None


def _wanted(bound: Bound, seen: Sequence[Sighting]) -> Alarm | None:
    late = _after(bound, seen)
    return _alarm("wanted", bound, late) if bound.status in GONE and late else None


def _elsewhere(bound: Bound, seen: Sequence[Sighting], apart: Apart) -> Alarm | None:
    """A weapon that lies in one store and is read in another. One that is out may pass a door anywhere."""
    if bound.status in GONE or not bound.place or bound.custody not in ("", IN_STORE):
        return None
    away = [one for one in _after(bound, seen) if one.place and apart(one.place, bound.place)]
    return _alarm("elsewhere", bound, away) if away else None


def _without_weapon(bound: Bound, seen: Sequence[Sighting]) -> Alarm | None:
    """A weapon that is out, and whose tag is read among what lies in a store: it came back and nobody noted it, or only the tag is
    there.
    """
    if bound.status in GONE or bound.custody in ("", IN_STORE):
        return None
    inside = [one for one in _after(bound, seen) if one.purpose == "store"]
    return _alarm("without_weapon", bound, inside) if inside else None


def _after(bound: Bound, seen: Iterable[Sighting]) -> list[Sighting]:
    """What was seen well after the weapon was put where it is."""
    return [one for one in seen if one.last > bound.since + GRACE_MS]


def _alarm(kind: Kind, bound: Bound, seen: Sequence[Sighting], chips: Iterable[str] = ()) -> Alarm:
    return Alarm(
        kind,
        bound.tag,
        bound.weapon,
        tuple(sorted({one.place for one in seen if one.place})),
        tuple(sorted({one.reader for one in seen})),
        tuple(sorted({*chips, *(one.tid for one in seen if one.tid)})),
        min(one.first for one in seen),
        max(one.last for one in seen),
    )
