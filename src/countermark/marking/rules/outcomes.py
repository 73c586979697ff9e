"""What the marks described come to under one requirement, place by place: there, elsewhere, covert, untold or missing. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from countermark.marking.description import Component, Description, Mark
from countermark.marking.profiles import Requirement
from countermark.marking.rules import places
from countermark.marking.rules.places import Place
from countermark.marks.placeholders import is_placeholder

IDENTITY = ("serial", "symbol_code")
"""Elements that make a mark one weapon's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a requirement came to at one place.

    `state`: `met`, `missing`, `elsewhere` (there, but on a component that does not count), `covert` (there, but not to be
    seen), `undescribed` (a mark is there whose elements or place nobody told).
    """

    place: Place
    state: str
    marks: tuple[Mark, ...] = ()
    """Where it is met: every mark that has a part in it; `_best_quality` finds the ones that do best."""
    lacking: tuple[str, ...] = ()
    where: str | None = None


def told(mark: Mark) -> Mapping[str, str]:
    """The elements a mark shows; none where they are not described. What is written for "no serial" (NSN, N/A) is none."""
    shown = cast(Mapping[str, str], mark.elements or {})
    if is_placeholder(shown.get("serial", "0")):
        return {name: text for name, text in shown.items() if name != "serial"}
    return shown


_UNSEEN = re.compile(r"nano|micro(?![-_ ]?percussion)", re.IGNORECASE)


def is_overt(mark: Mark) -> bool:
    """Whether a mark can be seen without technical aids (ITI para. 7; micro and nano marks cannot, A/70/115, para. 33)."""
    return mark.layer == "overt" and mark.mark_kind != "covert" and not _UNSEEN.search(mark.method or "")


def outcomes(requirement: Requirement, description: Description, one_part: bool = False) -> list[Outcome]:
    """What a requirement comes to, place by place. `one_part`: one component alone is the weapon in law."""
    marks = [mark for mark in description.marks or () if may_count(mark, requirement)]
    marks = [mark for mark in marks if not _is_of_earlier_import(mark, requirement, description)]
    found = [_at(place, requirement, marks) for place in places.of(requirement, description, one_part)]
    if requirement.where == "structural_and_another" and found[0].state == "met":
        found.append(_another(found[0], requirement, marks))
    return found


def is_met(requirement: Requirement, description: Description) -> bool:
    found = outcomes(requirement, description)
    return bool(found) and all(outcome.state == "met" for outcome in found)


def may_count(mark: Mark, requirement: Requirement) -> bool:
    if requirement.covert_counts:
        return not is_overt(mark)
    return not requirement.mark_kinds or mark.mark_kind in requirement.mark_kinds or mark.mark_kind == "covert"


def _is_of_earlier_import(mark: Mark, requirement: Requirement, description: Description) -> bool:
    """Whether a mark names another country of import than the one the weapon comes into now, where that is told."""
    if description.occasion != "import" or requirement.mark_kinds != ("import",):
        return False
    if not all("country" in elements and "serial" not in elements for elements in requirement.elements):
        return False
    now, then = (description.elements or {}).get("country", ""), told(mark).get("country", "")
    return bool(now.strip() and then.strip()) and now.strip().casefold() != then.strip().casefold()


def _at(place: Place, requirement: Requirement, marks: Sequence[Mark]) -> Outcome:
    seen = [mark for mark in marks if is_overt(mark) or requirement.covert_counts]
    here = [mark for mark in seen if place.holds(mark)]
    if met := meeting(here, requirement.elements):
        return Outcome(place, "met", met)
    if any(mark.elements is None for mark in here) or (
        place.components and any(mark.component is None for mark in seen)
    ):
        return Outcome(place, "undescribed", tuple(here))
    lacking = _lacking(here, requirement.elements)
    elsewhere = [mark for mark in seen if not place.holds(mark)]
    if requirement.where != "each" and elsewhere and not _identifies(here) and meeting(elsewhere, requirement.elements):
        return Outcome(place, "elsewhere", tuple(elsewhere), lacking, elsewhere[0].component)
    hidden = [mark for mark in marks if not is_overt(mark) and not requirement.covert_counts]
    if hidden and not here and _would_do(hidden, requirement, place):
        return Outcome(place, "covert", tuple(hidden), lacking, hidden[0].component)
    return Outcome(place, "missing", tuple(here), lacking)


def _would_do(hidden: Sequence[Mark], requirement: Requirement, place: Place) -> bool:
    """Whether covert marks were meant as the mark: they show it, or nobody told what they show."""
    meant = [mark for mark in hidden if requirement.where != "each" or place.holds(mark)]
    return any(mark.elements is None for mark in meant) or bool(meeting(meant, requirement.elements))


def _another(first: Outcome, requirement: Requirement, marks: Sequence[Mark]) -> Outcome:
    """Whether one more component bears the whole mark, whichever of those that meet the first demand is set aside."""
    stands = {mark.component for mark in first.marks}
    whole = any(is_whole(mark, elements) for mark in first.marks for elements in requirement.elements)
    tried = [_beyond(taken, requirement, marks) for taken in ([{one} for one in stands] if whole else [stands])]
    return next((outcome for outcome in tried if outcome.state == "met"), tried[0])


def _beyond(taken: set[Component | None], requirement: Requirement, marks: Sequence[Mark]) -> Outcome:
    rest = [mark for mark in marks if mark.component not in taken]
    named = frozenset(mark.component for mark in rest if mark.component and mark.component != "plate")
    return _at(Place(None, named or frozenset(("other",))), requirement, rest)


def meeting(marks: Sequence[Mark], alternatives: Sequence[Sequence[str]]) -> tuple[Mark, ...]:
    """The marks that show one of the sets of elements: those that show a whole one, else all that share one."""
    whole = [mark for mark in marks if any(is_whole(mark, elements) for elements in alternatives)]
    if whole:
        return tuple(whole)
    for elements in alternatives:
        if marks and all(any(shows(mark, element) for mark in marks) for element in elements):
            return tuple(mark for mark in marks if any(shows(mark, element) for element in elements))
    return ()


def is_whole(mark: Mark, elements: Sequence[str]) -> bool:
    return all(shows(mark, element) for element in elements)


_LICENSED_NUMBER = re.compile(r"\d{8}[-\u2010-\u2015]\S")
"""A serial that begins with the abbreviated licence number: first three and last five digits (27 CFR 478.92(a))."""


def shows(mark: Mark, element: str) -> bool:
    shown = told(mark)
    return any(
        shown.get(name, "").strip() or (name == "licence" and _LICENSED_NUMBER.match(shown.get("serial", "").strip()))
        for name in element.split("|")
    )


def _lacking(marks: Sequence[Mark], alternatives: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What is missing to the set that comes nearest: the first one where nothing of any is there."""
    gaps = [tuple(one for one in elements if not any(shows(mark, one) for mark in marks)) for elements in alternatives]
    begun = [gap for gap, elements in zip(gaps, alternatives, strict=True) if len(gap) < len(elements)]
    return min(begun, key=len) if begun else gaps[0]


def _identifies(marks: Sequence[Mark]) -> bool:
    return any(shows(mark, element) for mark in marks for element in IDENTITY)
