"""Codes of paper forms: what is misread is noticed, what is written another way is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register import papercodes
from countermark.register.papercodes import ALPHABET, LENGTH, NUMBERS

codes = st.builds(
    papercodes.code_of, st.sampled_from(sorted(papercodes.LETTERS)), st.integers(min_value=0, max_value=NUMBERS - 1)
)


@given(codes)
def test_a_code_is_understood_as_printed_and_as_scanned(code: str) -> None:
    assert papercodes.parse(papercodes.shown(code)) == papercodes.parse(code) == code


@given(codes)
def test_small_letters_spaces_and_full_width_digits_make_no_difference(code: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in code)

    assert papercodes.parse(f" {papercodes.shown(code).lower().replace('-', ' ')} ") == code
    assert papercodes.parse(wide) == code


@given(codes, st.integers(min_value=2, max_value=LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(code: str, place: int, char: str) -> None:
    wrong = code[:place] + char + code[place + 1 :]

    assert (papercodes.parse(wrong) is None) == (wrong != code)


@given(codes, st.integers(min_value=2, max_value=LENGTH - 2))
def test_two_neighbours_that_changed_places_are_noticed_but_for_the_first_and_the_last_of_the_alphabet(
    code: str, place: int
) -> None:
    one, other = code[place], code[place + 1]
    wrong = code[:place] + other + one + code[place + 2 :]

    assert one == other or {one, other} == {"0", "Z"} or papercodes.parse(wrong) is None


def test_letters_that_look_like_digits_are_read_as_those() -> None:
    code = papercodes.code_of("event", 1)

    assert papercodes.parse(code.replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize("text", ["", "F", "FE", "R-77", "TKD48213", "FX00000000A", "F" * 11, "ف" * 11, "FE-0000-0000"])
def test_what_is_no_code_is_none(text: str) -> None:
    assert papercodes.parse(text) is None
