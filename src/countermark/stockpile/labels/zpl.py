"""Labels for printers that speak ZPL II: one `^XA … ^XZ` a label, all of it one picture in the printer's own dots.

Code and text are drawn here rather than by the printer: so a label is the same on every printer, in every script, and a code's modules are
whole dots. The code's text stands in a comment (`^FX`), for who reads the file.
"""

import io
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from countermark.marks.sentences import Sentence
from countermark.stockpile.labels import formats, pdf
from countermark.stockpile.labels.formats import Format, Label, Placed
from countermark.stockpile.labels.symbols import no_label

DOTS = {203: 8, 300: 12, 600: 24}
"""Dots to the inch as printers are sold -> dots a millimetre, as they are built."""

Dots = npt.NDArray[np.bool_]


def stream(one: Format, symbol: str, labels: Sequence[Label], *, dpi: int = 203, copies: int = 1) -> bytes:
    """The labels as ZPL II, each once or `copies` times. Raises `NoLabel` for a sheet, or a printer that there is not."""
    if dpi not in DOTS:
        raise no_label(Sentence("printers have %(names)s dots to the inch", names=", ".join(map(str, DOTS))))
    if not one.roll:
        raise no_label(Sentence("a label printer takes a roll; sheets are printed as PDF"))
    if not 1 <= len(labels) <= pdf.MOST_LABELS or not 1 <= copies <= 100:
        raise no_label(Sentence("1 to %(most)d labels at a time", most=pdf.MOST_LABELS))
    dots = DOTS[dpi]
    lying = list(formats.placed(one, symbol, labels, step=1 / dots))
    drawn = pdf.pictures(one, [[pdf.entry(placed, code=False)] for placed in lying], dots)
    return b"".join(_label(placed, picture, dots, copies) for placed, picture in zip(lying, drawn, strict=True))


def _label(placed: Placed, picture: bytes, dots: int, copies: int) -> bytes:
    dark = _dark(picture)
    _draw(dark, placed, dots)
    height, width = dark.shape
    packed = np.packbits(dark, axis=1)
    row = packed.shape[1]
    told = "".join(char for char in placed.label.code if char.isprintable() and char not in "^~")
    lines = [
        "^XA",
        f"^FX {told}",
        f"^PW{width}^LL{height}^LH0,0",
        f"^FO0,0^GFA,{packed.size},{packed.size},{row},{_shortened(packed)}^FS",
        *([f"^PQ{copies}"] if copies > 1 else []),
        "^XZ",
    ]
    return ("\n".join(lines) + "\n").encode()


def _dark(picture: bytes) -> Dots:
    from PIL import Image

    dark: Dots = np.array(Image.open(io.BytesIO(picture), formats=("PNG",)).convert("L")) < 128
    return dark


def _draw(dark: Dots, placed: Placed, dots: int) -> None:
    """Puts the modules of the code on their dots."""
    size = round(placed.module * dots)
    tall = round(placed.code.height * dots) if placed.modules.shape[0] == 1 else size
    code = np.repeat(np.repeat(placed.modules, tall, axis=0), size, axis=1)
    x, y = round(placed.code.x * dots), round(placed.code.y * dots)
    dark[y : y + code.shape[0], x : x + code.shape[1]] = code


def _shortened(packed: npt.NDArray[np.uint8]) -> str:
    """The picture in hexadecimal, as ZPL II shortens it: `:` a row like the one above, `,` zeros to its end, letters before a digit how often it stands."""
    rows, before = [], ""
    for line in packed:
        row = line.tobytes().hex().upper()
        rows.append(":" if row == before else _row(row))
        before = row
    return "".join(rows)


def _row(row: str) -> str:
    kept = row.rstrip("0")
    short = _RUN.sub(lambda run: _times(len(run[0])) + run[1], kept)
    return short if len(kept) == len(row) else short + ","


_RUN = re.compile(r"(.)\1{2,}")


def _times(count: int) -> str:
    """A number below 400 as ZPL II writes it: G to Y for 1 to 19, g to z for 20 to 400 in twenties."""
    many, few = divmod(count, 20)
    most, many = divmod(many, 20)
    letters = "z" * most + (chr(ord("f") + many) if many else "")
    return letters + (chr(ord("F") + few) if few else "")
