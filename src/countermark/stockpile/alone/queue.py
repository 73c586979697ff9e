"""What one person changed beside the counters, in the queue of discrepancies."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_noop

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place, User
from countermark.ledger import database
from countermark.register import cases
from countermark.register.models import Weapon
from countermark.register.queries import discrepancies
from countermark.register.queries.discrepancies import Discrepancy, Source
from countermark.register.queries.scope import Scope
from countermark.stockpile.models import AloneRow

KIND = "changed_alone"
COMMAND = "stock.command"
CHUNK = 200
ABOUT = gettext_noop(
    "One person changed who has this weapon or where it is, beside the counters: by a command, a file, a load taken back or another node. Look where it is, and who recorded that. If it is right, say so; if not, correct it."
)


def register() -> None:
    """Puts them into the queue of discrepancies; called once, when the program starts."""
    discrepancies.source(Source(KIND, ABOUT, find, lambda person, subject: ""), answered_by=COMMAND)
    cases.DECIDED_BY[KIND] = may_decide


def find(scope: Scope) -> Iterator[Discrepancy]:
    """Those of weapons a person may see, or that were at a place they may see."""
    owners: dict[str, list[User]] = {}
    found = AloneRow.objects.order_by("recorded", "weapon_id", "key").iterator(chunk_size=CHUNK)
    for some in database.chunks(found, CHUNK):
        weapons = {weapon.id: weapon for weapon in Weapon.objects.filter(id__in=[row.weapon_id for row in some])}
        known = _known(row.place for row in some)
        for row in some:
            weapon = weapons.get(row.weapon_id)
            if weapon is None:
                continue
            place = row.place if row.place in known else _place_of(row, weapon.place)
            if scope.ids is None or {place, weapon.place, weapon.holder} & scope.ids:
                yield _discrepancy(row, weapon, place, owners)


def _discrepancy(row: AloneRow, weapon: Weapon, place: str, owners: dict[str, list[User]]) -> Discrepancy:
    if place not in owners:
        owners[place] = accounts.nearest_with(COMMAND, place)
    owner = next((user.username for user in owners[place] if user.person != row.by), "")
    return Discrepancy(f"{KIND}:{row.key}", KIND, [weapon], row.recorded, serial=weapon.serial, owner=owner)


def may_decide(subject: str, person: User) -> bool:
    """Whether somebody may decide one, or answer for it: they command where the weapon was, and it was not they who made the change."""
    key = subject.removeprefix(f"{KIND}:")
    row = AloneRow.objects.filter(key=key).first()
    if row is None:
        return False
    now = Weapon.objects.filter(pk=row.weapon_id).values_list("place", flat=True).first() or ""
    return row.by != person.person and accounts.may_at(person, COMMAND, _place_of(row, now) or None)


def _place_of(row: AloneRow, now: str) -> str:
    """Where whoever answers for one commands: where the weapon was; where that is no place of this State, where somebody alone took it from before.

    `now` is where the weapon is, for one that was at no place. Empty: in the whole State.
    """
    if not row.place:
        return now if _known([now]) else ""
    before = AloneRow.objects.filter(weapon_id=row.weapon_id, recorded__lte=row.recorded).order_by("-recorded", "-key")
    places = [row.place, *before.values_list("place", flat=True)]
    known = _known(places)
    return next((place for place in places if place in known), "")


def _known(places: Iterable[str]) -> frozenset[str]:
    return frozenset(Place.objects.filter(pk__in=set(places)).values_list("pk", flat=True))
