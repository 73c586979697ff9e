"""The text of a mark: canonical form, prefix, code points."""

import string
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from countermark.marks import text

DECIMAL_DIGITS = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"]


@given(st.text())
@example("ᄀ\u200dᅡ")
@example("ΐ\u0301ǰ")
@example("ŉ１²①")
def test_canonical_form_of_a_canonical_form_is_itself(written: str) -> None:
    form = text.canonical(written)
    assert text.canonical(form) == form


@given(st.text())
def test_canonical_form_is_upper_case(written: str) -> None:
    form = text.canonical(written)
    assert form.upper() == form


@given(st.text(alphabet=string.ascii_uppercase + string.digits))
def test_latin_capitals_and_digits_never_change(written: str) -> None:
    assert text.canonical(written) == written


@given(st.text(alphabet=string.ascii_letters + string.digits + string.punctuation + " "))
def test_a_text_in_ascii_has_the_same_form_with_and_without_the_short_cut(written: str) -> None:
    # A leading letter of another script forces the general path.
    assert text.canonical("Ж" + written) == "Ж" + text.canonical(written)


@given(st.text(), st.text(alphabet=" -./_'\u00a0\u200b\u2011\u2044\u200e"))
def test_separators_around_a_text_say_nothing(written: str, separators: str) -> None:
    assert text.canonical(separators + written + separators) == text.canonical(written)


@given(st.sampled_from(DECIMAL_DIGITS))
def test_a_decimal_digit_of_any_script_counts_by_its_value(digit: str) -> None:
    assert text.canonical(digit) == str(unicodedata.decimal(digit))


@pytest.mark.parametrize(
    ("letters", "latin"),
    [("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS"), ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"), ("авекмнорстух", "ABEKMHOPCTYX")],
)
def test_a_letter_that_looks_like_a_latin_capital_becomes_it(letters: str, latin: str) -> None:
    assert text.canonical(letters) == latin


@pytest.mark.parametrize("letter", "БГДЖЗИЙЛПФЦЧШЩЪЫЬЭЮЯΓΔΘΛΞΠΣΦΨΩ甲乙ب")
def test_a_letter_without_a_latin_twin_stays(letter: str) -> None:
    assert text.canonical(letter) == letter


@pytest.mark.parametrize("first", ["АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"])
def test_two_letters_of_one_alphabet_never_become_the_same_character(first: str) -> None:
    forms = [text.canonical(letter) for letter in first]
    assert len(set(forms)) == len(first)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("ab-12 34", "AB1234"),
        ("ＡＢ１２", "AB12"),
        ("Ёé İı Й", "EEIIЙ"),
        ("E\u0301", "E"),
        ("И\u0306", "Й"),
        ("N*123", "N★123"),
        ("N☆123", "N★123"),
        ("A?1", "A?1"),
        ("二〇", "二0"),
        ("ß", "SS"),
        ("№ 123", "123"),
        ("\u200b \u00ad-", ""),
    ],
)
def test_canonical_form_by_example(written: str, form: str) -> None:
    assert text.canonical(written) == form


def test_digits_and_letters_that_look_alike_stay_apart() -> None:
    assert text.canonical("O0 I1 B8") == "O0I1B8"


@pytest.mark.parametrize(
    ("written", "parted"),
    [
        ("(1)AB123", ("1", "AB123")),
        ("( 2 ) AB123", ("2", "AB123")),
        ("（１）AB", ("1", "AB")),
        ("⑵AB", ("2", "AB")),
        ("AB(1)", (None, "AB(1)")),
        ("(28)123", (None, "(28)123")),
        ("(1)", ("1", "")),
    ],
)
def test_a_number_in_brackets_before_a_serial_is_parted_from_it(written: str, parted: tuple[str | None, str]) -> None:
    assert text.split_prefix(written) == parted


@given(st.text() | st.builds("({}){}".format, st.integers(1, 2), st.text()))
def test_a_prefix_that_was_parted_can_be_put_back(written: str) -> None:
    parted = text.split_prefix(written)
    assert text.split_prefix(text.format_mark(*parted)) == parted


@given(st.text(), st.integers(1, 80))
def test_code_points_are_cut_and_padded_to_the_length_asked_for(written: str, length: int) -> None:
    form = text.canonical(written)
    points = text.codes(form, length)
    assert points.tolist() == ([ord(char) for char in form] + [0] * length)[:length]
