"""Pages of the stores as who works with them meets them: what lies elsewhere is not there, forms say what they do, no link leads nowhere."""

import re

import pytest
from django.test import Client

from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.stockpile import acts, kits, units
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.services import Lot, Move
from countermark.stockpile.assessment import services as assessments
from countermark.stockpile.assessment.elements import ITEMS
from countermark.stockpile.assessment.services import Said
from countermark.stockpile.codes import house
from countermark.stockpile.rules.custody import Policy
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, issued

pytestmark = pytest.mark.django_db
LOT = Lot("Sellier", "9x19", "SB-17", "2019", condition="serviceable")
AS_MARKED = {"maker": "Sellier", "calibre": "9x19", "lot": "SB-17", "year": "2019", "condition": "serviceable"}


@pytest.fixture
def place() -> Armoury:
    made = armoury(1)
    for rack in (made.rack_a, made.rack_b, made.other):
        units.set_unit(rack, UnitFields("room", ammunition=True), by=CHIEF)
    return made


@pytest.fixture
def armourer(place: Armoury) -> Client:
    return people.signed_in("belo", "armourer", DEPOT)


SECOND = "urn:countermark:person:" + "5" * 64
"""Somebody who confirmed what came in."""


def lot(at: str) -> str:
    """A lot of 100 rounds at a place. Returns its key."""
    key = ammunition.describe(LOT, by=ARMOURER)
    ammunition.move(key, Move("receive", at, 100, second=SECOND), by=ARMOURER)
    return key


def test_a_lot_that_lies_elsewhere_is_not_there_until_rounds_of_it_come(place: Armoury, armourer: Client) -> None:
    units.set_policy(Policy(two_person=()), reason="order", by=CHIEF)
    key = lot(place.other)
    page = f"/stockpile/ammunition/{key}/"

    assert armourer.get(page).status_code == 404
    assert "Sellier" not in armourer.get(f"/stockpile/ammunition/new/?lot={key}").content.decode()
    described = armourer.post("/stockpile/ammunition/new/", AS_MARKED)
    assert described.headers["Location"] == f"{page}move/"
    moved = armourer.post(f"{page}move/", {"word": "receive", "place": place.rack_a, "quantity": 50})

    assert moved.headers["Location"] == page
    shown = armourer.get(page).content.decode()
    assert "50" in shown
    assert OTHER not in shown


def test_rounds_go_to_the_place_whose_label_is_scanned(place: Armoury, armourer: Client) -> None:
    key = lot(place.rack_a)
    label = house.shown(units.code_of(place.rack_b))

    fields = {"word": "move", "place": place.rack_a, "quantity": 40, "to": label}
    armourer.post(f"/stockpile/ammunition/{key}/move/", fields)

    assert on_hand(key) == {place.rack_a: 60, place.rack_b: 40}


def test_the_page_of_a_lot_says_what_came_and_went_where_one_may_see_it(place: Armoury, armourer: Client) -> None:
    key = lot(place.rack_a)
    ammunition.move(key, Move("issue", place.rack_a, 30, place.trained, "range day"), by=ARMOURER)
    ammunition.move(key, Move("count", place.rack_a, 69, note="counted twice", why="miscounted"), by=ARMOURER)
    ammunition.move(key, Move("receive", place.other, 7000, second=SECOND), by=ARMOURER)

    page = armourer.get(f"/stockpile/ammunition/{key}/").content.decode()

    assert "counted or recorded wrongly before: counted twice" in page
    assert re.findall(r">([+-][\d,]+)</bdi>", page) == ["-1", "-30", "+100"]
    assert "T. Rained" in page
    assert "range day" in page
    assert "7,000" not in page


def on_hand(key: str) -> dict[str, int]:
    found = acts.subject("lot", key)
    assert found is not None
    return found.of(Lot).on_hand


def test_who_sends_the_last_rounds_away_is_led_to_what_is_still_there(place: Armoury, armourer: Client) -> None:
    key = lot(place.rack_a)

    fields = {"word": "move", "place": place.rack_a, "quantity": 100, "to": OTHER}
    answer = armourer.post(f"/stockpile/ammunition/{key}/move/", fields, follow=True)

    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/stockpile/ammunition/"


