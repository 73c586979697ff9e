"""What goes into the ledger together, and how much of it."""

import time
from typing import Generic, TypeVar

from countermark.ledger import database, services
from countermark.ledger.services import Actor, Draft

T = TypeVar("T")
CHUNK = 2000
"""Rows or weapons that are looked up together."""
TARGET_SECONDS = 0.45
"""How long one batch may hold the write lock: a counter never waits longer (design, *Storage*)."""
MAX_BATCH = 10_000


class Batch(Generic[T]):
    """What goes into the ledger together; its size adapts so that no batch holds the write lock for long."""

    first_limit = CHUNK

    def __init__(self) -> None:
        self.items: list[T] = []
        self.limit = self.first_limit

    def size(self) -> int:
        """How many entries it holds."""
        return len(self.items)

    def full(self) -> bool:
        """Whether it is time to append."""
        return self.size() >= self.limit

    def append(self, by: Actor, done: Draft | None = None, *, changed: bool = False) -> int:
        """Appends and empties it; returns how many entries were new. `done` goes with them if a change was made, or was before."""
        start, size = time.monotonic(), self.size()
        if done is None:
            new = self.write(by) if self.items else 0
        else:
            with services.alone():
                new = self.write(by) if self.items else 0
                if new or changed:
                    services.append([done], by=by)
        seconds = time.monotonic() - start
        self.limit = max(200, min(MAX_BATCH, int(size * TARGET_SECONDS / max(seconds, 1e-3))))
        self.items = []
        database.settle()
        return new

    def write(self, by: Actor) -> int:
        """Appends what it holds; returns how many entries were new."""
        raise NotImplementedError


class DraftBatch(Batch[Draft]):
    """Drafts, each of which is asked for and folded."""

    def write(self, by: Actor) -> int:
        """See `Batch`."""
        return sum(captured.new for captured in services.append(self.items, by=by))
