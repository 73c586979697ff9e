"""A CSV, XLSX or ODS file as one stream of rows of text, memory bounded whatever its size.

Row 1 is the header. Rows are numbered as a spreadsheet numbers them, empty ones are passed over. CSV cells are plain
`str`; a spreadsheet's number, date, truth value or error is a `Typed` string, so that a reader can refuse a serial number
that a spreadsheet has already turned into something else.
"""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, Self

from countermark.marks.sentences import Sentence, said
from countermark.register.files.encodings import Encoding, detect
from countermark.register.files.errors import RowError, UnreadableFile, shown

CellType = Literal["integer", "unclear", "fraction", "long", "date", "boolean", "error"]
"""What a spreadsheet cell held: `integer` is shown in full; `long` has lost digits; `unclear` has a format of its own."""


class Typed(str):
    """A spreadsheet cell that is not text, as displayed, and what it was."""

    __slots__ = ("type",)
    type: CellType

    def __new__(cls, text: str, type_: CellType) -> Self:
        cell = super().__new__(cls, text)
        cell.type = type_
        return cell


Row = tuple[int, list[str]]
"""Row number and cells, as many as the header has."""


@dataclass(frozen=True)
class Table:
    """An opened file. `rows` can be consumed once; it yields a `RowError` for a row that does not fit the header."""

    path: Path
    header: list[str]
    rows: Iterator[Row | RowError]
    format: Literal["csv", "xlsx", "ods"]
    encoding: str = ""
    encoding_guessed: bool = False
    delimiter: str = ""
    sheet: str = ""


MAX_COLUMNS = 1024
MAX_ROWS = 1_048_576
"""Rows of a spreadsheet, the limit of the programs that write them. CSV has none."""
MAX_LINE = 8 * 1024 * 1024
"""Bytes without a line end after which a file is not a table."""

_DELIMITERS = ",;\t|"
_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": Sentence("%(file)s is an old Excel workbook (.xls); save it as .xlsx or CSV"),
    b"%PDF": Sentence("%(file)s is a PDF document, not a table"),
    b"\x1f\x8b": Sentence("%(file)s is gzip-compressed; unpack it first"),
    b"7z\xbc\xaf": Sentence("%(file)s is a 7z archive; unpack it first"),
    b"Rar!": Sentence("%(file)s is a RAR archive; unpack it first"),
    b"SQLite format 3": Sentence("%(file)s is a SQLite database, not a table"),
}


def open_table(
    path: Path | str, encoding: str | None = None, delimiter: str | None = None, *, as_is: bool = False
) -> Table:
    """Open a table, recognising its format by its content. `encoding` and `delimiter` (CSV only) are detected if None.

    `as_is` lets rows through that have more or fewer cells than the header.
    Raises UnreadableFile, here or while the rows are read.
    """
    path = Path(path)
    start = _first_bytes(path)
    if start.startswith(b"PK\x03\x04"):
        return _open_spreadsheet(path, as_is=as_is)
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise UnreadableFile(Sentence(what, file=path.name))
    return _open_csv(path, encoding, delimiter, as_is=as_is)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        why = Sentence("%(file)s: %(problem)s", file=str(path), problem=str(error.strerror or error))
        raise UnreadableFile(why) from error
    except ValueError as error:
        raise UnreadableFile(Sentence("%(file)s cannot be a file name", file=repr(str(path)))) from error
    if not start:
        raise _empty(path)
    return start


def _open_spreadsheet(path: Path, *, as_is: bool) -> Table:
    from countermark.register.files import ods, xlsx

    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFile(Sentence("%(file)s is a damaged spreadsheet or archive", file=path.name)) from error
    if "content.xml" in names:
        sheet, rows = ods.read(path)
        return _table(path, rows, "ods", as_is=as_is, sheet=sheet)
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        sheet, rows = xlsx.read(path)
        return _table(path, rows, "xlsx", as_is=as_is, sheet=sheet)
    raise UnreadableFile(Sentence("%(file)s is an archive, not a spreadsheet; unpack it first", file=path.name))


def _table(
    path: Path, rows: Iterator[Row | RowError], format_: Literal["csv", "xlsx", "ods"], *, as_is: bool, **how: str
) -> Table:
    first = next(rows, None)
    if first is None:
        raise _empty(path)
    if isinstance(first, RowError) or first[0] != 1:
        raise _nameless(path)
    header = _header(path, first[1])
    fitting = rows if as_is else _fitting(rows, len(header), padded=format_ != "csv")
    return Table(path, header, fitting, format_, **how)  # type: ignore[arg-type]


def _empty(path: Path) -> UnreadableFile:
    return UnreadableFile(Sentence("%(file)s is empty; row 1 must name the columns", file=path.name))


def _nameless(path: Path) -> UnreadableFile:
    return UnreadableFile(Sentence("%(file)s: row 1 must name the columns", file=path.name))


