"""Readers feed a count: what they saw since it began becomes lines of one's own sheet, and a sample is read by eye."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from countermark.cli import cli
from countermark.register.services import Refused
from countermark.stockpile.codes import house
from countermark.stockpile.counting import queries, radio, services
from countermark.stockpile.counting.reading import Scan
from countermark.stockpile.counting.states import RECOUNT, SAMPLE
from countermark.stockpile.readers import devices, observations
from countermark.stockpile.readers.reads import Read, gather
from countermark.stockpile.tags import services as tags
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, OTHER, RACK_A, RACK_B, Armoury, armoury
from tests.stockpile.counting.halls import ONE, known, opened, outcomes

pytestmark = pytest.mark.django_db

SOON = 2_000
"""Milliseconds after a count was opened."""


def epc(number: int) -> str:
    return f"34{number:022X}"


@pytest.fixture
def place() -> Armoury:
    """Four weapons with tags in rack A; readers at both racks, at a gate, and at another depot."""
    found = armoury(4)
    for number, weapon in enumerate(found.weapons):
        tags.bind(weapon, epc(number), by=CHIEF)
    for name, where in (("rack-a", RACK_A), ("rack-b", RACK_B), ("other", OTHER)):
        devices.set_reader(name, "http", where, by=CHIEF)
    devices.set_reader("gate", "http", DEPOT, purpose="passage", by=CHIEF)
    return found


def saw(reader: str, *numbers: int, ago: int = -SOON, times: int = 1) -> None:
    """A reader reads some tags `times` times, some milliseconds ago."""
    at = observations.clock() - ago
    observations.write(gather(f"main/{reader}", [Read(epc(n), at, reads=times) for n in numbers]))


def take(key: str, number: str) -> radio.Taken:
    return radio.take(key, number, by=ONE, now_ms=observations.clock() + 10_000)


def test_what_readers_of_the_place_saw_since_the_count_began_becomes_lines_of_a_reader(place: Armoury) -> None:
    saw("rack-a", 3, ago=120_000)
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    saw("rack-a", 0, 1, 99)
    saw("gate", 2)
    saw("other", 2)

    taken = take(key, number)

    assert (len(taken.answers), taken.known, taken.strange) == (2, 0, (epc(99),))
    lines = queries.lines(f"{key}.{number}")
    assert {(one.weapon, one.how, one.place) for one in lines} == {
        (place.weapons[0], "reader", place.rack_a),
        (place.weapons[1], "reader", place.rack_a),
    }
    services.end(key, number, by=ONE)
    assert outcomes(key) == dict.fromkeys(place.weapons[2:], "not_found")
    assert set(queries.sample_of(known(key))) == {*place.weapons[:2]}, "a sample is read by eye"


def test_taking_again_adds_only_what_is_new_and_nothing_that_was_read_by_eye(place: Armoury) -> None:
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    services.scan(key, number, [Scan("AB1002", "s1")], by=ONE)
    saw("rack-a", 0, 2)
    take(key, number)
    saw("rack-a", 0, 1)

    taken = take(key, number)

    assert (len(taken.answers), taken.known) == (1, 2)
    assert len(queries.lines(f"{key}.{number}")) == 3
    services.end(key, number, by=ONE)
    assert place.weapons[2] not in queries.only_by_reader(known(key))


def test_a_weapon_seen_by_two_readers_is_where_it_was_read_most_often(place: Armoury) -> None:
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    saw("rack-a", 0, times=3)
    saw("rack-b", 0, times=40)

    take(key, number)

    [line] = queries.lines(f"{key}.{number}")
    assert line.place == place.rack_b
    services.end(key, number, by=ONE)
    assert outcomes(key)[place.weapons[0]] == "elsewhere"


def test_readers_feed_no_recount_no_sample_no_other_sheet_and_no_place_they_do_not_watch(place: Armoury) -> None:
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    for sheet in (RECOUNT, SAMPLE, "nobodys"):
        with pytest.raises(Refused):
            radio.take(key, sheet, by=ONE)
    saw("rack-a", 0)
    with pytest.raises(Refused):
        radio.take(key, number, by=CHIEF, now_ms=observations.clock() + 10_000)
    devices.retire("other", by=CHIEF)
    unwatched = opened(place.other)
    with pytest.raises(Refused):
        radio.take(unwatched, services.begin(unwatched, by=ONE), by=ONE)


def test_the_button_of_the_sheet_and_the_command_take_what_the_readers_saw(place: Armoury) -> None:
    key = opened(place.depot)
    code, client = house.shown(key), people.signed_in("cnt", "counter", DEPOT)
    client.post(f"/stockpile/counts/{code}/begin/")
    saw("rack-a", 0, 1, ago=0)
    assert "Take what the readers saw" in client.get(f"/stockpile/counts/{code}/sheet/").content.decode()

    page = client.post(f"/stockpile/counts/{code}/readers/", follow=True).content.decode()

    assert "2 weapons taken from the readers." in page
    assert "AB1000" in page
    words = ["--as", "cnt", "stockpile", "count", "readers", code, "--json"]
    said: Any = json.loads(CliRunner().invoke(cli, words).stdout)
    assert said == {"code": code, "taken": 0, "known": 2, "strange": []}


def test_a_sheet_without_readers_has_no_button(place: Armoury) -> None:
    for name in ("rack-a", "rack-b"):
        devices.retire(name, by=CHIEF)
    code = house.shown(opened(place.depot))
    client = people.signed_in("cnt", "counter", DEPOT)
    client.post(f"/stockpile/counts/{code}/begin/")

    assert "readers saw" not in client.get(f"/stockpile/counts/{code}/sheet/").content.decode()
    page = client.post(f"/stockpile/counts/{code}/readers/", follow=True).content.decode()
    assert "a place watched by a reader of this node" in page
