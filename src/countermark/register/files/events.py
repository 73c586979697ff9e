"""The events file: one row per event in the life of a weapon, checked against the contract's *Events file*."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import msgspec

from countermark.marks.sentences import Sentence
from countermark.register.files import dates
from countermark.register.files.checks import Memo, Problem, RowStream, coded, country, picker, screened, text
from countermark.register.files.dates import Moment
from countermark.register.files.errors import RowError
from countermark.register.files.mapping import NO_MAP, FileMap, place_columns
from countermark.register.files.tables import Row, open_table, without
from countermark.register.files.vocabulary import EVENT_COLUMNS


class EventRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One checked row of an events file.

    `sender` and `receiver` are the columns `from` and `to`; `id` is the source's own event number; `occurrence` is the
    running number (from 1) among rows of this file that are equal in all columns but `note`, and 1 where there is an `id`.
    """

    row: int
    ref: str
    event: str
    moment: Moment
    sender: str
    receiver: str
    country: str
    place: str
    document: str
    note: str
    id: str
    component: str
    mark: str
    other_ref: str
    occurrence: int


def read_events(
    path: Path | str,
    *,
    mapping: FileMap = NO_MAP,
    ignore_columns: Iterable[str] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
    this_year: int | None = None,
) -> RowStream[EventRow]:
    """Every row of an events file, checked, or its errors.

    Raises UnreadableFile, also while iterating, and UnmappedColumns. Warning: `number_cells`.
    """
    table = open_table(path, encoding, delimiter)
    placed = place_columns(table, EVENT_COLUMNS, mapping, ignore_columns)
    missing = [column for column in ("ref", "event") if column not in placed]
    if missing:
        raise without(table, missing)
    warnings: Counter[str] = Counter()
    rows = screened(table, placed, ("ref", "mark", "other_ref", "id"), warnings)
    return RowStream(table, _checked(rows, placed, mapping, this_year or datetime.now(UTC).year), warnings)


NO_EVENT = Sentence("an event, such as transfer or destruction")
NO_PART = {
    "install": Sentence("which part to install: component, mark or other_ref"),
    "remove": Sentence("which part to remove: component, mark or other_ref"),
}

_REPEATING = ("event", "from", "to", "place", "component")
_OWN = ("ref", "document", "note", "id", "mark", "other_ref")


def _checked(
    rows: Iterator[Row | RowError], placed: Mapping[str, int], mapping: FileMap, this_year: int
) -> Iterator[EventRow | RowError]:
    pick_repeating, pick_own = picker(_REPEATING, placed), picker(_OWN, placed)
    pick_dated = picker(("date", "country"), placed)
    repeating_of = Memo(lambda cells: _repeating(cells, mapping))
    dated_of = Memo(lambda cells: _dated(cells, mapping, this_year))
    seen: Counter[bytes] = Counter()
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        number, cells = row
        cells.append("")
        event, sender, receiver, place, component = repeating_of[pick_repeating(cells)]
        moment, where = dated_of[pick_dated(cells)]
        ref, document, note, id_, mark, other_ref = map(text, _OWN, pick_own(cells))
        values = (
            ref, event, moment, sender, receiver, where, place, document, note, id_, component, mark, other_ref
        )  # fmt: skip
        problems = [value for value in values if isinstance(value, Problem)]
        problems += _missing(ref, event, part_named=bool(component or mark or other_ref))
        if problems:
            yield from (problem.at(number, ref if isinstance(ref, str) else "") for problem in problems)
        else:
            yield EventRow(number, *values, 1 if id_ else _occurrence(values, seen))  # type: ignore[arg-type]


def _repeating(cells: tuple[str, ...], mapping: FileMap) -> tuple[str | Problem, ...]:
    event, sender, receiver, place, component = cells
    return (
        coded("event", event, mapping) or Problem("event", "", NO_EVENT, "missing"),
        text("from", sender),
        text("to", receiver),
        text("place", place),
        coded("component", component, mapping),
    )


def _dated(cells: tuple[str, ...], mapping: FileMap, this_year: int) -> tuple[Moment | Problem, str | Problem]:
    """When and in which country: a country code of the past is clear, or not, for the year of the event."""
    date, where = cells
    moment = _moment(date, mapping, this_year)
    known = isinstance(moment, Moment) and moment.precision != "unknown"
    return moment, country(where, moment.instant[:4] if known and isinstance(moment, Moment) else "", mapping)


def _moment(cell: str, mapping: FileMap, this_year: int) -> Moment | Problem:
    written = text("date", cell)
    if isinstance(written, Problem):
        return written
    moment = dates.parse(written, mapping.date_format, mapping.calendar, mapping.zone, this_year=this_year)
    return moment if isinstance(moment, Moment) else Problem("date", written, moment.expected, moment.code)


def _missing(ref: object, event: object, *, part_named: bool) -> list[Problem]:
    problems = []
    if not ref:
        problems.append(Problem("ref", "", Sentence("the record number of a weapon"), "missing"))
    if event in ("install", "remove") and not part_named:
        problems.append(Problem("component", "", NO_PART[str(event)], "missing"))
    return problems


_NOTE = 8
_encode = msgspec.msgpack.Encoder().encode


def _occurrence(values: tuple[object, ...], seen: Counter[bytes]) -> int:
    """The running number of a row. 128 bits stand for each different row, so that memory stays bounded (about 150 bytes a
    row) and two rows never meet by accident.
    """
    key = blake2b(_encode(values[:_NOTE] + values[_NOTE + 1 :]), digest_size=16).digest()
    seen[key] += 1
    return seen[key]
