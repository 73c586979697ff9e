"""Formats of labels as data (`formats.toml`), and where each label, its code and its text lie on the page. Pure.

Lengths are millimetres from the upper left corner of the page.
"""

import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from countermark.marks.sentences import Sentence
from countermark.stockpile.labels.symbols import SYMBOLS, Modules, Symbol, modules, no_label

EDGE = 1.5
"""Left free around what is printed on a label: printers and knives are not exact."""

GAP = 1.5
LEAST_TEXT = 12.0
"""Width that text beside a code needs."""

PRINTABLE = 4.5
"""What office printers leave white at the edge of a sheet."""

LARGEST_MODULE = {"datamatrix": 0.9, "qr": 0.9, "code128": 0.5}
STEP = 25.4 / 600
"""Modules are whole dots of a printer of 600 dots to the inch, so that its lines have one width."""

FLAT_SHARE = 0.45
"""Part of the height of a label that a flat code takes."""


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sheet or roll."""

    title: str
    page: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float
    id: str = ""

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    @property
    def roll(self) -> bool:
        """Whether it goes through a label printer."""
        return self.per_page == 1


@dataclass(frozen=True)
class Label:
    """What stands on one label: the text of its code, a title beside it and smaller lines below."""

    code: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """A rectangle on a page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """A label on a page: its own edge, its code with `module` as the width of one module, and the room for text."""

    label: Label
    page: int
    edge: Box
    code: Box
    text: Box
    module: float
    modules: Modules


def known() -> Mapping[str, Format]:
    """The formats that come with the program, by id."""
    return _shipped()


@functools.cache
def _shipped() -> dict[str, Format]:
    return _read(Path(__file__).with_name("formats.toml").read_text(encoding="utf-8"))


def read(text: str) -> dict[str, Format]:
    """The formats in a TOML text of one's own. Raises `NoLabel` for what is no format, or does not fit on its page."""
    try:
        return _read(text)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise no_label(Sentence("this is no format of labels: %(why)s", why=str(problem))) from problem


def _read(text: str) -> dict[str, Format]:
    found = {name: msgspec.convert({**fields, "id": name}, Format) for name, fields in tomllib.loads(text).items()}
    for one in found.values():
        if why := _misfit(one):
            raise no_label(why)
    return found


def _misfit(one: Format) -> Sentence | None:
    if min(one.columns, one.rows) < 1 or one.per_page > 1000 or min(one.width, one.height) < 8:
        return Sentence("format %(id)s: labels of at least 8 mm, at most 1000 on a page", id=one.id)
    right = one.left + (one.columns - 1) * one.across + one.width
    bottom = one.top + (one.rows - 1) * one.down + one.height
    if min(one.left, one.top) < 0 or right > one.page[0] + 0.01 or bottom > one.page[1] + 0.01:
        return Sentence("format %(id)s: the labels do not fit on the page", id=one.id)
    overlap = (one.columns > 1 and one.across < one.width) or (one.rows > 1 and one.down < one.height)
    return Sentence("format %(id)s: the labels overlap", id=one.id) if overlap else None


def placed(
    one: Format, symbol_name: str, labels: Sequence[Label], *, first: int = 1, step: float = STEP
) -> Iterator[Placed]:
    """Every label at its place; `first` is the first free one of a sheet already begun, counted from 1.

    `step` is the width of a printer's dot; modules are whole dots. Raises `NoLabel` where a code does not fit its label.
    """
    symbol = SYMBOLS.get(symbol_name)
    if symbol is None:
        raise no_label(Sentence("there are these codes: %(names)s", names=", ".join(SYMBOLS)))
    if not 1 <= first <= one.per_page:
        raise no_label(Sentence("the first label is one of 1 to %(most)d", most=one.per_page))
    for number, label in enumerate(labels, start=first - 1):
        page, place = divmod(number, one.per_page)
        row, column = divmod(place, one.columns)
        edge = Box(one.left + column * one.across, one.top + row * one.down, one.width, one.height)
        yield _placed(label, page, edge, _inner(one, edge), symbol, step)


def _inner(one: Format, edge: Box) -> Box:
    """The room for printing on a label: not at its edge, nor at the edge of a sheet."""
    white = 0.0 if one.roll else PRINTABLE
    left, top = max(edge.x + EDGE, white), max(edge.y + EDGE, white)
    right = min(edge.x + edge.width - EDGE, one.page[0] - white)
    bottom = min(edge.y + edge.height - EDGE, one.page[1] - white)
    return Box(left, top, right - left, bottom - top)


def _placed(label: Label, page: int, edge: Box, inner: Box, symbol: Symbol, step: float) -> Placed:
    dark = modules(symbol, label.code)
    if symbol.flat:
        # The edge of the label is light too, so it counts among the light modules a code needs.
        module = _module(symbol, (inner.width + 2 * EDGE) / (dark.shape[1] + 2 * symbol.quiet), step, label)
        height = max(5.0, inner.height * FLAT_SHARE)
        width = dark.shape[1] * module
        code = Box(inner.x + (inner.width - width) / 2, inner.y, width, height)
        text = Box(inner.x, inner.y + height + GAP, inner.width, inner.height - height - GAP)
        return Placed(label, page, edge, code, text, module, dark)
    room = min(inner.height, inner.width - LEAST_TEXT - GAP)
    module = _module(symbol, room / (dark.shape[0] + 2 * max(0, symbol.quiet - 2)), step, label)
    size = dark.shape[0] * module
    quiet = max(0.0, symbol.quiet * module - EDGE)
    code = Box(inner.x + quiet, inner.y + (inner.height - size) / 2, size, size)
    start = code.x + size + max(GAP, symbol.quiet * module)
    text = Box(start, inner.y, inner.x + inner.width - start, inner.height)
    return Placed(label, page, edge, code, text, module, dark)


def _module(symbol: Symbol, room: float, step: float, label: Label) -> float:
    """The widest module that fits, in whole dots."""
    module = int(min(room, LARGEST_MODULE[symbol.name]) / step + 1e-9) * step
    if module < symbol.least:
        raise no_label(
            Sentence(
                "the code %(code)s is too long for this label: choose a larger one, or another code", code=label.code
            )
        )
    return module


def path_of(dark: Modules) -> str:
    """The dark modules as the path of an SVG whose view box has one unit a module."""
    runs = []
    for y, row in enumerate(dark):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        runs += [f"M{start} {y}h{end - start}v1h-{end - start}z" for start, end in edges.reshape(-1, 2)]
    return "".join(runs)


def svg_of(dark: Modules) -> str:
    """The dark modules as an SVG."""
    height, width = dark.shape
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path d="{path_of(dark)}" fill="#000"/></svg>'
    )


def data_of(boxes: Box) -> dict[str, Any]:
    """A box as the typesetter reads it."""
    return {"x": boxes.x, "y": boxes.y, "width": boxes.width, "height": boxes.height}
