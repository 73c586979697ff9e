"""Blank files of the right shape, with example rows, for people who start a register or an events list."""

import csv
import io
from collections.abc import Mapping, Sequence

from django.http import Http404

from countermark.register.files.vocabulary import EVENT_COLUMNS, WEAPON_FILE_COLUMNS

TEXT_FORMAT = "@"
TYPED_ROWS = 2000
"""Rows of a blank workbook set to text, so that no serial number loses its zeros."""

COLUMNS: dict[str, Sequence[str]] = {"weapons": WEAPON_FILE_COLUMNS, "events": EVENT_COLUMNS}
EXAMPLES: dict[str, tuple[dict[str, str], ...]] = {
    "weapons": (
        {
            "ref": "EXAMPLE-1", "kind": "self_loading_pistol", "maker": "Taurus", "model": "PT92", "calibre": "9x19mm",
            "country": "BR", "year": "1994", "component": "frame", "mark": "TKD48213",
            "serial_again": "TKD48213",
        },
        {"ref": "EXAMPLE-1", "component": "slide", "mark": "TKD48213", "serial_again": "TKD48213"},
        {"ref": "EXAMPLE-2", "kind": "rifle", "maker": "Mauser", "component": "receiver", "mark_condition": "obliterated"},
    ),
    "events": (
        {
            "ref": "EXAMPLE-1", "event": "transfer", "date": "1994-06", "from": "Ministry of Defence", "to": "Central depot",
            "place": "Central depot", "document": "Order 17/1994",
        },
        {"ref": "EXAMPLE-1", "event": "loss", "date": "2003-02-11", "note": "reported by the unit"},
    ),
}  # fmt: skip
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def blank(kind: str, suffix: str) -> tuple[bytes, str]:
    """The file and its media type. Raises Http404 for a kind or format there is not."""
    if kind not in COLUMNS or suffix not in MEDIA_TYPES:
        raise Http404
    return filled(COLUMNS[kind], EXAMPLES[kind], suffix)


def filled(header: Sequence[str], examples: Sequence[Mapping[str, str]], suffix: str) -> tuple[bytes, str]:
    """A file of some columns with example rows, and its media type. Raises Http404 for a format there is not."""
    if suffix not in MEDIA_TYPES:
        raise Http404
    rows = [[example.get(column, "") for column in header] for example in examples]
    return (_csv if suffix == "csv" else _xlsx)([list(header), *rows]), MEDIA_TYPES[suffix]


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[list[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for number in range(TYPED_ROWS):
        values = rows[number] if number < len(rows) else [None] * len(rows[0])
        for place, value in enumerate(values, 1):
            cell = sheet.cell(number + 1, place, value or None)
            cell.number_format = TEXT_FORMAT
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
