"""The single edits of packed skeletons, worked out once for every pattern of digits and letters that is read.

Which edits lead to a pattern that the register has depends on the pattern of the reading alone. What an edit does to a key is
then the same few shifts for all of them: an edited key is `key & stays | (key & up) << 5 | (key & down) >> 5 | put`.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from countermark.marks import skeleton

Ints: TypeAlias = NDArray[np.int64]

PLACES = skeleton.PLACES
DIGIT, LETTER = 1, 2
CLASSES = {
    DIGIT: range(1, skeleton.DIGIT_CLASSES + 1),
    LETTER: range(skeleton.DIGIT_CLASSES + 1, skeleton.LAST_CLASS + 1),
}
"""Kind of a place -> the classes it may have."""

_KEY, _PATTERN = skeleton.BITS, 2


class Edit(NamedTuple):
    """One edit of texts packed with so many bits a place."""

    stays: int
    up: int
    down: int
    put: int


class Edits(NamedTuple):
    """Edits as arrays over edits; the first `same` keep the length, the next `longer` add a place, the others drop one."""

    stays: Ints
    up: Ints
    down: Ints
    put: Ints
    same: int
    longer: int
    bits: int

    def of(self, packed: Ints) -> Ints:
        """(n, edits): each of n keys, or of n patterns, edited in every way."""
        all_of = packed[:, None]
        edited: Ints = all_of & self.stays
        edited |= (all_of & self.up) << self.bits
        edited |= (all_of & self.down) >> self.bits
        edited |= self.put
        return edited


def edits_of(pattern: int, places: int, follows: int, holds: Callable[[int], bool]) -> Edits:
    """The edits of keys with this pattern and so many places (1 to 12) after which `holds` their pattern.

    `follows`: the class that moves in at the end where a place is dropped, of a mark longer than twelve places; or 0.
    """
    parts = ([edit for edit, shape in part if holds(_edited(pattern, shape))] for part in _every(places, follows))
    return _together(*parts, bits=_KEY)


def edits_of_patterns(follows: int) -> Edits:
    """The edits of patterns themselves, of any length; `follows`: the kind that moves in at the end, or 0."""
    some = {0: 0, DIGIT: CLASSES[DIGIT][0], LETTER: CLASSES[LETTER][0]}[follows]
    parts = (dict.fromkeys(shape for _, shape in part) for part in _every(PLACES, some))
    return _together(*parts, bits=_PATTERN)


def _every(places: int, follows: int) -> Iterator[Iterator[tuple[Edit, Edit]]]:
    """Edits of keys, each with what it does to the pattern: those that keep the length, that add a place, that drop one."""
    yield chain(_filled(_emptied, places), _swaps(places))
    yield _filled(_with_gap, min(places + 1, PLACES))
    yield _drops(places, follows)


def _together(*parts: Iterable[Edit], bits: int) -> Edits:
    same, longer, shorter = map(list, parts)
    columns = np.array([*same, *longer, *shorter], np.int64).reshape(-1, len(Edit._fields)).T
    stays, up, down, put = np.ascontiguousarray(columns)
    return Edits(stays, up, down, put, len(same), len(longer), bits)


def kind_of(number: int) -> int:
    """Whether a class is one of digits or of letters; 0 past the end."""
    return 0 if not number else DIGIT if number <= skeleton.DIGIT_CLASSES else LETTER


def _edited(pattern: int, edit: Edit) -> int:
    moved = (pattern & edit.up) << _PATTERN | (pattern & edit.down) >> _PATTERN
    return pattern & edit.stays | moved | edit.put


def _filled(gap_at: Callable[[int, int], Edit], places: int) -> Iterator[tuple[Edit, Edit]]:
    """Every class in each place that `gap_at` leaves empty."""
    for place in range(places):
        gap, shape = gap_at(place, _KEY), gap_at(place, _PATTERN)
        for kind, classes in CLASSES.items():
            for number in classes:
                yield (
                    gap._replace(put=number << _shift(place, _KEY)),
                    shape._replace(put=kind << _shift(place, _PATTERN)),
                )


def _swaps(places: int) -> Iterator[tuple[Edit, Edit]]:
    return ((_swapped(place, _KEY), _swapped(place, _PATTERN)) for place in range(places - 1))


def _drops(places: int, follows: int) -> Iterator[tuple[Edit, Edit]]:
    if places > 1:
        kind = kind_of(follows)
        yield from ((_without(place, _KEY, follows), _without(place, _PATTERN, kind)) for place in range(places))


def _shift(place: int, bits: int) -> int:
    return bits * (PLACES - 1 - place)


def _mask(place: int, bits: int) -> int:
    return ((1 << bits) - 1) << _shift(place, bits)


def _below(place: int, bits: int) -> int:
    return (1 << _shift(place, bits)) - 1


def _emptied(place: int, bits: int) -> Edit:
    return Edit(~_mask(place, bits), 0, 0, 0)


def _with_gap(place: int, bits: int) -> Edit:
    """An empty place put in before this one; the twelfth is pushed out."""
    moved = _mask(place, bits) | _below(place, bits)
    return Edit(~moved, 0, moved, 0)


def _without(place: int, bits: int, follows: int) -> Edit:
    moved = _below(place, bits)
    return Edit(~(_mask(place, bits) | moved), moved, 0, follows)


def _swapped(place: int, bits: int) -> Edit:
    """This place changed with the next."""
    left, right = _mask(place, bits), _mask(place + 1, bits)
    return Edit(~(left | right), right, left, 0)
