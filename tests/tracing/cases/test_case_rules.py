"""What a case must say, which belong together, and how long a weapon was away."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.tracing.cases import rules
from countermark.tracing.cases.rules import Closing, Compared, Facts, Mark, Recovered

TODAY = dt.date(2026, 11, 25)
SEIZED = Facts("seizure", "2026-03-04", place="Harbour")
PISTOL = Recovered(readings=(Mark("AB 18304", "frame"),), maker="Norinco", model="54")
FOUND = Facts("find", "2020")
NOTHING = Recovered()


def compared(case: str, facts: Facts = FOUND, said: Recovered = NOTHING, weapon: str = "") -> Compared:
    return Compared(case, facts, said, weapon)


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-03-04", "2026-03-04", "2026-03-04"),
    ],
)
def test_a_partial_date_is_the_period_it_names(date: str, first: str, last: str) -> None:
    assert rules.period_of(date) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("date", ["", "2026-13", "26", "2026-02-30", "yesterday", "2026-3-4", "0000", "٢٠٢٦"])
def test_what_is_no_date_is_refused(date: str) -> None:
    assert rules.period_of(date) is None
    assert rules.problems(Facts("find", date), TODAY)


def test_a_recovery_that_lies_ahead_is_refused() -> None:
    assert rules.problems(Facts("find", "2027"), TODAY) == ["the date lies ahead"]


def test_the_grounds_of_iti_6_are_a_closed_list() -> None:
    assert rules.problems(Facts("find", "2026", why_illicit=("a", "f")), TODAY) == [
        "f: the grounds of ITI 6 are a to e"
    ]


def test_a_complete_intake_has_no_problem() -> None:
    assert rules.problems(SEIZED, TODAY) == []


def test_the_time_to_crime_is_as_exact_as_its_dates() -> None:
    assert rules.time_to_crime("2026-03-01", "2026-03-04") == (3, 3)
    assert rules.time_to_crime("2025", "2026-03-04") == (63, 427)
    assert rules.time_to_crime("", "2026") is None
    assert rules.time_to_crime("2026-03-05", "2026-03-04") is None


@given(st.dates(dt.date(1900, 1, 1), TODAY), st.dates(dt.date(1900, 1, 1), TODAY))
def test_less_exact_dates_never_narrow_the_time_to_crime(one: dt.date, other: dt.date) -> None:
    first, last = sorted((one, other))
    exact, vague = rules.time_to_crime(str(first), str(last)), rules.time_to_crime(str(first)[:4], str(last)[:7])
    assert exact is not None
    assert vague is not None
    assert vague[0] <= exact[0] <= exact[1] <= vague[1]


def test_the_last_lawful_acquisition_is_the_one_before_the_theft() -> None:
    told = [
        ("manufacture", "1990"),
        ("import", "1994"),
        ("sale", "1996-05-01"),
        ("theft", "1997"),
        ("transfer", "1998"),
    ]
    assert rules.last_lawful(told) == "1996-05-01"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (compared("2", said=Recovered(readings=(Mark("A8-183O4"),))), ("mark",)),
        (compared("2", Facts("find", "2026-03-04", place=" HARBOUR ")), ("seizure",)),
        (compared("2", said=Recovered(maker="NORINCO", model="54")), ("type",)),
        (compared("2", said=Recovered(readings=(Mark("AB 99999"),))), ()),
        (compared("2", Facts("find", "2026-03", place="Harbour")), ()),
    ],
)
def test_cases_are_linked_by_what_they_share(other: Compared, why: tuple[str, ...]) -> None:
    found = rules.links([compared("1", SEIZED, PISTOL)], [other])
    assert [link.why for link in found] == ([why] if why else [])


def test_any_weapon_of_a_case_may_link_it() -> None:
    others = [compared("2"), compared("2", said=PISTOL)]
    own = [compared("1", SEIZED), compared("1", SEIZED, PISTOL)]
    assert [link.why for link in rules.links(own, others)] == [("mark", "type")]
    assert rules.links(own[:1], others) == []


def test_the_same_weapon_is_the_strongest_link() -> None:
    others = [compared("2", said=Recovered(maker="Norinco", model="54")), compared("3", weapon="w")]
    assert [link.case for link in rules.links([compared("1", SEIZED, PISTOL, "w")], others)] == ["3", "2"]


@given(st.permutations(["1", "2", "3"]))
def test_links_go_both_ways(order: list[str]) -> None:
    known = {
        order[0]: compared(order[0], SEIZED, PISTOL),
        order[1]: compared(order[1], said=Recovered(readings=PISTOL.readings)),
        order[2]: compared(order[2]),
    }
    linked = {(case, link.case) for case, one in known.items() for link in rules.links([one], known.values())}
    assert linked == {(b, a) for a, b in linked} != set()


def test_a_mark_too_short_to_tell_weapons_apart_links_nothing() -> None:
    short = Recovered(readings=(Mark("123"),))
    assert rules.links([compared("1", said=short)], [compared("2", said=short)]) == []


def test_an_intake_says_one_weapon_beside_the_facts_or_several_in_a_list() -> None:
    facts, weapons = rules.intake({"how": "find", "date": "2026", "readings": ["AB 1"], "kind": "rifle"})
    assert (facts, weapons) == (Facts("find", "2026"), (Recovered((Mark("AB 1"),), "rifle"),))
    _, weapons = rules.intake({"how": "find", "date": "2026", "weapons": [{"kind": "rifle"}, {"kind": "pistol"}]})
    assert [one.kind for one in weapons] == ["rifle", "pistol"]


def test_a_mark_nobody_can_read_is_refused_with_its_number() -> None:
    problems = rules.weapon_problems(Recovered(readings=(Mark("AB 1"), Mark(""))))
    assert [str(one).partition(":")[0] for one in problems] == ["mark 2"]


@pytest.mark.parametrize(
    ("closing", "wrong"),
    [
        (Closing("Z9"), True),
        (Closing("B6"), True),
        (Closing("B6", "no record"), False),
        (Closing("A1"), True),
        (Closing("A1", last_legal_record="sold 1994"), False),
        (Closing("A6"), False),
    ],
)
def test_a_case_is_closed_with_an_outcome_and_what_it_rests_on(closing: Closing, wrong: bool) -> None:
    assert bool(rules.closing_problems(closing, identified=False)) is wrong
