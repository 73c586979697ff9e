"""Bulk reading and writing, the same on SQLite and PostgreSQL.

Rows go in through the fastest road each database has (executemany, COPY); keys are looked up in one statement.
Table and column names come from this program's own code, never from input.
"""

import fcntl
import json
import os
import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import get_ident
from typing import Any

from django.db import connection, transaction

from countermark.ledger import collector

BULK_CACHE_KIB = 400_000
"""What SQLite may keep of a store in memory during a load: its indexes are written all over."""

WAL_BYTES = 64 << 20
"""From this size on a load brings SQLite's write-ahead log back into the store. Larger would spare writing, but a person's commit
that happens to do it must stay quick."""

COPY_FROM = 50
"""From this many rows on, COPY is faster than INSERT on PostgreSQL."""

Row = Sequence[Any]


def is_postgresql() -> bool:
    """Whether the store is PostgreSQL; it is SQLite otherwise."""
    return connection.vendor == "postgresql"


def insert_rows(
    table: str, columns: Sequence[str], rows: Sequence[Row], shared: Mapping[str, str | int] | None = None
) -> None:
    """Inserts rows (tuples in the order of `columns`) into a table; IntegrityError if one is there already.

    `shared` are further columns, which have one value in all rows: a number, or a text of this program's own making.
    """
    if not rows:
        return
    shared = shared or {}
    names = ",".join([*columns, *shared])
    if is_postgresql() and len(rows) >= COPY_FROM:
        _copy(f"COPY {table} ({names}) FROM STDIN", rows, tuple(shared.values()))
        return
    marks = ",".join([*["%s"] * len(columns), *map(_literal, shared.values())])
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def _literal(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    if not _PLAIN.fullmatch(value):
        raise ValueError(f"{value!r} is not written into SQL")
    return f"'{value}'"


_PLAIN = re.compile(r"[-0-9A-Za-z:.]*")


def _copy(statement: str, rows: Sequence[Row], shared: tuple[Any, ...]) -> None:
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row((*row, *shared) if shared else row)


def select_in(sql: str, column: str, values: Sequence[Any], *, kind: str = "text") -> list[tuple[Any, ...]]:
    """Rows of `sql` (a SELECT ... FROM without WHERE) whose `column` is one of `values`.

    `kind` is `text`, `int`, `bytes` or `uuid`: what the values are. A text with NUL, which no row has, may be asked for.
    """
    if kind == "text":
        values = [value for value in values if "\0" not in value]
    if not values:
        return []
    condition, parameters = _membership(column, values, kind)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE {condition}", parameters)
        return list(cursor.fetchall())


_PG_TYPES = {"text": "text", "int": "bigint", "bytes": "bytea", "uuid": "uuid"}


def _membership(column: str, values: Sequence[Any], kind: str) -> tuple[str, list[Any]]:
    if is_postgresql():
        return f"{column} = ANY(%s::{_PG_TYPES[kind]}[])", [list(values)]
    if kind == "bytes":
        # JSON carries no bytes; batches stay below SQLite's 32,766 parameters.
        marks = ",".join(["%s"] * len(values))
        return f"{column} IN ({marks})", list(values)
    if kind == "uuid":
        values = [sqlite_uuid(value) for value in values]
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))]  # noqa: S608


def sqlite_uuid(value: str | uuid.UUID) -> str:
    """How Django stores a UUID on SQLite: 32 hexadecimal digits."""
    return value.hex if isinstance(value, uuid.UUID) else value.replace("-", "")


def uuid_parameter(value: str) -> str:
    """A weapon id as a parameter of raw SQL on the database at hand."""
    return value if is_postgresql() else value.replace("-", "")


def uuid_text(value: Any) -> str:
    """A weapon id from raw SQL on either database as lower-case text with hyphens."""
    if isinstance(value, uuid.UUID):
        return str(value)
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


def stream(sql: str, parameters: Sequence[Any], size: int = 2000) -> Iterator[tuple[Any, ...]]:
    """Rows of a SELECT without holding them all: pages of `size` through a server-side cursor where there is one."""
    if not is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            while rows := cursor.fetchmany(size):
                yield from rows
        return
    connection.ensure_connection()
    with (
        transaction.atomic(),
        connection.connection.cursor(name=f"stream_{uuid.uuid4().hex}") as cursor,
    ):
        cursor.itersize = size
        cursor.execute(sql, parameters)
        yield from cursor


@contextmanager
def bulk() -> Iterator[None]:
    """Inside, this connection is set for a load of many batches; call `settle` after each. Memory stays bounded."""
    with collector.resting():
        if is_postgresql():
            yield
            return
        # Mapped pages count as this process's memory; a load reads and writes through its own cache instead. A log that is
        # cut when it begins anew tells by its size how much it holds.
        with _pragmas(cache_size=-BULK_CACHE_KIB, mmap_size=0, wal_autocheckpoint=0, journal_size_limit=0):
            _patient.add(get_ident())
            try:
                yield
            finally:
                _patient.discard(get_ident())
        settle(0)


@contextmanager
def _pragmas(**wanted: int) -> Iterator[None]:
    usual = {name: _pragma(name) for name in wanted}
    for name, value in wanted.items():
        _pragma(f"{name}={value}")
    try:
        yield
    finally:
        for name, value in usual.items():
            _pragma(f"{name}={value}")


def _pragma(text: str) -> Any:
    with connection.cursor() as cursor:
        row = cursor.execute(f"PRAGMA {text}").fetchone()
        return row[0] if row else None


def settle(most: int = WAL_BYTES) -> None:
    """Between two batches: lets those go first who wait to write, and moves a write-ahead log of more than `most` bytes into
    the store. PostgreSQL does both by itself.
    """
    if is_postgresql() or connection.in_atomic_block:
        return
    _give_way()
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    if log.exists() and log.stat().st_size > most:
        _pragma("wal_checkpoint(PASSIVE)")


# SQLite has no queue for its write lock: who waits looks again every now and then, and a load that takes the lock again at once
# would keep everybody out. Who waits therefore holds a shared lock on a file beside the store; a load goes on when nobody does.
_patient: set[int] = set()
GIVE_WAY_SECONDS = 1.0


@contextmanager
def _waiting() -> Iterator[None]:
    if is_postgresql() or connection.in_atomic_block or get_ident() in _patient:
        yield
        return
    with _queue() as queue:
        fcntl.flock(queue, fcntl.LOCK_SH)
        yield


def _give_way() -> None:
    until = time.monotonic() + GIVE_WAY_SECONDS
    with _queue() as queue:
        while time.monotonic() < until:
            try:
                fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.005)
            else:
                return


@contextmanager
def _queue() -> Iterator[int]:
    descriptor = os.open(f"{connection.settings_dict['NAME']}-queue", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def write_transaction(lock: int) -> Iterator[None]:
    """A transaction in which this process is the only writer of log number `lock`.

    SQLite takes its one write lock at BEGIN; PostgreSQL takes an advisory lock before any index is given out.
    """
    with ExitStack() as stack:
        with _waiting():
            stack.enter_context(transaction.atomic())
        if is_postgresql():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, lock])
        yield


_LOCK_CLASS = 0x434D  # "CM": keeps our advisory locks apart from those of other programs in the same database


def chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size` rows."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
