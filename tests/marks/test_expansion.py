"""From a reading to skeleton keys."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from countermark.marks import expansion, skeleton
from countermark.marks.expansion import Patterns
from countermark.marks.reading import parse

MARKS = st.text(alphabet="0123456789ACFHKMTX", min_size=3, max_size=16)


def patterns(*marks: str) -> Patterns:
    return Patterns(np.unique(np.array([skeleton.pattern(mark) for mark in marks], np.int64)))


def found(mark: str, keys: NDArray[np.int64]) -> bool:
    return skeleton.key(mark) in keys.tolist()


@given(MARKS, st.data())
def test_one_edit_away_is_found_with_one_edit(mark: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(mark) - 1))
    other = data.draw(st.sampled_from("0123456789ACFHKMTX"))
    edits = (
        mark[:at] + other + mark[at + 1 :],
        mark[:at] + other + mark[at:],
        mark[:at] + mark[at + 1 :],
        mark[:at] + mark[at + 1 : at + 2] + mark[at] + mark[at + 2 :],
    )
    for reading in edits:
        assert found(mark, expansion.keys_within(parse(reading), 1, patterns(mark)))


@given(MARKS, st.data())
def test_two_edits_away_are_found_with_two(mark: str, data: st.DataObject) -> None:
    first, second = data.draw(st.integers(0, len(mark) - 1)), data.draw(st.integers(0, len(mark) - 1))
    read = list(mark)
    read[first] = data.draw(st.sampled_from("0123456789ACFHKMTX"))
    del read[second]
    assert found(mark, expansion.keys_within(parse("".join(read)), 2, patterns(mark)))


def test_a_pattern_the_register_does_not_have_is_not_asked_for() -> None:
    keys = expansion.keys_within(parse("123456"), 1, patterns("123456"))
    shapes = {tuple(number <= skeleton.DIGIT_CLASSES for number in skeleton.unpack(key)) for key in keys.tolist()}
    assert shapes == {(True,) * 6}


def test_keys_are_sorted_and_each_there_once() -> None:
    keys = expansion.keys_within(parse("AC12345"), 2, patterns("AC12345", "AC123456"))
    assert (np.diff(keys) > 0).all()


@given(MARKS, st.data())
def test_an_unread_place_is_filled_in(mark: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(mark) - 1))
    keys = expansion.keys_of_unknown(parse(mark[:at] + "?" + mark[at + 1 :]), patterns(mark))
    assert keys is not None
    assert found(mark, keys)


def test_too_many_unread_places_are_not_filled_in_one_by_one() -> None:
    assert expansion.keys_of_unknown(parse("????????"), patterns("12345678")) is None


def test_an_unread_place_and_one_edit_are_found_together() -> None:
    keys = expansion.keys_of_unknown(parse("12?4599"), patterns("1234567"), edits=1)
    assert keys is not None
    assert found("1234599", keys)
    assert found("1239599", keys)


def test_a_letter_typed_by_its_sound_leads_to_the_other_script() -> None:
    assert found("ЖИ1408", expansion.keys_within(parse("ZHИ1408"), 1, patterns("ЖИ1408")))


def test_the_known_ends_of_a_run_are_ranges_that_hold_the_mark() -> None:
    front, back = expansion.ends(parse("AC*89"))
    assert front.low <= skeleton.key("AC123489") < front.high
    assert back.low <= skeleton.reversed_key("AC123489") < back.high
    assert (front.places, back.places) == (2, 2)


def test_a_run_at_the_beginning_leaves_the_front_open() -> None:
    front, _ = expansion.ends(parse("*89"))
    assert (front.low, front.high) == (0, 1 << expansion.FULL)


@given(st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_keys_asked_for_before_are_not_asked_for_again(keys: set[int], asked: set[int]) -> None:
    wanted, before = (np.array(sorted(numbers), np.int64) for numbers in (keys, asked))
    assert expansion.without(wanted, before).tolist() == sorted(keys - asked)


def spells_nothing(read: str) -> bool:
    """Whether no letters of a reading may stand for one of another script by its sound: that is tried besides, at one edit."""
    return len(expansion.spellings(parse(read).places)) == 1


AS_READ = MARKS.filter(spells_nothing)


@given(AS_READ, st.lists(MARKS, min_size=1, max_size=8))
def test_the_second_edit_leaves_out_no_key_that_two_single_edits_reach(read: str, marks: list[str]) -> None:
    known = patterns(*marks)
    reached = expansion.keys_within(parse(read), 2, known).tolist()
    every = patterns(*(mark for mark in marks), *_shapes_near(read))
    for first in expansion.keys_within(parse(read), 1, every).tolist()[:40]:
        text = _text_of(first)
        written = skeleton.key(text) == first and spells_nothing(text)
        if written and len(read) <= skeleton.PLACES - 2:
            assert set(expansion.keys_within(parse(text), 1, known).tolist()) <= set(reached)


def _shapes_near(read: str) -> list[str]:
    return [read + "1", read + "A", read[:-1] or "1", "A" + read[1:], "1" + read[1:]]


def _text_of(key: int) -> str:
    return "".join(
        skeleton.CLASSES[number - 1][0] for number in skeleton.unpack(key) if number <= len(skeleton.CLASSES)
    )


@given(AS_READ, st.lists(MARKS, min_size=1, max_size=8))
def test_one_edit_leads_to_the_keys_that_editing_the_classes_one_by_one_leads_to(read: str, marks: list[str]) -> None:
    known = patterns(*marks)
    keys = expansion.keys_within(parse(read), 1, known)
    assert keys.tolist() == sorted(
        key for key in _edited_by_hand(read) if bool(known.holds(np.array([_pattern_of(key)], np.int64))[0])
    )


def _edited_by_hand(read: str) -> set[int]:
    classes = [skeleton.class_of(char) for char in read]
    every, size = range(1, skeleton.LAST_CLASS + 1), len(classes)
    edited = [[*classes[:at], one, *classes[at + 1 :]] for at in range(min(size, skeleton.PLACES)) for one in every]
    edited += [[*classes[:at], one, *classes[at:]] for at in range(min(size + 1, skeleton.PLACES)) for one in every]
    if size > 1:
        edited += [classes[:at] + classes[at + 1 :] for at in range(min(size, skeleton.PLACES))]
        pairs = range(min(size, skeleton.PLACES) - 1)
        edited += [[*classes[:at], classes[at + 1], classes[at], *classes[at + 2 :]] for at in pairs]
    return {skeleton.pack(one) for one in edited}


def _pattern_of(key: int) -> int:
    kinds = [1 if number <= skeleton.DIGIT_CLASSES else 2 for number in skeleton.unpack(key)]
    return sum(kind << 2 * (skeleton.PLACES - 1 - place) for place, kind in enumerate(kinds))
