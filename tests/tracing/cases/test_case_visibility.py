"""Who sees which cases: those of one's place and below, in lists, links, alerts, requests, photographs and choices alike."""

import html

import pytest
from django.test import Client

from countermark.accounts import services as accounts
from countermark.accounts.models import Place
from countermark.tracing.cases import queries, services
from countermark.tracing.cases.rules import Facts, Mark, Recovered
from countermark.tracing.cases.states import Case
from tests.marking.photograph import jpeg
from tests.register import people

pytestmark = pytest.mark.django_db

STATION = "Harbour station"
SEIZED = Facts("seizure", "2026-03-04", place="Quay 7", why_illicit=("a",))
REVOLVER = Recovered(readings=(Mark("SN W1"),), kind="revolver", calibre=".38")


@pytest.fixture
def alice() -> Client:
    """A tracing officer of the northern depot, which has a station below it."""
    people.places()
    accounts.add_place(STATION, Place.objects.get(name=people.NORTH), by=people.CHIEF)
    return people.signed_in("alice", "tracing", people.NORTH)


def case_of(place: str = "", facts: Facts = SEIZED) -> Case:
    office = Place.objects.get(name=place).id if place else ""
    return services.open_case(facts, (REVOLVER,), office, by=people.CHIEF)


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_cases_of_ones_place_and_below_are_listed_and_no_others(alice: Client) -> None:
    mine, below = case_of(people.NORTH), case_of(STATION)
    others = [case_of(people.SOUTH), case_of()]
    page = text_of(alice, "/cases/")
    assert all(one.id in page for one in (mine, below))
    assert not any(one.id in page for one in others)
    assert "2 cases" in page


def test_a_case_of_another_office_is_there_for_no_page(alice: Client) -> None:
    other = case_of(people.SOUTH)
    item = other.items[0].id
    paths = ["", "facts/", "weapons/new/", f"weapons/{item}/", f"weapons/{item}/facts/", f"photographs/{'0' * 64}/"]
    assert {alice.get(f"/cases/{other.id}/{path}").status_code for path in paths} == {404}
    posts = ["note/", "close/", "office/", f"weapons/{item}/consider/", f"weapons/{item}/drop/"]
    assert {alice.post(f"/cases/{other.id}/{path}", {"reason": "x"}).status_code for path in posts} == {404}
    assert queries.case(other.id) == other


def test_a_link_names_no_case_of_another_office(alice: Client) -> None:
    mine, below, other = case_of(people.NORTH), case_of(STATION), case_of(people.SOUTH)
    page = text_of(alice, f"/cases/{mine.id}/")
    assert below.id in page
    assert other.id not in page


def test_an_alert_of_another_office_is_not_told(alice: Client) -> None:
    mine, other = case_of(people.NORTH), case_of(people.SOUTH)
    people.event(people.weapon("W1", place=people.NORTH), event="theft", date="2020-01-01")
    page = text_of(alice, "/cases/")
    assert mine.id in page
    assert other.id not in page


def test_a_stolen_weapon_of_another_place_is_announced_without_saying_which(alice: Client) -> None:
    mine = case_of(people.NORTH)
    weapon = people.weapon("W1", place=people.SOUTH)
    people.event(weapon, event="theft", date="2020-01-01")
    for path in ("/cases/", f"/cases/{mine.id}/"):
        page = text_of(alice, path)
        assert "may not see" in page
        assert weapon not in page
        assert "Rossi" not in page


def test_a_photograph_is_shown_where_its_case_is(alice: Client) -> None:
    other = case_of(people.SOUTH)
    (note,) = services.note(other.id, "", (jpeg(), "image/jpeg"), by=people.CHIEF).notes
    assert alice.get(f"/cases/{other.id}/photographs/{note.document}/").status_code == 404
    bob = people.signed_in("bob", "tracing", people.SOUTH)
    assert bob.get(f"/cases/{other.id}/photographs/{note.document}/").status_code == 200


def test_only_ones_own_offices_are_offered_and_taken(alice: Client) -> None:
    page = text_of(alice, "/cases/new/")
    assert STATION in page
    assert people.SOUTH not in page
    assert "The whole State" not in page
    south = Place.objects.get(name=people.SOUTH).id
    assert alice.post("/cases/new/", {"how": "find", "date": "2026", "office": south}).status_code == 422
    assert list(queries.cases()) == []


def test_who_has_one_office_opens_cases_there(alice: Client) -> None:
    carol = people.signed_in("carol", "tracing", STATION)
    carol.post("/cases/new/", {"how": "find", "date": "2026"})
    (found,) = queries.cases()
    assert found.office == Place.objects.get(name=STATION).id
    assert found.id in text_of(alice, "/cases/")


def test_a_case_given_away_is_seen_there_and_no_more_here(alice: Client) -> None:
    mine = case_of(people.NORTH)
    station = Place.objects.get(name=STATION).id
    assert alice.post(f"/cases/{mine.id}/office/", {"office": station}).status_code == 302
    assert mine.id in text_of(alice, "/cases/")
    south = Place.objects.get(name=people.SOUTH).id
    services.hand_over(mine.id, south, by=people.CHIEF)
    assert mine.id not in text_of(alice, "/cases/")
    assert alice.get(f"/cases/{mine.id}/").status_code == 404


def test_what_was_asked_of_other_states_is_for_those_who_see_requests(alice: Client) -> None:
    mine = case_of(people.NORTH)
    services.ask(mine.id, "XB", "criminal investigation", confirmed=True, by=people.CHIEF)
    page = text_of(alice, f"/cases/{mine.id}/")
    assert "The national point of contact has it" in page
    assert "/requests/" not in page


def test_the_national_point_of_contact_asks_for_every_office() -> None:
    people.places()
    other = case_of(people.SOUTH)
    dan = people.signed_in("dan", "contact")
    assert "SN W1" in text_of(dan, f"/requests/new/?case={other.id}&to=XB")


def test_a_candidate_at_another_place_is_shown_without_its_marks_and_not_confirmed(alice: Client) -> None:
    mine = case_of(people.NORTH)
    weapon = people.weapon("W1", place=people.SOUTH)
    page = text_of(alice, f"/cases/{mine.id}/")
    assert weapon not in page
    assert "at a place you may not see" in page
    sent = {"weapon": weapon, "decision": "confirm", "reason": "all agree"}
    alice.post(f"/cases/{mine.id}/weapons/{mine.items[0].id}/consider/", sent)
    assert queries.case(mine.id) == mine
