"""The State's rules that programs and files state serials twice: what holds, since when, who said so, and the form that changes it."""

from dataclasses import dataclass
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from countermark.accounts.access import requires
from countermark.register import serialrules
from countermark.register.checking import Refused
from countermark.register.files.again import SerialRule
from countermark.register.forms.serials import OF, Rule
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, posted, sentence


@dataclass(frozen=True)
class Line:
    """A rule ready to be shown. `standing` is `now`, `later` or `ended`."""

    rule: SerialRule
    asks: list[str | Promise]
    standing: str
    by: str


@requires("list.review")
@GET_OR_POST
def serial_rules(request: HttpRequest) -> HttpResponse:
    """The rules, those in force first, and the form for one, filled with the rule that `rule` names."""
    form = Rule(posted(request), initial=_said(request.GET.get("rule", "")))
    if request.method == "POST" and form.is_valid():
        try:
            serialrules.require(form.rule, by=actor(request))
        except Refused as refused:
            for error in refused.errors:
                form.add_error(error.column if error.column in form.fields else None, sentence(error))
        else:
            messages.success(request, _("The rule was recorded."))
            return redirect("register:serial_rules")
    lines = _lines(timezone.localdate().isoformat())
    holding = {way for line in lines if line.standing == "now" for way in line.rule.of}
    context = {"form": form, "lines": lines, "ways": [(text, way in holding) for way, text in OF]}
    return render(request, "register/serials.html", context, status=REFUSED if form.errors else 200)


def _said(rule_id: str) -> dict[str, Any] | None:
    found = next((rule for rule in serialrules.known() if rule.id == rule_id), None)
    return msgspec.structs.asdict(found) if found else None


def _lines(today: str) -> list[Line]:
    found = serialrules.known()
    names = side_texts([rule.by for rule in found if rule.by])
    lines = [_line(rule, today, names.get(rule.by, "")) for rule in found]
    return sorted(lines, key=lambda line: (("now", "later", "ended").index(line.standing), line.rule.id))


def _line(rule: SerialRule, today: str, by: str) -> Line:
    standing = "now" if rule.in_force(today) else "later" if today < rule.since else "ended"
    return Line(rule, [text for way, text in OF if way in rule.of], standing, by)
