"""Keeps the journal in step with the acts about entries: the rows of an entry are written anew whenever an act about it arrives."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from countermark.cooperation.fund import shapes
from countermark.cooperation.fund.models import Posting
from countermark.cooperation.fund.shapes import ENTRY, PostingFacts
from countermark.cooperation.models import ActLink
from countermark.cooperation.projection import PROJECTION
from countermark.cooperation.states import ROOM
from countermark.ledger import database, projections, subjects
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference

BATCH = 500
_PREFIX = f"{ENTRY}:"


class JournalProjection:
    """Folds the acts about entries into `cooperation_posting`; it reads the links of the room's own projection, which comes before it."""

    name = "cooperation_fund"
    tables = (Posting._meta.db_table,)  # noqa: SLF001 - Django's own way to ask

    def apply(self, entries: Sequence[Entry]) -> None:
        """Writes the rows of every entry that new acts are about."""
        named = {name for entry in entries for name in subjects.subjects_of(entry, ROOM) if name.startswith(_PREFIX)}
        for some in database.chunks(sorted(named), BATCH):
            keys = [name.removeprefix(_PREFIX) for name in some]
            Posting.objects.filter(entry__in=keys).delete()
            Posting.objects.bulk_create(
                [Posting(**row) for rows in _folded(some).values() for row in rows], batch_size=BATCH
            )

    def rebuild(self) -> None:
        """Empties the journal and writes it anew from every act."""
        Posting.objects.all().delete()
        for some in database.chunks(_named(), BATCH):
            rows = [Posting(**row) for rows in _folded(some).values() for row in rows]
            Posting.objects.bulk_create(rows, batch_size=BATCH)

    def compare(self) -> Iterator[Difference]:
        """Every row against a fresh fold."""
        total = 0
        for some in database.chunks(_named(), BATCH):
            expected = {(row["entry"], row["line"]): row for rows in _folded(some).values() for row in rows}
            total += len(expected)
            keys = [name.removeprefix(_PREFIX) for name in some]
            found = {
                (row["entry"], row["line"]): row
                for row in Posting.objects.filter(entry__in=keys).values(*PostingFacts.__struct_fields__)
            }
            for key in sorted(set(expected) | set(found)):
                if expected.get(key) != found.get(key):
                    yield Difference(
                        self.tables[0], f"{key[0]}/{key[1]}", str(expected.get(key)), str(found.get(key, "missing"))
                    )
        if (there := Posting.objects.count()) != total:
            yield Difference(self.tables[0], "number of rows", str(total), str(there))


def _named() -> Iterator[str]:
    """Every entry an act is about, by name."""
    rows = (
        ActLink.objects.filter(subject__startswith=_PREFIX)
        .order_by("subject")
        .values_list("subject", flat=True)
        .distinct()
    )
    yield from list(rows)


def _folded(names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    about = PROJECTION.entries_about_each(names)
    return {
        name: [msgspec.to_builtins(row) for row in shapes.postings(name.removeprefix(_PREFIX), about.get(name, []))]
        for name in names
    }


projections.register(JournalProjection())
