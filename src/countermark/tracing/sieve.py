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
"""With two hashes 1.4 % of the keys that nobody has pass."""

_HASHES = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Odd numbers whose products spread the keys over their upper bits."""


@dataclass(frozen=True, eq=False)
class Sieve:
    """`bits` has a power of two of bits; each key added sets two of them."""

    bits: NDArray[np.uint8]

    def passes(self, keys: Ints) -> NDArray[np.bool_]:
        """False only for keys that were not added."""
        passed = self._are_set(keys, _HASHES[0])
        left = np.flatnonzero(passed)
        passed[left] = self._are_set(keys[left], _HASHES[1])
        return passed

    def add(self, keys: Ints) -> None:
        """Let these keys pass from now on. Readers in other threads see each key or not yet."""
        for factor in _HASHES:
            at = self._places(keys, factor)
            np.bitwise_or.at(self.bits, at >> 3, np.left_shift(1, at & 7).astype(np.uint8))

    def _are_set(self, keys: Ints, factor: np.uint64) -> NDArray[np.bool_]:
        at = self._places(keys, factor)
        found: NDArray[np.bool_] = ((self.bits.take(at >> 3) >> (at & 7).astype(np.uint8)) & 1).view(bool)
        return found

    def _places(self, keys: Ints, factor: np.uint64) -> Ints:
        shift = np.uint64(65 - (len(self.bits) * 8).bit_length())
        return ((keys.view(np.uint64) * factor) >> shift).view(np.int64)


def empty(marks: int) -> Sieve:
    """A sieve for about so many marks."""
    return Sieve(np.zeros(max(1 << 10, 1 << (marks * BITS_A_MARK // 8 - 1).bit_length()), np.uint8))


def of_keys(keys: Iterable[Ints], marks: int) -> Sieve:
    """A sieve of the keys of so many marks, given in parts."""
    sieve = empty(marks)
    for part in keys:
        sieve.add(np.ascontiguousarray(part))
    return sieve
