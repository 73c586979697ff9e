"""What fits on a plate, and how many import marks will fit after it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marking import space

sizes = st.floats(1, 200)


def test_a_plate_of_20_by_6_millimetres_takes_two_lines_of_fourteen_at_1_6() -> None:
    assert space.grid(20, 6, 1.6) == space.Grid(lines=2, columns=14)


def test_one_line_used_leaves_one_for_import_marks() -> None:
    fit = space.fit(20, 6, 1.6, ["XA ACME A12345"])
    assert (fit.fits, fit.lines, fit.future_import_marks) == (True, ("XA ACME A12345",), 2)


def test_a_mark_is_broken_between_its_elements() -> None:
    assert space.wrap("XA ACME A12345", 8) == ["XA ACME", "A12345"]


def test_a_word_longer_than_the_line_does_not_fit() -> None:
    assert not space.fit(5, 20, 1.6, ["AB1234567"]).fits


def test_a_full_plate_has_no_room_for_another_mark() -> None:
    assert space.fit(20, 3, 1.6, ["XA ACME A12345"]).future_import_marks == 0


@given(sizes, sizes, st.floats(0.5, 5), st.lists(st.sampled_from(["XA 1", "XA ACME 12345"]), max_size=4))
def test_what_is_said_to_fit_lies_inside_the_plate(
    width: float, height: float, character: float, marks: list[str]
) -> None:
    fit = space.fit(width, height, character, marks)
    if not fit.fits or not fit.lines:
        return
    longest = max(map(len, fit.lines)) * space.ADVANCE * character
    tall = ((len(fit.lines) - 1) * space.LEADING + 1) * character
    assert longest <= width - 2 * space.EDGE_MM + 1e-6
    assert tall <= height - 2 * space.EDGE_MM + 1e-6


@given(sizes, sizes, st.floats(0.5, 5))
def test_a_larger_character_never_fits_more(width: float, height: float, character: float) -> None:
    small, large = space.grid(width, height, character), space.grid(width, height, character * 1.5)
    assert (large.lines, large.columns) <= (max(small.lines, large.lines), small.columns) or large.lines <= small.lines


@pytest.mark.parametrize("count", [0, 1, 2])
def test_each_mark_more_leaves_less_room(count: int) -> None:
    rooms = [space.fit(20, 12, 1.6, ["XA 1"] * number).future_import_marks for number in range(3)]
    assert rooms == sorted(rooms, reverse=True)
    assert rooms[count] == (space.grid(20, 12, 1.6).lines - count) * 2


HALF = space.Kept(top_mm=6, width_mm=20, height_mm=6)


def test_no_mark_goes_where_a_part_is_kept_for_imports() -> None:
    whole, kept = space.fit(20, 12, 1.6, ["XA 1"]), space.fit(20, 12, 1.6, ["XA 1"], (), [HALF])
    assert whole.fits
    assert kept.fits
    assert not space.fit(20, 12, 1.6, ["XA 1"] * whole.grid.lines, (), [HALF]).fits


def test_an_import_mark_goes_into_the_part_kept_for_it_first() -> None:
    alone = space.fit(20, 12, 1.6, [], (), [HALF]).future_import_marks
    two_inside = space.fit(20, 12, 1.6, [], ["XA 26"], [HALF])
    assert (two_inside.lines, two_inside.future_import_marks) == (("XA 26",), alone - 2)


def test_an_import_mark_that_finds_the_kept_part_full_goes_beside_it() -> None:
    narrow = space.Kept(top_mm=9, width_mm=3, height_mm=3)
    assert space.fit(20, 12, 1.6, [], ["XA 26"], [narrow]).fits


def test_what_is_kept_for_another_purpose_takes_no_import_marks() -> None:
    other = space.Kept(top_mm=6, width_mm=20, height_mm=6, for_imports=False)
    with_imports = space.fit(20, 12, 1.6, [], (), [HALF]).future_import_marks
    assert space.fit(20, 12, 1.6, [], (), [other]).future_import_marks < with_imports


@given(sizes, sizes, st.floats(0.5, 5), st.lists(st.sampled_from(["XA 1", "XA ACME"]), max_size=3), st.floats(0, 50))
def test_keeping_a_part_never_makes_room_for_other_marks(
    width: float, height: float, character: float, marks: list[str], top: float
) -> None:
    kept = [space.Kept(top, width, height / 2, for_imports=False)]
    if space.fit(width, height, character, marks, (), kept).fits:
        assert space.fit(width, height, character, marks).fits


@given(sizes, st.floats(0.5, 5), st.lists(st.tuples(st.floats(0, 60), st.floats(0.5, 40)), max_size=3))
def test_lines_through_what_is_kept_are_as_many_as_counting_finds(
    height: float, character: float, areas: list[tuple[float, float]]
) -> None:
    kept = [space.Kept(top, 20, tall) for top, tall in areas]
    lines = space.grid(20, height, character).lines
    tops = [space.EDGE_MM + row * space.LEADING * character for row in range(lines)]
    met = [
        any(top < one.top_mm + one.height_mm - 1e-9 and one.top_mm < top + character - 1e-9 for one in kept)
        for top in tops
    ]
    assert space._blocked(lines, character, kept) == sum(met)


@pytest.mark.parametrize("character", [1e-9, 5e-324])
def test_a_tiny_character_is_answered_at_once(character: float) -> None:
    assert space.fit(20, 12, character, ["XA 1"], (), [HALF]).fits


def test_an_area_without_end_is_answered() -> None:
    assert space.fit(20, math.inf, 1.6, ["XA 1"]).fits
