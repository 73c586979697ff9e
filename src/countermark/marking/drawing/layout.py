"""A plate or zone to scale, in millimetres: the marks at their height, what is set aside for later ones, and its measures.

Printed at 100 % the drawing has the size of the metal. The heights of characters are drawn as lines, since founts differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from countermark.marking import space
from countermark.marking.drawing import svg
from countermark.marking.drawing.svg import Translate
from countermark.marks.sentences import Sentence

MARGIN_MM = 9.0
CAPITALS = 0.7
"""The height of a capital as a part of the size of its fount, in the founts browsers set code in."""
FINE = 0.12
SMALL = 2.4


@dataclass(frozen=True)
class Reserved:
    """An area set aside, in millimetres from the upper left corner of the zone."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


def layout(
    width_mm: float,
    height_mm: float,
    marks: Sequence[str],
    character_mm: float = space.USUAL_HEIGHT_MM,
    *,
    reserved: Sequence[Reserved] = (),
    name: str = "layout",
    translate: Translate = str,
) -> str:
    """The SVG of a zone of `width_mm` x `height_mm` with its marks in characters of `character_mm`.

    Where the marks do not fit they are drawn all the same, one a line, and the description says so. Import marks that still fit
    after them are drawn as empty frames, unless areas are `reserved` for them.
    """
    fit = space.fit(width_mm, height_mm, character_mm, marks)
    lines = fit.lines or tuple(marks)
    content = [
        *_measures(width_mm, height_mm),
        svg.element(
            "g",
            [
                _zone(width_mm, height_mm),
                *(_reserved(area) for area in reserved),
                *_lines(lines, character_mm),
                *([] if reserved else _slots(len(lines), fit, character_mm)),
            ],
            transform=f"translate({svg.number(MARGIN_MM)} {svg.number(MARGIN_MM)})",
        ),
    ]
    size = {"width": svg.number(width_mm), "height": svg.number(height_mm), "characters": svg.number(character_mm)}
    title = Sentence("Layout of an area of %(width)s × %(height)s mm in characters of %(characters)s mm", **size)
    return svg.picture(
        content,
        width=width_mm + 2 * MARGIN_MM,
        height=height_mm + 2 * MARGIN_MM,
        title=title.told(translate),
        description=_description(fit, marks, reserved).told(translate),
        name=name,
        unit="mm",
    )


def _description(fit: space.Fit, marks: Sequence[str], reserved: Sequence[Reserved]) -> Sentence:
    texts = "; ".join(marks)
    if not marks:
        return Sentence("No marks yet. Areas set aside: %(areas)d", areas=len(reserved))
    if not fit.fits:
        return Sentence("These marks do not fit: %(texts)s", texts=texts)
    if reserved:
        return Sentence("Marks: %(texts)s. Areas set aside: %(areas)d", texts=texts, areas=len(reserved))
    return Sentence(
        "Marks: %(texts)s. Import marks that still fit: %(left)d", texts=texts, left=fit.future_import_marks
    )


def _zone(width: float, height: float) -> str:
    return svg.element("rect", width=width, height=height, fill="none", stroke="currentColor", stroke_width=2 * FINE)


def _frame(x: float, y: float, width: float, height: float) -> str:
    return svg.element(
        "rect", x=x, y=y, width=width, height=height,
        fill="none", stroke="currentColor", stroke_width=FINE, stroke_dasharray="0.8 0.5",
    )  # fmt: skip


def _reserved(area: Reserved) -> str:
    return _frame(area.x_mm, area.y_mm, area.width_mm, area.height_mm)


def _lines(lines: Sequence[str], character: float) -> Iterator[str]:
    for number, line in enumerate(lines):
        top = _top(number, character)
        length = len(line) * space.ADVANCE * character
        for y in (top, top + character):
            yield svg.element(
                "line", x1=space.EDGE_MM, x2=space.EDGE_MM + length, y1=y, y2=y,
                stroke="currentColor", stroke_width=FINE / 3, stroke_opacity="0.6",
            )  # fmt: skip
        if line:
            yield svg.mark(
                line, space.EDGE_MM, top + character, character / CAPITALS,
                textLength=length, lengthAdjust="spacingAndGlyphs",
            )  # fmt: skip


def _top(line: int, character: float) -> float:
    return space.EDGE_MM + line * space.LEADING * character


def _slots(used: int, fit: space.Fit, character: float) -> Iterator[str]:
    """A frame for each import mark that still fits."""
    free = fit.grid.lines - used
    if not fit.fits or free <= 0:
        return
    per_line = fit.future_import_marks // free
    advance = space.ADVANCE * character
    wide = len(space.IMPORT_MARK) * advance
    for line in range(used, fit.grid.lines):
        for slot in range(per_line):
            yield _frame(space.EDGE_MM + slot * (wide + advance), _top(line, character), wide, character)


def _measures(width: float, height: float) -> Iterator[str]:
    """Dimension lines: the width below, the height beside."""
    low, right = MARGIN_MM + height + 3, MARGIN_MM + width + 3
    yield _arrowed(MARGIN_MM, low, MARGIN_MM + width, low)
    yield svg.label(
        f"{svg.number(width)} mm",
        MARGIN_MM + width / 2,
        low + SMALL + 1,
        SMALL,
        text_anchor="middle",
        **svg.LEFT_TO_RIGHT,
    )
    yield _arrowed(right, MARGIN_MM, right, MARGIN_MM + height)
    x, y = right + SMALL + 0.6, MARGIN_MM + height / 2
    turned = f"rotate(-90 {svg.number(x)} {svg.number(y)})"
    yield svg.label(
        f"{svg.number(height)} mm", x, y, SMALL, text_anchor="middle", transform=turned, **svg.LEFT_TO_RIGHT
    )


def _arrowed(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line with a short stroke across each end."""
    across = (0.0, 1.0) if y1 == y2 else (1.0, 0.0)
    strokes = [(x1, y1, x2, y2)] + [
        (x - across[0], y - across[1], x + across[0], y + across[1]) for x, y in ((x1, y1), (x2, y2))
    ]
    path = " ".join(f"M{svg.number(a)} {svg.number(b)}L{svg.number(c)} {svg.number(d)}" for a, b, c, d in strokes)
    return svg.element("path", d=path, fill="none", stroke="currentColor", stroke_width=FINE)
