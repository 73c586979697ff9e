"""What another State told is erased when the last day on which it may be seen is over; the ledger and the conversation stay whole."""

import datetime as dt
from typing import Any

import pytest

from countermark.ledger import services, store, verify
from countermark.ledger.models import Attachment
from countermark.ledger.rebuild import rebuild_views
from countermark.tracing.requests import expiry, queries
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.services import NotSaid
from countermark.tracing.requests.states import Request
from tests.tracing.requests.test_services import NODE, THEIRS, WRITER, Peer, asked, peer

__all__ = ["peer"]

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

LAST, AFTER = "2026-06-30", dt.date(2026, 7, 1)
PARTY, PLACE = "urn:countermark:party:" + "1" * 64, "urn:countermark:place:" + "2" * 64


def answered(peer: Peer, handling: dict[str, Any], *, of: str = "message", number: int = 1) -> Request:
    """An answer with two names, under a condition on the message or on one name."""
    record: dict[str, Any] = {"event_id": "e", "names": {PARTY: "Juan Perez", PLACE: "Harbour Store"}}
    if of == "name":
        record["handling"] = {PARTY: handling}
    body: dict[str, Any] = {"answer": {"records": [record]}, "outcome": "A1"}
    if of == "message":
        body["handling"] = handling
    request = asked()
    return requests.receive(peer.sealed(peer.says(request.id, number, 2, "answer", body=body)), by=NODE)


def stored() -> bytes:
    """Everything the store keeps of what was said."""
    logs = b"".join(data for _, _, _, data in store.raw_entries(services.require_own_log()))
    return logs + b"".join(bytes(one.data) for one in Attachment.objects.all())


def test_nothing_is_erased_on_the_last_day(peer: Peer) -> None:
    answered(peer, {"until": LAST})
    assert expiry.expire(dt.date.fromisoformat(LAST)) == []
    assert b"Juan Perez" in stored()


def test_the_day_after_the_text_is_gone_and_the_conversation_stands(peer: Peer) -> None:
    request = answered(peer, {"until": LAST})
    assert expiry.expire(AFTER) == [(request.id, 1)]
    assert b"Juan Perez" not in stored()
    found = queries.request(request.id)
    assert found is not None
    assert (found.conversation.state, found.received[0].envelope.body["hidden"]) == ("answered", "expired")
    assert expiry.expire(AFTER) == []


@pytest.mark.parametrize("written", ["20260630", "2026-W27-2", "2026-06-30"])
def test_a_last_day_is_one_however_it_is_written(peer: Peer, written: str) -> None:
    answered(peer, {"until": written})
    assert len(expiry.expire(AFTER)) == 1


def test_a_name_goes_alone_and_the_others_stay(peer: Peer) -> None:
    request = answered(peer, {"until": LAST}, of="name")
    expiry.expire(AFTER)
    assert b"Juan Perez" not in stored()
    found = queries.request(request.id)
    assert found is not None
    (record,) = found.received[0].envelope.body["answer"]["records"]
    assert (record["names"], record["withheld"]) == ({PLACE: "Harbour Store"}, ["handling:expired"])


def test_what_may_not_go_on_may_not_after_a_part_was_erased(peer: Peer) -> None:
    request = asked()
    handling = {PARTY: {"until": LAST}, PLACE: {"no_onward": True}}
    record = {"event_id": "e", "names": {PARTY: "Juan Perez", PLACE: "Harbour Store"}, "handling": handling}
    body = {"answer": {"records": [record]}, "outcome": "A1"}
    requests.receive(peer.sealed(peer.says(request.id, 1, 2, "answer", body=body)), by=NODE)
    expiry.expire(AFTER)
    third = forwarded()
    with pytest.raises(NotSaid, match="consent"):
        requests.draft("information", {"text": "from Harbour Store"}, conversation=third.id, by=WRITER)


def forwarded() -> Request:
    """A request to a third State that asks for more."""
    request = asked(to="XC")
    question = {"question": "from where?"}
    return requests.note_paper(request.id, "information_request", question, "2026-03-03T00:00:00.000Z", by=WRITER)


def test_the_checkpoint_it_brought_still_dates_later_answers(peer: Peer) -> None:
    answered(peer, {"until": LAST})
    expiry.expire(AFTER)
    assert (queries.largest_held(THEIRS), list(queries.checkpoints_of(THEIRS, {5}))) == (5, [5])


def test_the_same_message_again_brings_nothing_back(peer: Peer) -> None:
    request = asked()
    body = {"answer": {"records": []}, "outcome": "A1", "text": "Juan Perez", "handling": {"until": LAST}}
    token = peer.sealed(peer.says(request.id, 1, 2, "answer", body=body))
    requests.receive(token, by=NODE)
    expiry.expire(AFTER)
    requests.receive(token, by=NODE)
    assert b"Juan Perez" not in stored()


def test_a_condition_that_ends_later_is_met_later(peer: Peer) -> None:
    handling = {PARTY: {"until": LAST}, PLACE: {"until": "2027-01-01"}}
    record = {"event_id": "e", "names": {PARTY: "Juan Perez", PLACE: "Harbour Store"}, "handling": handling}
    request = asked()
    body = {"answer": {"records": [record]}, "outcome": "A1"}
    requests.receive(peer.sealed(peer.says(request.id, 1, 2, "answer", body=body)), by=NODE)
    expiry.expire(AFTER)
    assert b"Harbour Store" in stored()
    expiry.expire(dt.date(2027, 1, 2))
    assert b"Harbour Store" not in stored()


def test_the_store_verifies_and_rebuilds_equal(peer: Peer) -> None:
    request = answered(peer, {"until": LAST}, of="name")
    expiry.expire(AFTER)
    before = queries.request(request.id)
    rebuild_views()
    assert queries.request(request.id) == before
    assert verify.verify().ok
