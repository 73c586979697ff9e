"""Rows of the first visible sheet of an Office Open XML workbook (ISO/IEC 29500), streamed.

Our own reader, because a register of a million rows has to be read in minutes and without keeping the sheet in memory;
what number formats and serial dates mean is left to openpyxl.
"""

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from countermark.marks.sentences import Sentence, said
from countermark.register.files.errors import RowError, UnreadableFile
from countermark.register.files.numbers import number
from countermark.register.files.tables import MAX_COLUMNS, MAX_ROWS, Row, Typed, limited
from countermark.register.files.xmlstream import DAMAGE, part, stream

MAX_STRINGS = 512 * 1024**2
"""Bytes of shared strings, which the format makes every reader hold in memory."""


@dataclass(frozen=True)
class _Book:
    """What a sheet's cells refer to: shared strings and the number format of each style."""

    strings: list[str]
    formats: list[str]
    epoch: dt.datetime


def read(path: Path) -> tuple[str, Iterator[Row | RowError]]:
    """The sheet's name and its rows, formulas by their last computed value. Raises UnreadableFile, also while iterating."""
    try:
        with zipfile.ZipFile(path) as archive:
            workbook_name = _related(archive, "", "/officeDocument")[0][1]
            workbook = part(archive, workbook_name)
            name, sheet = _first_visible(archive, workbook_name, workbook)
            book = _Book(_shared_strings(archive, workbook_name), _formats(archive, workbook_name), _epoch(workbook))
    except DAMAGE as error:
        raise _damaged(path, error) from error
    return name, _rows(path, sheet, book)


def _rows(path: Path, sheet: str, book: _Book) -> Iterator[Row | RowError]:
    try:
        with zipfile.ZipFile(path) as archive, limited(archive, sheet) as content:
            data: Element | None = None
            before = 0
            for event, element in stream(content):
                if event == "start":
                    if data is None and element.tag.endswith("}sheetData"):
                        data = element
                elif element.tag.endswith("}row") and data is not None:
                    before = _row_number(element, before)
                    cells = _cells(element, book)
                    data.clear()
                    if cells:
                        yield before, cells
                elif element is data:
                    return
    except DAMAGE as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    return UnreadableFile(Sentence("%(file)s is a damaged workbook: %(problem)s", file=path.name, problem=said(error)))


def _row_number(row: Element, before: int) -> int:
    found = int(row.get("r", before + 1))
    if not before < found <= MAX_ROWS:
        raise UnreadableFile(
            Sentence(
                "the workbook has a row %(row)d after row %(before)d; rows ascend to %(last)d",
                row=found,
                before=before,
                last=MAX_ROWS,
            )
        )
    return found


def _cells(row: Element, book: _Book) -> list[str]:
    cells: list[str] = []
    column = 0
    for element in row:
        reference = element.get("r")
        column = _column(reference.rstrip("0123456789")) if reference else column + 1
        text = _text(element, book)
        if not text:
            continue
        if not len(cells) < column <= MAX_COLUMNS:
            raise UnreadableFile(
                Sentence("the workbook has cells past column %(last)d or out of order", last=MAX_COLUMNS)
            )
        cells += [""] * (column - 1 - len(cells))
        cells.append(text)
    return cells


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    """A is 1. Letters beyond those of the format count as past every column."""
    if not (len(letters) <= 3 and letters.isascii() and letters.isupper()):
        return MAX_COLUMNS + 1
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place


def _text(cell: Element, book: _Book) -> str:
    type_ = cell.get("t", "n")
    value = None
    for child in cell:
        if child.tag.endswith("}v"):
            value = child.text
        elif type_ == "inlineStr" and child.tag.endswith("}is"):
            return _string(child)
    if not value:
        return ""
    if type_ == "s":
        return book.strings[int(value)]
    if type_ == "str":
        return _unescaped(value)
    if type_ == "b":
        return Typed("TRUE" if value == "1" else "FALSE", "boolean")
    if type_ == "d":
        return Typed(value.removesuffix("T00:00:00"), "date")
    return Typed(value, "error") if type_ == "e" else _number(float(value), book, int(cell.get("s", "0")))


def _number(value: float, book: _Book, style: int) -> Typed:
    format_ = book.formats[style] if 0 <= style < len(book.formats) else "General"
    if not is_date_format(format_):
        return number(value, format_)
    try:
        return Typed(_date(from_excel(value, book.epoch, timedelta=is_timedelta_format(format_))), "date")
    except (ValueError, OverflowError):
        return Typed(f"{value:g}", "error")


def _date(value: object) -> str:
    """ISO 8601; a date alone where the cell holds no time of day."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _first_visible(archive: zipfile.ZipFile, workbook_name: str, workbook: Element) -> tuple[str, str]:
    sheets = dict(_related(archive, workbook_name, "/worksheet"))
    for element in workbook.iter():
        id_ = next((value for key, value in element.items() if key.endswith("}id")), "")
        if _local(element) == "sheet" and id_ in sheets and element.get("state", "visible") == "visible":
            return element.get("name", ""), sheets[id_]
    raise UnreadableFile(Sentence("the workbook has no visible sheet"))


def _related(archive: zipfile.ZipFile, source: str, type_: str) -> list[tuple[str, str]]:
    """Id and part name of every part that `source` refers to as `type_` (Open Packaging Conventions, 9.3)."""
    folder, name = posixpath.split(source)
    root = part(archive, posixpath.join(folder, "_rels", name + ".rels"))
    return [
        (
            relation.get("Id", ""),
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in root
        if relation.get("Type", "").endswith(type_)
    ]


def _shared_strings(archive: zipfile.ZipFile, workbook_name: str) -> list[str]:
    found = _related(archive, workbook_name, "/sharedStrings")
    if not found:
        return []
    if archive.getinfo(found[0][1]).file_size > MAX_STRINGS:
        raise UnreadableFile(Sentence("the workbook holds more text than can be kept in memory; save it as CSV"))
    strings: list[str] = []
    root: Element | None = None
    with limited(archive, found[0][1]) as content:
        for event, element in stream(content):
            if root is None:
                root = element
            elif event == "end" and _local(element) == "si":
                strings.append(_string(element))
                root.clear()
    return strings


def _string(item: Element) -> str:
    """The text of a string item, its runs joined, without the phonetic guide beside them."""
    first = item[0] if len(item) else None
    if first is not None and len(item) == 1 and first.tag.endswith("}t"):
        return _unescaped(first.text or "")
    runs = (child if _local(child) == "t" else child.find("{*}t") for child in item if _local(child) in ("t", "r"))
    return _unescaped("".join(run.text or "" for run in runs if run is not None))


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """Characters XML cannot hold are written `_xHHHH_` (ISO/IEC 29500-1, 22.9.2.19)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _formats(archive: zipfile.ZipFile, workbook_name: str) -> list[str]:
    """The number format of each cell style."""
    found = _related(archive, workbook_name, "/styles")
    if not found:
        return []
    styles = part(archive, found[0][1])
    own = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in styles.iterfind("{*}numFmts/{*}numFmt")}
    ids = [int(style.get("numFmtId", "0")) for style in styles.iterfind("{*}cellXfs/{*}xf")]
    return [own.get(id_) or BUILTIN_FORMATS.get(id_, "General") for id_ in ids]


def _epoch(workbook: Element) -> dt.datetime:
    properties = workbook.find("{*}workbookPr")
    since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    epoch: dt.datetime = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
    return epoch


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
