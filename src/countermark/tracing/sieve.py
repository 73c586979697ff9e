"""Which keys no registered mark has: a Bloom filter over the keys of the search table, so that few are looked up in vain.

The table stays what answers; with or without the sieve an answer is the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]

BITS_A_MARK = 16
"""About one in a hundred of the keys that nobody has passes."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""An odd number whose product spreads a key over its upper bits."""

_ONE, _SIX, _LAST, _WORD, _HALF = map(np.uint64, (1, 6, 63, 64, 29))
"""Made once: to make one takes as long as to shift a hundred keys by it."""

_AT_ONCE = 16_000
"""Keys whose numbers fit the processor's cache."""


@dataclass(frozen=True, eq=False)
class Sieve:
    """`words` is a power of two long; each key sets three bits of one word, so that a look-up goes to memory once."""

    words: NDArray[np.uint64]

    def passes(self, keys: Ints) -> NDArray[np.bool_]:
        """False only for keys that were not added."""
        if len(keys) <= _AT_ONCE:
            return self._passes(keys)
        return np.concatenate([self._passes(keys[start : start + _AT_ONCE]) for start in range(0, len(keys), _AT_ONCE)])

    def _passes(self, keys: Ints) -> NDArray[np.bool_]:
        at, mixed = self._places(keys)
        word = self.words.take(at)
        passed = word >> (mixed & _LAST)
        for _ in range(2):
            mixed >>= _SIX
            passed &= word >> (mixed & _LAST)
        passed &= _ONE
        found: NDArray[np.bool_] = passed.astype(bool)
        return found

    def add(self, keys: Ints) -> None:
        """Let these keys pass from now on. Readers in other threads see each key or not yet."""
        at, mixed = self._places(keys)
        bits = _ONE << (mixed & _LAST)
        for _ in range(2):
            mixed >>= _SIX
            bits |= _ONE << (mixed & _LAST)
        np.bitwise_or.at(self.words, at, bits)

    def _places(self, keys: Ints) -> tuple[Ints, NDArray[np.uint64]]:
        """Of each key the word, and a number whose three lowest groups of six bits are the bits in it."""
        mixed = keys.view(np.uint64) * _SPREAD
        mixed ^= mixed >> _HALF
        size = np.uint64((len(self.words) - 1).bit_length())
        return (mixed >> (_WORD - size)).view(np.int64), mixed


def empty(marks: int) -> Sieve:
    """A sieve for about so many marks."""
    return Sieve(np.zeros(max(1 << 7, 1 << (marks * BITS_A_MARK // 64 - 1).bit_length()), np.uint64))


def of_keys(keys: Iterable[Ints], marks: int) -> Sieve:
    """A sieve of the keys of so many marks, given in parts."""
    sieve = empty(marks)
    for part in keys:
        sieve.add(np.ascontiguousarray(part))
    return sieve
