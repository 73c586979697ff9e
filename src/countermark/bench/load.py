"""`countermark bench load`: rows a second of the whole path into a store, next to the raw database in the same run.

    python -m countermark.bench.load --rows 100000 --seed 1

The whole path reads a register file (or, with `--events`, an events file), checks it, makes events, hashes them, appends them to
the log and folds every view. The raw database takes rows of the same marks with two live indexes and a SHA-256 each, in
batches of 10,000, every batch synchronous: what nothing that keeps the same promises can surpass.
"""

import argparse
import csv
import json
import multiprocessing
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

BATCH = 10_000

RawRow = tuple[int, int, int, int, int, int, str, int, bytes]


def write_register(path: Path, rows: int, seed: int) -> None:
    """An invented register file of about `rows` rows, one a mark, the rows of a weapon together."""
    from countermark.bench import generator

    register = generator.generate(rows, seed)
    order = sorted(range(len(register.text)), key=lambda row: (register.weapon[row], register.number[row]))[:rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["ref", "kind", "maker", "model", "calibre", "country", "year", "component", "mark"])
        for row in order:
            weapon, maker = int(register.weapon[row]), register.makers[register.maker[row]]
            kind, calibre = generator.KINDS[register.kind[row]], generator.CALIBRES[register.calibre[row]]
            model, year = f"M{1900 + int(register.kind[row]) * 7}", 1950 + weapon % 70
            component = generator.COMPONENTS[register.number[row]]
            out.writerow(
                (f"R{weapon:08d}", kind, maker.name, model, calibre, maker.country, year, component, register.text[row])
            )


