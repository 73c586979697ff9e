"""What a project costs: lines of its budget, what runs on after it, what providers bring."""

import re
from typing import Any

from django import forms as django_forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation.needs import Costed
from countermark.cooperation.projects import agreeing, forms, services
from countermark.cooperation.projects.views.steps.asking import Asking, Said, Step
from countermark.cooperation.rules import money


def _at(asking: Asking) -> int | None:
    if not asking.item:
        return None
    if not re.fullmatch("[0-9]{1,3}", asking.item):
        raise Http404(_("There is no such line."))
    return int(asking.item)


def _line(asking: Asking, said: Said) -> None:
    line = Costed(said["category"], said["amount"], said["payer"], said["what"]) if said["amount"] else None
    if line is None and not asking.item:
        return
    services.set_line(asking.one.key, line, at=_at(asking), was=said["was"], request=asking.once, **asking.says)


def _running(asking: Asking, said: Said) -> None:
    line = None
    if said["amount"]:
        names = ("category", "amount", "payer", "what", "first", "last")
        line = agreeing.RunningCost(**{name: said[name] for name in names})
    if line is None and not asking.item:
        return
    agreeing.set_running(asking.one.key, line, at=_at(asking), was=said["was"], request=asking.once, **asking.says)


def _line_begun(asking: Asking) -> dict[str, Any]:
    at, lines = _at(asking), asking.one.project.once
    return _told_line(asking, lines[at]) if at is not None and at < len(lines) else {}


def _running_begun(asking: Asking) -> dict[str, Any]:
    at, lines, value = _at(asking), asking.one.project.running, asking.one.project
    if at is None or at >= len(lines):
        return {"first": int(value.begin[:4]), "last": int(value.end[:4])}
    return {**_told_line(asking, lines[at]), "first": lines[at].first, "last": lines[at].last}


def _told_line(asking: Asking, line: Any) -> dict[str, Any]:
    amount = money.written(line.amount, asking.one.project.currency)
    told = {"category": line.category, "amount": amount, "payer": line.payer, "what": asking.one.said(line.what)}
    return {**told, "was": services.mark_of(line)}


def _giver(asking: Asking, said: Said) -> None:
    services.set_giver(asking.one.key, said["giver"], said["amount"], **asking.says)


def _offer_givers(form: django_forms.Form, asking: Asking) -> None:
    """A provider speaks for itself alone; the recipient for every one."""
    if not asking.one.owns:
        forms.offer(form, "giver", [(asking.one.who.actor, asking.one.name(asking.one.who.actor))])


_LINE = Step(lazy("Line of the budget"), lazy("Keep"), forms.BudgetForm, _line, _line_begun, to="costs")
_RUNNING = Step(lazy("Running cost"), lazy("Keep"), forms.RunningForm, _running, _running_begun, to="costs")
STEPS: dict[str, Step] = {
    "line": _LINE,
    "giver": Step(
        lazy("What a provider brings"), lazy("Keep"), forms.GiverForm, _giver, prepare=_offer_givers, to="costs"
    ),
    "running_line": _RUNNING,
}
ITEM_STEPS: dict[str, Step] = {"line": _LINE, "running_line": _RUNNING}
