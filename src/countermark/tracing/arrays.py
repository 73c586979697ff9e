"""The search table as sorted arrays in memory: what a process that traces much asks instead of the table.

Made from the table, never instead of it; the answers are those of the SQL stores. `Layered` puts on top what has been written
since, so that arrays serve on while the register grows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from countermark.marks import skeleton as skeletons
from countermark.marks.packed import Packed
from countermark.tracing import index
from countermark.tracing.store import NAMES, NO_ROWS, Known, Page, Rows, join

Ints: TypeAlias = NDArray[np.int64]

BYTES_A_MARK = 70
"""About what the arrays take, with the sieve, for marks of nine places."""


@dataclass(frozen=True, eq=False)
class ArrayStore:
    """A `Store` over sorted arrays.

    `skeleton` is sorted, and row i of each column belongs to it; `starts[i]` is where the code points of mark i begin in `text`. `end` orders
    the rows by reversed key, `end_key` are these keys in that order.
    """

    skeleton: Ints
    weapon_key: Ints
    names: Ints
    details: Ints
    starts: NDArray[np.uint32] | Ints
    text: NDArray[np.uint16] | NDArray[np.uint32]
    end: NDArray[np.uint32]
    end_key: NDArray[np.int32]
    seen: Known

    def known(self) -> Known:
        """The patterns that occur."""
        return self.seen

    def has_changed(self) -> bool:
        """Arrays never do."""
        return False

    def lookup(self, keys: Ints, limit: int) -> Rows:
        """The marks with one of these skeleton keys."""
        return self.rows_at(self.with_keys(keys), limit)

    def span(self, low: int, high: int, makers: Sequence[int], limit: int) -> Rows:
        """A range of keys."""
        return self.rows_at(self.between(low, high, makers), limit)

    def end_span(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int], limit: int) -> Rows:
        """A range of reversed keys."""
        return self.rows_at(self.ending(low, high, front, makers), limit)

    def with_keys(self, keys: Ints) -> Ints:
        """Where the marks with one of these skeleton keys stand."""
        low = self.skeleton.searchsorted(keys)
        count = self.skeleton.searchsorted(keys, "right") - low
        before = count.cumsum() - count
        positions: Ints = (low - before).repeat(count) + np.arange(int(count.sum()))
        return positions

    def between(self, low: int, high: int, makers: Sequence[int]) -> Ints:
        """Where those of a range stand."""
        first, last = self.skeleton.searchsorted([low, high])
        return self._made_by(np.arange(first, last), makers)

    def ending(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int]) -> Ints:
        """Where those of a range of reversed keys stand."""
        # Of the column's own type: numpy would make a wider copy of the whole column for others.
        first, last = self.end_key.searchsorted(np.array([low, high], np.int32))
        rows = self.end[first:last].astype(np.int64)
        key = self.skeleton[rows]
        return self._made_by(rows[(key >= front[0]) & (key < front[1])], makers)

    def _made_by(self, rows: Ints, makers: Sequence[int]) -> Ints:
        return rows[np.isin(NAMES["maker"].of(self.names[rows]), makers)] if makers else rows

    def rows_at(self, positions: Ints, limit: int | None = None) -> Rows:
        """The marks that stand there, at most so many."""
        rows = positions[:limit]
        weapon_key, names, details = (column.take(rows) for column in (self.weapon_key, self.names, self.details))
        return Rows(
            weapon_key, names, details, self._marks(rows), limited=limit is not None and len(positions) >= limit
        )

    def page_at(self, positions: Ints) -> Page:
        """The marks that stand there, with their keys."""
        rskeleton = np.empty(len(self.end), np.int64)
        rskeleton[self.end] = self.end_key
        return Page(self.skeleton[positions], rskeleton[positions], self.rows_at(positions))

    def _marks(self, rows: Ints) -> Packed:
        start = self.starts.take(rows).astype(np.int64)
        lengths = self.starts.take(rows + 1) - start
        places = np.arange(max(1, int(lengths.max(initial=0))))
        codes = self.text.take(start[:, None] + places, mode="clip").astype(np.uint32)
        codes *= places < lengths[:, None]
        return Packed(codes, lengths)


@dataclass(frozen=True, eq=False)
class Layered:
    """A `Store`: arrays, and on top of them the marks, as they are now, of the weapons that were written about since.

    `touched` are the keys of these weapons, sorted: what the arrays say of them is passed over. Where a bound is hit, which marks are left out is no
    more settled than in the table.
    """

    below: ArrayStore
    above: ArrayStore
    touched: Ints
    seen: Known

    def known(self) -> Known:
        """The patterns that occur."""
        return self.seen

    def has_changed(self) -> bool:
        """It is put in place whole, never changed."""
        return False

    def lookup(self, keys: Ints, limit: int) -> Rows:
        """The marks with one of these skeleton keys."""
        return self._both(self.below.with_keys(keys), self.above.with_keys(keys), limit)

    def span(self, low: int, high: int, makers: Sequence[int], limit: int) -> Rows:
        """A range of keys."""
        return self._both(self.below.between(low, high, makers), self.above.between(low, high, makers), limit)

    def end_span(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int], limit: int) -> Rows:
        """A range of reversed keys."""
        below, above = (part.ending(low, high, front, makers) for part in (self.below, self.above))
        return self._both(below, above, limit, from_end=True)

    def _both(self, below: Ints, above: Ints, limit: int, *, from_end: bool = False) -> Rows:
        """In the order of the table, for of equal marks the first one counts."""
        if len(self.touched):
            weapon = self.below.weapon_key.take(below)
            at = self.touched.searchsorted(weapon)
            below = below[self.touched.take(at, mode="clip") != weapon]
        if not len(above):
            return self.below.rows_at(below, limit)
        rows = join([self.below.rows_at(below), self.above.rows_at(above)])
        keys = [rows.number, rows.weapon_key, np.append(self.below.skeleton[below], self.above.skeleton[above])]
        if from_end:
            keys += [rows.maker, np.array([index.end_key(text) for text in rows.text], np.int64)]
        order = np.lexsort(keys)
        return rows.take(order[:limit])._replace(limited=len(order) >= limit)

    def with_newer(self, touched: Ints, rows: Rows, known: Known) -> "Layered":
        """The same with the marks of some weapons, by their keys, as they are now: all of them, and of no others."""
        stays = self.above.page_at(np.flatnonzero(~np.isin(self.above.weapon_key, touched)))
        above = gathered([_in_order(stays, _with_keys(rows))], known)
        return Layered(self.below, above, np.union1d(self.touched, touched), known)


def layered(below: ArrayStore) -> Layered:
    """Arrays, and nothing newer."""
    return Layered(below, gathered([], below.seen), np.zeros(0, np.int64), below.seen)


def _with_keys(rows: Rows) -> Page:
    """Marks with their keys, which are worked out one by one: for few."""
    keys = np.array([(skeletons.key(text), index.end_key(text)) for text in rows.text], np.int64).reshape(-1, 2)
    return Page(keys[:, 0], keys[:, 1], rows)


def _in_order(one: Page, other: Page) -> Page:
    """Two pages, of different weapons and in any order, as one in the order of the table's key."""
    rows = join([one.rows, other.rows])
    skeleton, rskeleton = (np.concatenate(keys) for keys in zip(one[:2], other[:2], strict=True))
    order = np.lexsort((rows.number, rows.weapon_key, skeleton))
    return Page(skeleton[order], rskeleton[order], rows.take(order))