def write_events(path: Path, register: Path, rows: int) -> None:
    """An invented events file of `rows` rows about the weapons of a register file, four in the life of each."""
    with register.open(encoding="utf-8", newline="") as given, path.open("w", encoding="utf-8", newline="") as file:
        refs = list(dict.fromkeys(row["ref"] for row in csv.DictReader(given)))
        out = csv.writer(file)
        out.writerow(["ref", "event", "date", "from", "to", "place", "document"])
        for number in range(rows):
            ref, turn = refs[number // len(_LIFE) % len(refs)], number // (len(_LIFE) * len(refs))
            event, month, sender, receiver = _LIFE[number % len(_LIFE)]
            unit = f"Unit {number % 997}"
            names = (sender.format(unit), receiver.format(unit), f"Depot {number % 89}")
            out.writerow((ref, event, f"{2001 + turn}-{month:02d}-{1 + number % 28:02d}", *names, f"D-{number:07d}"))


_LIFE = (
    ("import", 1, "Maker's agent", "Central stores"),
    ("transfer", 3, "Central stores", "{}"),
    ("issue", 6, "{}", "Guard of {}"),
    ("return", 9, "Guard of {}", "{}"),
)


def in_own_process(work: Callable[..., None], *arguments: object) -> None:
    """Runs `work` where its memory is not counted as ours."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work.__name__} ended with status {process.exitcode}")


def raw_rows(register: Path) -> list[RawRow]:
    """The marks of a register file as rows of numbers, a text and a digest."""
    from countermark.marks import skeleton
    from countermark.marks.text import canonical
    from countermark.register.rows import code_of
    from countermark.tracing import index

    with register.open(encoding="utf-8", newline="") as file:
        plain = [
            (
                number,
                int(row["ref"][1:]),
                code_of(row["maker"]),
                index.kind_code(row["kind"]),
                code_of(row["calibre"]),
                int(row["year"]),
                row["mark"],
                skeleton.key(canonical(row["mark"])),
            )
            for number, row in enumerate(csv.DictReader(file))
        ]
    return [(*row, b"") for row in plain]


_RAW = "(id integer primary key, wid bigint, maker bigint, type int, cal bigint, year int, txt text, skel bigint, h {blob})"
_RAW_INDEXES = ("create index raw_skel on raw_mark (skel)", "create index raw_weapon on raw_mark (wid)")


def _hashed(rows: Sequence[RawRow]) -> Iterator[RawRow]:
    last = b"\0" * 32
    for row in rows:
        last = sha256(last + b"%d|%d|%d|%d|%d|%d|" % row[:6] + row[6].encode()).digest()
        yield (*row[:8], last)


def raw_sqlite(rows: Sequence[RawRow], directory: Path) -> float:
    """Seconds the bare database takes for the rows."""
    path = directory / "raw.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("pragma journal_mode=wal", "pragma synchronous=full", "pragma cache_size=-500000"):
        connection.execute(statement)
    connection.execute("create table raw_mark " + _RAW.format(blob="blob"))
    for statement in _RAW_INDEXES:
        connection.execute(statement)
    hashed = _hashed(rows)
    start = perf_counter()
    for first in range(0, len(rows), BATCH):
        connection.execute("begin immediate")
        some = (next(hashed) for _ in range(min(BATCH, len(rows) - first)))
        connection.executemany("insert into raw_mark values (?, ?, ?, ?, ?, ?, ?, ?, ?)", some)
        connection.execute("commit")
    seconds = perf_counter() - start
    connection.close()
    path.unlink()
    return seconds


def raw_postgres(rows: Sequence[RawRow], url: str) -> float:
    """Seconds the bare database takes for the rows through COPY."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("create table raw_mark " + _RAW.format(blob="bytea"))
        for statement in _RAW_INDEXES:
            connection.execute(statement)
        connection.commit()
        hashed = _hashed(rows)
        start = perf_counter()
        for first in range(0, len(rows), BATCH):
            with connection.cursor() as cursor, cursor.copy("copy raw_mark from stdin") as copy:
                for _ in range(min(BATCH, len(rows) - first)):
                    copy.write_row(next(hashed))
            connection.commit()
        seconds = perf_counter() - start
        connection.execute("drop table raw_mark")
    return seconds


class Steps:
    """Where the time of a load goes: seconds spent in each named step, inner steps not counted twice."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, its time counted under `name`."""

        def run(*arguments: Any, **options: Any) -> Any:
            start = perf_counter()
            self._inner.append(0.0)
            try:
                return work(*arguments, **options)
            finally:
                took = perf_counter() - start
                self.seconds[name] += took - self._inner.pop()
                self._inner[-1] += took

        return run

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Counts the steps of loads inside."""
        from countermark.ledger import database, services
        from countermark.register import births, projection
        from countermark.register.files import staging
        from countermark.register.loading import naming

        watched = (
            (staging, "stage", "read, check, stage"),
            (services, "append", "entries, hashes, tree, commit"),
            (services, "append_ready", "entries, hashes, tree, commit"),
            (projection.RegisterProjection, "apply", "fold"),
            (projection, "write_births", "rows of views in order"),
            (births, "decoded", "what the helper made, read"),
            (database, "settle", "write-ahead log into the store"),
            (database, "insert_rows", "insert"),
            (naming, "file_digest", "digest of the file"),
        )
        with ExitStack() as stack:
            for owner, attribute, name in watched:
                stack.enter_context(patch.object(owner, attribute, self.timed(name, getattr(owner, attribute))))
            yield


def run(rows: int, seed: int, database_url: str, *, events: bool) -> dict[str, Any]:
    """Measures one load. Sets Django up on the store, so it must not be set up yet."""
    with tempfile.TemporaryDirectory(prefix="countermark-bench-") as name:
        directory = Path(name)
        url = database_url or f"sqlite://{directory}/store.db"
        register, lives = directory / "register.csv", directory / "events.csv"
        in_own_process(write_register, register, max(20, rows // 4) if events else rows, seed)
        if events:
            in_own_process(write_events, lives, register, rows)
        _set_up(url, directory)
        figures = _measure(register, lives if events else None, url)
        raw = raw_rows(register)
        raw = (raw * (rows // len(raw) + 1))[:rows]
        raw = [(number, *row[1:]) for number, row in enumerate(raw)]
        processor = time.process_time()
        seconds = raw_sqlite(raw, directory) if url.startswith("sqlite:") else raw_postgres(raw, url)
    figures["raw_processor_seconds"] = time.process_time() - processor
    figures["raw_rows_per_second"] = len(raw) / seconds
    figures["ratio"] = figures["rows_per_second"] / figures["raw_rows_per_second"]
    return figures


def _set_up(url: str, directory: Path) -> None:
    os.environ["COUNTERMARK_DATABASE_URL"] = url
    os.environ["COUNTERMARK_KEY"] = str(directory / "node.key")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countermark.settings")
    import django

    django.setup()
    from countermark.ledger import schema

    schema.prepare()


def _measure(register: Path, events: Path | None, url: str) -> dict[str, Any]:
    from countermark.ledger.services import NODE
    from countermark.register.loading.events import load_events
    from countermark.register.loading.options import Options
    from countermark.register.loading.weapons import load_weapons

    if events is not None:
        _refuse_bad(load_weapons(register, Options(), by=NODE))
    steps = Steps()
    start, before = perf_counter(), os.times()
    with steps.watching():
        if events is None:
            report = load_weapons(register, Options(), by=NODE)
        else:
            report = load_events(events, Options(), by=NODE)
    seconds, after = perf_counter() - start, os.times()
    _refuse_bad(report)
    shares = {name: took / seconds for name, took in sorted(steps.seconds.items(), key=lambda step: -step[1])}
    shares["other, and waiting for bodies"] = 1 - sum(shares.values())
    return {
        "kind": "weapons" if events is None else "events",
        "database": "sqlite" if url.startswith("sqlite:") else "postgresql",
        "rows": report.rows,
        "entries": report.events,
        "seconds": seconds,
        "rows_per_second": report.rows / seconds,
        "processor_seconds": after.user + after.system - before.user - before.system,
        "helper_processor_seconds": after.children_user
        + after.children_system
        - before.children_user
        - before.children_system,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "helper_peak_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "shares": shares,
    }


def _refuse_bad(report: Any) -> None:
    if report.refused:
        raise RuntimeError(f"{report.refused} rows refused, the first: {report.errors[0]}")


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"{figures['rows']:,} rows of {figures['kind']} on {figures['database']}: {figures['entries']:,} entries"
    yield f"  whole path    {figures['rows_per_second']:10,.0f} rows/s ({figures['seconds']:.1f} s)"
    yield f"  raw database  {figures['raw_rows_per_second']:10,.0f} rows/s; ratio 1/{1 / figures['ratio']:.1f}"
    here, helpers, raw = (figures[f"{name}_seconds"] for name in ("processor", "helper_processor", "raw_processor"))
    yield f"  processor     {here:.1f} s here, {helpers:.1f} s in helpers; raw {raw:.1f} s"
    yield f"  peak memory   {figures['peak_mib']:.0f} MiB here, {figures['helper_peak_mib']:.0f} MiB in the largest helper"
    for name, share in figures["shares"].items():
        yield f"  {share:6.1%}  {name}"


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database-url", default="", help="an empty store (default: a temporary SQLite file)")
    options.add_argument("--events", action="store_true")
    options.add_argument("--json", action="store_true")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints its figures."""
    arguments = parser().parse_args(argv)
    figures = run(arguments.rows, arguments.seed, arguments.database_url, events=arguments.events)
    print(json.dumps(figures) if arguments.json else "\n".join(lines(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
