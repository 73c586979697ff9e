"""A spreadsheet's number as its cell displays it, where that can be known."""

import re

from countermark.register.files.tables import Typed

PRECISE_DIGITS = 15
"""Spreadsheets keep numbers as IEEE 754 doubles: a sixteenth digit is already invented."""

_PART = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|.', re.DOTALL)
_LITERAL = frozenset(" -+()!^&'~{}<>=$€£¥:")
_GROUPING = re.compile(r"[\s.,'’]")


def number(value: float, format_: str) -> Typed:
    """The cell of a `value` shown in the number format `format_` (as in Office Open XML, 18.8.30)."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN)
        return Typed("#NUM!", "error")
    if value != int(value):
        return Typed(repr(value), "fraction")
    digits = str(int(value))
    if len(digits.lstrip("-")) > PRECISE_DIGITS:
        return Typed(digits, "long")
    text = displayed(int(value), format_)
    return Typed(digits, "unclear") if text is None else Typed(text, "integer")


def displayed(value: int, format_: str) -> str | None:
    """`value` in a format of digits and literal text, leading zeros as shown; None for any other format.

    Grouping marks are left out: which one is shown depends on the reader's country, and none is on the metal.
    """
    if format_ in ("", "General", "@", "GENERAL"):
        return str(value)
    if value < 0:
        return None
    tokens = _tokens(format_)
    if tokens is None:
        return None
    digits = list(str(value)) if value else []
    for place in reversed([i for i, token in enumerate(tokens) if token in _PLACES]):
        tokens[place] = digits.pop() if digits else _PLACES[tokens[place]]
        first = place
    tokens[first] = "".join(digits) + tokens[first]
    return "".join(tokens).strip()


_PLACES = {"\0": "0", "\1": ""}


def _tokens(format_: str) -> list[str] | None:
    """The first section of a format: places for digits (NUL padded with zero, SOH not) and literal text."""
    tokens: list[str] = []
    for part in _PART.findall(format_):
        if part == ";":
            break
        shown = _shown(part)
        if shown is None:
            return None
        tokens.append(shown)
    last = max((i for i, part in enumerate(tokens) if part in _PLACES), default=-1)
    scaled = "\2" in tokens[last + 1 :]
    return None if last < 0 or scaled else [part for part in tokens if part != "\2"]


def _shown(part: str) -> str | None:
    if part == "0":
        return "\0"
    if part in "#?":
        return "\1"
    if part == ",":
        return "\2"
    if part[0] == '"' and len(part) > 1:
        return part[1:-1]
    if part[0] == "\\" and len(part) == 2:
        return part[1]
    if part[0] == "[" and len(part) > 1:
        return None if part[1] in "<>=hms" else ""
    if part[0] in "_*" and len(part) == 2:
        return ""
    return part if part in _LITERAL else None


def from_display(value: float, shown: str) -> Typed:
    """The cell of a `value` of which the file itself says how it is `shown` (OpenDocument)."""
    plain = number(value, "")
    if plain.type != "integer":
        return plain
    bare = _GROUPING.sub("", shown)
    if bare.isdecimal() and bare.lstrip("0") == plain.lstrip("0"):
        return Typed(bare, "integer")
    if re.sub(r"\D", "", shown).lstrip("0") == plain.lstrip("0-"):
        return Typed(shown.strip(), "integer")
    return Typed(plain, "unclear")
