"""How probable a reading is, given a mark."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks.channel import Channel
from countermark.marks.differences import align
from countermark.marks.likelihood import MANY, of_marks
from countermark.marks.reading import parse

DIGITS_AND_LETTERS = st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=3, max_size=12)


def likelihood(reading: str, *marks: str) -> list[float]:
    scores: list[float] = of_marks(parse(reading), marks).tolist()
    return scores


@given(DIGITS_AND_LETTERS)
def test_a_perfect_reading_is_explained_by_its_mark_alone(mark: str) -> None:
    (score,) = likelihood(mark, mark)
    assert score == pytest.approx(len(mark) * np.log(Channel().kept), abs=1e-3)
    assert align(parse(mark), mark) == []


@given(DIGITS_AND_LETTERS, DIGITS_AND_LETTERS)
def test_no_mark_explains_a_reading_better_than_the_mark_that_agrees(reading: str, mark: str) -> None:
    exact, other = likelihood(reading, reading, mark)
    assert other <= exact + 1e-3


@given(DIGITS_AND_LETTERS, st.lists(DIGITS_AND_LETTERS, max_size=6))
def test_a_mark_scores_the_same_alone_and_in_a_batch(reading: str, marks: list[str]) -> None:
    together = likelihood(reading, *marks, "ЖИ1408")
    alone = [likelihood(reading, mark)[0] for mark in [*marks, "ЖИ1408"]]
    assert together == pytest.approx(alone, abs=1e-3)


NEIGHBOURS = st.lists(st.text(alphabet="0172OIZAЖШ", min_size=1, max_size=12), min_size=1, max_size=20)


@given(st.text(alphabet="0172OIZAЖSH", min_size=2, max_size=10), NEIGHBOURS)
def test_a_mark_scores_the_same_among_many_as_among_few(reading: str, marks: list[str]) -> None:
    # Every way to lose two places of the reading and to have two more, so that marks drift apart from it and come back.
    cut = [reading[:i] + reading[i + 1 : k] + reading[k + 1 :] for k in range(len(reading)) for i in range(k)]
    apart = [f"{mark[:2]}{one}{mark[2:]}"[:12] for mark in marks for one in [reading[::-1], reading, *cut[:3]]]
    every = [mark for mark in [*marks, *cut, *apart] if mark]
    many = (every * (1 + 2 * MANY // len(every)))[: 2 * MANY]
    few = [score for start in range(0, len(many), 50) for score in likelihood(reading, *many[start : start + 50])]
    assert likelihood(reading, *many) == few


def test_a_look_alike_is_more_probable_than_a_near_one_and_that_than_any_other() -> None:
    look, near, other = likelihood("12345", "1234S", "12346", "12341")
    assert look > near > other


def test_another_kind_of_character_is_the_least_probable() -> None:
    digit, letter = likelihood("12347", "12345", "1234K")
    assert digit > letter


def test_a_letter_typed_by_its_sound_costs_one_edit() -> None:
    by_sound, by_chance = likelihood("ZHИ1408", "ЖИ1408", "QXИ1408")
    assert by_sound > by_chance
    assert by_sound > len("ЖИ1408") * np.log(Channel().kept) - 6


def test_an_unread_place_fits_every_character_alike() -> None:
    first, second = likelihood("12?45", "12345", "12945")
    assert first == pytest.approx(second)


def test_an_unread_run_fits_any_length() -> None:
    scores = likelihood("AB*9", "AB19", "AB12349", "AB123456789")
    assert scores == pytest.approx([scores[0]] * 3)


def test_a_mark_of_a_very_different_length_is_out_of_reach() -> None:
    assert likelihood("123", "123456789") == [-np.inf]


def test_a_mark_shorter_than_what_was_read_around_a_run_is_out_of_reach() -> None:
    assert likelihood("1234*56789", "12389") == [-np.inf]


def test_no_marks_give_no_scores() -> None:
    assert likelihood("123") == []


@given(st.text(min_size=1, max_size=64), st.lists(st.text(min_size=1, max_size=64), max_size=4))
def test_any_unicode_is_compared_without_failing(reading: str, marks: list[str]) -> None:
    try:
        parsed = parse(reading)
    except ValueError:
        return
    clean = [mark.replace("\0", "") for mark in marks]
    scores = of_marks(parsed, clean)
    assert len(scores) == len(marks)
    assert not np.isnan(scores).any()
    for mark in clean:
        align(parsed, mark)


def test_a_letter_read_off_a_latin_mark_by_its_sound_costs_one_edit() -> None:
    read = parse("Ж1408")
    likely, unlikely = of_marks(read, ["ZH1408", "QX1408"])
    assert likely > unlikely
    assert [(d.read, d.mark, d.why) for d in align(read, "ZH1408")] == [("Ж", "ZH", "transliterated")]
