"""The noisy channel: what may happen to one place of a mark when it is read, and how probable it is.

Probabilities are per place and stand in `Channel`; `learned.fit` learns them anew from confirmed readings. `likelihood` adds
them up over many marks, `differences` tells them for one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from math import log
from typing import Generic, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from countermark.marks.reading import Place
from countermark.marks.scripts import SOUND
from countermark.marks.skeleton import LOOKALIKE, NEAR

Why = Literal["lookalike", "near", "other", "dropped", "added", "swapped", "unread", "transliterated"]

BAND = 3
"""Places by which reading and mark may drift apart when the reading has no unread run."""

PLAIN = 128
"""Code points below this are the plain characters, of which there are tables."""

LONGEST = 96
"""A mark is compared in its first 96 places."""


@dataclass(frozen=True)
class Channel:
    """Probabilities of what happens to one place of a mark when it is read.

    `confusion` holds (mark character, read character, probability) triples learned from confirmed readings; they override
    the classes. The defaults were fitted on generated readings, see docs/search.md.
    """

    kept: float = 0.90
    lookalike: float = 0.025
    near: float = 0.012
    other: float = 0.0017
    across: float = 0.0001
    """Another character of the other kind: a digit read as a letter that does not look like it, or the reverse."""
    added: float = 0.0005
    doubled: float = 0.005
    dropped: float = 0.009
    swapped: float = 0.016
    unread: float = 0.05
    run: float = 0.03
    empty_run: float = 0.003
    sound: float = 0.02
    confusion: tuple[tuple[str, str, float], ...] = field(default=())

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Tables are looked up by channel in the hot loop; hashing fifteen numbers each time would show.
        return hash(tuple(getattr(self, one.name) for one in fields(self)))


def _pairs(groups: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for group in groups for a in group for b in group if a != b)


_LOOKALIKE = _pairs(LOOKALIKE)
_NEAR = _pairs(NEAR)


def relation(mark: str, read: str) -> Why | None:
    """How two single characters differ; None when they are the same."""
    if mark == read:
        return None
    if (mark, read) in _LOOKALIKE:
        return "lookalike"
    if (mark, read) in _NEAR:
        return "near"
    if read in SOUND.get(mark, ()) or mark in typed(read):
        return "transliterated"
    return "other"


def typed(read: str) -> tuple[str, ...]:
    """The Latin spellings a letter of another script may stand for, where it was read off a Latin mark by its sound."""
    return () if read.isascii() else SOUND.get(read, ())


def _log_pair(channel: Channel, mark: str, read: str) -> float:
    for known_mark, known_read, probability in channel.confusion:
        if (known_mark, known_read) == (mark, read):
            return log(probability)
    why = relation(mark, read)
    if why is None:
        return log(channel.kept)
    if why == "other":
        same_kind = mark.isdigit() == read.isdigit()
        return log(channel.other if same_kind else channel.across)
    return log({"lookalike": channel.lookalike, "near": channel.near, "transliterated": channel.sound}[why])


MOST_PAIRS = 200_000


class Pairs(dict[tuple[str, str], float]):
    """log P(read | mark) of single characters, by (mark, read), worked out when first asked for."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def __missing__(self, pair: tuple[str, str]) -> float:
        if len(self) >= MOST_PAIRS:
            self.clear()
        found = self[pair] = _log_pair(self._channel, *pair)
        return found


@lru_cache(maxsize=16)
def pairs_of(channel: Channel) -> Pairs:
    return Pairs(channel)


_Number = TypeVar("_Number", float, np.float32)


class Logs(NamedTuple, Generic[_Number]):
    """Natural logarithms of a channel's probabilities."""

    dropped: _Number
    doubled: _Number
    added: _Number
    run: _Number
    empty_run: _Number
    unread: _Number
    swapped: _Number
    sound: _Number


@lru_cache(maxsize=16)
def logs_of(channel: Channel) -> Logs[float]:
    return Logs(*(float(np.log(getattr(channel, name))) for name in Logs._fields))


@lru_cache(maxsize=16)
def plain_table(channel: Channel) -> NDArray[np.float32]:
    """(`PLAIN` read, `PLAIN` mark) log-probabilities of the plain characters."""
    table = np.full((PLAIN, PLAIN), np.log(channel.across), np.float32)
    plain, pairs = [chr(code) for code in range(33, 127)], pairs_of(channel)
    for read in plain:
        table[ord(read), 33:127] = [pairs[mark, read] for mark in plain]
    return table


def doubled(places: Sequence[Place], i: int) -> bool:
    """Whether a place of the reading says the same as the one before or after it."""
    char = places[i].char
    return char != "" and any(0 <= k < len(places) and places[k].char == char for k in (i - 1, i + 1))
