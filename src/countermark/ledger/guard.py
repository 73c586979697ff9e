"""What keeps a rolled-back store from being written: the last checkpoint this node signed, kept beside its key.

A node that meets a checkpoint of its own log longer than its log refuses to append and says why (design, *The ledger*).
"""

import os
from pathlib import Path

from django.conf import settings

from countermark.ledger import checkpoint, store, tree
from countermark.ledger.checkpoint import Checkpoint, CheckpointError, SigningKey
from countermark.ledger.models import Log


class RolledBackError(Exception):
    """The log is shorter than, or different from, what this node signed before."""


def load_or_make_key(path: Path) -> SigningKey:
    """The node's signing key; a new one where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.save_key(path, checkpoint.generate_key())
    return checkpoint.load_key(path)


def checkpoint_path() -> Path:
    """Where the last signed checkpoint lies: beside the key, outside the store and its backups."""
    return settings.ENVIRONMENT.key_path.with_suffix(".checkpoint")


_checked: dict[str, tuple[int, int]] = {}


def refuse_if_rolled_back(log: Log, size: int) -> None:
    """Raises `RolledBackError` when this node signed a longer or different log of the same origin."""
    seen = last_signed(log)
    if seen is None:
        return
    if seen.size > size:
        raise RolledBackError(
            f"{log.origin} has {size} entries here, but this node signed a checkpoint of {seen.size}: the store was rolled"
            " back. Nothing is written. Restore with 'countermark restore', which opens a new generation of the log."
        )
    mark = (seen.size, hash(seen.root))
    if _checked.get(log.origin) == mark:
        return
    if tree.stored_root(seen.size, store.reader(log)) != seen.root:
        raise RolledBackError(f"the first {seen.size} entries of {log.origin} are not those this node signed before")
    _checked[log.origin] = mark


def last_signed(log: Log) -> Checkpoint | None:
    """The last checkpoint this node signed for a log, from the file beside its key."""
    try:
        note = checkpoint_path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        seen = checkpoint.open_note(note, [log.verifier_key])
    except CheckpointError:
        return None  # of another generation or another store with the same key directory
    return seen if seen.origin == log.origin else None


def remember(note: str) -> None:
    """Writes a signed checkpoint beside the key, whole or not at all."""
    path = checkpoint_path()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def sign_current(log: Log) -> str:
    """The signed checkpoint of a log as it stands; remembered beside the key when it is longer than the last one."""
    size = store.size(log)
    refuse_if_rolled_back(log, size)
    current = Checkpoint(log.origin, size, tree.stored_root(size, store.reader(log)))
    note = checkpoint.sign(current, checkpoint.load_key(settings.ENVIRONMENT.key_path))
    seen = last_signed(log)
    if seen is None or seen.size < size:
        remember(note)
    return note
