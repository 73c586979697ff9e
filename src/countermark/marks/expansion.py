"""From a reading to the skeleton keys under which the mark may stand in the index.

The register stays as it is; the question is expanded. Keys are 60-bit integers (`skeleton.key`), so an edit is a few shifts,
done for many keys at once. A key is only kept when the pattern of digits and letters it gives occurs in the register.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import islice, product
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from countermark.marks import skeleton
from countermark.marks.channel import typed
from countermark.marks.edits import CLASSES, DIGIT, LETTER, Edits, edits_of, edits_of_patterns, kind_of
from countermark.marks.reading import Place, Reading
from countermark.marks.scripts import SOUND

PLACES = skeleton.PLACES
FULL = skeleton.BITS * PLACES
_BY_KIND = {kind: np.array(classes, np.int64) for kind, classes in CLASSES.items()}

MOST_KEYS = 20_000
"""More keys than this are not looked up one by one."""

MOST_TWICE = 2
"""A key that several edits lead to counts each time; so many times as many keys are then looked up."""

MOST_EDITS = 1_000
"""Patterns of readings whose edits are kept: eight kilobytes each."""

MOST_LATINISED = 6
"""Ways to write a reading of another script in Latin letters that are tried."""

MOST_SPELLINGS = 16
"""Ways to write a reading in another script by sound that are tried."""


class Span(NamedTuple):
    """Keys `low <= key < high` of known places at the beginning (or, reversed, at the end) of a mark."""

    low: int
    high: int
    places: int


@dataclass(frozen=True)
class Patterns:
    """The patterns of digits and letters (`skeleton.pattern`) that occur in the register."""

    known: NDArray[np.int64]

    @cached_property
    def _table(self) -> NDArray[np.bool_]:
        table = np.zeros(4**PLACES, bool)
        table[self.known] = True
        return table

    def holds(self, patterns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each pattern occurs."""
        return self._table[patterns]

    @cached_property
    def _near(self) -> NDArray[np.bool_]:
        table = self._table.copy()
        for follows in (0, DIGIT, LETTER):
            table[edits_of_patterns(follows).of(self.known)] = True
        return table

    def is_near(self, patterns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each pattern is one edit from one that occurs: no other leads to a registered mark."""
        return self._near[patterns]

    @cached_property
    def edits(self) -> Callable[[int, int, int], Edits]:
        """(pattern, places, class that follows) -> the edits that lead to a pattern that occurs; kept, for they are few."""
        return lru_cache(MOST_EDITS)(partial(edits_of, holds=lambda pattern: bool(self._table[pattern])))


class Sieve(Protocol):
    """What knows which keys are not in the register."""

    def passes(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """False only for keys that no registered mark has."""
        ...


def _sifted(parts: Sequence[NDArray[np.int64]], sieve: Sieve | None) -> NDArray[np.int64]:
    """Sorted and each once, without those that no registered mark has."""
    if sieve is None or not parts:
        return _unique(parts)
    together = np.concatenate(parts)
    return _unique([together[sieve.passes(together)]])


class _Strings(NamedTuple):
    """Skeletons of one length with their patterns, both packed."""

    keys: NDArray[np.int64]
    patterns: NDArray[np.int64]


def _classes(places: Sequence[Place]) -> list[int]:
    return [skeleton.class_of(place.char) if place.kind == "char" else 0 for place in places]


def _pattern(classes: Sequence[int]) -> int:
    pattern = 0
    for number in classes[:PLACES]:
        pattern = pattern << 2 | _KINDS[number]
    return pattern << 2 * max(0, PLACES - len(classes))


_KINDS = [kind_of(number) for number in range(skeleton.LAST_CLASS + 1)]


def _patterns_of(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    numbers = (keys[:, None] >> _SHIFT[skeleton.BITS]) & skeleton.LAST_CLASS
    kinds = (numbers > 0).astype(np.int64) + (numbers > skeleton.DIGIT_CLASSES)
    patterns: NDArray[np.int64] = (kinds << _SHIFT[2]).sum(axis=1)
    return patterns


_SHIFT = {bits: bits * np.arange(PLACES - 1, -1, -1, dtype=np.int64) for bits in (skeleton.BITS, 2)}
_MASK = np.int64(3) << _SHIFT[2]
"""Of the places of a pattern."""


def _around(classes: Sequence[int], number: int, table: Patterns, sieve: Sieve | None) -> NDArray[np.int64]:
    """Sorted keys within one edit, or two, of one skeleton without gaps."""
    length, key = len(classes), _same(classes)
    places, follows = min(length, PLACES), _following(classes, length)
    if number == 1:
        return _sifted([table.edits(_pattern(classes), places, follows).of(key).ravel()], sieve)
    first = _any_edits(places, follows)
    once = first.of(key).ravel()
    by_length = {
        length: once[: first.same],
        length + 1: once[first.same : first.same + first.longer],
        length - 1: once[first.same + first.longer :],
    }
    twice = [
        new
        for now, keys in by_length.items()
        for new in _edited(_leading(_unique([keys]), table), now, _following(classes, now), table)
    ]
    return _sifted(twice, sieve)


@lru_cache(maxsize=256)
def _any_edits(places: int, follows: int) -> Edits:
    """Every edit, whatever it leads to: another one may lead back."""
    return edits_of(0, places, follows, lambda pattern: True)


def _edited(strings: _Strings, length: int, follows: int, table: Patterns) -> Iterator[NDArray[np.int64]]:
    """The keys of every single edit of skeletons of one length, pattern by pattern."""
    order = np.argsort(strings.patterns, kind="stable")
    patterns = strings.patterns[order]
    first = np.flatnonzero(np.diff(patterns, prepend=-1))
    # Of no skeletons there is one part, and no pattern.
    for pattern, keys in zip(patterns[first].tolist(), np.split(strings.keys[order], first[1:]), strict=False):
        yield table.edits(pattern, min(length, PLACES), follows).of(keys).ravel()


def _following(classes: Sequence[int], length: int) -> int:
    """The class after the twelfth place when edits have changed the length; 0 past the end."""
    beyond = classes[PLACES + len(classes) - length :]
    return beyond[0] if beyond else 0


def _leading(keys: NDArray[np.int64], table: Patterns) -> _Strings:
    """The keys one edit from which there may be a registered mark."""
    patterns = _patterns_of(keys)
    near = table.is_near(patterns)
    return _Strings(keys[near], patterns[near])


def _unique(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Sorted and each once: a sort is faster here than numpy's hashing."""
    if not parts:
        return np.zeros(0, np.int64)
    together = np.concatenate(parts) if len(parts) > 1 else parts[0].copy()
    together.sort()
    first = np.ones(len(together), bool)
    np.not_equal(together[1:], together[:-1], out=first[1:])
    return together[first]


def _same(classes: Sequence[int]) -> NDArray[np.int64]:
    return np.array([skeleton.pack(classes)], np.int64)


def spellings(places: tuple[Place, ...]) -> list[tuple[Place, ...]]:
    """The places as read, then with letters put in that another script spells like this by sound (ZH for Ж)."""
    ways = [places]
    if not _SPELT.search("".join([place.char for place in places])):
        return ways
    for way in ways:
        for start in range(len(way)):
            for length, letter in _letters_at(way, start):
                place = Place("char", letter, way[start].at)
                changed = (*way[:start], place, *way[start + length :])
                if changed not in ways and len(ways) < MOST_SPELLINGS:
                    ways.append(changed)
        if len(ways) >= MOST_SPELLINGS:
            break
    return ways


def _by_spelling() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for letter, ways in SOUND.items():
        for spelling in ways:
            found.setdefault(spelling, []).append(letter)
    return {spelling: tuple(letters) for spelling, letters in found.items()}


_LETTERS = _by_spelling()
_LONGEST_SPELLING = max((len(spelling) for spelling in _LETTERS), default=0)
_SPELT = re.compile("|".join(re.escape(spelling) for spelling in _LETTERS if len(spelling) > 1))
"""Most readings spell no letter of another script, and are seen so at once."""


def _letters_at(places: tuple[Place, ...], start: int) -> Iterator[tuple[int, str]]:
    # A letter spelt by one other letter is one edit away and is found without this.
    for length in range(2, _LONGEST_SPELLING + 1):
        part = places[start : start + length]
        if len(part) < length or any(place.kind != "char" for place in part):
            return
        for letter in _LETTERS.get("".join(place.char for place in part), ()):
            yield length, letter


def latinised(places: Sequence[Place]) -> list[list[Place]]:
    """The places with every letter of another script as the Latin letters it is typed for: a Latin mark read by its sound."""
    if not any(typed(place.char) for place in places):
        return []
    ways = product(*(typed(place.char) or (place.char,) for place in places))
    return [
        [Place("char", char, place.at) for place, text in zip(places, way, strict=True) for char in text]
        for way in islice(ways, MOST_LATINISED)
    ]


def exact_keys(reading: Reading) -> NDArray[np.int64]:
    """The key of the reading itself and of its spellings by sound; the reading has neither `?` nor `*`."""
    ways = [*spellings(reading.places), *latinised(reading.places)]
    return _unique([_same(_classes(way)) for way in ways])


def keys_within(reading: Reading, edits: int, patterns: Patterns, sieve: Sieve | None = None) -> NDArray[np.int64]:
    """Sorted keys within `edits` (0, 1 or 2) edits of a reading without `?` and `*`. The second step is for the reading as given."""
    if edits == 0:
        return exact_keys(reading)
    ways = spellings(reading.places) if edits == 1 else [reading.places]
    parts = [_around(_classes(ways[0]), edits, patterns, sieve)]
    parts += [_around(_classes(way), 1, patterns, sieve) for way in ways[1:]]
    for way in latinised(reading.places):
        parts.append(_same(_classes(way)) if edits == 1 else _around(_classes(way), 1, patterns, sieve))
    return _unique(parts) if len(parts) > 1 else parts[0]


def without(keys: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sorted keys that are not among other sorted ones."""
    if not len(keys):
        return keys
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    fresh = np.ones(len(keys), bool)
    fresh[at[keys[at] == asked]] = False
    return keys[fresh]


def keys_of_unknown(
    reading: Reading, patterns: Patterns, edits: int = 0, most: int = MOST_KEYS, sieve: Sieve | None = None
) -> NDArray[np.int64] | None:
    """Sorted keys of a reading with `?`, filled in as the register's patterns allow; None when more than `most`."""
    places = reading.places[:PLACES]
    length = min(len(reading.places), PLACES)
    classes = _classes(reading.places)
    gaps = [place for place in range(length) if places[place].kind == "unknown"]
    left_open = sum(int(_MASK[place]) for place in gaps)
    fits = (patterns.known & ~left_open) == _pattern(classes)
    for place in gaps:
        fits &= (patterns.known & _MASK[place]) > 0
    shape = patterns.known[fits]
    base = _same(classes)
    parts = []
    total = 0
    for pattern in shape.tolist():
        kinds_here = [(pattern >> 2 * (PLACES - 1 - place)) & 3 for place in gaps]
        total += int(np.prod([len(_BY_KIND[kind]) for kind in kinds_here], dtype=np.int64))
        if total > most:
            return None
        keys = base
        for place, kind in zip(gaps, kinds_here, strict=True):
            keys = (keys[:, None] | (_BY_KIND[kind] << _SHIFT[skeleton.BITS][place])[None, :]).ravel()
        parts.append(keys)
    if not parts:
        return np.zeros(0, np.int64)
    if not edits:
        return _sifted(parts, sieve)
    if total * 60 > most * 4:
        return None
    found = np.concatenate(parts)
    follows = _following(classes, len(classes))
    wider = list(_edited(_Strings(found, _patterns_of(found)), length, follows, patterns))
    if len(found) + sum(map(len, wider)) > most * MOST_TWICE:
        return None
    return _sifted([found, *wider], sieve)


def span(classes: Sequence[int]) -> Span:
    """The range of keys that begin with these classes."""
    classes = classes[:PLACES]
    low = skeleton.pack(classes)
    return Span(low, low + (1 << (FULL - skeleton.BITS * len(classes))), len(classes))


def ends(reading: Reading) -> tuple[Span, Span]:
    """The known places before the first gap and, read backwards, after the last one, as ranges of keys."""
    places = reading.places
    gap = [i for i, place in enumerate(places) if place.kind != "char"]
    if not gap:
        whole = _classes(places)
        return span(whole), span(whole[::-1])
    return span(_classes(places[: gap[0]])), span(_classes(places[gap[-1] + 1 :])[::-1])
