"""The figures of an evaluation: parts of wholes, and no data where there is no whole."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.evaluation import rules
from countermark.cooperation.evaluation.rules import (
    MEASURES,
    AwardFact,
    Facts,
    Figure,
    NeedFact,
    ProjectFact,
    Scope,
    TrainedFact,
    Trend,
    funded,
    reached,
)
from countermark.cooperation.rules.lasting import YEARS

TODAY = "2030-01-01"
STATES, THEMES = ["XA", "XQ"], ["marking", "stockpile"]


def need(key: str = "n", **changes: object) -> NeedFact:
    return replace(NeedFact(key, "XA", ("west",), "marking", 2026, 1, 1000, 1000, "2028-12-31"), **changes)  # type: ignore[arg-type]


def project(key: str = "p", **changes: object) -> ProjectFact:
    known = ProjectFact(key, "XA", ("west",), ("marking",), 2026, "closed", ("n",), 500, "2027-06-30")
    return replace(known, **changes)  # type: ignore[arg-type]


def figure(key: str, facts: Facts) -> Figure:
    return MEASURES[key].count(facts, TODAY)


needs = st.lists(
    st.builds(
        NeedFact,
        key=st.sampled_from("abcde"),
        state=st.sampled_from(STATES),
        regions=st.just(("west",)),
        theme=st.sampled_from(THEMES),
        year=st.integers(2020, 2023),
        priority=st.integers(1, 5),
        amount=st.integers(1, 10**9),
        measure=st.one_of(st.none(), st.integers(1, 10**9)),
        end=st.just("2028-12-31"),
        min_share=st.integers(0, 100),
    ),
    max_size=5,
    unique_by=lambda one: one.key,
)
projects = st.lists(
    st.builds(
        ProjectFact,
        key=st.sampled_from("pqrs"),
        state=st.sampled_from(STATES),
        regions=st.just(("west",)),
        themes=st.sampled_from([("marking",), ("marking", "stockpile")]),
        year=st.integers(2020, 2023),
        stage=st.sampled_from(["planning", "implementation", "closed"]),
        needs=st.lists(st.sampled_from("abcdez"), unique=True).map(tuple),
        given=st.one_of(st.none(), st.integers(0, 10**9)),
        end=st.dates().map(lambda day: day.isoformat()),
        deliverables=st.lists(
            st.tuples(st.sampled_from(["2024-01-01", "2031-01-01"]), st.sampled_from(["", "2024-02-01"]))
        ).map(tuple),
        indicators=st.lists(st.sampled_from([True, False, None])).map(tuple),
        checks=st.lists(st.tuples(st.sampled_from(["2026-01-01", "2029-01-01"]), st.booleans())).map(tuple),
    ),
    max_size=4,
    unique_by=lambda one: one.key,
)
facts = st.builds(Facts, needs=needs.map(tuple), projects=projects.map(tuple))


@given(facts)
def test_no_figure_is_below_nothing_or_above_the_whole(known: Facts) -> None:
    for one in rules.figures(known, TODAY):
        assert 0 <= one.part <= one.whole
        assert one.left_out >= 0


@given(facts)
def test_what_is_counted_by_state_adds_up_to_the_whole(known: Facts) -> None:
    # A need of one State that a project of another answers would count in neither.
    own = {one.key: one.state for one in known.needs}
    kept = replace(
        known,
        projects=tuple(replace(p, needs=tuple(k for k in p.needs if own.get(k) == p.state)) for p in known.projects),
    )
    for key in ("needs_met", "delivered", "indicators_reached"):
        whole = figure(key, kept)
        parts = [figure(key, some) for some in rules.groups(kept, "state").values()]
        assert (sum(one.part for one in parts), sum(one.whole for one in parts)) == (whole.part, whole.whole)


@given(facts)
def test_a_need_is_never_funded_above_itself(known: Facts) -> None:
    assert all(share is None or 0 <= share <= 1 for share in funded(known).values())


@pytest.mark.parametrize("key", MEASURES)
def test_nothing_known_is_no_data_and_not_zero(key: str) -> None:
    assert figure(key, Facts()).share is None


def test_a_need_is_funded_by_what_is_agreed_and_not_by_what_is_planned() -> None:
    known = Facts(
        needs=(need(),), projects=(project(stage="planning"), project("q", stage="implementation", given=250))
    )

    assert funded(known) == {"n": Decimal("0.25")}


def test_what_a_project_brings_is_spread_over_its_needs_by_their_size() -> None:
    known = Facts(needs=(need(), need("m", measure=3000)), projects=(project(needs=("n", "m"), given=2000),))

    assert funded(known) == {"n": Decimal("0.5"), "m": Decimal("0.5")}


def test_a_need_funded_below_its_least_share_is_not_met() -> None:
    known = Facts(needs=(need(min_share=60),), projects=(project(),))

    assert figure("needs_met", known).part == 0
    assert figure("amount_met", known).part == 500


def test_an_amount_nobody_entered_a_rate_for_is_left_out_and_said_to_be() -> None:
    found = figure("amount_met", Facts(needs=(need(measure=None), need("m")), projects=()))

    assert (found.whole, found.left_out) == (1000, 1)


def test_what_is_not_due_yet_does_not_count_as_undelivered() -> None:
    known = Facts(
        projects=(project(deliverables=(("2031-01-01", ""), ("2029-01-01", ""), ("2029-01-01", "2028-12-01"))),)
    )

    assert (figure("delivered", known).part, figure("delivered", known).whole) == (1, 2)


def test_a_project_nobody_has_asked_about_is_no_data_for_still_running() -> None:
    asked = project("q", checks=(("2029-01-01", True),))
    found = figure("runs_1", Facts(projects=(project(), asked)))

    assert (found.part, found.whole, found.left_out) == (1, 1, 1)


def test_a_project_that_has_ended_lately_is_not_asked_whether_it_runs_after_five_years() -> None:
    assert figure("runs_5", Facts(projects=(project(),))).whole == 0


def test_staff_who_moved_on_count_against_sustainability() -> None:
    known = Facts(trained=(TrainedFact("XA", (), "marking", "2026-01-01", (("2026-06-01", False),)),))

    assert (figure("post_1", known).part, figure("post_1", known).whole) == (0, 1)


def test_a_running_cost_plan_that_ends_before_the_need_does_not_cover_it() -> None:
    short = project(running=((1200, True, 2027),))

    assert figure("plan_covers", Facts(needs=(need(),), projects=(short,))).part == 0
    assert (
        figure("plan_covers", Facts(needs=(need(),), projects=(replace(short, running=((1200, True, 2028),)),))).part
        == 1
    )


def test_a_figure_that_is_better_low_has_improved_when_it_fell() -> None:
    known = Facts(
        trends=(Trend("missing", Decimal(9), Decimal(4), "low"), Trend("marked_share", Decimal(9), Decimal(4), "high"))
    )

    assert (figure("figures_better", known).part, figure("figures_better", known).whole) == (1, 2)


def test_money_of_the_fund_is_paid_of_granted_and_accounted_of_paid() -> None:
    known = Facts(
        awards=(AwardFact("XA", (), (), 2026, 1000, 400, 100), AwardFact("XA", (), (), 2026, None, None, None))
    )

    assert (figure("paid", known).part, figure("paid", known).whole, figure("paid", known).left_out) == (400, 1000, 1)
    assert (figure("accounted", known).part, figure("accounted", known).whole) == (100, 400)


@pytest.mark.parametrize(
    ("baseline", "target", "value", "expected"),
    [("40", "95", "96", True), ("40", "95", "60", False), ("90", "10", "8", True), ("90", "10", "11", False), ("some", "95", "96", None), ("0", "NaN", "1", None)],
)  # fmt: skip
def test_an_indicator_is_reached_in_the_direction_of_its_target(
    baseline: str, target: str, value: str, expected: object
) -> None:
    assert reached(baseline, target, value) is expected


def test_a_scope_keeps_what_it_names_alone() -> None:
    known = Facts(needs=(need(), need("m", state="XQ"), need("o", theme="stockpile"), need("q", year=2020)))

    kept = rules.narrowed(known, Scope(state="XA", theme="marking", first=2025))

    assert [one.key for one in kept.needs] == ["n"]


def test_every_year_after_which_is_asked_has_its_figures() -> None:
    assert {f"{what}_{years}" for what in ("runs", "post") for years in YEARS} <= set(MEASURES)
