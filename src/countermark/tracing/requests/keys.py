"""The keys messages are signed with and sealed to: validity, rotation, what was compared in person. Pure.

A node's log keeps the key it was opened with: it signs checkpoints, so old ones stay verifiable. Messages may be signed by later
keys. Each is announced in a text signed by the one before; every message carries the announcements, so that a peer learns the new
key by whatever channel comes first. Both are accepted until the old one ends. A key that was stolen is ended, and its successor
entered, by hand: nothing it signs is a proof.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from countermark.ledger import checkpoint, sealing
from countermark.ledger.checkpoint import CheckpointError, SigningKey
from countermark.tracing.requests import signatures
from countermark.tracing.requests.signatures import SignatureError

FORMAT = "countermark-key/1"
MOST = 8
"""Announcements one message carries, the newest."""


class KeyProblem(ValueError):
    """A key or announcement that cannot be used; says why."""


class PeerKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key of a peer. `since` and `until` are RFC 3339 UTC, empty for no limit; `compared_*` say who compared it in person or by
    telephone (an opaque id), on which day and how.
    """

    verifier_key: str
    encryption_key: str = ""
    since: str = ""
    until: str = ""
    announced: bool = False
    compared_by: str = ""
    compared_on: str = ""
    compared_how: str = ""

    def is_valid(self, now: str) -> bool:
        """Whether what it signs is believed at a time; an announced key as soon as it is known, whatever two clocks differ by."""
        return (self.announced or not self.since or self.since <= now) and (not self.until or now <= self.until)


class Announcement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new key, signed by the one before; `old_until` ends that one."""

    format: str
    origin: str
    verifier_key: str
    encryption_key: str
    since: str
    old_until: str


def announce(announcement: Announcement, old: SigningKey) -> str:
    """The announcement as it travels."""
    return signatures.signed(msgspec.json.encode(announcement), old, announcement.origin)


def learn(known: Sequence[PeerKey], origin: str, tokens: Iterable[str], now: str) -> tuple[PeerKey, ...]:
    """The keys of a peer after some announcements; one that no valid key signed is left out. Idempotent."""
    keys = tuple(known)
    for token in list(tokens)[:MOST]:
        keys = _learned(keys, origin, token, now)
    return keys


def _learned(keys: tuple[PeerKey, ...], origin: str, token: str, now: str) -> tuple[PeerKey, ...]:
    for signer in keys:
        try:
            said = msgspec.json.decode(signatures.verified(token, signer.verifier_key), type=Announcement)
            is_new = check(said, origin) and all(said.verifier_key != one.verifier_key for one in keys)
        except (SignatureError, KeyProblem, msgspec.DecodeError):
            continue
        if not is_new or not signer.is_valid(now):
            return keys
        # An announcement may end its signer sooner than was known, never later.
        end = min(filter(None, (signer.until, said.old_until)))
        ended = tuple(msgspec.structs.replace(one, until=end) if one == signer else one for one in keys)
        return (*ended, PeerKey(said.verifier_key, said.encryption_key, said.since, announced=True))
    return keys


def is_known(known: Sequence[PeerKey], origin: str, token: str) -> bool:
    """Whether the key of an announcement is there already, announced by another of these keys."""
    for signer in known:
        try:
            said = msgspec.json.decode(signatures.verified(token, signer.verifier_key), type=Announcement)
        except (SignatureError, msgspec.DecodeError):
            continue
        return said.origin == origin and any(said.verifier_key == one.verifier_key for one in known)
    return False


def check(said: Announcement, origin: str) -> bool:
    """True for an announcement of this node that can be; raises `KeyProblem` for any other."""
    if said.format != FORMAT or said.origin != origin or not said.since or said.old_until < said.since:
        raise KeyProblem(f"not an announcement of a key of {origin}")
    check_key(origin, said.verifier_key, said.encryption_key)
    return True


def check_key(origin: str, verifier_key: str, encryption_key: str) -> None:
    """Raises `KeyProblem` for a key that is none, or another node's."""
    try:
        name = checkpoint.parse_verifier_key(verifier_key).name
        if encryption_key:
            sealing.check_public_key(encryption_key)
    except (CheckpointError, sealing.SealError) as error:
        raise KeyProblem(str(error)) from error
    if name != origin:
        raise KeyProblem(f"the key is that of {name}, not of {origin}")


def valid(keys: Iterable[PeerKey], now: str) -> tuple[PeerKey, ...]:
    """The keys that are believed at a time, the newest last."""
    return tuple(sorted((one for one in keys if one.is_valid(now)), key=lambda one: one.since))


def fingerprint(verifier_key: str) -> str:
    """What two people read to each other: 16 groups of 4 hexadecimal digits, SHA-256 of the public key."""
    return checkpoint.fingerprint(verifier_key)


def written(keys: Sequence[Any]) -> str:
    """Keys as they are kept."""
    return msgspec.json.encode(list(keys)).decode()
