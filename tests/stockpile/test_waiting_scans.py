"""What the server holds a scan to that waited for the line in a browser: its own person, its own counter, the rack it was read at."""

import re

import pytest
from django.test import Client

from countermark.accounts.models import User
from countermark.ledger import identity
from countermark.stockpile import acts, units
from countermark.stockpile.codes import house
from tests.register import people
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury, state
from tests.stockpile.counting import halls

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
COUNTER = "/stockpile/counter/move/"


@pytest.fixture
def place() -> Armoury:
    return armoury()


def opened(client: Client) -> str:
    """Which counter the page says it is."""
    found = re.search(r'name="opened" value="([^"]+)"', client.get(COUNTER).content.decode())
    assert found
    return found[1]


def scanned(client: Client, **fields: str) -> str:
    """The answer to a scan at the counter."""
    answer = client.post(f"{COUNTER}scan/", {"scan": "AB1000", "scan_id": "1", **fields}, headers=HTMX)
    return answer.content.decode()


@pytest.mark.parametrize("path", [f"{COUNTER}scan/", f"{COUNTER}undo/", "/stockpile/scan/"])
def test_nobodys_scan_is_sent_by_whoever_signs_in_next(place: Armoury, path: str) -> None:
    belo = people.signed_in("belo", "armourer", DEPOT)
    said = {"scan": "AB1000", "scan_id": "1"}

    anothers = belo.post(path, said | {"scan_for": identity.opaque("person", "ana")}, headers=HTMX)
    own = belo.post(path, said | {"scan_for": identity.opaque("person", "belo")}, headers=HTMX)

    assert (anothers.status_code, own.status_code) == (403, 200)


def test_nobodys_count_is_sent_by_whoever_signs_in_next(place: Armoury) -> None:
    cara = people.signed_in("cara", "counter", DEPOT)
    key = halls.opened(place.depot)
    cara.post(f"/stockpile/counts/{house.shown(key)}/begin/")
    said = {"scan": "AB1000", "scan_id": "1", "scan_for": identity.opaque("person", "ana")}

    answers = [
        cara.post(f"/stockpile/counts/{house.shown(key)}/{what}/", said, headers=HTMX) for what in ("scan", "undo")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert halls.lines(key) == []


def test_a_scan_at_a_counter_of_this_session_lands_on_it(place: Armoury) -> None:
    belo = people.signed_in("belo", "armourer", DEPOT)

    row = scanned(belo, opened=opened(belo))

    assert 'data-scan-outcome="done"' in row
    assert f'name="opened" value="{opened(belo)}"' in row, "the page goes on with the counter it has now"


def test_a_scan_at_a_counter_that_is_not_open_any_more_lands_on_no_other(place: Armoury) -> None:
    belo = people.signed_in("belo", "armourer", DEPOT)
    before = opened(belo)
    belo.logout()
    again = Client()
    again.force_login(User.objects.get(username="belo"))

    row = scanned(again, opened=before)

    assert 'data-scan-outcome="refused"' in row
    assert "is not open any more" in row
    assert "AB1000" not in again.get(COUNTER).content.decode()


def test_a_scan_at_another_stores_counter_lands_on_no_other(place: Armoury) -> None:
    belo = people.signed_in("belo", "armourer")
    belo.get(f"{COUNTER}?store={place.other}")
    before = opened(belo)
    belo.get(f"{COUNTER}?store={place.depot}")

    assert "is not open any more" in scanned(belo, opened=before)
    assert OTHER in belo.get(f"{COUNTER}?store={place.other}").content.decode()


def test_what_is_counted_was_seen_at_the_rack_it_was_scanned_at_in_another_session_too(place: Armoury) -> None:
    cara = people.signed_in("cara", "counter", DEPOT)
    key = halls.opened(place.depot)
    path = f"/stockpile/counts/{house.shown(key)}"
    cara.post(f"{path}/begin/")

    for number, stood in enumerate([place.rack_b, place.other, ""]):
        said = {"scan": f"AB100{number}", "scan_id": f"id{number}", "stood": stood}
        cara.post(f"{path}/scan/", said, headers=HTMX)

    assert [line.place for line in halls.lines(key)] == [place.rack_b, place.rack_b, ""]


def test_a_place_sent_again_because_its_answer_was_lost_finishes_nothing(place: Armoury) -> None:
    belo = people.signed_in("belo", "armourer", DEPOT)
    scanned(belo, scan_id="1")
    rack = {"scan": units.code_of(place.rack_b), "scan_id": "2"}

    answers = [scanned(belo, **said) for said in (rack, rack, rack | {"scan_id": "3"})]

    assert ["To this place" in answer for answer in answers] == [True, True, False]
    assert "Put away" in answers[2]
    assert state(place.weapons[0]).place == place.rack_b


def test_a_card_sent_again_because_its_answer_was_lost_hands_nothing_over(place: Armoury) -> None:
    belo = people.signed_in("belo", "armourer", DEPOT)
    path = "/stockpile/counter/issue/"
    belo.post(f"{path}scan/", {"scan": "AB1000", "scan_id": "1"}, headers=HTMX)

    for _ in range(2):
        belo.post(f"{path}scan/", {"scan": place.card, "scan_id": "2"}, headers=HTMX)

    assert not acts.rows("receipt").exists()
