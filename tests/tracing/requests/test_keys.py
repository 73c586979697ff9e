"""Keys of nodes: rotated by announcement, believed while they are valid, compared in person; and the periods of the nation."""

from typing import Any

import pytest

from countermark.ledger import checkpoint, entry, guard, services, verify
from countermark.ledger.checkpoint import SigningKey
from countermark.tracing.requests import keyring, keys, messages, periods, rules, shown, signatures
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.keys import Announcement, KeyProblem, PeerKey
from countermark.tracing.requests.messages import Envelope
from countermark.tracing.requests.services import NotSaid
from tests.tracing.requests.test_conversation import BODIES
from tests.tracing.requests.test_services import NODE, RELEASER, THEIRS, Peer, asked, peer

__all__ = ["peer"]

PAST, LATER, NOW = "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z"
OLD, NEW, NEXT = checkpoint.generate_key(), checkpoint.generate_key(), checkpoint.generate_key()


def _verifier(key: SigningKey, origin: str = THEIRS) -> str:
    return checkpoint.verifier_key(origin, key.public_key())


def _announced(new: SigningKey, old: SigningKey, **changed: Any) -> str:
    said = {
        "format": keys.FORMAT,
        "origin": THEIRS,
        "verifier_key": _verifier(new),
        "encryption_key": "",
        "since": PAST,
        "old_until": LATER,
    }
    return keys.announce(Announcement(**{**said, **changed}), old)  # fmt: skip


KNOWN = (PeerKey(_verifier(OLD)),)


def test_a_key_announced_by_a_valid_one_is_believed_beside_it_until_the_old_one_ends() -> None:
    learnt = keys.learn(KNOWN, THEIRS, [_announced(NEW, OLD)], NOW)
    assert [one.verifier_key for one in keys.valid(learnt, NOW)] == [_verifier(OLD), _verifier(NEW)]
    assert [one.verifier_key for one in keys.valid(learnt, "2027-06-01T00:00:00.000Z")] == [_verifier(NEW)]


def test_keys_changed_twice_are_learnt_in_one_message() -> None:
    learnt = keys.learn(KNOWN, THEIRS, [_announced(NEW, OLD), _announced(NEXT, NEW)], NOW)
    assert learnt[-1].verifier_key == _verifier(NEXT)


def test_learning_again_changes_nothing() -> None:
    learnt = keys.learn(KNOWN, THEIRS, [_announced(NEW, OLD)], NOW)
    assert keys.learn(learnt, THEIRS, [_announced(NEW, OLD)], NOW) == learnt


@pytest.mark.parametrize(
    "token",
    [
        _announced(NEW, NEXT),
        _announced(NEW, OLD, origin="XC/main/1"),
        _announced(NEW, OLD, verifier_key=_verifier(NEW, "XC/main/1")),
        _announced(NEW, OLD, old_until=""),
        _announced(NEW, OLD, encryption_key="nonsense"),
        signatures.signed(b"{}", OLD, THEIRS),
        "nonsense",
    ],
)
def test_an_announcement_that_is_none_teaches_nothing(token: str) -> None:
    assert keys.learn(KNOWN, THEIRS, [token], NOW) == KNOWN


def test_a_key_announced_by_a_node_whose_clock_is_ahead_is_believed_at_once() -> None:
    learnt = keys.learn(KNOWN, THEIRS, [_announced(NEW, OLD, since="2026-06-01T01:00:00.000Z")], NOW)
    assert _verifier(NEW) in [one.verifier_key for one in keys.valid(learnt, NOW)]


def test_an_ended_key_announces_none() -> None:
    ended = (PeerKey(_verifier(OLD), until=PAST),)
    assert keys.learn(ended, THEIRS, [_announced(NEW, OLD)], NOW) == ended


def test_a_fingerprint_is_of_the_key_alone() -> None:
    assert (
        keys.fingerprint(_verifier(NEW))
        == keys.fingerprint(_verifier(NEW, "XC/main/1"))
        != keys.fingerprint(_verifier(OLD))
    )


