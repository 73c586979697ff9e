"""What a count meets on a bad day: texts no record can hold, and the same button twice."""

import pytest
from django.test import Client

from countermark.ledger.services import Actor
from countermark.register import services as register
from countermark.stockpile import acts
from countermark.stockpile.codes import house
from countermark.stockpile.counting import services
from countermark.stockpile.counting.reading import Scan
from countermark.stockpile.counting.services import Opening
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, armoury

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    place = armoury()
    key = services.open_count(Opening(place.depot, counters=1), by=CHIEF)
    return f"/stockpile/counts/{house.shown(key)}"


@pytest.fixture
def counter(address: str) -> Client:
    client = people.signed_in("cara", "counter", DEPOT)
    client.post(f"{address}/begin/")
    return client


@pytest.mark.parametrize("field", ["scan", "eye", "scan_id", "weapon"])
def test_a_scan_no_record_can_hold_is_refused_in_its_row(address: str, counter: Client, field: str) -> None:
    said = {"scan": "AB1000", "what": "unreadable", field: "a\0b"}

    answer = counter.post(f"{address}/scan/", said, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert 'data-scan-outcome="refused"' in answer.content.decode()
    assert not acts.rows("countlines").exists()


def test_a_reason_no_record_can_hold_decides_and_cancels_nothing(address: str, counter: Client) -> None:
    counter.post(f"{address}/end/", {"sure": "1"})
    commander = people.signed_in("helda", "commander", DEPOT)
    said = {"all": "1", "outcome": "not_found", "word": "explained", "reason": "a\0b"}

    assert commander.post(f"{address}/decide/", said).status_code == 302
    assert commander.post(f"{address}/cancel/", {"reason": "a\0b"}).status_code == 302

    assert not acts.rows("countdecision").exists()
    assert acts.rows("count").get().state == "open"


def test_a_button_pressed_twice_begins_ends_and_closes_once(address: str, counter: Client) -> None:
    commander = people.signed_in("helda", "commander", DEPOT)
    said = {"all": "1", "outcome": "not_found", "word": "explained", "reason": "seen at the range", "sure": "1"}

    for client, step in ((counter, "begin"), (counter, "end"), (commander, "decide"), (commander, "close")):
        for _ in range(2):
            assert client.post(f"{address}/{step}/", said).status_code in (302, 404), step

    assert acts.rows("countsheet").count() == 1
    assert acts.rows("countdecision").count() == 3
    assert acts.rows("count").get().state == "closed"


def test_a_weapon_with_two_records_is_found_by_either_label(db: None) -> None:
    place = armoury()
    double = people.weapon("D1", "ZZ9", place=DEPOT)
    register.join(double, place.weapons[0], reason="entered twice", by=CHIEF)
    key = services.open_count(Opening(place.depot, counters=1), by=CHIEF)
    counter = people.person("cara", "counter", DEPOT)
    number = services.begin(key, by=Actor(counter.username))

    answers = services.scan(key, number, [Scan("ZZ9", "1"), Scan(f"urn:uuid:{double}", "2")], by=Actor("cara"))

    assert [answer.line.weapon for answer in answers if answer.line] == [place.weapons[0]] * 2
    assert [answer.outcome for answer in answers] == ["done", "again"]


def test_a_mark_read_by_eye_from_a_record_that_was_joined_is_no_mismatch(db: None) -> None:
    place = armoury()
    double = people.weapon("D1", "ZZ9", place=DEPOT)
    register.join(double, place.weapons[0], reason="entered twice", by=CHIEF)
    key = services.open_count(Opening(place.depot, counters=1), by=CHIEF)
    counter = Actor(people.person("cara", "counter", DEPOT).username)
    number = services.begin(key, by=counter)
    tag = [Scan(f"urn:uuid:{place.weapons[0]}", "1", eye="ZZ9"), Scan(f"urn:uuid:{place.weapons[1]}", "2", eye="ZZ9")]

    right, wrong = (answer.line for answer in services.scan(key, number, tag, by=counter))

    assert right is not None
    assert (right.weapon, right.what) == (place.weapons[0], "seen")
    assert wrong is not None
    assert (wrong.weapon, wrong.what) == (place.weapons[0], "tag_mismatch")


def test_a_sheet_is_not_ended_before_its_counter_ticks_that_everything_is_counted(
    address: str, counter: Client
) -> None:
    counter.post(f"{address}/begin/")

    page = counter.post(f"{address}/end/", follow=True).content.decode()

    assert "Tick that you have counted everything first" in page
    assert acts.rows("countsheet").get().state == "open"
