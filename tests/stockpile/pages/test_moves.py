"""Shipments and incidents on their pages: each way from the first form to the last."""

import pytest
from django.test import Client

from countermark.stockpile import acts
from tests.register import people
from tests.stockpile.armoury import OTHER, Armoury, state
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db

SERIALS = "AB1000\nAB1001"


def test_weapons_go_from_depot_to_depot(place: Armoury, armourer: Client) -> None:
    receiver = people.signed_in("helda", "armourer", OTHER)
    page = sent(
        armourer, "shipments/new/", place=place.depot, receiver=place.other, weapons=SERIALS, due="2030-01-01",
        authority="order 7", seals="S1\nS2", route="by night",
    )  # fmt: skip
    step = page.removeprefix("/stockpile/")
    assert "by night" not in text(armourer, page)

    sent(armourer, f"{step}dispatch/", weapons=SERIALS)
    sent(receiver, f"{step}pass/", party="Border guard", where="km 40")
    short = text(receiver, sent(receiver, f"{step}arrive/", store=place.other, weapons="AB1000", seals="S1\nS3"))
    assert "short" in short
    assert "S1, S3" in short
    sent(receiver, f"{step}arrive/", store=place.other, weapons="AB1001")

    assert "✓ arrived" in text(receiver, page)
    assert state(place.weapons[1]).place == place.other


def test_a_line_that_is_no_weapon_is_named_and_nothing_is_lost(place: Armoury, armourer: Client) -> None:
    said = sent(
        armourer, "shipments/new/", 422, place=place.depot, receiver=place.other, weapons="AB1000\nNOBODY7",
        due="2030-01-01", authority="order 7",
    )  # fmt: skip

    assert "NOBODY7" in said
    assert "order 7" in said
    assert not acts.subjects("shipment")


def test_who_sends_a_shipment_cannot_say_that_it_arrived_nor_who_receives_it_call_it_back(
    place: Armoury, armourer: Client
) -> None:
    receiver = people.signed_in("helda", "armourer", OTHER)
    page = sent(
        armourer, "shipments/new/", place=place.depot, receiver=place.other, weapons=SERIALS, due="2030-01-01",
        authority="order 7",
    )  # fmt: skip
    sent_as = {"store": place.other, "weapons": SERIALS, "reason": "because"}

    assert receiver.post(f"{page}cancel/", sent_as).status_code == 404
    assert receiver.post(f"{page}dispatch/").status_code == 404
    sent(armourer, f"{page.removeprefix('/stockpile/')}dispatch/", weapons=SERIALS)
    assert armourer.post(f"{page}arrive/", sent_as).status_code == 404
    assert armourer.post(f"{page}close/", sent_as).status_code == 404


def test_a_theft_is_reported_looked_into_and_written_off_by_somebody_above(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    page = sent(
        armourer,
        "incidents/new/",
        place=place.depot,
        what="theft",
        reason="theft.burglary",
        weapons="AB1000",
        circumstances="broken open",
    )
    assert state(place.weapons[0]).status == "stolen"
    assert "burglary" in text(armourer, page)
    step = page.removeprefix("/stockpile/")
    sent(commander, f"{step}inquire/", finding="a key was copied")
    proposal = sent(armourer, f"{step}write_off/", reason="search_over", words="the inquiry is over").removeprefix(
        "/stockpile/"
    )

    sent(commander, f"{proposal}decide/", 422, decision="approve")
    sent(people.signed_in("general", "commander"), f"{proposal}decide/", decision="approve")

    assert "written off" in text(armourer, page)


@pytest.mark.parametrize("kind", ["shipments", "incidents"])
def test_a_step_there_is_not_does_nothing(place: Armoury, armourer: Client, kind: str) -> None:
    fields = {"place": place.depot, "weapons": "AB1000"}
    more = {
        "shipments": {"receiver": place.other, "due": "2030-01-01", "authority": "order 7"},
        "incidents": {"what": "loss", "reason": "loss.on_duty", "circumstances": "lost"},
    }
    page = armourer.post(f"/stockpile/{kind}/new/", {**fields, **more[kind]}).headers["Location"]

    assert armourer.post(f"{page}vanish/", {"reason": "because"}).status_code == 404
