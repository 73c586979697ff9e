"""Where two are about to do the same thing: same theme, place and period by another provider (A/70/115, 43). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Within = Mapping[str, frozenset[str]]
"""The regions each country belongs to."""


@dataclass(frozen=True)
class Undertaking:
    """What somebody does or is about to do: a project of this store, or one that others report. `kind` is `project` or `elsewhere`.

    `hint` is what is told of it to who may not see it: `none`, `exists` or `named`.
    """

    kind: str
    key: str
    title: str
    owner: str
    providers: tuple[str, ...]
    themes: tuple[str, ...]
    places: tuple[str, ...]
    begin: str
    end: str
    stage: str
    hint: str = "none"

    @property
    def name(self) -> str:
        """How answers name it."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True)
class Overlap:
    """What overlaps: shared themes and places, and the days both run."""

    other: Undertaking
    themes: tuple[str, ...]
    places: tuple[str, ...]
    begin: str
    end: str


def overlaps(one: Undertaking, others: Iterable[Undertaking], within: Within) -> list[Overlap]:
    """What of others overlaps with one, by the day from which both run."""
    found = [overlap for other in others if (overlap := overlap_of(one, other, within)) is not None]
    return sorted(found, key=lambda overlap: (overlap.begin, overlap.other.name))


def overlap_of(one: Undertaking, other: Undertaking, within: Within) -> Overlap | None:
    """How two overlap; None where they do not, or are the same, or of the same providers."""
    if other.name == one.name or not _another(one, other):
        return None
    themes = tuple(theme for theme in one.themes if theme in other.themes)
    places = shared_places(one.places, other.places, within)
    begin, end = max(one.begin, other.begin), min(one.end, other.end)
    if not themes or not places or begin > end:
        return None
    return Overlap(other, themes, places, begin, end)


def _another(one: Undertaking, other: Undertaking) -> bool:
    """Whether somebody else is at work: who gives to both knows of both. A provider nobody names may be anybody."""
    return not other.providers or bool(set(other.providers) - set(one.providers))


def shared_places(one: Iterable[str], other: Iterable[str], within: Within) -> tuple[str, ...]:
    """Places two have in common: the same one, or a country of one that lies in a region of the other."""
    theirs = tuple(other)
    found: dict[str, None] = {}
    for place in one:
        for another in theirs:
            if place == another or another in within.get(place, ()):
                found[place] = None
            elif place in within.get(another, ()):
                found[another] = None
    return tuple(found)
