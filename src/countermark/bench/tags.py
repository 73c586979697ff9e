"""`countermark bench tags`: reads a second into observations, and events derived from them, next to plain inserts in the same run.

    python -m countermark.bench.tags --seconds 60 --rate 5000

Invented readers see invented tags, so many reads in a second of their time. The whole path takes the messages as a broker would
bring them: parses them, puts reads of a minute together, writes them once a second and looks whether a bound tag contradicts the
register. The plain way inserts every read as a row of a table with one index, once a second too. Both commit each second.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from countermark.bench.load import _set_up

ANTENNAS = 4
IN_A_MESSAGE = 50
TWO_PLACES = 20
"""One tag in so many of those bound is copied: the copy is read in the other depot."""


@dataclass(frozen=True)
class World:
    """What is read: `tags` by reader, and `weapons` by tag for those of the first reader that are on one."""

    readers: Sequence[Any]
    tags: Sequence[Sequence[str]]
    weapons: dict[str, str]


def world(readers: int, tags: int, bound: int, seed: int) -> World:
    """Readers in two depots, their tags, and weapons for some of these; binds them."""
    from countermark.accounts import services as accounts
    from countermark.ledger.services import NODE
    from countermark.register import services as register
    from countermark.stockpile.readers import devices

    for name in ("Depot 1", "Depot 2"):
        accounts.add_place(name, by=NODE)
    made = [
        devices.set_reader(f"r{n}", "mqtt", "Depot 2" if n == readers - 1 else "Depot 1", address=f"r/{n}", by=NODE)
        for n in range(readers)
    ]
    chance = random.Random(seed)
    every = [f"{chance.getrandbits(96):024X}" for _ in range(tags)]
    seen = [every[n::readers] for n in range(readers)]
    weapons: dict[str, str] = {}
    for number, tag in enumerate(seen[0][:bound]):
        marks = [{"component": "frame", "mark": f"SN {number:06}"}]
        weapons[tag] = register.add_weapon(f"W{number:06}", {"kind": "rifle"}, marks, by=NODE).weapon_id
    return World(made, seen, weapons)


def messages(found: World, seconds: int, rate: int, seed: int) -> Iterator[list[tuple[int, bytes]]]:
    """For each second the messages that come in it, as (number of the reader, message); `rate` reads in each."""
    chance = random.Random(seed)
    start = time.time_ns() // 1_000_000 - seconds * 1000
    copied = [tag for number, tag in enumerate(found.weapons) if number % TWO_PLACES == 0]
    last = len(found.readers) - 1
    for second in range(seconds):
        some: list[tuple[int, bytes]] = []
        for number in range(0, rate, IN_A_MESSAGE):
            reader = number // IN_A_MESSAGE % len(found.readers)
            pool = [*found.tags[reader], *copied] if reader == last else found.tags[reader]
            at = start + second * 1000 + 1000 * number // rate
            some.append((reader, _message(chance, pool, at, min(IN_A_MESSAGE, rate - number))))
        yield some


def _message(chance: random.Random, pool: Sequence[str], at: int, count: int) -> bytes:
    lines = [
        {
            "epc": chance.choice(pool),
            "antenna": chance.randrange(ANTENNAS),
            "time": at,
            "rssi": chance.randrange(-75, -40),
        }
        for _ in range(count)
    ]
    return json.dumps({"reads": lines}).encode()


@dataclass
class Whole:
    """The whole path, a second at a time."""

    intake: Any
    seconds: float = 0.0
    longest: float = 0.0
    reads: int = 0
    alarms: int = 0

    def take(self, found: World, some: Sequence[tuple[int, bytes]]) -> None:
        """Takes what came in one second."""
        from countermark.stockpile.readers import observations, payloads

        start, received = perf_counter(), observations.clock()
        intake = self.intake
        for reader, message in some:
            intake.add(found.readers[reader].id, payloads.of_readers(message, received))
        taken = intake.flush()
        took = perf_counter() - start
        self.seconds += took
        self.longest = max(self.longest, took)
        self.reads += taken.reads
        self.alarms += len(taken.alarms)


class Plain:
    """Every read a row, with one index, committed each second; parsing is not counted."""

    def __init__(self) -> None:
        from django.db import connection

        self.seconds = 0.0
        with connection.cursor() as cursor:
            kind = "bigserial" if connection.vendor == "postgresql" else "integer"
            cursor.execute(
                f"CREATE TABLE plain_read (id {kind} PRIMARY KEY, reader text, antenna int, tag text, at bigint, rssi int)"
            )
            cursor.execute("CREATE INDEX plain_read_tag ON plain_read (tag, at)")

    def take(self, found: World, some: Sequence[tuple[int, bytes]]) -> None:
        """Inserts what came in one second."""
        from countermark.ledger import database

        rows = [
            (found.readers[reader].id, line["antenna"], line["epc"], line["time"], line["rssi"])
            for reader, message in some
            for line in json.loads(message)["reads"]
        ]
        start = perf_counter()
        with database.write_transaction(0):
            database.insert_rows("plain_read", ("reader", "antenna", "tag", "at", "rssi"), rows)
        self.seconds += perf_counter() - start


def run(seconds: int, rate: int, readers: int, tags: int, bound: int, database_url: str, seed: int) -> dict[str, Any]:
    """Measures both. Sets Django up on the store, so it must not be set up yet."""
    with tempfile.TemporaryDirectory(prefix="countermark-bench-") as name:
        url = database_url or f"sqlite://{name}/store.db"
        _set_up(url, Path(name))
        return measure(seconds, rate, readers, tags, bound, seed)


def measure(seconds: int, rate: int, readers: int, tags: int, bound: int, seed: int) -> dict[str, Any]:
    """Measures both on the store at hand, in turns, second by second."""
    from django.db import connection

    from countermark.ledger.services import NODE
    from countermark.stockpile.models import Observation
    from countermark.stockpile.readers.intake import Intake
    from countermark.stockpile.tags import services

    found = world(readers, tags, bound, seed)
    start = perf_counter()
    for tag, weapon in found.weapons.items():
        services.bind(weapon, tag, by=NODE)
    binding = perf_counter() - start
    whole, plain = Whole(Intake(NODE)), Plain()
    for some in messages(found, seconds, rate, seed):
        whole.take(found, some)
        plain.take(found, some)
    return {
        "database": "postgresql" if connection.vendor == "postgresql" else "sqlite",
        "seconds": seconds,
        "reads": whole.reads,
        "rows": Observation.objects.count(),
        "reads_per_second": whole.reads / whole.seconds,
        "longest_second": whole.longest,
        "plain_reads_per_second": whole.reads / plain.seconds,
        "ratio": plain.seconds / whole.seconds,
        "bound": len(found.weapons),
        "binds_per_second": len(found.weapons) / binding if found.weapons else 0.0,
        "alarms": whole.alarms,
    }


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"{figures['reads']:,} reads in {figures['seconds']} s of the readers' time on {figures['database']}"
    yield f"  whole path   {figures['reads_per_second']:10,.0f} reads/s; the longest second took {figures['longest_second']:.2f} s"
    yield f"  plain insert {figures['plain_reads_per_second']:10,.0f} reads/s; ratio 1/{1 / figures['ratio']:.1f}"
    yield f"  rows kept    {figures['rows']:10,}; {figures['reads'] / figures['rows']:.1f} reads each"
    yield f"  events       {figures['bound']:,} binds, {figures['binds_per_second']:,.0f} a second; {figures['alarms']:,} alarms"


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=60, help="of the readers' time")
    options.add_argument("--rate", type=int, default=5000, help="reads in each of them")
    options.add_argument("--readers", type=int, default=8)
    options.add_argument("--tags", type=int, default=4000)
    options.add_argument("--bound", type=int, default=400, help="tags of the first reader that are on weapons")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database-url", default="", help="an empty store (default: a temporary SQLite file)")
    options.add_argument("--json", action="store_true")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints its figures."""
    asked = parser().parse_args(argv)
    figures = run(asked.seconds, asked.rate, asked.readers, asked.tags, asked.bound, asked.database_url, asked.seed)
    print(json.dumps(figures) if asked.json else "\n".join(lines(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
