"""Keeps the views of a room in step with its acts: a subject is folded again whenever an act about it arrives (`subjects.py`)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Model

from countermark.ledger import database, store, subjects
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference

BATCH = 1000
State = msgspec.Struct
Fold = Callable[[str, Iterable[Entry]], State | None]


@dataclass(frozen=True)
class Table:
    """A view table of one type of state: `model` has a column for every field of `state`; `key` are those of its primary key,
    of which the last tells nearly all rows apart.
    """

    state: type[State]
    model: type[Model]
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the database calls it."""
        return self.model._meta.db_table  # noqa: SLF001 - Django's own way to ask

    @property
    def rows(self) -> Any:
        """The rows of the table, as Django reads and writes them."""
        return self.model._default_manager  # noqa: SLF001


class SubjectProjection:
    """Folds the acts of one room. `links` is its table of (subject, position); `fold` gives the state of a subject."""

    def __init__(self, room: str, links: type[Model], tables: Sequence[Table], fold: Fold) -> None:
        self.name = room
        self._fold = fold
        self._shown = tuple(tables)
        self._links_model = links
        self._links = links._meta.db_table  # noqa: SLF001

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table this fills."""
        return (self._links, *(table.name for table in self._shown))

    def apply(self, entries: Sequence[Entry]) -> None:
        """Links new acts to their subjects and folds those subjects again."""
        links = self._links_of(entries)
        if not links:
            return
        database.insert_rows(self._links, ("subject", "position"), links)
        for some in database.chunks(dict.fromkeys(subject for subject, _ in links), BATCH):
            self._write(self._folded(some))

    def rebuild(self) -> None:
        """Empties the views and folds every act again."""
        views: list[type[Model]] = [self._links_model, *(table.model for table in self._shown)]
        for model in views:
            model._default_manager.all().delete()  # noqa: SLF001
        for entries in database.chunks(self._acts(), BATCH):
            database.insert_rows(self._links, ("subject", "position"), self._links_of(entries))
        for some in database.chunks(self._subjects(), BATCH):
            self._write(self._folded(some))

    def compare(self) -> Iterator[Difference]:
        """Links against the acts, then every row against a fresh fold."""
        yield from self._compared_links()
        totals = dict.fromkeys(self._shown, 0)
        for some in database.chunks(self._subjects(), BATCH):
            folded = self._folded(some)
            for table in self._shown:
                states = [state for state in folded if type(state) is table.state]
                totals[table] += len(states)
                yield from _compared(table, states)
        for table, total in totals.items():
            if (found := table.rows.count()) != total:
                yield Difference(table.name, "number of rows", str(total), str(found))

    def entries_about(self, subject: str) -> list[Entry]:
        """Every act about a subject, as they stand in the logs held here."""
        return self._entries([subject]).get(subject, [])

    def entries_about_each(self, wanted: Sequence[str]) -> dict[str, list[Entry]]:
        """Every act about each of some subjects."""
        return self._entries(wanted)

    def _links_of(self, entries: Iterable[Entry]) -> list[tuple[str, int]]:
        found = {(subject, one.position) for one in entries for subject in subjects.subjects_of(one, self.name)}
        return sorted(found)

    def _acts(self) -> Iterator[Entry]:
        """Acts of this room of every log; the others are not even decoded."""
        for positions in database.chunks(store.positions_with(f'"act":"{self.name}_'.encode()), BATCH):
            yield from sorted(store.entries_at(positions), key=lambda entry: entry.position)

    def _subjects(self) -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT subject FROM {self._links} ORDER BY subject")  # noqa: S608
            yield from [row[0] for row in cursor.fetchall()]

    def _compared_links(self) -> Iterator[Difference]:
        expected = 0
        for entries in database.chunks(self._acts(), BATCH):
            links = self._links_of(entries)
            expected += len(links)
            held = self._held([position for _, position in links])
            for subject, position in links:
                if (subject, position) not in held:
                    yield Difference(self._links, f"{subject}/{position}", "a row", "missing")
        if (found := self._links_model._default_manager.count()) != expected:  # noqa: SLF001
            yield Difference(self._links, "number of rows", str(expected), str(found))

    def _held(self, positions: Sequence[int]) -> set[tuple[str, int]]:
        wanted = set(positions)
        every = self._links_model._default_manager.all()  # noqa: SLF001
        rows = every.filter(position__in=wanted) if len(wanted) < BATCH // 2 else every
        return {(subject, at) for subject, at in rows.values_list("subject", "position").iterator() if at in wanted}

    def _entries(self, wanted: Sequence[str]) -> dict[str, list[Entry]]:
        rows = database.select_in(f"SELECT subject, position FROM {self._links}", "subject", wanted)  # noqa: S608
        entries = {entry.position: entry for entry in store.entries_at(sorted({position for _, position in rows}))}
        found: dict[str, list[Entry]] = defaultdict(list)
        for subject, position in rows:
            if position in entries:
                found[subject].append(entries[position])
        return found

    def _folded(self, wanted: Sequence[str]) -> list[State]:
        found = self._entries(wanted)
        folded = (self._fold(subject, found.get(subject, [])) for subject in wanted)
        return [state for state in folded if state is not None]

    def _write(self, folded: Sequence[State]) -> None:
        for table in self._shown:
            rows = [table.model(**_values(state)) for state in folded if type(state) is table.state]
            columns = [name for name in table.state.__struct_fields__ if name not in table.key]
            if rows:
                table.rows.bulk_create(
                    rows, batch_size=200, update_conflicts=True, unique_fields=list(table.key), update_fields=columns
                )


def _values(state: State) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(state)
    return values


def _compared(table: Table, folded: Sequence[State]) -> Iterator[Difference]:
    expected = {tuple(getattr(state, name) for name in table.key): _values(state) for state in folded}
    wanted = {f"{table.key[-1]}__in": [key[-1] for key in expected]}
    rows = table.rows.filter(**wanted).values(*table.state.__struct_fields__)
    found = {tuple(row[name] for name in table.key): row for row in rows.iterator()}
    for key, values in expected.items():
        if found.get(key) != values:
            yield Difference(table.name, "/".join(key), str(values), str(found.get(key, "missing")))
