"""Deciding on a candidate: an act with the readings, the probability shown and the tree size, and who may decide."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.entry import Entry
from countermark.register.services import Refused
from countermark.tracing import shown
from countermark.tracing.queries import query_of
from countermark.tracing.services import decide
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH, signed_in

pytestmark = pytest.mark.django_db

QUERY = query_of([("frame", "K10?4", "")], maker="Rossi")


def acts() -> list[Entry]:
    return [entry for entry in logs.all_entries() if entry.body.get("act", "").startswith("candidate_")]


@pytest.fixture
def weapon_id() -> str:
    people.places()
    return str(people.weapon("R 1", "K1034", place=NORTH))


def token(weapon_id: str, **changed: Any) -> str:
    said = {
        "weapon": weapon_id,
        "probability": 0.97,
        "readings": [["frame", "K10?4", ""]],
        "evidence": {"maker": "Rossi", "country": "", "kind": "", "calibre": ""},
    }
    return signing.dumps({**said, **changed}, salt=shown.SALT, compress=True)


def post(client: Client, candidate: str, decision: str = "confirm", reason: str = "same stamp on the slide") -> Any:
    return client.post("/trace/decide/", {"candidate": candidate, "decision": decision, "reason": reason})


@pytest.mark.parametrize(("confirmed", "word"), [(True, "candidate_confirmed"), (False, "candidate_rejected")])
def test_a_decision_is_an_act_with_the_readings_and_the_tree_size(weapon_id: str, confirmed: bool, word: str) -> None:
    size = logs.size(ledger.require_own_log())
    decide(weapon_id, QUERY, 0.97, confirmed=confirmed, reason="same stamp", by=CHIEF)
    (entry,) = acts()
    assert (entry.body["act"], entry.body["weapon"], entry.body["tree_size"]) == (word, weapon_id, size)
    assert entry.body["readings"] == [{"reading": "K10?4", "component": "frame", "mark_kind": ""}]
    assert (entry.body["evidence"]["maker"], entry.body["probability"]) == ("Rossi", "0.9700")


def test_the_reason_and_the_officer_are_named_by_id_only(weapon_id: str) -> None:
    decide(weapon_id, QUERY, 0.97, confirmed=True, reason="Okoro says so", by=CHIEF)
    stored = b"".join(data for _, _, _, data in logs.raw_entries(ledger.require_own_log()))
    assert b"Okoro" not in stored
    assert b"chief" not in stored
    assert acts()[0].recorded.note.startswith("urn:countermark:note:")


def test_deciding_twice_is_two_acts(weapon_id: str) -> None:
    for _ in range(2):
        decide(weapon_id, QUERY, 0.97, confirmed=True, reason="same stamp", by=CHIEF)
    assert len(acts()) == 2


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_needs_a_reason(weapon_id: str, reason: str) -> None:
    with pytest.raises(Refused, match="reason"):
        decide(weapon_id, QUERY, 0.97, confirmed=True, reason=reason, by=CHIEF)
    assert acts() == []


def test_a_decision_needs_a_weapon_of_this_register(weapon_id: str) -> None:
    with pytest.raises(Refused, match="weapon"):
        decide(weapon_id[:-1] + "x", QUERY, 0.97, confirmed=True, reason="so", by=CHIEF)


# On the page


def test_an_officer_of_the_place_decides_on_the_page(weapon_id: str) -> None:
    answer = post(signed_in("alice", "tracing", NORTH), token(weapon_id))
    assert (answer.status_code, answer.url) == (302, f"/weapons/{weapon_id}/")
    assert [entry.body["act"] for entry in acts()] == ["candidate_confirmed"]


def test_an_officer_of_another_place_decides_nothing_even_with_anothers_answer(weapon_id: str) -> None:
    post(signed_in("bob", "tracing", SOUTH), token(weapon_id))
    assert acts() == []


def test_somebody_without_the_role_is_not_let_in(weapon_id: str) -> None:
    assert post(signed_in("charlie"), token(weapon_id)).status_code == 403
    assert post(Client(), token(weapon_id)).status_code in (302, 403)
    assert acts() == []


@pytest.mark.parametrize("forged", ["", "junk", "a:b:c"])
def test_a_forged_answer_records_nothing(weapon_id: str, forged: str) -> None:
    answer = post(signed_in("alice", "tracing", NORTH), forged or token(weapon_id)[:-2])
    assert answer.status_code == 302
    assert acts() == []


def test_a_token_signed_for_something_else_is_no_answer(weapon_id: str) -> None:
    other = signing.dumps({"weapon": weapon_id}, salt="another purpose")
    assert post(signed_in("alice", "tracing", NORTH), other).status_code == 302
    assert acts() == []


@pytest.mark.parametrize(("decision", "reason"), [("confirm", ""), ("confirm", "  "), ("", "so"), ("perhaps", "so")])
def test_what_is_no_decision_with_a_reason_is_not_recorded(weapon_id: str, decision: str, reason: str) -> None:
    assert post(signed_in("alice", "tracing", NORTH), token(weapon_id), decision, reason).status_code == 302
    assert acts() == []


# What Alice, Bob and Charlie see


def page(client: Client) -> str:
    return client.get("/trace/", {"reading": "K1034"}).content.decode()


def test_a_weapon_outside_ones_places_shows_only_that_there_is_one(weapon_id: str) -> None:
    alice, bob = page(signed_in("alice", "tracing", NORTH)), page(signed_in("bob", "tracing", SOUTH))
    assert weapon_id in alice
    assert "R 1" in alice
    assert weapon_id not in bob
    assert "R 1" not in bob


def test_somebody_without_the_role_sees_no_trace_page(weapon_id: str) -> None:
    assert signed_in("charlie").get("/trace/", {"reading": "K1034"}).status_code == 403
