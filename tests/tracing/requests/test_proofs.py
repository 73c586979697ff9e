"""An answer proves itself, without a store: what is genuine, and what was there before."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.cli.requests import verify_answer
from countermark.ledger import checkpoint, entry, jcs, tree
from countermark.ledger.checkpoint import Checkpoint
from countermark.tracing.requests import proofs
from countermark.tracing.requests.proofs import FORMAT, Answer, Consistency, Released

KEY, OTHER = checkpoint.generate_key(), checkpoint.generate_key()
ORIGIN = "XB/main/1"


def _entry(number: int) -> bytes:
    body = {"type": "act", "act": "load", "time": "2026-01-01T00:00:00.000Z", "number": number}
    recorded = {"time": "2026-01-01T00:00:00.000Z", "by": "", "device_time": None}
    return jcs.encode({"body": body, "eventID": entry.event_id_of("act", body), "kind": "act", "recorded": recorded})


ENTRIES = [_entry(number) for number in range(7)]


def _root(size: int) -> bytes:
    return tree.root([tree.leaf_hash(data) for data in ENTRIES[:size]])


def _note(size: int, key: Any = KEY, origin: str = ORIGIN, root: bytes | None = None) -> str:
    return checkpoint.sign(Checkpoint(origin, size, root or _root(size)), key)


def _reader(level: int, start: int, count: int) -> list[bytes]:
    width = 1 << level
    return [
        tree.root([tree.leaf_hash(data) for data in ENTRIES[at * width : (at + 1) * width]])
        for at in range(start, start + count)
    ]


def _released(index: int) -> Released:
    data = ENTRIES[index]
    steps = tree.inclusion_proof(index, len(ENTRIES), _reader)
    return Released(json.loads(data)["eventID"], data.decode(), index, tuple(step.hex() for step in steps))


def _answer(**changed: Any) -> Answer:
    consistency = Consistency(4, tuple(step.hex() for step in tree.consistency_proof(4, 7, _reader)))
    answer = Answer(
        format=FORMAT,
        sender="XB",
        request="r1",
        weapon={},
        records=(_released(2), _released(5)),
        checkpoint=_note(7),
        verifier_key=checkpoint.verifier_key(ORIGIN, KEY.public_key()),
        consistency=(consistency,),
    )
    return msgspec.structs.replace(answer, **changed)


def test_entries_under_a_signed_checkpoint_are_genuine_and_their_date_is_asserted() -> None:
    report = proofs.verify(_answer())
    assert report.ok
    assert [(one.genuine, one.before) for one in report.records] == [(True, "asserted"), (True, "asserted")]


def test_an_entry_inside_an_older_checkpoint_was_there_before() -> None:
    report = proofs.verify(_answer(), [_note(4)])
    assert [one.before for one in report.records] == ["proven", "asserted"]


def test_a_log_that_was_rewritten_is_found_by_the_older_checkpoint() -> None:
    report = proofs.verify(_answer(), [_note(4, root=b"\x01" * 32)])
    assert not report.ok
    assert any("rewritten" in problem for problem in report.problems)


def test_a_checkpoint_of_a_size_the_answer_does_not_continue_proves_no_date() -> None:
    report = proofs.verify(_answer(), [_note(3)])
    assert report.ok
    assert {one.before for one in report.records} == {"asserted"}


def test_a_forged_checkpoint_held_before_is_a_problem() -> None:
    assert not proofs.verify(_answer(), [_note(4, OTHER)]).ok


def test_an_answer_signed_by_a_key_nobody_trusts_is_refused() -> None:
    trusted = checkpoint.verifier_key(ORIGIN, OTHER.public_key())
    assert not proofs.verify(_answer(), keys=[trusted]).ok


def test_verify_answer_says_in_json_why_an_answer_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(msgspec.json.encode(_answer(sender="XC")))
    told = CliRunner().invoke(verify_answer, [str(file), "--json"])
    assert json.loads(told.stdout)["problems"] == ["the checkpoint is of XB/main/1, not of XC"]


def test_an_answer_of_another_state_is_refused() -> None:
    assert not proofs.verify(_answer(sender="XC")).ok


def test_facts_without_an_entry_are_called_unproven() -> None:
    report = proofs.verify(_answer(records=(_released(2), Released("ni:x", facts={"event": "export"}))))
    assert (report.ok, report.unproven) == (True, ("ni:x",))


@pytest.mark.parametrize(
    "change", [{"leaf_index": 3}, {"proof": ()}, {"proof": ("zz",)}, {"event_id": "ni:other"}, {"leaf_index": -1}]
)
def test_a_changed_release_is_not_genuine(change: dict[str, Any]) -> None:
    changed = msgspec.structs.replace(_released(2), **change)
    assert not proofs.verify(_answer(records=(changed,))).ok


@given(st.integers(0, len(ENTRIES[2]) - 1), st.integers(1, 255))
@settings(deadline=None)
def test_a_changed_byte_of_an_entry_is_not_genuine(at: int, mask: int) -> None:
    data = bytearray(ENTRIES[2])
    data[at] ^= mask
    changed = msgspec.structs.replace(_released(2), entry=data.decode("utf-8", "replace"))
    assert not proofs.verify(_answer(records=(changed,))).ok


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_what_is_no_answer_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(proofs.AnswerError):
        proofs.read(data)


def test_an_answer_survives_writing_and_reading() -> None:
    assert proofs.read(msgspec.json.encode(_answer())) == _answer()
