"""Letters by sound: what a clerk with a Latin keyboard types for a letter of another script (Ж as ZH).

By shape is `text.canonical`'s business. By sound is an edit of the noisy channel: it has a price, it never folds.
"""

import csv
import importlib.resources
from collections.abc import Mapping
from types import MappingProxyType

from countermark.marks.text import canonical


def _table() -> Mapping[str, tuple[str, ...]]:
    source = importlib.resources.files("countermark.marks").joinpath("data/sounds.tsv").read_text(encoding="utf-8")
    spellings: dict[str, list[str]] = {}
    for row in csv.DictReader(source.splitlines(), delimiter="\t"):
        letter = canonical(row["letter"])
        spellings.setdefault(letter, []).extend(row["spellings"].split())
    return MappingProxyType({letter: tuple(dict.fromkeys(known)) for letter, known in spellings.items()})


def _inverted(sound: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    letters: dict[str, list[str]] = {}
    for letter, spellings in sound.items():
        for spelling in spellings:
            letters.setdefault(spelling, []).append(letter)
    return MappingProxyType({spelling: tuple(known) for spelling, known in letters.items()})


SOUND: Mapping[str, tuple[str, ...]] = _table()
"""Canonical character -> the Latin spellings in use for its sound (sources in `data/sounds.tsv`), canonical themselves.

A character with a Latin twin stands under the twin: `B` (the Cyrillic В and the Greek Β) has `V`, `P` (Р, Ρ) has `R`.
"""

_LETTERS = _inverted(SOUND)

LONGEST_SPELLING = max(map(len, _LETTERS))
"""Most characters that one letter is typed with."""


def transliterations(char: str) -> tuple[str, ...]:
    """Return the Latin spellings by sound of one canonical character; empty when none is in use."""
    return SOUND.get(char, ())


def by_sound(spelling: str) -> tuple[str, ...]:
    """Return the canonical characters that may have been typed as a Latin spelling: `ZH` gives `Ж` and others."""
    return _LETTERS.get(spelling, ())
