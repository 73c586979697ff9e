"""Ten years of costs, who pays them, and where the plan ends and the need does not; what overlaps."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.projects.rules import costs, overlap
from countermark.cooperation.projects.rules.overlap import Undertaking
from countermark.cooperation.projects.rules.shapes import Line, Project, Running

WITHIN = {"XA": frozenset({"west"}), "XQ": frozenset({"west"})}


def project(running: list[Running], once: int = 1000) -> Project:
    lines = (Line("equipment", once, "donor"),)
    return Project("t", "XA", "EUR", "2026-01-01", "2028-12-31", once=lines, running=tuple(running))


def test_what_stands_there_costs_on_when_its_payer_has_left() -> None:
    found = project([Running("power", 100, 2026, 2028, "donor")])
    years = costs.years(found)

    assert [year.year for year in years] == list(range(2026, 2036))
    assert costs.total(found) == 1000 + 10 * 100
    assert costs.unpaid(found) == 7 * 100
    assert years[3].payers == (("", 100),)
    assert costs.covered_through(found) == 2028


def test_the_plan_ends_and_the_need_does_not() -> None:
    found = project([Running("power", 100, 2026, 2028, "donor")])

    gaps = costs.gaps(found, [("n", "2030-12-31"), ("m", "2028-01-01")])

    assert [(gap.why, gap.about, gap.covered, gap.until) for gap in gaps] == [
        ("need", "n", 2028, 2030),
        ("costs", "power", 2028, 2035),
    ]


def test_a_line_without_a_payer_is_a_gap_from_its_first_year() -> None:
    found = project([Running("power", 100, 2026, 2035)])

    # Nothing is paid through the year before it begins: that the need goes on after that is no news.
    assert [gap.why for gap in costs.gaps(found, [("n", "2030-12-31")])] == ["payer"]
    assert costs.covered_through(found) == 2025


def test_a_plan_that_is_paid_for_ten_years_has_no_gap() -> None:
    lines = [Running("power", 100, 2026, 2028, "donor"), Running("power", 120, 2029, 2035, "XA")]

    assert costs.gaps(project(lines), [("n", "2030-12-31")]) == []
    assert costs.unpaid(project(lines)) == 0


@given(
    st.lists(
        st.builds(
            lambda category, amount, first, length, payer: Running(category, amount, first, first + length, payer),
            st.sampled_from(["power", "fuel"]),
            st.integers(0, 10**6),
            st.integers(2024, 2037),
            st.integers(0, 12),
            st.sampled_from(["", "donor", "XA"]),
        ),
        max_size=6,
    )
)
def test_what_is_paid_and_what_is_not_come_to_the_whole(lines: list[Running]) -> None:
    found = project(lines)

    for year in costs.years(found):
        assert sum(amount for _payer, amount in year.payers) == year.once + year.running
    assert 0 <= costs.unpaid(found) <= costs.total(found)


def undertaking(key: str = "a", **changes: Any) -> Undertaking:
    said: dict[str, Any] = {
        "kind": "project",
        "key": key,
        "title": key,
        "owner": "XA",
        "providers": ("d1",),
        "themes": ("marking",),
        "places": ("XA",),
        "begin": "2026-01-01",
        "end": "2026-12-31",
        "stage": "planning",
    }
    return Undertaking(**{**said, **changes})


@pytest.mark.parametrize(
    ("changes", "meets"),
    [
        ({}, True),
        ({"themes": ("tracing",)}, False),
        ({"places": ("XQ",)}, False),
        ({"places": ("west",)}, True),
        ({"begin": "2027-01-01", "end": "2027-12-31"}, False),
        ({"begin": "2026-12-31", "end": "2027-12-31"}, True),
        ({"providers": ("d1",)}, False),
        ({"providers": ()}, True),
    ],
)
def test_two_overlap_in_theme_place_and_period_by_another_provider(changes: dict[str, Any], *, meets: bool) -> None:
    other = undertaking("b", **{"providers": ("d2",), **changes})

    assert (overlap.overlap_of(undertaking(), other, WITHIN) is not None) is meets


days = st.dates().map(str)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=1, max_size=2).map(tuple)


@st.composite
def undertakings(draw: st.DrawFn) -> Undertaking:
    begin, end = sorted((draw(days), draw(days)))
    return undertaking(
        draw(st.sampled_from("ab")), themes=draw(some("marking", "tracing")), places=draw(some("XA", "XQ", "west")),
        providers=draw(some("d1", "d2")), begin=begin, end=end,
    )  # fmt: skip


@given(undertakings(), undertakings())
def test_a_shared_place_and_period_are_the_same_from_both_sides(one: Undertaking, other: Undertaking) -> None:
    there, back = overlap.overlap_of(one, other, WITHIN), overlap.overlap_of(other, one, WITHIN)

    if there and back:
        assert (set(there.themes), set(there.places), there.begin, there.end) == (
            set(back.themes),
            set(back.places),
            back.begin,
            back.end,
        )
    if set(one.providers) == set(other.providers):
        assert there is None
