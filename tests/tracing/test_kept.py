"""What a process keeps of a store: made when much is asked, brought up to date when the logs have grown."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.db import connection

from countermark.ledger.models import Log
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import Actor
from countermark.marks import skeleton
from countermark.register import services as register
from countermark.tracing import kept, queries
from countermark.tracing.instep import InStep
from countermark.tracing.queries import Options, query_of

pytestmark = pytest.mark.django_db

CLERK = Actor("clerk")
PISTOL = {"kind": "self_loading_pistol", "maker": "Taurus", "model": "PT92", "calibre": "9x19mm", "country": "BR"}


@pytest.fixture(autouse=True, params=["marks in memory", "sieve alone"])
def way(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Registers of the size of these tests are kept too; nothing is made aside, in a thread."""
    settings.SEARCH_MEGABYTES = 1 if request.param == "marks in memory" else 0
    monkeypatch.setattr(kept, "LEAST_MARKS", 1)
    monkeypatch.setattr(kept, "PATIENCE", 10**9)
    kept.forget()
    for number in range(20):
        add(f"N{number}", f"XR{20000 + 37 * number}")
    yield request.param
    kept.forget()


def add(ref: str, *marks: str) -> str:
    return register.add_weapon(
        ref, PISTOL, [{"component": "frame", "mark": mark} for mark in marks], by=CLERK
    ).weapon_id


def found(reading: str) -> list[str]:
    answer = queries.trace(query_of([("", reading, "")]), Options(two_edits="always")).as_dict("q")
    return [candidate["ref"] for candidate in answer["candidates"]]


def made() -> None:
    kept.make(20)


def test_a_process_that_asks_little_keeps_nothing() -> None:
    found("XR20000")
    assert not kept.is_made()


def test_marks_are_kept_where_the_memory_allowed_is_enough(way: str) -> None:
    made()
    with kept.opened() as store:
        assert isinstance(store, InStep) == (way == "marks in memory")


def test_answers_are_the_same() -> None:
    readings = ("XR20037", "XR2O037", "X20111", "XR2?148", "XR*48", "ZZ99", "RX20074")
    without = [found(reading) for reading in readings]
    made()
    assert [found(reading) for reading in readings] == without


def test_keys_that_nobody_has_are_not_asked_for() -> None:
    made()
    with kept.opened() as store:
        sieve = store.known().sieve
    assert sieve is not None
    assert not sieve.passes(np.array([skeleton.key("ZZ99123"), skeleton.key("ZZ99124")])).any()


def test_a_mark_recorded_since_is_found() -> None:
    made()
    add("LATE", "TKD48213")
    assert found("TKD4B213")[0] == "LATE"
    assert kept.is_made()


def test_a_mark_that_a_correction_brought_is_found_and_the_one_before_is_not() -> None:
    weapon = add("CHANGED", "TKD48213")
    made()
    register.correct_weapon(weapon, PISTOL, [{"component": "frame", "mark": "HBA77120"}], reason="misread", by=CLERK)
    assert found("HBA7712O")[0] == "CHANGED"
    assert "CHANGED" not in found("TKD4B213")
    assert kept.is_made()


def test_facts_that_a_correction_changed_weigh_as_they_are_now() -> None:
    weapon = add("CHANGED", "TKD48213")
    made()
    register.correct_weapon(
        weapon, PISTOL | {"maker": "Rossi"}, [{"component": "frame", "mark": "TKD48213"}], reason="misread", by=CLERK
    )
    alone = queries.trace(query_of([("", "TKD4B213", "")], maker="Rossi")).answer
    kept.forget()
    assert alone.candidates == queries.trace(query_of([("", "TKD4B213", "")], maker="Rossi")).answer.candidates


def test_what_came_in_several_steps_is_all_there() -> None:
    made()
    for number in range(3):
        add(f"L{number}", f"TKD4821{number}")
        assert found(f"TKD4B21{number}")[0] == f"L{number}"
    assert set(found("TKD48210")) == {"L0", "L1", "L2"}


def test_a_reading_that_cannot_be_used_leaves_the_connection_usable() -> None:
    made()
    with pytest.raises(queries.SearchError):
        queries.trace(query_of([("", "", "")]))
    assert found("XR20037")[0] == "N1"


def test_it_is_made_anew_when_the_logs_have_grown_much(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    monkeypatch.setattr(kept, "MOST_NEW", 1)
    add("L1", "TKD48213")
    add("L2", "TKD48214")
    assert found("TKD48214")[0] == "L2"
    assert not kept.is_made()


def test_it_is_made_anew_when_many_weapons_were_written_about(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    monkeypatch.setattr(kept, "MOST_TOUCHED", 1)
    add("L1", "TKD48213")
    add("L2", "TKD48214")
    assert found("TKD48214")[0] == "L2"
    assert not kept.is_made()


def test_it_is_made_anew_when_the_views_were_folded_anew() -> None:
    made()
    rebuild_views()
    assert found("XR20037")[0] == "N1"
    assert not kept.is_made()


def test_what_was_read_at_other_logs_is_not_used() -> None:
    made()
    name, held = next(iter(kept._held.items()))
    other = {log: end._replace(leaf=b"\0" * 32) for log, end in held.ends.items()}
    kept._held[name] = replace(held, ends=other)
    add("LATE", "TKD48213")
    assert found("XR20037")[0] == "N1"
    assert not kept.is_made()


def test_a_sieve_that_has_become_too_small_is_not_used() -> None:
    made()
    assert kept.of_store(41) is None


def test_many_readings_are_traced_in_memory_with_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 3)
    asked = [query_of([("", reading, "")]) for reading in ("XR20037", "X20111", "XR2?148", "XR*48", "ZZ99", "RX20074")]
    alone = [queries.trace(query).answer.candidates for query in asked]
    together = [one.answer.candidates for one in queries.trace_many(asked) if isinstance(one, queries.Traced)]
    assert kept.is_made()
    assert together == alone


def test_what_is_asked_meanwhile_is_what_is_asked_at_once_however_the_server_writes_bytes() -> None:
    Log.objects.create(origin="XB/main/1", verifier_key="", own=False)  # one without entries
    at_once = kept._ends()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET bytea_output = 'escape'")
    assert kept._ask()() == at_once
    assert len(at_once) == 1
