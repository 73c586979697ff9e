"""Handling conditions travel with each datum and are enforced where it arrives: who sees it, until when, and where it may go."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import verify
from countermark.tracing.requests import handling, queries
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.handling import Handling, Reader
from countermark.tracing.requests.services import NotSaid
from tests.tracing.requests.test_conversation import BODIES
from tests.tracing.requests.test_services import NODE, RELEASER, THEIRS, WRITER, Peer, asked, peer

__all__ = ["peer"]

DAY = dt.date(2026, 11, 25)
CONTACT = Reader(frozenset({"contact"}), frozenset({"Ministry of the Interior"}), DAY)
TRACER = Reader(frozenset({"tracing"}), frozenset(), DAY)
HOLDER = "urn:countermark:party:" + "1" * 64


def _told(**conditions: Any) -> dict[str, Any]:
    record = {
        "event_id": "e1",
        "names": {HOLDER: "Arsenal of the North"},
        "facts": {"event": "export", "to": "Arsenal of the North"},
        "handling": {HOLDER: conditions},
    }
    return {"answer": {"records": [record]}, "outcome": "A4"}


@pytest.mark.parametrize(
    ("conditions", "reader", "why"),
    [
        ({}, TRACER, ""),
        ({"staff": ("contact",)}, CONTACT, ""),
        ({"staff": ("contact",)}, TRACER, "staff"),
        ({"organisation": "ministry of the  INTERIOR"}, CONTACT, ""),
        ({"organisation": "Customs"}, CONTACT, "staff"),
        ({"until": "2026-11-25"}, CONTACT, ""),
        ({"until": "2026-11-24"}, CONTACT, "expired"),
    ],
)
def test_a_datum_is_seen_by_whom_and_until_when_it_was_said(
    conditions: dict[str, Any], reader: Reader, why: str
) -> None:
    assert handling.hidden(Handling(**conditions), reader) == why


def test_what_is_hidden_leaves_its_conditions_and_says_why() -> None:
    body = {**BODIES["delay"], "handling": {"until": "2026-01-01"}}
    assert handling.seen(body, CONTACT) == {
        "handling": {"until": "2026-01-01"},
        "until": BODIES["delay"]["until"],
        "hidden": "expired",
    }


def test_a_name_is_hidden_alone_and_the_rest_of_its_record_stays() -> None:
    seen = handling.seen(_told(staff=["contact"]), TRACER)["answer"]["records"][0]
    assert (seen["names"], seen["withheld"], seen["event_id"]) == ({}, ["handling:staff"], "e1")


@pytest.mark.parametrize("value", [{"staff": "all"}, {"colour": "red"}, "secret", {"until": "some day"}, 7])
def test_conditions_this_program_does_not_know_are_taken_for_the_strictest(value: Any) -> None:
    assert handling.read(value) == handling.STRICTEST


@given(
    st.recursive(st.none() | st.booleans() | st.text(max_size=9), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9),
    st.recursive(st.none() | st.text(max_size=9), lambda inner: st.dictionaries(st.sampled_from(["handling", "records", "names"]), inner), max_leaves=9),
)  # fmt: skip
def test_whatever_another_program_wrote_nothing_fails_where_it_is_read(conditions: Any, answer: Any) -> None:
    body = {"handling": conditions, "answer": answer}
    handling.seen(body, TRACER)
    handling.is_guarded(body)


def test_a_text_is_found_again_in_other_case_and_spacing() -> None:
    body = {"circumstances": "the weapon went to ARSENAL OF  THE NORTH in May"}
    assert handling.carried(body, ["Arsenal of the North"]) == ["Arsenal of the North"]


def test_what_says_nothing_of_its_origin_is_not_held_back() -> None:
    assert (
        handling.carried(BODIES["request"], handling.guarded({**BODIES["answer"], "handling": {"no_onward": True}}))
        == []
    )


pytestmark = pytest.mark.django_db


def _answered(peer: Peer, body: dict[str, Any]) -> str:
    request = asked()
    requests.receive(peer.sealed(peer.says(request.id, 1, 2, "answer", body=body)), by=NODE)
    return request.id


def _onward() -> str:
    body = {**BODIES["request"], "circumstances": "exported to the Arsenal of the North"}
    return requests.draft("request", body, peer="XC", by=WRITER)


def test_what_may_not_be_passed_on_goes_into_no_message_to_another_state(peer: Peer) -> None:
    _answered(peer, _told(no_onward=True))
    with pytest.raises(NotSaid, match="Arsenal of the North came from XB"):
        _onward()


def test_it_goes_back_to_the_state_it_came_from(peer: Peer) -> None:
    request = _answered(peer, _told(no_onward=True))
    assert requests.draft("clarification", {"question": "Which Arsenal of the North?"}, conversation=request, by=WRITER)


def test_a_draft_written_before_the_condition_came_is_not_released(peer: Peer) -> None:
    draft = _onward()
    _answered(peer, _told(no_onward=True))
    with pytest.raises(NotSaid, match="has to consent"):
        requests.release(draft, by=RELEASER)


@pytest.mark.parametrize(("decision", "country", "goes"), [("granted", "XC", True), ("granted", "XD", False), ("refused", "XC", False)])  # fmt: skip
def test_it_goes_on_once_its_state_consented_to_that_state(peer: Peer, decision: str, country: str, goes: bool) -> None:
    request = _answered(peer, _told(no_onward=True))
    body = {"about": 1, "next_country": country, "reason": "the trace goes on"}
    requests.release(requests.draft("consent_request", body, conversation=request, by=WRITER), by=RELEASER)
    said = peer.says(request, 2, 4, "consent", body={"about": 2, "decision": decision})
    requests.receive(peer.sealed(said), by=NODE)
    if goes:
        assert _onward()
        return
    with pytest.raises(NotSaid):
        _onward()


def test_a_request_is_read_with_the_eyes_of_its_reader(peer: Peer) -> None:
    request = _answered(peer, {**_told(), "handling": {"staff": ["contact"]}})
    known = queries.request(request, TRACER)
    assert known is not None
    assert known.received[0].envelope.body == known.conversation.said[-1].body
    assert known.received[0].envelope.body["hidden"] == "staff"


def test_conditions_outside_the_vocabulary_are_not_sent(peer: Peer) -> None:
    with pytest.raises(NotSaid, match="handling"):
        requests.draft("request", {**BODIES["request"], "handling": {"colour": "red"}}, peer=THEIRS, by=WRITER)


def test_the_view_with_drafts_and_guarded_messages_rebuilds_equal(peer: Peer) -> None:
    _answered(peer, _told(no_onward=True))
    assert verify.verify().ok
