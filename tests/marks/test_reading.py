"""The reading syntax: characters, unread places and runs, escapes, places in the text as given."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from countermark.marks import reading
from countermark.marks.reading import Place, Reading, ReadingError
from countermark.marks.text import canonical

TYPED = st.text(max_size=80) | st.text(alphabet="AB01?*\\★ -ЖО\u0306()１", max_size=80)
CHARACTERS = st.characters(exclude_categories=["Cs"]).filter(lambda char: canonical(char) == char)
PLACES = st.lists(
    st.builds(Place, st.just("char"), CHARACTERS, st.just(0))
    | st.just(Place("unknown", "", 0))
    | st.just(Place("run", "", 0)),
    min_size=1,
    max_size=64,
)


def _said(found: Reading) -> tuple[str | None, list[tuple[str, str]]]:
    return found.prefix, [(place.kind, place.char) for place in found.places]


def _outcome(typed: str) -> Reading | str:
    try:
        return reading.parse(typed)
    except ReadingError as refusal:
        return str(refusal)


def _kinds(text: str) -> list[str]:
    return [place.char or {"unknown": "?", "run": "*"}[place.kind] for place in reading.parse(text).places]


@given(TYPED)
def test_a_reading_written_out_is_read_back_the_same(typed: str) -> None:
    found = _outcome(typed)
    if isinstance(found, str):
        return
    assert _said(reading.parse(reading.format(found))) == _said(found)


@given(PLACES, st.sampled_from([None, "1", "2"]))
def test_any_places_written_out_are_read_back_the_same(places: list[Place], prefix: str | None) -> None:
    characters = "".join(place.char or " " for place in places)
    # Two characters that compose into one cannot stand side by side in a reading.
    assume(canonical(characters) == characters.replace(" ", ""))
    assume(not any(a.kind == b.kind == "run" for a, b in pairwise(places)))
    assume(any(place.kind != "run" for place in places))
    made = Reading("", tuple(places), prefix)
    assert _said(reading.parse(reading.format(made))) == _said(made)


@given(TYPED)
def test_places_point_into_the_text_as_given_in_order(typed: str) -> None:
    found = _outcome(typed)
    if isinstance(found, str):
        return
    at = [place.at for place in found.places]
    assert at == sorted(at)
    assert all(0 <= index < len(typed) for index in at)


@given(st.text())
def test_any_text_is_understood_or_refused_in_words(typed: str) -> None:
    outcome = _outcome(typed)
    assert isinstance(outcome, Reading) or outcome.endswith(".")


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("AB?1*2", ["A", "B", "?", "1", "*", "2"]),
        ("A**B", ["A", "*", "B"]),
        ("A* *B", ["A", "*", "B"]),
        ("?*", ["?", "*"]),
        ("N？１＊", ["N", "?", "1", "*"]),
    ],
)
def test_wildcards_stand_for_what_was_not_read(typed: str, places: list[str]) -> None:
    assert _kinds(typed) == places


@pytest.mark.parametrize(("typed", "char"), [("\\*", "★"), ("★", "★"), ("\\?", "?"), ("\\\\", "\\"), ("A\\"[1:], "\\")])
def test_an_escaped_character_is_itself(typed: str, char: str) -> None:
    assert [(place.kind, place.char) for place in reading.parse(typed).places] == [("char", char)]


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("AB-12", [0, 1, 3, 4]),
        ("(1) AB", [4, 5]),
        ("A\\*B", [0, 1, 3]),
        ("ßA", [0, 0, 1]),
        ("И\u0306A", [0, 2]),
        ("𝟎A", [0, 1]),
    ],
)
def test_a_place_counts_code_points_of_the_text_as_given(typed: str, at: list[int]) -> None:
    assert [place.at for place in reading.parse(typed).places] == at


def test_the_number_in_brackets_is_remembered() -> None:
    assert _said(reading.parse("（2） ab")) == ("2", [("char", "A"), ("char", "B")])


@pytest.mark.parametrize("typed", ["", " - ", "*", "* *", "(1)", "A" * 65, "-" * 2000])
def test_what_cannot_be_a_reading_is_refused(typed: str) -> None:
    with pytest.raises(ReadingError):
        reading.parse(typed)


def test_sixty_four_places_are_a_reading() -> None:
    assert len(reading.parse("A-" * 64).places) == 64
