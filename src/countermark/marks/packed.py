"""Many canonical marks as one matrix of code points, from storage to alignment.

A search weighs thousands of marks and shows ten: only those few become strings.
"""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

SEPARATOR = "\n"
"""Stands between marks that come as one text; no canonical mark contains it."""


class Packed(Sequence[str]):
    """A sequence of marks. `codes` (n, width) code points, 0 padded; `lengths` the places of each. Neither is changed."""

    __slots__ = ("codes", "lengths")

    def __init__(self, codes: NDArray[np.uint32], lengths: NDArray[np.intp]) -> None:
        self.codes = codes
        self.lengths = lengths

    def __len__(self) -> int:
        return len(self.lengths)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "Packed": ...
    def __getitem__(self, at: int | slice) -> "str | Packed":
        if isinstance(at, slice):
            return Packed(self.codes[at], self.lengths[at])
        return self.codes[at, : self.lengths[at]].tobytes().decode("utf-32-le", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        if not self.codes.shape[1]:
            return iter([""] * len(self))
        # numpy's own text drops the padding: all marks in one step.
        texts: list[str] = np.ascontiguousarray(self.codes).view(f"<U{self.codes.shape[1]}").ravel().tolist()
        return iter(texts)

    def take(self, chosen: NDArray[np.int64]) -> "Packed":
        """The marks at these positions."""
        return Packed(self.codes[chosen], self.lengths[chosen])


def pack(marks: Sequence[str]) -> Packed:
    """Marks from their strings."""
    text = np.array(marks, dtype=np.str_)
    if not text.size or not text.dtype.itemsize:
        return Packed(np.zeros((len(marks), 1), np.uint32), np.zeros(len(marks), np.intp))
    codes = text.view(np.uint32).reshape(len(marks), -1)
    return Packed(codes, np.count_nonzero(codes, axis=1))


def split(joined: str) -> Packed:
    """Marks that come as one text, `SEPARATOR` after each."""
    points = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    ends = np.flatnonzero(points == ord(SEPARATOR))
    lengths = ends.copy()
    lengths[1:] -= ends[:-1] + 1
    codes = np.zeros((len(ends), max(1, int(lengths.max(initial=0)))), np.uint32)
    codes[np.arange(codes.shape[1]) < lengths[:, None]] = points[points != ord(SEPARATOR)]
    return Packed(codes, lengths)


def join(parts: Sequence[Packed]) -> Packed:
    """Several sequences as one."""
    width = max(part.codes.shape[1] for part in parts)
    lengths = np.concatenate([part.lengths for part in parts])
    codes = np.zeros((len(lengths), width), np.uint32)
    start = 0
    for part in parts:
        codes[start : start + len(part), : part.codes.shape[1]] = part.codes
        start += len(part)
    return Packed(codes, lengths)