def _header(path: Path, cells: Sequence[str]) -> list[str]:
    names = [str(cell).strip().removeprefix("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise _nameless(path)
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(
            Sentence(
                "%(file)s has %(number)d columns; at most %(most)d can be read",
                file=path.name,
                number=len(names),
                most=MAX_COLUMNS,
            )
        )
    repeated = sorted({shown(name) for name in names if name and names.count(name) > 1})
    if repeated:
        why = Sentence("%(file)s: two columns have the same name: %(names)s", file=path.name, names=", ".join(repeated))
        raise UnreadableFile(why)
    return [name or f"column {number}" for number, name in enumerate(names, 1)]


def without(table: Table, missing: Sequence[str]) -> UnreadableFile:
    """The refusal of a file that lacks one or two columns it must have."""
    if len(missing) == 1:
        needed = Sentence("a column %(name)s", name=missing[0])
    else:
        needed = Sentence("a column %(first)s and %(second)s", first=missing[0], second=missing[1])
    return UnreadableFile(
        Sentence(
            "%(file)s needs %(columns)s; it has %(names)s",
            file=table.path.name,
            columns=needed,
            names=", ".join(table.header),
        )
    )


def _fitting(rows: Iterator[Row | RowError], width: int, *, padded: bool) -> Iterator[Row | RowError]:
    for row in rows:
        if isinstance(row, RowError) or len(row[1]) == width:
            yield row
        elif padded and len(row[1]) < width:
            yield row[0], row[1] + [""] * (width - len(row[1]))
        else:
            yield from _ragged(row, width)


def _ragged(row: Row, width: int) -> Iterator[Row | RowError]:
    number, cells = row
    if not any(cells):
        return
    if len(cells) > width and not any(cells[width:]):
        yield number, cells[:width]
        return
    expected = Sentence("%(width)d cells, as many as row 1 has columns", width=width)
    yield RowError(number, "", f"{len(cells)} cells", expected, "ragged")


def _open_csv(path: Path, encoding: str | None, delimiter: str | None, *, as_is: bool) -> Table:
    found = detect(path, encoding, MAX_LINE)
    separator, marker_line = _separator(path, found.name, delimiter)
    rows = _csv_rows(path, found, separator, marker_line)
    table = _table(path, rows, "csv", as_is=as_is, encoding=found.name, delimiter=separator)
    return replace(table, encoding_guessed=found.guessed)


def _separator(path: Path, encoding: str, given: str | None) -> tuple[str, bool]:
    """The delimiter, and whether the first line only announces it (`sep=;`, as some spreadsheets write)."""
    lines = _first_lines(path, encoding)
    first = lines[0].strip().strip('"') if lines else ""
    marker = len(first) == 5 and first.lower().startswith("sep=")
    if given is not None:
        separator = _NAMED_DELIMITERS.get(given, given)
        if len(separator) != 1 or separator in '\r\n"' or (not separator.isprintable() and separator != "\t"):
            why = Sentence("a delimiter is one character, not %(given)s", given=repr(shown(given)))
            raise UnreadableFile(why)
        return separator, marker
    if marker or first.lower() == "sep=":
        return (first[4:] or "\t"), True
    return max(_DELIMITERS, key=lambda d: (_columns(lines, d), -_DELIMITERS.index(d))), False


def _first_lines(path: Path, encoding: str) -> list[str]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            return file.read(64 * 1024).splitlines(keepends=True)
    except (OSError, ValueError) as error:
        why = Sentence("%(file)s cannot be read as %(encoding)s", file=path.name, encoding=encoding)
        raise UnreadableFile(why) from error


def _columns(lines: list[str], delimiter: str) -> int:
    try:
        return len(next(csv.reader(lines, delimiter=delimiter), []))
    except csv.Error:
        return 0


def _csv_rows(path: Path, encoding: Encoding, delimiter: str, marker_line: bool) -> Iterator[Row | RowError]:
    try:
        with path.open(encoding=encoding.name, newline="", buffering=1 << 20) as file:
            if marker_line:
                file.readline()
            yield from _numbered(csv.reader(file, delimiter=delimiter))
    except (OSError, UnicodeError) as error:
        why = Sentence(
            "%(file)s cannot be read as %(encoding)s: %(problem)s",
            file=path.name,
            encoding=encoding.name,
            problem=said(error),
        )
        raise UnreadableFile(why) from error


def _numbered(reader: Iterator[list[str]]) -> Iterator[Row | RowError]:
    number = 0
    while True:
        try:
            for cells in reader:
                number += 1
                if cells:
                    yield number, cells
        except csv.Error as error:
            number += 1
            expected = Sentence(
                "a row that can be read as CSV (%(problem)s); is a quotation mark open?", problem=said(error)
            )
            yield RowError(number, "", "", expected, "csv")
        else:
            return


def limited(archive: zipfile.ZipFile, member: str) -> BinaryIO:
    """A member of a spreadsheet archive, opened for streaming. Raises UnreadableFile for one that would flood memory."""
    try:
        info = archive.getinfo(member)
    except KeyError as error:
        raise UnreadableFile(Sentence("the spreadsheet has no %(part)s", part=member)) from error
    check_size(info)
    return archive.open(info)  # type: ignore[return-value]


MAX_MEMBER = 4 * 1024**3
MAX_RATIO = 300
SMALL_MEMBER = 16 * 1024**2


def check_size(info: zipfile.ZipInfo) -> None:
    """Raises UnreadableFile when an archive member unpacks to an absurd size (a "zip bomb")."""
    too_dense = info.file_size > SMALL_MEMBER and info.file_size > MAX_RATIO * max(1, info.compress_size)
    if info.file_size > MAX_MEMBER or too_dense:
        why = Sentence("the spreadsheet unpacks to %(size)d bytes; save it as CSV", size=info.file_size)
        raise UnreadableFile(why)
