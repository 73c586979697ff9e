"""A list as a file, CSV or XLSX, safe to open in a spreadsheet; taking one away is an act with row count and purpose."""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from countermark.ledger import services
from countermark.ledger.services import Actor
from countermark.register.files.text import escape

ROWS_AT_MOST = 100_000
HEADINGS = {"serial": "mark", "recorded": "first_recorded"}
"""Columns whose name in a file is the contract's, so that lists load back."""
IN_MEMORY = 1 << 20


def write(
    format_: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    purpose: str,
    query: Mapping[str, str],
    by: Actor,
) -> tuple[IO[bytes], int]:
    """The file, ready to be read, and how many rows it has. The act is appended before anybody gets the file."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- the response closes it
    header = [HEADINGS.get(column, column) for column in columns]
    count = (_write_xlsx if format_ == "xlsx" else _write_csv)(file, header, rows)
    answered(format_, columns, count, purpose=purpose, query=query, by=by)
    file.seek(0)
    return file, count


def answered(
    format_: str,
    columns: Sequence[str],
    rows: int,
    *,
    purpose: str,
    query: Mapping[str, str],
    by: Actor,
    what: str = "list",
) -> None:
    """The act that says who took how many rows of what away, and what for."""
    filters = sorted(name for name, text in query.items() if text)
    fields = {"kind": what, "format": format_, "rows": rows, "columns": list(columns), "filters": filters}
    services.append([services.timed_act("export", fields, note=purpose)], by=by)


def _write_csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow([escape(cell) for cell in row])
        count += 1
    text.detach()
    return count


def _write_xlsx(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("weapons")
    sheet.append(list(header))
    count = 0
    for row in rows:
        # Text cells: nothing is turned into a number, a date or a formula.
        sheet.append([escape(cell) for cell in row])
        count += 1
    book.save(file)
    return count
