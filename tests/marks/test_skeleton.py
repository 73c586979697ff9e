"""The confusion skeleton: classes, keys, patterns."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks import skeleton
from countermark.marks.text import canonical

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "marks.md").read_text(encoding="utf-8")
CANONICAL = st.text().map(canonical)


def test_the_classes_fit_five_bits() -> None:
    assert len(skeleton.CLASSES) <= skeleton.LAST_CLASS < 2**skeleton.BITS


def test_no_character_is_in_two_classes() -> None:
    members = "".join(skeleton.CLASSES) + "".join(skeleton.SHAPES)
    assert len(set(members)) == len(members)


@pytest.mark.parametrize("char", sorted({char for group in skeleton.CLASSES + skeleton.SHAPES for char in group}))
def test_the_tables_speak_of_canonical_characters(char: str) -> None:
    assert canonical(char) == char


@given(st.characters(exclude_categories=["Cs"]))
def test_every_character_has_a_class(char: str) -> None:
    assert 1 <= skeleton.class_of(char) <= skeleton.LAST_CLASS


@given(st.characters(exclude_categories=["Cs"]))
def test_only_listed_characters_are_digit_like(char: str) -> None:
    if skeleton.class_of(char) <= skeleton.DIGIT_CLASSES:
        assert char in "".join(skeleton.CLASSES[: skeleton.DIGIT_CLASSES])


@pytest.mark.parametrize("group", skeleton.LOOKALIKE)
def test_lookalikes_share_a_class(group: str) -> None:
    assert len({skeleton.class_of(char) for char in group}) == 1


@pytest.mark.parametrize("pair", skeleton.NEAR)
def test_a_near_pair_is_two_characters_that_are_not_lookalikes(pair: str) -> None:
    assert len(set(pair)) == 2
    assert not any(set(pair) <= set(group) for group in skeleton.LOOKALIKE)


@pytest.mark.parametrize("group", [char for group in skeleton.SHAPES for char in combinations(group, 2)])
def test_letters_that_differ_by_dots_share_a_class(group: tuple[str, str]) -> None:
    assert skeleton.class_of(group[0]) == skeleton.class_of(group[1])


@given(CANONICAL)
def test_a_key_holds_the_classes_of_the_first_twelve_characters(form: str) -> None:
    assert skeleton.unpack(skeleton.key(form)) == tuple(skeleton.codes(form)[: skeleton.PLACES].tolist())


@given(CANONICAL)
def test_a_key_fits_sixty_bits(form: str) -> None:
    assert 0 <= skeleton.key(form) < 2**60


@given(CANONICAL)
def test_packing_undoes_unpacking(form: str) -> None:
    assert skeleton.pack(skeleton.unpack(skeleton.key(form))) == skeleton.key(form)


@given(CANONICAL, CANONICAL)
def test_texts_that_begin_alike_lie_in_one_range_of_keys(beginning: str, ending: str) -> None:
    start = skeleton.key(beginning)
    free = skeleton.BITS * max(0, skeleton.PLACES - len(beginning))
    assert start <= skeleton.key(beginning + ending) < start + (1 << free)


@given(CANONICAL)
def test_the_reversed_key_is_the_key_of_the_text_read_backwards(form: str) -> None:
    assert skeleton.reversed_key(form) == skeleton.key(form[::-1])


def test_a_misread_lookalike_keeps_the_key() -> None:
    assert skeleton.key("OB51") == skeleton.key("08SI")


def test_a_character_read_otherwise_changes_the_key() -> None:
    assert skeleton.key("AB1") != skeleton.key("AF1")


def test_keys_of_version_one_never_change() -> None:
    # Stored keys depend on this: a change here needs a new SKELETON_VERSION.
    assert skeleton.SKELETON_VERSION == 1
    assert skeleton.unpack(skeleton.key("TKD48213")) == (20, 15, 1, 4, 7, 3, 2, 7)
    assert skeleton.unpack(skeleton.key("ЖИ甲★ب")) == (24, 17, 20, 19, 19)


def test_a_pattern_tells_digits_from_letters() -> None:
    assert skeleton.pattern("A9K") == int("212000000000", 4)


@given(CANONICAL)
def test_a_pattern_depends_on_the_classes_alone(form: str) -> None:
    places = [1 if number <= skeleton.DIGIT_CLASSES else 2 for number in skeleton.unpack(skeleton.key(form))]
    assert skeleton.pattern(form) == sum(kind << (22 - 2 * place) for place, kind in enumerate(places))


@pytest.mark.parametrize("group", skeleton.CLASSES + skeleton.SHAPES + skeleton.LOOKALIKE + skeleton.NEAR)
def test_the_documentation_shows_every_group(group: str) -> None:
    assert " ".join(group) in DOCUMENTED
