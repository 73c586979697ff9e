"""One message on its way: signed by the sending node (JWS, RFC 7515, Ed25519 of RFC 9864), then sealed to the receiving one (JWE).

The same text goes over HTTP, in an e-mail, on a stick or in a bag. It carries the sender's newest checkpoint, the size of the
receiver's log the sender holds a checkpoint of, and how many of the receiver's messages the sender has.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from countermark.ledger import checkpoint, jcs, sealing
from countermark.ledger.checkpoint import CheckpointError, SigningKey
from countermark.tracing.requests import signatures
from countermark.tracing.requests.rules import Message, Side
from countermark.tracing.requests.signatures import SignatureError

FORMAT = "countermark-message/1"
LONGEST = 16 << 20
"""Bytes of one message, sealed."""
MOST_CLOCK = 1 << 40


class MessageError(ValueError):
    """A text that is no message for this node, or one that cannot be believed; says which."""


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed. `sender` and `receiver` are origins of logs; `holds` and `received` are explained above."""

    format: str
    sender: str
    receiver: str
    conversation: str
    side: Side
    number: int
    clock: int
    kind: str
    time: str
    body: dict[str, Any]
    checkpoint: str = ""
    holds: int = 0
    received: int = 0

    @property
    def message(self) -> Message:
        return Message(self.conversation, self.side, self.number, self.clock, self.kind, self.time, self.body)


def written(envelope: Envelope) -> bytes:
    """The bytes that are signed and kept: RFC 8785 JSON."""
    return jcs.encode(msgspec.to_builtins(envelope))


def read(data: bytes) -> Envelope:
    """The inverse of `written`. Raises `MessageError`."""
    try:
        envelope = msgspec.json.decode(data, type=Envelope)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MessageError(f"not a message: {error}") from error
    if envelope.format != FORMAT:
        raise MessageError(f"not a message of the format {FORMAT}")
    if not 1 <= envelope.number <= MOST_CLOCK or not 1 <= envelope.clock <= MOST_CLOCK:
        raise MessageError("the message has an impossible number")
    if not _ID.fullmatch(envelope.conversation):
        raise MessageError("the message names no request that can be")
    if not _TIME.fullmatch(envelope.time) or not _is_time(envelope.time):
        raise MessageError("the message has an impossible time")
    return envelope


_ID = re.compile(r"[0-9A-Za-z._~-]{1,100}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z")


def _is_time(text: str) -> bool:
    try:
        # Far from the ends of the calendar, so that a period can be added.
        return 1900 <= dt.datetime.fromisoformat(text).year <= 9000
    except ValueError:
        return False


def sealed(data: bytes, key: SigningKey, origin: str, encryption_key: str, announced: Sequence[str] = ()) -> str:
    """The message as it travels; `announced` tells the receiver of newer keys of the sender (`keys`)."""
    return sealing.seal(signatures.signed(data, key, origin, announced).encode(), encryption_key)


class Unsealed(msgspec.Struct, frozen=True):
    """A message whose seal was broken and whose signature nobody has verified yet."""

    token: str
    origin: str
    announced: tuple[str, ...]


def unsealed(token: str) -> Unsealed:
    """A message that was sealed to this node. Raises `MessageError`."""
    if len(token) > LONGEST:
        raise MessageError(f"larger than {LONGEST} bytes")
    try:
        inner = sealing.unseal(token.strip()).decode("ascii")
        origin, announced = signatures.claims(inner)
    except (sealing.SealError, SignatureError, ValueError) as error:
        raise MessageError(str(error)) from error
    return Unsealed(inner, origin, announced)


def verified(found: Unsealed, keys: Sequence[str], log_key: str) -> tuple[Envelope, bytes]:
    """A message signed by one of the keys of its sender, with a checkpoint signed by the key of its log; and what was signed.

    Raises `MessageError`.
    """
    if not keys:
        raise MessageError(
            f"{found.origin or 'the sender'} is not in the directory of this node, or has no key that is valid now"
        )
    data = signatures.by_one_of(found.token, keys)
    if data is None:
        raise MessageError("the signature is not that of the sender, or of a key of it that is valid now")
    envelope = read(data)
    if envelope.sender != found.origin:
        raise MessageError("the message names another sender than its signature")
    _check_checkpoint(envelope, log_key)
    return envelope, data


def _check_checkpoint(envelope: Envelope, verifier_key: str) -> None:
    if not envelope.checkpoint:
        return
    try:
        checkpoint.open_note(envelope.checkpoint, [verifier_key])
    except CheckpointError as error:
        raise MessageError(f"the checkpoint in the message: {error}") from error
