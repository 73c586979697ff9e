"""Where the logs of a store end: by this a copy of the search table in memory sees that it is not of today."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias


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
