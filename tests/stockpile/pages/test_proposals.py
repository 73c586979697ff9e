"""What waits for a second person, on its pages."""

import pytest
from django.test import Client

from countermark.ledger.services import Actor
from countermark.register.reasons import told
from countermark.stockpile import handing, proposals
from countermark.stockpile.handing import HandOver
from tests.register import people
from tests.stockpile.armoury import DEPOT, Armoury, state
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db


def test_another_armourer_sees_what_a_program_asks_for_and_confirms_it(place: Armoury, armourer: Client) -> None:
    said = HandOver("out", place.depot, place.weapons[:2], place.trained, "shift", note="for the patrol")
    key = handing.propose(said, request="r1", by=Actor("belo"))
    other = people.signed_in("helda", "armourer", DEPOT)

    shown = text(other, f"proposals/{key}/")
    assert all(one in shown for one in ("AB1000", "for the patrol", "T. Rained", "confirm/"))
    sent(armourer, f"proposals/{key}/confirm/", 422, decision="approve")
    sent(other, f"proposals/{key}/confirm/", decision="approve")

    assert state(place.weapons[0]).holder == place.trained


def test_what_waits_of_a_weapon_at_no_place_is_listed_for_whoever_sees_all_alone(
    place: Armoury, armourer: Client
) -> None:
    command = {"do": "add", "weapon": place.weapons[0], "fields": {"event": "sale", "to": "A. Friend"}}
    key = proposals.propose("record", command, place="", reason=None, by=Actor("rita"))

    assert f"proposals/{key}/" not in text(armourer, "proposals/")
    assert f"proposals/{key}/" in text(people.signed_in("anna", "auditor"), "proposals/")


def test_who_decides_reads_for_which_reason_an_event_is_to_be_recorded(place: Armoury, commander: Client) -> None:
    command = {"do": "add", "weapon": place.weapons[0], "fields": {"event": "theft", "why": "burglary"}}
    key = proposals.propose("record", command, place=place.depot, reason=None, by=Actor("rita"))

    assert told("burglary", "theft") in text(commander, f"proposals/{key}/")


def test_what_happens_stands_before_when_and_to_whom(place: Armoury, commander: Client) -> None:
    said = {"date": "2026-01-01", "event": "sale", "mark": "BB7", "to": "Police"}
    command = {"do": "add", "weapon": place.weapons[0], "fields": said}
    key = proposals.propose("record", command, place=place.depot, reason=None, by=Actor("rita"))

    shown = text(commander, f"proposals/{key}/").partition('id="changes"')[2]

    places = [shown.index(one) for one in (">Event<", ">Date<", ">To<", ">Mark<")]
    assert places == sorted(places)
