"""What the readers of a place saw since a count of it began, as lines of one's own sheet.

A tag is a hint: such lines are marked as a reader's (`how`), and before the count is closed a sample of what only readers saw is read by
eye (`queries.sample_of`). Only readers that watch a store count, not those of a passage: what went out through a gate is not there.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Sum

from countermark.accounts.queries import places_below
from countermark.ledger.services import Actor
from countermark.stockpile import acts
from countermark.stockpile.counting import queries, rules, services
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.counting.reading import Answer, Scan
from countermark.stockpile.models import Observation
from countermark.stockpile.readers import devices, observations
from countermark.stockpile.readers import queries as readers
from countermark.stockpile.readers.devices import Device
from countermark.stockpile.readers.reads import SLOT_MS


@dataclass(frozen=True)
class Taken:
    """What came of it: answers, one for each weapon that was not on the sheet yet; how many were on it; tags that are on no one weapon."""

    answers: tuple[Answer, ...]
    known: int
    strange: tuple[str, ...]


def readers_of(place: str) -> list[Device]:
    """The readers of this node that watch a store at a place or below it."""
    within = places_below(place)
    return [one for one in devices.devices() if one.place in within and one.purpose == "store"]


def take(key: str, number: str, *, by: Actor, now_ms: int | None = None) -> Taken:
    """Takes what the readers saw since the count was opened onto one's own sheet; said again, only what is new.

    A weapon seen by several readers is where it was read most often. Raises `Refused` for another's sheet, for the recount and the sample
    (which are read by eye), and where no reader of this node watches the place.
    """
    found = queries.counting(key)
    if found is None or found.subject.state != "open":
        raise acts.refuse("count", key, "the code of a count that is open", "unknown")
    if number not in {sheet.number for sheet in found.counters}:
        raise acts.refuse("sheet", number, "a sheet of a counter: differences and samples are read by eye", "by_eye")
    watching = {one.id: one.place for one in readers_of(found.place)}
    if not watching:
        raise acts.refuse("count", key, "a place watched by a reader of this node", "no_reader")
    seen = _seen(watching, found, observations.clock() if now_ms is None else now_ms)
    weapons = readers.weapons_of(seen)
    scans = _scans(seen, weapons)
    there = queries.weapons(f"{key}.{number}")
    fresh = [one for one in scans if one.text not in there]
    answers: list[Answer] = []
    for start in range(0, len(fresh), services.MOST_SCANS):
        answers += services.scan(key, number, fresh[start : start + services.MOST_SCANS], by=by)
    return Taken(tuple(answers), len(scans) - len(fresh), tuple(sorted(seen.keys() - weapons.keys())))


@dataclass(frozen=True)
class _Sighting:
    """Where a tag was read most often, how often there, and when last (ms since 1970)."""

    place: str
    reads: int
    last: int


def _seen(watching: dict[str, str], found: Counting, now_ms: int) -> dict[str, _Sighting]:
    """Tags that were read at least once since the count was opened."""
    first = int(dt.datetime.fromisoformat(found.subject.since).timestamp() * 1000)
    slots = (first // SLOT_MS, now_ms // SLOT_MS)
    rows = Observation.objects.filter(reader__in=list(watching), slot__range=slots, last__gte=first)
    best: dict[str, _Sighting] = {}
    for tag, reader, reads, last in rows.values_list("tag", "reader").annotate(n=Sum("reads"), at=Max("last")):
        one = _Sighting(watching[reader], reads, last)
        known = best.get(tag)
        if known is None or (one.reads, one.last, one.place) > (known.reads, known.last, known.place):
            best[tag] = one
    return best


def _scans(seen: dict[str, _Sighting], weapons: dict[str, str]) -> list[Scan]:
    """A scan for each weapon. Its id is the weapon's: a sheet has one line of readers for a weapon, however often they are asked."""
    of: dict[str, list[_Sighting]] = {}
    for tag, weapon in weapons.items():
        of.setdefault(weapon, []).append(seen[tag])
    return [_scan(weapon, some) for weapon, some in sorted(of.items())]


def _scan(weapon: str, some: Iterable[_Sighting]) -> Scan:
    one = max(some, key=lambda one: (one.reads, one.last, one.place))
    return Scan(weapon, f"reader-{weapon}", one.place, rules.BY_READER, readers.as_time(one.last), sure=True)
