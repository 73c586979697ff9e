"""The noisy channel: how probable is a reading, given the mark that really stands on the metal?

A weighted Damerau alignment, computed for a whole batch of marks at once. Places of the reading run along one axis, places
of the marks along the other and the marks themselves along the third, so that each step is one numpy operation over all
marks. Probabilities are per place and stand in `Channel`; `fit` learns them anew from confirmed readings.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from itertools import compress, pairwise
from math import exp, log
from typing import Generic, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from countermark.marks import packed
from countermark.marks.packed import Packed
from countermark.marks.reading import Place, Reading
from countermark.marks.scripts import SOUND
from countermark.marks.skeleton import LOOKALIKE, NEAR

Why = Literal["lookalike", "near", "other", "dropped", "added", "swapped", "unread", "transliterated"]

BAND = 3
"""Places by which reading and mark may drift apart when the reading has no unread run."""

LONGEST = 96
"""A mark is compared in its first 96 places."""

_NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Channel:
    """Probabilities of what happens to one place of a mark when it is read.

    `confusion` holds (mark character, read character, probability) triples learned from confirmed readings; they override
    the classes. The defaults were fitted on generated readings, see docs/search.md.
    """

    kept: float = 0.90
    lookalike: float = 0.025
    near: float = 0.012
    other: float = 0.0017
    across: float = 0.0001
    """Another character of the other kind: a digit read as a letter that does not look like it, or the reverse."""
    added: float = 0.0005
    doubled: float = 0.005
    dropped: float = 0.009
    swapped: float = 0.016
    unread: float = 0.05
    run: float = 0.03
    empty_run: float = 0.003
    sound: float = 0.02
    confusion: tuple[tuple[str, str, float], ...] = field(default=())

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Tables are looked up by channel in the hot loop; hashing fifteen numbers each time would show.
        return hash(tuple(getattr(self, one.name) for one in fields(self)))


class Difference(NamedTuple):
    """One place where reading and mark differ; `at` counts code points of the reading as given."""

    at: int
    read: str
    mark: str
    why: Why


def _pairs(groups: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for group in groups for a in group for b in group if a != b)


_LOOKALIKE = _pairs(LOOKALIKE)
_NEAR = _pairs(NEAR)


def relation(mark: str, read: str) -> Why | None:
    """How two single characters differ; None when they are the same."""
    if mark == read:
        return None
    if (mark, read) in _LOOKALIKE:
        return "lookalike"
    if (mark, read) in _NEAR:
        return "near"
    if read in SOUND.get(mark, ()) or mark in typed(read):
        return "transliterated"
    return "other"


def typed(read: str) -> tuple[str, ...]:
    """The Latin spellings a letter of another script may stand for, where it was read off a Latin mark by its sound."""
    return () if read.isascii() else SOUND.get(read, ())


def _log_pair(channel: Channel, mark: str, read: str) -> float:
    for known_mark, known_read, probability in channel.confusion:
        if (known_mark, known_read) == (mark, read):
            return log(probability)
    why = relation(mark, read)
    if why is None:
        return log(channel.kept)
    if why == "other":
        same_kind = mark.isdigit() == read.isdigit()
        return log(channel.other if same_kind else channel.across)
    return log({"lookalike": channel.lookalike, "near": channel.near, "transliterated": channel.sound}[why])


MOST_PAIRS = 200_000


class _Pairs(dict[tuple[str, str], float]):
    """log P(read | mark) of single characters, by (mark, read), worked out when first asked for."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def __missing__(self, pair: tuple[str, str]) -> float:
        if len(self) >= MOST_PAIRS:
            self.clear()
        found = self[pair] = _log_pair(self._channel, *pair)
        return found


@lru_cache(maxsize=16)
def _log_pairs(channel: Channel) -> _Pairs:
    return _Pairs(channel)


_Number = TypeVar("_Number", float, np.float32)


class _Logs(NamedTuple, Generic[_Number]):
    """Natural logarithms of a channel's probabilities."""

    dropped: _Number
    doubled: _Number
    added: _Number
    run: _Number
    empty_run: _Number
    unread: _Number
    swapped: _Number
    sound: _Number


