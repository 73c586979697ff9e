"""The directory's keys as they are kept: those of peers, and this node's own with their files beside the log's key."""

from pathlib import Path

import msgspec
from django.conf import settings

from countermark.ledger import checkpoint, entry, guard, identity, sealing, services
from countermark.ledger.checkpoint import SigningKey
from countermark.ledger.models import Log, Peer
from countermark.ledger.services import Actor
from countermark.tracing.requests import keys
from countermark.tracing.requests.keys import Announcement, KeyProblem, PeerKey

PEER, OWN = "peer-keys:", "own-keys"


class OwnKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of this node after the log's own: its public parts, from when it signs, and its announcement."""

    verifier_key: str
    encryption_key: str
    since: str
    announcement: str


def of_peer(origin: str) -> tuple[PeerKey, ...]:
    """The keys of a node in the directory, the log's own first; none for a node that is not there."""
    peer = Peer.objects.filter(origin=origin).first()
    return () if peer is None else of_peers([peer])[origin]


def of_peers(peers: list[Peer]) -> dict[str, tuple[PeerKey, ...]]:
    """The keys of some nodes of the directory."""
    kept = services.settings_of(PEER)
    return {one.origin: _with_first(one, kept.get(one.origin, "")) for one in peers}


def _with_first(peer: Peer, text: str) -> tuple[PeerKey, ...]:
    known = msgspec.json.decode(text, type=tuple[PeerKey, ...]) if text else ()
    first = PeerKey(peer.verifier_key, peer.encryption_key)
    if not any(one.verifier_key == peer.verifier_key for one in known):
        return (first, *known)
    return tuple(
        msgspec.structs.replace(one, encryption_key=peer.encryption_key)
        if one.verifier_key == peer.verifier_key
        else one
        for one in known
    )


def believed(origin: str) -> list[str]:
    """The verifier keys of a node that are valid now; none for a node that is not in the directory."""
    return [one.verifier_key for one in keys.valid(of_peer(origin), entry.now())]


def sealed_to(origin: str) -> str:
    """The newest valid key of a node to seal to; empty where it has none."""
    found = [one.encryption_key for one in keys.valid(of_peer(origin), entry.now()) if one.encryption_key]
    return found[-1] if found else ""


def keep(origin: str, known: tuple[PeerKey, ...], *, by: Actor) -> None:
    """Writes the keys of a peer down, when they changed."""
    if known != of_peer(origin):
        services.set_setting(f"{PEER}{origin}", keys.written(known), by=by)


def learn(origin: str, announcement: str, *, by: Actor) -> tuple[PeerKey, ...]:
    """Takes in an announcement that came as a file. Raises `KeyProblem` for one no valid key of the node signed."""
    before = _known(origin)
    after = keys.learn(before, origin, [announcement.strip()], entry.now())
    if after == before and not keys.is_known(before, origin, announcement.strip()):
        raise KeyProblem(f"no valid key of {origin} has signed this announcement")
    keep(origin, after, by=by)
    return after


def trust(origin: str, key: PeerKey, *, by: Actor) -> None:
    """Enters a key that was compared by hand, or changes until when one is believed. Raises `KeyProblem`."""
    keys.check_key(origin, key.verifier_key, key.encryption_key)
    for text in filter(None, (key.since, key.until)):
        if not _is_instant(text):
            raise KeyProblem(f"{text!r} is no time like 2026-01-31T00:00:00.000Z")
    rest = tuple(one for one in _known(origin) if one.verifier_key != key.verifier_key)
    keep(origin, (*rest, key), by=by)


def compared(origin: str, verifier_key: str, how: str, *, by: Actor) -> None:
    """Notes that somebody compared a key with its holder out of band. Raises `KeyProblem` for a key that is not there."""
    known = _known(origin)
    if all(one.verifier_key != verifier_key for one in known):
        raise KeyProblem(f"{origin} has no such key in the directory")
    person = identity.opaque("person", by.name) if by.name else ""
    noted = {"compared_by": person, "compared_on": entry.now()[:10], "compared_how": how.strip()[:200]}
    changed = (msgspec.structs.replace(one, **noted) if one.verifier_key == verifier_key else one for one in known)
    keep(origin, tuple(changed), by=by)


def _known(origin: str) -> tuple[PeerKey, ...]:
    known = of_peer(origin)
    if not known:
        raise KeyProblem(f"{origin} is not in the directory; 'countermark ledger trust' adds it")
    return known


def _is_instant(text: str) -> bool:
    from countermark.ledger.verify import TIME

    return bool(TIME.fullmatch(text))


# --- this node's own --------------------------------------------------------------------------------------------------


def own() -> tuple[OwnKey, ...]:
    """This node's keys after the log's own, oldest first."""
    text = services.setting(OWN)
    return msgspec.json.decode(text, type=tuple[OwnKey, ...]) if text else ()


def announcements() -> tuple[str, ...]:
    """What every message carries, so that its receiver knows the key that signed it."""
    return tuple(one.announcement for one in own())[-keys.MOST :]


def signing_key(log: Log) -> SigningKey:
    """The key that messages are signed with now. Raises `KeyFileError` when it is out of reach."""
    current = next((one for one in reversed(own()) if one.since <= entry.now()), None)
    return guard.signing_key(log) if current is None else checkpoint.load_key(_path(current.verifier_key, ".sign"))


def rotate(until: str, *, by: Actor) -> OwnKey:
    """A new signing and sealing key, announced by the one before, which is believed until `until` (RFC 3339 UTC).

    The files lie beside the log's key, which stays: it signs checkpoints. Raises `KeyProblem`.
    """
    log = services.require_own_log()
    now = entry.now()
    if not _is_instant(until) or until <= now:
        raise KeyProblem("the old key is believed for some time yet: give a time like 2026-01-31T00:00:00.000Z")
    old, new = signing_key(log), checkpoint.generate_key()
    verifier = checkpoint.verifier_key(log.origin, new.public_key())
    checkpoint.save_key(_path(verifier, ".sign"), new)
    sealed_to = sealing.make_key(_path(verifier, ".enc"))
    announcement = Announcement(keys.FORMAT, log.origin, verifier, sealed_to, now, until)
    made = OwnKey(verifier, sealed_to, now, keys.announce(announcement, old))
    services.set_setting(OWN, keys.written([*own(), made]), by=by)
    return made


def _path(verifier_key: str, suffix: str) -> Path:
    first: Path = settings.ENVIRONMENT.key_path
    name = checkpoint.parse_verifier_key(verifier_key).key_hash().hex()
    return first.with_name(f"{first.stem}.{name}{suffix}")
