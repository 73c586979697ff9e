"""Opaque ids for parties, persons, places, documents and notes (design, invariant 8).

The id is HMAC-SHA-256(node secret, kind | normalised text): a load repeats exactly, nobody outside can guess a name from
an id, and erasing the text leaves the ledger whole.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from functools import lru_cache

from countermark.ledger import jcs
from countermark.ledger.models import NodeSetting

PREFIX = "urn:countermark:"
SECRET_SETTING = "node_secret"  # noqa: S105 - the name of the setting, not the secret


def normalised(text: str) -> str:
    """The form of a name that decides its id: NFKC, case folded, runs of white space one space. Idempotent."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Folding takes some letters apart that NFKC had put together (ΐ, ΰ).
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def opaque(kind: str, text: str) -> str:
    """`urn:countermark:<kind>:<64 hex>` for a text; the same for the same text on this node."""
    return f"{PREFIX}{kind}:{ref(kind, text)}"


def note(words: str) -> str:
    """The id of what somebody wrote; empty where nobody wrote anything."""
    return opaque("note", words) if words else ""


def ref(kind: str, text: str) -> str:
    """The 64 hexadecimal digits of an opaque id.

    A note is what somebody wrote, no name to be found again in another spelling: "10⁵" is not "105".
    """
    return _ref(node_secret(), kind, text if kind == "note" else normalised(text))


@lru_cache(maxsize=100_000)
def _ref(secret: bytes, kind: str, text: str) -> str:
    return hmac.new(secret, f"{kind}|{text}".encode(), hashlib.sha256).hexdigest()


def ref_of(urn: str) -> str:
    """The 64 digits of an opaque id, or the empty string when it is something else."""
    return urn[-64:] if urn.startswith(PREFIX) else ""


_OPAQUE = re.compile(re.escape(PREFIX) + "[a-z_]+:[0-9a-f]{64}")


def is_opaque(text: str) -> bool:
    """Whether a text is an opaque id, whole: what only begins like one is somebody's words, and is named as such."""
    return _OPAQUE.fullmatch(text) is not None


_secrets: dict[str, bytes] = {}


def node_secret() -> bytes:
    """The secret of this node, 32 bytes; it lives in the store and its backups (THREAT_MODEL.md says what that means)."""
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    if name not in _secrets:
        row = NodeSetting.objects.get(name=SECRET_SETTING)
        _secrets[name] = bytes.fromhex(row.value)
    return _secrets[name]


def forget_secret() -> None:
    """Drops the cached secret: another store is about to be used under the same name."""
    _secrets.clear()


def new_salt() -> str:
    """A salt that keeps a short side text from being guessed from its digest."""
    return secrets.token_hex(16)


def digest(values: dict[str, str]) -> str:
    """The digest of a kept row: SHA-256 of the RFC 8785 JSON of its authoritative fields, all as text."""
    return hashlib.sha256(jcs.encode(values)).hexdigest()
