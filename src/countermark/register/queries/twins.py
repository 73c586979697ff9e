"""Records that a new mark may already stand in: the same mark, or one that is easily taken for it."""

import string
from collections.abc import Iterable, Iterator
from functools import lru_cache

from countermark.marks.sentences import Sentence
from countermark.marks.skeleton import LOOKALIKE as GROUPS
from countermark.marks.text import canonical, split_prefix
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.models import Link, Mark
from countermark.register.queries.scope import Scope

SHOWN = 20
VARIANTS_AT_MOST = 900
INSERTED = string.digits + string.ascii_uppercase


@lru_cache(maxsize=1)
def _lookalikes() -> dict[str, frozenset[str]]:
    others: dict[str, set[str]] = {}
    for group in GROUPS:
        for char in group:
            others.setdefault(char, set()).update(set(group) - {char})
    return {char: frozenset(found) for char, found in others.items()}


SAME, LOOKALIKE, SWAPPED, DROPPED, ADDED = "same", "lookalike", "swapped", "dropped", "added"
"""How another mark is near to one: it is the same, has one look-alike, two neighbours swapped, one character less, one more."""


def variants(text: str) -> list[str]:
    """The canonical form of a mark, then every form one look-alike, one swap, one character less or one more away."""
    plain = canonical(split_prefix(text)[1])
    return list(dict.fromkeys([*forms(plain), *longer(plain)]))[:VARIANTS_AT_MOST] if plain else []


def forms(plain: str) -> dict[str, str]:
    """The forms near a canonical mark that are no longer than it, each with how it is near; the mark itself first."""
    found = {plain: SAME}
    for place, char in enumerate(plain):
        for other in sorted(_lookalikes().get(char, ())):
            found.setdefault(plain[:place] + other + plain[place + 1 :], LOOKALIKE)
    for place in range(len(plain) - 1):
        found.setdefault(plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :], SWAPPED)
    for form in shorter(plain):
        found.setdefault(form, DROPPED)
    return found


def shorter(plain: str) -> Iterator[str]:
    """The forms with one character less."""
    if len(plain) > 4:
        yield from (plain[:place] + plain[place + 1 :] for place in range(len(plain)))


def longer(plain: str) -> Iterator[str]:
    """The forms with one character more."""
    if len(plain) > 3:
        for place in range(len(plain) + 1):
            yield from (plain[:place] + char + plain[place:] for char in INSERTED)


def beside(weapon_id: str, texts: Iterable[str], scope: Scope) -> list[Mark]:
    """What is near to the marks of a record that is to be opened; nothing where it is there already."""
    return [] if Link.objects.filter(weapon_id=weapon_id).exists() else near(texts, scope)


def unseen(found: Iterable[Mark]) -> Refused:
    """The refusal that asks a program whether somebody has looked at the near marks."""
    return Refused([_unseen(mark) for mark in found])


def _unseen(mark: Mark) -> RowError:
    expected = Sentence(
        "somebody to look first: the record %(ref)s (%(id)s) has this mark, which is easily taken for a stated one",
        ref=mark.weapon.ref,
        id=str(mark.weapon_id),
    )
    return RowError(0, "near_seen", mark.text, expected, "near")


def told(mark: Mark) -> dict[str, str]:
    """A near mark as programs read it."""
    weapon = mark.weapon
    facts = {"kind": weapon.kind, "maker": weapon.maker, "model": weapon.model, "status": weapon.status}
    return {
        "weapon_id": str(mark.weapon_id),
        "ref": weapon.ref,
        "mark": mark.text,
        "component": mark.component,
        **facts,
    }


def near(texts: Iterable[str], scope: Scope) -> list[Mark]:
    """Marks a person may see that are one of these texts or easily taken for it; equal ones first, at most `SHOWN`."""
    wanted = {form: text for text in texts for form in variants(text)}
    equal = {canonical(split_prefix(text)[1]) for text in texts}
    if not wanted:
        return []
    marks = Mark.objects.exclude(canonical="").filter(canonical__in=list(wanted)).select_related("weapon")
    rows = scope.narrow(marks, "weapon__").order_by("weapon_id", "number")[: 4 * SHOWN]
    first_of_weapon = {
        mark.weapon_id: mark for mark in sorted(rows, key=lambda m: m.canonical not in equal, reverse=True)
    }
    return sorted(first_of_weapon.values(), key=lambda m: (m.canonical not in equal, m.canonical))[:SHOWN]
