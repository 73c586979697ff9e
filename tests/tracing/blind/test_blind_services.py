"""A blind check between two nodes: signed, sealed, bounded, on the record of both, and silent about the mark."""

import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from countermark.ledger import checkpoint as checkpoints
from countermark.ledger import exchange, sealing, services, store, verify
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor
from countermark.tracing.blind import http, messages, psi, rules
from countermark.tracing.blind import services as blind
from countermark.tracing.blind.messages import FORMAT, Said
from countermark.tracing.blind.services import NotDone
from countermark.tracing.requests import delivery
from tests.register import people
from tests.tracing.requests.test_services import THEIRS, Peer

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

ANN = Actor("contact")
SECRET, ID = psi.new_secret(), "00000000-0000-4000-8000-000000000001"
THEIR_SECRET = psi.new_secret()
THEIR_SETUP = psi.setup_of(THEIR_SECRET, ["AB18304"])


@pytest.fixture
def peer(tmp_path: Path) -> Peer:
    (tmp_path / "peer").mkdir()
    peer = Peer(tmp_path / "peer")
    services.open_store()
    exchange.trust(THEIRS, checkpoints.verifier_key(THEIRS, peer.key.public_key()), peer.encryption_key, by=ANN)
    return peer


def question(peer: Peer, mark: str = "SNW1", **changed: Any) -> str:
    points = psi.question_of(SECRET, rules.padded(rules.texts_of(mark)))
    fields: dict[str, Any] = {
        "format": FORMAT, "kind": "question", "id": str(uuid.uuid4()), "sender": THEIRS, "version": "", "points": points,
        "receiver": services.require_own_log().origin,
    }  # fmt: skip
    said = Said(**{**fields, **changed})
    return messages.sealed(said, peer.key, sealing.own_public_key())


def opened(peer: Peer, reply: str) -> Said:
    log = services.require_own_log()
    with peer.at_home():
        return messages.opened(reply, "reply", lambda _: [log.verifier_key], messages.LONGEST_REPLY)


def hits(peer: Peer, mark: str) -> list[int]:
    said = opened(peer, blind.answer(question(peer, mark), by=ANN))
    return psi.hits(SECRET, said.setup, said.points)


@pytest.fixture
def answering(peer: Peer) -> Peer:
    people.weapon("W1")
    blind.make_setup(by=ANN)
    blind.open_to(THEIRS, answered=True, by=ANN)
    return peer


def test_a_registered_mark_is_a_hit_and_another_is_none(answering: Peer) -> None:
    assert hits(answering, "SN W1") == [0]
    assert hits(answering, "SN Q9") == []


def test_nobody_is_answered_until_the_state_says_so(peer: Peer) -> None:
    blind.make_setup(by=ANN)
    with pytest.raises(NotDone, match="not answered here"):
        blind.answer(question(peer), by=ANN)


def test_a_peer_is_answered_so_often_a_day_and_no_more(answering: Peer) -> None:
    blind.set_limit(2, by=ANN)
    hits(answering, "SN W1")
    hits(answering, "SN W2")
    with pytest.raises(NotDone, match="as often today"):
        blind.answer(question(answering), by=ANN)


def test_a_question_somebody_recorded_and_sends_again_is_refused(answering: Peer) -> None:
    token = question(answering)
    blind.answer(token, by=ANN)
    with pytest.raises(NotDone, match="answered before"):
        blind.answer(token, by=ANN)


def test_a_set_up_replaced_is_erased(answering: Peer) -> None:
    first = blind.current_setup()
    blind.make_setup(by=ANN)
    assert first is not None
    assert not Attachment.objects.get(pk=first.version).data
    assert verify.verify().ok


def test_the_set_up_travels_only_to_who_has_not_got_it(answering: Peer) -> None:
    first = opened(answering, blind.answer(question(answering), by=ANN))
    again = opened(answering, blind.answer(question(answering, version=first.version), by=ANN))
    assert first.setup
    assert not again.setup
    assert psi.hits(SECRET, first.setup, again.points) == [0]


def test_a_new_set_up_has_a_new_secret(answering: Peer) -> None:
    assert blind.make_setup(by=ANN).secret != blind.make_setup(by=ANN).secret


