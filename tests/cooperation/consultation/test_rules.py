"""What replies come to: counts add up, silence is no opinion."""

from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.consultation.rules import Answer, Question, late, silent, tally

QUESTION = Question("1", "choice", "t", ("a", "b", "c"))
ANSWERS = st.builds(
    Answer,
    choice=st.none() | st.integers(-1, 4),
    number=st.none() | st.integers(0, 9),
    words=st.sampled_from(["", "w"]),
)
REPLIES = st.dictionaries(st.sampled_from("PQRSTU"), st.dictionaries(st.sampled_from(["1", "2"]), ANSWERS))


@given(REPLIES)
def test_every_choice_that_is_one_is_counted_once_and_nothing_else(replies: dict[str, dict[str, Answer]]) -> None:
    found = tally(QUESTION, replies)

    assert sum(found.counts) == found.answered == sum(len(some) for some in found.who)
    assert found.answered <= found.replies == len(replies)
    shares = [found.share(place) for place in range(3)]
    assert shares == [None] * 3 if not found.answered else abs(sum(share or 0 for share in shares) - 100) < 1e-9


@given(REPLIES)
def test_who_is_silent_and_who_replied_are_all_who_were_asked(replies: dict[str, dict[str, Answer]]) -> None:
    asked = sorted("PQRSTU")

    assert sorted([*silent(asked, replies), *replies]) == asked


def test_the_middle_of_numbers_lies_between_two_or_is_one_of_them() -> None:
    question = Question("1", "number", "t")

    def middle(*numbers: int) -> float | None:
        return tally(question, {str(n): {"1": Answer(number=n)} for n in numbers}).middle

    assert (middle(), middle(7), middle(9, 1, 4), middle(1, 4)) == (None, 7, 4, 2.5)


def test_a_reply_on_the_day_it_is_due_is_in_time() -> None:
    assert not late("2026-05-31", "2026-05-31")
    assert late("2026-05-31", "2026-06-01")
