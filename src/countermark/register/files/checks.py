"""Checks that every file reader shares: one cell at a time, the same words for the same mistake."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from countermark.marks.sentences import Sentence
from countermark.register.files import countries
from countermark.register.files.errors import RowError, shown
from countermark.register.files.mapping import FileMap, guess_value
from countermark.register.files.tables import CellType, Row, Table, Typed
from countermark.register.files.text import clean, clean_lines, decimal_digits
from countermark.register.files.vocabulary import CODED, FIRST_YEAR, LIMITS, LONGEST


class Problem(NamedTuple):
    """A RowError without its row."""

    column: str
    value: str
    expected: Sentence
    code: str

    def at(self, row: int, ref: str = "") -> RowError:
        """The problem as it stands in `row`."""
        return RowError(row, self.column, shown(self.value), self.expected, self.code, ref)


T = TypeVar("T")


@dataclass(frozen=True)
class RowStream(Generic[T]):
    """What a reader gives: iterate it once for checked rows and errors in file order.

    `warnings` counts, while rows are read, what a person should hear about though nothing was refused.
    """

    table: Table
    rows: Iterator[T | RowError]
    warnings: Counter[str]

    def __iter__(self) -> Iterator[T | RowError]:
        return self.rows


Picker = Callable[[list[str]], tuple[str, ...]]


def picker(columns: Sequence[str], placed: Mapping[str, int]) -> Picker:
    """Takes `columns` (two or more) out of a row's cells; a column the file lacks comes from one empty cell at the end,
    which the caller appends.
    """
    return itemgetter(*(placed.get(column, -1) for column in columns))


V = TypeVar("V")
MEMO_SIZE = 100_000


class Memo(dict[tuple[str, ...], V]):
    """Remembers what a check gave for each combination of cells; starts afresh when a hostile file would fill memory."""

    def __init__(self, check: Callable[[tuple[str, ...]], V]) -> None:
        super().__init__()
        self._check = check

    def __missing__(self, cells: tuple[str, ...]) -> V:
        if len(self) >= MEMO_SIZE:
            self.clear()
        self[cells] = value = self._check(cells)
        return value


def text(column: str, cell: str) -> str | Problem:
    """A free text as the source wrote it."""
    if cell.isascii() and cell.isalnum() and len(cell) < 100:
        return cell
    cleaned = clean_lines(cell) if column in LINES else clean(cell)
    if cleaned is None:
        return Problem(column, cell, Sentence("no control characters"), "control_character")
    longest = LIMITS.get(column, LONGEST)
    if len(cleaned) > longest:
        return Problem(column, cell, Sentence("at most %(longest)d characters", longest=longest), "too_long")
    return cleaned


LINES = frozenset({"note", "inscription"})


def coded(column: str, cell: str, mapping: FileMap) -> str | Problem:
    """A code of `column`'s closed list, translated by the map where it has a word for it; empty stays empty."""
    value = text(column, cell)
    if isinstance(value, Problem) or not value:
        return value
    code = mapping.values.get(column, {}).get(value.casefold(), value)
    if not code or code in CODED[column]:
        return code
    return Problem(column, value, _one_of(CODED[column], guess_value(column, value)), "unknown_code")


def _one_of(codes: Sequence[str], guess: str | None) -> Sentence:
    listed = ", ".join(codes)
    if guess:
        return Sentence("one of %(codes)s (perhaps %(guess)s)", codes=listed, guess=guess)
    return Sentence("one of %(codes)s", codes=listed)


def country(cell: str, year: str, mapping: FileMap) -> str | Problem:
    """A country code as `countries.resolve` gives it; `year` (checked, or empty) decides between States of one code."""
    value = text("country", cell)
    if isinstance(value, Problem) or not value:
        return value
    code = mapping.values.get("country", {}).get(value.casefold(), value)
    if not code:
        return ""
    resolved = countries.resolve(code, int(year) if year else None)
    return resolved or Problem("country", value, countries.expected(code), "unknown_code")


def year(cell: str, this_year: int) -> str | Problem:
    """A year of manufacture: four digits, not before the first hand firearms and not after next year."""
    value = text("year", cell)
    if isinstance(value, Problem) or not value:
        return value
    digits = decimal_digits(value)
    if len(digits) == 4 and digits.isdecimal() and FIRST_YEAR <= int(digits) <= this_year + 1:
        return digits
    expected = Sentence("a year from %(first)d to %(last)d, or empty", first=FIRST_YEAR, last=this_year + 1)
    return Problem("year", value, expected, "implausible_year")


_REFUSED_CELLS: dict[CellType, Sentence] = {
    "fraction": Sentence(
        "digits as on the metal; the spreadsheet holds a fraction: format the column as text and key it again"
    ),
    "date": Sentence(
        "the text on the metal; the spreadsheet has made a date of it: format the column as text and key it again"
    ),
    "long": Sentence(
        "the text on the metal; the spreadsheet keeps only 15 digits of a number: format the column as text and key "
        "it again"
    ),
    "unclear": Sentence(
        "the text on the metal; the spreadsheet shows the number in a format that hides digits: format the column "
        "as text and key it again"
    ),
    "boolean": Sentence(
        "the text on the metal; the spreadsheet has made a truth value of it: format the column as text and key "
        "it again"
    ),
}


def screen(
    rows: Iterable[Row | RowError], serials: Mapping[int, str], warnings: Counter[str]
) -> Iterator[Row | RowError]:
    """A spreadsheet's rows without those whose `serials` (position: column) hold what a spreadsheet has changed. The first
    of them says whose row it is, so that a weapon whose one row is refused does not enter with the others.

    Whole numbers are let through as displayed and counted in the warning `number_cells`; what is let through is text
    like any other.
    """
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        problems = list(_cell_problems(row[1], serials, warnings))
        if problems:
            ref = _whose(row[1], serials, problems)
            yield from (problem.at(row[0], ref) for problem in problems)
        else:
            yield row[0], [str(cell) for cell in row[1]]


def _whose(cells: list[str], serials: Mapping[int, str], problems: Sequence[Problem]) -> str:
    place, column = next(iter(serials.items()), (-1, ""))
    if place < 0 or any(problem.column == column for problem in problems):
        return ""
    named = text(column, str(cells[place]))
    return "" if isinstance(named, Problem) else named


def _cell_problems(cells: list[str], serials: Mapping[int, str], warnings: Counter[str]) -> Iterator[Problem]:
    for place, cell in enumerate(cells):
        if not isinstance(cell, Typed):
            continue
        if cell.type == "error":
            yield Problem(
                serials.get(place, ""), cell, Sentence("a value; the spreadsheet's formula failed"), "formula_error"
            )
        elif place in serials and cell.type == "integer":
            warnings["number_cells"] += 1
        elif place in serials:
            yield Problem(serials[place], cell, _REFUSED_CELLS[cell.type], "spreadsheet_" + cell.type)


def screened(
    table: Table, placed: Mapping[str, int], serials: Sequence[str], warnings: Counter[str]
) -> Iterator[Row | RowError]:
    """`table`'s rows, screened when they come from a spreadsheet. `serials` are the columns that hold marks and numbers.

    An encoding that was only guessed is a warning, `encoding_guessed_as_cp1251`: marks read wrongly enter the ledger.
    """
    if table.encoding_guessed:
        warnings[f"encoding_guessed_as_{table.encoding}"] = 1
    if table.format == "csv":
        return table.rows
    return screen(table.rows, {placed[column]: column for column in serials if column in placed}, warnings)
