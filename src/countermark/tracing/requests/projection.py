"""Keeps one view in step: which acts belong to which request."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from countermark.ledger import database, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference
from countermark.tracing.requests import states

LINKS = "tracing_requestlink"
BATCH = 1000
_WORD = b'"act":"message_'


class RequestProjection:
    """Links acts about messages to their request."""

    name = "requests"
    tables = (LINKS,)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Links new acts."""
        if links := _links(entries):
            database.insert_rows(LINKS, ("conversation", "position"), links)

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
            select = f"SELECT conversation, position FROM {LINKS}"  # noqa: S608
            rows = database.select_in(select, "position", [position for _, position in links], kind="int")
            for conversation, position in sorted(links - {(str(c), int(p)) for c, p in rows}):
                yield Difference(LINKS, f"{conversation}/{position}", "a row", "missing")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {LINKS}")  # noqa: S608
            found = int(cursor.fetchone()[0])
        if found != expected:
            yield Difference(LINKS, "number of rows", str(expected), str(found))


def _links(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    found = ((states.conversation_of(entry), entry.position) for entry in entries)
    return sorted((conversation, position) for conversation, position in found if conversation)


def _acts() -> Iterator[Entry]:
    for positions in database.chunks(store.positions_with(_WORD), BATCH):
        yield from sorted(store.entries_at(positions), key=lambda entry: entry.position)
