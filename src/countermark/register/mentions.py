"""View: entries that name a weapon without being about it.

An act (somebody looked at personal data, a candidate was confirmed) names the weapon it concerns in `weapon`; a `same_as` event
names the record that survives. From here a record page finds who looked and which records were joined to it.
"""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from countermark.ledger import database, projections, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference
from countermark.register.rules import is_weapon_id

TABLE = "register_mention"
COLUMNS = ("weapon_id", "position")
BATCH = 5000
SHOWN = 1000

Row = tuple[str, int]


def mentioned(entry: Entry) -> str:
    """The id of the weapon an entry mentions, or the empty string."""
    key = "weapon" if entry.kind == "act" else "countermark:same_as"
    value = entry.body.get(key, "")
    return value if isinstance(value, str) and is_weapon_id(value) else ""


def positions(weapon_id: str) -> list[int]:
    """Where a weapon is mentioned, the newest first, at most `SHOWN`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT position FROM {TABLE} WHERE weapon_id = %s ORDER BY position DESC LIMIT {SHOWN}",  # noqa: S608
            [database.uuid_parameter(weapon_id)],
        )
        return [row[0] for row in cursor.fetchall()]


def _rows(entries: Iterable[Entry]) -> list[Row]:
    found = ((mentioned(entry), entry.position) for entry in entries)
    return sorted((weapon_id, position) for weapon_id, position in found if weapon_id)


class MentionProjection:
    """Keeps `register_mention` in step with the logs."""

    name = "mentions"
    tables = (TABLE,)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Adds the mentions of new entries."""
        rows = [(database.uuid_parameter(weapon_id), position) for weapon_id, position in _rows(entries)]
        database.insert_rows(TABLE, COLUMNS, rows)

    def rebuild(self) -> None:
        """Empties the view and reads every entry again."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608
        for entries in database.chunks(store.all_entries(), BATCH):
            self.apply(entries)

    def compare(self) -> Iterator[Difference]:
        """Every mention must have its row, and there must be no other rows."""
        expected = 0
        for entries in database.chunks(store.all_entries(), BATCH):
            rows = _rows(entries)
            expected += len(rows)
            held = _held([position for _, position in rows])
            for row in rows:
                if row not in held:
                    yield Difference(TABLE, f"{row[0]}/{row[1]}", "a row", "missing")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608
            found = cursor.fetchone()[0]
        if found != expected:
            yield Difference(TABLE, "number of rows", str(expected), str(found))


def _held(some: Sequence[int]) -> set[Row]:
    sql = f"SELECT weapon_id, position FROM {TABLE}"  # noqa: S608
    return {(database.uuid_text(row[0]), row[1]) for row in database.select_in(sql, "position", some, kind="int")}


projections.register(MentionProjection())
