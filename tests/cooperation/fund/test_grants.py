from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.fund.rules import grants
from countermark.cooperation.fund.rules.grants import Criterion, Tranche
from countermark.cooperation.fund.rules.money import FundRefused

CRITERIA = (Criterion("need", "Need", 60), Criterion("lasting", "Lasting", 40, best=10))
BEST = {"need": 5, "lasting": 10}


def test_the_best_marks_are_a_hundred_and_none_are_nothing() -> None:
    assert grants.score(CRITERIA, BEST) == 100
    assert grants.score(CRITERIA, {"need": 0, "lasting": 0}) == 0


def test_one_score_waits_for_a_second() -> None:
    assert grants.outcome(CRITERIA, {"a": BEST}).score is None


def test_two_scores_that_agree_come_to_their_mean() -> None:
    found = grants.outcome(CRITERIA, {"a": BEST, "b": {"need": 4, "lasting": 10}})

    assert found.score == Fraction(94)


def test_two_scores_far_apart_wait_for_a_third() -> None:
    given_ = {"a": BEST, "b": {"need": 2, "lasting": 10}}

    assert grants.outcome(CRITERIA, given_).why == "third"
    assert grants.outcome(CRITERIA, {**given_, "c": {"need": 5, "lasting": 10}}).score == Fraction(88)


@pytest.mark.parametrize(
    ("viewer", "scorers", "scores", "seen"),
    [
        ("a", ["b"], True, False),
        ("b", ["b"], True, False),
        ("a", ["b", "a"], True, True),
        ("c", ["a"], False, False),
        ("c", ["a", "b"], False, True),
        ("c", ["a", "b"], True, False),
    ],
)
def test_scorers_do_not_see_each_others_scores_before_both_gave_theirs(
    viewer: str, scorers: list[str], scores: bool, seen: bool
) -> None:
    assert grants.may_see(viewer, scorers, scores=scores) is seen


@pytest.mark.parametrize(
    "criteria",
    [
        (),
        (Criterion("a", "A", 50),),
        (Criterion("a", "A", 50), Criterion("a", "B", 50)),
        (Criterion("a", "A", 100, best=0),),
    ],
)
def test_criteria_that_cannot_be_scored_by_are_refused(criteria: tuple[Criterion, ...]) -> None:
    with pytest.raises(FundRefused):
        grants.require_criteria(criteria)


@pytest.mark.parametrize(
    "marks", [{"need": 5}, {"need": 6, "lasting": 0}, {"need": -1, "lasting": 0}, {**BEST, "charm": 5}]
)
def test_marks_that_are_none_are_refused(marks: dict[str, int]) -> None:
    with pytest.raises(FundRefused):
        grants.require_marks(CRITERIA, marks)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=5), st.integers(0, 5))
def test_tranches_are_paid_in_order_each_after_its_reports(amounts: list[int], accepted: int) -> None:
    tranches = [Tranche(number + 1, amount, "", number) for number, amount in enumerate(amounts)]
    grants.require_tranches(tranches, sum(amounts))
    paid: list[int] = []
    while len(paid) < len(tranches) and tranches[len(paid)].reports <= accepted:
        paid.append(grants.next_tranche(tranches, paid, accepted).number)

    assert paid == list(range(1, min(len(amounts), accepted + 1) + 1))
    with pytest.raises(FundRefused):
        grants.next_tranche(tranches, paid, accepted)


@pytest.mark.parametrize(
    "tranches",
    [
        [],
        [Tranche(2, 100, "")],
        [Tranche(1, 99, "")],
        [Tranche(1, 50, "", 1), Tranche(2, 50, "", 0)],
        [Tranche(1, 50, ""), Tranche(2, 50, "", 2)],
        [Tranche(1, 150, ""), Tranche(2, -50, "")],
    ],
)
def test_tranches_that_do_not_make_up_the_award_are_refused(tranches: list[Tranche]) -> None:
    with pytest.raises(FundRefused):
        grants.require_tranches(tranches, 100)
