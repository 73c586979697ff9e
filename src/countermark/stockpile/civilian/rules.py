"""Rules of safe storage as data, and what an inspection by them comes to. Pure.

A set of rules carries its source, jurisdiction, force and dates; several may apply to one holder at once, each judged on its own; nothing is merged.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec

from countermark.marks.sentences import Sentence

FORCES = ("binding", "political", "advisory")
ANSWERS = ("yes", "no", "na")
LONGEST_FILE = 200_000
MOST_WEAPONS = 100_000
SEPARATOR = "/"
"""Between the id of a set and of its requirement, as answers name them."""


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that is asked. It applies from `from_count` to `to_count` (0: no end) weapons: `handguns`, `others`, or all of them.

    A `grave` fault is put right the same day; others within `deadline_days`.
    """

    id: str
    text: str
    source: str = ""
    weapons: Literal["", "handguns", "others"] = ""
    from_count: int = 0
    to_count: int = 0
    grave: bool = False
    deadline_days: int = 30


class Ruleset(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"start": "from", "end": "to"}
):
    """Rules of safe storage of one law: in force from the day `start` to `end` (the last one; empty: still)."""

    id: str
    title: str
    jurisdiction: str
    force: Literal["binding", "political", "advisory"]
    source: str
    start: date
    requirements: tuple[Requirement, ...]
    end: date | None = None
    note: str = ""


class Weapons(msgspec.Struct, frozen=True):
    """How many weapons were shown: pistols and revolvers, and others."""

    handguns: int = 0
    others: int = 0

    def of(self, which: str) -> int:
        """How many of `handguns` or `others`; of all for anything else."""
        return {"handguns": self.handguns, "others": self.others}.get(which, self.handguns + self.others)


def read(text: str) -> Ruleset:
    """A set of rules from its TOML. Raises ValueError with a sentence that says what is wrong."""
    if len(text) > LONGEST_FILE:
        raise ValueError(Sentence("a file of rules, at most %(most)d characters", most=LONGEST_FILE))
    try:
        found = msgspec.convert(tomllib.loads(text), Ruleset)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ValueError(Sentence("a file of rules of safe storage: %(problem)s", problem=str(error))) from error
    problem = _problem(found)
    if problem is not None:
        raise ValueError(problem)
    return found


def _problem(found: Ruleset) -> Sentence | None:
    ids = [one.id for one in found.requirements]
    if not ids or len(set(ids)) != len(ids):
        return Sentence("requirements, each with an id of its own")
    if any(not _is_id(one) for one in (found.id, *ids)):
        return Sentence("ids of small letters, digits and hyphens, at most 60")
    if found.end is not None and found.end < found.start:
        return Sentence("a last day that is not before the first")
    if any(
        one.deadline_days < 0 or one.from_count < 0 or 0 < one.to_count < one.from_count for one in found.requirements
    ):
        return Sentence("counts and deadlines that are not negative, in order")
    return None


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 60 and text.isascii() and text.replace("-", "").isalnum() and text == text.lower()


def in_force(found: Ruleset, day: str) -> bool:
    """Whether a set was in force on a day (ISO)."""
    return found.start.isoformat() <= day and (found.end is None or day <= found.end.isoformat())


def asked(sets: Iterable[Ruleset], weapons: Weapons) -> dict[str, Requirement]:
    """What the sets ask of who has so many weapons, by `<set>/<requirement>`."""
    return {
        f"{one.id}{SEPARATOR}{requirement.id}": requirement
        for one in sets
        for requirement in one.requirements
        if applies(requirement, weapons)
    }


def applies(requirement: Requirement, weapons: Weapons) -> bool:
    """Whether something is asked of who has so many weapons."""
    count = weapons.of(requirement.weapons)
    return requirement.from_count <= count and (not requirement.to_count or count <= requirement.to_count)


def unanswered(asked_: Mapping[str, Requirement], answers: Mapping[str, str]) -> str:
    """The first thing asked that has no answer, or an answer to what is not asked; empty where all is well."""
    missing = next((key for key in asked_ if answers.get(key) not in ANSWERS), "")
    return missing or next((key for key in answers if key not in asked_), "")


def deadline(requirement: Requirement, day: str) -> str:
    """The day by which a fault found on a day is to be put right."""
    days = 0 if requirement.grave else requirement.deadline_days
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return date.max.isoformat()
