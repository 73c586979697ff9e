"""Files for people: exports that load back unchanged, and the rows that were refused with the reason beside them."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import msgspec

from countermark.ledger.wholefile import refuse_to_replace_what_is_no_file
from countermark.register.files.errors import RowError
from countermark.register.files.events import EventRow
from countermark.register.files.staging import StagedWeapon
from countermark.register.files.tables import Table, open_table
from countermark.register.files.text import escape, unescape
from countermark.register.files.vocabulary import EVENT_COLUMNS, WEAPON_COLUMNS
from countermark.register.files.weapons import Facts, MarkRow


def weapon_rows(ref: str, facts: Facts, marks: Iterable[MarkRow]) -> Iterator[tuple[str, ...]]:
    """A weapon's rows in the order of WEAPON_COLUMNS, one per mark."""
    for mark in marks:
        yield (
            ref, facts.kind, facts.maker, facts.model, facts.calibre, facts.country, facts.year, mark.component,
            mark.carrier, mark.role, mark.mark_kind, mark.mark, mark.inscription, mark.mark_condition, mark.layer,
        )  # fmt: skip


def event_row(event: EventRow) -> tuple[str, ...]:
    """An event's row in the order of EVENT_COLUMNS, its date as the source wrote it."""
    return (
        event.ref, event.event, event.moment.text, event.sender, event.receiver, event.country, event.place,
        event.document, event.note, event.id, event.component, event.mark, event.other_ref,
    )  # fmt: skip


def write_weapons(path: Path, weapons: Iterable[StagedWeapon]) -> int:
    """Write a register file and return the number of its rows. Raises OSError."""
    rows = (row for weapon in weapons for row in weapon_rows(weapon.ref, weapon.facts, weapon.marks))
    return write_rows(path, WEAPON_COLUMNS, rows)


def write_events(path: Path, events: Iterable[EventRow]) -> int:
    """Write an events file and return the number of its rows. Raises OSError.

    A date the source wrote in a way that only its map explains is not readable without that map.
    """
    return write_rows(path, EVENT_COLUMNS, map(event_row, events))


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a CSV file (UTF-8, comma, CRLF as RFC 4180) whole or not at all; cells are escaped so that no spreadsheet runs
    them (`text.escape`), which reading undoes.
    """
    count = 0
    with _replacing(path) as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow([escape(cell) for cell in row])
            count += 1
    return count


NEAR_COLUMNS = ("row", "ref", "mark", "near", "near_mark", "near_ref", "near_row", "weapon_id")


def write_near(path: Path, marks: Iterable[msgspec.Struct]) -> int:
    """Write the near marks of a file (`queries/nearmarks.py`) as CSV, one a line, and return their number. Raises OSError."""
    return write_rows(path, NEAR_COLUMNS, ([str(cell or "") for cell in msgspec.structs.astuple(one)] for one in marks))


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    refuse_to_replace_what_is_no_file(path)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def reasons(errors: Iterable[RowError]) -> dict[int, str]:
    """Row number to what is wrong in it, in one sentence."""
    found: dict[int, str] = {}
    for error in errors:
        sentence = _sentence(error)
        found[error.row] = f"{found[error.row]}; {sentence}" if error.row in found else sentence
    return found


def _sentence(error: RowError) -> str:
    where = f"{error.column}: " if error.column else ""
    value = f", not '{error.value}'" if error.value else ""
    return f"{where}expected {error.expected}{value}"


def write_rejects(
    path: Path, source: Path, why: Mapping[int, str], encoding: str | None = None, delimiter: str | None = None
) -> int:
    """Write the user's own header and rows of `source` that `why` names (by row number), with a last column `reason`, and
    return how many. Cells stand as in the source, so that mending them and loading the file again is enough (with
    `--ignore-columns reason`); cells past the header follow the reason. A row that is no CSV has its reason only.

    Raises UnreadableFile, OSError.
    """
    table = open_table(source, encoding, delimiter, as_is=True)
    return write_rows(path, [*table.header, "reason"], _rejected(table, why))


def _rejected(table: Table, why: Mapping[int, str]) -> Iterator[list[str]]:
    width = len(table.header)
    for row in table.rows:
        number, cells = (row.row, []) if isinstance(row, RowError) else row
        if number in why:
            padded = [unescape(cell) for cell in cells] + [""] * (width - len(cells))
            yield [*padded[:width], why[number], *padded[width:]]
