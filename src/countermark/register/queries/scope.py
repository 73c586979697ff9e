"""Which weapons a person may see: those that stand at, or are held by, one of that person's places."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place
from countermark.accounts.queries import Person
from countermark.ledger import identity
from countermark.register.rules import WeaponState

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Scope:
    """The opaque ids a person's weapons stand at or are held by; `ids` None is the whole State."""

    ids: frozenset[str] | None = None

    def sees(self, state: WeaponState) -> bool:
        """Whether a weapon is within the scope."""
        return self.ids is None or state.place in self.ids or state.holder in self.ids

    def narrow(self, weapons: "QuerySet[M]", prefix: str = "") -> "QuerySet[M]":
        """The rows of `register_weapon` (or, with `prefix`, of a table joined to it) within the scope."""
        if self.ids is None:
            return weapons
        places = {f"{prefix}place__in": sorted(self.ids)}
        holders = {f"{prefix}holder__in": sorted(self.ids)}
        # Saying what the partial indexes say lets SQLite use them.
        return weapons.filter(
            (Q(**places) & ~Q(**{f"{prefix}place": ""})) | (Q(**holders) & ~Q(**{f"{prefix}holder": ""}))
        )


EVERYTHING = Scope()


def of(user: Person, permission: str = "weapon.view") -> Scope:
    """The scope in which a person holds a permission."""
    places = accounts.visible_place_ids(user, permission)
    if places is None:
        return EVERYTHING
    return Scope(frozenset({*places, *(identity.opaque("party", name) for name in names(places))}))


def names(places: Iterable[str]) -> list[str]:
    """The names of places, in order."""
    return list(Place.objects.filter(id__in=list(places)).order_by("name").values_list("name", flat=True))
