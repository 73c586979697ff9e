"""The accelerator gives the answers of the table."""

import sqlite3
from pathlib import Path

import pytest

from countermark.bench import generator, readings, trace
from countermark.tracing import arrays
from countermark.tracing.search import Options, search
from countermark.tracing.store import SqlStore, Store, sqlite_store


@pytest.fixture(scope="module")
def world() -> trace.World:
    return trace.world_of(generator.generate(5000, seed=9), seed=9)


@pytest.fixture
def table(world: trace.World, tmp_path: Path) -> SqlStore:
    connection: sqlite3.Connection = trace.load_sqlite(tmp_path / "marks.db", world.rows)
    return sqlite_store(connection)


def answers(store: Store, world: trace.World) -> list[object]:
    samples = readings.samples(world.weapons, world.present, 120, seed=3)
    found = [search(store, world.reference, sample.query, Options()) for sample in samples]
    return [(a.outcome, a.not_registered, a.candidates, a.restore_next, a.limited) for a in found]


def test_arrays_answer_as_the_table_does(world: trace.World, table: SqlStore) -> None:
    assert answers(arrays.build(world.rows), world) == answers(table, world)


def test_mapped_arrays_answer_as_those_in_memory(world: trace.World, tmp_path: Path) -> None:
    built = arrays.build(world.rows)
    built.save(tmp_path / "arrays")
    assert answers(arrays.load(tmp_path / "arrays"), world) == answers(built, world)


def test_an_empty_table_makes_empty_arrays(world: trace.World) -> None:
    answer = search(
        arrays.build([]), world.reference, readings.samples(world.weapons, world.present, 1, seed=1)[0].query
    )
    assert answer.candidates == ()
    assert answer.outcome == "none"
