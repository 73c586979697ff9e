"""One unchanging look at a store that others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from countermark.ledger import database, guard


@contextmanager
def snapshot() -> Iterator[None]:
    """All reads inside see the store as it stood at the first one, and no writer waits for them.

    Inside a transaction or another snapshot it adds nothing: that is such a look already.
    """
    if connection.in_atomic_block:
        yield
        return
    if database.is_postgresql():
        with guard.as_of_now(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # Django's own transactions take SQLite's write lock at BEGIN; this one only reads.
    with connection.cursor() as cursor:
        if connection.connection.in_transaction:
            yield
            return
        with guard.as_of_now():
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
