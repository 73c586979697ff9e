"""Reads on their way into the store: gathered in memory, written about once a second, kept while the store cannot be reached."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, connection

from countermark.ledger.services import Actor
from countermark.stockpile.readers import services
from countermark.stockpile.readers.reads import Gathered, Read, gather, joined
from countermark.stockpile.readers.services import Looked, Taken

MOST_ROWS = 100_000
"""Rows that wait for the store; beyond that the oldest minutes are given up, and it is said."""

Take = Callable[[Gathered], Taken]


@dataclass
class Intake:
    """Takes reads from any thread; one thread at a time flushes them."""

    by: Actor
    take: Take | None = None
    dropped: int = 0
    _waiting: Gathered = field(default_factory=dict)
    _looked: Looked = field(default_factory=Looked)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, device_id: str, reads: Sequence[Read]) -> None:
        """Adds reads of one reader."""
        with self._lock:
            gather(device_id, reads, self._waiting)

    @property
    def rows(self) -> int:
        """How many rows wait."""
        return len(self._waiting)

    def flush(self) -> Taken:
        """Writes what waits. Raises `DatabaseError` where the store does not take it; then it waits on."""
        with self._lock:
            gathered, self._waiting = self._waiting, {}
        if not gathered:
            return Taken(0)
        try:
            return self._take(gathered)
        except DatabaseError:
            connection.close()
            # What was to be looked into was rolled back with the rest.
            self._looked = Looked()
            self._put_back(gathered)
            raise

    def _take(self, gathered: Gathered) -> Taken:
        if self.take is not None:
            return self.take(gathered)
        return services.take_gathered(gathered, by=self.by, looked=self._looked)

    def _put_back(self, gathered: Gathered) -> None:
        with self._lock:
            self._waiting = joined(gathered, self._waiting)
            surplus = len(self._waiting) - MOST_ROWS
            for key in sorted(self._waiting, key=lambda key: key.slot)[: max(surplus, 0)]:
                self.dropped += self._waiting.pop(key).reads
