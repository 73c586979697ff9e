"""Signed checkpoints: C2SP signed-note v1.0 and tlog-checkpoint v1.0, with Ed25519 keys.

A checkpoint says "the log of this origin had this size and this root"; its signature line is made by the key named like the
origin. Lines of other keys (witnesses) are carried along unread.
"""

import base64
import binascii
import contextlib
import os
import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SigningKey = Ed25519PrivateKey

_ED25519 = b"\x01"
_MAX_NOTE = 1_000_000
_MAX_SIGNATURES = 100
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class CheckpointError(ValueError):
    """A note, checkpoint or verifier key that is malformed, unsigned or signed wrongly; says which."""


class KeyFileError(Exception):
    """A signing key file that cannot be used; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, its number of entries and the RFC 9162 root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The signed text: three lines, each ended by a newline."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named Ed25519 public key (32 bytes)."""

    name: str
    public: bytes

    def key_hash(self) -> bytes:
        """The four bytes that mark this key's signature lines: SHA-256(name || LF || type || key), cut."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash().hex()}+{_b64(_ED25519 + self.public)}"


def sign(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The checkpoint as a note signed by the origin's key."""
    text = checkpoint.body()
    _parse(text)
    return sign_text(text, checkpoint.origin, key)


def sign_text(text: str, name: str, key: SigningKey) -> str:
    """Any text of whole lines as a note signed by the key of that name. What is no checkpoint must not read like one: its first
    line is no origin.
    """
    _check_text(text)
    signer = VerifierKey(_checked_name(name), key.public_key().public_bytes_raw())
    return f"{text}\n— {signer.name} {_b64(signer.key_hash() + key.sign(text.encode()))}\n"


def open_note(note: str, keys: Iterable[VerifierKey | str]) -> Checkpoint:
    """The checkpoint of a note that carries a valid signature by a known key named like its origin; else CheckpointError."""
    text, signers = verify_note(note, keys)
    checkpoint = _parse(text)
    if all(signer.name != checkpoint.origin for signer in signers):
        raise CheckpointError(f"no known key of {checkpoint.origin!r} has signed this checkpoint")
    return checkpoint


def read_unverified(note: str) -> Checkpoint:
    """What a checkpoint claims, whoever signed it: to find out which key to ask for. Proves nothing."""
    return _parse(_split(note)[0])


def verify_note(note: str, keys: Iterable[VerifierKey | str]) -> tuple[str, list[VerifierKey]]:
    """A note's text and the known keys that signed it, at least one; else CheckpointError.

    A known key's signature that does not verify refuses the note even if others do.
    """
    text, lines = _split(note)
    known = {(key.name, key.key_hash()): key for key in map(_as_key, keys)}
    signers: list[VerifierKey] = []
    for name, key_hash, signature in lines:
        key = known.get((name, key_hash))
        if key is None or key in signers:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
        except InvalidSignature as error:
            raise CheckpointError(f"the signature of {name!r} does not match the text") from error
        signers.append(key)
    if not signers:
        names = ", ".join(repr(name) for name, _, _ in lines)
        raise CheckpointError(f"signed by no known key (signature lines: {names})")
    return text, signers


def verifier_key(name: str, public: Ed25519PublicKey) -> str:
    """`<name>+<key hash>+<base64 of type and key>`, the form in which a log's key is handed out."""
    return str(VerifierKey(_checked_name(name), public.public_bytes_raw()))


def parse_verifier_key(text: str) -> VerifierKey:
    """The inverse of `verifier_key`; CheckpointError when the form, the algorithm or the hash is wrong."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise CheckpointError("a verifier key has the form name+hash+key")
    name, key_hash, encoded = parts
    data = _unb64(encoded, "the verifier key")
    if data[:1] != _ED25519 or len(data) != 33:
        raise CheckpointError("the verifier key is no Ed25519 key")
    key = VerifierKey(_checked_name(name), data[1:])
    if key.key_hash().hex() != key_hash:
        raise CheckpointError("the verifier key's hash does not match its name and key: mistyped?")
    return key


def fingerprint(verifier: str) -> str:
    """What two people read to each other: 16 groups of 4 hexadecimal digits, SHA-256 of the public key."""
    digits = sha256(parse_verifier_key(verifier).public).hexdigest()
    return " ".join(digits[at : at + 4] for at in range(0, 64, 4))


def generate_key() -> SigningKey:
    """A new signing key."""
    return Ed25519PrivateKey.generate()


def save_key(path: Path, key: SigningKey) -> None:
    """Writes the key as PKCS #8 PEM, mode 0600, whole or not at all; KeyFileError if the file exists."""
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_synced(draft, data)
        # A hard link, unlike a rename, never replaces a key that is already there.
        os.link(draft, path)
        sync_directory(path.parent)
    except FileExistsError as error:
        raise KeyFileError(f"{path} exists already; a signing key is never overwritten") from error
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def load_key(path: Path) -> SigningKey:
    """The key of a file that only its owner can read; else KeyFileError."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(10_000)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(f"{path} can be read by others than its owner (mode {mode:04o}); run: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path} holds no unencrypted PEM private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds a key that is not Ed25519")
    return key


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def sync_directory(path: Path) -> None:
    """Makes the names of a directory's files last through a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Text and signature lines (name, key hash, signature). The last blank line parts them: a text may hold others."""
    if len(note) > _MAX_NOTE:
        raise CheckpointError("the note is too long")
    body, blank, signatures = note.rpartition("\n\n")
    if not blank:
        raise CheckpointError("the note has no blank line before its signatures")
    _check_text(body + "\n")
    if not signatures.endswith("\n"):
        raise CheckpointError("the note's last line is not ended")
    lines = signatures[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise CheckpointError(f"the note has more than {_MAX_SIGNATURES} signatures")
    return body + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—" or not encoded:
        raise CheckpointError("a signature line has the form '— name signature'")
    data = _unb64(encoded, f"the signature of {name!r}")
    if len(data) < 5:
        raise CheckpointError(f"the signature of {name!r} is too short")
    return _checked_name(name), data[:4], data[4:]


def _parse(text: str) -> Checkpoint:
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise CheckpointError("a checkpoint has at least three lines, none of them empty")
    origin, size, encoded = lines[:3]
    if _SIZE.fullmatch(size) is None:
        raise CheckpointError("the checkpoint's second line is not a size")
    root = _unb64(encoded, "the checkpoint's root")
    if len(root) != 32:
        raise CheckpointError("the checkpoint's root is not 32 bytes long")
    return Checkpoint(origin, int(size), root)


def _as_key(key: VerifierKey | str) -> VerifierKey:
    return parse_verifier_key(key) if isinstance(key, str) else key


def _check_text(text: str) -> None:
    if _CONTROL.search(text):
        raise CheckpointError("the note contains control characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CheckpointError("the note is not valid UTF-8") from error


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(map(str.isspace, name)):
        raise CheckpointError(f"{name!r} is no key name: it must not be empty nor contain spaces or '+'")
    return name


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError(f"{what} is not base64") from error
    if _b64(data) != text:
        raise CheckpointError(f"{what} is not canonical base64")
    return data
