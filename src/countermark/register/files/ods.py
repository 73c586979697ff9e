"""Rows of the first visible sheet of an OpenDocument spreadsheet (ISO/IEC 26300), streamed."""

import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element

from countermark.marks.sentences import Sentence, said
from countermark.register.files.errors import RowError, UnreadableFile
from countermark.register.files.numbers import from_display
from countermark.register.files.tables import MAX_COLUMNS, MAX_ROWS, Row, Typed, limited
from countermark.register.files.xmlstream import DAMAGE, stream

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _TABLE, _TEXT, _STYLE = (_NS % name for name in ("office", "table", "text", "style"))
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_SPACES = {_TEXT + "s": " ", _TEXT + "tab": "\t", _TEXT + "line-break": "\n"}
_CELLS = frozenset({_TABLE + "table-cell", _TABLE + "covered-table-cell"})


def read(path: Path) -> tuple[str, Iterator[Row | RowError]]:
    """The sheet's name and its rows. Raises UnreadableFile, also while iterating."""
    names: list[str] = []
    rows = _rows(path, names)
    first = next(rows, None)
    if not names:
        raise UnreadableFile(Sentence("%(file)s has no visible sheet", file=path.name))
    return names[0], rows if first is None else chain((first,), rows)


def _rows(path: Path, names: list[str]) -> Iterator[Row | RowError]:
    try:
        with zipfile.ZipFile(path) as archive, limited(archive, "content.xml") as content:
            yield from _first_sheet(content, names)
    except DAMAGE as error:
        why = Sentence("%(file)s is a damaged spreadsheet: %(problem)s", file=path.name, problem=said(error))
        raise UnreadableFile(why) from error


def _first_sheet(content: IO[bytes], names: list[str]) -> Iterator[Row]:
    hidden: set[str] = set()
    sheet: Element | None = None
    number = 0
    for event, element in stream(content):
        if event == "start":
            if (
                sheet is None
                and element.tag == _TABLE + "table"
                and element.get(_TABLE + "style-name", "") not in hidden
            ):
                sheet = element
                names.append(element.get(_TABLE + "name", ""))
        elif element is sheet:
            return
        elif element.tag == _TABLE + "table-row":
            if sheet is not None:
                cells, repeated = _cells(element), _repeated(element, "rows")
                yield from _numbered(cells, number, repeated)
                number += repeated
                sheet.clear()
            element.clear()
        else:
            _simplify(element, hidden)


def _simplify(element: Element, hidden: set[str]) -> None:
    if element.tag in _SPACES:
        element.text = _SPACES[element.tag] * min(_count(element.get(_TEXT + "c", "1")), MAX_COLUMNS)
    elif element.tag == _OFFICE + "annotation":
        tail = element.tail
        element.clear()
        element.tail = tail
    elif element.tag == _STYLE + "style":
        properties = element.find(_STYLE + "table-properties")
        if properties is not None and properties.get(_TABLE + "display") == "false":
            hidden.add(element.get(_STYLE + "name", ""))


def _numbered(cells: list[str], before: int, repeated: int) -> Iterator[Row]:
    if not cells:
        return
    if before + repeated > MAX_ROWS:
        raise UnreadableFile(Sentence("the spreadsheet has rows past number %(last)d", last=MAX_ROWS))
    for number in range(before + 1, before + repeated + 1):
        yield number, list(cells)


def _cells(row: Element) -> list[str]:
    cells: list[str] = []
    empty = 0
    for element in row:
        if element.tag not in _CELLS:
            continue
        text, repeated = _text(element), _repeated(element, "columns")
        if not text:
            empty += repeated
            continue
        if len(cells) + empty + repeated > MAX_COLUMNS:
            raise UnreadableFile(Sentence("the spreadsheet has more than %(most)d columns", most=MAX_COLUMNS))
        cells += [""] * empty + [text] * repeated
        empty = 0
    return cells


def _repeated(element: Element, what: str) -> int:
    return max(1, _count(element.get(f"{_TABLE}number-{what}-repeated", "1")))


def _count(text: str) -> int:
    return int(text) if len(text) < 10 and text.isascii() and text.isdecimal() else 1


def _text(cell: Element) -> str:
    shown = "\n".join("".join(p.itertext()) for p in cell.iterfind(_TEXT + "p"))
    if cell.get(_CALCEXT + "value-type") == "error":
        return Typed(shown, "error")
    type_ = cell.get(_OFFICE + "value-type", "")
    if type_ == "float":
        return from_display(float(cell.get(_OFFICE + "value", "nan")), shown)
    if type_ == "date":
        return Typed(cell.get(_OFFICE + "date-value", shown).removesuffix("T00:00:00"), "date")
    if type_ == "time":
        return Typed(shown, "date")
    if type_ in ("percentage", "currency"):
        return Typed(shown, "unclear")
    return Typed(shown, "boolean") if type_ == "boolean" else shown
