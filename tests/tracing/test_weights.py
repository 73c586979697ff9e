"""The share of statements that are plainly wrong: found again where it is known, moved little by few, never certain."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.tracing import weights
from countermark.tracing.search.question import Weights
from countermark.tracing.weights import LEAST, MOST, Way

RIGHT, WRONG = Way(1.0, 0.0), Way(0.0, 0.1)
ways = st.lists(st.builds(Way, st.floats(0, 1), st.floats(0, 1)), max_size=20)


@pytest.mark.parametrize("wrong", [0.02, 0.2])
def test_a_share_is_found_again(wrong: float) -> None:
    chance = random.Random(5)
    told = [WRONG if chance.random() < wrong else RIGHT for _ in range(20_000)]
    assert weights.share(told, 0.05) == pytest.approx(wrong, abs=0.01)


@given(ways, st.floats(LEAST, MOST))
def test_a_share_stays_between_never_and_as_often_as_not(told: list[Way], start: float) -> None:
    assert LEAST <= weights.share(told, start) <= MOST


@given(ways, st.floats(LEAST, MOST))
def test_one_more_wrong_statement_never_makes_wrong_ones_rarer(told: list[Way], start: float) -> None:
    assert weights.share([*told, WRONG], start) >= weights.share(told, start) - 1e-6


def test_a_few_statements_move_a_share_little() -> None:
    assert weights.share([WRONG] * 2, 0.05) < 0.1


def test_a_weight_without_statements_stays() -> None:
    learned = weights.fitted({"kind": [RIGHT] * 200}, Weights())
    assert learned.kind < Weights().kind
    assert (learned.maker, learned.mark_kind) == (Weights().maker, Weights().mark_kind)


def test_what_was_not_stated_or_is_not_recorded_says_nothing() -> None:
    assert weights.coded(0, 3, 8) is None
    assert weights.coded(3, 0, 8) is None
    assert weights.coded(3, 3, 8) == RIGHT
    assert weights.coded(3, 4, 11) == Way(0.0, 0.1)
