"""`countermark bench board`: the pages that show the newest of many receipts, by how many there are, with and without the indexes they go by.

    python -m countermark.bench.board --sizes 10000,100000,500000

Invented receipts stand in the room's view alone, spread over fifty depots and years; one depot is quiet, and has had one in ten thousand of them. The live
board, the list of receipts and the counter's number of unsigned ones are asked for by somebody who sees every place, by one of a busy depot and by one
of the quiet one.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from countermark.bench.count import _timed
from countermark.bench.load import _set_up

DEPOTS, QUIET_ONE_IN, UNSIGNED_ONE_IN, RECEIVED_ONE_IN = 50, 10_000, 500, 20
TIMES = 5
WHO = ("all", "busy", "quiet")
PAGES = ("board", "receipts", "unsigned")
INDEXES = ("stockpile_subject_since", "stockpile_subject_newest")
START = datetime(2020, 1, 1, tzinfo=UTC)


def run(sizes: Sequence[int], database_url: str) -> dict[str, Any]:
    """Measures every size on one store. Sets Django up on the store, so it must not be set up yet."""
    with tempfile.TemporaryDirectory(prefix="countermark-bench-") as name:
        _set_up(database_url or f"sqlite://{name}/store.db", Path(name))
        return measure(sizes)


def measure(sizes: Sequence[int]) -> dict[str, Any]:
    """Measures every size, the smallest first, on the store at hand."""
    from django.db import connection

    places = _places()
    found: list[dict[str, Any]] = []
    for size in sizes:
        _fill(found[-1]["receipts"] if found else 0, size, places)
        _without_indexes(drop=True)
        before = _pages(places)
        _without_indexes(drop=False)
        found.append({"receipts": size, "without": before, "with": _pages(places)})
    return {"database": connection.vendor, "sizes": found}


def _places() -> list[str]:
    """The depots, the quiet one last; each has somebody who sees it alone."""
    from countermark.accounts import services as accounts
    from countermark.accounts.models import Place
    from countermark.ledger.services import NODE

    names = [f"Depot {number}" for number in range(DEPOTS + 1)]
    for name in names:
        accounts.add_place(name, by=NODE)
    for who, place in zip(WHO, (None, names[0], names[-1]), strict=True):
        accounts.add_user(who, ["armourer"], place, "a-long-password", by=NODE)
    by_name = dict(Place.objects.values_list("name", "pk"))
    return [by_name[name] for name in names]


def _fill(start: int, end: int, places: Sequence[str]) -> None:
    from django.db import connection

    from countermark.stockpile.models import SubjectRow

    def rows() -> Iterator[SubjectRow]:
        empty = dict.fromkeys(("parent", "person", "due", "finding", "by", "log"), "")
        for at in range(start, end):
            time = (START + timedelta(minutes=at * 5)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            place = places[-1] if at % QUIET_ONE_IN == 0 else places[at % DEPOTS]
            direction = "in" if at % RECEIVED_ONE_IN == 0 else ("out", "back")[at % 2]
            value = {"direction": direction, "items": [f"{at:032x}"] * 3, "person": "", "store": place}
            state = "signed" if at % UNSIGNED_ONE_IN else "open"
            yield SubjectRow(
                kind="receipt", key=f"HR{at:09d}", state=state, place=place, since=time, time=time, acts=1, value=value, **empty
            )  # fmt: skip

    SubjectRow.objects.bulk_create(rows(), batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _without_indexes(*, drop: bool) -> None:
    from django.db import connection

    from countermark.stockpile.models import SubjectRow

    with connection.schema_editor() as editor:
        for index in (one for one in SubjectRow._meta.indexes if one.name in INDEXES):  # noqa: SLF001
            (editor.remove_index if drop else editor.add_index)(SubjectRow, index)


def _pages(places: Sequence[str]) -> dict[str, dict[str, float]]:
    """The median time of each thing asked, in ms, by who asks."""
    from countermark.accounts.models import User
    from countermark.stockpile import live
    from countermark.stockpile.views import common
    from countermark.stockpile.views.receipts import SHOWN

    def newest(user: User) -> int:
        return len(common.receipts_of(user, SHOWN))

    asked: dict[str, Callable[[User], Any]] = {"board": live.board, "receipts": newest, "unsigned": common.unsigned}
    found: dict[str, dict[str, float]] = {}
    for who in WHO:
        user = User.objects.get(username=who)
        found[who] = {
            name: median(_timed(partial(ask, user))[1].wall for _ in range(TIMES)) * 1e3 for name, ask in asked.items()
        }
    return found


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"the newest of many receipts on {figures['database']}, in ms: without their indexes / with them"
    for one in figures["sizes"]:
        for who in WHO:
            told = "  ".join(f"{page} {one['without'][who][page]:.1f} / {one['with'][who][page]:.1f}" for page in PAGES)
            yield f"{one['receipts']:>9,} receipts, who sees {who}: {told}"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="10000,100000,500000", help="receipts, the smallest first")
    options.add_argument("--database-url", default="", help="an empty store (default: a temporary SQLite file)")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(argv)
    figures = run([int(size) for size in asked.sizes.split(",")], asked.database_url)
    print(json.dumps(figures) if asked.json else "\n".join(lines(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
