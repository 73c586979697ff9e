"""Listening to readers until stopped, whatever goes away meanwhile: a reader, a broker, the store.

Each source is listened to again after a pause that doubles up to a minute and is never quite the same, so that many nodes do not
come back to one broker at one moment. What happens is said as it happens (`Say`): words and figures, no texts of readers.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import DatabaseError, close_old_connections

from countermark.stockpile.readers import observations
from countermark.stockpile.readers.intake import Intake
from countermark.stockpile.readers.reads import Read
from countermark.stockpile.readers.services import Taken

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
FLUSH_SECONDS = 1.0
SUMMARY_SECONDS = 60.0
PURGE_SECONDS = 3600.0

Say = Callable[[str, dict[str, Any]], None]
"""Told a word (`connected`, `lost`, `took`, `alarm`, `unreadable`, `store`, `purged`, `stopped`) and what there is to say about it."""
Heard = Callable[[str, Sequence[Read]], None]
"""Told the id of a reader and what it saw."""


class SourceGone(Exception):
    """A reader or broker is not there (any more); the message says why."""


class Source(Protocol):
    """Something to listen to. `listen` calls `ready` once it is connected, and raises `SourceGone` when that ends."""

    name: str

    async def listen(self, heard: Heard, ready: Callable[[], None], say: Say) -> None:
        """Listens until cancelled."""


@dataclass(frozen=True)
class Pace:
    """How long to wait, in seconds; tests hurry."""

    first: float = FIRST_PAUSE
    longest: float = LONGEST_PAUSE
    flush: float = FLUSH_SECONDS
    summary: float = SUMMARY_SECONDS
    purge: float = PURGE_SECONDS


USUAL = Pace()


@dataclass
class Totals:
    """What was taken since the command began."""

    reads: int = 0
    rows: int = 0
    alarms: int = 0
    dropped: int = 0

    def add(self, taken: Taken) -> None:
        self.reads += taken.reads
        self.rows += taken.rows
        self.alarms += len(taken.alarms)


@dataclass
class Listening:
    """All sources of one command, and where their reads go."""

    sources: Sequence[Source]
    intake: Intake
    say: Say
    pace: Pace = USUAL
    totals: Totals = field(default_factory=Totals)

    async def until(self, stop: asyncio.Event) -> Totals:
        """Listens until asked to stop; what was heard until then is written."""
        # One thread for the store: it keeps one connection, and the loop goes on listening meanwhile.
        with ThreadPoolExecutor(1, thread_name_prefix="observations") as store:
            tasks = [asyncio.create_task(self._keep_listening(source)) for source in self.sources]
            tasks.append(asyncio.create_task(self._keep_writing(store)))
            failed = asyncio.create_task(_first_end(tasks))
            waiting = asyncio.create_task(stop.wait())
            await asyncio.wait({failed, waiting}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*tasks, waiting, failed):
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            await self._flush(store)
            await asyncio.get_running_loop().run_in_executor(store, close_old_connections)
        self.totals.dropped = self.intake.dropped
        for problem in ended:
            if isinstance(problem, Exception):
                raise problem
        self.say("stopped", {"reads": self.totals.reads, "alarms": self.totals.alarms, "dropped": self.totals.dropped})
        return self.totals

    async def _keep_listening(self, source: Source) -> None:
        pause = self.pace.first
        while True:
            connected = False

            def ready(source: Source = source) -> None:
                nonlocal connected
                connected = True
                self.say("connected", {"source": source.name})

            try:
                await source.listen(self.intake.add, ready, self.say)
                why = "it ended"
            except SourceGone as gone:
                why = str(gone)
            pause = self.pace.first if connected else pause
            wait = pause * random.uniform(0.5, 1.0)  # noqa: S311 - nothing to guess here
            self.say("lost", {"source": source.name, "why": why, "again_in": round(wait, 1)})
            await asyncio.sleep(wait)
            pause = min(pause * 2, self.pace.longest)

    async def _keep_writing(self, store: ThreadPoolExecutor) -> None:
        clock = asyncio.get_running_loop().time
        summed, told, purged = 0, clock(), 0.0
        while True:
            await asyncio.sleep(self.pace.flush)
            await self._flush(store)
            if clock() - told >= self.pace.summary:
                self.say("took", {"reads": self.totals.reads - summed, "rows": self.intake.rows})
                summed, told = self.totals.reads, clock()
            if not purged or clock() - purged >= self.pace.purge:
                purged = clock()
                await self._in_store(store, self._purge)

    async def _flush(self, store: ThreadPoolExecutor) -> None:
        taken = await self._in_store(store, self.intake.flush)
        if taken is not None:
            self.totals.add(taken)
            for alarm in taken.alarms:
                self.say("alarm", {"kind": alarm.kind, "tag": alarm.tag, "weapon": alarm.weapon})

    def _purge(self) -> None:
        if gone := observations.purge():
            self.say("purged", {"observations": gone})

    async def _in_store(self, store: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
        """Works on the store in its thread; None, and said, where the store cannot be reached."""
        try:
            return await asyncio.get_running_loop().run_in_executor(store, work)
        except DatabaseError as error:
            self.say("store", {"why": type(error).__name__, "rows": self.intake.rows, "dropped": self.intake.dropped})
            return None


async def _first_end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Ends when one of some endless tasks does: only a fault of this program ends one."""
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
