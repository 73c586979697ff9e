import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.fund.rules import earmarks
from countermark.cooperation.fund.rules.earmarks import Earmark, Purpose, Purse
from countermark.cooperation.fund.rules.money import FundRefused

SOME = st.sets(st.sampled_from("abc"), max_size=2).map(lambda found: tuple(sorted(found)))
EARMARKS = st.builds(Earmark, SOME, SOME, SOME)
PURPOSES = st.builds(Purpose, SOME, SOME, st.sampled_from(["", "a", "b"]))
PURSES = st.lists(st.tuples(EARMARKS, st.integers(0, 1000)), max_size=6).map(
    lambda found: [Purse(f"p{number}", earmark, amount) for number, (earmark, amount) in enumerate(found)]
)


@given(PURSES, PURPOSES, st.integers(1, 3000))
def test_what_is_drawn_is_the_amount_and_only_from_money_that_may_pay_for_it(
    purses: list[Purse], purpose: Purpose, amount: int
) -> None:
    fitting = {purse.key: purse.available for purse in purses if earmarks.fits(purse.earmark, purpose)}
    if amount > sum(fitting.values()):
        with pytest.raises(FundRefused):
            earmarks.drawn(purses, purpose, amount, "USD")
        return

    shares = earmarks.drawn(purses, purpose, amount, "USD")

    assert sum(shares.values()) == amount
    assert all(0 < share <= fitting[key] for key, share in shares.items())


def test_money_given_for_something_narrow_is_spent_before_money_given_for_anything() -> None:
    purses = [Purse("any", Earmark(), 100), Purse("marking", Earmark(("marking",)), 60)]

    assert earmarks.drawn(purses, Purpose(("marking",)), 80, "USD") == {"marking": 60, "any": 20}


def test_money_given_for_a_region_pays_for_nothing_elsewhere() -> None:
    with pytest.raises(FundRefused, match="were given for something else"):
        earmarks.drawn([Purse("north", Earmark(regions=("north",)), 100)], Purpose(regions=("XB", "south")), 1, "USD")


def test_a_purpose_of_two_themes_is_not_paid_by_money_given_for_one_of_them() -> None:
    assert not earmarks.fits(Earmark(("marking",)), Purpose(("marking", "training")))


def test_money_given_for_a_theme_does_not_pay_for_something_without_a_theme() -> None:
    assert not earmarks.fits(Earmark(("marking",)), Purpose())


def test_general_costs_are_borne_by_money_given_for_anything() -> None:
    purses = [Purse("any", Earmark(), 10), Purse("marking", Earmark(("marking",)), 60)]

    assert earmarks.unearmarked(purses, 10, "USD") == {"any": 10}
    with pytest.raises(FundRefused):
        earmarks.unearmarked(purses, 11, "USD")


@given(EARMARKS)
def test_a_purse_has_one_key_in_whatever_order_its_conditions_are_written(earmark: Earmark) -> None:
    turned = Earmark(earmark.themes[::-1], earmark.regions[::-1], earmark.projects[::-1])

    assert earmarks.purse_key("w", "d", earmark) == earmarks.purse_key("w", "d", turned)
