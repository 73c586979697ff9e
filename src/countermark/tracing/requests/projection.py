"""Keeps one view in step: which acts belong to which request."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from countermark.ledger import database, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference
from countermark.tracing.requests import states

LINKS = "tracing_requestlink"
COLUMNS = ("position", "conversation", "draft", "peer", "held", "guarded")
BATCH = 1000
_WORD = b'"act":"message_'

Link = tuple[int, str, str, str, int, bool]


class RequestProjection:
    """Links acts about messages to their request."""

    name = "requests"
    tables = (LINKS,)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Links new acts."""
        if links := _links(entries):
            database.insert_rows(LINKS, COLUMNS, links)

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
            select = f"SELECT {', '.join(COLUMNS)} FROM {LINKS}"  # noqa: S608
            rows = database.select_in(select, "position", [link[0] for link in links], kind="int")
            for position, conversation, *_ in sorted(links - {_as_link(row) for row in rows}):
                yield Difference(LINKS, f"{conversation}/{position}", "a row", "missing or another")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {LINKS}")  # noqa: S608
            found = int(cursor.fetchone()[0])
        if found != expected:
            yield Difference(LINKS, "number of rows", str(expected), str(found))


def _as_link(row: Sequence[Any]) -> Link:
    position, conversation, draft, peer, held, guarded = row
    return int(position), str(conversation), str(draft), str(peer), int(held), bool(guarded)


def _links(entries: Iterable[Entry]) -> list[Link]:
    found = ((states.conversation_of(entry), entry) for entry in entries)
    return sorted(_link(conversation, entry) for conversation, entry in found if conversation)


def _link(conversation: str, entry: Entry) -> Link:
    body = entry.body
    is_drafted, is_received = body["act"] == "message_drafted", body["act"] == "message_received"
    held = int(body.get("held", 0 if body.get("paper") else -1)) if is_received else 0
    draft = str(body["draft"]) if is_drafted else ""
    return entry.position, conversation, draft, str(body.get("peer", "")), held, bool(body.get("guarded"))


def _acts() -> Iterator[Entry]:
    for positions in database.chunks(store.positions_with(_WORD), BATCH):
        yield from sorted(store.entries_at(positions), key=lambda entry: entry.position)
