"""What holds of every answer: nothing is violated, nothing better exists, and overrides never help."""

import random
from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from countermark.cooperation.matching import market as markets_
from countermark.cooperation.matching.answers import answer
from countermark.cooperation.matching.market import Market, Refused
from tests.conftest import SCALE
from tests.cooperation.matching.markets import best, decided, markets, objective, violations

SOME = settings(max_examples=min(25 * SCALE, 1000))


@SOME
@given(markets())
def test_no_budget_window_kind_ceiling_or_least_share_is_ever_violated(market: Market) -> None:
    """And what is matched and what is unmet of a need make up what it asks for, in whole units."""
    assert violations(market, answer(market)) == []


@SOME
@given(markets())
def test_the_objective_said_is_that_of_the_matches_and_at_least_that_of_one_need_after_the_other(
    market: Market,
) -> None:
    """Nor is it above the bound."""
    found = answer(market)
    assert found.objective == pytest.approx(objective(market, found), abs=1e-9)
    assert found.greedy - 1e-9 <= found.objective <= found.bound + 1e-9


@SOME
@given(markets(count=2, most=4))
def test_on_small_markets_nothing_better_exists(market: Market) -> None:
    """All ways to give whole units are tried."""
    found = answer(market)
    assert found.objective == pytest.approx(float(best(market)), abs=1e-7)
    assert found.gap < 1e-7


@SOME
@given(markets(), st.randoms(use_true_random=False))
def test_the_order_of_needs_and_offers_does_not_matter(market: Market, chance: random.Random) -> None:
    """Not even to who gives whom how much."""
    shuffled = Market(list(market.needs), list(market.offers), minor_units=0)
    chance.shuffle(shuffled.needs)
    chance.shuffle(shuffled.offers)
    assert answer(shuffled).as_json() == answer(market).as_json()


@SOME
@given(decided())
def test_what_an_officer_decides_is_kept_and_never_raises_the_objective(market: Market) -> None:
    """What is fixed is given exactly, what is ruled out not at all; the cost is what is lost."""
    found = None
    with suppress(Refused):
        found = answer(market)
    assume(found is not None)
    assert found is not None
    override = market.overrides[0]
    given_ = sum(m.amount for m in found.matches if (m.need, m.offer) == (override.need, override.offer))
    assert override.fix in (None, given_)
    assert override.limit is None or given_ <= override.limit
    assert not (override.forbid and given_)
    assert violations(market, found) == []
    assert found.overrides is not None
    assert found.overrides.cost >= 0
    assert found.overrides.objective_without == pytest.approx(found.objective + found.overrides.cost, abs=1e-9)
    free = answer(markets_.checked(Market(market.needs, market.offers, minor_units=0)))
    assert free.objective == pytest.approx(found.overrides.objective_without, abs=1e-7)
