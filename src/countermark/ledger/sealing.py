"""Encryption of side data to one node: JWE (RFC 7516), ECDH-ES+A256KW over X25519 (RFC 8037), A256GCM.

The key that opens lies beside the signing key, never in the store. Whoever sends is not named by it: what is opened is
believed only because signed entries state its digest.
"""

import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from django.conf import settings
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from countermark.ledger.checkpoint import KeyFileError
from countermark.ledger.wholefile import whole_file

PREFIX: Final = "x25519+"
LONGEST: Final = 64 << 20
"""Bytes of one sealed text."""
_ALGORITHMS: Final = ["ECDH-ES+A256KW", "A256GCM"]


class SealError(ValueError):
    """An encryption key or sealed text that cannot be used; says which."""


class _Registry(jwe.JWERegistry):
    max_ciphertext_length = LONGEST * 4 // 3 + 1000  # it stands there in base64


def key_path() -> Path:
    """Where this node's X25519 key lies."""
    path: Path = settings.ENVIRONMENT.key_path.with_suffix(".enc")
    return path


def own_public_key() -> str:
    """`x25519+<base64>` of this node, made when it is asked for first."""
    return _text(_own_key().public_key())


def check_public_key(text: str) -> str:
    """The key, or SealError when it is none."""
    _public(text)
    return text


def seal(data: bytes, public_key: str) -> str:
    """A compact JWE that only the holder of the private key opens."""
    header = {"alg": _ALGORITHMS[0], "enc": _ALGORITHMS[1]}
    raw = base64.urlsafe_b64encode(_public(public_key).public_bytes_raw()).decode().rstrip("=")
    key = OKPKey.import_key({"kty": "OKP", "crv": "X25519", "x": raw})
    return jwe.encrypt_compact(header, data, key, registry=_Registry(algorithms=_ALGORITHMS))


def unseal(token: str) -> bytes:
    """The bytes sealed to this node; SealError when they were sealed to another or changed."""
    for key in (_own_key(), *map(_load, later_key_paths())):
        opened = _unsealed(token, key)
        if opened is not None:
            return opened
    raise SealError("sealed to another node, or changed on the way")


def _unsealed(token: str, key: X25519PrivateKey) -> bytes | None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        return jwe.decrypt_compact(token, OKPKey.import_key(pem), registry=_Registry(algorithms=_ALGORITHMS)).plaintext
    except (JoseError, ValueError):
        return None


def later_key_paths() -> list[Path]:
    """Where the keys lie that this node was given after its first: what was sealed to one opens while its file is there."""
    first = key_path()
    return sorted(first.parent.glob(f"{first.stem}.*{first.suffix}"))


def make_key(path: Path) -> str:
    """Makes a key file and returns the public key."""
    key = X25519PrivateKey.generate()
    _save(path, key)
    return _text(key.public_key())


def _own_key() -> X25519PrivateKey:
    path = key_path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _save(path, X25519PrivateKey.generate())
    return _load(path)


def _save(path: Path, key: X25519PrivateKey) -> None:
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with whole_file(path, 0o600) as file:
        file.write(data)


def _load(path: Path) -> X25519PrivateKey:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        data = file.read(10_000)
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(f"{path} can be read by others than its owner (mode {mode:04o}); run: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} holds no unencrypted PEM private key") from error
    if not isinstance(key, X25519PrivateKey):
        raise KeyFileError(f"{path} holds a key that is not X25519")
    return key


def _text(key: X25519PublicKey) -> str:
    return PREFIX + base64.b64encode(key.public_bytes_raw()).decode()


def _public(text: str) -> X25519PublicKey:
    if not text.startswith(PREFIX):
        raise SealError(f"an encryption key has the form {PREFIX}<base64>")
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text[len(PREFIX) :], validate=True))
    except (binascii.Error, ValueError) as error:
        raise SealError("the encryption key is not 32 bytes of base64") from error