def _answer(peer: Peer, request: str) -> Envelope:
    return peer.says(request, 1, 2, "acknowledgement")


def _sealed(said: Envelope, key: SigningKey, announced: tuple[str, ...] = ()) -> str:
    from countermark.ledger import sealing

    return messages.sealed(messages.written(said), key, THEIRS, sealing.own_public_key(), announced)


@pytest.mark.django_db
def test_a_message_signed_by_a_key_rotated_in_is_taken_and_the_key_kept(peer: Peer) -> None:
    token = _sealed(_answer(peer, asked().id), NEW, (_announced(NEW, peer.key),))
    assert requests.receive(token, by=NODE).conversation.state == "acknowledged"
    assert [one.verifier_key for one in keyring.of_peer(THEIRS)] == [_verifier(peer.key), _verifier(NEW)]


@pytest.mark.django_db
def test_a_message_signed_by_an_ended_key_is_refused(peer: Peer) -> None:
    keyring.trust(THEIRS, PeerKey(_verifier(peer.key), until=PAST), by=RELEASER)
    with pytest.raises(NotSaid, match="valid now"):
        requests.receive(peer.sealed(_answer(peer, asked("XC").id)), by=NODE)


@pytest.mark.django_db
def test_after_rotating_old_checkpoints_and_what_was_sealed_before_are_still_good(peer: Peer) -> None:
    log = services.require_own_log()
    note, token = guard.sign_current(log), peer.sealed(_answer(peer, asked().id))
    made = keyring.rotate(LATER if entry.now() < LATER else "2999-01-01T00:00:00.000Z", by=RELEASER)
    assert checkpoint.open_note(note, [log.verifier_key]).origin == log.origin
    assert requests.receive(token, by=NODE).conversation.state == "acknowledged"
    outgoing = requests.sealed(asked(), 1)
    with peer.at_home():
        found = messages.unsealed(outgoing)
    learnt = keys.learn([PeerKey(log.verifier_key)], log.origin, found.announced, entry.now())
    envelope, _ = messages.verified(found, [made.verifier_key], log.verifier_key)
    assert (learnt[-1].verifier_key, envelope.sender) == (made.verifier_key, log.origin)
    assert verify.verify().ok


@pytest.mark.django_db
@pytest.mark.parametrize("until", ["", "tomorrow", PAST])
def test_an_old_key_is_not_ended_at_once(peer: Peer, until: str) -> None:
    with pytest.raises(KeyProblem):
        keyring.rotate(until, by=RELEASER)


@pytest.mark.django_db
def test_who_compared_a_key_is_noted(peer: Peer) -> None:
    keyring.compared(THEIRS, _verifier(peer.key), "by telephone", by=RELEASER)
    asked()
    assert shown.directory_keys(THEIRS)[0].compared.startswith("contact2, ")


@pytest.mark.django_db
def test_a_large_message_arrives_whole(peer: Peer) -> None:
    body = {**BODIES["answer"], "text": "x" * 300_000}
    said = peer.says(asked().id, 1, 2, "answer", body=body)
    assert requests.receive(peer.sealed(said), by=NODE).conversation.said[-1].body == body


@pytest.mark.django_db
def test_the_periods_of_a_country_hold_before_those_for_every_other(peer: Peer) -> None:
    periods.set_periods("", rules.Periods(answer=10, source="decree 1"), by=RELEASER)
    periods.set_periods("XB", rules.Periods(answer=20, source="agreement"), by=RELEASER)
    assert (periods.of("XB").answer, periods.of("XC").answer) == (20, 10)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"answer": 0}, {"remind": -1}, {"acknowledge": 99999}, {"source": " "}])
def test_periods_without_sense_or_source_are_not_set(peer: Peer, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotSaid):
        periods.set_periods("", rules.Periods(**{"source": "decree 1", **wrong}), by=RELEASER)
