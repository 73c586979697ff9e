"""Capturing facts on pages: a new weapon, an event, a correction, a join. Twice is harmless, bad input is answered."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from countermark.ledger import identity, store
from countermark.register import projection
from countermark.register.models import Link, Weapon
from countermark.register.queries import records
from tests.register import people
from tests.register.people import NORTH, SOUTH

pytestmark = pytest.mark.django_db

NEW = "/weapons/new/"
ONE = {"token": "ABC", "marks": "1", "action": "save", "kind": "revolver", "maker": "Rossi", "m0-component": "frame"}


def entries() -> int:
    return sum(1 for _ in store.all_entries())


def keyed(mark: str, again: str | None = None, **more: str) -> dict[str, str]:
    return {**ONE, "m0-mark": mark, "m0-again": mark if again is None else again, **more}


def post(client: Client, url: str, data: dict[str, str]) -> HttpResponse:
    response: Any = client.post(url, data)
    return response  # type: ignore[no-any-return]


# A new weapon


def test_a_weapon_keyed_twice_alike_is_recorded() -> None:
    response = post(people.signed_in("alice", "registrar"), NEW, keyed("AB 123", ref="K-1", country="BR", year="1994"))

    weapon = Weapon.objects.get()
    assert response.headers["Location"] == f"/weapons/{weapon.id}/"
    assert (weapon.ref, weapon.serial, weapon.maker, weapon.year) == ("K-1", "AB 123", "Rossi", "1994")


def test_two_keyings_that_differ_are_shown_where_they_differ_and_nothing_is_stored() -> None:
    client = people.signed_in("alice", "registrar")
    before = entries()

    response = post(client, NEW, keyed("AB 103", "AB 1O3"))

    shown = response.content.decode()
    assert response.status_code == 422
    assert "differ at character 5" in shown
    assert "digit zero" in shown
    assert "latin capital letter o" in shown
    assert entries() == before


def test_a_double_click_makes_one_weapon() -> None:
    client = people.signed_in("alice", "registrar")

    first, second = (post(client, NEW, keyed("AB 123", action="confirm")) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Weapon.objects.get().ref == "R-ABC"


def test_records_it_may_be_confused_with_are_shown_before_anything_is_saved() -> None:
    people.weapon("1", "K1034")
    client = people.signed_in("alice", "registrar")

    shown = post(client, NEW, keyed("K1O34"))
    assert b"Nothing is saved yet" in shown.content
    assert b"K1034" in shown.content
    assert Weapon.objects.count() == 1

    post(client, NEW, keyed("K1O34", action="confirm"))
    assert Weapon.objects.count() == 2


def test_records_at_places_one_may_not_see_are_not_shown_as_near() -> None:
    people.places()
    people.weapon("1", "K1034", place=SOUTH)
    place = identity.opaque("place", NORTH)

    response = post(people.signed_in("alice", "marking", NORTH), NEW, keyed("K1O34", place=place))

    assert response.status_code == 302


def test_somebody_limited_to_a_place_records_weapons_that_stand_there() -> None:
    people.places()
    client = people.signed_in("alice", "marking", NORTH)
    elsewhere = identity.opaque("place", SOUTH)
    assert post(client, NEW, keyed("AB 123", place=elsewhere)).status_code == 422
    assert not Weapon.objects.exists()

    response = post(client, NEW, keyed("AB 123", place=identity.opaque("place", NORTH)))

    assert client.get(response.headers["Location"]).status_code == 200


def test_marks_are_added_and_removed_without_scripts_and_without_losing_what_was_typed() -> None:
    client = people.signed_in("alice", "registrar")

    more = post(client, NEW, keyed("AB 123", action="add", model="M88"))
    less = post(client, NEW, {**keyed("AB 123", action="remove"), "marks": "2", "m1-mark": "gone"})

    assert 'name="m1-mark"' in more.content.decode()
    assert 'value="AB 123"' in more.content.decode()
    assert 'value="M88"' in more.content.decode()
    assert 'name="m1-mark"' not in less.content.decode()


def test_several_marks_make_one_weapon() -> None:
    marks = {"marks": "2", "m1-component": "barrel", "m1-mark": "B 9", "m1-again": "B 9"}

    post(people.signed_in("alice", "registrar"), NEW, {**keyed("AB 123"), **marks})

    state = projection.state_of(str(Weapon.objects.get().id))
    assert state is not None
    assert [(mark.component, mark.role, mark.text) for mark in state.marks] == [
        ("frame", "control", "AB 123"),
        ("barrel", "other", "B 9"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"marks": "x"},
        {"marks": "-1"},
        keyed(""),
        keyed("AB", kind="catapult"),
        keyed("AB", country="Atlantis"),
        keyed("AB", year="12"),
        keyed("A" * 201),
        keyed("AB", **{"m0-mark_condition": "none"}),
        keyed("AB\u0007"),
        keyed("AB", ref="x" * 999),
        keyed("AB", maker="\0"),
    ],
)
def test_what_a_file_would_be_refused_for_is_refused_on_the_page(data: dict[str, str]) -> None:
    client = people.signed_in("alice", "registrar")
    before = entries()

    response = post(client, NEW, {"action": "save", **data})

    assert response.status_code == 422
    assert entries() == before


def test_a_record_number_in_use_for_another_weapon_is_refused() -> None:
    people.weapon("K-1", "ZZ 999")

    response = post(people.signed_in("alice", "registrar"), NEW, keyed("AB 123", ref="K-1"))

    assert response.status_code == 422
    assert Weapon.objects.count() == 1


# An event


def test_an_event_recorded_twice_is_one_event() -> None:
    weapon = people.weapon("1")
    client = people.signed_in("alice", "registrar")
    data = {"event": "transfer", "date": "1994-06", "to": "7th Battery", "place": NORTH}

    for _ in range(2):
        assert post(client, f"/weapons/{weapon}/events/new/", data).status_code == 302

    found = records.record(weapon)
    assert found is not None
    assert [(line.event, line.date, line.precision) for line in found.history][1:] == [("transfer", "1994-06", "month")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, "required"),
        ({"event": "same_as"}, "not one of"),
        ({"event": "transfer", "date": "03/04/2001"}, "day first"),
        ({"event": "transfer", "date": "2001-02-30"}, "Expected"),
        ({"event": "install"}, "which part"),
        ({"event": "transfer", "country": "Atlantis"}, "Expected"),
        ({"event": "transfer", "to": "x" * 600}, "at most"),
        ({"event": "transfer", "note": "\u0000"}, "Null"),
    ],
)
def test_an_event_that_makes_no_sense_is_answered_beside_its_field(data: dict[str, str], expected: str) -> None:
    weapon = people.weapon("1")
    client = people.signed_in("alice", "registrar")
    before = entries()

    response = post(client, f"/weapons/{weapon}/events/new/", data)

    assert response.status_code == 422
    assert expected in response.content.decode()
    assert entries() == before


def test_alice_records_events_at_her_place_only() -> None:
    people.places()
    hers, his = people.weapon("1", place=NORTH), people.weapon("2", place=SOUTH)
    client = people.signed_in("alice", "armourer", NORTH)

    found = [post(client, f"/weapons/{w}/events/new/", {"event": "count"}).status_code for w in (hers, his)]

    assert found == [302, 404]


# A correction


def correct_url(weapon: str, index: int = 1) -> str:
    position = Link.objects.filter(weapon_id=weapon).order_by("position")[index].position
    return f"/weapons/{weapon}/events/{position}/correct/"


def transferred() -> str:
    weapon = people.weapon("1")
    people.event(weapon, event="transfer", date="1990", to="1st Regiment")
    return weapon


def test_a_correction_shows_old_and_new_side_by_side_and_keeps_both() -> None:
    weapon = transferred()
    client = people.signed_in("alice", "registrar")
    url = correct_url(weapon)
    assert client.get(url).content.decode().count("1st Regiment") == 2

    data = {
        "event": "transfer",
        "date": "1991",
        "to": "1st Regiment",
        "reason": "misread",
        "words": "page misread",
        "action": "save",
    }
    assert post(client, url, data).status_code == 302

    found = records.record(weapon)
    assert found is not None
    transfers = sorted((line.date, line.corrected) for line in found.history if line.event == "transfer")
    assert transfers == [("1990", True), ("1991", False)]


def test_an_event_that_never_occurred_is_withdrawn() -> None:
    weapon = transferred()

    post(people.signed_in("alice", "registrar"), correct_url(weapon), {"reason": "wrong_weapon", "action": "never"})

    state = projection.state_of(weapon)
    assert state is not None
    assert state.holder == ""


@pytest.mark.parametrize("action", ["save", "never"])
def test_nothing_is_corrected_without_a_reason(action: str) -> None:
    weapon = transferred()
    client = people.signed_in("alice", "registrar")
    before = entries()
    data = {"event": "transfer", "date": "1991", "to": "1st Regiment", "reason": " ", "action": action}

    assert post(client, correct_url(weapon), data).status_code == 422
    assert entries() == before


def test_a_correction_that_changes_nothing_is_refused() -> None:
    weapon = transferred()
    data = {"event": "transfer", "date": "1990", "to": "1st Regiment", "reason": "misread", "action": "save"}

    assert post(people.signed_in("alice", "registrar"), correct_url(weapon), data).status_code == 422


def test_a_second_click_on_a_correction_is_harmless() -> None:
    weapon = transferred()
    client = people.signed_in("alice", "registrar")
    url = correct_url(weapon)
    data = {
        "event": "transfer",
        "date": "1991",
        "to": "1st Regiment",
        "reason": "misread",
        "words": "page misread",
        "action": "save",
    }

    first, second = (post(client, url, data) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert Link.objects.filter(weapon_id=weapon).count() == 4


def test_an_event_that_names_a_person_is_corrected_only_after_saying_why_one_looks() -> None:
    weapon = people.weapon("1")
    people.event(weapon, event="sale", date="1990", to="Nadila Mourato")
    client = people.signed_in("alice", "registrar")

    refused = client.get(correct_url(weapon))
    client.post(f"/weapons/{weapon}/names/", {"reason": "record", "words": "correcting the sale"})

    assert refused.headers["Location"] == f"/weapons/{weapon}/"
    assert b"Nadila Mourato" in client.get(correct_url(weapon)).content


WEAPON = {**people.REVOLVER, "marks": "1", "m0-component": "frame", "m0-role": "control", "action": "save"}


def test_the_facts_and_marks_of_a_weapon_are_corrected() -> None:
    weapon = people.weapon("1", "AB 123")
    data = {**WEAPON, "model": "M971", "m0-mark": "AB 128", "reason": "misread", "words": "read again"}

    assert post(people.signed_in("alice", "registrar"), f"/weapons/{weapon}/correct/", data).status_code == 302

    row = Weapon.objects.get()
    assert (row.model, row.serial, row.ref) == ("M971", "AB 128", "1")


@pytest.mark.parametrize("change", [{"reason": ""}, {"year": "12"}, {"m0-mark": ""}, {"kind": "catapult"}])
def test_a_correction_of_a_weapon_that_makes_no_sense_is_answered(change: dict[str, str]) -> None:
    weapon = people.weapon("1", "AB 123")
    client = people.signed_in("alice", "registrar")
    before = entries()

    response = post(
        client, f"/weapons/{weapon}/correct/", {**WEAPON, "m0-mark": "AB 128", "reason": "misread", **change}
    )

    assert response.status_code == 422
    assert entries() == before


# A join


def test_two_records_are_shown_and_joined_with_a_reason() -> None:
    stays, goes = people.weapon("stays"), people.weapon("goes")
    client = people.signed_in("alice", "registrar")
    assert b"The record that stays" in client.get(f"/weapons/{goes}/join/?survivor=stays").content

    response = post(client, f"/weapons/{goes}/join/", {"survivor": stays, "reason": "twice"})

    assert response.headers["Location"] == f"/weapons/{stays}/"
    assert str(Weapon.objects.get(ref="goes").replaced_by) == stays


@pytest.mark.parametrize(
    "data", [{"survivor": "nobody", "reason": "twice"}, {"survivor": "stays", "reason": ""}, {"survivor": ""}]
)
def test_a_join_that_makes_no_sense_is_answered(data: dict[str, str]) -> None:
    people.weapon("stays")
    goes = people.weapon("goes")
    client = people.signed_in("alice", "registrar")
    before = entries()

    assert post(client, f"/weapons/{goes}/join/", data).status_code == 422
    assert entries() == before


def test_a_record_is_not_joined_to_itself() -> None:
    weapon = people.weapon("one")

    post(people.signed_in("alice", "registrar"), f"/weapons/{weapon}/join/", {"survivor": weapon, "reason": "twice"})

    assert Weapon.objects.get().replaced_by is None
