"""The queue of discrepancies: what the records contradict each other in, with who answers for it and until when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.core.cache import cache

from countermark.ledger import database
from countermark.register import cases, rows
from countermark.register.models import Case, Identity, Mark, Weapon
from countermark.register.queries.scope import Scope
from countermark.register.rules import MarkState, WeaponState, is_weapon_id
from countermark.register.services import side_texts

SHOWN = 500
RESOLVED = 500
COLLISION, UNCLEAR = "collision", "control_unclear"


@dataclass(frozen=True)
class Discrepancy:
    """Records that contradict each other, as far as a person may see them; `unseen` counts the others.

    `first_seen` is when the last of the records that make it one was recorded; `due` is a day.
    """

    subject: str
    kind: str
    weapons: Sequence[Weapon]
    first_seen: str
    due: str = ""
    owner: str = ""
    state: str = cases.OPEN
    reason: str = ""
    overdue: bool = False
    unseen: int = 0
    serial: str = field(default="")


def queue(scope: Scope, *, state: str = cases.OPEN, kind: str = "", owner: str = "") -> list[Discrepancy]:
    """The discrepancies a person may see in one state, overdue first, then by due date; at most `SHOWN`."""
    found = [*(_collisions(scope) if kind != UNCLEAR else ()), *(_unclear(scope) if kind != COLLISION else ())]
    decided = {row.subject: row for row in Case.objects.filter(subject__in=[one.subject for one in found])}
    reasons = _reasons(decided.values())
    allowed = cases.days()
    complete = [_with_case(one, decided.get(one.subject), allowed, reasons) for one in found]
    wanted = [one for one in complete if one.state == state and (not owner or one.owner == owner)]
    return sorted(wanted, key=lambda one: (not one.overdue, one.due, one.subject))[:SHOWN]


def one(subject: str, scope: Scope) -> Discrepancy | None:
    """One discrepancy a person may see, or None when there is none of that name (any more)."""
    kind, _, key = subject.partition(":")
    if kind == UNCLEAR:
        found = list(_unclear(scope, key))
    elif kind == COLLISION and key.isascii() and key.isdecimal() and len(key) < 20 and int(key) < 1 << 63:
        found = list(_collisions(scope, [int(key)]))
    else:
        found = []
    if not found:
        return None
    row = Case.objects.filter(subject=subject).first()
    return _with_case(found[0], row, cases.days(), _reasons([row] if row else []))


def _with_case(one_: Discrepancy, row: Case | None, allowed: int, reasons: dict[str, str]) -> Discrepancy:
    due = row.due if row else cases.due_date(one_.first_seen, allowed)
    if row is None:
        return replace(one_, due=due, overdue=cases.is_past(due))
    overdue = row.state == cases.OPEN and cases.is_past(due)
    return replace(one_, due=due, owner=row.owner, state=row.state, reason=reasons.get(row.reason, ""), overdue=overdue)


def _reasons(rows_: Iterable[Case]) -> dict[str, str]:
    urns = {f"urn:countermark:note:{row.reason}": row.reason for row in rows_ if row.reason}
    return {urns[urn]: text for urn, text in side_texts(list(urns)).items()}


def _unclear(scope: Scope, weapon_id: str = "") -> Iterator[Discrepancy]:
    weapons = scope.narrow(Weapon.objects.exclude(finding="").filter(finding=UNCLEAR, replaced_by=None))
    if weapon_id:
        weapons = weapons.filter(id=weapon_id) if is_weapon_id(weapon_id) else weapons.none()
    for weapon in weapons.order_by("first_recorded", "id")[:SHOWN]:
        yield Discrepancy(f"{UNCLEAR}:{weapon.id}", UNCLEAR, [weapon], weapon.first_recorded, serial=weapon.serial)


def _collisions(scope: Scope, keys: Sequence[int] | None = None) -> Iterator[Discrepancy]:
    shared = Identity.objects.filter(n__gt=1) if keys is None else Identity.objects.filter(n__gt=1, key__in=keys)
    counts = dict(shared.order_by("key").values_list("key", "n")[:RESOLVED])
    for key, bearers in weapons_of_keys(counts).items():
        weapons = sorted(bearers, key=lambda weapon: (weapon.source, weapon.ref))
        seen = _visible(weapons, scope)
        if seen:
            first_seen = (
                sorted(weapon.first_recorded for weapon in weapons)[1]
                if len(weapons) > 1
                else weapons[0].first_recorded
            )
            unseen = counts[key] - len(seen)
            yield Discrepancy(f"{COLLISION}:{key}", COLLISION, seen, first_seen, unseen=unseen, serial=seen[0].serial)


def _visible(weapons: Iterable[Weapon], scope: Scope) -> list[Weapon]:
    if scope.ids is None:
        return list(weapons)
    return [weapon for weapon in weapons if weapon.place in scope.ids or weapon.holder in scope.ids]


def weapons_of_keys(counts: dict[int, int]) -> dict[int, list[Weapon]]:
    """The weapons behind identity keys. `counts` says how many each has, so that looking stops when all are found.

    A key does not say which weapons it stands for. What was found once is remembered and only checked; for new keys the weapons
    whose control mark another weapon bears too are looked through.
    """
    found = _remembered(counts)
    missing = {key: n for key, n in counts.items() if len(found.get(key, ())) != n}
    if missing:
        found |= _looked_up(missing)
        cache.set(_REMEMBERED, {key: [weapon.id for weapon in weapons] for key, weapons in found.items()}, None)
    return found


_REMEMBERED = "register:weapons-of-identity-keys"


def _remembered(counts: dict[int, int]) -> dict[int, list[Weapon]]:
    """What was found before and still holds."""
    ids = {weapon_id for key, some in cache.get(_REMEMBERED, {}).items() if key in counts for weapon_id in some}
    found: dict[int, list[Weapon]] = defaultdict(list)
    for weapon in Weapon.objects.filter(id__in=ids, replaced_by=None):
        key = identity_key(weapon)
        if key is not None:
            found[key].append(weapon)
    return {key: weapons for key, weapons in found.items() if key in counts}


def _looked_up(counts: dict[int, int]) -> dict[int, list[Weapon]]:
    found: dict[int, list[Weapon]] = defaultdict(list)
    wanted = sum(counts.values())
    borne_twice = (
        "SELECT canonical FROM register_mark WHERE canonical <> '' AND role = 'control'"
        " GROUP BY canonical HAVING count(DISTINCT weapon_id) > 1"
    )
    for some in database.chunks(database.stream(borne_twice, []), 500):
        for weapon in _bearers([row[0] for row in some]):
            key = identity_key(weapon)
            if key in counts:
                found[key].append(weapon)
                wanted -= 1
        if wanted <= 0:
            break
    return dict(found)


def _bearers(texts: Collection[str]) -> Iterator[Weapon]:
    # Saying what the partial index says lets SQLite use it.
    marks = Mark.objects.exclude(canonical="").filter(canonical__in=texts, role="control")
    for some in database.chunks(marks.order_by().values_list("weapon_id", flat=True).distinct(), 500):
        yield from Weapon.objects.filter(id__in=some, replaced_by=None).exclude(serial="")


def identity_key(weapon: Weapon) -> int | None:
    """The key of `register_identity` a row of `register_weapon` counts under."""
    state = WeaponState(
        id=str(weapon.id),
        kind=weapon.kind,
        maker=weapon.maker,
        model=weapon.model,
        calibre=weapon.calibre,
        marks=(MarkState(1, role="control", text=weapon.serial),),
    )
    return rows.identity_key(state)
