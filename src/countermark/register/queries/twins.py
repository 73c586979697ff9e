"""Records that a new mark may already stand in: the same mark, or one that is easily taken for it."""

import string
from collections.abc import Iterable, Iterator
from functools import lru_cache

from countermark.marks.skeleton import LOOKALIKE
from countermark.marks.text import canonical, split_prefix
from countermark.register.models import Mark
from countermark.register.queries.scope import Scope

SHOWN = 20
VARIANTS_AT_MOST = 900
INSERTED = string.digits + string.ascii_uppercase


@lru_cache(maxsize=1)
def _lookalikes() -> dict[str, frozenset[str]]:
    others: dict[str, set[str]] = {}
    for group in LOOKALIKE:
        for char in group:
            others.setdefault(char, set()).update(set(group) - {char})
    return {char: frozenset(found) for char, found in others.items()}


def variants(text: str) -> list[str]:
    """The canonical form of a mark, then every form one look-alike, one swap, one character less or one more away."""
    plain = canonical(split_prefix(text)[1])
    return list(dict.fromkeys([plain, *_changed(plain)]))[:VARIANTS_AT_MOST] if plain else []


def _changed(plain: str) -> Iterator[str]:
    for place, char in enumerate(plain):
        for other in sorted(_lookalikes().get(char, ())):
            yield plain[:place] + other + plain[place + 1 :]
    for place in range(len(plain) - 1):
        yield plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if len(plain) > 4:
        for place in range(len(plain)):
            yield plain[:place] + plain[place + 1 :]
    if len(plain) > 3:
        for place in range(len(plain) + 1):
            yield from (plain[:place] + char + plain[place:] for char in INSERTED)


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


def keyed_differently(first: str, second: str) -> tuple[int, str, str] | None:
    """Where two keyings of one text part: the place (from 1) and what stands there in each; None when they are one."""
    for place, (one, other) in enumerate(zip(first, second, strict=False), 1):
        if one != other:
            return place, one, other
    if len(first) == len(second):
        return None
    place = min(len(first), len(second))
    return place + 1, first[place : place + 1], second[place : place + 1]
