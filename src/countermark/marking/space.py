"""What fits on a plate or in a zone, and how many marks of later imports still will (A/70/115, paras. 13 and 14).

Lengths are millimetres. A character of height h takes 0.8 h along the line and 1.5 h across it, and half a millimetre stays
free at every edge: the usual proportions of marking founts. Each mark begins a line of its own, so that marks of different
hands stay apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ADVANCE = 0.8
LEADING = 1.5
EDGE_MM = 0.5

IMPORT_MARK = "XX 99"
"""The shape of an import mark: country and year."""

USUAL_HEIGHT_MM = 1.6
"""Where no rule names a height."""

_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Grid:
    """How many characters of one height an area takes."""

    lines: int
    columns: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Texts set on an area: `lines` as they will stand, or empty where they do not fit."""

    fits: bool
    lines: tuple[str, ...]
    grid: Grid
    future_import_marks: int


def grid(width_mm: float, height_mm: float, character_mm: float) -> Grid:
    """The lines and columns of an area at a character height."""
    along, across = width_mm - 2 * EDGE_MM, height_mm - 2 * EDGE_MM
    columns = int((along + _TINY) / (ADVANCE * character_mm))
    # The last line needs no space below it.
    lines = int((across + (LEADING - 1) * character_mm + _TINY) / (LEADING * character_mm))
    return Grid(max(lines, 0), max(columns, 0))


def wrap(text: str, columns: int) -> list[str] | None:
    """A mark broken at its spaces into lines of at most `columns` characters; None where a word is longer than that."""
    lines: list[str] = []
    for word in text.split():
        if len(word) > columns:
            return None
        if lines and len(lines[-1]) + 1 + len(word) <= columns:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def fit(width_mm: float, height_mm: float, character_mm: float, marks: Sequence[str]) -> Fit:
    """Sets marks on an area, and counts the import marks that still fit after them."""
    area = grid(width_mm, height_mm, character_mm)
    lines: list[str] = []
    for mark in marks:
        wrapped = wrap(mark, area.columns)
        if wrapped is None or len(lines) + len(wrapped) > area.lines:
            return Fit(False, (), area, 0)
        lines += wrapped
    per_line = (area.columns + 1) // (len(IMPORT_MARK) + 1)
    return Fit(True, tuple(lines), area, (area.lines - len(lines)) * per_line)
