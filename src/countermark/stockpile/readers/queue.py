"""Alarms of tags, and tags on two weapons, in the queue of discrepancies: each has somebody who answers for it, and a day."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop

from countermark.accounts import queries as accounts
from countermark.accounts.queries import Person
from countermark.ledger.services import Actor
from countermark.register import cases
from countermark.register.models import Case, Weapon
from countermark.register.queries import discrepancies
from countermark.register.queries.discrepancies import Discrepancy, Source
from countermark.register.queries.scope import Scope
from countermark.stockpile import acts
from countermark.stockpile.readers import alarms
from countermark.stockpile.states import Subject
from countermark.stockpile.tags import queries as tags

ALARM, TWICE = "tag_alarm", "tag_twice"
SHOWN = 500
ABOUT_ALARM = gettext_noop(
    "What readers saw of a tag does not go with what the register says. A tag is a hint and can be copied: look where the weapon is, and read its serial number by eye."
)
ABOUT_TWICE = gettext_noop(
    "Two depots put one tag on two weapons without knowing of each other. Look which weapon it is on, and take it off the other."
)


def register() -> None:
    """Puts both into the queue of discrepancies; called once, when the program starts."""
    discrepancies.source(Source(ALARM, ABOUT_ALARM, _alarms, _where), answered_by="stock.command")
    discrepancies.source(Source(TWICE, ABOUT_TWICE, _twice, lambda person, subject: ""), answered_by="stock.command")
    cases.SETTLED[ALARM] = _settled


def subject(alarm_id: str) -> str:
    """What names an alarm in the queue."""
    return f"{ALARM}:{alarm_id}"


def _alarm_id(name: str) -> str:
    return name.removeprefix(f"{ALARM}:")


def _alarms(scope: Scope) -> Iterator[Discrepancy]:
    """Those that stand open, and those that were decided here."""
    decided = Case.objects.filter(subject__startswith=f"{ALARM}:", state=cases.DECIDED).values_list(
        "subject", flat=True
    )
    rows = [
        *acts.rows("alarm").filter(state=alarms.OPEN).order_by("due", "key")[:SHOWN],
        *acts.rows("alarm").filter(key__in=[_alarm_id(name) for name in decided[:SHOWN]], state=alarms.CLOSED),
    ]
    found = [acts.subject_of_row(row) for row in rows]
    weapons = _weapons({UUID(one.value["weapon"]) for one in found}, scope)
    for one in found:
        weapon = weapons.get(UUID(one.value["weapon"]))
        if weapon is not None:
            yield _discrepancy(one, weapon)


def _discrepancy(one: Subject, weapon: Weapon) -> Discrepancy:
    return Discrepancy(subject(one.key), ALARM, [weapon], one.since, serial=weapon.serial)


def _weapons(weapon_ids: Iterable[UUID], scope: Scope) -> dict[UUID, Weapon]:
    return {weapon.id: weapon for weapon in scope.narrow(Weapon.objects.filter(id__in=list(weapon_ids)))}


def _twice(scope: Scope) -> Iterator[Discrepancy]:
    on: dict[str, list[tags.BoundTag]] = {}
    for one in tags.bound(scope, twice=True):
        on.setdefault(one.tag, []).append(one)
    for tag, several in on.items():
        since = max(one.since for one in several)
        weapons = [one.weapon for one in several]
        name = f"{TWICE}:{tag[-64:].replace(':', '-')}"
        yield Discrepancy(name, TWICE, weapons, since, unseen=int(len(weapons) == 1), serial=weapons[0].serial)


def _where(person: Person, name: str) -> str:
    if not accounts.may(person, "stock.view"):
        return ""
    return reverse("stockpile:alarm", args=[_alarm_id(name)])


def _settled(name: str, reason: str, by: Actor) -> None:
    alarms.decided(_alarm_id(name), reason, by=by)
