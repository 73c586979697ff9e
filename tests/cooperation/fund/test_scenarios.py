import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.fund.rules import scenarios
from countermark.cooperation.fund.rules.scenarios import Model, Needs

SHARE = st.floats(0, 1)
MONEY = st.floats(0, 1e9)
NEEDS = Needs((100.0, 100.0, 100.0), {"north": 0.5, "south": 0.5})


def dedicated(*income: float | None, **said: float | None) -> Model:
    return Model("dedicated", income, **({"certain": 0.3, "collected": 1.0, "overhead": 0.0} | said))  # type: ignore[arg-type]


def test_money_of_a_good_year_is_there_in_a_lean_one() -> None:
    found = scenarios.result(NEEDS, dedicated(200.0, 0.0, 50.0))

    assert [year.met for year in found.years] == [100.0, 100.0, 50.0]
    assert found.adequacy == pytest.approx(250 / 300)
    assert found.worst == 0.5


def test_a_regular_budget_that_lapses_carries_nothing_on() -> None:
    model = Model("regular", (200.0, 0.0, 50.0), 1.0, 1.0, 0.0, carry=False)

    assert [year.met for year in scenarios.result(NEEDS, model).years] == [100.0, 0.0, 50.0]


def test_what_one_region_has_over_does_not_help_another() -> None:
    model = Model("regional", (100.0,) * 3, 0.5, 1.0, 0.0, carry=False, by_region={"north": 0.9, "south": 0.1})

    assert [year.met for year in scenarios.result(NEEDS, model).years] == pytest.approx([60.0] * 3)


def test_an_existing_facility_reaches_only_who_may_apply() -> None:
    model = Model("existing", (500.0,) * 3, 0.5, 1.0, 0.0, reach=0.4)

    assert scenarios.result(NEEDS, model).adequacy == pytest.approx(0.4)


@pytest.mark.parametrize("unknown", [{"collected": None}, {"overhead": None}])
def test_what_follows_from_something_unknown_is_unknown_and_not_nothing(unknown: dict[str, None]) -> None:
    found = scenarios.result(NEEDS, dedicated(1.0, 1.0, 1.0, **unknown))

    assert found.adequacy is None
    assert found.steadiness == 1.0


def test_a_year_without_data_leaves_the_years_before_it_known() -> None:
    found = scenarios.result(NEEDS, dedicated(100.0, None, 100.0))

    assert found.years[0].adequacy == 1.0
    assert found.years[1].met is None
    assert (found.adequacy, found.known) == (1.0, 1)
    assert found.predictability == 0.3


def test_steadiness_tells_even_income_from_income_that_swings() -> None:
    assert scenarios.steadiness([10.0, 10.0]) == 1.0
    assert scenarios.steadiness([20.0, 0.0]) == 0.0
    assert scenarios.steadiness([0.0, 0.0]) is None
    assert scenarios.steadiness([10.0, None]) is None
    assert scenarios.steadiness([10.0, None, 10.0]) == 1.0


@given(st.lists(MONEY, min_size=3, max_size=3), SHARE, SHARE, st.booleans(), SHARE)
def test_no_model_meets_more_than_is_needed_or_spends_more_than_it_has(
    income: list[float], collected: float, overhead: float, carry: bool, reach: float
) -> None:
    model = Model("dedicated", tuple(income), 0.5, collected, overhead, carry, reach)

    found = scenarios.result(NEEDS, model)

    spent = sum(year.met or 0.0 for year in found.years)
    assert spent <= sum(income) * collected * (1 - overhead) + 1e-3
    assert all((year.met or 0.0) <= (year.need or 0.0) * reach + 1e-9 for year in found.years)
    assert 0 <= (found.worst or 0.0) <= (found.adequacy or 0.0) + 1e-9


@given(st.lists(MONEY, min_size=3, max_size=3), SHARE)
def test_windows_that_may_not_help_each_other_never_meet_more_than_one_fund(income: list[float], north: float) -> None:
    one = Model("dedicated", tuple(income), 0.5, 1.0, 0.0)
    windows = Model("regional", tuple(income), 0.5, 1.0, 0.0, by_region={"north": north, "south": 1 - north})

    apart, together = scenarios.compared(NEEDS, [windows, one])

    assert (apart.adequacy or 0.0) <= (together.adequacy or 0.0) + 1e-6
