"""Posterior over weapons and absence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks import likelihood, posterior
from countermark.marks.channel import Channel
from countermark.marks.posterior import Absence, Found, Spelling, Spellings
from countermark.marks.reading import parse

MAKERS = Spellings(
    (
        Spelling(11, "Taurus", 1, 60.0),
        Spelling(12, "Forjas Taurus S.A.", 1, 5.0),
        Spelling(13, "Rossi", 2, 30.0),
        Spelling(14, "Norinco", 3, 5.0),
    )
)


def found(reading: str, *marks: str, maker: int = 1) -> Found:
    codes, lengths = likelihood.matrix(marks)
    scores = likelihood.of_codes(parse(reading), codes, lengths)
    return Found(codes, lengths, scores, np.zeros(len(marks)), np.full(len(marks), maker, np.int64))


def terms(reading: str, *marks: str) -> posterior.Terms:
    return posterior.terms(parse(reading), found(reading, *marks), Channel(), None, 1e-6, 0.0)


def absent(reading: str, *marks: str) -> float:
    return terms(reading, *marks).weigh(Absence())


def test_a_maker_as_spelt_speaks_for_its_group_whatever_the_alias() -> None:
    right, alias, wrong = MAKERS.log_evidence("taurus", np.array([11, 12, 13]), 0.05)
    assert right == alias
    assert right > wrong + 2


def test_a_misspelt_maker_is_still_recognised() -> None:
    taurus, rossi = MAKERS.log_evidence("Tuarus", np.array([11, 13]), 0.05)
    assert taurus > rossi


def test_a_wrong_maker_weighs_but_never_rules_out() -> None:
    (wrong,) = MAKERS.log_evidence("Norinco", np.array([13]), 0.05)
    assert np.exp(wrong) > 0.01


def test_a_maker_nobody_registered_tells_little() -> None:
    scores = MAKERS.log_evidence("Xyzzy Ordnance", np.array([11, 13, 14]), 0.05)
    known = MAKERS.log_evidence("Taurus", np.array([11, 13, 14]), 0.05)
    assert np.ptp(scores) < np.ptp(known)


def test_an_unknown_code_gets_the_average_of_all_makers() -> None:
    right, unknown, wrong = MAKERS.log_evidence("Taurus", np.array([11, 0, 14]), 0.05)
    assert right > unknown > wrong


def test_likely_makers_come_with_every_code_of_their_group() -> None:
    assert set(MAKERS.likely("Taurus")) == {11, 12}


def test_without_spellings_a_maker_says_nothing() -> None:
    assert Spellings(()).log_evidence("Taurus", np.array([1, 2]), 0.05).tolist() == [0.0, 0.0]


def test_agreement_is_more_probable_than_silence_and_that_than_contradiction() -> None:
    same, silent, other = posterior.log_agreement(3, np.array([3, 0, 4]), 0.05, 8)
    assert same > silent > other


@given(
    st.lists(st.floats(-200, 0), min_size=0, max_size=30),
    st.floats(-300, 5),
    st.floats(-300, 5),
)
def test_probabilities_and_absence_never_exceed_one(weapons: list[float], gone: float, missed: float) -> None:
    probability, not_registered = posterior.combine(np.array(weapons), gone, missed)
    assert (probability >= 0).all()
    assert 0 <= not_registered <= 1
    assert probability.sum() + not_registered <= 1 + 1e-9


def test_without_any_candidate_the_weapon_is_not_registered() -> None:
    assert posterior.combine(np.zeros(0), -np.inf, -np.inf)[1] == 1.0


@given(st.integers(0, 8))
def test_a_restored_character_that_agrees_never_lowers_the_odds(at: int) -> None:
    true, rival = "TKD482131", "TXD782930"
    if true[at] == rival[at]:
        return
    before = true[:at] + "?" + true[at + 1 :]
    first = likelihood.of_marks(parse(before), [true, rival])
    then = likelihood.of_marks(parse(true), [true, rival])
    assert then[0] - then[1] >= first[0] - first[1] - 1e-6


def test_a_full_number_block_makes_absence_more_probable_than_an_empty_one() -> None:
    crowded = absent("123456", *(f"12345{digit}" for digit in "01234789"))
    alone = absent("123456", "923456")
    assert crowded > alone


def test_a_number_that_is_registered_leaves_little_room_for_absence() -> None:
    neighbours = [f"12345{digit}" for digit in "0123789"]
    taken = terms("123456", "123456", *neighbours)
    free = terms("123456", *neighbours)
    assert taken.neighbour < free.neighbour / 10


def test_neighbours_of_another_maker_do_not_take_the_number() -> None:
    codes, lengths = likelihood.matrix(["123456", "123457"])
    scores = likelihood.of_codes(parse("123456"), codes, lengths)
    one = Found(codes, lengths, scores, np.zeros(2), np.array([1, 1], np.int64))
    two = one._replace(maker=np.array([1, 2], np.int64))
    first, second = (posterior.terms(parse("123456"), x, Channel(), None, 0.0, 0.0) for x in (one, two))
    assert second.neighbour > first.neighbour


def test_a_weapon_with_two_fitting_marks_has_both_their_chances() -> None:
    keys, scores, rows = posterior.group_sum(np.array([7, 5, 7]), np.log([0.1, 0.3, 0.2]))
    assert keys.tolist() == [5, 7]
    assert np.exp(scores) == pytest.approx([0.3, 0.3])
    assert rows.tolist() == [1, 2]


@pytest.mark.parametrize(("text", "tail"), [("AB1234", [0, 1, 2]), ("12345A", [1, 2, 3]), ("A1", [0]), ("ABC", [])])
def test_running_digits_are_the_last_three(text: str, tail: list[int]) -> None:
    assert posterior.tail_digits(parse(text).places) == tail


def test_a_perfect_reading_has_its_own_likelihood() -> None:
    reading = parse("12?4")
    (score,) = likelihood.of_marks(reading, ["1234"])
    assert score == pytest.approx(posterior.own_likelihood(reading, Channel()), abs=1e-4)
