"""How much of what each agency holds is duly marked, what is left, and when that will be done at the present speed.

A weapon of a State's forces is duly marked when one readable mark stands for it: that mark need not meet paragraph 8(a) of the
instrument (8(d)). A State that asks for a mark of its stock besides says so (`require_state_mark`).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import connection

from countermark.accounts.models import Organisation, Place
from countermark.accounts.queries import Person
from countermark.ledger import identity, services, store
from countermark.ledger.services import Actor
from countermark.marking.models import ItemRow
from countermark.register.models import Weapon
from countermark.register.queries import scope

SETTING = "marking_state_mark"
LOOKED_BACK = dt.timedelta(days=90)
OTHERS = ""
"""The agency of weapons that no organisation of the State holds."""


@dataclass(frozen=True)
class Coverage:
    """One agency (an organisation's name, or `OTHERS`): weapons held, duly marked, and marked a day over the last 90 days."""

    agency: str
    held: int
    marked: int
    a_day: float

    @property
    def backlog(self) -> int:
        """Weapons not duly marked."""
        return self.held - self.marked

    @property
    def lately(self) -> int:
        """Weapons marked in the last 90 days."""
        return round(self.a_day * LOOKED_BACK.days)

    @property
    def share(self) -> float | None:
        """The share duly marked; None where nothing is held."""
        return self.marked / self.held if self.held else None

    def done_by(self, today: dt.date) -> dt.date | None:
        """When the backlog will be gone at the present speed; None where nothing was marked lately or it lies too far ahead."""
        if not self.backlog:
            return today
        if self.a_day <= 0 or self.backlog / self.a_day > LONGEST_DAYS:
            return None
        return today + dt.timedelta(days=-int(-self.backlog // self.a_day))


LONGEST_DAYS = 36_500


def require_state_mark(required: bool, *, by: Actor) -> None:
    """Says whether weapons of the State must bear a mark of its stock to count as duly marked."""
    services.set_setting(SETTING, "1" if required else "0", by=by)


def state_mark_required() -> bool:
    """Whether they must."""
    return services.setting(SETTING) == "1"


def coverage(user: Person, today: dt.date | None = None) -> list[Coverage]:
    """The agencies whose weapons a person may see, largest backlog first; others than agencies last."""
    counted = _counted(user)
    speeds = _speeds(today or dt.datetime.now(dt.UTC).date())
    found = [Coverage(agency, held, marked, speeds.get(agency, 0.0)) for agency, (held, marked) in counted.items()]
    return sorted(found, key=lambda one: (one.agency == OTHERS, -one.backlog, one.agency))


def whole() -> tuple[int, int]:
    """How many weapons are held in lawful custody in the whole State, and how many of them are duly marked."""
    found = _groups()
    return sum(held for _, _, held, _ in found), sum(marked for _, _, _, marked in found)


@dataclass
class _Agencies:
    """Which organisation a holder or place (opaque ids) belongs to."""

    by_id: Mapping[str, str] = field(default_factory=dict)

    def of(self, holder: str, place: str) -> str:
        return self.by_id.get(holder) or self.by_id.get(place) or OTHERS


def _agencies() -> _Agencies:
    found: dict[str, str] = {}
    for name in Organisation.objects.values_list("name", flat=True):
        found[identity.opaque("party", name)] = name
    for place, organisation in _organisations_of_places():
        found[place.id] = organisation
        found[identity.opaque("party", place.name)] = organisation
    return _Agencies(found)


def _organisations_of_places() -> Iterable[tuple[Place, str]]:
    """Every place with the organisation it, or the nearest place above it, belongs to."""
    places = {place.id: place for place in Place.objects.select_related("organisation")}
    for place in places.values():
        above: Place | None = place
        seen: set[str] = set()
        while above is not None and above.organisation is None and above.id not in seen:
            seen.add(above.id)
            above = places.get(str(above.parent_id))
        if above is not None and above.organisation is not None:
            yield place, above.organisation.name


def _counted(user: Person) -> dict[str, tuple[int, int]]:
    seen = scope.of(user, "marking.view")
    agencies = _agencies()
    held: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for holder, place, count, good in _groups():
        if seen.ids is None or place in seen.ids or holder in seen.ids:
            agency = agencies.of(holder, place)
            held[agency] += count
            marked[agency] += good
    return {agency: (count, marked[agency]) for agency, count in held.items()}


_Group = tuple[str, str, int, int]
KEPT_SECONDS = 600


def _groups() -> list[_Group]:
    """(holder, place, weapons held, of them duly marked) of weapons in lawful custody.

    Counting reads every weapon, so it is done once for a length of the logs: it cannot change while they do not.
    """
    log = services.require_own_log()
    key = f"marking:coverage:{log.origin}:{store.total_size()}:{state_mark_required()}"
    found: list[_Group] | None = cache.get(key)
    if found is None:
        found = _count()
        cache.set(key, found, KEPT_SECONDS)
    return found


def _count() -> list[_Group]:
    good = "w.serial <> '' AND w.finding = ''"
    if state_mark_required():
        good += " AND EXISTS (SELECT 1 FROM marking_statemark s WHERE s.weapon_id = w.id)"
    sql = (
        f"SELECT w.holder, w.place, count(*), sum(CASE WHEN {good} THEN 1 ELSE 0 END) FROM register_weapon w"  # noqa: S608
        " WHERE w.status = 'active' AND w.replaced_by IS NULL GROUP BY w.holder, w.place"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(str(holder), str(place), int(count), int(good)) for holder, place, count, good in cursor.fetchall()]


def _speeds(today: dt.date) -> dict[str, float]:
    """Weapons accepted a day over the last 90 days, by the agency that holds them."""
    since = (today - LOOKED_BACK).isoformat()
    accepted = ItemRow.objects.filter(state="accepted", time__gte=since).exclude(weapon="")
    ids = list(accepted.values_list("weapon", flat=True))
    agencies = _agencies()
    counts: dict[str, int] = defaultdict(int)
    for start in range(0, len(ids), 500):
        rows = Weapon.objects.filter(id__in=ids[start : start + 500])
        for holder, place in rows.values_list("holder", "place"):
            counts[agencies.of(holder, place)] += 1
    return {agency: count / LOOKED_BACK.days for agency, count in counts.items()}
