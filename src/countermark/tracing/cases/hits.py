"""Hits of the stolen and lost list as discrepancies: each case and weapon that answer to each other has an owner and a due date.

What is a hit follows from the records (`queries.alerts`); what somebody decided of one is a kept row of the register.
"""

from collections.abc import Iterable, Iterator, Mapping

from django.urls import reverse
from django.utils.translation import gettext_noop

from countermark.accounts.models import User
from countermark.accounts.queries import Person
from countermark.register import cases as decided
from countermark.register.queries import discrepancies
from countermark.register.queries.discrepancies import Discrepancy, Source
from countermark.register.queries.scope import Scope
from countermark.register.rules import is_weapon_id
from countermark.tracing.cases import queries
from countermark.tracing.cases.queries import Alert

KIND = "hit"
ABOUT = gettext_noop(
    "A weapon that was reported stolen or lost, or one with its mark, was recovered. Look whether it is the same, then confirm or reject it in the case."
)


def subject(alert: Alert) -> str:
    """What names the hit of a case and a weapon; empty for a case that another program numbered."""
    return f"{KIND}:{alert.case.id}:{alert.weapon.id}" if is_weapon_id(alert.case.id) else ""


def register() -> None:
    """Puts the hits into the queue of discrepancies; called once, when the program starts."""
    discrepancies.source(Source(KIND, ABOUT, _find, _where), answered_by="case.write")


def _find(scope: Scope) -> Iterator[Discrepancy]:
    alerts = [one for one in queries.alerts() if one.open and _sees(scope, one)]
    yield from of_alerts(alerts).values()


def _sees(scope: Scope, alert: Alert) -> bool:
    return scope.ids is None or alert.weapon.place in scope.ids or alert.weapon.holder in scope.ids


def _where(person: Person, name: str) -> str:
    case = queries.case(name.split(":")[1], queries.offices(person))
    return reverse("tracing:case", args=[case.id]) if case is not None else ""


def of_alerts(alerts: Iterable[Alert]) -> dict[str, Discrepancy]:
    """The hits as discrepancies, by subject. Until somebody else is named, who opened the case answers for it."""
    named = {name: one for one in alerts if (name := subject(one))}
    openers = _openers({one.case.by for one in named.values()})
    return {
        name: Discrepancy(
            name, KIND, [one.weapon], one.since, owner=openers.get(one.case.by, ""), serial=one.weapon.serial
        )
        for name, one in named.items()
    }


def _openers(people: Iterable[str]) -> Mapping[str, str]:
    """User names, by opaque id, of those who may still answer for a hit."""
    known = User.objects.filter(person__in=sorted(people), disabled=False)
    return {user.person: user.username for user in known if decided.may_answer(user, KIND)}


def with_decisions(alerts: Iterable[Alert]) -> dict[str, Discrepancy]:
    """The same with who answers for each, until when, and what was decided."""
    found = discrepancies.with_decisions(list(of_alerts(alerts).values()))
    return {one.subject: one for one in found}
