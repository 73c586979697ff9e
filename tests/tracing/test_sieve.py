"""The sieve: which keys nobody has, and that an answer is the same with or without it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from countermark.marks import expansion, skeleton
from countermark.marks.expansion import Patterns
from countermark.marks.reading import parse
from countermark.tracing import sieve

KEYS = st.lists(st.integers(0, 2**60 - 1), max_size=60)
MARKS = st.text(alphabet="0123456789ACFHKMTX", min_size=3, max_size=16)


def array(keys: list[int]) -> NDArray[np.int64]:
    return np.array(keys, np.int64)


@given(KEYS, KEYS)
def test_every_key_added_passes(first: list[int], later: list[int]) -> None:
    made = sieve.of_keys([array(first)], len(first))
    made.add(array(later))
    assert made.passes(array([*first, *later])).all()


def test_few_of_the_keys_that_nobody_has_pass() -> None:
    random = np.random.default_rng(3)
    held, others = random.integers(0, 2**60, 20_000), random.integers(0, 2**60, 100_000)
    assert sieve.of_keys([held], len(held)).passes(others).mean() < 0.02


def test_an_empty_sieve_lets_nothing_pass() -> None:
    assert not sieve.empty(0).passes(np.arange(1000)).any()


@given(MARKS, st.lists(MARKS, min_size=1, max_size=20), st.integers(1, 2))
def test_the_sieve_takes_away_only_keys_that_no_mark_has(read: str, marks: list[str], edits: int) -> None:
    patterns = Patterns(np.unique(array([skeleton.pattern(mark) for mark in marks])))
    held = array([skeleton.key(mark) for mark in marks])
    whole = expansion.keys_within(parse(read), edits, patterns)
    sifted = expansion.keys_within(parse(read), edits, patterns, sieve.of_keys([held], len(held)))
    assert np.isin(sifted, whole).all()
    assert not np.isin(held, np.setdiff1d(whole, sifted)).any()


@given(MARKS, st.lists(MARKS, min_size=1, max_size=20), st.data(), st.integers(0, 1))
def test_so_it_does_with_unread_places(read: str, marks: list[str], data: st.DataObject, edits: int) -> None:
    at = data.draw(st.integers(0, len(read) - 1))
    reading = parse(read[:at] + "?" + read[at + 1 :])
    patterns = Patterns(np.unique(array([skeleton.pattern(mark) for mark in marks])))
    held = array([skeleton.key(mark) for mark in marks])
    whole = expansion.keys_of_unknown(reading, patterns, edits)
    sifted = expansion.keys_of_unknown(reading, patterns, edits, sieve=sieve.of_keys([held], len(held)))
    assert (whole is None) == (sifted is None)
    if whole is not None and sifted is not None:
        assert np.isin(sifted, whole).all()
        assert not np.isin(held, np.setdiff1d(whole, sifted)).any()
