"""How a file's columns and values are to be read: guessed, chosen by a person, remembered for the next file like it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from countermark.ledger import kept, services
from countermark.ledger.models import NodeSetting
from countermark.ledger.services import Actor, KeptWrite
from countermark.marks.sentences import Sentence
from countermark.register.files import countries
from countermark.register.files.errors import RowError, UnreadableFile
from countermark.register.files.mapping import NO_MAP, FileMap, guess_column, guess_value
from countermark.register.files.tables import Table, open_table
from countermark.register.files.vocabulary import CODED, EVENT_COLUMNS, WEAPON_FILE_COLUMNS

KNOWN: dict[str, tuple[str, ...]] = {"weapons": WEAPON_FILE_COLUMNS, "events": EVENT_COLUMNS}
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "weapons": (("ref",), ("mark", "mark_condition")),
    "events": (("ref",), ("event",)),
}
"""Of each group a file must have one column."""

SAMPLE_ROWS = 20_000
SAMPLES = 3
VALUES_SHOWN = 200


@dataclass(frozen=True)
class Column:
    """A column of a file: its header, some of its values, and the column of the contract it probably is (or "")."""

    header: str
    samples: tuple[str, ...]
    guess: str


@dataclass(frozen=True)
class Unknown:
    """A value of a coded column that is no code, how often it stands in the first rows, and the code it probably means."""

    column: str
    value: str
    count: int
    guess: str


def columns(kind: str, path: Path, encoding: str | None = None, delimiter: str | None = None) -> list[Column]:
    """The columns of a file with a guess for each. Raises UnreadableFile."""
    table = open_table(path, encoding, delimiter)
    if not all(header.isprintable() for header in table.header):
        raise UnreadableFile(
            Sentence("%(file)s: row 1 must name the columns; it holds what cannot be read as text", file=path.name)
        )
    samples = _samples(table)
    taken: set[str] = set()
    found = []
    for place, header in enumerate(table.header):
        guess = _exact(header, KNOWN[kind]) or guess_column(header, KNOWN[kind]) or ""
        if guess in taken:
            guess = ""
        taken.add(guess)
        found.append(Column(header, samples[place], guess))
    return found


def _exact(header: str, known: Sequence[str]) -> str | None:
    plain = " ".join(header.split()).casefold().replace(" ", "_").replace("-", "_")
    return plain if plain in known else None


def _samples(table: Table) -> list[tuple[str, ...]]:
    found: list[list[str]] = [[] for _ in table.header]
    for row in islice(table.rows, 200):
        if isinstance(row, RowError):
            continue
        for some, cell in zip(found, row[1], strict=False):
            if cell and len(some) < SAMPLES and cell not in some:
                some.append(str(cell)[:60])
    return [tuple(some) for some in found]


def problems(kind: str, chosen: Mapping[str, str]) -> list[str]:
    """What is wrong with a choice (header to column, or "" for left out): columns chosen twice or missing, by name."""
    used = [column for column in chosen.values() if column]
    twice = sorted({column for column in used if used.count(column) > 1})
    missing = [" / ".join(group) for group in REQUIRED[kind] if not set(group) & set(used)]
    return [f"twice:{column}" for column in twice] + [f"missing:{group}" for group in missing]


def file_map(chosen: Mapping[str, str], earlier: FileMap = NO_MAP) -> FileMap:
    """The map a choice means; what is left out is dismissed by name."""
    return FileMap(
        columns={header: column for header, column in chosen.items() if column},
        values=earlier.values,
        ignore=tuple(header for header, column in chosen.items() if not column),
        date_format=earlier.date_format,
        calendar=earlier.calendar,
        zone=earlier.zone,
    )


def unknown_values(
    path: Path, mapped: FileMap, encoding: str | None = None, delimiter: str | None = None
) -> list[Unknown]:
    """Values of coded columns in a file's first rows that are no codes, the most frequent first in each column."""
    table = open_table(path, encoding, delimiter)
    coded = {
        place: mapped.columns[header]
        for place, header in enumerate(table.header)
        if mapped.columns.get(header) in {*CODED, "country"}
    }
    counts: dict[tuple[str, str], int] = {}
    for row in islice(table.rows, SAMPLE_ROWS):
        if isinstance(row, RowError):
            continue
        for place, column in coded.items():
            value = " ".join(row[1][place].split())
            if value and value.isprintable() and not is_code(column, value):
                counts[column, value] = counts.get((column, value), 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))[:VALUES_SHOWN]
    return [Unknown(column, value, count, guess_value(column, value) or "") for (column, value), count in ranked]


def is_code(column: str, value: str) -> bool:
    """Whether a value of a coded column is one of its codes."""
    if column == "country":
        return bool(countries.resolve(value) or countries.candidates(value))
    return value in CODED[column]


def translated(mapped: FileMap, chosen: Mapping[tuple[str, str], str]) -> FileMap:
    """A map that also translates values: (column, value as written) to its code."""
    values = {column: dict(some) for column, some in mapped.values.items()}
    for (column, value), code in chosen.items():
        values.setdefault(column, {})[value.casefold()] = code
    return replace(mapped, values=values)


def signature(kind: str, headers: Sequence[str]) -> str:
    """What files of the same make have in common: kind and header."""
    return hashlib.sha256("\x1f".join((kind, *headers)).encode()).hexdigest()[:32]


def remembered(kind: str, headers: Sequence[str]) -> FileMap | None:
    """The map somebody chose for a file with this header before."""
    row = NodeSetting.objects.filter(name=_setting(kind, headers)).first()
    return None if row is None else msgspec.convert(json.loads(row.value), FileMap)


def remember(kind: str, headers: Sequence[str], mapped: FileMap, *, by: Actor) -> None:
    """Keeps a map for the next file with this header; appends the act `mapping_saved` when it is another than before."""
    if remembered(kind, headers) == mapped:
        return
    value = json.dumps(msgspec.to_builtins(mapped), ensure_ascii=False, sort_keys=True)
    row = NodeSetting(name=_setting(kind, headers), value=value)
    write = KeptWrite("setting", row.name, kept.setting_digest(row), row.save)
    fields = {"kind": kind, "header": signature(kind, headers)}
    services.append([services.timed_act("mapping_saved", fields, kept=(write,))], by=by)


def _setting(kind: str, headers: Sequence[str]) -> str:
    return f"mapping:{signature(kind, headers)}"
