"""The random sample that is read by eye: nobody can choose it, everybody can compute it again."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.stockpile.readers.sample import choose, size_for

ITEMS = [f"w{number}" for number in range(40)]


@given(st.permutations(ITEMS), st.integers(0, 50), st.binary(min_size=32, max_size=32))
def test_the_sample_depends_on_the_set_and_the_seed_alone(items: list[str], size: int, seed: bytes) -> None:
    chosen = choose(items, size, seed)

    assert chosen == choose(ITEMS, size, seed)
    assert len(set(chosen)) == len(chosen) == min(size, len(ITEMS))
    assert choose(items, size + 1, seed)[: len(chosen)] == chosen


def test_every_item_is_as_likely_as_any_other() -> None:
    times = Counter(item for number in range(2000) for item in choose(ITEMS, 4, number.to_bytes(32)))

    # 200 times each, give or take 14: six of those is past any honest chance.
    assert set(times) == set(ITEMS)
    assert all(115 < count < 285 for count in times.values())


def chance_to_meet(total: int, missing: int, size: int) -> float:
    return 1 - math.comb(total - missing, size) / math.comb(total, size)


@given(st.integers(1, 300), st.integers(1, 40), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_size_is_the_least_that_meets_the_confidence(total: int, missing: int, confidence: float) -> None:
    size = size_for(total, missing=missing, confidence=confidence)
    gone = min(missing, total)

    assert chance_to_meet(total, gone, size) >= confidence - 1e-9
    assert size == 1 or chance_to_meet(total, gone, size - 1) < confidence + 1e-9


def test_nothing_needs_no_sample_and_certainty_is_not_to_be_had() -> None:
    assert size_for(0, missing=1) == 0
    with pytest.raises(ValueError, match="confidence"):
        size_for(10, missing=1, confidence=1.0)
