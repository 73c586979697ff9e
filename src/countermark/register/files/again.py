"""The serial stated a second time: keyed again, or read again off the metal (docs/register-file.md, *The serial twice*). Pure."""

import unicodedata
from collections.abc import Iterable

import msgspec

from countermark.marks.sentences import Sentence
from countermark.register.files.checks import Problem, text
from countermark.register.files.errors import shown
from countermark.register.files.vocabulary import SERIAL_AGAIN

PROGRAMS, FILES = "programs", "files"
WAYS = (PROGRAMS, FILES)
"""Who a rule can ask besides the page of a new weapon, which always asks: the API and `add weapon`; register files."""


class SerialRule(msgspec.Struct, frozen=True):
    """A State's rule that the serials of new weapons are stated twice: by whom (`of`), from which day to which, and where it stands.

    `by` is the person id of who stated it last, `stated` when (RFC 3339); both empty for a rule of before they were kept.
    """

    id: str
    source: str
    since: str
    until: str = ""
    of: tuple[str, ...] = WAYS
    by: str = ""
    stated: str = ""

    def in_force(self, day: str) -> bool:
        """Whether it asks on a day (YYYY-MM-DD)."""
        return self.since <= day and (not self.until or day <= self.until)


def in_force(rules: Iterable[SerialRule], way: str, day: str) -> SerialRule | None:
    """The rule that asks `way` on a day (YYYY-MM-DD), the first by id; None where none does."""
    for rule in sorted(rules, key=lambda one: one.id):
        if way in rule.of and rule.in_force(day):
            return rule
    return None


def keyed_differently(first: str, second: str) -> tuple[int, str, str] | None:
    """Where two keyings of one text part: the place (from 1) and what stands there in each; None when they are one."""
    for place, (one, other) in enumerate(zip(first, second, strict=False), 1):
        if one != other:
            return place, one, other
    if len(first) == len(second):
        return None
    place = min(len(first), len(second))
    return place + 1, first[place : place + 1], second[place : place + 1]


def spoken(char: str) -> Sentence:
    """A character with what it is, so that look-alikes can be told apart."""
    if not char:
        return Sentence("nothing")
    kind = Sentence("digit") if char.isdigit() else Sentence("letter") if char.isalpha() else Sentence("sign")
    return Sentence("%(char)s (%(kind)s, %(name)s)", char=char, kind=kind, name=unicodedata.name(char, "?").lower())


def checked(mark: str, cell: str) -> Problem | None:
    """What is wrong with a second statement of a mark; None where it is the same to the character, or nothing was stated again."""
    again = text(SERIAL_AGAIN, cell)
    if isinstance(again, Problem):
        return again
    parted = keyed_differently(mark, again) if again else None
    if parted is None:
        return None
    place, one, other = parted
    expected = Sentence(
        "the mark as stated first, '%(mark)s'; at character %(place)d there is first %(one)s, then %(other)s",
        mark=shown(mark),
        place=place,
        one=spoken(one),
        other=spoken(other),
    )
    return Problem(SERIAL_AGAIN, again, expected, "again")


def asked(rule: SerialRule) -> Problem:
    """The refusal of a mark that was stated once where a rule asks for twice."""
    expected = Sentence(
        "the mark a second time, read again off the metal: the rule %(rule)s asks for it (%(source)s)",
        rule=rule.id,
        source=rule.source,
    )
    return Problem(SERIAL_AGAIN, "", expected, "once")
