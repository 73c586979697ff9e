"""Messages of a tracing request: drafted by one person, released by another, sealed, received once, and all in the ledger."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings as django_settings

from countermark.ledger import checkpoint, exchange, guard, sealing, services, store, verify
from countermark.ledger.checkpoint import Checkpoint
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor
from countermark.tracing.requests import messages, queries, rules
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.messages import FORMAT, Envelope
from countermark.tracing.requests.services import NotSaid
from countermark.tracing.requests.states import Request
from tests.tracing.requests.test_conversation import BODIES

pytestmark = pytest.mark.django_db

WRITER, RELEASER, NODE = Actor("contact"), Actor("contact2"), Actor("")
THEIRS = "XB/main/1"


class Peer:
    """Another State's node, as far as this test needs one: its keys, and what it says."""

    def __init__(self, path: Path) -> None:
        self.key = checkpoint.generate_key()
        self.path = path
        self.box = X25519PrivateKey.generate()
        self.file = path / "peer.enc"
        self.file.write_bytes(
            self.box.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.file.chmod(0o600)

    @property
    def encryption_key(self) -> str:
        with self.at_home():
            return sealing.own_public_key()

    @contextmanager
    def at_home(self) -> Iterator[None]:
        """Inside, keys are this peer's."""
        ours = django_settings.ENVIRONMENT
        django_settings.ENVIRONMENT = dataclasses.replace(ours, key_path=self.path / "peer.key")
        try:
            yield
        finally:
            django_settings.ENVIRONMENT = ours

    def says(self, conversation: str, number: int, clock: int, kind: str, /, **changed: Any) -> Envelope:
        log = services.require_own_log()
        note = checkpoint.sign(Checkpoint(THEIRS, 5, b"\x02" * 32), self.key)
        fields: dict[str, Any] = {
            "format": FORMAT, "sender": THEIRS, "receiver": log.origin, "conversation": conversation, "side": "answerer",
            "number": number, "clock": clock, "kind": kind, "time": "2026-03-02T08:00:00.000Z", "body": BODIES.get(kind, {}),
            "checkpoint": note,
        }  # fmt: skip
        return Envelope(**{**fields, **changed})

    def sealed(self, envelope: Envelope, key: Any = None) -> str:
        return messages.sealed(messages.written(envelope), key or self.key, THEIRS, sealing.own_public_key())


@pytest.fixture
def peer(tmp_path: Path) -> Peer:
    home = tmp_path / "peer"
    home.mkdir()
    peer = Peer(home)
    services.open_store()
    verifier = checkpoint.verifier_key(THEIRS, peer.key.public_key())
    exchange.trust(THEIRS, verifier, peer.encryption_key, by=NODE)
    return peer


def asked(to: str = THEIRS) -> Request:
    draft = requests.draft("request", BODIES["request"], peer=to, by=WRITER)
    return requests.release(draft, by=RELEASER)


def test_a_request_goes_out_when_a_second_person_releases_it(peer: Peer) -> None:
    request = asked()
    assert (request.conversation.state, len(request.undelivered), request.drafts) == ("sent", 1, ())


def test_its_writer_cannot_release_a_message(peer: Peer) -> None:
    draft = requests.draft("request", BODIES["request"], peer=THEIRS, by=WRITER)
    with pytest.raises(NotSaid, match="somebody else"):
        requests.release(draft, by=WRITER)


def test_a_message_is_released_once(peer: Peer) -> None:
    draft = requests.draft("request", BODIES["request"], peer=THEIRS, by=WRITER)
    requests.release(draft, by=RELEASER)
    with pytest.raises(NotSaid, match="no draft"):
        requests.release(draft, by=RELEASER)


def test_an_incomplete_request_is_not_even_drafted(peer: Peer) -> None:
    with pytest.raises(NotSaid, match="intended_use is missing"):
        requests.draft("request", {**BODIES["request"], "intended_use": ""}, peer=THEIRS, by=WRITER)


def test_a_state_nobody_knows_is_not_asked(peer: Peer) -> None:
    with pytest.raises(NotSaid, match="not in the directory"):
        requests.draft("request", BODIES["request"], peer="XQ/main/1", by=WRITER)


def test_the_receiver_opens_what_was_sealed_to_it(peer: Peer) -> None:
    request = asked()
    token = requests.sealed(request, 1)
    log = services.require_own_log()
    with peer.at_home():
        envelope, _ = messages.verified(messages.unsealed(token), [log.verifier_key], log.verifier_key)
    assert (envelope.kind, envelope.conversation, envelope.body) == ("request", request.id, BODIES["request"])


def test_nobody_else_opens_it(peer: Peer) -> None:
    token = requests.sealed(asked(), 1)
    with pytest.raises(messages.MessageError, match="another node"):
        messages.unsealed(token)


def test_an_acknowledgement_moves_the_request_on_and_tells_what_arrived(peer: Peer) -> None:
    request = asked()
    said = peer.says(request.id, 1, 2, "acknowledgement", received=1)
    known = requests.receive(peer.sealed(said), by=NODE)
    assert (known.conversation.state, known.undelivered) == ("acknowledged", ())


def test_the_same_message_again_appends_nothing(peer: Peer) -> None:
    token = peer.sealed(peer.says(asked().id, 1, 2, "acknowledgement"))
    requests.receive(token, by=NODE)
    size = store.total_size()
    requests.receive(token, by=NODE)
    assert store.total_size() == size


def test_another_message_under_the_same_number_is_not_believed(peer: Peer) -> None:
    request = asked()
    requests.receive(peer.sealed(peer.says(request.id, 1, 2, "acknowledgement")), by=NODE)
    with pytest.raises(NotSaid, match="another message"):
        requests.receive(peer.sealed(peer.says(request.id, 1, 2, "progress")), by=NODE)


def test_a_message_that_came_early_waits_for_the_one_before(peer: Peer) -> None:
    request = asked()
    early = requests.receive(peer.sealed(peer.says(request.id, 2, 3, "answer")), by=NODE)
    assert early.conversation.state == "sent"
    late = requests.receive(peer.sealed(peer.says(request.id, 1, 2, "acknowledgement")), by=NODE)
    assert late.conversation.state == "answered"


@pytest.mark.parametrize(
    "changed",
    [
        {"receiver": "XA/other/1"},
        {"sender": "XC/main/1"},
        {"side": "asker"},
        {"kind": "refusal", "body": {"grounds": ["politics"], "reason": "no"}},
        {"checkpoint": "forged"},
        {"number": 0},
        {"time": "9999-12-31T00:00:00.000Z"},
        {"time": "yesterday"},
        {"conversation": "a/b\n", "side": "asker", "kind": "request", "body": BODIES["request"]},
    ],
)
def test_a_message_that_cannot_be_right_is_refused_and_nothing_kept(peer: Peer, changed: dict[str, Any]) -> None:
    request = asked()
    size = store.total_size()
    with pytest.raises(NotSaid):
        requests.receive(peer.sealed(peer.says(request.id, 1, 2, "acknowledgement", **changed)), by=NODE)
    assert store.total_size() == size


def test_a_message_signed_by_another_key_is_refused(peer: Peer) -> None:
    said = peer.says(asked().id, 1, 2, "acknowledgement")
    with pytest.raises(NotSaid, match="signature"):
        requests.receive(peer.sealed(said, checkpoint.generate_key()), by=NODE)


@pytest.mark.parametrize("token", ["", "x", "a.b.c.d.e", "{}", "é" * 10, "A" * 5000])
def test_what_is_no_message_is_refused(peer: Peer, token: str) -> None:
    with pytest.raises(NotSaid):
        requests.receive(token, by=NODE)


def test_an_answer_nobody_asked_for_is_refused(peer: Peer) -> None:
    with pytest.raises(NotSaid, match="nothing was asked"):
        requests.receive(peer.sealed(peer.says("unknown", 1, 2, "answer")), by=NODE)


def test_a_state_without_a_node_is_asked_and_answers_on_paper(peer: Peer) -> None:
    request = asked("XC")
    assert (request.on_paper, request.undelivered) == (True, ())
    known = requests.note_paper(request.id, "answer", BODIES["answer"], "2026-04-01T00:00:00.000Z", by=WRITER)
    assert known.conversation.state == "answered"


def test_a_paper_with_an_impossible_date_is_not_recorded(peer: Peer) -> None:
    request = asked("XC")
    with pytest.raises(NotSaid, match="impossible time"):
        requests.note_paper(request.id, "answer", BODIES["answer"], "some day", by=WRITER)


def test_the_checkpoints_of_a_peer_are_kept_with_its_messages(peer: Peer) -> None:
    requests.receive(peer.sealed(peer.says(asked().id, 1, 2, "acknowledgement")), by=NODE)
    assert list(queries.checkpoints_of(THEIRS, {5})) == [5]


def test_what_was_said_stands_in_no_entry(peer: Peer) -> None:
    asked()
    stored = b"".join(data for _, _, _, data in store.raw_entries(services.require_own_log()))
    assert b"AB 1234" not in stored


def test_a_message_whose_document_was_erased_leaves_the_conversation_whole(peer: Peer) -> None:
    request = asked()
    services.erase([], attachments=[request.kept[0].digest], by=RELEASER, reason="test")
    known = queries.request(request.id)
    assert known is not None
    assert known.conversation.state == "sent"


def test_a_delay_whose_document_was_erased_is_due_as_if_it_had_set_no_date(peer: Peer) -> None:
    request = asked()
    known = requests.receive(peer.sealed(peer.says(request.id, 1, 2, "delay")), by=NODE)
    services.erase([], attachments=[known.received[0].digest], by=RELEASER, reason="test")
    delayed = queries.request(request.id)
    assert delayed is not None
    owed = rules.due(delayed.conversation)
    assert (delayed.conversation.state, owed and owed.what) == ("delayed", "answer")


def test_a_request_that_follows_from_another_says_so_here_and_not_to_its_peer(peer: Peer) -> None:
    first = asked()
    draft = requests.draft("request", BODIES["request"], peer="XC", parent=first.id, by=WRITER)
    second = requests.release(draft, by=RELEASER)
    assert (second.parent, queries.following(first.id)) == (first.id, [second.id])
    assert first.id not in messages.written(second.kept[0].envelope).decode()


@pytest.mark.parametrize("named", ["Juan Perez", "r\0", "x" * 5000, "\u202e"])
def test_what_another_state_calls_a_linked_request_stands_in_no_entry(peer: Peer, named: str) -> None:
    said = peer.says(asked().id, 1, 2, "forwarding", body={"next_country": "XC", "linked_request": named})
    requests.receive(peer.sealed(said), by=NODE)
    stored = b"".join(data for _, _, _, data in store.raw_entries(services.require_own_log()))
    assert b"Juan" not in stored
    assert b"x" * 200 not in stored


def test_a_request_follows_from_none_that_is_not_known(peer: Peer) -> None:
    with pytest.raises(NotSaid, match="no request"):
        requests.draft("request", BODIES["request"], peer="XC", parent="nobodys", by=WRITER)


def test_the_store_verifies_and_rebuilds_equal(peer: Peer) -> None:
    request = asked()
    requests.receive(peer.sealed(peer.says(request.id, 1, 2, "acknowledgement")), by=NODE)
    assert verify.verify().ok
    assert Attachment.objects.count() == 3
    assert guard.last_signed(services.require_own_log()) is not None


def test_every_kind_of_message_in_the_table_has_a_body_in_these_tests() -> None:
    assert all(kind in BODIES or not word.needs for kind, word in rules.table().messages.items())
