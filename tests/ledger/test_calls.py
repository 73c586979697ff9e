"""Signed calls and answers, and the bodies they carry."""

import io

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import calls, checkpoint, services
from countermark.ledger.calls import Call, CallError
from countermark.ledger.checkpoint import CheckpointError

KEY = checkpoint.generate_key()
CALL = Call("XA/depot7/1", "XA/main/1", "challenge", "nonce", "heads", "00" * 32)
VERIFIER = checkpoint.verifier_key(CALL.sender, KEY.public_key())


def unpacked(data: bytes) -> bytes:
    out = io.BytesIO()
    calls.unpack(io.BytesIO(data), out)
    return out.getvalue()


@given(st.binary(max_size=5000))
def test_what_is_packed_is_unpacked_the_same(data: bytes) -> None:
    assert unpacked(calls.packed(data)) == data


@given(st.binary(max_size=300))
def test_what_is_no_packed_piece_is_refused(data: bytes) -> None:
    with pytest.raises(CallError):
        unpacked(data)


def test_a_piece_that_ends_early_goes_on_or_grows_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = calls.packed(b"a" * 100_000)
    for bad in (whole[:-1], whole + b"x", whole + whole):
        with pytest.raises(CallError):
            unpacked(bad)
    monkeypatch.setattr(calls, "LONGEST_UNPACKED", 50_000)
    with pytest.raises(CallError, match="too long"):
        unpacked(whole)


def test_only_the_caller_signs_a_call_and_only_exactly_this_one() -> None:
    note = checkpoint.sign_text(CALL.text(), CALL.sender, KEY)
    calls.verify(CALL, note, VERIFIER)
    other = Call(CALL.sender, CALL.receiver, CALL.challenge, CALL.nonce, "push", CALL.digest)
    stranger = checkpoint.sign_text(CALL.text(), CALL.sender, checkpoint.generate_key())
    for call, signed in ((other, note), (CALL, stranger), (CALL, note[:-8] + "AAAAAAA\n")):
        with pytest.raises(CallError):
            calls.verify(call, signed, VERIFIER)


def test_a_call_cannot_pass_for_a_checkpoint() -> None:
    note = checkpoint.sign_text(CALL.text(), CALL.sender, KEY)
    with pytest.raises(CheckpointError):
        checkpoint.open_note(note, [VERIFIER])


@given(st.text(max_size=60))
def test_a_header_that_is_no_call_is_refused(text: str) -> None:
    for header in (text, calls.SCHEME + text):
        with pytest.raises(CallError):
            calls.read(header)


@pytest.mark.django_db
def test_an_answer_is_signed_for_this_call_alone() -> None:
    log = services.require_own_log()
    call = Call("XA/depot7/1", log.origin, "challenge", "nonce", "heads", "00" * 32)
    signature = calls.answer_signature(call, b"body", log)
    calls.verify_answer(call, b"body", signature, log.verifier_key)
    again = Call("XA/depot7/1", log.origin, "challenge", "another", "heads", "00" * 32)
    for asked, body, given_signature in ((again, b"body", signature), (call, b"other", signature), (call, b"body", "")):
        with pytest.raises(CallError):
            calls.verify_answer(asked, body, given_signature, log.verifier_key)


def test_a_challenge_is_this_nodes_own_and_good_for_minutes() -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        challenge = calls.new_challenge()
        assert calls.is_fresh(challenge)
        assert not calls.is_fresh(challenge[:-1] + ("A" if challenge[-1] != "A" else "B"))
        clock.shift(calls.CHALLENGE_SECONDS + 1)
        assert not calls.is_fresh(challenge)
