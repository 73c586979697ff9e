"""Reads of the stockpile: what stands where, who has what, what is due. Every list is narrowed to the places a person may see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place, User
from countermark.ledger.entry import now
from countermark.register.models import Weapon
from countermark.register.services import side_texts
from countermark.stockpile import acts
from countermark.stockpile.models import Holding, SubjectRow
from countermark.stockpile.rules.custody import OUT
from countermark.stockpile.states import Subject

VIEW = "stock.view"
ACTIVE = ("active", "deactivated", "found", "recovered", "seized", "confiscated", "surrendered", "collected")


def visible(user: User, permission: str = VIEW) -> frozenset[str] | None:
    """The places of a person's stockpile: None for all."""
    return accounts.visible_place_ids(user, permission)


def holdings(places: Iterable[str] | None) -> "QuerySet[Holding]":
    """The holdings of some places: what lies there, and what was issued from there."""
    rows = Holding.objects.all()
    return rows if places is None else rows.filter(store__in=list(places))


def in_store(places: Iterable[str]) -> "QuerySet[Weapon]":
    """The weapons that are to lie in some places: what the stockpile put there, and what the register says stands there and nobody has handled."""
    here = list(places)
    out = Holding.objects.exclude(custody="store").filter(store__in=here).values("weapon_id")
    return Weapon.objects.filter(place__in=here, status__in=ACTIVE, replaced_by=None).exclude(id__in=out)


def count_in(place: str) -> int:
    """How many weapons are to lie in one place."""
    return in_store([place]).count()


@dataclass(frozen=True)
class StoreLine:
    """A place in figures: what it is to hold, what of it is out, on its way, missing, overdue."""

    place: Place
    depth: int
    in_store: int
    out: int
    transit: int
    missing: int
    overdue: int


def board(places: Iterable[str] | None) -> list[StoreLine]:
    """Every place a person may see in figures, each below the one above it."""
    seen = None if places is None else frozenset(places)
    figures = _figures(seen)
    stored = _stored(seen)
    return [
        StoreLine(place, depth, stored.get(place.pk, 0), *figures.get(place.pk, (0, 0, 0, 0)))
        for depth, place in accounts.place_tree()
        if seen is None or place.pk in seen
    ]


def _figures(places: frozenset[str] | None) -> dict[str, tuple[int, int, int, int]]:
    active = Q(status__in=ACTIVE)
    rows = holdings(places).values_list("store").annotate(
        out=Count("pk", filter=Q(custody__in=OUT) & active),
        transit=Count("pk", filter=Q(custody="transit") & active),
        missing=Count("pk", filter=Q(custody="missing")),
        overdue=Count("pk", filter=Q(custody__in=OUT) & active & Q(due__lt=now()) & ~Q(due="")),
    )  # fmt: skip
    return {store: (out, transit, missing, overdue) for store, out, transit, missing, overdue in rows}


def _stored(places: frozenset[str] | None) -> dict[str, int]:
    out = Holding.objects.exclude(custody="store").values("weapon_id")
    rows = Weapon.objects.filter(status__in=ACTIVE, replaced_by=None).exclude(place="").exclude(id__in=out)
    if places is not None:
        rows = rows.filter(place__in=list(places))
    return dict(rows.values_list("place").annotate(n=Count("pk")))


def key_of(kind: str, whole: str) -> str:
    """The key of a subject of a kind that a code with a whole id (a UUID) names; the id itself where there is none."""
    keys = (whole, whole.replace("-", ""))
    found = SubjectRow.objects.filter(kind=kind, key__in=keys).values_list("key", flat=True).first()
    return found or whole


SHOWN = 300
"""Lines of a list of subjects."""
MOST_PLACES = 40
"""Places whose newest subjects are looked up place by place; whoever sees more sees so much that the newest of all are soon enough theirs."""


