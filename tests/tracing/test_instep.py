"""Marks in memory count only if the logs still end where they did when the marks were read."""

from pathlib import Path

import pytest

from countermark.bench import generator, readings, trace
from countermark.tracing import arrays
from countermark.tracing.arrays import Layered
from countermark.tracing.ends import Answered, End, Ends
from countermark.tracing.instep import InStep
from countermark.tracing.search.answers import search
from countermark.tracing.store import sqlite_store

THEN: Ends = {1: End(7, b"\1" * 32, 0)}
NOW: Ends = {1: End(8, b"\2" * 32, 0)}


@pytest.fixture(scope="module")
def world() -> trace.World:
    return trace.world_of(generator.generate(500, seed=9), seed=9)


def layered(path: Path, world: trace.World, *, every: bool) -> Layered:
    """The marks of the world in memory, or none of them."""
    connection = trace.load_sqlite(path, world.rows if every else [])
    marks = arrays.layered(trace.in_memory(sqlite_store(connection)))
    connection.close()
    return marks


def answered(found: Ends) -> Answered:
    return lambda: found


def first(store: InStep, world: trace.World) -> list[int]:
    sample = next(s for s in readings.samples(world.weapons, world.present, 50, 1) if s.damage == "exact")
    return [candidate.weapon_key for candidate in search(store, world.reference, sample.query).candidates[:1]]


def test_what_was_found_counts_where_the_logs_end_as_before(world: trace.World, tmp_path: Path) -> None:
    every = layered(tmp_path / "marks.db", world, every=True)
    store = InStep(every, THEN, answered(THEN), lambda: pytest.fail("nothing has changed"))
    assert first(store, world)


def test_a_search_is_made_again_where_the_logs_have_grown_meanwhile(world: trace.World, tmp_path: Path) -> None:
    none = layered(tmp_path / "none.db", world, every=False)
    every = layered(tmp_path / "marks.db", world, every=True)
    assert first(InStep(none, THEN, answered(NOW), lambda: every), world) == first(
        InStep(every, THEN, answered(THEN), lambda: every), world
    )


def test_the_answer_of_the_database_is_taken_once(world: trace.World, tmp_path: Path) -> None:
    asked: list[int] = []

    def once() -> Ends:
        asked.append(1)
        return THEN

    none = layered(tmp_path / "none.db", world, every=False)
    store = InStep(none, THEN, once, lambda: pytest.fail("nothing has changed"))
    assert [store.has_changed(), store.has_changed(), store.close()] == [False, False, None]
    assert asked == [1]
