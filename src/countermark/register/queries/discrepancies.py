"""The queue of discrepancies: what the records contradict each other in, with who answers for it and until when."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from django.db.models import Count

from countermark.accounts.queries import Person
from countermark.ledger import database
from countermark.register import cases
from countermark.register.models import Case, Identity, Weapon
from countermark.register.queries.scope import Scope
from countermark.register.rules import CONTRADICTED, TOLD_DIFFERENTLY, is_weapon_id
from countermark.register.services import side_texts

SHOWN = 500
LOOKED_UP = 200
COLLISION, UNCLEAR = "collision", "control_unclear"
OF_ONE = (UNCLEAR, TOLD_DIFFERENTLY, CONTRADICTED)
"""Findings of one weapon by itself."""


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


@dataclass(frozen=True)
class Source:
    """Discrepancies another room finds: `find` those of some weapons a person may see, `where` the page of what they are about, if the
    person may see that, `about` what they mean.
    """

    kind: str
    about: str
    find: Callable[[Scope], Iterable[Discrepancy]]
    where: Callable[[Person, str], str]


SOURCES: dict[str, Source] = {}
"""By kind, which begins the subject; rooms fill it when the program starts."""

SETTLED_AT: dict[str, tuple[str, str]] = {}
"""By kind of a finding about one weapon: the permission and the URL (given the weapon) with which another room settles it."""


def source(found: Source, answered_by: str) -> None:
    """Adds the discrepancies of another room; those who hold the permission may answer for them too."""
    SOURCES[found.kind] = found
    cases.ANSWERED_BY[found.kind] = answered_by


def queue(scope: Scope, *, state: str = cases.OPEN, kind: str = "", owner: str = "") -> list[Discrepancy]:
    """The discrepancies a person may see in one state, overdue first, then by due date; at most `SHOWN`."""
    found = _sought(scope, kind, _subjects(state, owner))
    complete = [one for some in found for one in islice(_of(some, state, owner), SHOWN)]
    return sorted(complete, key=lambda one: (not one.overdue, one.due, one.subject))[:SHOWN]


def counted(scope: Scope) -> tuple[int, int]:
    """How many discrepancies a person may see are open, and how many of them overdue: all of them, however many."""
    count = late = 0
    for some in _sought(scope, "", None):
        for found in _of(some, cases.OPEN, ""):
            count += 1
            late += found.overdue
    return count, late


def _sought(scope: Scope, kind: str, subjects: list[str] | None) -> list[Iterator[Discrepancy]]:
    found: list[Iterator[Discrepancy]] = []
    if kind in ("", COLLISION):
        found.append(_collisions(scope, None if subjects is None else _keys(subjects)))
    found += [
        _of_one(finding, scope, None if subjects is None else _weapon_ids(finding, subjects))
        for finding in OF_ONE
        if kind in ("", finding)
    ]
    found += [iter(other.find(scope)) for other in SOURCES.values() if kind in ("", other.kind)]
    return found


def _subjects(state: str, owner: str) -> list[str] | None:
    """The subjects only which are asked for; None where no case was made of most of them."""
    if state == cases.OPEN and not owner:
        return None
    rows = Case.objects.filter(state=state, **({"owner": owner} if owner else {}))
    return list(rows.order_by("due", "subject").values_list("subject", flat=True))


def _of(found: Iterable[Discrepancy], state: str, owner: str) -> Iterator[Discrepancy]:
    for some in database.chunks(found, SHOWN):
        for complete in with_decisions(some):
            if complete.state == state and owner in ("", complete.owner):
                yield complete


def one(subject: str, scope: Scope) -> Discrepancy | None:
    """One discrepancy a person may see, or None when there is none of that name (any more)."""
    found = list(_collisions(scope, _keys([subject])))
    for finding in OF_ONE:
        found += _of_one(finding, scope, _weapon_ids(finding, [subject]))
    if (other := SOURCES.get(cases.kind_of(subject))) is not None:
        found += [one for one in other.find(scope) if one.subject == subject]
    if not found:
        return None
    return with_decisions(found[:1])[0]


def with_decisions(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Some discrepancies with who answers for each, until when, and what was decided."""
    rows = {row.subject: row for row in Case.objects.filter(subject__in=[one.subject for one in found])}
    allowed, reasons = cases.days(), _reasons(rows.values())
    return [_with_case(one, rows.get(one.subject), allowed, reasons) for one in found]


