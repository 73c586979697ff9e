"""What fits on a plate or in a zone, and how many marks of later imports still will (A/70/115, paras. 13 and 14).

Lengths are millimetres. A character of height h takes 0.8 h along the line and 1.5 h across it, and half a millimetre stays
free at every edge: the usual proportions of marking founts. Each mark begins a line of its own, so that marks of different
hands stay apart.
"""

import math
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
_MOST = 10**12


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
    columns = _whole((along + _TINY) / (ADVANCE * character_mm))
    # The last line needs no space below it.
    lines = _whole((across + (LEADING - 1) * character_mm + _TINY) / (LEADING * character_mm))
    return Grid(max(lines, 0), max(columns, 0))


def _whole(quotient: float) -> int:
    """A number of lines or characters, toward zero."""
    return int(_bounded(quotient))


def _bounded(quotient: float) -> float:
    """Of a character next to nothing more stand on an area than there are numbers for: as many as need be told apart."""
    return max(-_MOST, min(_MOST, quotient))


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


@dataclass(frozen=True, slots=True)
class Kept:
    """Part of an area that is kept for marks of one purpose (A/70/115, para. 14); millimetres, `top` from the area's upper edge."""

    top_mm: float
    width_mm: float
    height_mm: float
    for_imports: bool = True


def fit(
    width_mm: float,
    height_mm: float,
    character_mm: float,
    marks: Sequence[str],
    imports: Sequence[str] = (),
    kept: Sequence[Kept] = (),
) -> Fit:
    """Sets marks on an area, and counts the import marks that still fit after them.

    No mark goes where a part is kept; `imports` go into what is kept for them first, and beside the others where that is full.
    """
    area = grid(width_mm, height_mm, character_mm)
    own = [grid(one.width_mm, one.height_mm, character_mm) for one in kept if one.for_imports]
    left = [one.lines for one in own]
    inside, beside = _inside(imports, own, left)
    lines: list[str] = []
    free = area.lines - _blocked(area.lines, character_mm, kept)
    for mark in (*marks, *beside):
        wrapped = wrap(mark, area.columns)
        if wrapped is None or len(lines) + len(wrapped) > free:
            return Fit(False, (), area, 0)
        lines += wrapped
    future = (free - len(lines)) * _per_line(area) + sum(n * _per_line(one) for n, one in zip(left, own, strict=True))
    return Fit(True, (*lines, *inside), area, future)


def _inside(imports: Sequence[str], own: Sequence[Grid], left: list[int]) -> tuple[list[str], list[str]]:
    """The lines of import marks set where a part is kept for them, and the marks that found no room there; `left` is what lines remain."""
    lines, beside = [], []
    for mark in imports:
        for number, area in enumerate(own):
            wrapped = wrap(mark, area.columns)
            if wrapped is not None and len(wrapped) <= left[number]:
                lines += wrapped
                left[number] -= len(wrapped)
                break
        else:
            beside.append(mark)
    return lines, beside


def _blocked(lines: int, character_mm: float, kept: Sequence[Kept]) -> int:
    """How many lines would run through what is kept; reckoned, not counted: a tiny character has more lines than time."""
    step, blocked, done = LEADING * character_mm, 0, 0
    for one in sorted(kept, key=lambda area: area.top_mm):
        first = math.floor(_bounded((one.top_mm - EDGE_MM - character_mm + _TINY) / step)) + 1
        last = math.ceil(_bounded((one.top_mm + one.height_mm - EDGE_MM - _TINY) / step)) - 1
        first, last = max(first, done), min(last, lines - 1)
        blocked += max(0, last - first + 1)
        done = max(done, last + 1)
    return blocked


def _per_line(area: Grid) -> int:
    return (area.columns + 1) // (len(IMPORT_MARK) + 1)
