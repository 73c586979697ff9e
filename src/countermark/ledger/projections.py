"""Views and how the ledger keeps them in step.

A projection folds entries into view tables inside the transaction that appends them. Rooms add theirs to `PROJECTIONS`
when the program starts, in the order in which they depend on each other.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connection

from countermark.ledger import database
from countermark.ledger.entry import Entry
from countermark.ledger.models import LOG_SPAN, KeptIndex, Log


@dataclass(frozen=True)
class Difference:
    """Something that is not as the logs say: where, which row, what was expected and what is there."""

    where: str
    id: str
    expected: str
    found: str


class Projection(Protocol):
    """Folds entries into views. One that also has `tables`, the names of its views, keeps them out of backups."""

    name: str

    def apply(self, entries: Sequence[Entry]) -> None:
        """Folds new entries in; runs inside the transaction that appended them."""

    def rebuild(self) -> None:
        """Empties the views and folds every entry of every log again."""

    def compare(self) -> Iterator[Difference]:
        """Yields what differs between the views and a fresh fold; memory bounded by the batch."""


PROJECTIONS: list[Projection] = []


def register(projection: Projection) -> None:
    """Adds a projection once; later ones may read the views of earlier ones."""
    if all(known.name != projection.name for known in PROJECTIONS):
        PROJECTIONS.append(projection)


PORTABLE = frozenset({"text", "attachment"})
"""Kept tables whose keys mean the same on every node: what another node's log states of them counts here too."""

_Statement = tuple[str, str]
_Rank = tuple[bool, bool, str, str, int]


class KeptProjection:
    """The view `ledger_keptindex`: the last digest the entries state for each kept row.

    This node's own logs decide; another's log only for rows they say nothing of, an erasure first, then the last recorded
    statement. So the view is the same in whatever order logs were taken in, and no clock undoes an erasure.
    """

    name = "kept"
    tables = ("ledger_keptindex",)

    def apply(self, entries: Sequence[Entry]) -> None:
        """A batch may write one row several times."""
        stated = [entry for entry in entries if entry.recorded.kept]
        if not stated:
            return
        last = _last_statements(stated, _logs())
        foreign = [key for key, (rank, _, _) in last.items() if not rank[0]]
        for key, rank in _held_ranks(foreign).items() if foreign else ():
            if last[key][0] < rank:
                del last[key]
        rows = [(table, key, digest, position) for (table, key), (_, digest, position) in last.items()]
        with connection.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO ledger_keptindex ("table", key, digest, position) VALUES (%s, %s, %s, %s) ON CONFLICT'
                ' ("table", key) DO UPDATE SET digest = excluded.digest, position = excluded.position',
                rows,
            )

    def rebuild(self) -> None:
        """Empties the view and folds every entry again."""
        from countermark.ledger import store

        KeptIndex.objects.all().delete()
        for batch in database.chunks(store.all_entries(), 5000):
            self.apply(batch)

    def compare(self) -> Iterator[Difference]:
        """Each row must be stated by its entry, and each entry's statement be there or overtaken by a later one."""
        from countermark.ledger import store

        logs = _logs()
        for rows in database.chunks(KeptIndex.objects.order_by("position").iterator(chunk_size=2000), 2000):
            entries = {e.position: e for e in store.entries_at([row.position for row in rows])}
            for row in rows:
                entry = entries.get(row.position)
                stated = dict(_statements(entry, logs)) if entry else {}
                if stated.get((row.table, row.key), "") != row.digest:
                    yield Difference("kept index", str(row), stated.get((row.table, row.key), ""), row.digest)
        for batch in database.chunks(store.all_entries(), 2000):
            yield from _missing(batch, logs)


def _logs() -> dict[int, tuple[bool, str]]:
    return {log_id: (own, origin) for log_id, own, origin in Log.objects.values_list("id", "own", "origin")}


def _statements(entry: Entry, logs: dict[int, tuple[bool, str]]) -> Iterator[tuple[_Statement, str]]:
    """What an entry says of kept rows, as far as it has a say here."""
    own = logs[entry.position // LOG_SPAN][0]
    for name, digest in entry.recorded.kept.items():
        table, _, key = name.partition("/")
        if own or table in PORTABLE:
            yield (table, key), digest


def _rank(entry: Entry, logs: dict[int, tuple[bool, str]]) -> _Rank:
    """Which of two statements counts: the greater. Own logs follow each other, so there the position tells."""
    own, origin = logs[entry.position // LOG_SPAN]
    if own:
        return (True, False, "", "", entry.position)
    return (False, is_erasure(entry), entry.recorded.time, origin, entry.position % LOG_SPAN)


def is_erasure(entry: Entry) -> bool:
    """Whether what an entry states of texts and documents is that they were erased."""
    return entry.body.get("act") == "erasure"


def _last_statements(
    entries: Sequence[Entry], logs: dict[int, tuple[bool, str]]
) -> dict[_Statement, tuple[_Rank, str, int]]:
    last: dict[_Statement, tuple[_Rank, str, int]] = {}
    for entry in entries:
        rank = _rank(entry, logs)
        for key, digest in _statements(entry, logs):
            if key not in last or last[key][0] < rank:
                last[key] = (rank, digest, entry.position)
    return last


def _held(keys: Collection[_Statement]) -> dict[_Statement, int]:
    rows = database.select_in(_KEPT_SELECT, "key", sorted({key for _, key in keys}))
    return {(table, key): position for table, key, position in rows if (table, key) in keys}


def _held_ranks(keys: Collection[_Statement]) -> dict[_Statement, _Rank]:
    from countermark.ledger import store

    held = _held(set(keys))
    logs = _logs()
    ranks = {entry.position: _rank(entry, logs) for entry in store.entries_at(sorted(set(held.values())))}
    return {key: ranks[position] for key, position in held.items()}


def _missing(batch: list[Entry], logs: dict[int, tuple[bool, str]]) -> Iterator[Difference]:
    stated = _last_statements([entry for entry in batch if entry.recorded.kept], logs)
    held = _held(set(stated))
    elsewhere = [key for key, (_, _, position) in stated.items() if held.get(key, position) != position]
    ranks = _held_ranks(elsewhere)
    for (table, key), (rank, _, position) in stated.items():
        if (table, key) not in held or ranks.get((table, key), rank) < rank:
            yield Difference("kept index", f"{table}/{key}", f"entry {position}", "missing or older")


_KEPT_SELECT = 'SELECT "table", key, position FROM ledger_keptindex'

KEPT = KeptProjection()
register(KEPT)
