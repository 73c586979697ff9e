"""Answers joined with the register: their shape, several marks, foreign parts, joined records (contract, *Answers*)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.db import connection

from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.services import Actor
from countermark.register import services as register
from countermark.tracing import queries
from countermark.tracing import store as stores
from countermark.tracing.queries import Options, SearchError, query_of

pytestmark = pytest.mark.django_db

CLERK = Actor("clerk")
PISTOL = {"kind": "self_loading_pistol", "maker": "Taurus", "model": "PT92", "calibre": "9x19mm", "country": "BR"}
RIFLE = {"kind": "assault_rifle", "maker": "Ижмаш", "model": "AKM", "calibre": "7.62x39mm", "country": "SUHH"}


def add(ref: str, *marks: str | Mapping[str, str], facts: Mapping[str, str] = PISTOL) -> str:
    listed = [{"component": "frame", "mark": mark} if isinstance(mark, str) else mark for mark in marks]
    return register.add_weapon(ref, facts, listed, by=CLERK).weapon_id


def ask(*readings: str | Sequence[str], options: Options | None = None, **evidence: str) -> dict[str, Any]:
    marks = [("", one, "") if isinstance(one, str) else (one[0], one[1], "") for one in readings]
    return queries.trace(query_of(marks, **evidence), options or Options()).as_dict("q1")


@pytest.fixture(autouse=True)
def _register() -> None:
    """Enough other weapons for probabilities to mean something."""
    for number in range(30):
        add(f"N{number}", f"XR{20000 + 37 * number}")


def test_an_answer_has_the_shape_of_the_contract() -> None:
    weapon_id = add("A1", "TKD48213")
    answer = ask("TKD4B213")
    assert {
        "query_id",
        "outcome",
        "not_registered",
        "candidates",
        "restore_next",
        "restore_next_reading",
        "elapsed_ms",
    } <= set(answer)
    best = answer["candidates"][0]
    assert {"weapon_id", "ref", "probability", "mark", "component", "differences"} <= set(best)
    assert (best["weapon_id"], best["ref"], best["mark"], best["component"]) == (weapon_id, "A1", "TKD48213", "frame")
    assert best["differences"] == [{"reading": 0, "at": 4, "read": "B", "mark": "8", "why": "lookalike"}]
    assert sum(c["probability"] for c in answer["candidates"]) + answer["not_registered"] <= 1 + 1e-6


def test_many_readings_get_the_answers_they_get_one_by_one() -> None:
    survivor, twin = add("A1", "TKD48213"), add("A2", "TKD48214")
    register.join(twin, survivor, reason="counted twice", by=CLERK)
    readings = ["TKD4B213", "XR2????", "TKD48214", "QQ7777777", "★★?", "XR20037"] * 40
    asked = [query_of([("", reading, "")]) for reading in readings]
    together = [answer.as_dict("q1") for answer in queries.trace_many(asked) if isinstance(answer, queries.Traced)]
    alone = {reading: ask(reading) for reading in readings}
    assert [{**answer, "elapsed_ms": 0} for answer in together] == [
        {**alone[reading], "elapsed_ms": 0} for reading in readings
    ]


def test_among_many_readings_one_that_cannot_be_used_gives_its_error_in_its_place() -> None:
    asked = [query_of([("", reading, "")]) for reading in ("XR20037", "*", "XR20000")]
    assert [type(answer) for answer in queries.trace_many(asked)] == [queries.Traced, SearchError, queries.Traced]


def test_tracing_appends_nothing() -> None:
    before = logs.size(ledger.require_own_log())
    ask("XR20000")
    assert logs.size(ledger.require_own_log()) == before


def test_a_mark_nobody_has_is_probably_not_registered() -> None:
    assert ask("QQ7777777")["outcome"] == "none"


def test_an_empty_register_answers_none() -> None:
    assert ask("★★?")["candidates"] == []


@pytest.mark.parametrize("reading", ["", "   ", "???????" * 40])
def test_a_reading_that_cannot_be_used_says_which_column_and_why(reading: str) -> None:
    with pytest.raises(SearchError) as refused:
        ask(reading)
    assert refused.value.column == "reading"
    assert refused.value.message


def test_a_mark_is_answered_as_it_stands_on_the_metal() -> None:
    add("A1", "ЖИ-1408 к", facts=RIFLE)
    best = ask("ЖИ1408К")["candidates"][0]
    assert (best["ref"], best["mark"]) == ("A1", "ЖИ-1408 к")


@pytest.mark.parametrize("reading", ["ZHI1408", "ЖИ14О8", "жи١٤٠٨"])
def test_a_reading_in_another_script_finds_the_mark(reading: str) -> None:
    add("A1", "ЖИ1408", facts=RIFLE)
    assert ask(reading)["candidates"][0]["ref"] == "A1"


def test_places_count_code_points_of_the_inscription_as_given() -> None:
    add("A1", "TKD48213")
    given = "𝐅ORJAS  Taurus 9x19mm TKD4B213"
    best = ask(given)["candidates"][0]
    (difference,) = best["differences"]
    assert (given[difference["at"]], difference["mark"]) == ("B", "8")


def test_the_next_place_to_restore_is_a_place_of_the_reading_as_given() -> None:
    add("A1", "TKD48213")
    add("A2", "TKD48913")
    given = "  TKD48?13"
    answer = ask(given)
    assert (answer["outcome"], answer["restore_next_reading"]) == ("several", 0)
    assert given[answer["restore_next"]] == "?"


def test_evidence_in_an_inscription_is_told_like_evidence_given() -> None:
    add("A1", "TKD48213")
    assert "maker agrees" in ask("Taurus TKD48213")["candidates"][0]["explanation"]


def test_evidence_weighs_between_weapons_but_never_hides_one() -> None:
    rossi = {**PISTOL, "maker": "Rossi"}
    add("A1", "TKD48213")
    add("A2", "TKD48213", facts=rossi)
    for maker, first in (("Taurus", "A1"), ("Rossi", "A2")):
        best = ask("TKD48213", maker=maker)["candidates"][:2]
        assert [c["ref"] for c in best] == [first, "A2" if first == "A1" else "A1"]
        assert best[0]["probability"] > best[1]["probability"] > 0
    assert ask("TKD48213", maker="Nobody & Sons")["candidates"][0]["ref"] in ("A1", "A2")


def test_several_readings_of_one_weapon_are_weighed_together() -> None:
    add("A1", "TKD48213", {"component": "slide", "mark": "S7714"})
    add("A2", "TKD48913", {"component": "slide", "mark": "S2214"})
    best = ask(("frame", "TKD48?13"), ("slide", "S77?4"))["candidates"][0]
    assert best["ref"] == "A1"
    assert {difference["reading"] for difference in best["differences"]} == {0, 1}


def test_a_barrel_of_another_weapon_is_a_conflict_that_names_the_other() -> None:
    add("A1", "TKD48213", {"component": "barrel", "mark": "HB1111"})
    other = add("A2", "TKD59999", {"component": "barrel", "mark": "HB77120"})
    best = ask(("frame", "TKD48213"), ("barrel", "HB77120"))["candidates"][0]
    assert best["ref"] == "A1"
    assert {(c["reading"], c["why"], c["weapon_id"]) for c in best["conflicts"]} == {(1, "foreign_part", other)}


def test_two_weapons_with_the_same_mark_are_both_shown_and_each_names_the_other() -> None:
    ids = {add("A1", "TKD48213"), add("A2", "TKD48213")}
    answer = ask("TKD48213")
    assert answer["outcome"] == "several"
    best = answer["candidates"][:2]
    assert {c["weapon_id"] for c in best} == ids
    assert best[0]["probability"] == pytest.approx(best[1]["probability"])
    assert [{c["weapon_id"] for c in one["conflicts"]} for one in best] == [ids - {one["weapon_id"]} for one in best]


def test_records_joined_as_one_weapon_answer_as_one() -> None:
    old, new = add("A1", "TKD48213"), add("A2", "TKD48213")
    join = register.join(old, new, reason="one weapon entered twice", by=CLERK)
    answer = ask("TKD48213")
    (best,) = [c for c in answer["candidates"] if c["probability"] > 0.01]
    assert (answer["outcome"], best["weapon_id"], best["ref"], best["conflicts"]) == ("identified", new, "A2", [])
    register.correct_event(join.event_id, None, reason="they are two", by=CLERK)
    assert ask("TKD48213")["outcome"] == "several"


def test_a_mark_known_only_from_the_joined_record_finds_the_one_that_survives() -> None:
    old, middle, new = add("A1", "TKD48213"), add("A2", "HK55512"), add("A3", "QQ90001")
    register.join(old, middle, reason="same", by=CLERK)
    register.join(middle, new, reason="same", by=CLERK)
    best = ask("TKD48213")["candidates"][0]
    assert (best["weapon_id"], best["mark"]) == (new, "TKD48213")


def test_a_mark_that_was_corrected_away_is_found_no_more() -> None:
    weapon_id = add("A1", "TKD48213")
    register.correct_weapon(weapon_id, PISTOL, [{"component": "frame", "mark": "HK55512"}], reason="misread", by=CLERK)
    assert ask("HK55512")["candidates"][0]["ref"] == "A1"
    assert ask("TKD48213")["outcome"] == "none"


def test_a_makers_new_spelling_is_known_as_soon_as_it_is_recorded() -> None:
    weapon_id = add("A1", "TKD48213", facts={**PISTOL, "maker": "Tarus"})
    queries.reference()
    register.correct_weapon(
        weapon_id, {**PISTOL, "maker": "Beretta"}, [{"component": "frame", "mark": "TKD48213"}], reason="so", by=CLERK
    )
    known = {spelling.text for spelling in queries.reference().makers.known}
    assert ("Beretta" in known, "Tarus" in known) == (True, False)


def test_at_most_as_many_candidates_as_asked_for() -> None:
    assert len(ask("XR2????", options=Options(top=3))["candidates"]) == 3


def test_absence_weighs_what_the_asker_says_it_does() -> None:
    add("A1", "TKD48213")
    little, much = (ask("TKD48273", options=Options(absent_prior=p))["not_registered"] for p in (0.01, 0.9))
    assert little < much


def test_a_mark_of_a_shape_nobody_had_before_is_found_as_soon_as_it_is_recorded() -> None:
    assert ask("Q-7")["outcome"] == "none"
    weapon_id = add("A1", "Q7")
    assert ask("Q-7")["candidates"][0]["weapon_id"] == weapon_id


def test_a_store_asked_before_the_register_got_a_new_shape_of_mark_says_that_it_has_changed() -> None:
    store = stores.django_store(connection)
    shapes = len(_as_it_is(store).counts)
    assert not store.has_changed()
    add("A1", "Q7")
    store.known()
    store.span(0, 1, (), 1)
    # SQLite is asked at each search and has nothing to tell of afterwards.
    assert store.has_changed() is (connection.vendor == "postgresql")
    assert len(store.known().counts) == shapes + 1


def _as_it_is(store: stores.SqlStore) -> stores.Known:
    """What the register has now: what is held of it may be of the test before."""
    known = store.known()
    return store.known() if store.has_changed() else known
