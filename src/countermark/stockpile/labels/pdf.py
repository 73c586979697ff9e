"""Labels as PDF: each at its place on the sheet, true to the millimetre; and a page to measure a printer by.

Printers scale pages to fit. Whoever measured the lines of the test page gives the lengths found, and sheets are drawn so much larger or smaller.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from django.conf import settings
from django.utils.translation import gettext_noop

from countermark.marks.sentences import Sentence
from countermark.stockpile.labels import formats
from countermark.stockpile.labels.formats import Box, Format, Label, Placed
from countermark.stockpile.labels.symbols import no_label

RULER = 100.0
"""Millimetres of the lines on the test page."""

MEASURED = (90.0, 110.0)
"""What those lines may measure; beyond that a printer is set wrongly."""

NOTES = (
    gettext_noop("The two lines must measure 100 mm (on a small label: its width and height less 20 mm)."),
    gettext_noop("If not: print at full size, without fitting to the page; else give what they measure."),
)
"""What the test page says."""

MOST_LABELS = 5000
TITLE_POINTS = 14.0


def sheets(
    one: Format,
    symbol: str,
    labels: Sequence[Label],
    *,
    first: int = 1,
    outlines: bool = False,
    measured: tuple[float, float] = (RULER, RULER),
) -> bytes:
    """The labels as PDF. `measured` are the lengths of the test page's lines, across and down. Raises `NoLabel`."""
    if not 1 <= len(labels) <= MOST_LABELS:
        raise no_label(Sentence("1 to %(most)d labels at a time", most=MOST_LABELS))
    if not all(MEASURED[0] <= length <= MEASURED[1] for length in measured):
        raise no_label(Sentence("a line of the test page measures %(least)d to %(most)d mm", least=90, most=110))
    factors = (RULER / measured[0], RULER / measured[1])
    lying = [_scaled(placed, *factors) for placed in formats.placed(one, symbol, labels, first=first)]
    pages: list[list[Placed]] = [[] for _ in range(lying[-1].page + 1)]
    for placed in lying:
        pages[placed.page].append(placed)
    return typeset(one, [[entry(placed) for placed in page] for page in pages], outlines=outlines)


def _scaled(placed: Placed, across: float, down: float) -> Placed:
    def scaled(box: Box) -> Box:
        return Box(box.x * across, box.y * down, box.width * across, box.height * down)

    return replace(placed, edge=scaled(placed.edge), code=scaled(placed.code), text=scaled(placed.text))


def entry(placed: Placed, *, code: bool = True) -> dict[str, Any]:
    """A label as the typesetter reads it; without its code where that is drawn otherwise."""
    flat = placed.modules.shape[0] == 1
    return {
        "edge": formats.data_of(placed.edge),
        "code": formats.data_of(placed.code),
        "text": formats.data_of(placed.text),
        "svg": formats.svg_of(placed.modules) if code else "",
        "title": _plain(placed.label.title),
        "lines": [_plain(line) for line in placed.label.lines if line],
        "centred": flat,
        "most": TITLE_POINTS,
    }


_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
"""Characters that turn the direction of what follows: on a label they could only mislead."""


def _plain(text: str) -> str:
    return text.translate(_TURNING)[:200]


def scale_page(one: Format, notes: tuple[str, str] = NOTES) -> bytes:
    """The outlines of a sheet, and two lines that must measure `RULER` millimetres. `notes` say so, across and down."""
    across, down = rulers(one)
    outline = [
        Box(one.left + column * one.across, one.top + row * one.down, one.width, one.height)
        for row in range(one.rows)
        for column in range(one.columns)
    ]
    blank = {"code": formats.data_of(Box(0, 0, 1, 1)), "svg": "", "title": "", "lines": [], "centred": False, "most": 6}
    labels = [{**blank, "edge": formats.data_of(box), "text": formats.data_of(box)} for box in outline]
    told = [
        {"box": formats.data_of(Box(down.x + 2, across.y + 2, across.width - 4, 8)), "text": notes[0]},
        {"box": formats.data_of(Box(down.x + 2, across.y + 12, across.width - 4, 8)), "text": notes[1]},
    ]
    return typeset(one, [labels], outlines=True, lines=(across, down), notes=told)


def rulers(one: Format) -> tuple[Box, Box]:
    """The line across and the line down on the test page; shorter on a page that is too small."""
    width, height = one.page
    across, down = min(RULER, width - 20), min(RULER, height - 20)
    x, y = (width - across) / 2, (height - down) / 2
    return Box(x, y, across, 0.3), Box(x, y, 0.3, down)


def typeset(
    one: Format,
    pages: Sequence[Sequence[dict[str, Any]]],
    *,
    outlines: bool = False,
    lines: Sequence[Box] = (),
    notes: Sequence[dict[str, Any]] = (),
) -> bytes:
    """Pages of entries as PDF."""
    return _compile(_data(one, pages, outlines, lines, notes), "pdf", 0)[0]


def pictures(one: Format, pages: Sequence[Sequence[dict[str, Any]]], dots: float) -> list[bytes]:
    """Pages of entries as PNG with `dots` a millimetre."""
    return _compile(_data(one, pages, False, (), ()), "png", dots * 25.4)


def _data(
    one: Format,
    pages: Sequence[Sequence[dict[str, Any]]],
    outlines: bool,
    lines: Sequence[Box],
    notes: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "title": one.title,
        "page": one.page,
        "pages": pages,
        "outlines": outlines,
        "rulers": [formats.data_of(box) for box in lines],
        "notes": notes,
    }


def _compile(data: dict[str, Any], form: Literal["pdf", "png"], ppi: float) -> list[bytes]:
    if not settings.PAPER_FONTS.is_dir():
        raise no_label(Sentence("the fonts of printed sheets are not installed: make install fetches them"))
    # Sixty megabytes of library that only who prints needs.
    import typst

    template = str(settings.BASE_DIR / "stockpile" / "labels" / "sheet.typ")
    made: Any = typst.compile(
        template,
        font_paths=[str(settings.PAPER_FONTS)],
        ignore_system_fonts=True,
        format=form,
        ppi=ppi or 150.0,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]