def gathered(pages: Iterable[Page], known: Known) -> ArrayStore:
    """From the pages of the table, in the order of its key, and what is known of it."""
    parts = [_columns(page) for page in pages] or [_columns(_NO_PAGE)]
    skeleton, rskeleton, weapon_key, names, details, lengths, text = map(np.concatenate, zip(*parts, strict=True))
    if (skeleton[1:] < skeleton[:-1]).any():
        raise ValueError("The pages are not in the order of the table's key.")
    starts = np.concatenate([np.zeros(1, np.int64), lengths.cumsum()])
    end = np.lexsort((NAMES["maker"].of(names), rskeleton)).astype(np.uint32)
    return ArrayStore(
        skeleton=skeleton,
        weapon_key=weapon_key,
        names=names,
        details=details,
        starts=starts.astype(np.uint32) if starts[-1] < 1 << 32 else starts,
        text=text,
        end=end,
        end_key=rskeleton[end],
        seen=known,
    )


_NO_PAGE = Page(np.zeros(0, np.int64), np.zeros(0, np.int64), NO_ROWS)


def _columns(page: Page) -> tuple[NDArray[Any], ...]:
    """Keys, columns, lengths and the code points of all marks in one row, as narrow as they are kept."""
    codes = page.rows.text.codes
    text = codes[codes > 0]
    narrow = text.astype(np.uint16) if int(text.max(initial=0)) < 1 << 16 else text
    weapon_key, names, details = page.rows[:3]
    return page.skeleton, page.rskeleton.astype(np.int32), weapon_key, names, details, page.rows.text.lengths, narrow
