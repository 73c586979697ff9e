"""An answer that proves itself: what was released, and whether it is genuine and was there before the request. No store.

An answer names, for each entry it releases whole, the entry's own bytes and an RFC 9162 inclusion proof under the sender's signed
checkpoint. Names of people and places sit behind opaque ids: they can be told or withheld without touching the proof. What is
withheld from inside an entry costs its proof: then only the facts released are there, and they are called unproven.

"It was there before" is claimed only against a checkpoint the asker or a named witness held before (design, *The ledger*).
"""

import binascii
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from countermark.ledger import checkpoint, jcs, tree
from countermark.ledger import entry as entries
from countermark.ledger.checkpoint import Checkpoint, CheckpointError
from countermark.marks.sentences import Sentence

FORMAT = "countermark-answer/1"
MAX_BYTES = 64 << 20


class AnswerError(ValueError):
    """A file that is no answer; says why."""


class Released(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the custody history as it is released.

    `entry` is the entry's JSON as it stands in the log; empty where something inside it is withheld, and then `facts` says what
    is released and `withheld` what is not. `names` are the texts behind the opaque ids, as far as they are released. `handling` are
    the conditions (`handling.Handling`) on a name, by opaque id, or on the whole record, under the empty text.
    """

    event_id: str
    entry: str = ""
    leaf_index: int = -1
    proof: tuple[str, ...] = ()
    names: dict[str, str] = {}
    facts: dict[str, Any] = {}
    withheld: tuple[str, ...] = ()
    handling: dict[str, dict[str, Any]] = {}


class Consistency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That the tree of the checkpoint begins with the tree of `old` entries, which the asker holds a checkpoint of."""

    old: int
    proof: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one State tells another about one weapon."""

    format: str
    sender: str
    request: str
    weapon: dict[str, Any]
    records: tuple[Released, ...]
    checkpoint: str
    verifier_key: str
    consistency: tuple[Consistency, ...] = ()
    conditions: tuple[str, ...] = ()
    handling: dict[str, Any] | None = None


class Verified(msgspec.Struct, frozen=True, rename={"event_id": "eventID"}):
    """What can be said of one released entry."""

    event_id: str
    genuine: bool
    before: Literal["proven", "asserted"]
    why: str = ""


class Report(msgspec.Struct, frozen=True):
    """The verifier's word. `unproven` are events of which facts were told without their entry."""

    ok: bool
    records: tuple[Verified, ...]
    unproven: tuple[str, ...]
    sender: str
    key: str
    problems: tuple[str, ...] = ()


def read(data: bytes) -> Answer:
    """An answer from its JSON. Raises `AnswerError`."""
    if len(data) > MAX_BYTES:
        raise AnswerError(f"larger than {MAX_BYTES} bytes")
    try:
        answer = msgspec.json.decode(data, type=Answer)
    except (msgspec.DecodeError, RecursionError) as error:
        raise AnswerError(f"not an answer: {error}") from error
    if answer.format != FORMAT:
        raise AnswerError(f"not an answer of the format {FORMAT}")
    return answer


def verify(answer: Answer, held: Sequence[str] = (), keys: Sequence[str] = ()) -> Report:
    """Whether each released entry is in the sender's signed log, and whether it was before a checkpoint held.

    `held` are checkpoints (signed notes) that the asker or a witness had before the request. `keys` are verifier keys the asker
    trusts for the sender; without any, the key inside the answer is used and must be compared by other means.
    """
    trusted = list(keys) or [answer.verifier_key]
    try:
        head = checkpoint.open_note(answer.checkpoint, trusted)
    except CheckpointError as error:
        return _refused(answer, Sentence("the checkpoint: %(problem)s", problem=str(error)))
    if head.origin.split("/")[0] != answer.sender:
        said = Sentence("the checkpoint is of %(origin)s, not of %(sender)s", origin=head.origin, sender=answer.sender)
        return _refused(answer, said)
    before, problems = _sizes_before(answer, head, held, trusted)
    proven = [one for one in answer.records if one.entry]
    records = tuple(_verified(one, head, before) for one in proven)
    return Report(
        ok=all(one.genuine for one in records) and not problems,
        records=records,
        unproven=tuple(one.event_id for one in answer.records if not one.entry),
        sender=answer.sender,
        key=answer.verifier_key,
        problems=tuple(problems),
    )


def _refused(answer: Answer, why: str) -> Report:
    records = tuple(Verified(one.event_id, False, "asserted", why) for one in answer.records if one.entry)
    unproven = tuple(one.event_id for one in answer.records if not one.entry)
    return Report(False, records, unproven, answer.sender, answer.verifier_key, (why,))


def _sizes_before(answer: Answer, head: Checkpoint, held: Sequence[str], keys: Sequence[str]) -> tuple[int, list[str]]:
    """The size of the largest tree held before that the answer's tree begins with, and what contradicts it."""
    largest = 0
    problems: list[str] = []
    for note in held:
        try:
            old = checkpoint.open_note(note, keys)
        except CheckpointError as error:
            problems.append(Sentence("a checkpoint held before: %(problem)s", problem=str(error)))
            continue
        if old.origin != head.origin:
            continue  # of an earlier generation: it proves nothing about this tree
        if _begins_with(answer, head, old):
            largest = max(largest, old.size)
        elif old.size == head.size or any(one.old == old.size for one in answer.consistency):
            problems.append(
                Sentence("the log is not the one that had %(size)d entries before: it was rewritten", size=old.size)
            )
    return largest, problems


def _begins_with(answer: Answer, head: Checkpoint, old: Checkpoint) -> bool:
    if old.size == head.size:
        return old.root == head.root
    for one in answer.consistency:
        if one.old == old.size:
            proof = _hashes(one.proof)
            return proof is not None and tree.verify_consistency(old.size, head.size, old.root, head.root, proof)
    return False


def _verified(released: Released, head: Checkpoint, before: int) -> Verified:
    why = _not_genuine(released, head)
    if why:
        return Verified(released.event_id, False, "asserted", why)
    return Verified(released.event_id, True, "proven" if released.leaf_index < before else "asserted")


def _not_genuine(released: Released, head: Checkpoint) -> str:
    """Why a released entry is not what it claims; empty when it is."""
    data = released.entry.encode()
    try:
        stored = jcs.decode(data)
        if jcs.encode(stored) != data:
            return Sentence("the entry is not canonical JSON")
    except ValueError as error:
        return Sentence("the entry is not JSON: %(problem)s", problem=str(error))
    if not isinstance(stored, dict) or stored.get("eventID") != released.event_id:
        return Sentence("the entry has another eventID")
    proof = _hashes(released.proof)
    leaf = tree.leaf_hash(data)
    if proof is None or not tree.verify_inclusion(leaf, released.leaf_index, head.size, proof, head.root):
        return Sentence("the inclusion proof does not lead to the signed root")
    if not _is_of_its_body(stored):
        return Sentence("the eventID is not that of the body")
    return ""


def _is_of_its_body(stored: dict[str, Any]) -> bool:
    """Whether the eventID is that of the body, so that nobody passes one event off as another."""
    body, kind = stored.get("body"), stored.get("kind")
    if not isinstance(body, dict) or kind not in ("event", "act"):
        return False
    try:
        return (
            entries.event_id_of(kind, body).partition("&error=")[0]
            == str(stored.get("eventID")).partition("&error=")[0]
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def _hashes(steps: Sequence[str]) -> list[bytes] | None:
    try:
        return [binascii.unhexlify(step) for step in steps]
    except (binascii.Error, ValueError):
        return None
