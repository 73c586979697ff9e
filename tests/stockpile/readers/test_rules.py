"""Alarms of tags: what reads contradict, and what they do not."""

from itertools import permutations
from typing import get_args

import pytest

from countermark.stockpile.readers.alarms import DECIDED, OUTCOMES
from countermark.stockpile.readers.devices import KINDS, PURPOSES
from countermark.stockpile.readers.rules import GRACE_MS, Bound, Kind, Sighting, alarms
from countermark.stockpile.words import LABELS

EPC = "3476451FD40000000000162E"
MINUTE = 60_000
TRAVEL = 10 * MINUTE
START = 1_796_000_000_000
LONG_AGO = START - 30 * 24 * 60 * MINUTE
CHIP, COPY = "E2801160AAAA", "E2801160BBBB"
IN_NORTH = Bound(EPC, "w", place="north", custody="store", since=LONG_AGO)


def at(
    place: str, minute: float, *, tid: str = "", purpose: str = "store", lasts: float = 0, tag: str = EPC
) -> Sighting:
    first = START + int(minute * MINUTE)
    return Sighting(tag, tid, f"main/{place}", place, first, first + int(lasts * MINUTE), purpose)  # type: ignore[arg-type]


def apart(one: str, other: str) -> bool:
    """`north` and `north rack` are one site."""
    return one.split(maxsplit=1)[0] != other.split(maxsplit=1)[0]


def kinds(bound: Bound, *seen: Sighting) -> list[str]:
    return [alarm.kind for alarm in alarms(bound, seen, apart, TRAVEL)]


def test_a_weapon_read_where_it_lies_is_no_alarm() -> None:
    assert kinds(IN_NORTH, at("north", 0), at("north rack", 1), at("north", 500)) == []


def test_one_tag_at_two_places_at_once_is_a_copy() -> None:
    found = alarms(IN_NORTH, [at("north", 0, lasts=5), at("south", 3)], apart, TRAVEL)

    assert [alarm.kind for alarm in found] == ["two_places", "elsewhere"]
    assert (found[0].places, found[0].readers) == (("north", "south"), ("main/north", "main/south"))
    assert (found[0].first, found[0].last) == (START, START + 5 * MINUTE)


@pytest.mark.parametrize(("minutes", "alarm"), [(9.9, True), (10, False)])
def test_there_is_no_alarm_where_it_could_have_been_carried(minutes: float, alarm: bool) -> None:
    assert ("two_places" in kinds(IN_NORTH, at("north", 0), at("south", minutes))) is alarm


def test_the_way_back_counts_as_well() -> None:
    assert "two_places" in kinds(IN_NORTH, at("south", 0), at("north", 60), at("north", 70), at("south", 71))


def test_reads_of_two_chips_under_one_number_are_a_copy() -> None:
    assert kinds(IN_NORTH, at("north", 0, tid=CHIP), at("north", 1, tid=COPY)) == ["two_chips"]
    bound = Bound(EPC, "w", CHIP, place="north", custody="store", since=LONG_AGO)
    assert kinds(bound, at("north", 0, tid=COPY)) == ["two_chips"]
    assert kinds(bound, at("north", 0, tid=CHIP), at("north", 1)) == []


def test_a_tag_read_where_its_weapon_is_not_is_an_alarm() -> None:
    assert kinds(IN_NORTH, at("south", 0)) == ["elsewhere"]
    told_only = Bound(EPC, "w", place="north", since=LONG_AGO)
    assert kinds(told_only, at("south", 0)) == ["elsewhere"]
    assert kinds(Bound(EPC, "w"), at("south", 0)) == []


def test_a_tag_in_the_store_while_its_weapon_is_out_is_an_alarm_but_not_at_the_door() -> None:
    issued = Bound(EPC, "w", place="north", custody="shift", since=LONG_AGO)
    assert kinds(issued, at("north", 0)) == ["without_weapon"]
    assert kinds(issued, at("north", 0, purpose="passage"), at("south", 60, purpose="counter")) == []


def test_whoever_has_just_been_issued_a_weapon_may_still_pass() -> None:
    issued = Bound(EPC, "w", place="north", custody="shift", since=START)
    assert kinds(issued, at("north", GRACE_MS / MINUTE)) == []
    assert kinds(issued, at("north", GRACE_MS / MINUTE + 1)) == ["without_weapon"]


@pytest.mark.parametrize("status", ["lost", "stolen", "destroyed", "exported"])
def test_the_tag_of_a_weapon_that_is_gone_is_an_alarm_wherever_it_is_read(status: str) -> None:
    gone = Bound(EPC, "w", status=status, place="north", custody="store", since=LONG_AGO)
    assert kinds(gone, at("north", 0)) == ["wanted"]
    assert kinds(gone, at("south", 0, purpose="passage")) == ["wanted"]


def test_other_tags_and_no_reads_say_nothing() -> None:
    assert kinds(IN_NORTH) == []
    assert kinds(IN_NORTH, at("south", 0, tag="E200")) == []


def test_the_order_of_reads_does_not_matter() -> None:
    seen = [at("north", 0, tid=CHIP, lasts=2), at("south", 1, tid=COPY), at("north", 30), at("south", 35)]
    found = {tuple(alarms(IN_NORTH, some, apart, TRAVEL)) for some in permutations(seen)}
    assert len(found) == 1


def test_every_kind_and_outcome_says_what_it_is() -> None:
    assert set(LABELS["alarm"]) == set(get_args(Kind))
    assert set(LABELS["alarm_outcome"]) == {*OUTCOMES, DECIDED}
    assert (set(LABELS["reader"]), set(LABELS["purpose"])) == (set(KINDS), set(PURPOSES))
