"""Words that stand where a mark should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks.placeholders import PLACEHOLDERS, is_placeholder


@pytest.mark.parametrize(
    "written",
    [
        "NSN",
        "nsn",
        "UNK",
        "Unknown",
        "S/N",
        "s.n.",
        "N/A",
        "NONE",
        "SIN NÚMERO",
        "sin numero",
        "без номера",
        "Б/Н",
        "无号",
    ],
)
def test_a_placeholder_says_that_there_is_no_mark(written: str) -> None:
    assert is_placeholder(written)


@pytest.mark.parametrize("written", ["", "-", " — ", "...", "/"])
def test_separators_alone_say_that_there_is_no_mark(written: str) -> None:
    assert is_placeholder(written)


@pytest.mark.parametrize("written", ["0000", "NSN1", "UNK 12", "ABC", "★", "?", "12345"])
def test_what_may_be_a_mark_is_no_placeholder(written: str) -> None:
    assert not is_placeholder(written)


@given(st.text(), st.characters(categories=["Nd"]), st.text())
def test_a_text_with_a_digit_is_never_a_placeholder(before: str, digit: str, after: str) -> None:
    assert not is_placeholder(before + digit + after)


@given(st.sampled_from(sorted(PLACEHOLDERS)), st.sampled_from([" ", "-", ".", "/"]))
def test_separators_inside_a_placeholder_do_not_matter(placeholder: str, separator: str) -> None:
    assert is_placeholder(separator.join(placeholder))
