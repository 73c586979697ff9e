"""Signed texts: compact JWS (RFC 7515), Ed25519 (RFC 9864); the header names the signing node. Pure."""

import base64
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from countermark.ledger import checkpoint
from countermark.ledger.checkpoint import CheckpointError, SigningKey

ALGORITHMS = ["Ed25519"]
ANNOUNCED = "countermark_keys"
"""The header that carries announcements of newer keys (`keys`)."""
LONGEST_HEADER = 32_000


class SignatureError(ValueError):
    """A text that is not signed by the key it should be."""


class _Registry(jws.JWSRegistry):
    max_header_length = LONGEST_HEADER
    max_payload_length = 64 << 20


_registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)


def signed(data: bytes, key: SigningKey, origin: str, announced: Sequence[str] = ()) -> str:
    """The text with its signature."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    header: dict[str, Any] = {"alg": ALGORITHMS[0], "kid": origin}
    header |= {ANNOUNCED: list(announced)} if announced else {}
    return jws.serialize_compact(header, data, OKPKey.import_key(pem), registry=_registry)


def claims(token: str) -> tuple[str, tuple[str, ...]]:
    """Who says to have signed, and the announcements carried: nothing of it is verified yet. Raises `SignatureError`."""
    try:
        header = jws.extract_compact(token.encode(), registry=_registry).headers()
    except (JoseError, ValueError) as error:
        raise SignatureError(str(error)) from error
    given = header.get(ANNOUNCED)
    announced = tuple(one for one in given if isinstance(one, str)) if isinstance(given, list) else ()
    return str(header.get("kid", "")), announced


def verified(token: str, verifier_key: str) -> bytes:
    """The text, when the key signed it. Raises `SignatureError`."""
    try:
        public = checkpoint.parse_verifier_key(verifier_key).public
        raw = base64.urlsafe_b64encode(public).decode().rstrip("=")
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": raw})
        return jws.deserialize_compact(token, key, registry=_registry).payload
    except (JoseError, ValueError, CheckpointError) as error:
        raise SignatureError("the signature is not that of the sender") from error


def by_one_of(token: str, verifier_keys: Sequence[str]) -> bytes | None:
    """The text, when one of the keys signed it; None when none did."""
    for key in verifier_keys:
        try:
            return verified(token, key)
        except SignatureError:
            continue
    return None
