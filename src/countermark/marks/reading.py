"""What somebody read off the metal: characters, unread places (`?`) and unread runs (`*`)."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

from countermark.marks import text as mark_text
from countermark.marks.sentences import Sentence

MAX_PLACES = 64
"""More places than this are no reading of one mark."""

MAX_LENGTH = 1024
"""Longer texts are refused before anything is worked out on them."""

# Keyboards of other scripts give their own question mark and asterisk.
_UNKNOWN = frozenset("?？﹖؟")
_RUN = frozenset("*＊﹡")
_ESCAPE = frozenset("\\＼﹨")
_ESCAPED = {"★": "★", "?": "\\?", "\\": "\\\\"}


class ReadingError(ValueError):
    """The text cannot be used as a reading; the message says why, for a person."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)


class Place(NamedTuple):
    """One place of a reading.

    `char` is one canonical character, empty for an unread place or run; `at` is the index of the code point in the text
    as given that the place came from.
    """

    kind: Literal["char", "unknown", "run"]
    char: str
    at: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading as given, its places, and the "(1)" before it, if any."""

    text: str
    places: tuple[Place, ...]
    prefix: str | None


def parse(text: str) -> Reading:
    r"""Understand a reading, or raise `ReadingError`.

    `?` is one unread character and `*` an unread run (of none, one or several); `★` or `\*` is a star, `\?` a question
    mark, `\\` a backslash. `**` says no more than `*`; `?*` is at least one character.
    """
    if len(text) > MAX_LENGTH:
        raise ReadingError(
            Sentence(
                "The reading has %(number)d characters; at most %(most)d are looked at.",
                number=len(text),
                most=MAX_LENGTH,
            )
        )
    prefix, rest = mark_text.split_prefix(text)
    places = tuple(_places(_tokens(rest, len(text) - len(rest))))
    _refuse_unusable(places)
    return Reading(text=text, places=places, prefix=prefix)


def format(reading: Reading) -> str:  # noqa: A001  the pair of `parse`, always called with its module
    """Write a reading so that `parse` finds the same places (kind and character) and prefix again."""
    return mark_text.format_mark(reading.prefix, "".join(_written(place) for place in reading.places))


def _refuse_unusable(places: tuple[Place, ...]) -> None:
    if not places:
        raise ReadingError(
            Sentence("The reading is empty: type what can be read, ? for one unread character, * for a run.")
        )
    if all(place.kind == "run" for place in places):
        raise ReadingError(Sentence("Nothing was read: at least one character or one ? is needed beside the *."))
    if len(places) > MAX_PLACES:
        raise ReadingError(
            Sentence(
                "The reading has %(number)d places; a mark has at most %(most)d.", number=len(places), most=MAX_PLACES
            )
        )


def _written(place: Place) -> str:
    if place.kind == "unknown":
        return "?"
    if place.kind == "run":
        return "*"
    return _ESCAPED.get(place.char, place.char)


def _tokens(text: str, offset: int) -> list[Place]:
    """Split a text into wildcards and single characters, not yet canonical."""
    tokens: list[Place] = []
    position = 0
    while position < len(text):
        char = text[position]
        at = offset + position
        following = text[position + 1 : position + 2]
        if char in _ESCAPE and following and following in _UNKNOWN | _RUN | _ESCAPE:
            tokens.append(Place("char", _literal(following), at))
            position += 2
            continue
        kind: Literal["char", "unknown", "run"] = "unknown" if char in _UNKNOWN else "run" if char in _RUN else "char"
        tokens.append(Place(kind, char if kind == "char" else "", at))
        position += 1
    return tokens


def _literal(escaped: str) -> str:
    return "?" if escaped in _UNKNOWN else mark_text.STAR if escaped in _RUN else "\\"


def _places(tokens: list[Place]) -> list[Place]:
    places: list[Place] = []
    for kind, group in groupby(tokens, key=lambda token: token.kind):
        members = list(group)
        places.extend(_characters(members) if kind == "char" else members)
    return _without_repeated_runs(places)


def _without_repeated_runs(places: list[Place]) -> list[Place]:
    return [
        place
        for position, place in enumerate(places)
        if place.kind != "run" or position == 0 or places[position - 1].kind != "run"
    ]


def _characters(tokens: list[Place]) -> list[Place]:
    """Give the canonical characters of a stretch without wildcards, each with the place it came from."""
    if all(token.char.isascii() for token in tokens):
        # None of them depends on its neighbours.
        return [Place("char", char, token.at) for token in tokens for char in mark_text.canonical(token.char)]
    clusters = _clusters(tokens)
    places = [Place("char", char, at) for at, written in clusters for char in mark_text.canonical(written)]
    whole = mark_text.canonical("".join(written for _, written in clusters))
    if "".join(place.char for place in places) == whole:
        return places
    # Characters of different clusters composed into one (Hangul around a dropped character): the nearest place serves.
    last = len(places) - 1
    return [Place("char", char, places[min(position, last)].at) for position, char in enumerate(whole)]


def _clusters(tokens: list[Place]) -> list[tuple[int, str]]:
    """Join each character with the combining marks after it: (place of the first, text)."""
    clusters: list[tuple[int, str]] = []
    for token in tokens:
        if clusters and unicodedata.category(token.char).startswith("M"):
            at, written = clusters[-1]
            clusters[-1] = (at, written + token.char)
        else:
            clusters.append((token.at, token.char))
    return clusters