def test_a_form_is_headed_by_what_it_does_and_leads_back_to_what_it_is_about(place: Armoury, armourer: Client) -> None:
    said = Manifest(place.depot, place.other, place.weapons, "2030-01-01", ("S1",), authority="order 7", route="A1")
    key = shipments.prepare(said, by=ARMOURER)
    shipments.dispatch(key, by=ARMOURER)

    page = armourer.get(f"/stockpile/shipments/{key}/pass/").content.decode()

    assert re.findall(r"<h1><bdi[^>]*>([^<]+)", page) == ["Handed over on the way"]
    assert re.search(rf'href="/stockpile/shipments/{key}/"><bdi[^>]*>Shipment of 20', page)


def test_what_goes_along_with_a_kit_is_written_in_its_own_direction(place: Armoury, armourer: Client) -> None:
    kit = kits.set_kit(kits.KitFields("Marksman 4", place.rack_a, place.weapons, [("magazine", 2)]), by=ARMOURER)

    page = armourer.get(f"/stockpile/kits/{kit}/change/").content.decode()

    assert re.search(r'<textarea name="accessories"[^>]* dir="auto"', page)
    assert re.findall(r"<h1><bdi[^>]*>([^<]+)", page) == ["Change the kit"]


def test_what_is_to_be_put_right_is_a_link_for_who_may_say_that_it_is(place: Armoury, armourer: Client) -> None:
    answers = dict.fromkeys(ITEMS, "yes") | {next(iter(ITEMS)): "no"}
    assessments.assess(
        place.depot, Said("2026-05-01", answers, "2099-01-01", "Sgt O. Wner", "2026-06-01"), by=Actor("commander7")
    )
    commander = people.signed_in("carla", "commander", DEPOT)

    shown = [client.get("/stockpile/assessments/").content.decode() for client in (armourer, commander)]

    assert ["/stockpile/assessments/actions/" in page for page in shown] == [False, True]


def scanned(client: Client, text: str) -> str:
    """The row of the page that says what anything is."""
    return client.post("/stockpile/scan/", {"scan": text}, headers={"HX-Request": "true"}).content.decode()


def test_a_code_that_is_on_no_weapon_leads_to_what_it_is_on(place: Armoury, armourer: Client) -> None:
    kit = kits.set_kit(kits.KitFields("Marksman 4", place.rack_a, place.weapons, []), by=ARMOURER)
    receipt = issued(place)
    codes = {
        kit: f"/stockpile/kits/{kit}/",
        receipt: f"/stockpile/receipts/{receipt}/",
        units.code_of(place.rack_a): f"/stockpile/units/{place.rack_a}/",
        place.card: f"/stockpile/people/{identity.ref_of(place.trained)}/",
    }

    for code, page in codes.items():
        row = scanned(armourer, house.shown(code))
        assert 'data-scan-outcome="done"' in row
        assert f'href="{page}"' in row
        assert armourer.get(page).status_code == 200
    assert armourer.post("/find/", {"q": kit}).headers["Location"] == codes[kit]


def test_of_another_depot_a_code_leads_nowhere(place: Armoury) -> None:
    kit = kits.set_kit(kits.KitFields("Marksman 4", place.rack_a, place.weapons, []), by=ARMOURER)
    stranger = people.signed_in("rui", "armourer", OTHER)

    assert all("href=" not in scanned(stranger, code) for code in (kit, issued(place), place.card))


def test_who_looked_at_an_exact_location_is_told_to_those_who_may_see_it(place: Armoury, armourer: Client) -> None:
    units.set_unit(place.rack_a, UnitFields("rack", location="cellar 3"), by=CHIEF)
    page = f"/stockpile/units/{place.rack_a}/"
    commander = people.signed_in("carla", "commander", DEPOT)
    before = acts.subject("unit", place.rack_a)

    commander.post(f"{page}location/")

    shown = [client.get(page).content.decode() for client in (people.signed_in("audrey", "auditor"), armourer)]
    assert ["Who looked at the exact location" in text for text in shown] == [True, False]
    assert "carla" in shown[0]
    assert acts.subject("unit", place.rack_a) == before
    assert verify().ok
