"""How a reading and a mark differ, told place by place."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks.channel import Channel
from countermark.marks.differences import align
from countermark.marks.likelihood import of_marks
from countermark.marks.reading import parse

DIGITS_AND_LETTERS = st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=3, max_size=12)


@pytest.mark.parametrize(
    ("reading", "mark", "why"),
    [
        ("TKD48213", "TKO48213", "lookalike"),
        ("12345", "12346", "near"),
        ("1234", "12934", "dropped"),
        ("129934", "12934", "added"),
        ("13245", "12345", "swapped"),
        ("12?45", "12345", "unread"),
        ("12*", "12345", "unread"),
        ("12341", "12345", "other"),
        ("ZHИ1408", "ЖИ1408", "transliterated"),
    ],
)
def test_the_alignment_says_why_a_place_differs(reading: str, mark: str, why: str) -> None:
    assert [difference.why for difference in align(parse(reading), mark)] == [why]


def test_a_difference_counts_code_points_of_the_reading_as_given() -> None:
    (difference,) = align(parse("tk-d 4821"), "TKO4821")
    assert (difference.at, difference.read, difference.mark) == (3, "D", "O")


def test_a_place_dropped_at_the_end_stands_after_the_reading() -> None:
    (difference,) = align(parse("AB12"), "AB129")
    assert difference == (4, "", "9", "dropped")


@given(st.text(alphabet="0127?*A", min_size=1, max_size=12).filter(lambda read: read.strip("*")), DIGITS_AND_LETTERS)
def test_a_reading_is_set_against_any_mark(reading: str, mark: str) -> None:
    differences = align(parse(reading), mark)
    assert all(0 <= difference.at <= len(reading) for difference in differences)


@given(st.text(alphabet="0127A", min_size=1, max_size=9), st.text(alphabet="0127A", min_size=1, max_size=9))
def test_the_differences_shown_are_about_the_likeliest_ones(reading: str, mark: str) -> None:
    cost = {
        "lookalike": Channel().lookalike,
        "near": Channel().near,
        "dropped": Channel().dropped,
        "swapped": Channel().swapped,
    }
    if abs(len(reading) - len(mark)) > 3:
        return
    (likely,) = of_marks(parse(reading), [mark])
    total, kept = 0.0, len(reading)
    for one in align(parse(reading), mark):
        kept -= len(one.read)
        if one.why == "added":
            at = one.at
            twice = reading[at] in (reading[at - 1 : at], reading[at + 1 : at + 2])
            total += log(Channel().doubled if twice else Channel().added)
        elif one.why == "other":
            total += log(Channel().other if one.read.isdigit() == one.mark.isdigit() else Channel().across)
        else:
            total += log(cost[one.why])
    assert likely - 3.0 <= total + kept * log(Channel().kept) <= likely + 1e-3
