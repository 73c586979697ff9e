"""A few lines signed by this node in one printed code, which whoever has the node's public key checks without a network."""

import base64
import zlib
from collections.abc import Iterable, Sequence

from countermark.ledger import checkpoint, guard, services

LONGEST = 4096
"""Bytes of what is signed, unpacked: a code that unpacks to more is none."""


def seal(prefix: str, lines: Sequence[str]) -> str:
    """The lines, signed with the key of this node, as one code that begins with `prefix`. Lines hold no line breaks.

    Raises `checkpoint.KeyFileError` and `guard.RolledBackError` where this node cannot sign.
    """
    log = services.require_own_log()
    note = checkpoint.sign_text("\n".join([*lines, ""]), log.origin, guard.signing_key(log))
    return prefix + base64.urlsafe_b64encode(zlib.compress(note.encode(), 9)).decode().rstrip("=")


def unseal(prefix: str, code: str, keys: Iterable[str]) -> tuple[list[str], str]:
    """The lines of a code and the log whose key signed it, checked against verifier keys, without a store.

    Raises ValueError for a code that is not genuine, that is cut short, or of another prefix (without a message then).
    """
    if not code.startswith(prefix):
        raise ValueError
    packed = code.removeprefix(prefix)
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        note = zlib.decompressobj().decompress(raw, LONGEST).decode()
    except (ValueError, zlib.error) as error:
        raise ValueError from error
    if not note:
        raise ValueError
    said, signers = checkpoint.verify_note(note, keys)
    return said.splitlines(), signers[0].name