def test_the_secret_is_readable_by_its_owner_alone(answering: Peer) -> None:
    assert blind._path().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "changed", [{"receiver": "XC/main/1"}, {"points": b"nothing"}, {"id": "../x"}, {"format": "other/1"}]
)
def test_a_question_that_cannot_be_right_is_refused(answering: Peer, changed: dict[str, Any]) -> None:
    before = store.total_size()
    with pytest.raises(NotDone):
        blind.answer(question(answering, **changed), by=ANN)
    assert store.total_size() == before


def test_a_question_signed_by_another_key_is_refused(answering: Peer) -> None:
    answering.key = checkpoints.generate_key()
    with pytest.raises(NotDone, match="signature"):
        blind.answer(question(answering), by=ANN)


def reply_of_peer(peer: Peer, token: str, **changed: Any) -> str:
    log = services.require_own_log()
    with peer.at_home():
        asked = messages.opened(token, "question", lambda _: [log.verifier_key], messages.LONGEST_QUESTION)
    points = psi.reply_to(THEIR_SECRET, asked.points)
    version = hashlib.sha256(THEIR_SETUP).hexdigest()
    fields: dict[str, Any] = {
        "format": FORMAT, "kind": "reply", "id": asked.id, "sender": THEIRS, "receiver": log.origin, "version": version,
        "points": points, "setup": THEIR_SETUP, "made": "2026-11-25",
    }  # fmt: skip
    said = Said(**{**fields, **changed})
    return messages.sealed(said, peer.key, sealing.own_public_key())


def test_a_reply_says_which_of_the_likely_marks_the_peer_knows(peer: Peer) -> None:
    _, token = blind.ask(THEIRS, "A818304", by=ANN)
    told = blind.take(reply_of_peer(peer, token), by=ANN)
    assert (told.known, told.made) == (("AB18304",), "2026-11-25")


def test_a_set_up_held_is_used_again(peer: Peer) -> None:
    blind.take(reply_of_peer(peer, blind.ask(THEIRS, "AB18304", by=ANN)[1]), by=ANN)
    again = blind.take(reply_of_peer(peer, blind.ask(THEIRS, "AB18304", by=ANN)[1], setup=b""), by=ANN)
    assert again.known == ("AB18304",)


@pytest.mark.parametrize("changed", [{"setup": b""}, {"setup": b"another"}, {"points": b"?"}, {"id": ID}])
def test_a_reply_that_cannot_be_right_is_refused(peer: Peer, changed: dict[str, Any]) -> None:
    _, token = blind.ask(THEIRS, "AB18304", by=ANN)
    with pytest.raises(NotDone):
        blind.take(reply_of_peer(peer, token, **changed), by=ANN)


def test_no_entry_tells_the_mark_and_all_verify(answering: Peer) -> None:
    hits(answering, "SN W1")
    blind.take(reply_of_peer(answering, blind.ask(THEIRS, "AB18304", by=ANN)[1]), by=ANN)
    stored = b"".join(data for _, _, _, data in store.raw_entries(services.require_own_log()))
    assert b"AB18304" not in stored
    assert verify.verify().ok


def test_a_stranger_at_the_door_is_refused_without_a_reason(client: Client, answering: Peer) -> None:
    refused = client.post("/exchange/blind/", "nothing", content_type="application/jose")
    assert (refused.status_code, refused.json()) == (400, {"status": "refused"})


def test_a_node_at_the_door_gets_its_sealed_reply(client: Client, answering: Peer) -> None:
    answered = client.post("/exchange/blind/", question(answering), content_type="application/jose")
    said = opened(answering, answered.content.decode())
    assert psi.hits(SECRET, said.setup, said.points) == [0]


def test_the_page_says_who_may_ask_here(answering: Peer) -> None:
    page = people.signed_in("contact", "contact").get("/requests/blind/").content.decode()
    assert THEIRS in page
    assert "No State can be asked over the network yet" in page


def test_a_hit_opens_an_ordinary_request_with_state_and_mark_filled_in(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery.set_address(THEIRS, "https://xb.example", by=ANN)
    told = blind.Outcome(THEIRS, "A818304", ("AB18304",), "2026-11-25")
    monkeypatch.setattr(http, "ask", lambda *_, **__: told)
    asked = {"peer": THEIRS, "reading": "A818304"}
    page = people.signed_in("contact", "contact").post("/requests/blind/", asked).content.decode()
    assert 'href="/requests/new/?to=XB&amp;reading=AB18304"' in page
