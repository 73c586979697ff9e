"""What keeps a rolled-back store from being written: the last checkpoint this node signed, kept beside its key.

A node that meets a checkpoint of its own log longer than its log refuses to append and says why (design, *The ledger*). It is
written down whenever somebody asks for one, with a log's first entry, and while a log grows: so a store that is lost or put
back is noticed even if no checkpoint ever left the node.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings

from countermark.ledger import checkpoint, store, tree
from countermark.ledger.checkpoint import Checkpoint, CheckpointError, KeyFileError, SigningKey
from countermark.ledger.models import Log
from countermark.marks.sentences import Sentence

ENTRIES_BETWEEN = 256
SECONDS_BETWEEN = 60
"""A growing log is signed again after so many entries or, when it grows slowly, seconds."""

_logger = logging.getLogger(__name__)


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


_checked: dict[str, tuple[int, bytes]] = {}
_before_snapshot: ContextVar[str | None] = ContextVar("_before_snapshot", default=None)


def refuse_if_rolled_back(log: Log, size: int) -> None:
    """Raises `RolledBackError` when this node signed a longer or different log of the same origin."""
    seen = last_signed(log)
    if seen is None:
        return
    # Another process may have appended and signed since `size` was read.
    if seen.size > size and seen.size > store.size(log):
        raise RolledBackError(
            Sentence(
                "%(origin)s has %(size)d entries here, but this node signed a checkpoint of %(signed)d: the store was rolled"
                " back or lost. Nothing is written. Restore the newest backup into an empty store with"
                " 'countermark restore', which opens a new generation of the log. To begin anew without any record, put"
                " %(key)s and %(checkpoint)s away first.",
                origin=log.origin,
                size=size,
                signed=seen.size,
                key=str(settings.ENVIRONMENT.key_path),
                checkpoint=str(checkpoint_path()),
            )
        )
    if _checked.get(log.origin) == (seen.size, seen.root):
        return
    if tree.stored_root(seen.size, store.reader(log)) != seen.root:
        raise RolledBackError(
            Sentence(
                "the first %(size)d entries of %(origin)s are not those this node signed before",
                size=seen.size,
                origin=log.origin,
            )
        )
    _checked[log.origin] = (seen.size, seen.root)


def last_signed(log: Log) -> Checkpoint | None:
    """The last checkpoint this node signed for a log, from the file beside its key; in a snapshot, as the file was before."""
    note = _before_snapshot.get()
    try:
        seen = checkpoint.open_note(_note() if note is None else note, [log.verifier_key])
    except CheckpointError:
        return None  # none yet, of another generation, or of another store with the same key directory
    return seen if seen.origin == log.origin else None


@contextmanager
def as_of_now() -> Iterator[None]:
    """Inside, `last_signed` does not see what is signed from now on: a snapshot does not see what it was signed for."""
    token = _before_snapshot.set(_note())
    try:
        yield
    finally:
        _before_snapshot.reset(token)


def _note() -> str:
    try:
        return checkpoint_path().read_bytes().decode(errors="replace")
    except FileNotFoundError:
        return ""


def remember(note: str) -> None:
    """Writes a signed checkpoint beside the key, whole or not at all."""
    with _alone():
        _write(note)


def remember_growth(log: Log, head: Checkpoint) -> None:
    """Signs what was just committed if the last signature is long ago. A key out of reach is no reason to fail: it is said.

    `head` is the log's head as it was committed.
    """
    try:
        seen = last_signed(log)
        if seen is not None and head.size - seen.size < ENTRIES_BETWEEN and not _is_old():
            return
        _remember_if_longer(log, head, checkpoint.sign(head, signing_key(log)))
        _checked[log.origin] = (head.size, head.root)
    except (KeyFileError, OSError) as error:
        _logger.warning("no checkpoint of %s was written down: %s", log.origin, error)


def _is_old() -> bool:
    # A clock that was put back makes it old as well.
    return abs(time.time() - checkpoint_path().stat().st_mtime) >= SECONDS_BETWEEN


def sign_current(log: Log) -> str:
    """The signed checkpoint of a log as it stands; remembered beside the key when it is longer than the last one.

    Raises `RolledBackError`, and `KeyFileError` when the key is out of reach or not this log's.
    """
    size = store.size(log)
    refuse_if_rolled_back(log, size)
    current = Checkpoint(log.origin, size, tree.stored_root(size, store.reader(log)))
    note = checkpoint.sign(current, signing_key(log))
    _remember_if_longer(log, current, note)
    return note


def signing_key(log: Log) -> SigningKey:
    """The key of one of this node's own logs. Raises `KeyFileError` when it is out of reach or another's."""
    path = settings.ENVIRONMENT.key_path
    key = checkpoint.load_key(path)
    if checkpoint.verifier_key(log.origin, key.public_key()) != log.verifier_key:
        raise KeyFileError(f"{path} is not the key of {log.origin}: nobody could verify what it signs")
    return key


def _remember_if_longer(log: Log, head: Checkpoint, note: str) -> None:
    with _alone():
        try:
            seen = checkpoint.open_note(_note(), [log.verifier_key])
        except CheckpointError:
            seen = None
        if seen is None or seen.origin != log.origin or seen.size < head.size:
            _write(note)


def _write(note: str) -> None:
    path = checkpoint_path()
    draft = path.with_name(f".{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    checkpoint.sync_directory(path.parent)


@contextmanager
def _alone() -> Iterator[None]:
    """Of all processes and threads only one writes the checkpoint, so that a shorter one never replaces a longer."""
    descriptor = os.open(checkpoint_path().parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
