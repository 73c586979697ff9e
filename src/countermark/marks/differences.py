"""How a reading and one mark differ, told place by place: the most probable alignment of the two."""

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

from countermark.marks.channel import (
    BAND,
    LONGEST,
    Channel,
    Logs,
    Pairs,
    Why,
    doubled,
    logs_of,
    pairs_of,
    relation,
    typed,
)
from countermark.marks.reading import Place, Reading
from countermark.marks.scripts import SOUND


class Difference(NamedTuple):
    """One place where reading and mark differ; `at` counts code points of the reading as given."""

    at: int
    read: str
    mark: str
    why: Why


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
        pairs = pairs_of(channel)
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


def _steps(i: int, j: int, places: Sequence[Place], mark: str, pairs: Pairs, logs: Logs[float]) -> list[_Step]:
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
    logs = logs_of(channel)
    apart = len(places) + len(mark) if has_run else max(BAND, abs(len(places) - len(mark)))
    pairs = pairs_of(channel)
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


def _alone(places: Sequence[Place], i: int, logs: Logs[float]) -> float:
    """What a place costs that stands in the reading only."""
    if places[i].kind == "run":
        return logs.empty_run
    return logs.doubled if doubled(places, i) else logs.added


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
