"""Marks in memory, searched while the database is asked whether they are of today."""

from collections.abc import Callable, Sequence

from countermark.tracing.arrays import Layered
from countermark.tracing.ends import Answered, Ends
from countermark.tracing.store import Ints, Known, Rows, Store


class InStep:
    """A `Store`: what a search finds counts only if the logs still end where they did when the marks were read; else it is made again.

    `asked` has been asked already; `renewed` gives what is to be searched then.
    """

    def __init__(self, layered: Layered, read_at: Ends, asked: Answered, renewed: Callable[[], Store]) -> None:
        self._now: Store = layered
        self._read_at = read_at
        self._asked: Answered | None = asked
        self._renewed = renewed

    def known(self) -> Known:
        """The patterns that occur, or did when the marks were read."""
        return self._now.known()

    def has_changed(self) -> bool:
        """Whether the register was found to be another one; `known` gives the new patterns then."""
        if self._asked is None:
            return self._now.has_changed()
        if self.close() == self._read_at:
            return False
        self._now = self._renewed()
        return True

    def close(self) -> Ends | None:
        """Takes the answer, so that the database may be asked something else."""
        asked, self._asked = self._asked, None
        return None if asked is None else asked()

    def lookup(self, keys: Ints, limit: int) -> Rows:
        """The marks with one of these skeleton keys."""
        return self._now.lookup(keys, limit)

    def span(self, low: int, high: int, makers: Sequence[int], limit: int) -> Rows:
        """A range of keys."""
        return self._now.span(low, high, makers, limit)

    def end_span(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int], limit: int) -> Rows:
        """A range of reversed keys."""
        return self._now.end_span(low, high, front, makers, limit)
