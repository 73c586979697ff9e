"""Keeps one view in step: which acts belong to which case."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from countermark.ledger import database, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference
from countermark.tracing.cases import states

LINKS = "tracing_caselink"
BATCH = 1000
_WORD = b'"act":"recovery_'


class CaseProjection:
    """Links acts about recovered weapons to their case."""

    name = "cases"
    tables = (LINKS,)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Links new acts."""
        if links := _links(entries):
            database.insert_rows(LINKS, ("position", "case_id"), links)

    def rebuild(self) -> None:
        """Empties the view and links every act again."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {LINKS}")  # noqa: S608
        for entries in database.chunks(_acts(), BATCH):
            self.apply(entries)

    def compare(self) -> Iterator[Difference]:
        """Every act must be linked, and nothing else."""
        expected = 0
        for entries in database.chunks(_acts(), BATCH):
            links = set(_links(entries))
            expected += len(links)
            select = f"SELECT position, case_id FROM {LINKS}"  # noqa: S608
            rows = database.select_in(select, "position", [position for position, _ in links], kind="int")
            for position, case in sorted(links - {(int(row[0]), str(row[1])) for row in rows}):
                yield Difference(LINKS, f"{case}/{position}", "a row", "missing or another")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {LINKS}")  # noqa: S608
            found = int(cursor.fetchone()[0])
        if found != expected:
            yield Difference(LINKS, "number of rows", str(expected), str(found))


def _links(entries: Iterable[Entry]) -> list[tuple[int, str]]:
    return sorted(
        (one.position, str(one.body["case"]))
        for one in entries
        if one.kind == "act" and one.body.get("act") in states.WORDS
    )


def _acts() -> Iterator[Entry]:
    for positions in database.chunks(store.positions_with(_WORD), BATCH):
        yield from sorted(store.entries_at(positions), key=lambda entry: entry.position)
