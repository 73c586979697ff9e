"""`countermark bench trace`: recall, calibration and latency of tracing, next to its peers, in one run.

countermark bench trace --n 100000 --queries 500 --seed 1 --peers plain,filtered,exhaustive,fts5,tantivy
"""

import argparse
import json
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countermark.bench import generator, peers, readings, report, shapes
from countermark.bench.measure import System, interleaved
from countermark.bench.readings import Sample
from countermark.marks import skeleton
from countermark.marks.posterior import Spelling, Spellings
from countermark.register.rows import code_of
from countermark.tracing import arrays, ends, index, sieve
from countermark.tracing.arrays import ArrayStore, Layered
from countermark.tracing.ends import Answered
from countermark.tracing.instep import InStep
from countermark.tracing.search.answers import Answer, search
from countermark.tracing.search.question import Options, Query, Reference, understand
from countermark.tracing.search.steps import find
from countermark.tracing.store import Rows, Sieving, SqlStore, Store, postgres_store, settled, sqlite_store

HELD_OUT = 0.03
"""Share of the invented weapons that are not put in the register: the readings of absent weapons come from them."""

LEAST_OPEN = 2000
"""Readings for the open world: with 500, chance alone gives an honest ranking a calibration error of .03."""

PEERS = ("plain", "filtered", "exhaustive", "alone", "fts5", "pg_trgm", "tantivy")


@dataclass(frozen=True)
class World:
    """A register in the search table, and what is true about all weapons, held out ones included."""

    weapons: generator.Register
    keys: NDArray[np.int64]
    present: NDArray[np.int64]
    absent: NDArray[np.int64]
    rows: list[index.Row]
    reference: Reference


def reference_of(register: generator.Register) -> Reference:
    """Maker and calibre spellings, with the share of marks each has."""
    marks = np.bincount(register.maker, minlength=len(register.makers))
    makers: list[Spelling] = []
    for group, maker in enumerate(register.makers):
        makers.append(Spelling(code_of(maker.name), maker.name, group, float(marks[group])))
        makers += [Spelling(code_of(alias), alias, group, 0.0) for alias in maker.aliases]
    of_calibre = np.bincount(register.calibre, minlength=len(generator.CALIBRES))
    calibres = [Spelling(code_of(text), text, i, float(of_calibre[i])) for i, text in enumerate(generator.CALIBRES)]
    return Reference(Spellings(tuple(makers)), Spellings(tuple(calibres)))


def world_of(weapons: generator.Register, seed: int, held_out: float = HELD_OUT, *, rows: bool = True) -> World:
    """Hold weapons out at random and index the others; without `rows` these are left to `load_in_parts`."""
    n = int(weapons.weapon.max()) + 1
    out = np.random.default_rng(seed + 5).random(n) < held_out
    keys = generator.weapon_keys(n, seed)
    present, absent = np.flatnonzero(~out[weapons.weapon]), np.flatnonzero(out[weapons.weapon])
    register = weapons.take(present)
    return World(
        weapons, keys, present, absent, generator.columns(register, keys) if rows else [], reference_of(register)
    )


def load_sqlite(path: Path, rows: Sequence[index.Row]) -> sqlite3.Connection:
    """The search tables in a new SQLite file."""
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma cache_size = -200000")
    connection.execute("pragma mmap_size = 30000000000")
    for statement in index.ddl("sqlite"):
        connection.execute(statement)
    connection.executemany(f"insert into tracing_mark values ({', '.join('?' * len(index.COLUMNS))})", rows)
    connection.executemany("insert into tracing_pattern values (?, ?)", _patterns(rows).items())
    connection.commit()
    return connection


PART = 500_000
"""Marks that are made and put aside at a time where a register is too large to be held as rows."""


def load_in_parts(path: Path, world: World) -> tuple[sqlite3.Connection, Sieving]:
    """The search tables of a world without rows in a new SQLite file, sorted there, and their sieve."""
    connection = load_sqlite(path, [])
    connection.execute("pragma journal_mode = off")
    connection.execute("create table aside as select * from tracing_mark")
    patterns: Counter[int] = Counter()
    keys = []
    for start in range(0, len(world.present), PART):
        rows = generator.columns(world.weapons.take(world.present[start : start + PART]), world.keys)
        connection.executemany(f"insert into aside values ({', '.join('?' * len(index.COLUMNS))})", rows)
        patterns.update(_patterns(rows))
        keys.append(np.fromiter((row.skeleton for row in rows), np.int64, len(rows)))
    connection.execute("insert into tracing_mark select * from aside order by skeleton, weapon_key, number")
    connection.execute("drop table aside")
    connection.executemany("insert into tracing_pattern values (?, ?)", patterns.items())
    connection.commit()
    made = sieve.of_keys(keys, len(world.present))
    return connection, lambda marks: made


