"""Keeps the views of this room in step with the logs: a subject is folded again whenever an act about it arrives."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Model

from countermark.ledger import database, projections, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference
from countermark.marking import states
from countermark.marking.models import ActLink, BatchRow, ItemRow, NumberRow, RecordRow
from countermark.marking.states import Batch, Item, Number, Record, State

BATCH = 1000
LINKS = "marking_actlink"
ROWS: dict[type[State], type[Model]] = {Record: RecordRow, Number: NumberRow, Batch: BatchRow, Item: ItemRow}
_KEYS: dict[type[State], tuple[str, ...]] = {
    Record: ("kind", "key"),
    Number: ("subject",),
    Batch: ("id",),
    Item: ("id",),
}
_WORD = b'"act":"marking_'


class MarkingProjection:
    """Folds acts about numbers, batches, machines and rules."""

    name = "marking"

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table this fills."""
        return (LINKS, *(model._meta.db_table for model in ROWS.values()))  # noqa: SLF001 - Django's own way to ask

    def apply(self, entries: Sequence[Entry]) -> None:
        """Links new acts to their subjects and folds those subjects again."""
        links = _links(entries)
        if not links:
            return
        database.insert_rows(LINKS, ("subject", "position"), links)
        for some in database.chunks(dict.fromkeys(subject for subject, _ in links), BATCH):
            _write(_folded(some))

    def rebuild(self) -> None:
        """Empties the views and folds every act again."""
        views: list[type[Model]] = [ActLink, *ROWS.values()]
        for model in views:
            model._default_manager.all().delete()  # noqa: SLF001
        for entries in database.chunks(_acts(), BATCH):
            database.insert_rows(LINKS, ("subject", "position"), _links(entries))
        for subjects in database.chunks(_subjects(), BATCH):
            _write(_folded(subjects))

    def compare(self) -> Iterator[Difference]:
        """Links against the acts, then every row against a fresh fold."""
        expected = 0
        for entries in database.chunks(_acts(), BATCH):
            links = _links(entries)
            expected += len(links)
            held = _held([position for _, position in links])
            yield from (Difference(LINKS, f"{s}/{p}", "a row", "missing") for s, p in links if (s, p) not in held)
        if (found := ActLink.objects.count()) != expected:
            yield Difference(LINKS, "number of rows", str(expected), str(found))
        totals: dict[type[State], int] = dict.fromkeys(ROWS, 0)
        for subjects in database.chunks(_subjects(), BATCH):
            folded = _folded(subjects)
            for kind in ROWS:
                some = [state for state in folded if type(state) is kind]
                totals[kind] += len(some)
                yield from _compared(kind, some)
        for kind, model in ROWS.items():
            if (found := model._default_manager.count()) != totals[kind]:  # noqa: SLF001
                table = model._meta.db_table  # noqa: SLF001
                yield Difference(table, "number of rows", str(totals[kind]), str(found))


def entries_about(subject: str) -> list[Entry]:
    """Every act about a subject, in the order of the fold."""
    return states.ordered(_entries([subject]).get(subject, []))


def _links(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    return sorted({(subject, entry.position) for entry in entries for subject in states.subjects_of(entry)})


def _acts() -> Iterator[Entry]:
    """Acts of this room of every log; the others are not even decoded."""
    for positions in database.chunks(store.positions_with(_WORD), BATCH):
        yield from sorted(store.entries_at(positions), key=lambda entry: entry.position)


def _subjects() -> Iterator[str]:
    sql = f"SELECT DISTINCT subject FROM {LINKS} ORDER BY subject"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql)
        yield from [row[0] for row in cursor.fetchall()]


def _held(positions: Sequence[int]) -> set[tuple[str, int]]:
    wanted = set(positions)
    rows = ActLink.objects.filter(position__in=wanted) if len(wanted) < BATCH // 2 else ActLink.objects.all()
    return {(subject, at) for subject, at in rows.values_list("subject", "position").iterator() if at in wanted}


def _entries(subjects: Sequence[str]) -> dict[str, list[Entry]]:
    rows = database.select_in(f"SELECT subject, position FROM {LINKS}", "subject", subjects)  # noqa: S608
    entries = {entry.position: entry for entry in store.entries_at(sorted({position for _, position in rows}))}
    found: dict[str, list[Entry]] = defaultdict(list)
    for subject, position in rows:
        if position in entries:
            found[subject].append(entries[position])
    return found


def _folded(subjects: Sequence[str]) -> list[State]:
    found = _entries(subjects)
    folded = (states.fold(subject, found.get(subject, [])) for subject in subjects)
    return [state for state in folded if state is not None]


def _values(state: State) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(state)
    return values


def _write(folded: Sequence[State]) -> None:
    for kind, model in ROWS.items():
        rows = [model(**_values(state)) for state in folded if type(state) is kind]
        columns = [name for name in kind.__struct_fields__ if name not in _KEYS[kind]]
        if rows:
            model._default_manager.bulk_create(  # noqa: SLF001
                rows, batch_size=200, update_conflicts=True, unique_fields=list(_KEYS[kind]), update_fields=columns
            )


def _compared(kind: type[State], folded: Sequence[State]) -> Iterator[Difference]:
    model, names = ROWS[kind], _KEYS[kind]
    expected = {tuple(getattr(state, name) for name in names): _values(state) for state in folded}
    # The last column of a key tells nearly all apart: one query for many rows.
    wanted = {f"{names[-1]}__in": [key[-1] for key in expected]}
    rows = model._default_manager.filter(**wanted).values(*kind.__struct_fields__)  # noqa: SLF001
    found = {tuple(row[name] for name in names): row for row in rows.iterator()}
    for key, values in expected.items():
        if found.get(key) != values:
            there = str(found.get(key, "missing"))
            yield Difference(model._meta.db_table, "/".join(key), str(values), there)  # noqa: SLF001


projections.register(MarkingProjection())
