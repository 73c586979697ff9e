"""Reading the logs: entries by position, tree hashes for proofs, who writes here."""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import Max

from countermark.ledger import database, tree
from countermark.ledger.entry import Entry, decode, key_of
from countermark.ledger.models import LOG_SPAN, Log
from countermark.ledger.models import Entry as EntryRow

LEVELS = 8


def own_log() -> Log | None:
    """The log this node writes: its newest generation; None in a store that was not opened yet."""
    return Log.objects.filter(own=True).order_by("-id").first()


def size(log: Log) -> int:
    """How many entries a log has here."""
    first = log.id * LOG_SPAN
    last = EntryRow.objects.filter(id__gte=first, id__lt=first + LOG_SPAN).aggregate(last=Max("id"))["last"]
    return 0 if last is None else last - first + 1


def total_size() -> int:
    """Entries of all logs held."""
    return sum(size(log) for log in Log.objects.all())


def reader(log: Log) -> tree.Get:
    """Stored hashes of a log for `tree`: leaves at level 0, roots of full tiles above."""

    def get(level: int, start: int, count: int) -> list[bytes]:
        if level == 0:
            table, column, first = "ledger_entry", "leaf", log.id * LOG_SPAN + start
        else:
            table, column, first = "ledger_tile", "root", tile_position(log.id, level, start)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {column} FROM {table} WHERE id >= %s AND id < %s ORDER BY id",  # noqa: S608
                [first, first + count],
            )
            return [bytes(row[0]) for row in cursor.fetchall()]

    return get


def tile_position(log_id: int, level: int, index: int) -> int:
    """The id of a tile row."""
    return (log_id * LEVELS + level) * LOG_SPAN + index


def raw_entries(log: Log, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    """(position, key, leaf, data) of a log from an index on, in order."""
    first = log.id * LOG_SPAN
    last = first + (LOG_SPAN if end is None else end)
    sql = "SELECT id, key, leaf, data FROM ledger_entry WHERE id >= %s AND id < %s ORDER BY id"
    for position, key, leaf, data in database.stream(sql, [first + start, last]):
        yield position, bytes(key), bytes(leaf), bytes(data)


def entries(log: Log, start: int = 0) -> Iterator[Entry]:
    """Decoded entries of a log from an index on."""
    for position, _, _, data in raw_entries(log, start):
        yield decode(position, data, log.origin)


def all_entries() -> Iterator[Entry]:
    """Decoded entries of every log held, log by log."""
    origins = _origins()
    for position, data in database.stream("SELECT id, data FROM ledger_entry ORDER BY id", []):
        yield _decoded(position, data, origins)


def positions_with(text: bytes, newest: int | None = None) -> Iterator[int]:
    """Positions of entries whose bytes contain a text, of every log, in order; with `newest` the last so many, newest first.

    Finds the entries of one kind without decoding the others; who asks looks at each, since a text may stand anywhere.
    """
    contains = "position(%s::bytea in data) > 0" if database.is_postgresql() else "instr(data, %s) > 0"
    order = "ORDER BY id" if newest is None else f"ORDER BY id DESC LIMIT {newest:d}"
    for row in database.stream(f"SELECT id FROM ledger_entry WHERE {contains} {order}", [text]):  # noqa: S608
        yield int(row[0])


def holding(text: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Position and bytes of the entries from `start` to before `end` whose bytes contain a text, in order; who asks looks at each."""
    contains = "position(%s::bytea in data) > 0" if database.is_postgresql() else "instr(data, %s) > 0"
    sql = f"SELECT id, data FROM ledger_entry WHERE id >= %s AND id < %s AND {contains} ORDER BY id"  # noqa: S608
    for position, data in database.stream(sql, [start, end, text]):
        yield int(position), bytes(data)


def entries_at(positions: Sequence[int]) -> list[Entry]:
    """Decoded entries at the given positions, in no particular order; positions without an entry are left out."""
    rows = database.select_in("SELECT id, data FROM ledger_entry", "id", positions, kind="int")
    origins = _origins()
    return [_decoded(position, data, origins) for position, data in rows]


def find(event_id: str) -> list[Entry]:
    """The entries with this eventID, one for each log that has it."""
    rows = EntryRow.objects.filter(key=key_of(event_id)).values_list("id", "data").order_by("id")
    origins = _origins()
    return [_decoded(position, data, origins) for position, data in rows]


def _origins() -> dict[int, str]:
    return dict(Log.objects.values_list("id", "origin"))


def _decoded(position: int, data: bytes | memoryview, origins: dict[int, str]) -> Entry:
    return decode(position, bytes(data), origins.get(position // LOG_SPAN, ""))


def index_of(position: int) -> int:
    """The index within its log of a position."""
    return position % LOG_SPAN