def _patterns(rows: Sequence[index.Row]) -> dict[int, int]:
    return dict(Counter(skeleton.pattern(row.canonical) for row in rows))


def load_postgres(url: str, rows: Sequence[index.Row]) -> Any:
    """The search tables in schema `countermark_bench` of a PostgreSQL database, made anew."""
    import psycopg

    connection = psycopg.connect(url, autocommit=True)
    connection.execute("drop schema if exists countermark_bench cascade")
    connection.execute("create schema countermark_bench")
    connection.execute("set search_path to countermark_bench, public")
    for statement in index.ddl("postgresql"):
        connection.execute(statement.encode())
    with connection.cursor().copy(f"copy tracing_mark ({', '.join(index.COLUMNS)}) from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)
    connection.cursor().executemany("insert into tracing_pattern values (%s, %s)", list(_patterns(rows).items()))
    connection.execute("vacuum analyze tracing_mark")
    return connection


def sieving(rows: Sequence[index.Row]) -> Sieving:
    """The sieve that a process which traces much keeps of its store."""
    keys = np.fromiter((row.skeleton for row in rows), np.int64, len(rows))
    made = sieve.of_keys([keys], len(keys))
    return lambda marks: made


def bytes_per_mark(connection: Any, n: int, vendor: index.Vendor) -> float:
    """Of the whole SQLite file, or of the PostgreSQL indexes."""
    if vendor == "sqlite":
        ((size,),) = connection.execute("select sum(pgsize) from dbstat where name like 'tracing%'").fetchall()
    else:
        ((size,),) = connection.execute("select pg_indexes_size('tracing_mark'::regclass)").fetchall()
    return float(size) / n


def ours(store: Store, world: World, options: Options) -> Callable[[Sample], Answer]:
    """The search under test."""
    return lambda sample: search(store, world.reference, sample.query, options)


def served(now: Callable[[], Store], world: World, options: Options) -> Callable[[Sample], Answer]:
    """The same in a server that keeps the marks in memory."""
    return lambda sample: search(now(), world.reference, sample.query, options)


@dataclass
class Asked:
    """A way of ours to search that keeps its answers."""

    find: Callable[[Sample], Answer]
    answers: dict[Sample, Answer] = field(default_factory=dict)

    def __call__(self, sample: Sample) -> list[int]:
        """Weapon keys, best first."""
        answer = self.find(sample)
        self.answers[sample] = answer
        return [candidate.weapon_key for candidate in answer.candidates]

    def calibration(self, world: World) -> report.Calibration:
        """How honest all probabilities are, every weapon being registered."""
        pairs = [
            (candidate.probability, candidate.weapon_key == int(world.keys[sample.weapon]))
            for sample, answer in self.answers.items()
            for candidate in answer.candidates
        ]
        return report.calibration([p for p, _ in pairs], [right for _, right in pairs])


def truth_of(samples: Sequence[Sample], world: World) -> list[int]:
    """The keys of the weapons that were read."""
    return [int(world.keys[sample.weapon]) for sample in samples]


def open_world(
    samples: Sequence[tuple[Sample, bool]], world: World, find: Callable[[Sample], Answer]
) -> report.Calibration:
    """Calibration of the best candidate when some of the weapons read are not registered."""
    predicted, right = [], []
    for sample, present in samples:
        candidates = find(sample).candidates
        predicted.append(candidates[0].probability if candidates else 0.0)
        right.append(bool(candidates) and present and candidates[0].weapon_key == int(world.keys[sample.weapon]))
    return report.calibration(predicted, right)


def open_samples(world: World, n: int, share: float, seed: int) -> list[tuple[Sample, bool]]:
    """n readings, a share of them of weapons that are not registered."""
    absent = int((np.random.default_rng(seed).random(n) < share).sum())
    there = readings.samples(world.weapons, world.present, n - absent, seed + 1)
    not_there = readings.samples(world.weapons, world.absent, absent, seed + 2)
    return [(sample, True) for sample in there] + [(sample, False) for sample in not_there]


def several_marks(
    weapons: Sequence[readings.Several], world: World, find: Callable[[Query], Answer]
) -> dict[str, dict[str, float]]:
    """Recall by weapon where frame and barrel were read, by whose barrel it is, and how often that is told rightly.

    `frame_alone`: recall@1 without the barrel. `named`: of the weapons found, the share whose barrel is said to be another
    weapon's; `donor`: the share where that weapon is the right one.
    """
    figures: dict[str, dict[str, float]] = {}
    for name in ("own barrel", "foreign barrel"):
        chosen = [one for one in weapons if (one.donor is not None) == (name == "foreign barrel")]
        told = [_told(one, world, find) for one in chosen]
        found = [one for one in told if one.first] or told
        figures[name] = {
            "n": len(told),
            "recall@1": float(np.mean([one.first for one in told])),
            "recall@10": float(np.mean([one.among for one in told])),
            "frame_alone": float(np.mean([_first(one.frame_only, one, world, find) for one in chosen])),
            "named": float(np.mean([one.named for one in found])),
            "donor": float(np.mean([one.donor for one in found])),
        }
    return figures


class _Told(NamedTuple):
    first: bool
    among: bool
    named: bool
    donor: bool


def _told(one: readings.Several, world: World, find: Callable[[Query], Answer]) -> _Told:
    candidates = find(one.query).candidates
    key = int(world.keys[one.weapon])
    parts = [c for c in candidates[0].conflicts if c.why == "foreign_part" and c.reading == 1] if candidates else []
    donor = None if one.donor is None else int(world.keys[one.donor])
    return _Told(
        bool(candidates) and candidates[0].weapon_key == key,
        key in [candidate.weapon_key for candidate in candidates],
        bool(parts),
        any(part.weapon_key == donor for part in parts),
    )


def _first(query: Query, one: readings.Several, world: World, find: Callable[[Query], Answer]) -> bool:
    candidates = find(query).candidates
    return bool(candidates) and candidates[0].weapon_key == int(world.keys[one.weapon])


def build_peers(
    names: Sequence[str], world: World, folder: Path, database_url: str | None, found: Callable[[Sample], Rows]
) -> list[peers.Peer]:
    """The peers asked for that can be built here; `found` gives the marks our own search looks at."""
    marks = peers.Marks.of(world.rows, world.reference)
    chosen: list[peers.Peer] = []
    for name in names:
        if name == "plain":
            chosen.append(peers.Plain(marks))
        elif name == "filtered":
            chosen.append(peers.Filtered(marks))
        elif name == "exhaustive":
            chosen.append(peers.Exhaustive(marks))
        elif name == "alone":
            chosen += [peers.Alone(world.reference, found, filtered) for filtered in (False, True)]
        elif name == "fts5":
            chosen.append(peers.Fts5(marks, folder / "fts.db"))
        elif name == "tantivy":
            chosen += [peers.Tantivy(marks, folder / "tantivy", distance) for distance in (1, 2)]
        elif name == "pg_trgm" and database_url:
            import psycopg

            chosen.append(peers.Trigram(marks, psycopg.connect(database_url, autocommit=True)))
    return chosen


def found_by(store: Store, world: World) -> Callable[[Sample], Rows]:
    """The marks our search weighs for a reading."""

    def rows(sample: Sample) -> Rows:
        (heard,), query = understand(sample.query, world.reference)
        return find(store, world.reference, store.known(), heard, query, Options()).rows

    return rows


def in_memory(table: SqlStore) -> ArrayStore:
    """The marks of a table as sorted arrays, with the table's sieve."""
    return arrays.gathered(table.pages(PAGE), settled(table))


PAGE = 50_000
"""Marks read at once."""

SPAN = 1 << 40
"""Positions of one log in the ledger."""


def in_step(connection: Any, vendor: index.Vendor, store: Layered) -> Callable[[], Store]:
    """Marks in memory, as a server asks for them: at each search the database is asked first whether its logs still end where they did."""
    marker, blob = ("?", "blob") if vendor == "sqlite" else ("%s", "bytea")
    cursor = connection.cursor()
    cursor.execute("create table invented_log (id smallint primary key, folded integer not null)")
    cursor.execute(f"create table invented_entry (id bigint primary key, leaf {blob} not null)")
    cursor.execute("insert into invented_log values (1, 0)")
    entries = [(SPAN + number, number.to_bytes(32, "big")) for number in range(LOGGED)]
    cursor.executemany(f"insert into invented_entry values ({marker}, {marker})", entries)
    for name in ("log", "entry"):
        cursor.execute(f"create view ledger_{name} as select * from invented_{name}")
    connection.commit()
    meanwhile = vendor == "postgresql"
    ask = partial(ends.asked_meanwhile, connection.pgconn, SPAN) if meanwhile else partial(_asked_at_once, cursor)
    read_at = ask()()
    return lambda: InStep(store, read_at, ask(), _changed)


def _asked_at_once(cursor: sqlite3.Cursor) -> Answered:
    found = ends.ends_of(cursor.execute(ends.ASKED.replace("%s", "?"), (SPAN, SPAN)).fetchall(), SPAN)
    return lambda: found


def _changed() -> Store:
    raise RuntimeError("The invented logs have changed.")


LOGGED = 10_000
"""Entries of the invented log."""


def screening(store: Store, world: World, n: int, seed: int) -> dict[str, float]:
    """Seconds for n readings in one process over sorted arrays."""
    queries = [sample.query for sample in readings.samples(world.weapons, world.present, n, seed)]
    at, worked = perf_counter(), process_time()
    for query in queries:
        search(store, world.reference, query)
    return {"readings": n, "seconds": perf_counter() - at, "cpu_seconds": process_time() - worked}


def generated(arguments: argparse.Namespace, marks: int, *, rows: bool = True) -> World:
    """A world of about so many marks."""
    wanted = int(marks / (1 - HELD_OUT))
    if arguments.real:
        return world_of(shapes.generate(arguments.real, wanted, arguments.seed), arguments.seed, rows=rows)
    return world_of(generator.generate(wanted, arguments.seed, arguments.alphabet), arguments.seed, rows=rows)


def table_alone(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """The search table alone, on SQLite, next to a smaller one: how latency grows with the register."""
    world = generated(arguments, arguments.n, rows=False)
    say(f"{len(world.present)} marks made")
    samples = readings.samples(world.weapons, world.present, arguments.queries, arguments.seed + 10)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        connection, sifted = load_in_parts(Path(folder) / "marks.db", world)
        size = bytes_per_mark(connection, len(world.present), "sqlite")
        say(f"sqlite: {size:.0f} bytes a mark")
        systems = _on_sqlite("", connection, sifted, world, samples)
        if arguments.beside:
            systems += _beside(arguments, Path(folder))
        say("marks read into memory")
        results = interleaved(systems, arguments.seconds, arguments.seed)
    say(report.table(results, range(1)))
    return {
        "marks": len(world.present), "bytes_per_mark": size, "results": [report.as_json(result) for result in results],
    }  # fmt: skip


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Build the register, measure, return the figures."""
    if arguments.table_alone:
        return table_alone(arguments, say)
    world = generated(arguments, arguments.n)
    figures: dict[str, Any] = {"marks": len(world.rows), "queries": arguments.queries, "seed": arguments.seed}
    with tempfile.TemporaryDirectory() as folder:
        say(f"{len(world.rows)} marks made")
        _measure(arguments, world, Path(folder), figures, say)
    return figures


def _measure(
    arguments: argparse.Namespace, world: World, folder: Path, figures: dict[str, Any], say: Callable[[str], None]
) -> None:
    samples = readings.samples(world.weapons, world.present, arguments.queries, arguments.seed + 10)
    truth = truth_of(samples, world)
    closed = Options(absent_prior=0.0)
    sqlite = load_sqlite(folder / "marks.db", world.rows)
    sifted = sieving(world.rows)
    store = sqlite_store(sqlite, sifted)
    figures["sqlite"] = {"bytes_per_mark": bytes_per_mark(sqlite, len(world.rows), "sqlite")}
    kept = arrays.layered(in_memory(store))
    servers = {"SQLite": in_step(sqlite, "sqlite", kept)}
    tables = {"SQLite": store}
    backends: dict[str, int] = {}
    if arguments.database_url:
        postgres = load_postgres(arguments.database_url, world.rows)
        figures["postgresql"] = {"bytes_per_mark": bytes_per_mark(postgres, len(world.rows), "postgresql")}
        servers["PostgreSQL"] = in_step(postgres, "postgresql", kept)
        tables["PostgreSQL"] = postgres_store(postgres, sifted)
        backends["PostgreSQL"] = postgres.info.backend_pid
    asked: dict[str, Asked] = {}
    systems: list[System] = []
    for name, now in servers.items():
        for explain in (True, False):
            find = Asked(served(now, world, replace(closed, explain=explain)))
            label = f"countermark, {name}{'' if explain else ', no reasons'}"
            systems.append(System(label, find, samples, truth, backends.get(name)))
        table = asked[name.lower()] = Asked(ours(tables[name], world, closed))
        systems.append(System(f"countermark, {name}, by the table", table, samples, truth, backends.get(name)))
    mine = range(len(systems))
    one_edit = Asked(served(servers["SQLite"], world, replace(closed, two_edits="never")))
    systems.append(System("countermark, SQLite, one edit only", one_edit, samples, truth))
    systems.append(
        System("countermark, SQLite, no sieve", Asked(ours(sqlite_store(sqlite), world, closed)), samples, truth)
    )
    if arguments.beside:
        systems += _beside(arguments, folder)
    systems += [
        System(peer.name, peer.search, samples, truth, peers.backend_of(peer), "not timed" in peer.name)
        for peer in build_peers(arguments.peers, world, folder, arguments.database_url, found_by(store, world))
    ]
    results = interleaved(systems, arguments.seconds, arguments.seed)
    for name, one in asked.items():
        honest = one.calibration(world)
        figures[name]["closed"] = report.as_json(honest)
        say(f"{name}: {figures[name]['bytes_per_mark']:.0f} bytes a mark")
        say(report.calibration_table(f"{name}, closed world", honest))
    figures["open"] = _open(arguments, world, store, say)
    figures["several"] = _several(arguments, world, store, say)
    figures["results"] = [report.as_json(result) for result in results]
    say(report.table(results, mine))
    if arguments.screen:
        figures["screening"] = screening(kept, world, arguments.screen, arguments.seed + 30)
        say(f"screening: {figures['screening']}")


def _open(arguments: argparse.Namespace, world: World, store: Store, say: Callable[[str], None]) -> dict[str, object]:
    outside = open_samples(world, max(arguments.queries, LEAST_OPEN), arguments.open_world, arguments.seed + 20)
    doubtful = Options(absent_prior=arguments.open_world)
    unregistered = open_world(outside, world, ours(store, world, doubtful))
    say(report.calibration_table(f"open world, {arguments.open_world:.0%} absent", unregistered))
    return report.as_json(unregistered)


def _several(
    arguments: argparse.Namespace, world: World, store: Store, say: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    weapons = readings.several(world.weapons, world.present, arguments.queries, arguments.seed + 40)
    figures = several_marks(
        weapons, world, lambda query: search(store, world.reference, query, Options(absent_prior=0.0))
    )
    for name, one in figures.items():
        shown = "  ".join(f"{what} {value:.3f}" for what, value in one.items() if what != "n")
        say(f"frame and barrel read, {name}: n {one['n']:.0f}  {shown}")
    return figures


def _beside(arguments: argparse.Namespace, folder: Path) -> list[System]:
    """The same search on a register of another size, for growth."""
    world = generated(arguments, arguments.beside)
    connection = load_sqlite(folder / "beside.db", world.rows)
    samples = readings.samples(world.weapons, world.present, arguments.queries, arguments.seed + 10)
    return _on_sqlite(f", {arguments.beside} marks", connection, sieving(world.rows), world, samples)


def _on_sqlite(
    of: str, connection: sqlite3.Connection, sifted: Sieving, world: World, samples: Sequence[Sample]
) -> list[System]:
    """The two ways to search a register on SQLite: with its marks in memory, and by its table."""
    table, closed = sqlite_store(connection, sifted), Options(absent_prior=0.0)
    now = in_step(connection, "sqlite", arrays.layered(in_memory(table)))
    truth = truth_of(samples, world)
    return [
        System(f"countermark, SQLite{of}", Asked(served(now, world, closed)), samples, truth),
        System(f"countermark, SQLite, by the table{of}", Asked(ours(table, world, closed)), samples, truth),
    ]


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(prog="countermark bench trace", description=__doc__)
    options.add_argument("--n", type=int, default=100_000, help="marks in the register")
    options.add_argument("--queries", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--alphabet", choices=sorted(generator.ALPHABETS), default="mixed")
    options.add_argument("--real", type=Path, help="folder with the table of serial shapes that were really seized")
    options.add_argument("--open-world", type=float, default=0.15, help="share of readings of weapons not registered")
    options.add_argument("--database-url", help="a scratch PostgreSQL database; schema countermark_bench is made anew")
    options.add_argument(
        "--peers", type=lambda text: [p for p in text.split(",") if p], default=[], help=", ".join(PEERS)
    )
    options.add_argument("--beside", type=int, default=0, help="also a register of so many marks, for growth")
    options.add_argument("--screen", type=int, default=0, help="also so many readings as one batch, over sorted arrays")
    options.add_argument("--seconds", type=float, default=120.0, help="most time for one way to search")
    options.add_argument(
        "--table-alone",
        action="store_true",
        help="only the search table on SQLite, made in parts: for very large registers",
    )
    options.add_argument("--folder", type=Path, help="where the table is made; as large as the register")
    options.add_argument("--json", action="store_true")
    return options


def _say(text: str) -> None:
    print(text, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its figures."""
    arguments = parser().parse_args(argv)
    say: Callable[[str], None] = (lambda text: None) if arguments.json else _say
    figures = run(arguments, say)
    if arguments.json:
        json.dump(figures, sys.stdout)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
