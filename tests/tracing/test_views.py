"""The trace page: who sees what of an answer, and what a decision leaves in the ledger."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from countermark.ledger import services as ledger
from countermark.ledger import store
from tests.register import people
from tests.register.people import NORTH, SOUTH

pytestmark = pytest.mark.django_db

SERIAL = "TKD 48213"


@pytest.fixture
def weapon() -> str:
    people.places()
    return people.weapon("R 77", SERIAL, place=NORTH)


def page(client: Client, reading: str = SERIAL, **more: Any) -> str:
    answer = client.get("/trace/", {"reading": reading, **more})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def candidate(text: str) -> str:
    """The signed candidate of the first decision form on a page."""
    found = re.search(r'name="candidate" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def acts(word: str) -> int:
    return sum(entry.body.get("act") == word for entry in store.all_entries())


def size() -> int:
    return store.size(ledger.require_own_log())


def test_a_reading_leads_to_the_weapon_and_its_record(weapon: str) -> None:
    text = page(people.signed_in("tina", "tracing"))
    assert f"/weapons/{weapon}/" in text
    assert "R 77" in text


def test_looking_appends_nothing(weapon: str) -> None:
    client = people.signed_in("tina", "tracing")
    before = size()
    page(client)
    page(client, "T?D 48*", maker="Rossi")
    assert size() == before


def test_while_somebody_types_only_the_answer_comes(weapon: str) -> None:
    client = people.signed_in("tina", "tracing")
    answer = client.get("/trace/", {"reading": SERIAL}, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert "R 77" in answer.content.decode()
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "reading", ["", "   ", "*", "?" * 5, "\\", "\0", "A" * 5000, "'; DROP TABLE", "<script>", "\u202e48213"]
)
def test_whatever_is_typed_gets_a_page(weapon: str, reading: str) -> None:
    text = people.signed_in("tina", "tracing").get("/trace/", {"reading": reading}).content.decode()
    assert "<script>" not in text


def test_why_a_reading_is_unusable_is_told_in_the_readers_language(weapon: str) -> None:
    officer = people.signed_in("tina", "tracing")
    officer.cookies["countermark_language"] = "fr"
    assert "Rien n’a été lu : il faut au moins un caractère" in page(officer, "**").replace("\xa0", " ")


def test_of_a_weapon_at_another_place_an_officer_sees_that_it_is_but_not_which(weapon: str) -> None:
    text = page(people.signed_in("sam", "tracing", SOUTH))
    assert "R 77" not in text
    assert weapon not in text


@pytest.mark.parametrize(("decision", "word"), [("confirm", "candidate_confirmed"), ("reject", "candidate_rejected")])
def test_a_decision_is_one_act(weapon: str, decision: str, word: str) -> None:
    client = people.signed_in("tina", "tracing")
    data = {"candidate": candidate(page(client)), "decision": decision, "reason": "seen with my own eyes"}
    assert client.post("/trace/decide/", data).status_code == 302
    assert acts(word) == 1


@pytest.mark.parametrize("change", [{"candidate": "forged"}, {"decision": "maybe"}, {"decision": ""}])
def test_what_is_no_decision_is_not_recorded(weapon: str, change: dict[str, str]) -> None:
    client = people.signed_in("tina", "tracing")
    data = {"candidate": candidate(page(client)), "decision": "confirm", "reason": "seen", **change}
    before = size()
    assert client.post("/trace/decide/", data).status_code == 302
    assert size() == before


def test_an_answer_taken_to_an_officer_of_another_place_decides_nothing(weapon: str) -> None:
    token = candidate(page(people.signed_in("tina", "tracing")))
    other = people.signed_in("sam", "tracing", SOUTH)
    before = size()
    other.post("/trace/decide/", {"candidate": token, "decision": "confirm", "reason": "mine"})
    assert size() == before


def test_who_may_trace_but_not_decide_is_offered_no_decision(weapon: str) -> None:
    client = people.signed_in("rita", "registrar")
    assert 'name="candidate"' not in page(client)
    assert client.post("/trace/decide/", {}).status_code == 403
