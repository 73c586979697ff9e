"""What somebody does at the counter and over the API stays within the places they may act at."""

from typing import Any

import pytest

from countermark.ledger.models import Entry
from countermark.stockpile import acts, receipts, units
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.services import Lot
from countermark.stockpile.rules.custody import Policy
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury, state
from tests.stockpile.test_moves_programs import post
from tests.stockpile.test_views_counter import done, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return armoury()


def test_nothing_is_put_away_in_a_store_of_somebody_else(place: Armoury) -> None:
    armourer = people.signed_in("belo", "armourer", DEPOT)
    unit = units.set_unit(place.other, UnitFields("room"), by=CHIEF)
    scan(armourer, unit.code, "move", 1)
    scan(armourer, "AB1000", "move", 2)

    assert done(armourer, "move").status_code == 422
    assert state(place.weapons[0]).place != place.other


def test_a_commander_settles_no_weapon_of_another_depot_over_the_api(place: Armoury) -> None:
    stranger = people.signed_in("rui", "commander", OTHER)
    said = {"store": place.other, "reason": "seen"}

    assert post(stranger, f"weapons/{place.weapons[0]}/settle", 404, **said)


def test_a_name_of_who_brings_weapons_back_stands_in_no_act(place: Armoury) -> None:
    armourer = people.signed_in("belo", "armourer", DEPOT)
    given: dict[str, Any] = {"store": DEPOT, "weapons": place.weapons[:1]}
    post(armourer, "receipts", direction="out", person=place.trained, kind="shift", **given)

    post(armourer, "receipts", 422, direction="back", person="Sgt A. Namesake", **given)
    post(armourer, "receipts", direction="back", person=place.recruit, **given)


def test_a_form_that_is_sent_twice_moves_rounds_and_makes_a_manifest_once(place: Armoury) -> None:
    armourer = people.signed_in("belo", "armourer", DEPOT)
    units.set_unit(place.rack_a, UnitFields("room", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=()), reason="order", by=CHIEF)
    lot = ammunition.describe(Lot("Sellier", "9x19", "SB-17"), by=CHIEF)
    rounds = {"word": "receive", "place": place.rack_a, "quantity": 500, "once": "k1"}
    manifest = {
        "place": place.depot,
        "receiver": place.other,
        "weapons": "AB1000",
        "due": "2030-01-01",
        "authority": "order 7",
    }

    for _ in range(2):
        assert armourer.post(f"/stockpile/ammunition/{lot}/move/", rounds).status_code == 302
        assert armourer.post("/stockpile/shipments/new/", {**manifest, "once": "k2"}).status_code == 302

    assert acts.subjects("lot")[0].of(Lot).on_hand == {place.rack_a: 500}
    assert len(acts.subjects("shipment")) == 1
    assert 'name="once" value="' in armourer.get("/stockpile/shipments/new/").content.decode()


def test_words_that_begin_like_an_opaque_id_stand_in_no_act(place: Armoury) -> None:
    receipts.receive(
        place.counter(second=place.second),
        [people.weapon("W9", "AB1009")],
        sender="urn:countermark:party:Sgt A. Namesake",
    )
    units.set_unit(place.rack_b, UnitFields("rack", custodian="urn:countermark:Sgt A. Namesake"), by=CHIEF)

    assert b"Namesake" not in b"".join(bytes(row) for row in Entry.objects.values_list("data", flat=True))
