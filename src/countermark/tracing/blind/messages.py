"""A question and a reply of a blind check on their way: signed and sealed as the messages of requests are. Pure but for the keys."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from countermark.ledger import jcs, sealing
from countermark.ledger.checkpoint import SigningKey
from countermark.tracing.requests import signatures
from countermark.tracing.requests.signatures import SignatureError

FORMAT = "countermark-blind/1"
LONGEST_QUESTION = 200_000
LONGEST_REPLY = 256 << 20
"""Bytes, sealed. What may be sealed at all (`ledger.sealing`) ends before: with the set-up of some seven million marks."""

_ID = re.compile(r"[0-9a-f-]{36}")


class BlindMessageError(ValueError):
    """A text that is no question or reply for this node, or one that cannot be believed; says which."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`points` are those of `psi`; `version` names the set-up (SHA-256): the one the asker has, the one the reply belongs to."""

    format: str
    kind: Literal["question", "reply"]
    id: str
    sender: str
    receiver: str
    version: str
    points: bytes
    setup: bytes = b""
    made: str = ""
    """The day the set-up was made: marks registered later are not in it."""


def sealed(said: Said, key: SigningKey, encryption_key: str, announced: Sequence[str] = ()) -> str:
    """What travels; `announced` tells the receiver of newer keys of the sender."""
    data = jcs.encode(msgspec.to_builtins(said))
    return sealing.seal(signatures.signed(data, key, said.sender, announced).encode(), encryption_key)


def opened(token: str, kind: str, keys_of: Callable[[str], Sequence[str]], longest: int) -> Said:
    """A question or reply sealed to this node and signed by a key `keys_of` its sender that is valid. Raises `BlindMessageError`."""
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
    if (said.format, said.kind, said.sender) != (FORMAT, kind, origin) or not _ID.fullmatch(said.id):
        raise BlindMessageError(f"not a {kind} of a blind check by its signer")
    return said