@lru_cache(maxsize=16)
def _logs(channel: Channel) -> _Logs[float]:
    return _Logs(*(float(np.log(getattr(channel, name))) for name in _Logs._fields))


@lru_cache(maxsize=16)
def _scalars(channel: Channel) -> _Logs[np.float32]:
    """As the arrays hold them: to make a scalar takes longer than to add it to a hundred marks."""
    return _Logs(*map(np.float32, _logs(channel)))


@lru_cache(maxsize=16)
def plain_table(channel: Channel) -> NDArray[np.float32]:
    """(128 read, 128 mark) log-probabilities of the plain characters."""
    table = np.full((128, 128), np.log(channel.across), np.float32)
    plain, pairs = [chr(code) for code in range(33, 127)], _log_pairs(channel)
    for read in plain:
        table[ord(read), 33:127] = [pairs[mark, read] for mark in plain]
    return table


def matrix(marks: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Canonical marks as (n, width) code points, 0 padded, and their lengths."""
    return compared(packed.pack(marks))


def compared(marks: Packed) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """What is compared of marks: their first places, and how many these are."""
    if marks.codes.shape[1] <= LONGEST:
        return marks.codes, marks.lengths
    return marks.codes[:, :LONGEST], np.minimum(marks.lengths, LONGEST)


def log_likelihood(reading: Reading, marks: Sequence[str], channel: Channel = Channel()) -> NDArray[np.float64]:
    """log P(reading | mark) for every mark (canonical text), in nats; -inf for a mark no alignment reaches.

    About 0.2 ms for a hundred marks and 10 ms for twenty thousand, of the usual length.
    """
    codes, lengths = matrix(marks)
    return likelihood_of_codes(reading, codes, lengths, channel)


def likelihood_of_codes(
    reading: Reading, codes: NDArray[np.uint32], lengths: NDArray[np.intp], channel: Channel = Channel()
) -> NDArray[np.float64]:
    """As `log_likelihood`, for marks already turned into (n, width) code points."""
    places = reading.places
    read = sum([place.kind != "run" for place in places])
    has_run = read < len(places)
    near = lengths >= read - BAND if has_run else np.abs(lengths - read) <= BAND
    if not near.all():
        out = np.full(len(codes), -np.inf)
        if near.any():
            out[near] = likelihood_of_codes(reading, codes[near], lengths[near], channel)
        return out
    align_all = _align_with_runs if has_run else _align_near
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(codes), _AT_ONCE)]
    aligned = [align_all(places, codes[part], lengths[part], channel) for part in parts]
    scores = aligned[0] if len(aligned) == 1 else np.concatenate([*aligned, np.zeros(0, np.float32)])
    return np.where(scores > _NEVER / 2, scores, -np.inf)


_AT_ONCE = 4000
"""Marks whose states fit the processor's cache."""

NARROW = 1
"""Places of drift that are enough for most marks of a large batch."""

MANY = 300
"""Marks from which two alignments, a narrow one and a wide one of what needs it, take less time than one."""


def _align_near(
    places: Sequence[Place], codes: NDArray[np.uint32], lengths: NDArray[np.intp], channel: Channel
) -> NDArray[np.float32]:
    """The alignment of a reading without runs.

    A score of the narrow band is that of the wide one where it is more than anything could reach that left the narrow
    band: only the other marks are aligned again.
    """
    if len(codes) < MANY or any(typed(place.char) for place in places):
        return _align_in_band(BAND, places, codes, lengths, channel)
    inside = np.abs(lengths - len(places)) <= NARROW
    scores = np.full(len(codes), _NEVER, np.float32)
    scores[inside] = _align_in_band(NARROW, places, codes[inside], lengths[inside], channel)
    again = np.flatnonzero(scores < _most_outside(places, channel))
    if len(again):
        scores[again] = _align_in_band(BAND, places, codes[again], lengths[again], channel)
    return scores


def _most_outside(places: Sequence[Place], channel: Channel) -> float:
    """No alignment that left the narrow band, and came back to it, is more probable.

    It drops more places than the band is wide and adds one at least, or the reverse; the rest is no more than certain.
    """
    logs = _logs(channel)
    added = max(logs.added, logs.doubled) if any(_doubled(places, i) for i in range(len(places))) else logs.added
    beyond = NARROW + 1
    rounding = 0.01
    return max(beyond * logs.dropped + added, beyond * added + logs.dropped) + rounding


def _alphabet(marks: NDArray[np.uint32] | NDArray[np.int64]) -> tuple[NDArray[np.uint32] | None, NDArray[np.intp]]:
    """The small alphabet of this batch: None means the plain one, code points themselves."""
    if not marks.size or int(marks.max()) < 128:
        return None, marks.astype(np.intp, copy=False)
    seen = np.zeros(int(marks.max()) + 1, bool)
    seen[marks] = True
    letters = np.flatnonzero(seen)
    number = np.zeros(len(seen), np.intp)
    number[letters] = np.arange(len(letters))
    return letters.astype(np.uint32), number[marks]


def _emissions(place: Place, letters: NDArray[np.uint32] | None, channel: Channel) -> NDArray[np.float32]:
    """log P(read | mark character) over the alphabet, for one place of the reading."""
    row = _row(channel, place.char)
    if letters is None:
        return row
    plain = letters < _PLAIN
    table = np.empty(len(letters), np.float32)
    table[plain] = row[letters[plain]]
    pairs = _log_pairs(channel)
    table[~plain] = [pairs[chr(code), place.char] for code in letters[~plain].tolist()]
    return table


_PLAIN = 128


@lru_cache(maxsize=4096)
def _row(channel: Channel, read: str) -> NDArray[np.float32]:
    """log P(read | each plain character); code 0 is past the end of a mark."""
    if ord(read) < _PLAIN:
        plain: NDArray[np.float32] = plain_table(channel)[ord(read)]
        return plain
    pairs = _log_pairs(channel)
    return np.array([_NEVER, *(pairs[chr(code), read] for code in range(1, _PLAIN))], np.float32)


_DOUBLING = (1, 2, 4)
"""Steps by which a maximum spreads over the seven diagonals of few marks: numpy's own running maximum is slow along the first axis."""

_NEXT = 1 << 32


def _emitted(
    places: Sequence[Place],
    letters: NDArray[np.uint32] | None,
    index: NDArray[np.intp],
    diagonals: int,
    channel: Channel,
) -> NDArray[np.float32] | None:
    """(place, diagonal, mark): log P(place as read | the mark's character there), in one step for few marks of plain characters.

    None for others: a step for each place then takes no longer, and less memory.
    """
    read = [ord(place.char) if place.kind == "char" else 0 for place in places]
    if letters is not None or index.shape[1] >= MANY or max(read) >= _PLAIN:
        return None
    windows = index.take(_windows(len(places), diagonals), axis=0)
    windows += np.array(read)[:, None, None] * _PLAIN
    return _plain_rows(channel).take(windows)


@lru_cache(maxsize=256)
def _windows(places: int, diagonals: int) -> NDArray[np.intp]:
    """(place, diagonal): the place of the mark."""
    return np.arange(places)[:, None] + np.arange(diagonals)


@lru_cache(maxsize=16)
def _plain_rows(channel: Channel) -> NDArray[np.float32]:
    """As `plain_table`, one row after the other, with the row of an unread place in front."""
    table = plain_table(channel).copy()
    table[0] = _scalars(channel).unread
    return table.ravel()


def _align_in_band(
    band: int, places: Sequence[Place], codes: NDArray[np.uint32], lengths: NDArray[np.intp], channel: Channel
) -> NDArray[np.float32]:
    """The alignment along the diagonals on which reading and mark drift apart by at most `band` places.

    A state is (diagonal, mark): after i places of the reading, diagonal k stands for `i + k - band` places of the mark. What
    dropping places costs is left out of the states, so that a dropped place leaves a state as it is: a running maximum.
    It is counted from the widest band on, whatever the band, so that sums are rounded alike in all.
    """
    diagonals = 2 * band + 1
    logs = _scalars(channel)
    drop, twice, once = logs.dropped, logs.doubled + logs.dropped, logs.added + logs.dropped
    marks = np.zeros((len(places) + diagonals - 1, len(codes)), np.int64)
    shown = min(codes.shape[1], len(places) + band)
    marks[band : band + shown] = codes[:, :shown].T
    letters, index = _alphabet(marks)
    spelled = _spelled(places, letters)
    if spelled and band < BAND:
        return np.full(len(codes), _NEVER, np.float32)
    emitted = _emitted(places, letters, index, diagonals, channel)
    swaps = _swaps(places, marks, diagonals)
    state = np.full((diagonals, len(codes)), _NEVER, np.float32)
    state[band:] = -BAND * drop
    states = [state]
    added = [twice if _doubled(places, i) else once for i in range(len(places))]
    sounds = [typed(place.char) for place in places]
    for i, place in enumerate(places):
        if emitted is not None:
            now = emitted[i] + state
        elif place.kind == "unknown":
            now = state + logs.unread
        else:
            now = _emissions(place, letters, channel).take(index[i : i + diagonals])
            now += state
        np.maximum(now[:-1], state[1:] + added[i], out=now[:-1])
        if i in swaps:
            np.copyto(now, np.maximum(now, states[-2] + logs.swapped), where=swaps[i])
        for spelling in sounds[i]:
            more = len(spelling) - 1
            if 0 < more < diagonals:
                fits = np.logical_and.reduce(
                    [marks[i + k : i + k + diagonals - more] == ord(char) for k, char in enumerate(spelling)]
                )
                reached = state[: diagonals - more] + (logs.sound - more * drop)
                np.copyto(now[more:], np.maximum(now[more:], reached), where=fits)
        for length, letter in spelled.get(i, ()):
            more = length - 1
            reached = states[i - more][more:] + (logs.sound + more * drop)
            fits = marks[i : i + diagonals - more] == letter
            np.copyto(now[:-more], np.maximum(now[:-more], reached), where=fits)
        _drop(now)
        state = now
        states.append(now)
    apart = lengths - len(places)
    total: NDArray[np.float32] = state[apart + band, np.arange(len(codes))] + (apart + BAND).astype(np.float32) * drop
    return total


def _align_with_runs(
    places: Sequence[Place], codes: NDArray[np.uint32], lengths: NDArray[np.intp], channel: Channel
) -> NDArray[np.float32]:
    """The alignment where an unread run lets reading and mark drift apart by any number of places."""
    width, n = int(lengths.max()), len(codes)
    marks = np.ascontiguousarray(codes[:, :width].T)
    letters, index = _alphabet(marks)
    spelled = _spelled(places, letters)
    logs = _scalars(channel)
    ramp = (np.arange(width + 1, dtype=np.float32) * logs.dropped)[:, None]
    rows = [np.repeat(ramp, n, axis=1)]
    for i, place in enumerate(places):
        before = rows[-1]
        now = np.full((width + 1, n), _NEVER, np.float32)
        if place.kind == "run":
            reached = _running_maximum(before.copy())
            now[1:] = reached[:-1] + logs.run
            np.maximum(now, before + logs.empty_run, out=now)
            rows.append(now)
            continue
        _one_place(i, places, before, now, index, letters, channel)
        if i and place.kind == places[i - 1].kind == "char" and place.char != places[i - 1].char:
            _swap(places[i - 1].char, place.char, rows[-2], now, marks, channel)
        for spelling in typed(place.char):
            if 1 < len(spelling) <= width:
                _typed(spelling, before, now, marks, logs.sound)
        for length, mark in spelled.get(i, ()):
            reached = rows[i + 1 - length][:-1] + logs.sound
            np.copyto(now[1:], np.maximum(now[1:], reached), where=marks == mark)
        now -= ramp
        _running_maximum(now)
        now += ramp
        rows.append(now)
    return rows[-1][lengths, np.arange(n)]


def _drop(states: NDArray[np.float32]) -> None:
    """A place of the mark dropped, on every diagonal: in place, the running maximum in the way that takes so many marks least."""
    if states.shape[1] >= MANY:
        _running_maximum(states)
        return
    for step in _DOUBLING:
        if step < len(states):
            states[step:] = np.maximum(states[step:], states[:-step])


def _running_maximum(states: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the first axis, in place: numpy's own is slow there when there are many marks."""
    for above, here in pairwise(states):
        np.maximum(here, above, out=here)
    return states


def _swaps(places: Sequence[Place], marks: NDArray[np.int64], diagonals: int) -> dict[int, NDArray[np.bool_]]:
    """Place -> (diagonal, mark): where a mark has this place and the one before it the other way round. Only where some has."""
    wanted = {
        i: (ord(right.char), ord(left.char))
        for i, (left, right) in enumerate(pairwise(places), start=1)
        if left.char != right.char and left.char and right.char
    }
    if not wanted:
        return {}
    if marks.shape[1] >= MANY:
        found = {i: _pairs_at(marks[i - 1 : i + diagonals], *pair) for i, pair in wanted.items()}
        return {i: there for i, there in found.items() if there.any()}
    # Of few marks all places at once: one step of numpy instead of several a place.
    pairs = marks[:-1] * _NEXT + marks[1:]
    numbers = np.array([first * _NEXT + last for first, last in wanted.values()])
    there = (pairs == numbers[:, None, None]).reshape(len(wanted), -1).any(axis=1).tolist()
    return {i: _pairs_at(marks[i - 1 : i + diagonals], *wanted[i]) for i in compress(wanted, there)}


def _pairs_at(marks: NDArray[np.int64], first: int, last: int) -> NDArray[np.bool_]:
    """Where one character is followed by another."""
    there: NDArray[np.bool_] = (marks[:-1] == first) & (marks[1:] == last)
    return there


def _doubled(places: Sequence[Place], i: int) -> bool:
    """Whether a place of the reading says the same as the one before or after it."""
    char = places[i].char
    return char != "" and any(0 <= k < len(places) and places[k].char == char for k in (i - 1, i + 1))


def _one_place(
    i: int,
    places: Sequence[Place],
    before: NDArray[np.float32],
    now: NDArray[np.float32],
    index: NDArray[np.intp],
    letters: NDArray[np.uint32] | None,
    channel: Channel,
) -> None:
    """The place was read from one place of the mark, or stands in the reading only."""
    place, logs = places[i], _scalars(channel)
    if place.kind == "unknown":
        now[1:] = before[:-1] + logs.unread
    else:
        np.take(_emissions(place, letters, channel), index, out=now[1:])
        now[1:] += before[:-1]
    added = logs.doubled if _doubled(places, i) else logs.added
    np.maximum(now, before + added, out=now)


def _swap(
    left: str,
    right: str,
    two_before: NDArray[np.float32],
    now: NDArray[np.float32],
    marks: NDArray[np.uint32],
    channel: Channel,
) -> None:
    """Two neighbours of the mark stand in the reading the other way round."""
    if len(marks) < 2:
        return
    j, mark = np.nonzero((marks[:-1] == ord(right)) & (marks[1:] == ord(left)))
    reached = two_before[j, mark] + _scalars(channel).swapped
    now[j + 2, mark] = np.maximum(now[j + 2, mark], reached)


def _typed(
    spelling: str,
    before: NDArray[np.float32],
    now: NDArray[np.float32],
    marks: NDArray[np.uint32],
    log_sound: np.float32,
) -> None:
    """One letter of the reading stands for several of the mark."""
    ends = len(marks) - len(spelling) + 1
    fits = np.logical_and.reduce([marks[k : k + ends] == ord(char) for k, char in enumerate(spelling)])
    reached = before[:ends] + log_sound
    later = now[len(spelling) :]
    np.copyto(later, np.maximum(later, reached), where=fits)


def _spelled(places: Sequence[Place], letters: NDArray[np.uint32] | None) -> dict[int, list[tuple[int, int]]]:
    """Last place -> (places, mark character): where the reading spells a letter of another script by its sound."""
    if letters is None:
        return {}
    found: dict[int, list[tuple[int, int]]] = {}
    text = "".join(place.char if place.kind == "char" and len(place.char) == 1 else "\0" for place in places)
    for code in letters.tolist():
        for spelling in SOUND.get(chr(code), ()) if code else ():
            if len(spelling) < 2:
                continue
            start = text.find(spelling)
            while start >= 0:
                found.setdefault(start + len(spelling) - 1, []).append((len(spelling), code))
                start = text.find(spelling, start + 1)
    return found


def align(reading: Reading, mark: str, channel: Channel = Channel()) -> list[Difference]:
    """The differences of the most probable alignment of a reading with one mark (canonical text)."""
    plain = _place_by_place(reading.places, mark)
    if plain is not None:
        return plain
    mark = mark[:LONGEST]
    front = _agreeing(reading.places, mark)
    back = _agreeing(reading.places[front:][::-1], mark[front:][::-1])
    end = len(reading.places) - back
    places, rest = reading.places[front:end], mark[front : len(mark) - back]
    found = _one_edit(places, rest, channel)
    found = _trace_back(places, rest, channel) if found is None else found
    after = reading.places[end].at if back else None
    return [d if d.at >= 0 else d._replace(at=_end_of(reading.places) if after is None else after) for d in found]


def _one_edit(places: Sequence[Place], mark: str, channel: Channel) -> list[Difference] | None:
    """What differs where only places of the mark, only characters of the reading, one unread run or one swapped pair are left."""
    if not places:
        return [Difference(-1, "", char, "dropped") for char in mark]
    if len(places) == 1 and places[0].kind == "run" and mark and channel.run >= channel.empty_run:
        return [Difference(places[0].at, "*", mark, "unread")]
    if any(place.kind != "char" for place in places):
        return None
    if not mark:
        return [Difference(place.at, place.char, "", "added") for place in places]
    if len(places) == len(mark) == 2 and mark == places[1].char + places[0].char:
        pairs = _log_pairs(channel)
        misread = pairs[mark[0], mark[1]] + pairs[mark[1], mark[0]]
        elsewhere = log(channel.dropped) + log(max(channel.added, channel.doubled))
        if log(channel.swapped) > max(misread, elsewhere):
            return [Difference(places[0].at, mark[::-1], mark, "swapped")]
    return None


def _agreeing(places: Sequence[Place], mark: str) -> int:
    """How many places agree from the beginning on."""
    same = 0
    for place, char in zip(places, mark, strict=False):
        if place.char != char:
            break
        same += 1
    return same


def _end_of(places: Sequence[Place]) -> int:
    return places[-1].at + 1


def _place_by_place(places: Sequence[Place], mark: str) -> list[Difference] | None:
    """The differences when place stands against place and at most one is a real misreading: no other alignment is better."""
    if len(places) != len(mark):
        return None
    read = "".join([place.char or "?" for place in places])
    apart = [i for i, (place, char) in enumerate(zip(places, mark, strict=True)) if place.char != char]
    if any(places[i].kind == "run" for i in apart):
        return None
    real = [i for i in apart if places[i].char]
    if len(real) > 2 or (len(real) == 2 and _shifted(read, mark, *real)):
        return None
    return [
        Difference(
            places[i].at, read[i], mark[i], relation(mark[i], read[i]) or "other" if places[i].char else "unread"
        )
        for i in apart
    ]


def _shifted(read: str, mark: str, first: int, last: int) -> bool:
    """Whether a swap, or a place dropped here and added there, explains both differences at once."""
    return read[first:last] == mark[first + 1 : last + 1] or read[first + 1 : last + 1] == mark[first:last]


_Step = tuple[float, int, int]
"""(log-probability, places of the reading, places of the mark)."""


def _steps(i: int, j: int, places: Sequence[Place], mark: str, pairs: _Pairs, logs: _Logs[float]) -> list[_Step]:
    """Every edit that may end at (i, j), both at least 1, but for one place dropped or added alone."""
    place = places[i - 1]
    if place.kind == "run":
        return [(logs.run, 1, k) for k in range(1, j + 1)]
    if place.kind == "unknown":
        return [(logs.unread, 1, 1)]
    found = [(pairs[mark[j - 1], place.char], 1, 1)]
    before = places[i - 2].char if i > 1 else ""
    if j > 1 and before == mark[j - 1] and place.char == mark[j - 2] and before != place.char:
        found.append((logs.swapped, 2, 2))
    if not (mark.isascii() and place.char.isascii()):
        found += _sounded(i, j, places, mark, logs.sound)
    return found


def _sounded(i: int, j: int, places: Sequence[Place], mark: str, log_sound: float) -> Iterable[_Step]:
    """A letter of one script written by several of the other, on either side."""
    for spelling in SOUND.get(mark[j - 1], ()):
        if 1 < len(spelling) <= i and "".join(p.char for p in places[i - len(spelling) : i]) == spelling:
            yield log_sound, len(spelling), 1
    for spelling in typed(places[i - 1].char):
        if 1 < len(spelling) <= j and mark[j - len(spelling) : j] == spelling:
            yield log_sound, 1, len(spelling)


def _trace_back(places: Sequence[Place], mark: str, channel: Channel) -> list[Difference]:
    has_run = any(place.kind == "run" for place in places)
    logs = _logs(channel)
    apart = len(places) + len(mark) if has_run else max(BAND, abs(len(places) - len(mark)))
    pairs = _log_pairs(channel)
    alone = [0.0] + [_alone(places, i, logs) for i in range(len(places))]
    best: dict[tuple[int, int], tuple[float, int, int]] = {(0, 0): (0.0, 0, 0)}
    for i in range(len(places) + 1):
        for j in range(max(0, i - apart), min(len(mark), i + apart) + 1):
            steps = _steps(i, j, places, mark, pairs, logs) if i and j else []
            if i:
                steps.append((alone[i], 1, 0))
            if j:
                steps.append((logs.dropped, 0, 1))
            options = [(best[i - di, j - dj][0] + score, di, dj) for score, di, dj in steps if (i - di, j - dj) in best]
            if options:
                best[i, j] = max(options)
    i, j = len(places), len(mark)
    found: list[Difference] = []
    while i or j:
        _, di, dj = best[i, j]
        found += reversed(_differences(places, mark, i, j, di, dj))
        i, j = i - di, j - dj
    return found[::-1]


def _alone(places: Sequence[Place], i: int, logs: _Logs[float]) -> float:
    """What a place costs that stands in the reading only."""
    if places[i].kind == "run":
        return logs.empty_run
    return logs.doubled if _doubled(places, i) else logs.added


def _differences(places: Sequence[Place], mark: str, i: int, j: int, di: int, dj: int) -> list[Difference]:
    part = mark[j - dj : j]
    if di == 0:
        # -1: after the last of these places, which the caller knows.
        at = places[i].at if i < len(places) else -1
        return [Difference(at, "", part, "dropped")]
    place = places[i - di]
    read = "".join(p.char for p in places[i - di : i])
    if place.kind == "run":
        return [Difference(place.at, "*", part, "unread")]
    if place.kind == "unknown":
        return [Difference(place.at, "?", part, "unread" if dj else "added")]
    if dj == 0:
        return [Difference(place.at, read, "", "added")]
    if (di, dj) == (2, 2):
        return [Difference(place.at, read, part, "swapped")]
    if di > 1 or dj > 1:
        return [Difference(place.at, read, part, "transliterated")]
    why = relation(part, read)
    return [] if why is None else [Difference(place.at, read, part, why)]


def fit(confirmed: Iterable[tuple[Reading, str]], start: Channel = Channel(), strength: float = 50.0) -> Channel:
    """The channel learned from confirmed (reading, canonical mark) pairs.

    Counts of each kind of edit are blended with `start`, which weighs as much as `strength` readings; single confusions
    seen at least five times get a probability of their own.
    """
    counts: Counter[str] = Counter()
    single: Counter[tuple[str, str]] = Counter()
    seen: Counter[str] = Counter()
    places = 0
    for reading, mark in confirmed:
        differences = align(reading, mark, start)
        places += len(mark)
        seen.update(mark)
        counts.update(difference.why for difference in differences)
        single.update((d.mark, d.read) for d in differences if d.why in ("lookalike", "near", "other"))
    if not places:
        return start
    prior = strength * 8
    share = {name: (counts[name]) / places for name in counts}

    def blend(name: str, default: float, choices: float) -> float:
        return (prior * default + places * share.get(name, 0.0) / choices) / (prior + places)

    learned = tuple(
        (mark, read, (count + prior * exp(_log_pairs(start)[mark, read])) / (seen[mark] + prior))
        for (mark, read), count in sorted(single.items())
        if count >= 5
    )
    return replace(
        start,
        lookalike=blend("lookalike", start.lookalike, 2.0),
        near=blend("near", start.near, 2.0),
        other=blend("other", start.other, 9.0),
        dropped=blend("dropped", start.dropped, 1.0),
        swapped=blend("swapped", start.swapped, 1.0),
        confusion=learned,
    )
