"""What a process keeps of a store is made in a thread of its own, while the searches go on."""

import threading
from collections.abc import Iterator

import pytest

from countermark.ledger.services import Actor
from countermark.register import services as register
from countermark.tracing import kept, queries
from countermark.tracing.queries import query_of

RIFLE = {"kind": "rifle", "maker": "Imbel", "model": "M964", "calibre": "7.62x51mm", "country": "BR"}


def best(reading: str) -> str:
    answer = queries.trace(query_of([("", reading, "")])).as_dict("q")
    return str(answer["candidates"][0]["ref"])


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kept, "LEAST_MARKS", 1)
    monkeypatch.setattr(kept, "PATIENCE", 2)
    kept.forget()
    yield
    kept.forget()


def asked_twice(reading: str) -> list[str]:
    """Asks until something is made, and waits for that."""
    before = set(threading.enumerate())
    found = [best(reading) for _ in range(2)]
    for aside in set(threading.enumerate()) - before:
        aside.join(timeout=30)
    return found


@pytest.mark.usefixtures("store")
def test_a_process_that_asks_much_makes_it_aside() -> None:
    register.add_weapon("A1", RIFLE, [{"component": "frame", "mark": "TKD48213"}], by=Actor("clerk"))
    found = asked_twice("TKD4B213")
    assert kept.is_made()
    assert [*found, best("TKD4B213")] == ["A1"] * 3


@pytest.mark.usefixtures("store")
def test_what_was_just_made_is_not_made_anew_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "REST", 10**9)
    monkeypatch.setattr(kept, "MOST_NEW", 0)
    register.add_weapon("A1", RIFLE, [{"component": "frame", "mark": "TKD48213"}], by=Actor("clerk"))
    asked_twice("TKD4B213")
    register.add_weapon("A2", RIFLE, [{"component": "frame", "mark": "HBA77120"}], by=Actor("clerk"))
    assert asked_twice("HBA7712O") == ["A2"] * 2
    assert not kept.is_made()


@pytest.mark.usefixtures("store")
def test_arrays_with_much_on_top_are_made_anew_aside_while_they_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "REST", 0)
    monkeypatch.setattr(kept, "MANY_TOUCHED", 1)
    register.add_weapon("A1", RIFLE, [{"component": "frame", "mark": "TKD48213"}], by=Actor("clerk"))
    asked_twice("TKD4B213")
    for ref, mark in (("A2", "HBA77120"), ("A3", "HBA77390")):
        register.add_weapon(ref, RIFLE, [{"component": "frame", "mark": mark}], by=Actor("clerk"))
    assert asked_twice("HBA77I20") == ["A2"] * 2
    assert asked_twice("HBA77E90") == ["A3"] * 2
    assert touched() == 0


def touched() -> int:
    """Weapons on top of what is kept."""
    (held,) = kept._held.values()
    return held.touched
