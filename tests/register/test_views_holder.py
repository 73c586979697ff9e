"""What somebody holds is listed to those who say why; names stand in no address, no session and no saved search."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countermark.ledger import identity, reasons, store
from countermark.register import searches
from countermark.register.models import SavedSearch
from countermark.register.queries import personal
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db

HELD = "/weapons/held/"
PERSON = "Nadila Mourato"
BODY = "7th Artillery Regiment"


@pytest.fixture(autouse=True)
def _sold() -> None:
    people.places()
    people.event(people.weapon("SOLD-1"), event="sale", date="2001", to=PERSON)
    people.event(people.weapon("KEPT-1"), event="transfer", date="2001", to=BODY)
    people.weapon("N-1", place=NORTH)


def ask(client: Client, who: str = "", reason: str = "", query: str = "") -> HttpResponse:
    response = client.post(HELD + query, {"who": who, "reason": "case" if reason else "", "words": reason})
    assert isinstance(response, HttpResponse)
    return response


def page(client: Client, url: str) -> str:
    response = client.get(url, follow=True)
    return str(response.content.decode())


def refs(shown: str) -> set[str]:
    return set(re.findall("SOLD-1|KEPT-1|N-1", shown))


def looks() -> list[dict[str, object]]:
    return [entry.body for entry in store.all_entries() if entry.body.get("act") == "person_viewed"]


def test_what_a_person_holds_is_listed_with_the_name_once_a_reason_is_given() -> None:
    alice = people.signed_in("alice", "registrar")

    shown = page(alice, ask(alice, PERSON.upper(), "stolen in the north?").headers["Location"])

    assert refs(shown) == {"SOLD-1"}
    assert PERSON in shown


def test_the_look_is_one_act_for_the_person_and_the_reason() -> None:
    alice = people.signed_in("alice", "registrar")

    ask(alice, PERSON, "inquiry 7")
    ask(alice, PERSON, "inquiry 7")

    [act] = looks()
    assert act["person"] == identity.opaque("party", PERSON)
    assert act["viewer"] == identity.opaque("person", "alice")
    assert act["reason"] == identity.opaque("note", "inquiry 7")
    assert reasons.stated("act", act) == ("look", "case")


def test_without_a_reason_nothing_is_listed_and_the_reason_is_asked_for() -> None:
    alice = people.signed_in("alice", "registrar")

    shown = page(alice, ask(alice, PERSON).headers["Location"])

    assert refs(shown) == set()
    assert "Why do you need to see this?" in shown
    assert looks() == []


def test_the_name_stands_neither_in_the_address_nor_in_the_session() -> None:
    alice = people.signed_in("alice", "registrar")

    address = ask(alice, PERSON, "inquiry").headers["Location"]

    assert "Nadila" not in address
    assert "Nadila" not in str(dict(alice.session.items()))


def test_an_address_opened_by_somebody_else_asks_for_a_reason_again() -> None:
    address = ask(people.signed_in("alice", "registrar"), PERSON, "inquiry").headers["Location"]
    bob = people.signed_in("bob", "tracing")

    assert refs(page(bob, address)) == set()
    ask(bob, reason="my own inquiry", query="?" + address.partition("?")[2])
    assert refs(page(bob, address)) == {"SOLD-1"}
    assert {act["viewer"] for act in looks()} == {identity.opaque("person", name) for name in ("alice", "bob")}


def test_the_list_closes_after_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = people.signed_in("alice", "registrar")
    address = ask(alice, PERSON, "inquiry").headers["Location"]

    monkeypatch.setattr(personal, "OPEN_FOR", timedelta(0))

    assert refs(page(alice, address)) == set()


@pytest.mark.parametrize("name", [PERSON, "Nobody Here"])
def test_who_may_not_open_personal_data_is_refused_whether_the_name_is_known_or_not(name: str) -> None:
    clerk = people.signed_in("clerk", "commander")

    assert ask(clerk, name, "curious").status_code == 403
    assert clerk.get("/weapons/", {"holder": identity.ref("party", name)}).status_code == 403
    assert looks() == []


def test_asking_for_a_name_nobody_has_is_recorded_too() -> None:
    alice = people.signed_in("alice", "registrar")

    shown = page(alice, ask(alice, "Nobody Here", "inquiry").headers["Location"])

    assert refs(shown) == set()
    assert len(looks()) == 1


def test_what_a_body_or_a_place_holds_needs_no_reason() -> None:
    keeper = people.signed_in("keeper", "commander")

    assert refs(page(keeper, ask(keeper, BODY).headers["Location"])) == {"KEPT-1"}
    assert refs(page(keeper, ask(keeper, NORTH).headers["Location"])) == {"N-1"}
    assert looks() == []


def test_a_person_named_like_a_place_is_not_listed_with_the_place() -> None:
    people.weapon("KEPT-2", place=PERSON)
    keeper = people.signed_in("keeper", "commander")

    assert refs(page(keeper, ask(keeper, PERSON).headers["Location"])) == set()


def test_somebody_of_one_place_is_offered_only_that_place() -> None:
    shown = page(people.signed_in("alice", "armourer", NORTH), "/weapons/")

    assert NORTH in shown
    assert SOUTH not in shown


def test_the_other_filters_stay_when_a_holder_is_asked_for() -> None:
    alice = people.signed_in("alice", "registrar")

    address = ask(alice, PERSON, "inquiry", "?kind=revolver&after=x").headers["Location"]

    assert "kind=revolver" in address
    assert "after" not in address


def test_an_export_of_what_a_person_holds_needs_the_list_to_be_open() -> None:
    alice = people.signed_in("alice", "registrar")
    query = "?holder=" + identity.ref("party", PERSON)
    wanted = {"purpose": "court", "format": "csv"}

    refused = alice.post(reverse("register:weapons_export") + query, wanted)
    ask(alice, PERSON, "court order")
    exported = alice.post(reverse("register:weapons_export") + query, wanted)

    assert b"Why do you need" in refused.content
    assert PERSON in b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]


def test_a_search_saved_with_a_holder_keeps_no_name_and_asks_why_when_it_is_used() -> None:
    alice = people.signed_in("alice", "registrar")
    query = ask(alice, PERSON, "inquiry").headers["Location"].partition("?")[2]

    alice.post(reverse("register:search_save") + "?" + query, {"name": "The case", "shared": "on"})

    saved = SavedSearch.objects.get()
    assert saved.query == "holder=" + identity.ref("party", PERSON)
    assert refs(page(people.signed_in("bob", "registrar"), "/weapons/?" + saved.query)) == set()


def test_an_address_or_search_of_before_that_named_somebody_is_led_to_one_that_does_not() -> None:
    alice = people.signed_in("alice", "registrar")
    SavedSearch.objects.create(owner="alice", name="Old", query="who=Nadila+Mourato&kind=rifle")

    response = alice.get("/weapons/?who=Nadila+Mourato")
    [search] = searches.of("alice")

    assert response.headers["Location"] == "/weapons/?holder=" + identity.ref("party", PERSON)
    assert "Nadila" not in search.query
    searches.save("alice", "Old", "who=Nadila Mourato", shared=False, by=CHIEF)
    assert "Nadila" not in SavedSearch.objects.get().query


def test_a_look_is_as_old_as_it_is() -> None:
    now = timezone.now()

    assert personal.still_open([("p", now.isoformat())], "p")
    assert not personal.still_open([("p", (now - timedelta(minutes=16)).isoformat())], "p")
