"""The directory a load works in. A load that was killed leaves its own behind, as large as its file: the next one takes it away."""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "countermark-load-"
LOCK = "in-use"
GRACE_SECONDS = 60
"""A directory is not taken for abandoned before: its lock may not be held yet."""
GRACE_WITHOUT_LOCK_SECONDS = 86_400
"""The same for a directory that has no lock: an older version of the program may be at work in it."""


@contextmanager
def workspace() -> Iterator[Path]:
    """A directory for one load, gone at its end. Those of loads that died are removed first."""
    sweep(Path(tempfile.gettempdir()), time.time() - GRACE_SECONDS)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, (Path(name) / LOCK).open("w") as lock:
        # Held by the operating system for as long as the process lives, also by its helpers; never longer.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(name)


def sweep(base: Path, before: float) -> int:
    """Removes the directories of dead loads that were made before a time (seconds since 1970). Returns how many."""
    removed = 0
    for left in base.glob(f"{PREFIX}*"):
        if _is_abandoned(left, before):
            shutil.rmtree(left, ignore_errors=True)
            removed += 1
    return removed


def _is_abandoned(directory: Path, before: float) -> bool:
    try:
        if directory.stat().st_mtime > before:
            return False
        with (directory / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return _made(directory) < before - GRACE_WITHOUT_LOCK_SECONDS
    except OSError:
        return False  # in use, or another user's
    return True


def _made(directory: Path) -> float:
    try:
        return directory.stat().st_mtime
    except OSError:
        return float("inf")  # another load took it away meanwhile
