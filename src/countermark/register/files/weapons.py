"""The register file: one row per mark, checked against the contract's *Register file*."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from countermark.marks.placeholders import is_placeholder
from countermark.marks.sentences import Sentence
from countermark.register.files import again
from countermark.register.files.checks import Memo, Problem, RowStream, coded, country, picker, screened, text, year
from countermark.register.files.errors import RowError, UnreadableFile
from countermark.register.files.mapping import NO_MAP, FileMap, place_columns
from countermark.register.files.tables import Row, open_table
from countermark.register.files.vocabulary import SERIAL_AGAIN, WEAPON_FACTS, WEAPON_FILE_COLUMNS


class Facts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a register says of a weapon as a whole. Codes are the contract's, the rest is as the source wrote it; "" is
    not stated.
    """

    kind: str = ""
    maker: str = ""
    model: str = ""
    calibre: str = ""
    country: str = ""
    year: str = ""


class MarkRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One mark on a weapon. `role` is "" while it is neither stated nor settled (`staging.settle`); `mark` is "" where
    none can be read, and `mark_condition` then says why.
    """

    component: str
    carrier: str
    role: str
    mark_kind: str
    mark: str
    inscription: str
    mark_condition: str
    layer: str = "overt"


class WeaponRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One checked row of a register file; `once` says that its mark was stated once only."""

    row: int
    ref: str
    facts: Facts
    mark: MarkRow
    once: bool = False


def read_weapons(
    path: Path | str,
    *,
    mapping: FileMap = NO_MAP,
    ignore_columns: Iterable[str] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
    this_year: int | None = None,
) -> RowStream[WeaponRow]:
    """Every row of a register file, checked, or its errors (all of a row's errors, not only the first).

    Raises UnreadableFile, also while iterating, and UnmappedColumns. Warnings: `number_cells` (a spreadsheet held a
    number where a mark is expected), `placeholders` (a mark such as NSN was read as none).
    """
    table = open_table(path, encoding, delimiter)
    placed = place_columns(table, WEAPON_FILE_COLUMNS, mapping, ignore_columns)
    if "ref" not in placed or not {"mark", "mark_condition"} & placed.keys():
        raise UnreadableFile(
            Sentence(
                "%(file)s needs a column ref and one of mark, mark_condition; it has %(columns)s",
                file=table.path.name,
                columns=", ".join(table.header),
            )
        )
    warnings: Counter[str] = Counter()
    rows = screened(table, placed, ("ref", "mark", SERIAL_AGAIN), warnings)
    this_year = this_year or datetime.now(UTC).year
    return RowStream(table, _checked(rows, placed, mapping, this_year, warnings), warnings)


_CODED = ("component", "carrier", "role", "mark_kind", "mark_condition", "layer")

Problems = tuple[Problem, ...]
"""Never empty."""


class Codes(msgspec.Struct, frozen=True, gc=False):
    """The coded columns of a mark, checked and with their defaults."""

    component: str
    carrier: str
    role: str
    mark_kind: str
    mark_condition: str
    layer: str


def _checked(
    rows: Iterator[Row | RowError], placed: Mapping[str, int], mapping: FileMap, this_year: int, warnings: Counter[str]
) -> Iterator[WeaponRow | RowError]:
    pick_facts, pick_codes = picker(WEAPON_FACTS, placed), picker(_CODED, placed)
    pick_texts = picker(("ref", "mark", "inscription", SERIAL_AGAIN), placed)
    # Registers repeat themselves: almost every row has a combination that has been checked before.
    type_of = Memo(lambda cells: _type(cells, mapping))
    origin_of = Memo(lambda cells: _origin(cells, mapping, this_year))
    facts_of = Memo(lambda cells: _facts(type_of[cells[:4]], origin_of[cells[4:]]))
    codes_of = Memo(lambda cells: _codes(cells, mapping))
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        number, cells = row
        cells.append("")
        ref_cell, mark_cell, inscription_cell, again_cell = pick_texts(cells)
        ref = text("ref", ref_cell) or NO_REF
        facts, codes = facts_of[pick_facts(cells)], codes_of[pick_codes(cells)]
        mark = _mark(codes, mark_cell, inscription_cell, again_cell, warnings)
        if isinstance(ref, str) and isinstance(facts, Facts) and isinstance(mark, MarkRow):
            yield WeaponRow(number, ref, facts, mark, bool(mark.mark) and not again_cell.strip())
            continue
        for problem in _problems(ref, facts, mark):
            yield problem.at(number, ref if isinstance(ref, str) else "")


NO_REF = Problem("ref", "", Sentence("the source's own record number"), "missing")
NO_MARK = Problem("mark", "", Sentence("a mark, or in mark_condition the reason why there is none"), "missing")

CONTRADICTION = Problem(
    "mark_condition",
    "none",
    Sentence("no mark where the condition is none, or another condition"),
    "contradiction",
)


def _problems(*parts: object) -> Iterator[Problem]:
    for part in parts:
        if isinstance(part, Problem):
            yield part
        elif type(part) is tuple:
            yield from part


Checked = tuple[str | Problem, ...]


def _type(cells: tuple[str, ...], mapping: FileMap) -> Checked:
    kind, maker, model, calibre = cells
    return coded("kind", kind, mapping), text("maker", maker), text("model", model), text("calibre", calibre)


def _origin(cells: tuple[str, ...], mapping: FileMap, this_year: int) -> Checked:
    country_, year_ = cells
    made = year(year_, this_year)
    return country(country_, made if isinstance(made, str) else "", mapping), made


def _facts(type_: Checked, origin: Checked) -> Facts | Problems:
    values = type_ + origin
    return tuple(_problems(*values)) or Facts(*map(str, values))


def _codes(cells: tuple[str, ...], mapping: FileMap) -> Codes | Problems:
    values = [coded(column, cell, mapping) for column, cell in zip(_CODED, cells, strict=True)]
    problems = tuple(_problems(*values))
    if problems:
        return problems
    component, carrier, role, mark_kind, condition, layer = map(str, values)
    if component == "plate":
        component, carrier = "frame", "plate"
    return Codes(component, carrier or "part", role, mark_kind or "manufacture", condition, layer or "overt")


def _may_be_a_word(mark: str) -> bool:
    """False where a digit tells, without a closer look, that a mark is no placeholder."""
    return mark.isalpha() or not (mark.isascii() and mark.isalnum())


def _mark(
    codes: Codes | Problems, mark_cell: str, inscription_cell: str, again_cell: str, warnings: Counter[str]
) -> MarkRow | Problems:
    mark = text("mark", mark_cell)
    inscription = text("inscription", inscription_cell) if inscription_cell else ""
    parted = again.checked(mark, again_cell) if again_cell and isinstance(mark, str) else None
    if isinstance(codes, tuple) or isinstance(mark, Problem) or isinstance(inscription, Problem) or parted:
        return tuple(_problems(codes, mark, inscription, parted))
    condition = codes.mark_condition
    if mark and _may_be_a_word(mark) and is_placeholder(mark):
        warnings["placeholders"] += 1
        mark, condition = "", condition or "none"
    elif not mark and not condition:
        return (NO_MARK,)
    elif mark and condition == "none":
        return (CONTRADICTION,)
    return MarkRow(
        codes.component, codes.carrier, codes.role, codes.mark_kind, mark, inscription, condition, codes.layer
    )
