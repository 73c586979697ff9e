"""The nodes of one State call people and places by the same ids: the secret those are made with is handed on to a new node.

Ids of parties, people and places are made with a secret (`identity`). Where two nodes of a State have two, the place a depot says a
weapon lies at is another place to the ministry. So a new node takes over the State's secret before it names anything: the first node
seals it to the new one's key and signs what it sealed; both say so in their logs.
"""

import re

import msgspec

from countermark.ledger import checkpoint, guard, identity, nodes, sealing, services, store
from countermark.ledger.checkpoint import CheckpointError
from countermark.ledger.drafts import Actor
from countermark.ledger.models import NodeSetting, Peer, SideText
from countermark.ledger.sealing import SealError
from countermark.ledger.services import LedgerError
from countermark.marks.sentences import Sentence

_FORMAT = "countermark naming secret v1"
_SECRET = re.compile(r"[0-9a-f]{64}")


class Handed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes from node to node: who hands it on, to whom, and the signed secret sealed to that one."""

    format: str
    sender: str
    receiver: str
    sealed: str


def hand_on(origin: str, *, by: Actor) -> bytes:
    """The naming secret of this State for a node that is admitted here. Raises `LedgerError` for any other."""
    peer = nodes.admitted(origin)
    if peer is None:
        raise LedgerError(Sentence("%(origin)s is not admitted here: 'countermark peer add' admits it", origin=origin))
    own = services.require_own_log()
    secret = NodeSetting.objects.get(name=identity.SECRET_SETTING).value
    note = checkpoint.sign_text(f"{_FORMAT}\n{origin}\n{secret}\n", own.origin, guard.signing_key(own))
    sealed = sealing.seal(note.encode(), peer.encryption_key)
    services.append([services.timed_act("naming_handed_on", {"origin": origin})], by=by)
    return msgspec.json.encode(Handed(_FORMAT, own.origin, origin, sealed))


def take_over(data: bytes, *, by: Actor) -> str:
    """Takes over the State's secret from a node that is admitted here; returns its origin. Said twice, it is harmless.

    Raises `LedgerError` where this node has named anything yet, and for a file that is not for it or not from whom it says.
    """
    handed = _read(data)
    own = services.require_own_log()
    if handed.receiver != own.origin:
        raise LedgerError(Sentence("this was handed on to %(origin)s, not to this node", origin=handed.receiver))
    if nodes.admitted(handed.sender) is None:
        raise LedgerError(
            Sentence("%(origin)s is not admitted here: 'countermark peer add' admits it", origin=handed.sender)
        )
    secret = _opened(handed, Peer.objects.get(origin=handed.sender), own.origin)
    if NodeSetting.objects.get(name=identity.SECRET_SETTING).value == secret:
        return handed.sender
    if _has_named():
        raise LedgerError(
            Sentence("this node has named people or places already: only a new node takes over the names of the State")
        )
    row = services.setting_write(identity.SECRET_SETTING, secret)
    services.append([services.timed_act("naming_taken_over", {"origin": handed.sender}, kept=(row,))], by=by)
    identity.forget_secret()
    return handed.sender


def _has_named() -> bool:
    """Whether an id made here is in use: who gave a command is one only once they are a user."""
    if SideText.objects.exclude(kind="person").exists():
        return True
    return any(True for _ in store.positions_with(b'"act":"user_added"'))


def _read(data: bytes) -> Handed:
    try:
        handed = msgspec.json.decode(data, type=Handed)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LedgerError(Sentence("this is no file that hands on the names of a State")) from error
    if handed.format != _FORMAT:
        raise LedgerError(Sentence("this is no file that hands on the names of a State"))
    return handed


def _opened(handed: Handed, sender: Peer, receiver: str) -> str:
    """The secret, once it is sure who signed it, and for whom."""
    try:
        note = sealing.unseal(handed.sealed).decode()
        text, _ = checkpoint.verify_note(note, [sender.verifier_key])
    except (SealError, CheckpointError, UnicodeDecodeError) as error:
        raise LedgerError(
            Sentence("what was handed on is not sealed to this node, or not signed by %(origin)s", origin=handed.sender)
        ) from error
    lines = text.splitlines()
    if lines[:2] != [_FORMAT, receiver] or len(lines) != 3 or not _SECRET.fullmatch(lines[2]):
        raise LedgerError(Sentence("this is no file that hands on the names of a State"))
    return lines[2]
