"""The sieve of a store is made in a thread of its own, while the searches go on."""

import threading

import pytest

from countermark.ledger.services import Actor
from countermark.register import services as register
from countermark.tracing import queries, sieves
from countermark.tracing.queries import query_of

RIFLE = {"kind": "rifle", "maker": "Imbel", "model": "M964", "calibre": "7.62x51mm", "country": "BR"}


def best(reading: str) -> str:
    answer = queries.trace(query_of([("", reading, "")])).as_dict("q")
    return str(answer["candidates"][0]["ref"])


@pytest.mark.usefixtures("store")
def test_a_process_that_asks_much_makes_one_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieves, "LEAST_MARKS", 1)
    monkeypatch.setattr(sieves, "PATIENCE", 2)
    register.add_weapon("A1", RIFLE, [{"component": "frame", "mark": "TKD48213"}], by=Actor("clerk"))
    before = set(threading.enumerate())
    found = [best("TKD4B213") for _ in range(2)]
    for aside in set(threading.enumerate()) - before:
        aside.join(timeout=30)
    assert sieves.is_made()
    assert [*found, best("TKD4B213")] == ["A1"] * 3
    sieves._held.clear()
    sieves._asked.clear()
