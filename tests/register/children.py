"""Other processes that work on the store of a test: forked, so that they are at work within milliseconds and can be killed."""

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from django.db import connections

from countermark.ledger.services import NODE
from countermark.register import bodies, projection, services
from countermark.register.loading.options import Options
from countermark.register.loading.weapons import load_weapons

SOURCE = "XA/main"
Say = Callable[[Any], None]


@dataclass(frozen=True)
class Child:
    """A process and what it has said so far, one JSON value a line."""

    process: BaseProcess
    lines: Path

    def said(self) -> list[Any]:
        """Everything said in whole lines: what is in here reached somebody."""
        if not self.lines.exists():
            return []
        return [
            json.loads(line)
            for line in self.lines.read_text(encoding="utf-8").splitlines(keepends=True)
            if line[-1] == "\n"
        ]

    def kill(self) -> None:
        """Ends it at once, wherever it is."""
        if self.process.pid and self.process.is_alive():
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()


@contextmanager
def started(directory: Path, *works: Callable[[Say], None]) -> Iterator[list[Child]]:
    """Processes that do `works`, until the block ends; nobody is connected to the store when they fork."""
    connections.close_all()
    children = []
    for work in works:
        lines = directory / f"said-{time.monotonic_ns()}"
        process = multiprocessing.get_context("fork").Process(target=_run, args=(work, lines))
        process.start()
        children.append(Child(process, lines))
    try:
        yield children
    finally:
        for child in children:
            child.kill()


def _run(work: Callable[[Say], None], lines: Path) -> None:
    with lines.open("ab", buffering=0) as file:
        work(lambda value: (file.write(json.dumps(value).encode() + b"\n"), None)[1])
    connections.close_all()


def capturing(ref: str, most: int = 10**9, pause: float = 0.0) -> Callable[[Say], None]:
    """Records moves of a weapon one by one; says the eventID of each and the seconds it took once it is acknowledged."""

    def work(say: Say) -> None:
        weapon_id = bodies.weapon_id(SOURCE, ref)
        for number in count():
            if number == most:
                break
            start = time.monotonic()
            fields = {"event": "move", "date": "2020-01-01", "place": "Depot", "document": f"{os.getpid()}-{number}"}
            added = services.add_event(weapon_id, fields, by=NODE)
            say([added.event_id, time.monotonic() - start])
            time.sleep(pause)

    return work


def reading(ref: str, most: int = 10**9) -> Callable[[Say], None]:
    """Reads a weapon again and again."""

    def work(say: Say) -> None:
        weapon_id = bodies.weapon_id(SOURCE, ref)
        for number in count():
            if number == most:
                break
            state = projection.state_of(weapon_id)
            if state is None:
                raise AssertionError(f"{ref} is not there")
            say(state.entries)
            time.sleep(0.01)

    return work


def bulk(path: Path) -> Callable[[Say], None]:
    """Loads a register file; says how many weapons are in after each batch."""

    def work(say: Say) -> None:
        load_weapons(path, Options(), by=NODE, progress=lambda done, total: say(done) if total else None)

    return work
