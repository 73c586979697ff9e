"""How probable is a reading, given each of many marks that may stand on the metal?

A weighted Damerau alignment, computed for a whole batch of marks at once. Places of the reading run along one axis, places
of the marks along the other and the marks themselves along the third, so that each step is one numpy operation over all
marks.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, pairwise

import numpy as np
from numpy.typing import NDArray

from countermark.marks import packed
from countermark.marks.channel import (
    BAND,
    LONGEST,
    PLAIN,
    Channel,
    Logs,
    doubled,
    logs_of,
    pairs_of,
    plain_table,
    typed,
)
from countermark.marks.packed import Packed
from countermark.marks.reading import Place, Reading
from countermark.marks.scripts import SOUND

_NEVER = np.float32(-1e9)


@lru_cache(maxsize=16)
def _scalars(channel: Channel) -> Logs[np.float32]:
    """As the arrays hold them: to make a scalar takes longer than to add it to a hundred marks."""
    return Logs(*map(np.float32, logs_of(channel)))


def matrix(marks: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Canonical marks as (n, width) code points, 0 padded, and their lengths."""
    return compared(packed.pack(marks))


def compared(marks: Packed) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """What is compared of marks: their first places, and how many these are."""
    if marks.codes.shape[1] <= LONGEST:
        return marks.codes, marks.lengths
    return marks.codes[:, :LONGEST], np.minimum(marks.lengths, LONGEST)


def of_marks(reading: Reading, marks: Sequence[str], channel: Channel = Channel()) -> NDArray[np.float64]:
    """log P(reading | mark) for every mark (canonical text), in nats; -inf for a mark no alignment reaches.

    About 0.2 ms for a hundred marks and 10 ms for twenty thousand, of the usual length.
    """
    codes, lengths = matrix(marks)
    return of_codes(reading, codes, lengths, channel)


def of_codes(
    reading: Reading, codes: NDArray[np.uint32], lengths: NDArray[np.intp], channel: Channel = Channel()
) -> NDArray[np.float64]:
    """As `of_marks`, for marks already turned into (n, width) code points."""
    if not len(codes):
        return np.zeros(0)
    places = reading.places
    read = sum([place.kind != "run" for place in places])
    has_run = read < len(places)
    near = lengths >= read - BAND if has_run else np.abs(lengths - read) <= BAND
    if not near.all():
        out = np.full(len(codes), -np.inf)
        if near.any():
            out[near] = of_codes(reading, codes[near], lengths[near], channel)
        return out
    align_all = _align_with_runs if has_run else _align_near
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(codes), _AT_ONCE)]
    aligned = [align_all(places, codes[part], lengths[part], channel) for part in parts]
    scores = np.concatenate(aligned)
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
    logs = logs_of(channel)
    added = max(logs.added, logs.doubled) if any(doubled(places, i) for i in range(len(places))) else logs.added
    beyond = NARROW + 1
    rounding = 0.01
    return max(beyond * logs.dropped + added, beyond * added + logs.dropped) + rounding


def _alphabet(marks: NDArray[np.uint32] | NDArray[np.int64]) -> tuple[NDArray[np.uint32] | None, NDArray[np.intp]]:
    """The small alphabet of this batch: None means the plain one, code points themselves."""
    if not marks.size or int(marks.max()) < PLAIN:
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
    plain = letters < PLAIN
    table = np.empty(len(letters), np.float32)
    table[plain] = row[letters[plain]]
    pairs = pairs_of(channel)
    table[~plain] = [pairs[chr(code), place.char] for code in letters[~plain].tolist()]
    return table


@lru_cache(maxsize=4096)
def _row(channel: Channel, read: str) -> NDArray[np.float32]:
    """log P(read | each plain character); code 0 is past the end of a mark."""
    if ord(read) < PLAIN:
        plain: NDArray[np.float32] = plain_table(channel)[ord(read)]
        return plain
    pairs = pairs_of(channel)
    return np.array([_NEVER, *(pairs[chr(code), read] for code in range(1, PLAIN))], np.float32)


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
    if letters is not None or index.shape[1] >= MANY or max(read) >= PLAIN:
        return None
    windows = index.take(_windows(len(places), diagonals), axis=0)
    windows += np.array(read)[:, None, None] * PLAIN
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
    added = [twice if doubled(places, i) else once for i in range(len(places))]
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
    added = logs.doubled if doubled(places, i) else logs.added
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
