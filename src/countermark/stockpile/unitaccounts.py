"""Accounts: what a unit answers for, and where each of it is; what a person has; who is to bring what back by the end of today.

The unit is the site whose counters sign (`receipts.account_of`). It answers for what was handed over on its account, and for what the register
says stands in its places and nobody has handed over yet. Reads only, narrowed to the places a person may see.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Case, Count, Exists, Max, Min, OuterRef, Q, QuerySet, When
from django.utils import timezone

from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.ledger.database import chunks
from countermark.ledger.entry import now
from countermark.register.models import Weapon
from countermark.register.services import side_texts
from countermark.stockpile import acts, queries, units
from countermark.stockpile.models import Holding
from countermark.stockpile.queries import Held
from countermark.stockpile.rules.custody import OUT

Where = Literal["store", "out", "transit", "missing"]
WHERE: tuple[Where, ...] = ("store", "out", "transit", "missing")
PAGE = 200
_UNTOUCHED = ~Q(Exists(Holding.objects.filter(weapon_id=OuterRef("pk"))))
"""What the register says stands somewhere and no counter has handed over yet."""
COLUMNS = (
    "id", "ref", "serial", "maker", "model", "calibre", "kind", "custody", "with", "since", "due", "place", "receipt",
)  # fmt: skip
"""Columns of the file of an account; `with` is the name of who has the weapon."""


@dataclass(frozen=True)
class Account:
    """The account of a site as far as somebody may see it: `places` are the places seen (None: all)."""

    site: Place
    places: frozenset[str] | None

    @property
    def party(self) -> str:
        """The party of the unit, as `receipts.account_id` names it."""
        return identity.opaque("party", self.site.name)


@dataclass(frozen=True)
class Figures:
    """How many weapons an account answers for, and where they are."""

    store: int = 0
    out: int = 0
    transit: int = 0
    missing: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        """All it answers for."""
        return self.store + self.out + self.transit + self.missing


@dataclass(frozen=True)
class PersonLine:
    """Somebody who has weapons of an account: how many, how many are overdue, and when the first is to be back."""

    party: str
    name: str
    weapons: int
    overdue: int
    due: str


def overview(places: frozenset[str] | None) -> list[tuple[Account, Figures]]:
    """The accounts of the sites somebody sees a place of, in figures, by name: a few queries however many there are."""
    sites = _sites(places)
    handled: dict[str, Counter[str]] = {}
    for account_, store, counted in _counted(queries.holdings(places)):
        # What was handed over before any counter took it on an account is its store's.
        party = account_ or (identity.opaque("party", sites[store].name) if store in sites else "")
        handled.setdefault(party, Counter()).update(counted)
    rows = Weapon.objects.filter(_UNTOUCHED, status__in=queries.ACTIVE, replaced_by=None).exclude(place="")
    if places is not None:
        rows = rows.filter(place__in=sorted(places))
    untouched = Counter[str]()
    for place, n in rows.values_list("place").annotate(n=Count("pk")):
        untouched[sites[place].pk if place in sites else ""] += n
    found = [Account(site, places) for site in {site.pk: site for site in sites.values()}.values()]
    found.sort(key=lambda one: (one.site.name.casefold(), one.site.pk))
    return [(one, _sum(handled.get(one.party, Counter()), untouched[one.site.pk])) for one in found]


def account(site: str, places: frozenset[str] | None) -> Account | None:
    """The account of a site, for who sees a place of it; None otherwise."""
    place = Place.objects.filter(pk=site).first()
    if place is None or units.site_of(place).pk != place.pk:
        return None
    found = Account(place, places)
    return found if _places(found) else None


def _sites(places: frozenset[str] | None) -> dict[str, Place]:
    """The site of each place seen (`units.site_of`, for many at once)."""
    known = {place.pk: place for place in Place.objects.all()}
    forms = {row.key: row.value["form"] for row in acts.rows("unit")}
    found: dict[str, Place] = {}
    for pk, place in known.items():
        here: Place | None = place
        seen: set[str] = set()
        while here is not None and forms.get(here.pk) != "site" and here.pk not in seen:
            seen.add(here.pk)
            here = known.get(here.parent_id or "")
        if places is None or pk in places:
            found[pk] = here if here is not None and here.pk not in seen else place
    return found


def weapons(of: Account, where: Where | None = None) -> "QuerySet[Weapon]":
    """The weapons an account answers for (in one of `WHERE`), by record number."""
    wanted = Q()
    for one in WHERE if where is None else (where,):
        wanted |= _where(of, one)
    return Weapon.objects.filter(wanted, replaced_by=None).order_by("ref", "id")


def _where(of: Account, where: Where) -> Q:
    held, active = _held(of), Q(status__in=queries.ACTIVE)
    if where == "missing":
        return Q(id__in=held.filter(custody="missing").values("weapon_id"))
    custody = {"store": ("store",), "out": OUT, "transit": ("transit",)}[where]
    asked = Q(id__in=held.filter(custody__in=custody).values("weapon_id"))
    if where == "store":
        asked |= Q(place__in=_places(of)) & _UNTOUCHED
    return asked & active


def _held(of: Account) -> "QuerySet[Holding]":
    return queries.holdings(of.places).filter(Q(account=of.party) | Q(account="", store__in=_places(of)))


def _places(of: Account) -> list[str]:
    here = units.of_site(of.site.pk)
    return sorted(here if of.places is None else here & of.places)


def figures(of: Account) -> Figures:
    """An account in figures."""
    untouched = Weapon.objects.filter(_UNTOUCHED, status__in=queries.ACTIVE, replaced_by=None, place__in=_places(of))
    counted = Counter[str]()
    for _account, _store, some in _counted(_held(of)):
        counted.update(some)
    return _sum(counted, untouched.count())


_FIGURES: tuple[Literal["in_store", "out", "transit", "missing", "overdue"], ...] = (
    "in_store", "out", "transit", "missing", "overdue",
)  # fmt: skip


def _counted(rows: "QuerySet[Holding]") -> Iterator[tuple[str, str, dict[str, int]]]:
    """How many weapons are where, by account and store."""
    active = Q(status__in=queries.ACTIVE)
    out = Q(custody__in=OUT) & active
    grouped = rows.order_by("account", "store").values("account", "store").annotate(
        in_store=Count("pk", filter=Q(custody="store") & active),
        out=Count("pk", filter=out),
        transit=Count("pk", filter=Q(custody="transit") & active),
        missing=Count("pk", filter=Q(custody="missing")),
        overdue=Count("pk", filter=out & Q(due__lt=now()) & ~Q(due="")),
    )  # fmt: skip
    for row in grouped:
        yield row["account"], row["store"], {name: row[name] for name in _FIGURES}


def _sum(counted: Mapping[str, int], untouched: int) -> Figures:
    return Figures(counted["in_store"] + untouched, *(counted[name] for name in _FIGURES[1:]))


def by_person(of: Account, *, until: str = "") -> list[PersonLine]:
    """Who has weapons of an account, the first due first; with `until` (a day or time) only what is to be back by then, overdue included."""
    rows = _held(of).filter(custody__in=OUT, status__in=queries.ACTIVE)
    return _people(rows.exclude(due="").filter(due__lte=until) if until else rows)


def due_today(places: Iterable[str], *, until: str = "") -> list[tuple[PersonLine, list[Held]]]:
    """The shift list of some places: who is to bring back what by the end of today (or `until`), what is overdue included, the first due first."""
    until = until or end_of_day()
    rows = queries.holdings(places).filter(custody__in=OUT, status__in=queries.ACTIVE, due__lte=until).exclude(due="")
    found: dict[str, list[Held]] = {}
    for one in queries.shown([*rows.order_by("due", "weapon_id").values_list("weapon_id", flat=True)[:MOST_DUE]]):
        found.setdefault(one.holding.holder if one.holding else "", []).append(one)
    return [(line, found[line.party]) for line in _people(rows) if line.party in found]


MOST_DUE = 2000
"""Weapons on a shift list."""


def end_of_day() -> str:
    """The end of today where this node stands, as due times are written (RFC 3339 UTC)."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    last = start + dt.timedelta(days=1, seconds=-1)
    return last.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _people(rows: "QuerySet[Holding]") -> list[PersonLine]:
    moment = now()
    found = rows.values("holder").annotate(
        n=Count("pk"),
        overdue=Count("pk", filter=Q(due__lt=moment) & ~Q(due="")),
        first=Min(Case(When(~Q(due=""), then="due"))),
        last=Max("since"),
    )
    lines = list(found.order_by("holder"))
    names = side_texts([line["holder"] for line in lines])
    people = [
        PersonLine(one["holder"], names.get(one["holder"], ""), one["n"], one["overdue"], one["first"] or "")
        for one in lines
    ]
    return sorted(people, key=lambda one: (one.due or "9999", one.name.casefold(), one.party))


