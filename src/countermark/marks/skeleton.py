"""The confusion skeleton: characters mistaken for each other fall in one class, so that a misread mark keeps its key.

A skeleton finds candidates. It never decides identity or uniqueness: the canonical text does.
"""

import csv
import importlib.resources
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

SKELETON_VERSION = 1
"""Raise when `CLASSES`, `SHAPES` or the hash changes: stored keys are only comparable within one version."""

PLACES = 12
"""How many characters a key covers."""

BITS = 5
"""Bits a character takes in a key; class 0 is the end of the text."""

CLASSES: tuple[str, ...] = (
    # Classes 1 to DIGIT_CLASSES: what a digit may be, or may have been taken for.
    "0ODQΘΩФΦЮѲӨ",
    "1IL7",
    "2Z",
    "4Ч",
    "5S",
    "6GБЬЪЫѢ",
    "8B3ЗЭ",
    "9",
    # Letters.
    "AДΔΛ",
    "CЄ",
    "EΞΣ",
    "F",
    "H",
    "JЛ",
    "K",
    "M",
    "NИЙПΠ",
    "P",
    "RЯГΓ",
    "T",
    "UЦ",
    "V",
    "WШЩ",
    "XЖ",
    "Y",
)
"""Class number (from 1) less one -> its characters. Every other character falls by hash in a letter class up to 31."""

DIGIT_CLASSES = 8
"""Classes 1 to 8 hold the digits and what is mistaken for one."""

LAST_CLASS = 31

SHAPES: tuple[str, ...] = (
    "بتثنيىپٹٻ",
    "جحخچ",
    "دذڈ",
    "رزژڑ",
    "سش",
    "صض",
    "طظ",
    "عغ",
    "فقڤ",
    "كکگ",
    "هةۀ",
    "وؤ",
    "اأإآ",
    "בכ",
    "דר",
    "החת",
    "וזן",
    "םס",
    "甲申由田",
    "土士",
    "未末",
    "己已巳",
    "日曰",
    "人入",
    "千干",
    "工エ",
)
"""Characters of other scripts that differ by dots or one stroke; each group shares the class of its first member."""


def _class_by_hash(code: int) -> int:
    # Knuth's multiplicative hash: neighbours in one script spread over the letter classes, the same on every machine.
    spread = (code * 2654435761) & 0xFFFFFFFF
    return DIGIT_CLASSES + 1 + (spread >> 16) % (LAST_CLASS - DIGIT_CLASSES)


def _known_classes() -> dict[str, int]:
    shapes = {char: _class_by_hash(ord(group[0])) for group in SHAPES for char in group}
    return shapes | {char: number for number, group in enumerate(CLASSES, start=1) for char in group}


_KNOWN = _known_classes()


def class_of(char: str) -> int:
    """Return the class, 1 to 31, of one canonical character."""
    return _KNOWN.get(char) or _class_by_hash(ord(char))


class _Classes(dict[int, str]):
    """A table for `str.translate` from a character to its class, written as one character of `symbols`."""

    def __init__(self, symbols: str) -> None:
        super().__init__()
        self._symbols = symbols

    def __missing__(self, code: int) -> str:
        symbol = self._symbols[class_of(chr(code))]
        self[code] = symbol
        return symbol


# Written in base 32 (and base 4), a text becomes its key in one conversion: no loop over the places in Python.
_BASE32 = _Classes("0123456789abcdefghijklmnopqrstuv")
_BASE4 = _Classes("0" + "1" * DIGIT_CLASSES + "2" * (LAST_CLASS - DIGIT_CLASSES))
_OCTETS = _Classes("".join(map(chr, range(LAST_CLASS + 1))))


def key(canonical: str) -> int:
    """Return the classes of the first 12 characters packed from the left, 5 bits each: 0 <= key < 2**60."""
    return int(canonical[:PLACES].translate(_BASE32).ljust(PLACES, "0"), 32)


def reversed_key(canonical: str) -> int:
    """Return the key of the text read backwards, for a mark whose beginning is unread."""
    return int(canonical[: -PLACES - 1 : -1].translate(_BASE32).ljust(PLACES, "0"), 32)


def pattern(canonical: str) -> int:
    """Return which of the first 12 places are digit-like (1), letters (2) or past the end (0), 2 bits each."""
    return int(canonical[:PLACES].translate(_BASE4).ljust(PLACES, "0"), 4)


def codes(canonical: str) -> npt.NDArray[np.uint8]:
    """Return the class of every character, shape (len(canonical),)."""
    return np.frombuffer(canonical.translate(_OCTETS).encode("latin-1"), dtype=np.uint8)


def pack(classes: Iterable[int]) -> int:
    """Return the key of the given classes, at most 12 of them used; the inverse of `unpack`."""
    packed = 0
    for place, number in zip(range(PLACES), classes, strict=False):
        packed |= number << (BITS * (PLACES - 1 - place))
    return packed


def unpack(key: int) -> tuple[int, ...]:
    """Return the classes in a key, without the padding."""
    places = (key >> (BITS * (PLACES - 1 - place)) & LAST_CLASS for place in range(PLACES))
    return tuple(number for number in places if number)


def _confusions(kind: str) -> tuple[str, ...]:
    table = importlib.resources.files("countermark.marks").joinpath("data/stamped.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return tuple(row["characters"] for row in rows if row["kind"] == kind)


LOOKALIKE: tuple[str, ...] = _confusions("lookalike")
"""Groups of canonical characters each of which is often read as any other of its group."""

NEAR: tuple[str, ...] = _confusions("near")
"""Pairs of canonical characters mistaken for each other less often."""
