"""AIM symbology identifiers: the three characters a scanner may send first, `]d2`, that say what kind of code it read.

ISO/IEC 15424. They are the only sure way to tell a GS1 code from another one that holds the same characters.
"""

from dataclasses import dataclass

_NAMES = {
    "A": "code39", "C": "code128", "E": "ean", "F": "codabar", "G": "code93", "I": "itf", "J": "dotcode", "L": "pdf417",
    "Q": "qr", "d": "datamatrix", "e": "databar", "z": "aztec", "X": "other",
}  # fmt: skip

_GS1 = frozenset({"C1", "d2", "Q3", "e0", "e1", "e2", "J1", "z1"})


@dataclass(frozen=True)
class Symbology:
    """What kind of code was read; all empty where the scanner did not say."""

    identifier: str = ""
    name: str = ""
    gs1: bool = False


NONE = Symbology()


def split(text: str) -> tuple[Symbology, str]:
    """The symbology that a text begins with, and the text of the code."""
    letter, modifier = text[1:2], text[2:3]
    if not text.startswith("]") or letter not in _NAMES or not (modifier.isascii() and modifier.isalnum()):
        return NONE, text
    sign = letter + modifier
    return Symbology(f"]{sign}", _NAMES[letter], sign in _GS1), text[3:]
