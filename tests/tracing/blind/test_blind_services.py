"""A blind check between two nodes: signed, sealed, bounded, on the record of both, and silent about the mark."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from countermark.ledger import checkpoint as checkpoints
from countermark.ledger import exchange, sealing, services, store, verify
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor
from countermark.tracing.blind import files, messages, psi, queries, rules, setups
from countermark.tracing.blind import services as blind
from countermark.tracing.blind.messages import FORMAT, Said
from countermark.tracing.blind.services import NotDone
from tests.register import people
from tests.tracing.requests.test_services import THEIRS, Peer

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

ANN = Actor("contact")
SECRET, ID = psi.new_secret(), "00000000-0000-4000-8000-000000000001"
THEIR_SECRET = psi.new_secret()
THEIR_SETUP = psi.setup_of(THEIR_SECRET, ["AB18304"])
THEIR_PART = setups.digest(THEIR_SETUP)


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
        "format": FORMAT, "kind": "question", "id": str(uuid.uuid4()), "sender": THEIRS, "points": points,
        "receiver": services.require_own_log().origin,
    }  # fmt: skip
    said = Said(**{**fields, **changed})
    return messages.sealed(said, peer.key, sealing.own_public_key())


def opened(peer: Peer, reply: str) -> Said:
    log = services.require_own_log()
    with peer.at_home():
        return messages.opened(reply, ["reply"], lambda _: [log.verifier_key], messages.LONGEST_REPLY)


def part_of(peer: Peer, token: str) -> bytes:
    with peer.at_home():
        return messages.opened_part(token)


def wanted(peer: Peer, asked: str, *parts: str) -> str:
    to = services.require_own_log().origin
    said = Said(FORMAT, "wanted", asked, THEIRS, to, parts=parts)
    return messages.sealed(said, peer.key, sealing.own_public_key())


def hits(peer: Peer, mark: str) -> list[int]:
    said = opened(peer, blind.answer(question(peer, mark), by=ANN).token)
    parts = [part_of(peer, blind.give(wanted(peer, said.id, name))) for name in said.parts]
    return [hit for part in parts for hit in psi.hits(SECRET, part, said.points)]


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
    assert not Attachment.objects.get(pk=first.parts[0]).data
    assert verify.verify().ok


def test_a_part_travels_only_to_who_has_not_got_it(answering: Peer) -> None:
    first = blind.answer(question(answering), by=ANN)
    again = blind.answer(question(answering, parts=first.missing), by=ANN)
    assert len(first.missing) == 1
    assert again.missing == ()
    assert opened(answering, again.token).parts == first.missing


def test_a_part_is_given_only_for_a_question_of_that_peer_that_was_answered(answering: Peer) -> None:
    setup = blind.current_setup()
    assert setup is not None
    with pytest.raises(NotDone, match="no such question"):
        blind.give(wanted(answering, ID, setup.parts[0]))


def test_a_part_of_a_set_up_that_was_replaced_is_not_to_be_had(answering: Peer) -> None:
    said = opened(answering, blind.answer(question(answering), by=ANN).token)
    blind.make_setup(by=ANN)
    with pytest.raises(NotDone, match="ask again"):
        blind.give(wanted(answering, said.id, said.parts[0]))


def test_a_large_register_is_asked_part_by_part(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setups, "PART", 1)
    for ref in ("W1", "W2", "W3"):
        people.weapon(ref)
    made = blind.make_setup(by=ANN)
    blind.open_to(THEIRS, answered=True, by=ANN)
    assert (len(made.parts), made.marks) == (3, 3)
    assert hits(peer, "SN W3") == [0]
    assert hits(peer, "SN Q9") == []


def test_a_state_that_answers_nobody_answers_no_peer_it_opened_to(answering: Peer) -> None:
    blind.set_answering(False, by=ANN)
    with pytest.raises(NotDone, match="not answered here"):
        blind.answer(question(answering), by=ANN)
    blind.set_answering(True, by=ANN)
    assert hits(answering, "SN W1") == [0]


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
        asked = messages.opened(token, ["question"], lambda _: [log.verifier_key], messages.LONGEST_QUESTION)
    fields: dict[str, Any] = {
        "format": FORMAT, "kind": "reply", "id": asked.id, "sender": THEIRS, "receiver": log.origin,
        "points": psi.reply_to(THEIR_SECRET, asked.points), "parts": (THEIR_PART,), "made": "2026-11-25",
    }  # fmt: skip
    said = Said(**{**fields, **changed})
    return messages.sealed(said, peer.key, sealing.own_public_key())


def theirs(_: str) -> bytes:
    return THEIR_SETUP


def nothing(_: str) -> bytes:
    return b""


def test_a_reply_says_which_of_the_likely_marks_the_peer_knows(peer: Peer) -> None:
    asked, token = blind.ask(THEIRS, "A818304", by=ANN)
    told = blind.take(reply_of_peer(peer, token), theirs, by=ANN)
    assert (told.known, told.made) == (("AB18304",), "2026-11-25")
    listed = queries.question(asked)
    assert listed is not None
    assert (listed.reading, listed.known, listed.made) == ("A818304", ("AB18304",), "2026-11-25")


def test_a_part_held_is_used_again(peer: Peer) -> None:
    blind.take(reply_of_peer(peer, blind.ask(THEIRS, "AB18304", by=ANN)[1]), theirs, by=ANN)
    again = blind.take(reply_of_peer(peer, blind.ask(THEIRS, "AB18304", by=ANN)[1]), nothing, by=ANN)
    assert again.known == ("AB18304",)


def test_parts_that_came_before_a_reply_was_cut_short_are_kept(peer: Peer) -> None:
    other = psi.setup_of(THEIR_SECRET, ["ZZ9999"])
    parts = {THEIR_PART: THEIR_SETUP, setups.digest(other): other}
    reply = reply_of_peer(peer, blind.ask(THEIRS, "ZZ9999", by=ANN)[1], parts=tuple(parts))
    with pytest.raises(NotDone, match="ask again"):
        blind.take(reply, {THEIR_PART: THEIR_SETUP, setups.digest(other): b""}.__getitem__, by=ANN)
    assert queries.held(THEIRS) == (THEIR_PART,)
    assert blind.take(reply, parts.__getitem__, by=ANN).known == ("ZZ9999",)


def test_parts_of_an_older_set_up_are_erased_when_a_newer_one_came(peer: Peer) -> None:
    blind.take(reply_of_peer(peer, blind.ask(THEIRS, "AB18304", by=ANN)[1]), theirs, by=ANN)
    newer = psi.setup_of(THEIR_SECRET, ["AB18304", "AB18305"])
    reply = reply_of_peer(peer, blind.ask(THEIRS, "AB18304", by=ANN)[1], parts=(setups.digest(newer),))
    blind.take(reply, lambda _: newer, by=ANN)
    assert not Attachment.objects.get(pk=THEIR_PART).data
    assert verify.verify().ok


def test_a_question_goes_out_with_the_same_points_each_time(peer: Peer) -> None:
    asked, token = blind.ask(THEIRS, "AB18304", by=ANN)
    log, again_sealed = services.require_own_log(), blind.sealed_question(asked)
    with peer.at_home():
        first, again = (
            messages.opened(one, ["question"], lambda _: [log.verifier_key], messages.LONGEST_QUESTION)
            for one in (token, again_sealed)
        )
    assert first == again


def test_a_reply_as_a_file_tells_what_one_over_the_network_does(answering: Peer) -> None:
    lines = list(files.answered(question(answering), by=ANN))
    said = opened(answering, lines[0])
    assert psi.hits(SECRET, part_of(answering, lines[1]), said.points) == [0]
    _, token = blind.ask(THEIRS, "AB18304", by=ANN)
    part = messages.sealed_part(THEIR_SETUP, sealing.own_public_key())
    file = [f"{one}\n".encode() for one in (reply_of_peer(answering, token), part)]
    assert files.taken(file, by=ANN).known == ("AB18304",)


@pytest.mark.parametrize("file", [[], [b"?"], ["é".encode()]])
def test_a_file_that_is_no_reply_is_refused(peer: Peer, file: list[bytes]) -> None:
    with pytest.raises(NotDone):
        files.taken(file, by=ANN)


@pytest.mark.parametrize("changed", [{"parts": ("0" * 64,)}, {"parts": ("x",)}, {"points": b"?"}, {"id": ID}])
def test_a_reply_that_cannot_be_right_is_refused(peer: Peer, changed: dict[str, Any]) -> None:
    _, token = blind.ask(THEIRS, "AB18304", by=ANN)
    with pytest.raises(NotDone):
        blind.take(reply_of_peer(peer, token, **changed), theirs, by=ANN)


def test_what_is_no_set_up_is_not_kept_as_a_part_of_one(peer: Peer) -> None:
    _, token = blind.ask(THEIRS, "AB18304", by=ANN)
    said = b'{"message":"of another State"}'
    with pytest.raises(NotDone):
        blind.take(reply_of_peer(peer, token, parts=(setups.digest(said),)), lambda _: said, by=ANN)
    assert queries.held(THEIRS) == ()


def test_no_entry_tells_the_mark_and_all_verify(answering: Peer) -> None:
    hits(answering, "SN W1")
    blind.take(reply_of_peer(answering, blind.ask(THEIRS, "AB18304", by=ANN)[1]), theirs, by=ANN)
    stored = b"".join(data for _, _, _, data in store.raw_entries(services.require_own_log()))
    assert b"AB18304" not in stored
    assert verify.verify().ok


def test_a_stranger_at_the_door_is_refused_without_a_reason(client: Client, answering: Peer) -> None:
    refused = client.post("/exchange/blind/", "nothing", content_type="application/jose")
    assert (refused.status_code, refused.json()) == (400, {"status": "refused"})


def test_a_node_at_the_door_gets_its_sealed_reply(client: Client, answering: Peer) -> None:
    answered = client.post("/exchange/blind/", question(answering), content_type="application/jose")
    said = opened(answering, answered.content.decode())
    given = client.post("/exchange/blind/", wanted(answering, said.id, *said.parts), content_type="application/jose")
    assert psi.hits(SECRET, part_of(answering, given.content.decode()), said.points) == [0]
