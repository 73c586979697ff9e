"""The readings file: what was read off recovered weapons, one reading a row, one answer per query."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path

import msgspec

from countermark.marks.sentences import Sentence
from countermark.register.files.checks import Problem, RowStream, picker, screened, text
from countermark.register.files.errors import RowError, shown
from countermark.register.files.mapping import NO_MAP, FileMap, place_columns
from countermark.register.files.tables import Row, open_table, without
from countermark.register.files.vocabulary import READING_COLUMNS

MAX_READINGS = 32
"""Readings of one weapon; more are another weapon's with the same query_id by mistake."""


class ReadingRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One reading as written. Everything but `query_id` and `reading` is evidence and may be empty or wrong."""

    row: int
    query_id: str
    reading: str
    maker: str = ""
    country: str = ""
    kind: str = ""
    calibre: str = ""
    component: str = ""
    mark_kind: str = ""


class ReadingQuery(msgspec.Struct, frozen=True, gc=False):
    """The adjacent rows of one `query_id`: one weapon. With `errors`, the answer's outcome is `error` and `readings` are
    those that could be used.
    """

    query_id: str
    first_row: int
    readings: tuple[ReadingRow, ...]
    errors: tuple[RowError, ...]


def read_readings(
    path: Path | str,
    *,
    mapping: FileMap = NO_MAP,
    ignore_columns: Iterable[str] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RowStream[ReadingQuery]:
    """Every query of a readings file in file order; a bad row is a query's error, never the end of the file.

    Raises UnreadableFile, also while iterating, and UnmappedColumns. Warning: `number_cells`.
    """
    table = open_table(path, encoding, delimiter)
    placed = place_columns(table, READING_COLUMNS, mapping, ignore_columns)
    missing = [column for column in ("query_id", "reading") if column not in placed]
    if missing:
        raise without(table, missing)
    warnings: Counter[str] = Counter()
    rows = screened(table, placed, ("query_id", "reading"), warnings)
    return RowStream(table, _queries(_checked(rows, placed)), warnings)


class _Checked(msgspec.Struct, gc=False):
    query_id: str
    first_row: int
    result: ReadingRow | RowError


def _checked(rows: Iterator[Row | RowError], placed: Mapping[str, int]) -> Iterator[_Checked]:
    pick = picker(READING_COLUMNS, placed)
    for row in rows:
        if isinstance(row, RowError):
            yield _Checked(row.ref, row.row, row)
            continue
        number, cells = row
        cells.append("")
        values = list(map(text, READING_COLUMNS, pick(cells)))
        query_id = values[0] if isinstance(values[0], str) else ""
        problem = next((value for value in values if isinstance(value, Problem)), None) or _missing(values)
        result = problem.at(number, query_id) if problem else ReadingRow(number, *map(str, values))
        yield _Checked(query_id, number, result)


def _missing(values: list[str | Problem]) -> Problem | None:
    if not values[0]:
        return Problem("query_id", "", Sentence("a name for the query"), "missing")
    if not values[1]:
        return Problem(
            "reading", "", Sentence("what was read, ? for an unreadable character and * for several"), "missing"
        )
    return None


def _queries(rows: Iterator[_Checked]) -> Iterator[ReadingQuery]:
    for query_id, group in groupby(rows, key=attrgetter("query_id")):
        if query_id:
            yield _query(query_id, group)
        else:
            yield from (_query("", iter((row,))) for row in group)


def _query(query_id: str, group: Iterator[_Checked]) -> ReadingQuery:
    first = next(group)
    results = [first.result, *(row.result for row in islice(group, MAX_READINGS - 1))]
    surplus = next(group, None)
    readings = tuple(result for result in results if isinstance(result, ReadingRow))
    errors = tuple(result for result in results if isinstance(result, RowError))
    if surplus:
        expected = Sentence("at most %(most)d readings of one weapon", most=MAX_READINGS)
        errors += (RowError(surplus.first_row, "query_id", shown(query_id), expected, "too_many_readings", query_id),)
    return ReadingQuery(query_id, first.first_row, readings, errors)
