"""The ends of scans: nothing is lost, nothing doubled, nothing joined that belongs apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.stockpile.codes import splitting
from tests.stockpile.codes.ends import CASES, Case, Keys, typed

CHARACTERS = st.text(
    st.characters(blacklist_characters=splitting.ENDS, blacklist_categories=["Cs"]), min_size=3, max_size=30
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_stream_has_the_scans_it_has(case: Case) -> None:
    assert list(splitting.split(case.keys)) == case.scans


@st.composite
def streams(draw: st.DrawFn) -> Keys:
    gaps = draw(st.lists(st.tuples(st.sampled_from("AB01\r\n\t "), st.floats(0, 300)), max_size=60))
    at, keys = 0.0, []
    for character, gap in gaps:
        at += gap
        keys.append((character, at))
    return keys


@given(streams())
def test_every_character_is_in_one_scan_and_in_order(keys: Keys) -> None:
    scans = list(splitting.split(keys))
    assert "".join(scans) == "".join(character for character, _ in keys if character not in splitting.ENDS)
    assert all(scans)


@given(st.lists(CHARACTERS, max_size=20), st.sampled_from(["\r", "\n", "\r\n", "\t", "\r\t"]), st.floats(0, 34))
def test_scans_that_a_scanner_ends_stay_apart_at_any_pace(texts: list[str], end: str, gap: float) -> None:
    assert list(splitting.split(typed("".join(text + end for text in texts), gap))) == texts


@given(st.lists(CHARACTERS, max_size=20), st.floats(0, 34), st.floats(81, 500))
def test_scans_of_a_scanner_without_an_end_stay_apart_by_the_pause(texts: list[str], gap: float, pause: float) -> None:
    keys: Keys = []
    for text in texts:
        keys += typed(text, gap, keys[-1][1] + pause if keys else 0)
    assert list(splitting.split(keys)) == texts


@given(streams(), st.floats(0, 1e6))
def test_only_the_distances_in_time_count(keys: Keys, later: float) -> None:
    whole = [(character, float(round(at))) for character, at in keys]
    moved = [(character, float(round(at)) + round(later)) for character, at in keys]
    assert list(splitting.split(whole)) == list(splitting.split(moved))


@given(st.lists(CHARACTERS, max_size=500))
def test_a_pasted_list_is_as_many_scans_as_it_has_lines(texts: list[str]) -> None:
    assert splitting.pasted("\n".join(texts)) == texts
