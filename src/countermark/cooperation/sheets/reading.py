"""A spreadsheet of needs or offers as records, each fault named by row, column, what stood there and what was expected."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from countermark.cooperation.sheets import columns
from countermark.cooperation.sheets.columns import Kind
from countermark.marks.sentences import Sentence
from countermark.register.files.errors import RowError, UnreadableFile, shown
from countermark.register.files.tables import Table, Typed, open_table
from countermark.register.files.text import clean_lines

MOST_ROWS = 20_000
Cells = dict[str, str]
Numbered = tuple[int, Cells]


@dataclass
class Grouped:
    """The rows of one `ref`: its facts with the row each stands in, and its lines."""

    ref: str
    row: int
    facts: Cells = field(default_factory=dict)
    rows_of: dict[str, int] = field(default_factory=dict)
    lines: list[Numbered] = field(default_factory=list)


def read(path: Path, kind: Kind) -> tuple[list[Numbered], list[RowError]]:
    """The rows of a file with their cells by column, empty cells left out. Raises `UnreadableFile` for a file that is none as a whole."""
    table = open_table(path)
    names = _header(table, kind)
    rows: list[Numbered] = []
    errors: list[RowError] = []
    for one in table.rows:
        if isinstance(one, RowError):
            errors.append(one)
            continue
        if len(rows) >= MOST_ROWS:
            raise UnreadableFile(Sentence("a file of at most %(most)d rows is expected; part it", most=MOST_ROWS))
        number, cells = one
        kept = dict(_cells(number, names, cells, errors))
        if kept:
            rows.append((number, kept))
    return rows, errors


def _header(table: Table, kind: Kind) -> list[str]:
    names = ["_".join(name.strip().casefold().split()) for name in table.header]
    known = columns.told(kind)
    unknown = [name for name in names if name and name not in known]
    if unknown:
        why = Sentence(
            "there is no column '%(column)s'; the columns are %(known)s",
            column=shown(unknown[0]),
            known=", ".join(known),
        )
        raise UnreadableFile(why)
    twice = next((name for number, name in enumerate(names) if name and name in names[:number]), "")
    if twice:
        raise UnreadableFile(Sentence("the column '%(column)s' stands there twice", column=twice))
    missing = [name for name in columns.REQUIRED[kind] if name not in names]
    if missing:
        raise UnreadableFile(Sentence("the column '%(column)s' is missing", column=missing[0]))
    return names


def _cells(
    number: int, names: Iterable[str], cells: Iterable[str], errors: list[RowError]
) -> Iterator[tuple[str, str]]:
    for name, cell in zip(names, cells, strict=False):
        if isinstance(cell, Typed) and cell.type in ("error", "boolean", "long"):
            expected = Sentence("a text or a number; the spreadsheet has made something else of it")
            errors.append(RowError(number, name, shown(cell), expected, cell.type))
            continue
        text = clean_lines(str(cell))
        if text is None:
            errors.append(RowError(number, name, shown(cell), Sentence("a text without control characters"), "control"))
        elif text and name:
            yield name, text
        elif text:
            errors.append(RowError(number, "", shown(cell), Sentence("nothing: this column has no name"), "nameless"))


def grouped(kind: Kind, rows: Iterable[Numbered], errors: list[RowError]) -> list[Grouped]:
    """The records of some rows, wherever the rows of one stand; what contradicts itself is an error."""
    found: dict[str, Grouped] = {}
    for number, cells in rows:
        ref = cells.get("ref", "")
        if not ref:
            errors.append(RowError(number, "ref", "", Sentence("a number of your own for this record"), "missing"))
            continue
        group = found.setdefault(ref, Grouped(ref, number))
        _facts(kind, group, number, cells, errors)
        line = {name: cells[name] for name in columns.LINES_OF[kind] if name in cells}
        if line:
            group.lines.append((number, line))
    return list(found.values())


def _facts(kind: Kind, group: Grouped, number: int, cells: Mapping[str, str], errors: list[RowError]) -> None:
    for name in columns.FACTS[kind]:
        text = cells.get(name, "")
        if not text:
            continue
        if group.facts.setdefault(name, text) != text:
            expected = Sentence("the same as in row %(row)d, or nothing: both are one record", row=group.rows_of[name])
            errors.append(RowError(number, name, shown(text), expected, "differs", group.ref))
        group.rows_of.setdefault(name, number)
