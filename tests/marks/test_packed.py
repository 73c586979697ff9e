"""Many marks as one matrix of code points."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks import packed
from countermark.marks.text import canonical

MARKS = st.lists(st.text(max_size=20).map(canonical).filter(bool), max_size=8)


@given(MARKS)
def test_packed_marks_read_as_they_were(marks: list[str]) -> None:
    whole = packed.pack(marks)
    assert list(whole) == marks
    assert [whole[at] for at in range(len(whole))] == marks


@given(MARKS.filter(bool))
def test_marks_that_come_as_one_text_are_parted_again(marks: list[str]) -> None:
    joined = "".join(mark + packed.SEPARATOR for mark in marks)
    assert list(packed.split(joined)) == marks


@given(MARKS, MARKS)
def test_marks_of_different_widths_join(first: list[str], second: list[str]) -> None:
    assert list(packed.join([packed.pack(first), packed.pack(second)])) == first + second


def test_some_of_the_marks_are_taken_in_the_order_asked_for() -> None:
    marks = packed.pack(["A1", "甲28000849", "B"])
    assert list(marks.take(np.array([2, 1]))) == ["B", "甲28000849"]
    assert list(marks[1:]) == ["甲28000849", "B"]
