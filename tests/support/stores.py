"""Fresh stores on the database a run was asked for, each a copy of one migrated template."""

import itertools
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support import postgres

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_numbers = itertools.count(1)


def sqlite_url(path: Path) -> str:
    """The store URL of an SQLite file."""
    return f"sqlite://{path}"


@contextmanager
def empty(database_url: str, directory: Path) -> Iterator[str]:
    """The URL of a store with nothing in it: no file yet on SQLite, an empty database on PostgreSQL."""
    with _store(database_url, directory, None) as url:
        yield url


@contextmanager
def migrated(database_url: str, directory: Path, template: str) -> Iterator[str]:
    """The URL of a copy of the migrated store `template` (a path on SQLite, a database on PostgreSQL)."""
    with _store(database_url, directory, template) as url:
        yield url


def copy(template: Path, path: Path) -> None:
    """A copy with what is still in the template's write-ahead log."""
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


@contextmanager
def _store(database_url: str, directory: Path, template: str | None) -> Iterator[str]:
    parts = urlsplit(database_url)
    if parts.scheme == "sqlite":
        path = directory / f"store-{next(_numbers)}.db"
        if template:
            copy(Path(template), path)
        yield sqlite_url(path)
        return
    port, name = parts.port or 0, f"store_{WORKER}_{os.getpid()}_{next(_numbers)}"
    postgres.create_database(port, name, template or "template0")
    try:
        yield postgres.url(port, name)
    finally:
        postgres.drop_database(port, name)
