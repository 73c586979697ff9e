"""Serial numbers and import marks of one's own: how they are written, and which numbers a block holds. Pure.

A pattern says how a number stands on the metal: `{country}{yy}{number:6}{check}` gives `XA26000123K`. A number always has as
many digits as its pattern says, so that two patterns can be compared place by place, and a lost first zero is noticed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from countermark.marking import checkcharacters
from countermark.marking.checkcharacters import SYSTEMS, System
from countermark.marks.sentences import Sentence

MOST_DIGITS = 12
LONGEST = 40
LITERAL = re.compile(r"[0-9A-Z][0-9A-Z\-/ ]*|[\-/ ]+[0-9A-Z\-/ ]*")
_FIELD = re.compile(r"\{([a-z]+)(?::([0-9]{1,2}))?\}")
_SEPARATORS = str.maketrans("", "", "-/ ")
_WIDTHS = {"yy": 2, "yyyy": 4}


class PatternError(ValueError):
    """A pattern is not usable; the message says what was expected."""


@dataclass(frozen=True)
class Part:
    """One piece of a pattern: `literal` with its text, or `country`, `yy`, `yyyy`, `number` or `check`; `width` in characters."""

    kind: str
    text: str = ""
    width: int = 0


@dataclass(frozen=True)
class Pattern:
    """How numbers of one authority are written. `parts` in order; `system` is that of the check characters, if any."""

    text: str
    country: str
    parts: tuple[Part, ...]
    system: System | None = None

    @property
    def digits(self) -> int:
        """How many digits the running number has."""
        return next(part.width for part in self.parts if part.kind == "number")

    @property
    def last(self) -> int:
        """The highest number that can be written."""
        return int(10**self.digits - 1)

    def write(self, number: int, year: int) -> str:
        """The number as it stands on the metal. Raises ValueError for one that does not fit."""
        if not 0 < number <= self.last:
            raise ValueError(f"{number} cannot be written with {self.digits} digits")
        text = "".join(self._piece(part, number, year) for part in self.parts)
        if self.system is None:
            return text
        return text.replace(_CHECK, checkcharacters.check(self._checked(text), self.system))

    def reads(self, text: str) -> bool:
        """Whether a text can be a number of this pattern, its check characters right."""
        if not re.fullmatch(self._expression(), text):
            return False
        if self.system is None:
            return True
        at = _check_at(self)
        payload = text[:at] + text[at + self.system.length :]
        return checkcharacters.check(self._checked(payload), self.system) == text[at : at + self.system.length]

    def _checked(self, text: str) -> str:
        """What the check is taken over: letters and digits alone, and what the system does not read left out."""
        alphabet = self.system.alphabet if self.system else ""
        return "".join(character for character in text.replace(_CHECK, "") if character in alphabet)

    def _piece(self, part: Part, number: int, year: int) -> str:
        if part.kind == "number":
            return f"{number:0{part.width}}"
        if part.kind in _WIDTHS:
            return f"{year:04}"[-part.width :]
        return _CHECK if part.kind == "check" else part.text

    def _expression(self) -> str:
        return "".join(re.escape(part.text) if part.text else _CLASSES[part.kind] * part.width for part in self.parts)

    def shape(self) -> tuple[str, ...]:
        """What may stand at each place, separators left out: one character, or a class of them."""
        places: list[str] = []
        for part in self.parts:
            if part.text:
                places += part.text.translate(_SEPARATORS)
            else:
                places += [self._class(part)] * part.width
        return tuple(places)

    def _class(self, part: Part) -> str:
        return self.system.checks if part.kind == "check" and self.system else checkcharacters.DIGITS


_CHECK = "\N{REPLACEMENT CHARACTER}"
_CLASSES = {"number": "[0-9]", "yy": "[0-9]", "yyyy": "[0-9]", "check": "[0-9A-Z*]"}


def _check_at(pattern: Pattern) -> int:
    at = 0
    for part in pattern.parts:
        if part.kind == "check":
            break
        at += part.width
    return at


def parse(text: str, country: str, system: str = "") -> Pattern:
    """A pattern from its text. Raises PatternError.

    Fields: `{country}`, `{yy}` or `{yyyy}` (year of issue), `{number:N}` (N digits, exactly once) and `{check}` (exactly when a
    system is named). Between them capital letters, digits, hyphens, slashes and single spaces.
    """
    if system and system not in SYSTEMS:
        raise PatternError(Sentence("as check one of %(codes)s, or nothing", codes=", ".join(SYSTEMS)))
    chosen = SYSTEMS[system] if system else None
    parts = tuple(_part(piece, country, chosen) for piece in _pieces(text))
    kinds = [part.kind for part in parts]
    if kinds.count("number") != 1:
        raise PatternError(Sentence("{number:N} once, N being how many digits it has"))
    if kinds.count("check") != bool(system):
        raise PatternError(Sentence("{check} once where check characters are asked for, and nowhere else"))
    if sum(part.width for part in parts) > LONGEST:
        raise PatternError(Sentence("at most %(longest)d characters", longest=LONGEST))
    return Pattern(text, country, parts, chosen)


def _pieces(text: str) -> list[str]:
    pieces = re.split(r"(\{[^{}]*\})", text)
    return [piece for piece in pieces if piece]


def _part(piece: str, country: str, system: System | None) -> Part:
    if not piece.startswith("{"):
        if LITERAL.fullmatch(piece) is None or "  " in piece:
            raise PatternError(
                Sentence("between the fields capital letters, digits, hyphens, slashes and single spaces")
            )
        return Part("literal", piece, len(piece))
    found = _FIELD.fullmatch(piece)
    name, width = found.groups() if found else ("", None)
    if name == "number" and width and 0 < int(width) <= MOST_DIGITS:
        return Part("number", width=int(width))
    if name == "country" and width is None:
        return Part("country", country, len(country))
    if name in _WIDTHS and width is None:
        return Part(name, width=_WIDTHS[name])
    if name == "check" and width is None:
        return Part("check", width=system.length if system else 1)
    raise PatternError(Sentence("as fields {country}, {yy}, {yyyy}, {number:1} to {number:12} and {check}"))


def may_collide(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns can give the same characters, separators left out: then their numbers could be taken for each other."""
    here, there = one.shape(), other.shape()
    return len(here) == len(there) and all(set(a) & set(b) for a, b in zip(here, there, strict=True))


# --- blocks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """Numbers `first` to `last`, both included, that one holder alone may issue."""

    first: int
    last: int
    holder: str


def next_block(given: Iterable[Block], start: int, size: int, limit: int, holder: str) -> Block | None:
    """The next block after everything given so far and not before `start`; None when fewer than `size` numbers are left."""
    first = max((block.last + 1 for block in given), default=start)
    first = max(first, start)
    return Block(first, first + size - 1, holder) if size > 0 and first + size - 1 <= limit else None


def next_number(block: Block, highest: int | None) -> int | None:
    """The number to issue after the highest one issued of a block; None when the block is used up."""
    following = block.first if highest is None else max(highest + 1, block.first)
    return following if following <= block.last else None


def overlapping(blocks: Sequence[Block]) -> list[tuple[Block, Block]]:
    """Pairs of blocks that share a number: a contradiction between two givers."""
    in_order = sorted(blocks, key=lambda block: (block.first, block.last, block.holder))
    return [
        (one, other) for index, one in enumerate(in_order) for other in in_order[index + 1 :] if other.first <= one.last
    ]
