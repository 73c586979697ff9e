"""Files that are written whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole_file(path: Path, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """A file to write, which takes the place of `path` once all of it is on disk; any exception leaves `path` as it was.

    Raises FileExistsError where `path` is a device, pipe or directory.
    """
    refuse_to_replace_what_is_no_file(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def refuse_to_replace_what_is_no_file(path: Path) -> None:
    """A device or pipe would be gone afterwards, with a file in its place. Raises FileExistsError."""
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "not a file that could be replaced", str(path))


def sync_directory(path: Path) -> None:
    """Makes a rename in a directory outlast a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