def newest(kind: str, places: frozenset[str] | None, most: int, **columns: Any) -> list[Subject]:
    """The newest subjects of a kind at some places (None: everywhere), whose columns are as given."""
    rows = SubjectRow.objects.filter(kind=kind, **columns).order_by("-since", "key")
    if places is None:
        found = list(rows[:most])
    elif len(places) > MOST_PLACES:
        found = list(rows.filter(place__in=list(places))[:most])
    else:
        of_each = [row for place in sorted(places) for row in rows.exclude(place="").filter(place=place)[:most]]
        # Twice, the later by what matters more: times go down, keys up.
        found = sorted(sorted(of_each, key=lambda row: row.key), key=lambda row: row.since, reverse=True)[:most]
    return [acts.subject_of_row(row) for row in found]


OF_ALL = frozenset({"lot"})
"""Kinds that are of no place themselves: what of them lies where is asked beside them."""


def visible_rows(user: User, kind: str, permission: str = "stock.view", **columns: str) -> list[Subject]:
    """The newest subjects of a kind a person may see: of their places or sent to them; of no place those of `OF_ALL`, or for whoever sees all."""
    rows = SubjectRow.objects.filter(kind=kind).filter(**columns).order_by("-since", "key")
    places = visible(user, permission)
    found: list[SubjectRow] = []
    for row in rows.iterator(chunk_size=SHOWN):
        if places is None or kind in OF_ALL or row.place in places or row.person in places:
            found.append(row)
        if len(found) == SHOWN:
            break
    return [acts.subject_of_row(row) for row in found]


def own_proposals(user: User, *, wanted: Callable[[Subject], bool] = lambda _one: True) -> list[Subject]:
    """What somebody proposed themselves and is `wanted`, the newest first, at most 300, whatever they may do by now."""
    rows = acts.rows("proposal").filter(person=user.person).order_by("-since", "key")
    found = map(acts.subject_of_row, rows.iterator(chunk_size=SHOWN))
    return list(islice(filter(wanted, found), SHOWN))


def has_proposed(user: accounts.Person) -> bool:
    """Whether somebody ever proposed anything."""
    return isinstance(user, User) and acts.rows("proposal").filter(person=user.person).exists()


@dataclass(frozen=True)
class Held:
    """A weapon as a counter's lists show it."""

    weapon: Weapon
    holding: Holding | None
    holder: str = ""
    store: str = ""

    @property
    def overdue(self) -> bool:
        """Whether it was to be back by now."""
        due = self.holding.due if self.holding and self.holding.custody in OUT else ""
        return bool(due) and due < now()


def out_of(places: Iterable[str] | None, *, holder: str = "", most: int = 500) -> list[Held]:
    """What is out of some places, the longest overdue first; of one holder where one is named."""
    rows = holdings(places).filter(custody__in=OUT, status__in=ACTIVE)
    if holder:
        rows = rows.filter(holder=holder)
    # Without a due date comes last: the empty text would stand first.
    ordered = sorted(rows.order_by("since")[: most * 4], key=lambda row: (row.due == "", row.due, row.since))
    return shown([row.weapon_id for row in ordered[:most]])


def of_person(party: str) -> list[Held]:
    """What somebody holds, wherever it is from."""
    return shown(
        list(
            Holding.objects.filter(holder=party, custody__in=OUT).order_by("since").values_list("weapon_id", flat=True)
        )
    )


def as_uuid(weapon_id: str) -> UUID:
    """A weapon id as rows have it."""
    return UUID(weapon_id)


def shown(weapon_ids: Sequence[UUID]) -> list[Held]:
    """Weapons with their holding and names, in the order asked for."""
    weapons = Weapon.objects.in_bulk(list(weapon_ids))
    held = Holding.objects.in_bulk(list(weapon_ids))
    names = side_texts([one.holder for one in held.values()])
    places = dict(Place.objects.filter(pk__in={w.place for w in weapons.values()}).values_list("pk", "name"))
    return [
        Held(
            weapons[pk],
            held.get(pk),
            names.get(held[pk].holder, "") if pk in held else "",
            places.get(weapons[pk].place, ""),
        )
        for pk in weapon_ids
        if pk in weapons
    ]
