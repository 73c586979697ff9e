"""Marks in memory give the answers of the table, also with what has been written since on top of them."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from countermark.bench import generator, readings, trace
from countermark.tracing import arrays, index
from countermark.tracing.arrays import ArrayStore, Layered
from countermark.tracing.search.answers import search
from countermark.tracing.search.question import Options
from countermark.tracing.store import SqlStore, Store, settled, sqlite_store


@pytest.fixture(scope="module")
def world() -> trace.World:
    return trace.world_of(generator.generate(5000, seed=9), seed=9)


@pytest.fixture
def database(world: trace.World, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = trace.load_sqlite(tmp_path / "marks.db", world.rows)
    yield connection
    connection.close()


@pytest.fixture
def table(database: sqlite3.Connection) -> SqlStore:
    return sqlite_store(database)


def in_memory(table: SqlStore) -> ArrayStore:
    return arrays.gathered(table.pages(700), settled(table))


def answers(store: Store, world: trace.World) -> list[object]:
    samples = readings.samples(world.weapons, world.present, 120, seed=3)
    found = [search(store, world.reference, sample.query, Options(limit=300)) for sample in samples]
    return [(a.outcome, a.not_registered, a.candidates, a.restore_next, a.limited) for a in found]


def test_marks_in_memory_answer_as_the_table_does(world: trace.World, table: SqlStore) -> None:
    assert answers(in_memory(table), world) == answers(table, world)


def test_an_empty_table_makes_empty_arrays(world: trace.World, tmp_path: Path) -> None:
    connection = trace.load_sqlite(tmp_path / "none.db", [])
    query = readings.samples(world.weapons, world.present, 1, seed=1)[0].query
    answer = search(in_memory(sqlite_store(connection)), world.reference, query)
    assert answer.candidates == ()
    assert answer.outcome == "none"
    connection.close()


def test_pages_that_are_not_in_order_are_refused(table: SqlStore) -> None:
    first, *others = table.pages(700)
    with pytest.raises(ValueError, match="order"):
        arrays.gathered([*others, first], settled(table))


def rewritten(database: sqlite3.Connection, weapons: list[int], seed: int) -> None:
    """Some weapons lose their marks, others get those of a neighbour, others another maker."""
    places = ", ".join("?" * len(index.COLUMNS))
    random = np.random.default_rng(seed)
    for key in weapons:
        rows = [
            index.Row(*row)
            for row in database.execute(
                f"select {', '.join(index.COLUMNS)} from tracing_mark where weapon_key = ?", (key,)
            )
        ]
        change = random.integers(3)
        database.execute("delete from tracing_mark where weapon_key = ?", (key,))
        for row in rows if change else ():
            other = database.execute(
                "select skeleton, rskeleton, canonical from tracing_mark limit 1 offset ?",
                (int(random.integers(4000)),),
            ).fetchone()
            new = row._replace(maker=1) if change == 1 else row._replace(**dict(zip(_MARK, other, strict=True)))
            database.execute(f"insert into tracing_mark values ({places})", new)


_MARK = ("skeleton", "rskeleton", "canonical")


def with_newer(layered: Layered, table: SqlStore, weapons: list[int]) -> Layered:
    touched = np.unique(np.array(weapons, np.int64))
    now = in_memory(table)
    chosen = now.rows_at(np.flatnonzero(np.isin(now.weapon_key, touched)))
    return layered.with_newer(touched, chosen, settled(table))


def test_what_was_written_since_counts_as_it_is_now(
    world: trace.World, database: sqlite3.Connection, table: SqlStore
) -> None:
    layered = arrays.layered(in_memory(table))
    keys = sorted({row.weapon_key for row in world.rows})
    for seed in range(3):
        weapons = np.random.default_rng(seed).choice(keys, 500, replace=False).tolist()
        rewritten(database, weapons, seed)
        layered = with_newer(layered, table, weapons)
    assert answers(layered, world) == answers(table, world)


def test_a_weapon_without_marks_any_more_is_not_found(
    world: trace.World, database: sqlite3.Connection, table: SqlStore
) -> None:
    layered, gone = arrays.layered(in_memory(table)), world.rows[0]
    database.execute("delete from tracing_mark where weapon_key = ?", (gone.weapon_key,))
    layered = with_newer(layered, table, [gone.weapon_key])
    found = layered.lookup(np.array([gone.skeleton]), 100)
    assert gone.weapon_key not in found.weapon_key.tolist()


def test_no_more_marks_are_brought_than_asked_for(table: SqlStore, world: trace.World) -> None:
    weapons = [row.weapon_key for row in world.rows[:200]]
    found = with_newer(arrays.layered(in_memory(table)), table, weapons).span(0, 2**60, (), 50)
    assert len(found.text) == 50
    assert found.limited
