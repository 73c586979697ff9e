"""Reference lists: makers, models and calibres with the other names they go by."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from countermark.marks.sentences import Sentence
from countermark.register.files.checks import Problem, RowStream, coded, country, picker, screened, text
from countermark.register.files.errors import RowError
from countermark.register.files.mapping import NO_MAP, FileMap, place_columns
from countermark.register.files.tables import Row, open_table, without
from countermark.register.files.vocabulary import CALIBRE_COLUMNS, MAKER_COLUMNS, MODEL_COLUMNS

Kind = Literal["makers", "models", "calibres"]


class ListedMaker(msgspec.Struct, frozen=True, gc=False):
    """A maker; `country` is the code of its seat, or ""."""

    row: int
    name: str
    aliases: tuple[str, ...] = ()
    country: str = ""


class ListedModel(msgspec.Struct, frozen=True, gc=False):
    """A model; `control_component` is the part whose mark stands for the weapon, or ""."""

    row: int
    maker: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    control_component: str = ""
    calibre: str = ""


class ListedCalibre(msgspec.Struct, frozen=True, gc=False):
    """A calibre; `mm` is the nominal bullet or bore diameter in millimetres as a decimal number, or ""."""

    row: int
    name: str
    aliases: tuple[str, ...] = ()
    mm: str = ""


Listed = ListedMaker | ListedModel | ListedCalibre

_COLUMNS: dict[Kind, tuple[str, ...]] = {
    "makers": MAKER_COLUMNS, "models": MODEL_COLUMNS, "calibres": CALIBRE_COLUMNS,
}  # fmt: skip
_REQUIRED: dict[Kind, tuple[str, ...]] = {"makers": ("name",), "models": ("maker", "name"), "calibres": ("name",)}
MAX_MM = 200.0


def read_list(
    kind: Kind,
    path: Path | str,
    *,
    mapping: FileMap = NO_MAP,
    ignore_columns: Iterable[str] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RowStream[Listed]:
    """Every row of a reference list, checked, or its errors. Raises UnreadableFile, also while iterating, and
    UnmappedColumns.
    """
    table = open_table(path, encoding, delimiter)
    placed = place_columns(table, _COLUMNS[kind], mapping, ignore_columns)
    missing = [column for column in _REQUIRED[kind] if column not in placed]
    if missing:
        raise without(table, missing)
    warnings: Counter[str] = Counter()
    rows = screened(table, placed, ("name",) if kind == "makers" else (), warnings)
    return RowStream(table, _checked(kind, rows, placed, mapping), warnings)


def _checked(
    kind: Kind, rows: Iterator[Row | RowError], placed: Mapping[str, int], mapping: FileMap
) -> Iterator[Listed | RowError]:
    columns, make = _COLUMNS[kind], _MAKE[kind]
    pick = picker(columns, placed)
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        number, cells = row
        cells.append("")
        values = dict(
            zip(columns, (_value(c, cell, mapping) for c, cell in zip(columns, pick(cells), strict=True)), strict=True)
        )
        problems = [value for value in values.values() if isinstance(value, Problem)]
        problems += [
            Problem(column, "", Sentence("the %(column)s of an entry of the list", column=column), "missing")
            for column in _REQUIRED[kind]
            if not values[column]
        ]
        if problems:
            yield from (problem.at(number) for problem in problems)
        else:
            yield make(number, {column: str(value) for column, value in values.items()})


def _value(column: str, cell: str, mapping: FileMap) -> str | Problem:
    if column in ("kind", "control_component"):
        return coded(column, cell, mapping)
    if column == "country":
        return country(cell, "", mapping)
    return _mm(cell) if column == "mm" else text(column, cell)


def _mm(cell: str) -> str | Problem:
    value = text("mm", cell)
    if isinstance(value, Problem) or not value:
        return value
    plain = value.replace(",", ".")
    try:
        good = plain.isascii() and 0 < float(plain) < MAX_MM and "_" not in plain and "e" not in plain.lower()
    except ValueError:
        good = False
    expected = Sentence("millimetres above 0 and below %(most)s, such as 7.62", most=f"{MAX_MM:g}")
    return plain if good else Problem("mm", value, expected, "not_a_size")


def aliases(written: str, name: str) -> tuple[str, ...]:
    """The names between `|`, each once, without the `name` itself."""
    parts = (" ".join(part.split()) for part in written.split("|"))
    return tuple(dict.fromkeys(part for part in parts if part and part != name))


def _maker(row: int, values: dict[str, str]) -> Listed:
    return ListedMaker(row, values["name"], aliases(values["aliases"], values["name"]), values["country"])


def _model(row: int, values: dict[str, str]) -> Listed:
    names = aliases(values["aliases"], values["name"])
    return ListedModel(
        row, values["maker"], values["name"], names, values["kind"], values["control_component"], values["calibre"]
    )


def _calibre(row: int, values: dict[str, str]) -> Listed:
    return ListedCalibre(row, values["name"], aliases(values["aliases"], values["name"]), values["mm"])


_MAKE: dict[Kind, Callable[[int, dict[str, str]], Listed]] = {
    "makers": _maker, "models": _model, "calibres": _calibre,
}  # fmt: skip
