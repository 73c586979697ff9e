"""The search table as sorted arrays in memory or mapped from files: the optional accelerator for screening many readings.

Built from the table, never instead of it; the answers are those of the SQL stores.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from countermark.marks import skeleton as skeletons
from countermark.marks.expansion import Patterns
from countermark.marks.packed import Packed
from countermark.tracing import sieve
from countermark.tracing.index import Row
from countermark.tracing.store import DETAILS, NAMES, Known, Rows, together

Ints: TypeAlias = NDArray[np.int64]

PAGE = 1_000_000
"""Marks read at once."""


@dataclass(frozen=True, eq=False)
class ArrayStore:
    """A `Store` over sorted arrays. `end` orders the rows by reversed key; `text` is code points, row i from `starts[i]` on."""

    skeleton: Ints
    rskeleton: NDArray[np.int32]
    end: NDArray[np.uint32]
    weapon_key: Ints
    names: Ints
    details: Ints
    starts: Ints
    text: NDArray[np.uint16] | NDArray[np.uint32]
    patterns: Ints
    counts: Ints

    def save(self, folder: Path) -> None:
        """Write one file an array, for `load`."""
        folder.mkdir(parents=True, exist_ok=True)
        for column in fields(self):
            np.save(folder / f"{column.name}.npy", getattr(self, column.name))

    def known(self) -> Known:
        """The patterns that occur."""
        return self._known

    def has_changed(self) -> bool:
        """Arrays never do."""
        return False

    @cached_property
    def _known(self) -> Known:
        counts = dict(zip(self.patterns.tolist(), self.counts.tolist(), strict=True))
        pages = (self.skeleton[start : start + PAGE] for start in range(0, len(self.skeleton), PAGE))
        sifted = sieve.of_keys(pages, len(self.skeleton))
        return Known(Patterns(np.asarray(self.patterns)), counts, len(self.skeleton), sifted)

    @cached_property
    def _distinct(self) -> tuple[Ints, Ints]:
        """(each key once, the row it begins at and, last, how many rows there are)."""
        first = np.flatnonzero(np.diff(self.skeleton, prepend=-1))
        return self.skeleton[first], np.append(first, len(self.skeleton))

    @cached_property
    def _ends(self) -> NDArray[np.int32]:
        return np.asarray(self.rskeleton[self.end])

    def lookup(self, keys: Ints, limit: int) -> Rows:
        """The marks with one of these skeleton keys."""
        distinct, starts = self._distinct
        at = distinct.searchsorted(keys)
        at = at[distinct.take(at, mode="clip") == keys] if len(distinct) else at[:0]
        low = starts[at]
        count = starts[at + 1] - low
        before = np.cumsum(count) - count
        rows = np.repeat(low - before, count) + np.arange(int(count.sum()))
        return self._rows(rows, limit)

    def span(self, low: int, high: int, makers: Sequence[int], limit: int) -> Rows:
        """A range of keys."""
        first, last = np.searchsorted(self.skeleton, [low, high])
        return self._rows(self._made_by(np.arange(first, last), makers), limit)

    def end_span(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int], limit: int) -> Rows:
        """A range of reversed keys."""
        # Of the column's own type: numpy would make a wider copy of the whole column for others.
        first, last = np.searchsorted(self._ends, np.array([low, high], np.int32))
        rows = self.end[first:last].astype(np.int64)
        key = self.skeleton[rows]
        return self._rows(self._made_by(rows[(key >= front[0]) & (key < front[1])], makers), limit)

    def _made_by(self, rows: Ints, makers: Sequence[int]) -> Ints:
        return rows[np.isin(NAMES["maker"].of(self.names[rows]), makers)] if makers else rows

    def _rows(self, rows: Ints, limit: int) -> Rows:
        chosen = rows[:limit]
        weapon_key, names, details = (column.take(chosen) for column in (self.weapon_key, self.names, self.details))
        return Rows(weapon_key, names, details, self._marks(chosen), len(rows) >= limit)

    def _marks(self, rows: Ints) -> Packed:
        start = self.starts.take(rows)
        lengths = self.starts.take(rows + 1) - start
        places = np.arange(max(1, int(lengths.max(initial=0))))
        codes = self.text.take(start[:, None] + places, mode="clip").astype(np.uint32)
        codes *= places < lengths[:, None]
        return Packed(codes, lengths)


def build(rows: Iterable[Row]) -> ArrayStore:
    """From all rows of the search table, in any order."""
    ordered = sorted(rows)
    columns = list(zip(*ordered, strict=True)) if ordered else [()] * len(Row._fields)
    named = dict(zip(Row._fields, columns, strict=True))
    starts = np.concatenate([[0], np.cumsum([len(text) for text in named["canonical"]])]).astype(np.int64)
    patterns, counts = np.unique(
        np.array([skeletons.pattern(t) for t in named["canonical"]], np.int64), return_counts=True
    )
    key, rkey = np.array(named["skeleton"], np.int64), np.array(named["rskeleton"], np.int32)
    numbers = {name: np.array(named[name], np.int64) for name in ("weapon_key", *NAMES, *DETAILS)}
    end = np.lexsort((numbers["number"], numbers["weapon_key"], key, numbers["maker"], rkey)).astype(np.uint32)
    text = np.frombuffer("".join(named["canonical"]).encode("utf-32-le"), np.uint32)
    if int(text.max(initial=0)) < 1 << 16:
        text = text.astype(np.uint16)
    return ArrayStore(
        skeleton=key,
        rskeleton=rkey,
        end=end,
        starts=starts,
        text=text,
        patterns=patterns,
        counts=counts.astype(np.int64),
        weapon_key=numbers["weapon_key"],
        names=together(numbers, NAMES),
        details=together(numbers, DETAILS),
    )


def load(folder: Path) -> ArrayStore:
    """Map the arrays that `save` wrote."""
    # A plain view: numpy's own class for mapped files costs a microsecond at every slice.
    mapped = {column.name: np.load(folder / f"{column.name}.npy", mmap_mode="r") for column in fields(ArrayStore)}
    return ArrayStore(**{name: array.view(np.ndarray) for name, array in mapped.items()})
