"""Views that link acts to what they are about, a request or a case: the fold is elsewhere, this finds its entries."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from countermark.ledger import database, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference

BATCH = 1000

Link = tuple[Any, ...]
"""A row of a view: the position of the act, what it is about, and whatever else is looked up by."""


@dataclass(eq=False)
class LinkProjection:
    """Keeps one view in step. `columns` gives the type of each column, the position first and what the act is about second; `links` the
    rows of an entry, none for one that is not about it; `contains` a text that every such entry has.
    """

    name: str
    table: str
    columns: Mapping[str, Callable[[Any], Any]]
    contains: bytes
    links: Callable[[Entry], Iterable[Link]]

    @property
    def tables(self) -> tuple[str, ...]:
        """The view."""
        return (self.table,)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Links new acts."""
        if links := self._links(entries):
            database.insert_rows(self.table, tuple(self.columns), links)

    def rebuild(self) -> None:
        """Empties the view and links every act again."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table}")  # noqa: S608
        for entries in database.chunks(self._acts(), BATCH):
            self.apply(entries)

    def compare(self) -> Iterator[Difference]:
        """Every act must be linked, and nothing else."""
        expected = 0
        for entries in database.chunks(self._acts(), BATCH):
            links = set(self._links(entries))
            expected += len(links)
            select = f"SELECT {', '.join(self.columns)} FROM {self.table}"  # noqa: S608
            rows = database.select_in(select, "position", sorted({link[0] for link in links}), kind="int")
            for position, about, *_ in sorted(links - {self._typed(row) for row in rows}):
                yield Difference(self.table, f"{about}/{position}", "a row", "missing or another")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.table}")  # noqa: S608
            found = int(cursor.fetchone()[0])
        if found != expected:
            yield Difference(self.table, "number of rows", str(expected), str(found))

    def _typed(self, row: Sequence[Any]) -> Link:
        return tuple(kind(value) for kind, value in zip(self.columns.values(), row, strict=True))

    def _links(self, entries: Iterable[Entry]) -> list[Link]:
        return sorted({link for entry in entries for link in self.links(entry)})

    def _acts(self) -> Iterator[Entry]:
        for positions in database.chunks(store.positions_with(self.contains), BATCH):
            yield from sorted(store.entries_at(positions), key=lambda entry: entry.position)
