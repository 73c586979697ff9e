"""What two nodes of a State say to each other over HTTP while they replicate: signed calls and signed answers.

A call is a note signed by the caller's log key: who calls whom, what for, the SHA-256 of the body, and a challenge the answering node
gave out a moment ago. So a call that was overheard is worth nothing later, and no clock but the answering node's own has to be right. The
answer is signed as well: nobody is given a log, or believed to have one, because of an address alone.
"""

import base64
import binascii
import hashlib
import secrets
import zlib
from typing import IO, Final

import msgspec
from django.core.signing import BadSignature, TimestampSigner

from countermark.ledger import checkpoint, guard
from countermark.ledger.checkpoint import CheckpointError
from countermark.ledger.models import Log

FORMAT: Final = "countermark-replica/1"
ANSWER: Final = "countermark-replica-answer/1"
SCHEME: Final = "Countermark "
SIGNATURE: Final = "Countermark-Signature"
PATH: Final = "/exchange/replica/"
CHALLENGE_SECONDS: Final = 600
LONGEST_MESSAGE: Final = 4 << 20
LONGEST_PIECE: Final = 160 << 20
"""Bytes of a body as it travels."""
LONGEST_UNPACKED: Final = 400 << 20
_LONGEST_NOTE: Final = 4000
_CHUNK: Final = 1 << 16


class CallError(ValueError):
    """A call, answer or body that is not what it should be; says why."""


class Call(msgspec.Struct, frozen=True):
    """What a call says of itself. `digest` is the SHA-256 of the body in hex, `nonce` comes back in the answer."""

    sender: str
    receiver: str
    challenge: str
    nonce: str
    operation: str
    digest: str

    def text(self) -> str:
        """The signed text."""
        said = (self.sender, self.receiver, self.challenge, self.nonce, self.operation, self.digest)
        return _lines(FORMAT, *said)


class Head(msgspec.Struct, frozen=True):
    """A log that is given out: its first `size` entries, and the signed checkpoint that vouches for them."""

    size: int
    note: str


class Have(msgspec.Struct, frozen=True):
    """How far a log was taken in: entries with their side data, and rows of kept tables."""

    taken: int
    kept: int


class Heads(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a node gives out, how far it has the logs of the nodes it knows, and the longest head of each that it was ever shown."""

    logs: dict[str, Head]
    have: dict[str, Have]
    shown: dict[str, str]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for the next piece of a log, of at most `most` bytes."""

    log: str
    taken: int
    kept: int
    most: int


class TakenIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a log is taken in after a piece of it was handed in."""

    have: Have
    new: int


def new_challenge() -> str:
    """A text that only this node makes, good for some minutes of its own clock."""
    return _signer().sign(secrets.token_hex(8))


def is_fresh(challenge: str) -> bool:
    """Whether this node gave a challenge out a moment ago."""
    try:
        _signer().unsign(challenge, max_age=CHALLENGE_SECONDS)
    except BadSignature:
        return False
    return True


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="countermark.replica")


# --- signing ----------------------------------------------------------------------------------------------------------


def authorization(call: Call, log: Log) -> str:
    """The header of a call this node signs. Raises `KeyFileError`."""
    note = checkpoint.sign_text(call.text(), log.origin, guard.signing_key(log))
    return SCHEME + base64.b64encode(note.encode()).decode()


def read(header: str) -> tuple[Call, str]:
    """What a call claims, and its note: nothing of it is verified yet. Raises `CallError`."""
    if not header.startswith(SCHEME) or len(header) > _LONGEST_NOTE:
        raise CallError("no call")
    try:
        note = base64.b64decode(header.removeprefix(SCHEME), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise CallError("no call") from error
    lines = note.partition("\n\n")[0].split("\n")
    if len(lines) != 7 or lines[0] != FORMAT:
        raise CallError("no call")
    return Call(*lines[1:]), note


def verify(call: Call, note: str, verifier_key: str) -> None:
    """Raises `CallError` unless the key signed exactly this call."""
    _signed(call.text(), note, call.sender, verifier_key)


def answer_signature(call: Call, body: bytes, log: Log) -> str:
    """The header by which this node signs its answer to a call."""
    note = checkpoint.sign_text(_answer_text(call, body), log.origin, guard.signing_key(log))
    return base64.b64encode(note.encode()).decode()


def verify_answer(call: Call, body: bytes, signature: str, verifier_key: str) -> None:
    """Raises `CallError` unless the node that was called signed this answer to this call."""
    try:
        note = base64.b64decode(signature, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise CallError("the answer is not signed") from error
    _signed(_answer_text(call, body), note, call.receiver, verifier_key)


def _answer_text(call: Call, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return _lines(ANSWER, call.receiver, call.sender, call.nonce, call.operation, digest)


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _signed(text: str, note: str, name: str, verifier_key: str) -> None:
    try:
        said, signers = checkpoint.verify_note(note, [verifier_key])
    except CheckpointError as error:
        raise CallError(str(error)) from error
    if said != text or all(signer.name != name for signer in signers):
        raise CallError(f"not signed by {name}, or about something else")


# --- bodies -----------------------------------------------------------------------------------------------------------


def packed(data: bytes) -> bytes:
    """A piece as it travels: gzip."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def unpack(source: IO[bytes], out: IO[bytes]) -> None:
    """Writes what was packed. Raises `CallError` for what is no gzip, ends early, or grows beyond all bounds."""
    unpacker = zlib.decompressobj(31)
    size = 0
    while data := unpacker.unconsumed_tail or source.read(_CHUNK):
        try:
            part = unpacker.decompress(data, 1 << 20)
        except zlib.error as error:
            raise CallError("the piece is damaged") from error
        size += len(part)
        if size > LONGEST_UNPACKED:
            raise CallError("the piece is too long")
        out.write(part)
        if unpacker.eof:
            break
    if not unpacker.eof or unpacker.unused_data or source.read(1):
        raise CallError("the piece is truncated, or something stands behind it")
