"""The page of the list: who reaches it, what it shows, saving a search, taking the list away."""

import csv
import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from countermark.ledger import identity, store
from countermark.ledger.verify import verify
from countermark.register import listfiles, searches
from countermark.register.models import SavedSearch
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db

LIST = "/weapons/"


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def last_act(word: str) -> dict[str, object]:
    return [entry.body for entry in store.all_entries() if entry.body.get("act") == word][-1]


def test_alice_sees_her_place_bob_his_and_charlie_is_refused() -> None:
    people.places()
    people.weapon("N-1", place=NORTH)
    people.weapon("S-1", place=SOUTH)

    alice = text(people.signed_in("alice", "armourer", NORTH), LIST)
    bob = text(people.signed_in("bob", "armourer", SOUTH), LIST)

    assert ("N-1" in alice, "S-1" in alice, "1 weapon<" in alice) == (True, False, True)
    assert ("N-1" in bob, "S-1" in bob) == (False, True)
    assert people.signed_in("charlie").get(LIST).status_code == 403


def test_what_the_fields_suggest_is_only_of_ones_own_place() -> None:
    people.places()
    people.weapon("1", place=NORTH, facts={**people.REVOLVER, "maker": "Northmaker"})
    people.weapon("2", place=SOUTH, facts={**people.REVOLVER, "maker": "Southmaker"})

    page = text(people.signed_in("alice", "armourer", NORTH), LIST)

    assert "Northmaker" in page
    assert "Southmaker" not in page
    assert SOUTH not in page


def test_a_person_who_holds_a_weapon_is_not_named_in_the_list() -> None:
    people.event(people.weapon("1"), event="sale", date="2001", to="Nadila Mourato")
    people.event(people.weapon("2"), event="transfer", date="2001", to="7th Artillery Regiment")

    page = text(people.signed_in("alice", "registrar"), LIST)

    assert "Nadila" not in page
    assert "name hidden" in page
    assert "7th Artillery Regiment" in page


@pytest.mark.parametrize(
    "query",
    [
        "?serial=%00&maker=%00",
        "?kind=nonsense&status=nonsense",
        "?sort=nonsense",
        "?sort=-year&after=xyz",
        "?before=%FF",
        "?col=nonsense&col=serial",
        "?year=" + "9" * 600,
        "?serial=*",
        "?holder=%F0%9F%98%80&place=x",
        "?print=1&after=zzz",
    ],
)
def test_a_query_that_makes_no_sense_is_answered(query: str) -> None:
    people.weapon("1")

    assert people.signed_in("alice", "registrar").get(LIST + query).status_code == 200


def test_the_list_takes_no_more_queries_for_more_weapons(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        people.event(people.weapon(str(number)), event="sale", date="2001", to=f"Person {number}")
    client = people.signed_in("alice", "registrar")
    client.get(LIST)

    with django_assert_max_num_queries(28):
        client.get(LIST + "?serial=SN*&maker=Rossi")


def test_a_full_page_leads_to_the_next_with_the_filters_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countermark.register.queries.listing.PAGE", 2)
    for number in range(3):
        people.weapon(str(number))
    client = people.signed_in("alice", "registrar")

    response = client.get(LIST + "?kind=revolver")
    following = client.get(LIST + response.context["following"])

    assert "kind=revolver" in response.context["following"]
    assert [line.weapon.ref for line in following.context["lines"]] == ["2"]


# Saved searches


def test_a_search_is_saved_shared_and_removed_and_verify_vouches_for_it() -> None:
    client = people.signed_in("alice", "registrar")

    client.post(reverse("register:search_save") + "?kind=rifle&after=x", {"name": "All rifles", "shared": "on"})

    saved = SavedSearch.objects.get()
    assert (saved.query, saved.shared) == ("kind=rifle", True)
    assert "All rifles" in text(people.signed_in("bob", "registrar"), LIST)
    assert verify().ok

    client.post(reverse("register:search_remove", args=[saved.pk]))

    assert searches.of("alice") == []
    assert verify().ok


def test_one_does_not_remove_the_search_of_another() -> None:
    saved = searches.save("alice", "Mine", "kind=rifle", shared=True, by=CHIEF)

    response = people.signed_in("bob", "registrar").post(reverse("register:search_remove", args=[saved.pk]))

    assert response.status_code == 404
    assert len(searches.of("alice")) == 1


@pytest.mark.parametrize("name", ["", "x" * 101, "a\u0007b"])
def test_a_search_without_a_usable_name_is_not_saved(name: str) -> None:
    people.signed_in("alice", "registrar").post(reverse("register:search_save") + "?kind=rifle", {"name": name})

    assert not SavedSearch.objects.exists()


# Taking the list away


def export(client: Client, query: str = "", **form: str) -> bytes:
    data = {"format": "csv", "purpose": "annual count", **form}
    response = client.post(reverse("register:weapons_export") + query, data)
    assert response.status_code == 200, response.headers
    content: bytes = response.getvalue()
    return content


def test_the_list_is_exported_as_seen_and_an_act_says_by_whom_and_what_for() -> None:
    people.places()
    people.weapon("N-1", "=1+1", place=NORTH)
    people.weapon("S-1", place=SOUTH)
    client = people.signed_in("alice", "commander", NORTH)

    data = export(client, "?col=serial&col=ref&kind=revolver")

    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [["mark", "ref"], ["'=1+1", "N-1"]]
    act = last_act("export")
    assert (act["rows"], act["columns"], act["filters"]) == (1, ["serial", "ref"], ["kind"])


def test_a_spreadsheet_of_the_list_holds_texts_only() -> None:
    people.weapon("1", "=SUM(A1)")
    people.weapon("2", "007")

    data = export(people.signed_in("alice", "registrar"), "?col=serial", format="xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [["mark"], ["'=SUM(A1)"], ["007"]]
    assert {cell.data_type for row in sheet.rows for cell in row} == {"s"}


def test_no_private_person_is_named_in_an_export() -> None:
    people.event(people.weapon("1"), event="sale", date="2001", to="Nadila Mourato")

    assert b"Nadila" not in export(people.signed_in("alice", "registrar"), "?col=ref&col=holder")


@pytest.mark.parametrize("form", [{"purpose": ""}, {"purpose": "  "}, {"format": "exe"}])
def test_an_export_without_purpose_or_format_is_refused_and_leaves_no_act(form: dict[str, str]) -> None:
    data = {"format": "csv", "purpose": "annual count", **form}

    response = people.signed_in("alice", "registrar").post(reverse("register:weapons_export"), data)

    assert response.status_code == 302
    assert not [entry for entry in store.all_entries() if entry.body.get("act") == "export"]


def test_more_rows_than_a_page_can_export_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listfiles, "ROWS_AT_MOST", 1)
    people.weapon("1")
    people.weapon("2")

    response = people.signed_in("alice", "registrar").post(
        reverse("register:weapons_export"), {"format": "csv", "purpose": "count"}
    )

    assert response.status_code == 302


def test_those_who_may_not_export_do_not() -> None:
    client = people.signed_in("alice", "armourer")

    assert client.post(reverse("register:weapons_export"), {"format": "csv", "purpose": "count"}).status_code == 403


def test_a_person_is_named_in_acts_by_an_opaque_id_only() -> None:
    export(people.signed_in("alice", "registrar"))

    last = [entry for entry in store.all_entries() if entry.body.get("act") == "export"][-1]
    assert last.recorded.by == identity.opaque("person", "alice")
