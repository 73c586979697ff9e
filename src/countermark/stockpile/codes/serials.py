"""A serial typed or read by eye: which of its characters may be another one. It is asked, never put right in silence."""

import itertools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from countermark.marks import skeleton, text
from countermark.marks.sentences import Sentence

MOST_SPELLINGS = 64


@dataclass(frozen=True)
class Question:
    """A character at a place (code points from 0) that may be one of `others`."""

    at: int
    character: str
    others: str


def questions(serial: str) -> tuple[Question, ...]:
    """The characters of a serial that are often taken for others: O and 0, I and 1, S and 5, B and 8, and their like.

    Look-alikes of other scripts and digits of other scripts are asked about too, with the Latin character they resemble.
    """
    return tuple(itertools.chain(_of_other_scripts(serial), _lookalikes(serial)))


def _of_other_scripts(serial: str) -> Iterator[Question]:
    for at, char in enumerate(serial):
        if char.isascii():
            continue
        digit = unicodedata.digit(char, None)
        latin = str(digit) if digit is not None else _latin(char)
        if latin:
            yield Question(at, char, latin)


def _latin(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).upper()
    if len(plain) != 1:
        return ""
    return plain if plain.isascii() and plain.isalnum() else text.latin_twin(plain) or ""


def _lookalikes(serial: str) -> Iterator[Question]:
    for at, char in enumerate(serial):
        others = [other for group in _GROUPS if char.upper() in group for other in group if other != char.upper()]
        if others:
            yield Question(at, char, "".join(dict.fromkeys(others)))


_GROUPS = tuple(group for group in skeleton.LOOKALIKE if group.isascii())


def spellings(serial: str) -> tuple[str, ...]:
    """Other canonical spellings that differ in one look-alike, at most `MOST_SPELLINGS`: what to look up and ask about."""
    form = text.canonical(serial)
    found = (
        form[:at] + other + form[at + 1 :]
        for question in _lookalikes(form)
        for at in [question.at]
        for other in question.others
    )
    return tuple(itertools.islice(dict.fromkeys(found), MOST_SPELLINGS))


def warning(serial: str) -> Sentence | None:
    """What to ask about the writing of a serial: letters of two alphabets, or digits of another script."""
    scripts = {_script(char) for char in serial if char.isalpha()} - {""}
    if len(scripts) > 1:
        return Sentence(
            "the serial has letters of two alphabets (%(scripts)s): is that so?", scripts=", ".join(sorted(scripts))
        )
    strange = "".join(char for char in serial if not char.isascii() and unicodedata.digit(char, None) is not None)
    if strange:
        return Sentence(
            "the serial is written with the digits %(digits)s: it is compared as %(form)s",
            digits=strange, form=text.canonical(serial),
        )  # fmt: skip
    return None


def _script(char: str) -> str:
    return next(
        (name for name in ("LATIN", "CYRILLIC", "GREEK") if unicodedata.name(char, "").startswith(name)), ""
    ).title()
