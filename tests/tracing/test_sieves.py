"""The sieve of a store: made when much is asked, brought up to date when the logs have grown."""

from collections.abc import Iterator

import numpy as np
import pytest

from countermark.ledger.services import Actor
from countermark.marks import skeleton
from countermark.register import services as register
from countermark.tracing import queries, sieves
from countermark.tracing.queries import Options, query_of

pytestmark = pytest.mark.django_db

CLERK = Actor("clerk")
PISTOL = {"kind": "self_loading_pistol", "maker": "Taurus", "model": "PT92", "calibre": "9x19mm", "country": "BR"}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Registers of the size of these tests have a sieve too; none is made aside, in a thread."""
    monkeypatch.setattr(sieves, "LEAST_MARKS", 1)
    monkeypatch.setattr(sieves, "PATIENCE", 10**9)
    sieves._held.clear()
    for number in range(20):
        add(f"N{number}", f"XR{20000 + 37 * number}")
    yield
    sieves._held.clear()


def add(ref: str, *marks: str) -> str:
    return register.add_weapon(
        ref, PISTOL, [{"component": "frame", "mark": mark} for mark in marks], by=CLERK
    ).weapon_id


def found(reading: str) -> list[str]:
    answer = queries.trace(query_of([("", reading, "")]), Options(two_edits="always")).as_dict("q")
    return [candidate["ref"] for candidate in answer["candidates"]]


def made() -> None:
    sieves.make(20)


def test_a_process_that_asks_little_makes_no_sieve() -> None:
    found("XR20000")
    assert not sieves.is_made()


def test_answers_are_the_same_with_a_sieve() -> None:
    readings = ("XR20037", "XR2O037", "X20111", "XR2?148", "XR*48", "ZZ99", "RX20074")
    without = [found(reading) for reading in readings]
    made()
    assert [found(reading) for reading in readings] == without


def test_a_sieve_takes_keys_away() -> None:
    made()
    sieve = sieves.of_store(20)
    assert sieve is not None
    assert not sieve.passes(np.array([skeleton.key("ZZ99123"), skeleton.key("ZZ99124")])).any()


def test_a_mark_recorded_after_the_sieve_was_made_is_found() -> None:
    made()
    add("LATE", "TKD48213")
    assert found("TKD4B213")[0] == "LATE"
    assert sieves.is_made()


def test_a_mark_that_a_correction_brought_is_found() -> None:
    made()
    weapon = add("CHANGED", "TKD48213")
    register.correct_weapon(weapon, PISTOL, [{"component": "frame", "mark": "HBA77120"}], reason="misread", by=CLERK)
    assert found("HBA7712O")[0] == "CHANGED"


def test_a_sieve_is_made_again_when_the_logs_have_grown_much(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    monkeypatch.setattr(sieves, "MOST_NEW", 1)
    add("L1", "TKD48213")
    add("L2", "TKD48214")
    assert found("TKD48214")[0] == "L2"
    assert not sieves.is_made()


def test_a_sieve_of_other_logs_is_not_used() -> None:
    made()
    name, held = next(iter(sieves._held.items()))
    other = {log: (position, b"\0" * 32) for log, (position, _) in held.ends.items()}
    sieves._held[name] = sieves._Held(held.sieve, other, held.marks)
    assert found("XR20037")[0] == "N1"
    assert not sieves.is_made()


def test_a_sieve_that_has_become_too_small_is_not_used() -> None:
    made()
    assert sieves.of_store(41) is None


def test_many_readings_make_a_sieve_and_get_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 3)
    asked = [query_of([("", reading, "")]) for reading in ("XR20037", "X20111", "XR2?148", "XR*48", "ZZ99", "RX20074")]
    alone = [queries.trace(query).answer.candidates for query in asked]
    together = [one.answer.candidates for one in queries.trace_many(asked) if isinstance(one, queries.Traced)]
    assert sieves.is_made()
    assert together == alone
