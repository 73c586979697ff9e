"""The page of one weapon: who reaches it, hidden names, gaps, corrections, proofs."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from countermark.ledger import identity, reasons, store, tree
from countermark.ledger import services as ledger
from countermark.ledger.entry import Entry
from countermark.ledger.services import SideNote
from countermark.register import services
from countermark.register.models import Link
from countermark.register.queries import personal, records
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


def page(client: Client, weapon_id: str) -> str:
    response = client.get(f"/weapons/{weapon_id}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def looks() -> list[Entry]:
    return [entry for entry in store.all_entries() if entry.body.get("act") == "person_viewed"]


def test_not_yours_and_absent_get_the_same_answer() -> None:
    people.places()
    weapon = people.weapon("1", place=NORTH)
    bob = people.signed_in("bob", "armourer", SOUTH)

    not_his, absent = bob.get(f"/weapons/{weapon}/"), bob.get(f"/weapons/{uuid.uuid4()}/")

    assert people.signed_in("alice", "armourer", NORTH).get(f"/weapons/{weapon}/").status_code == 200
    assert (not_his.status_code, absent.status_code) == (404, 404)
    token = b"csrfmiddlewaretoken"
    assert len(not_his.content.split(token)[0]) == len(absent.content.split(token)[0])
    assert people.signed_in("charlie").get(f"/weapons/{weapon}/").status_code == 403


def test_a_joined_record_leads_to_the_one_it_is_shown_under() -> None:
    stays, goes = people.weapon("stays"), people.weapon("goes")
    services.join(goes, stays, reason="entered twice", by=CHIEF)

    response = people.signed_in("alice", "registrar").get(f"/weapons/{goes}/")

    assert (response.status_code, response.headers["Location"]) == (302, f"/weapons/{stays}/")


def test_the_record_shows_marks_by_component_and_the_date_as_its_source_wrote_it() -> None:
    marks = [{"component": "frame", "mark": "F 1"}, {"component": "barrel", "mark": "B 2", "mark_condition": "worn"}]
    weapon = people.weapon("1", marks=marks)
    people.event(weapon, event="transfer", date="1994-06", to="7th Battalion", document="D-77", place="Camp 1")

    shown = page(people.signed_in("alice", "registrar"), weapon)

    for expected in ("F 1", "B 2", "worn", "1994-06", "month only", "7th Battalion", "D-77", "Camp 1", "record opened"):
        assert expected in shown
    assert "1994-06-01" not in shown


def test_a_gap_in_custody_is_drawn_as_a_gap() -> None:
    weapon = people.weapon("1")
    people.event(weapon, event="transfer", date="1990", to="1st Regiment")
    people.event(weapon, event="transfer", date="1999", from_="2nd Regiment", to="3rd Regiment")
    people.event(weapon, event="theft", date="2005")

    shown = page(people.signed_in("alice", "registrar"), weapon)

    assert "Gap in custody" in shown
    assert "Out of lawful custody" in shown


def test_a_corrected_event_stays_struck_with_its_reason_and_a_link_to_what_it_should_have_said() -> None:
    weapon = people.weapon("1")
    wrong = people.event(weapon, event="transfer", date="1990", to="1st Regiment")
    services.correct_event(wrong, {"to": "2nd Regiment"}, reason="misread the ledger page", by=CHIEF)

    shown = page(people.signed_in("alice", "registrar"), weapon)

    assert "<s><strong>transferred" in shown
    assert "misread the ledger page" in shown
    assert "2nd Regiment" in shown
    assert 'href="#e' in shown


# Personal data


def owned() -> str:
    weapon = people.weapon("1")
    people.event(weapon, event="sale", date="2001", from_="Lomar Sport", to="Nadila Mourato", note="met at her house")
    people.event(weapon, event="sale", date="2002", from_="Nadila Mourato", to="Osvaldo Prim")
    return weapon


def test_names_of_persons_and_notes_are_hidden_until_a_reason_is_given_and_the_look_is_recorded() -> None:
    weapon = owned()
    client = people.signed_in("alice", "registrar")
    before = page(client, weapon)
    assert "Lomar Sport" in before
    for hidden in ("Nadila", "Osvaldo", "her house"):
        assert hidden not in before
    assert looks() == []

    client.post(f"/weapons/{weapon}/names/", {"reason": "case", "words": "asked by the court"})

    after = page(client, weapon)
    for opened in ("Nadila Mourato", "Osvaldo Prim", "her house", "asked by the court"):
        assert opened in after
    persons = {identity.opaque("party", name) for name in ("Nadila Mourato", "Osvaldo Prim")}
    assert {entry.body["person"] for entry in looks()} == persons
    assert {entry.recorded.by for entry in looks()} == {identity.opaque("person", "alice")}
    assert "Nadila" not in str([entry.body for entry in looks()])
    assert {reasons.stated("act", entry.body) for entry in looks()} == {("look", "case")}
    assert "an investigation or a court asks: asked by the court" in after


def test_words_alone_of_a_program_are_another_reason_and_those_of_before_the_codes_are_shown_still() -> None:
    weapon = owned()
    found = records.record(weapon)
    assert found is not None
    personal.looked_at(found, "court order 7", by=CHIEF)
    old = {"person": identity.opaque("party", "Osvaldo Prim"), "weapon": weapon, "reason": identity.note("of before")}
    ledger.append([ledger.act("person_viewed", old, texts=(SideNote("note", "of before"),))], by=CHIEF)

    shown = page(people.signed_in("alice", "registrar"), weapon)

    assert [reasons.stated("act", entry.body) for entry in looks()] == [("look", "other"), ("look", "other"), None]
    assert "court order 7" in shown
    assert "of before" in shown


def test_one_look_is_one_act_for_each_person_record_and_reason() -> None:
    weapon = owned()
    client = people.signed_in("alice", "registrar")

    for words in ("asked by the court", "asked by the court", "asked by the police"):
        client.post(f"/weapons/{weapon}/names/", {"reason": "case", "words": words})

    assert len(looks()) == 4


def test_names_close_again_after_a_while_and_open_for_nobody_else() -> None:
    weapon = owned()
    client, other = people.signed_in("alice", "registrar"), people.signed_in("bob", "registrar")
    client.post(f"/weapons/{weapon}/names/", {"reason": "case", "words": "asked by the court"})

    assert "Nadila" not in page(other, weapon)
    assert "Nadila" in page(client, weapon)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16), tick=False):
        assert "Nadila" not in page(client, weapon)


@pytest.mark.parametrize("reason", ["", "   ", "curious", "other"])
def test_without_a_reason_nothing_is_opened(reason: str) -> None:
    weapon = owned()
    client = people.signed_in("alice", "registrar")

    response = client.post(f"/weapons/{weapon}/names/", {"reason": reason})

    assert response.status_code == 422
    assert "Nadila" not in response.content.decode()
    assert looks() == []


def test_those_who_may_not_open_personal_data_are_not_offered_to() -> None:
    weapon = owned()
    client = people.signed_in("alice", "reports")

    assert "Show them" not in page(client, weapon)
    assert client.post(f"/weapons/{weapon}/names/", {"reason": "curious"}).status_code == 403


# Proofs


def test_the_proof_of_an_event_verifies_against_the_root_of_the_log() -> None:
    weapon = people.weapon("1")
    position = Link.objects.get(weapon_id=weapon).position
    client = people.signed_in("alice", "registrar")

    proof = client.get(f"/weapons/{weapon}/events/{position}/?format=json").json()

    leaf = hashlib.sha256(b"\0" + proof["entry"].encode()).digest()
    assert leaf.hex() == proof["leaf_hash"]
    steps = [bytes.fromhex(step) for step in proof["proof"]]
    root = bytes.fromhex(proof["root_hash"])
    assert tree.verify_inclusion(leaf, proof["leaf_index"], proof["tree_size"], steps, root)
    assert client.get(f"/weapons/{weapon}/events/{position}/").status_code == 200


def test_a_proof_is_given_only_for_events_of_the_record() -> None:
    one, other = people.weapon("1"), people.weapon("2")
    position = Link.objects.get(weapon_id=other).position

    response = people.signed_in("alice", "registrar").get(reverse("register:proof", args=[one, position]))

    assert response.status_code == 404


@pytest.mark.parametrize("query", ["", "?print=1"])
def test_a_long_life_takes_no_more_queries_than_a_short_one(
    django_assert_max_num_queries: DjangoAssertNumQueries, query: str
) -> None:
    weapon = people.weapon("1")
    for year in range(1990, 2010):
        people.event(
            weapon, event="transfer", date=str(year), to=f"Person {year}", place=f"Place {year}", note=f"n{year}"
        )
    client = people.signed_in("alice", "registrar")
    client.get(f"/weapons/{weapon}/")

    with django_assert_max_num_queries(40):
        client.get(f"/weapons/{weapon}/{query}")
