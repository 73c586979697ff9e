"""Where the logs of a store end: by this a copy of the search table in memory sees that it is not of today."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn


class End(NamedTuple):
    """Position and leaf hash of the last entry of a log, and how often the views were folded anew since it came."""

    position: int
    leaf: bytes
    folded: int


Ends: TypeAlias = dict[int, End]
"""By number of the log."""

ASKED = (
    "SELECT t.last, (SELECT e.leaf FROM ledger_entry e WHERE e.id = t.last), t.folded FROM (SELECT l.folded, "
    "(SELECT max(x.id) FROM ledger_entry x WHERE x.id >= l.id * %s AND x.id < (l.id + 1) * %s) AS last FROM ledger_log l) t"
)
"""One statement, with how many positions a log spans, twice. In this form PostgreSQL has nothing to choose: each log is two look-ups by key."""


def ends_of(rows: Iterable[tuple[Any, ...]], span: int) -> Ends:
    """From the rows that `ASKED` gives. A log without entries has no end."""
    return {last // span: End(last, bytes(leaf), folded) for last, leaf, folded in rows if leaf is not None}


Answered: TypeAlias = Callable[[], Ends]
"""Gives the answer to a question that was asked, and waits for it where it is not there yet."""


def asked_meanwhile(connection: "PGconn", span: int) -> Answered:
    """Asks PostgreSQL without waiting for the answer: what is done until it is wanted costs no time.

    Nothing else may be asked on the connection before it is taken. Raises psycopg's errors, as the answer does.
    """
    from psycopg import OperationalError, generators, waiting
    from psycopg.pq import ExecStatus, Format

    connection.send_query_params(_NUMBERED, [str(span).encode()], result_format=Format.BINARY)
    waiting.wait(generators.send(connection), connection.socket)

    def answered() -> Ends:
        (result,) = waiting.wait(generators.fetch_many(connection), connection.socket)
        if result.status != ExecStatus.TUPLES_OK:
            raise OperationalError(result.error_message.decode(errors="replace"))
        rows = [[result.get_value(row, column) for column in range(3)] for row in range(result.ntuples)]
        return ends_of(((_number(last), leaf, _number(folded)) for last, leaf, folded in rows), span)

    return answered


def _number(value: bytes | None) -> int:
    """As PostgreSQL sends it: of a log without entries there is none."""
    return int.from_bytes(value or b"", "big", signed=True)


_NUMBERED = ASKED.replace("%s", "$1::bigint").encode()
