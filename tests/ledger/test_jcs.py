import json
import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import jcs

SAFE = 2**53 - 1
text = st.text()
bmp_text = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF))
integers = st.integers(-SAFE, SAFE)
floats = st.floats(allow_nan=False, allow_infinity=False)


def json_values(keys: st.SearchStrategy[str], *leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.one_of(st.none(), st.booleans(), text, *leaves),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=20,
    )


@given(json_values(text, integers, floats))
def test_the_bytes_are_those_of_an_independent_implementation(value: Any) -> None:
    assert jcs.encode(value) == rfc8785.dumps(value)


@given(json_values(bmp_text, integers))
def test_without_fractions_the_bytes_are_plain_sorted_compact_json(value: Any) -> None:
    expected = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    # Python escapes the delete character only when asked for ASCII, so both leave it as it is.
    assert jcs.encode(value) == jcs.encode_plain(value) == expected


@given(json_values(text, integers))
def test_decoding_gives_back_what_was_encoded(value: Any) -> None:
    assert jcs.decode(jcs.encode(value)) == value


# Beyond 2^53 a fraction is written like an integer, and comes back as one that is refused.
@given(json_values(text, integers, st.floats(-SAFE, SAFE)))
def test_the_form_of_a_decoded_form_is_the_same_form(value: Any) -> None:
    once = jcs.encode(value)
    assert jcs.encode(jcs.decode(once)) == once


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, b"0"),
        (-0.0, b"0"),
        (1.0, b"1"),
        (1e21, b"1e+21"),
        (1e20, b"100000000000000000000"),
        (1e-6, b"0.000001"),
        (1e-7, b"1e-7"),
        (333333333.33333329, b"333333333.3333333"),
        (5e-324, b"5e-324"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(number: float, written: bytes) -> None:
    assert jcs.encode([number]) == b"[" + written + b"]"


def test_keys_are_sorted_by_utf_16_units_not_by_code_points() -> None:
    assert jcs.encode({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


def test_control_characters_are_escaped_in_the_short_or_the_lower_case_form() -> None:
    assert jcs.encode('\b\t\n\f\r\x00\x1f\x7f"\\/\u2028') == b'"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\\"\\\\/\xe2\x80\xa8"'


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 2**53, -(2**53), "\ud800", {"\udfff": 1}, {1: 2}, b"bytes", object()]
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value], lambda value: {"a": {"b": [value]}}])
def test_what_json_cannot_carry_unchanged_is_refused(value: Any, wrap: Any) -> None:
    with pytest.raises(ValueError):
        jcs.encode(wrap(value))


def test_nesting_without_end_is_refused_and_does_not_crash() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError):
        jcs.encode(value)
    with pytest.raises(ValueError):
        jcs.decode(b"[" * 100_000)


@pytest.mark.parametrize("data", [b"", b"{", b"NaN", b"'a'", b'"\xff"', b"[1] [2]"])
def test_bytes_that_are_no_json_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        jcs.decode(data)


@given(st.binary())
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        jcs.decode(data)
    except ValueError:
        with pytest.raises(ValueError):
            json.loads(data.decode(), parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
