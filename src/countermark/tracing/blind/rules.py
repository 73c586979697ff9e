"""What is asked in a blind check: the texts a mark may be, the likeliest first, always the same number of them. Pure."""

import heapq
import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from math import log

from countermark.marks.channel import Channel
from countermark.marks.reading import Place, Reading, ReadingError, parse
from countermark.marks.sentences import Sentence, said, sentence
from countermark.marks.skeleton import LOOKALIKE, NEAR

TEXTS = 256
"""Texts in every question: their number tells nothing of the reading."""

LEAST_PLACES = 4
"""Read places a mark needs: with fewer, half a State's registers would answer."""

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_PADDING = "\0"
"""Begins a text that no mark can be."""


class NotAsked(ValueError):
    """A reading that cannot be asked about; the sentence says why."""

    def __init__(self, problem: Sentence) -> None:
        super().__init__(problem)
        self.problem = problem


def texts_of(reading: str) -> list[str]:
    """At most `TEXTS` canonical texts the mark may be, the likeliest first. Raises `NotAsked`.

    A place that was not read may be any digit or letter; a place that was read may be what it is mistaken for. Nothing is left out
    or added: a run of unreadable places cannot be asked about.
    """
    try:
        parsed = parse(reading)
    except ReadingError as problem:
        raise NotAsked(sentence(said(problem))) from problem
    if any(place.kind == "run" for place in parsed.places):
        raise NotAsked(
            Sentence("A run of unreadable places (*) cannot be asked about: tell how many places are missing.")
        )
    if sum(place.kind == "char" for place in parsed.places) < LEAST_PLACES:
        raise NotAsked(Sentence("A blind check needs at least %(least)d places that were read.", least=LEAST_PLACES))
    return _likeliest(parsed, TEXTS)


def padded(texts: Sequence[str]) -> list[str]:
    """The texts and, up to `TEXTS`, others that no mark can be and nobody can guess."""
    return [*texts, *(_PADDING + secrets.token_hex(16) for _ in range(TEXTS - len(texts)))]


def _likeliest(reading: Reading, most: int) -> list[str]:
    """Best first over the places: each step makes one place the next less likely character."""
    choices = [_choices(place) for place in reading.places]
    start = (0,) * len(choices)
    waiting = [(sum(options[0][0] for options in choices), start)]
    seen = {start}
    found: dict[str, None] = {}
    while waiting and len(found) < most:
        cost, at = heapq.heappop(waiting)
        found["".join(options[i][1] for options, i in zip(choices, at, strict=True))] = None
        for place, options in enumerate(choices):
            i = at[place]
            after = (*at[:place], i + 1, *at[place + 1 :])
            if i + 1 < len(options) and after not in seen:
                seen.add(after)
                heapq.heappush(waiting, (cost + options[i + 1][0] - options[i][0], after))
    return list(found)


def _choices(place: Place) -> list[tuple[float, str]]:
    """(nats it costs, character) of a place, the likeliest first."""
    if place.kind == "unknown":
        return [(0.0, char) for char in DIGITS] + [(1.0, char) for char in LETTERS]
    channel = Channel()
    alike, near = -log(channel.lookalike / channel.kept), -log(channel.near / channel.kept)
    others = [(alike, char) for char in _mistaken()["lookalike"].get(place.char, "")]
    others += [(near, char) for char in _mistaken()["near"].get(place.char, "")]
    return [(0.0, place.char), *sorted(others)]


@cache
def _mistaken() -> Mapping[str, Mapping[str, str]]:
    return {
        name: {
            char: "".join(sorted(set("".join(group for group in groups if char in group)) - {char}))
            for group in groups
            for char in group
        }
        for name, groups in (("lookalike", LOOKALIKE), ("near", NEAR))
    }
