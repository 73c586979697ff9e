"""What the register knows of one scan, as far as a person may see it. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical
from countermark.register import papers
from countermark.register.models import Mark, Weapon
from countermark.register.queries import records
from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.stockpile.codes import Meaning, scan, serials, tags
from countermark.stockpile.models import Tag

OF_WEAPONS = frozenset({"weapon", "serial", "asset", "item", "tag"})
"""Kinds of scans that a single weapon may be known by."""

MOST = 10
"""Weapons shown for one scan."""


@dataclass(frozen=True)
class Found:
    """What a scan led to: `weapons`, or a `form` of paper, or neither.

    `near` are weapons whose serial differs from a typed one in a look-alike: they are asked about and never taken for it.
    """

    meaning: Meaning
    weapons: tuple[Weapon, ...] = ()
    near: tuple[Weapon, ...] = ()
    form: str = ""
    said: tuple[Sentence, ...] = field(default=())

    @property
    def outcome(self) -> str:
        """`done` for what is known and one, `asked` for what a person must look at, `refused` for what leads nowhere."""
        if self.form or (len(self.weapons) == 1 and not self.alarming):
            return "done"
        known = self.weapons or self.near or self.meaning.kind not in OF_WEAPONS
        return "asked" if self.near or (known and self.meaning.usable) else "refused"

    @property
    def alarming(self) -> bool:
        """Whether a weapon found is reported lost or stolen."""
        return any(weapon.status in ("lost", "stolen") for weapon in self.weapons)


def look(text: str, scope: Scope = EVERYTHING) -> Found:
    """What one scan leads to. What a scan may mean besides is tried after what it means."""
    meaning = scan(text)
    said = tuple(one.message for one in meaning.findings)
    for one in (meaning, *meaning.also):
        if one.kind == "form" and (form := papers.find(one.value)):
            return Found(meaning, form=form.code, said=said)
        if weapons := _weapons(one, scope):
            # What a keyboard set to another script may have made of a code is asked about, never taken for it.
            retyped = one is not meaning and one.kind != "serial"
            return (
                Found(meaning, near=tuple(weapons), said=said) if retyped else Found(meaning, tuple(weapons), said=said)
            )
    near = _near(meaning, scope) if meaning.kind == "serial" else []
    return Found(meaning, near=tuple(near), said=said)


def surviving(weapons: Iterable[Weapon]) -> list[str]:
    """The ids of some weapons, each once: a label or mark of a record that was joined to another is one of the weapon all the same."""
    return list(dict.fromkeys(_surviving(one) for one in weapons))


def _surviving(weapon: Weapon) -> str:
    state = records.surviving(str(weapon.pk)) if weapon.replaced_by else None
    return state.id if state else str(weapon.pk)


def _weapons(meaning: Meaning, scope: Scope) -> Sequence[Weapon]:
    if meaning.kind == "weapon":
        return _seen(scope, [meaning.value])
    if meaning.kind == "serial":
        return _marked(scope, [canonical(meaning.value)]) or list(
            scope.narrow(Weapon.objects.filter(ref=meaning.value)).order_by("id")[:MOST]
        )
    wanted = [*([meaning.tag.hex] if meaning.tag else []), *tags.encodings(meaning.elements)]
    if meaning.kind == "tag":
        wanted.append(meaning.value)
    if not wanted:
        return []
    return _seen(
        scope, Tag.objects.filter(tag__in=wanted).order_by("weapon_id").values_list("weapon_id", flat=True)[:MOST]
    )


def _near(meaning: Meaning, scope: Scope) -> Sequence[Weapon]:
    return _marked(scope, serials.spellings(meaning.value))


def _marked(scope: Scope, forms: Iterable[str]) -> Sequence[Weapon]:
    wanted = [form for form in forms if form]
    if not wanted:
        return []
    marks = Mark.objects.filter(canonical__in=wanted).exclude(canonical="")
    return _seen(scope, scope.narrow(marks, "weapon__").values_list("weapon_id", flat=True).distinct()[:MOST])


def _seen(scope: Scope, ids: Iterable[UUID | str]) -> Sequence[Weapon]:
    found = list(ids)
    return (
        list(scope.narrow(Weapon.objects.filter(id__in=found)).order_by("maker", "model", "id")[:MOST]) if found else []
    )
