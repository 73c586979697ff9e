"""The codes on labels: DataMatrix (GS1 DataMatrix), QR code and Code 128, as dark and light modules. Pure.

What a code is to say is checked before it is drawn: the writer itself would put a wrong check digit on a label without a word.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from countermark.marks.sentences import NotAllowed, Sentence
from countermark.stockpile.codes import elements, scan

Modules = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Symbol:
    """A symbology: the least width of a module a common reader sees, in millimetres, and the light modules it needs around it.

    `flat` is one-dimensional. Least widths: GS1 General Specifications, figures 5.12.3 (general distribution and healthcare).
    """

    name: str
    quiet: int
    least: float
    flat: bool = False


SYMBOLS: dict[str, Symbol] = {
    symbol.name: symbol
    for symbol in (
        Symbol("datamatrix", 2, 0.25),
        Symbol("qr", 4, 0.25),
        Symbol("code128", 10, 0.17, flat=True),
    )
}

LONGEST = {"datamatrix": 120, "qr": 300, "code128": 48}
"""Characters; more make a label that is hard to read."""


class NoLabel(NotAllowed):
    """A label that cannot be made; says why."""


def no_label(message: Sentence) -> NoLabel:
    """A refusal with one reason."""
    return NoLabel([message])


def modules(symbol: Symbol, text: str) -> Modules:
    """The modules of a code, rows first, True for dark, without the light edge; one row for a flat one.

    A text in GS1 brackets becomes a GS1 code with FNC1. Raises `NoLabel` for a text that its own reading would refuse.
    """
    # A library that only who prints labels needs.
    import zxingcpp

    if not text or len(text) > LONGEST[symbol.name] or not text.isprintable():
        raise no_label(
            Sentence("the code of a label has 1 to %(most)d printable characters", most=LONGEST[symbol.name])
        )
    gs1 = _is_gs1(text)
    kinds = {
        "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
        "qr": zxingcpp.BarcodeFormat.QRCode,
        "code128": zxingcpp.BarcodeFormat.Code128,
    }
    # A rectangle would not be a GS1 DataMatrix.
    square = {"force_square": True} if symbol.name == "datamatrix" else {}
    try:
        made = zxingcpp.create_barcode(text, kinds[symbol.name], **({"gs1": True} if gs1 else {}), **square)
    except (ValueError, RuntimeError) as problem:
        raise no_label(Sentence("%(text)s cannot be written as this kind of code", text=text)) from problem
    dark = np.array(made.to_image(scale=1, add_quiet_zones=False)) < 128
    return dark[:1] if symbol.flat else dark


def _is_gs1(text: str) -> bool:
    if not (text.startswith("(") and text[1:3].isdigit()):
        return False
    meaning = scan(text)
    if not meaning.usable:
        raise NoLabel([one.message for one in meaning.findings if one.refused])
    return bool(meaning.elements) and elements.bracketed(meaning.elements) == text
