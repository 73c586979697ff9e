"""A question and a reply of a blind check on their way: signed and sealed as the messages of requests are. Pure but for the keys."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Literal

import msgspec

from countermark.ledger import jcs, sealing
from countermark.ledger.checkpoint import SigningKey
from countermark.tracing.blind import setups
from countermark.tracing.requests import signatures
from countermark.tracing.requests.signatures import SignatureError

FORMAT = "countermark-blind/1"
LONGEST_QUESTION = 200_000
LONGEST_REPLY = 1 << 20
LONGEST_PART = 16 << 20
"""Bytes of a question, a reply and a part of a set-up, sealed."""

Kind = Literal["question", "reply", "wanted"]

_ID = re.compile(r"[0-9a-f-]{36}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlindMessageError(ValueError):
    """A text that is no question or reply for this node, or one that cannot be believed; says which."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`points` are those of `psi`; `parts` name the parts of a set-up (SHA-256): those the asker of a question has, those the reply
    belongs to, the one that is wanted; `made` is the day the set-up was made: marks registered later are not in it.
    """

    format: str
    kind: Kind
    id: str
    sender: str
    receiver: str
    points: bytes = b""
    parts: tuple[str, ...] = ()
    made: str = ""


def sealed(said: Said, key: SigningKey, encryption_key: str, announced: Sequence[str] = ()) -> str:
    """What travels; `announced` tells the receiver of newer keys of the sender."""
    data = jcs.encode(msgspec.to_builtins(said))
    return sealing.seal(signatures.signed(data, key, said.sender, announced).encode(), encryption_key)


def sealed_part(part: bytes, encryption_key: str) -> str:
    """A part of a set-up as it travels: the signed reply names it by its digest, so that it needs no signature of its own."""
    return sealing.seal(part, encryption_key)


def opened_part(token: str) -> bytes:
    """The inverse. Raises `BlindMessageError`."""
    if len(token) > LONGEST_PART:
        raise BlindMessageError(f"larger than {LONGEST_PART} bytes")
    try:
        return sealing.unseal(token.strip())
    except (sealing.SealError, ValueError) as error:
        raise BlindMessageError(str(error)) from error


def opened(token: str, kinds: Collection[Kind], keys_of: Callable[[str], Sequence[str]], longest: int) -> Said:
    """What was sealed to this node and signed by a key `keys_of` its sender that is valid. Raises `BlindMessageError`."""
    if len(token) > longest:
        raise BlindMessageError(f"larger than {longest} bytes")
    try:
        inner = sealing.unseal(token.strip()).decode("ascii")
        origin, _ = signatures.claims(inner)
        data = signatures.by_one_of(inner, keys_of(origin))
        said = None if data is None else msgspec.json.decode(data, type=Said)
    except (sealing.SealError, SignatureError, ValueError, RecursionError) as error:
        raise BlindMessageError(str(error)) from error
    if said is None:
        raise BlindMessageError(
            "the sender is not in the directory of this node, or the signature is not by a valid key of it"
        )
    if (said.format, said.sender) != (FORMAT, origin) or said.kind not in kinds or not _ID.fullmatch(said.id):
        raise BlindMessageError(f"not a {' or '.join(kinds)} of a blind check by its signer")
    if len(said.parts) > setups.MOST_PARTS or not all(map(_DIGEST.fullmatch, said.parts)):
        raise BlindMessageError("no names of parts of a set-up")
    return said
