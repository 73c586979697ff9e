from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.fund.rules import money
from countermark.cooperation.fund.rules.money import FundRefused

AMOUNTS = st.integers(1, money.MOST)
WEIGHTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10**9), min_size=1).filter(
    lambda found: sum(found.values()) > 0
)


@given(st.integers(-money.MOST, money.MOST), WEIGHTS)
def test_shares_add_up_to_the_whole_and_each_is_within_one_unit_of_its_part(
    total: int, weights: dict[str, int]
) -> None:
    shares = money.split(total, weights)

    assert sum(shares.values()) == total
    for name, weight in weights.items():
        assert abs(shares.get(name, 0) * sum(weights.values()) - total * weight) < sum(weights.values())


@given(WEIGHTS, st.data())
def test_a_share_of_no_more_than_the_whole_is_no_more_than_its_weight(
    weights: dict[str, int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(weights.values())))

    assert all(share <= weights[name] for name, share in money.split(total, weights).items())


@pytest.mark.parametrize(("currency", "text"), [("JPY", "1"), ("USD", "0.01"), ("KWD", "0.001")])
def test_the_smallest_unit_follows_the_currency(currency: str, text: str) -> None:
    assert money.parsed(text, currency) == 1
    assert money.written(1, currency) == text


@pytest.mark.parametrize(
    ("currency", "text"), [("JPY", "1.5"), ("USD", "0.001"), ("USD", "0"), ("USD", "-1"), ("ABC", "1"), ("USD", "")]
)
def test_what_is_no_amount_of_a_currency_is_refused(currency: str, text: str) -> None:
    with pytest.raises(FundRefused):
        money.parsed(text, currency)


@pytest.mark.parametrize("currency", ["XXX", "XTS", "XAU", "XDR", "XBA", "CLF", "USN", "usd", ""])
def test_a_code_that_is_no_money_is_refused(currency: str) -> None:
    with pytest.raises(FundRefused, match="no currency"):
        money.parsed("1", currency)


@pytest.mark.parametrize("currency", ["XAF", "XOF", "XPF", "XCD", "JPY", "VED"])
def test_money_whose_code_begins_with_x_is_money(currency: str) -> None:
    assert money.parsed("1", currency)


def test_an_amount_of_a_currency_without_a_smaller_unit_is_asked_for_whole() -> None:
    with pytest.raises(FundRefused, match="a whole amount, such as 12500: JPY has no smaller unit"):
        money.parsed("1.5", "JPY")


@given(AMOUNTS, st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_written_is_read_as_it_was(amount: int, currency: str) -> None:
    assert money.parsed(money.written(amount, currency), currency) == amount


def test_an_amount_below_nothing_keeps_its_sign() -> None:
    assert money.shown(-50, "USD") == "\u22120.50\u00a0USD"


@pytest.mark.parametrize(
    ("amount", "of", "to", "rate", "expected"),
    [
        (100, "USD", "JPY", "150", 150),
        (150, "JPY", "USD", "0.01", 150),
        (1000, "KWD", "USD", "3.25", 325),
        (1, "USD", "EUR", "0.5", 0),
    ],
)
def test_changed_money_follows_the_places_of_both_currencies(
    amount: int, of: str, to: str, rate: str, expected: int
) -> None:
    assert money.converted(amount, of, to, Decimal(rate)) == expected


@pytest.mark.parametrize("text", ["0", "-1", "NaN", "1e99", "1.2345678901234", "x"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(FundRefused):
        money.rate_of(text)
