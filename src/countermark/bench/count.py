"""`countermark bench count`: a count of a store of growing size, from the opening to the page of its differences.

    python -m countermark.bench.count --sizes 1000,10000,100000

Invented weapons stand in the register's view alone (loading them is what `bench load` measures); the count itself goes the whole road: what is expected
is frozen, scans are acts in batches of 500, the differences are worked out and a page of them is rendered, first by a process that remembers nothing.
One weapon in a hundred is not there and one stranger in two hundred is. Growth is the processor time
of this process at one size over that at the size before; the other programs of the machine do not count in it.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

from countermark.bench.load import _set_up

MISSING_ONE_IN, STRANGER_ONE_IN = 100, 200
SINGLE = 20
"""Single scans timed at the end of a sheet, where it is longest."""
TIMES = 5
"""Pages rendered by a process that remembers; the median is told."""
TIMED = ("open", "batch", "scan", "differences", "page_cold", "page")


def run(sizes: Sequence[int], database_url: str) -> dict[str, Any]:
    """Measures every size on one store. Sets Django up on the store, so it must not be set up yet."""
    with tempfile.TemporaryDirectory(prefix="countermark-bench-") as name:
        _set_up(database_url or f"sqlite://{name}/store.db", Path(name))
        return measure(sizes)


def measure(sizes: Sequence[int]) -> dict[str, Any]:
    """Measures every size on the store at hand."""
    from django.conf import settings
    from django.db import connection

    from countermark.accounts import services as accounts
    from countermark.ledger.services import NODE

    if "testserver" not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    accounts.add_user("bench", ["commander"], None, "a-long-password", by=NODE)
    found = [_measured(size, number) for number, size in enumerate(sizes)]
    for before, now in pairwise(found):
        now["growth"] = {name: now[f"{name}_cpu_ms"] / before[f"{name}_cpu_ms"] for name in TIMED}
    return {"database": connection.vendor, "sizes": found}


def _measured(size: int, number: int) -> dict[str, Any]:
    from countermark.accounts import services as accounts
    from countermark.accounts.models import Place
    from countermark.ledger.services import NODE, Actor
    from countermark.stockpile.counting import queries, services
    from countermark.stockpile.counting.reading import Scan

    accounts.add_place(f"Depot {number}", by=NODE)
    serials = _weapons(size, number, Place.objects.get(name=f"Depot {number}").pk)
    one, chief = Actor(f"counter{number}"), Actor("chief")
    opening = services.Opening(f"Depot {number}", counters=1)
    key, opened = _timed(lambda: services.open_count(opening, by=chief))
    sheet = services.begin(key, by=one)
    seen = [text for at, text in enumerate(serials) if at % MISSING_ONE_IN] + [
        f"ZZ {number} {at}" for at in range(size // STRANGER_ONE_IN)
    ]
    last, first = seen[-SINGLE:], seen[:-SINGLE]
    scan = partial(services.scan, key, sheet, by=one)
    batches = [
        _timed(partial(scan, [Scan(text, f"{at}-{n}") for n, text in enumerate(first[at : at + 500])]))[1]
        for at in range(0, len(first), 500)
    ]
    singles = [_timed(partial(scan, [Scan(text, text)]))[1] for text in last]
    services.end(key, sheet, by=one)
    queries.forget()
    came, differences = _timed(lambda: queries.outcome(_known(key)))
    queries.forget()
    cold, pages = _pages(key)
    taken = {
        "open": [opened], "batch": batches, "scan": singles, "differences": [differences], "page_cold": [cold], "page": pages,
    }  # fmt: skip
    return {
        "items": size,
        "found": came.figures["found"],
        "not_found": came.figures["not_found"],
        "unexpected": came.figures["unexpected"],
        **{f"{name}_ms": median(one.wall for one in some) * 1e3 for name, some in taken.items()},
        **{f"{name}_cpu_ms": median(one.cpu for one in some) * 1e3 for name, some in taken.items()},
    }


class Took(NamedTuple):
    """Seconds by the clock, and of this process's processor."""

    wall: float
    cpu: float


def _known(key: str) -> Any:
    from countermark.stockpile.counting import queries

    return queries.counting(key)


def _pages(key: str) -> tuple[Took, list[Took]]:
    """What a page of the differences takes, first by a process that remembers nothing, then by one that does."""
    from django.test import Client

    from countermark.accounts.models import User
    from countermark.stockpile.codes import house

    client = Client()
    client.force_login(User.objects.get(username="bench"))

    client.get("/stockpile/counts/")  # the first page of a process loads what all pages need

    def page() -> None:
        answer = client.get(f"/stockpile/counts/{house.shown(key)}/?outcome=not_found")
        if answer.status_code != 200:
            raise RuntimeError(f"the page answered {answer.status_code}")

    _, cold = _timed(page)
    return cold, [_timed(page)[1] for _ in range(TIMES)]


def _weapons(size: int, number: int, place: str) -> list[str]:
    """Puts invented weapons into the register's view; returns their serials."""
    from countermark.register.models import Weapon

    empty = dict.fromkeys(("source", "country", "year", "holder", "finding", "first_recorded", "last_time"), "")
    serials = [f"K{number}{at:07d}" for at in range(size)]
    rows = (
        Weapon(
            id=f"{at:08d}-{number:04d}-4000-8000-000000000000", ref=text, serial=text, place=place, status="active",
            entries=1, kind="rifle", maker="FN Herstal", model="FAL", calibre="7.62 x 51", **empty,
        )
        for at, text in enumerate(serials)
    )  # fmt: skip
    Weapon.objects.bulk_create(rows, batch_size=500)
    return serials


def _timed(work: Callable[[], Any]) -> tuple[Any, Took]:
    start, worked = perf_counter(), process_time()
    found = work()
    return found, Took(perf_counter() - start, process_time() - worked)


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"counts on {figures['database']}, in ms (processor time; its growth from the size before)"
    for one in figures["sizes"]:
        growth = one.get("growth", {})
        told = "  ".join(
            f"{name} {one[f'{name}_ms']:.0f} ({one[f'{name}_cpu_ms']:.0f}{f'; x{growth[name]:.1f}' if growth else ''})"
            for name in TIMED
        )
        yield f"{one['items']:>9,} items: {told}"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="1000,10000,100000", help="items of each store, smallest first")
    options.add_argument("--database-url", default="", help="an empty store (default: a temporary SQLite file)")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(argv)
    figures = run([int(size) for size in asked.sizes.split(",")], asked.database_url)
    print(json.dumps(figures) if asked.json else "\n".join(lines(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
