"""Views and how the ledger keeps them in step.

A projection folds entries into view tables inside the transaction that appends them. Rooms add theirs to `PROJECTIONS`
when the program starts, in the order in which they depend on each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from countermark.ledger import database
from countermark.ledger.entry import Entry
from countermark.ledger.models import KeptIndex


@dataclass(frozen=True)
class Difference:
    """Something that is not as the logs say: where, which row, what was expected and what is there."""

    where: str
    id: str
    expected: str
    found: str


class Projection(Protocol):
    """Folds entries into views."""

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


class KeptProjection:
    """The view `ledger_keptindex`: the last digest the entries state for each kept row."""

    name = "kept"

    def apply(self, entries: Sequence[Entry]) -> None:
        """Later entries win; a batch may write one row several times."""
        last: dict[tuple[str, str], tuple[str, int]] = {}
        for entry in entries:
            for name, digest in entry.recorded.kept.items():
                table, _, key = name.partition("/")
                last[table, key] = (digest, entry.position)
        if not last:
            return
        rows = [KeptIndex(table=t, key=k, digest=d, position=p) for (t, k), (d, p) in last.items()]
        KeptIndex.objects.bulk_create(
            rows,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["table", "key"],
            update_fields=["digest", "position"],
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

        for rows in database.chunks(KeptIndex.objects.order_by("position").iterator(chunk_size=2000), 2000):
            entries = {e.position: e for e in store.entries_at([row.position for row in rows])}
            for row in rows:
                entry = entries.get(row.position)
                stated = entry.recorded.kept.get(f"{row.table}/{row.key}", "") if entry else ""
                if stated != row.digest:
                    yield Difference("kept index", str(row), stated, row.digest)
        for batch in database.chunks(store.all_entries(), 2000):
            yield from self._missing(batch)

    def _missing(self, batch: list[Entry]) -> Iterator[Difference]:
        stated = {
            (name.partition("/")[0], name.partition("/")[2]): entry.position
            for entry in batch
            for name in entry.recorded.kept
        }
        keys = sorted({key for _, key in stated})
        held = {(t, k): p for t, k, p in database.select_in(_KEPT_SELECT, "key", keys)}
        for (table, key), position in stated.items():
            if held.get((table, key), -1) < position:
                yield Difference("kept index", f"{table}/{key}", f"entry {position}", "missing or older")


_KEPT_SELECT = 'SELECT "table", key, position FROM ledger_keptindex'

register(KeptProjection())
