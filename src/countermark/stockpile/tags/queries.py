"""Reads: which tags are on which weapons, as far as a person may see those."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from countermark.ledger import database
from countermark.register.models import Weapon
from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.stockpile.models import Tag

SHOWN = 500
LOOKED_AT = 500


@dataclass(frozen=True)
class BoundTag:
    """A tag on a weapon; `twice` says that the same tag is on another weapon as well: two depots did not know of each other."""

    tag: str
    tid: str
    since: str
    weapon: Weapon
    twice: bool = False


def bound(scope: Scope = EVERYTHING, *, weapon_id: str = "", tag: str = "", twice: bool = False) -> list[BoundTag]:
    """Tags on weapons a person may see, by tag; of one weapon, of one tag, or those on two weapons. At most `SHOWN`."""
    rows = Tag.objects.all()
    if weapon_id:
        rows = rows.filter(weapon_id=weapon_id)
    if tag:
        rows = rows.filter(tag=tag)
    if twice:
        rows = rows.filter(tag__in=_doubles())
    if scope.ids is not None:
        rows = rows.filter(weapon_id__in=scope.narrow(Weapon.objects.all()).values("id"))
    return _shown(rows.order_by("tag", "weapon_id")[:SHOWN])


def _doubles() -> list[str]:
    shared = Tag.objects.values("tag").annotate(n=Count("weapon_id")).filter(n__gt=1).order_by("tag")
    return list(shared.values_list("tag", flat=True)[:SHOWN])


def _shown(rows: Iterable[Tag]) -> list[BoundTag]:
    found = list(rows)
    weapons = {weapon.id: weapon for weapon in Weapon.objects.filter(id__in=[row.weapon_id for row in found])}
    alike = Tag.objects.filter(tag__in=[row.tag for row in found]).values("tag").annotate(n=Count("weapon_id"))
    doubles = set(alike.filter(n__gt=1).values_list("tag", flat=True))
    return [
        BoundTag(row.tag, row.tid, row.since, weapons[row.weapon_id], row.tag in doubles)
        for row in found
        if row.weapon_id in weapons
    ]


def single(found: Iterable[str], scope: Scope = EVERYTHING) -> dict[str, UUID]:
    """The weapon each of some tags is on, as far as a person may see it; a tag on none or on two is left out."""
    weapons: dict[str, set[UUID]] = {}
    for some in database.chunks(found, LOOKED_AT):
        for tag, weapon_id in Tag.objects.filter(tag__in=some).values_list("tag", "weapon_id"):
            weapons.setdefault(tag, set()).add(weapon_id)
    only = {tag: next(iter(ids)) for tag, ids in weapons.items() if len(ids) == 1}
    if scope.ids is None:
        return only
    seen = visible(only.values(), scope)
    return {tag: weapon_id for tag, weapon_id in only.items() if weapon_id in seen}


def visible(weapon_ids: Iterable[UUID], scope: Scope) -> set[UUID]:
    """Those of some weapons a person may see."""
    seen: set[UUID] = set()
    for some in database.chunks(weapon_ids, LOOKED_AT):
        seen.update(scope.narrow(Weapon.objects.filter(id__in=some)).values_list("id", flat=True))
    return seen


def weapon_of(tag: str, scope: Scope = EVERYTHING) -> UUID | None:
    """The weapon a tag is on; None for a tag on none, on two, or on one the person may not see."""
    return single([tag], scope).get(tag)


def of_weapons(weapon_ids: Iterable[str]) -> dict[str, list[str]]:
    """The tags on some weapons, by weapon."""
    found: dict[str, list[str]] = {}
    for weapon_id, tag in (
        Tag.objects.filter(weapon_id__in=list(weapon_ids)).order_by("tag").values_list("weapon_id", "tag")
    ):
        found.setdefault(str(weapon_id), []).append(tag)
    return found
