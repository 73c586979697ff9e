"""Rows of the first visible sheet of an Office Open XML workbook, streamed."""

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from countermark.register.files.errors import RowError, UnreadableFile
from countermark.register.files.numbers import number
from countermark.register.files.tables import MAX_ROWS, Row, Typed, check_size

_CHUNK = 256
MAX_STRINGS = 512 * 1024**2
"""Bytes of shared strings, which the format makes every reader hold in memory."""


def read(path: Path) -> tuple[str, Iterator[Row | RowError]]:
    """The sheet's name and its rows, formulas by their last computed value. Raises UnreadableFile, also while iterating."""
    _check_archive(path)
    workbook = _open(path)
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible" and hasattr(sheet, "iter_rows")]
    if not sheets:
        workbook.close()
        raise UnreadableFile(f"{path.name} has no visible sheet")
    return sheets[0].title, _rows(path, workbook, sheets[0])


def _check_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            check_size(info)
            if info.filename.endswith("sharedStrings.xml") and info.file_size > MAX_STRINGS:
                raise UnreadableFile(f"{path.name} holds more text than can be read from a workbook; save it as CSV")


def _open(path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl answers a damaged workbook with whatever its parsing met
        raise UnreadableFile(f"{path.name} is a damaged workbook: {error}") from error


def _rows(path: Path, workbook: Any, sheet: Any) -> Iterator[Row | RowError]:
    try:
        # The size a sheet states of itself is often wrong, and a short one would silently cut rows off.
        sheet.reset_dimensions()
        cells_of_rows = sheet.iter_rows()
        row_number = 0
        while chunk := _chunk(path, cells_of_rows):
            for cells in chunk:
                row_number += 1
                if row_number > MAX_ROWS:
                    raise UnreadableFile(f"{path.name} has rows past number {MAX_ROWS}")
                texts = [_text(cell) for cell in cells]
                if any(texts):
                    yield row_number, texts
    finally:
        workbook.close()


def _chunk(path: Path, rows: Iterator[Any]) -> list[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(islice(rows, _CHUNK))
    except Exception as error:  # as in _open
        raise UnreadableFile(f"{path.name} is a damaged workbook: {error}") from error


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return Typed(value, "error") if cell.data_type == "e" else value
    if isinstance(value, bool):
        return Typed("TRUE" if value else "FALSE", "boolean")
    if isinstance(value, int | float):
        return number(value, _format(cell))
    return Typed(_date(value), "date")


def _format(cell: Any) -> str:
    try:
        return str(cell.number_format)
    except IndexError:  # a style the workbook does not define
        return "General"


def _date(value: object) -> str:
    """ISO 8601; a date alone where the cell holds no time of day."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
