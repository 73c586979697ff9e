"""What an answer says in words, and where the trace goes on (ITI 5, 16, 17)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks.differences import Difference
from countermark.register.rules import history
from countermark.tracing import rules
from countermark.tracing.search.question import MarkReading, Query
from countermark.tracing.search.told import Candidate, Conflict, Contribution
from tests.register.told import FACTS, birth, event, id_of, state, told, wrong

OWN = "XA"
QUERY = Query((MarkReading("TKD48213"),))


def step(*said: dict[str, Any], country: str = "BR") -> rules.Step:
    born = birth({**FACTS, "country": country})
    return rules.next_step(state(born, *said), history(told(born, *said)), OWN)


def candidate(**fields: Any) -> Candidate:
    usual: dict[str, Any] = {"differences": (), "contributions": (Contribution("reading", 0, 0.0),)}
    return Candidate(1, 0.9, "TKD48213", 1, "frame", **{**usual, **fields})


# The next step


def test_with_no_later_record_the_country_of_manufacture_is_asked() -> None:
    assert step()[:2] == ("ask", ("BR",))


def test_a_state_that_is_no_more_is_asked_through_its_successors() -> None:
    asked = step(country="SUHH")
    assert asked.what == "ask"
    assert asked.states[0] == "RU"


@pytest.mark.parametrize("country", ["", "ZZ", OWN])
def test_where_nobody_else_can_know_this_register_answers(country: str) -> None:
    assert step(country=country)[:2] == ("own", (OWN,))


def test_an_export_sends_the_trace_to_the_country_of_last_known_import() -> None:
    assert step(event("export", "2005-01-01", to="Ministry", country="XB"))[:2] == ("ask", ("XB",))


def test_a_weapon_that_came_back_after_its_export_is_answered_for_here() -> None:
    back = [
        event("export", "2005-01-01", to="Ministry", country="XB"),
        event("import", "2007-01-01", to="Depot", country="XA"),
    ]
    assert step(*back).what == "own"


def test_a_corrected_export_counts_no_more() -> None:
    export = event("export", "2005-01-01", to="Ministry", country="XB")
    assert step(event("issue", "2001-01-01", to="Unit 5"), export, wrong(export)).what == "own"
    right = event("export", "2005-01-01", corrects=id_of(export), to="Ministry", country="XC")
    assert step(export, right, wrong(export, id_of(right))).states == ("XC",)


def test_a_theft_is_the_point_of_diversion() -> None:
    stolen = step(event("issue", "2001-01-01", to="Unit 5"), event("theft", "2002-01-01"))
    assert stolen.what == "own"
    assert "point of diversion" in stolen.why


def test_a_theft_that_was_made_good_before_the_export_is_not_where_the_weapon_was_lost() -> None:
    said = [
        event("theft", "2002-01-01"),
        event("return", "2003-01-01", to="Depot"),
        event("export", "2005-01-01", country="XB"),
    ]
    assert step(*said)[:2] == ("ask", ("XB",))


def test_the_last_legal_record_is_the_last_movement_that_stands() -> None:
    said = [
        birth(),
        event("issue", "2001-01-01", to="Unit 5"),
        event("theft", "2002-01-01"),
        event("recovery", "2003-01-01"),
    ]
    lines = history(told(*said))
    assert rules.last_legal(lines) == 1
    assert rules.last_legal([]) is None


def test_a_weapon_that_is_not_registered_is_asked_for_where_it_was_made_or_examined_again() -> None:
    assert rules.not_found_step("BR", OWN)[:2] == ("ask", ("BR",))
    for unknown in ("", "ZZ", OWN):
        assert rules.not_found_step(unknown, OWN).what == "examine"


# Words


def test_an_answer_without_differences_says_that_the_reading_agrees() -> None:
    assert rules.in_words(candidate(), QUERY) == [rules.AGREES]


@given(st.sampled_from(sorted(rules.WHY)), st.integers(0, 63), st.integers(1, 3))
def test_every_difference_is_told_with_its_place_counted_from_one(why: Any, at: int, readings: int) -> None:
    query = Query((MarkReading("TKD48213"),) * readings)
    told_ = rules.in_words(candidate(differences=((readings - 1, Difference(at, "8", "B", why)),)), query)
    assert f"place {at + 1}: " in told_[0]
    assert (f"reading {readings}, " in told_[0]) == (readings > 1)


@pytest.mark.parametrize(("value", "word"), [(-0.1, "agrees"), (-1.5, "is close"), (-5.0, "does not agree")])
@pytest.mark.parametrize("what", ["maker", "country", "kind", "calibre"])
def test_evidence_is_told_also_when_it_was_read_out_of_an_inscription(what: Any, value: float, word: str) -> None:
    contributions = (Contribution("reading", 0, 0.0), Contribution(what, None, value))
    assert f"{what} {word}" in rules.in_words(candidate(contributions=contributions), QUERY)


@pytest.mark.parametrize(
    ("why", "phrase"), [("foreign_part", "may come from another"), ("two_owners", "another registered weapon")]
)
def test_a_conflict_is_told_with_its_reading(why: Any, phrase: str) -> None:
    told_ = rules.in_words(candidate(conflicts=(Conflict(1, why, 7),)), QUERY)
    assert phrase in told_[-1]
    assert "reading 2" in told_[-1]
    assert rules.reasons(candidate(conflicts=(Conflict(1, why, 7),)), QUERY)[-1].owner == 7