def of_person(party: str, places: frozenset[str] | None) -> list[Held]:
    """What somebody has out of the places one may see, the longest overdue first."""
    return queries.out_of(places, holder=party)


def page(of: Account, where: Where | None, number: int) -> tuple[list[Held], bool]:
    """One page (from 1) of the weapons of an account, and whether another follows."""
    start = (max(number, 1) - 1) * PAGE
    ids = list(weapons(of, where).values_list("id", flat=True)[start : start + PAGE + 1])
    return queries.shown(ids[:PAGE]), len(ids) > PAGE


def lines(found: Iterable[Held]) -> Iterator[list[str]]:
    """Rows of `COLUMNS`."""
    for one in found:
        weapon, held = one.weapon, one.holding
        yield [
            str(weapon.pk), weapon.ref, weapon.serial, weapon.maker, weapon.model, weapon.calibre, weapon.kind,
            held.custody if held else "store", one.holder if held and held.custody in OUT else "",
            held.since if held else "", held.due if held else "", one.store, held.receipt if held else "",
        ]  # fmt: skip


def every_line(of: Account, where: Where | None = None) -> Iterator[list[str]]:
    """Rows of `COLUMNS` for the whole of an account, a thousand weapons at a time."""
    for some in chunks(weapons(of, where).values_list("id", flat=True).iterator(chunk_size=1000), 1000):
        yield from lines(queries.shown(list(some)))


def plain(rows: Sequence[Sequence[str]] | Iterator[list[str]]) -> list[dict[str, Any]]:
    """Rows of `COLUMNS` as programs and commands tell them."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]