def _keys(subjects: Iterable[str]) -> list[int]:
    names = (subject.removeprefix(f"{COLLISION}:") for subject in subjects if subject.startswith(f"{COLLISION}:"))
    return [int(key) for key in names if key.isascii() and key.isdecimal() and len(key) < 20 and int(key) < 1 << 63]


def _weapon_ids(finding: str, subjects: Iterable[str]) -> list[str]:
    names = (subject.removeprefix(f"{finding}:") for subject in subjects if subject.startswith(f"{finding}:"))
    return [weapon_id for weapon_id in names if is_weapon_id(weapon_id)]


def _with_case(one_: Discrepancy, row: Case | None, allowed: int, reasons: dict[str, str]) -> Discrepancy:
    due = row.due if row else cases.due_date(one_.first_seen, allowed)
    if row is None:
        return replace(one_, due=due, overdue=cases.is_past(due))
    overdue = row.state == cases.OPEN and cases.is_past(due)
    return replace(one_, due=due, owner=row.owner, state=row.state, reason=reasons.get(row.reason, ""), overdue=overdue)


def _reasons(rows_: Iterable[Case]) -> dict[str, str]:
    urns = {f"urn:countermark:note:{row.reason}": row.reason for row in rows_ if row.reason}
    return {urns[urn]: text for urn, text in side_texts(list(urns)).items()}


def _of_one(finding: str, scope: Scope, weapon_ids: Sequence[str] | None) -> Iterator[Discrepancy]:
    if weapon_ids == []:
        return
    weapons = scope.narrow(Weapon.objects.exclude(finding="").filter(finding=finding, replaced_by=None))
    if weapon_ids is not None:
        weapons = weapons.filter(id__in=weapon_ids)
    for weapon in weapons.order_by("first_recorded", "id").iterator(chunk_size=SHOWN):
        yield Discrepancy(f"{finding}:{weapon.id}", finding, [weapon], weapon.first_recorded, serial=weapon.serial)


def _collisions(scope: Scope, keys: Sequence[int] | None = None) -> Iterator[Discrepancy]:
    if keys == []:
        return
    for key, bearers in _shared(keys):
        weapons = sorted(bearers, key=lambda weapon: (weapon.source, weapon.ref))
        seen = _visible(weapons, scope)
        if seen:
            first_seen = sorted(weapon.first_recorded for weapon in weapons)[1]
            unseen = len(weapons) - len(seen)
            yield Discrepancy(f"{COLLISION}:{key}", COLLISION, seen, first_seen, unseen=unseen, serial=seen[0].serial)


def _shared(keys: Sequence[int] | None) -> Iterator[tuple[int, list[Weapon]]]:
    """Identity keys that more than one weapon has (of some keys, or of all), each with its weapons."""
    every = Identity.objects.all() if keys is None else Identity.objects.filter(key__in=keys)
    shared = every.values("key").annotate(n=Count("weapon_id")).filter(n__gt=1).order_by("key")
    for some in database.chunks(shared.values_list("key", flat=True).iterator(chunk_size=LOOKED_UP), LOOKED_UP):
        bearers = list(Identity.objects.filter(key__in=some).values_list("key", "weapon_id"))
        weapons = {weapon.id: weapon for weapon in Weapon.objects.filter(id__in=[bearer for _, bearer in bearers])}
        found: dict[int, list[Weapon]] = defaultdict(list)
        for key, weapon_id in bearers:
            if weapon_id in weapons:
                found[key].append(weapons[weapon_id])
        yield from ((key, found[key]) for key in some if len(found[key]) > 1)


def _visible(weapons: Iterable[Weapon], scope: Scope) -> list[Weapon]:
    if scope.ids is None:
        return list(weapons)
    return [weapon for weapon in weapons if weapon.place in scope.ids or weapon.holder in scope.ids]
