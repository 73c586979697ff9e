"""The form of an assessment: every question by element, and what goes with each element."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.accounts.models import Place
from countermark.stockpile.assessment import rules
from countermark.stockpile.assessment.elements import ELEMENTS
from countermark.stockpile.forms import Placed, day, line, words


def _told(text: str, critical: bool) -> str:
    return f"{_(text)} ({_('critical')})" if critical else _(text)


_label = lazy(_told, str)


def _answers() -> list[tuple[str, str]]:
    return [("", "–"), ("yes", _("yes")), ("partly", _("partly")), ("no", _("no")), ("na", _("does not apply"))]


class Assess(Placed):
    """A site assessed. `answers`, `remarks` and `evidence` of what was sent are by question and element."""

    day = day(gettext_lazy("Day of the assessment"))
    threat = forms.IntegerField(
        label=gettext_lazy("Threat, 1 to 5"), min_value=1, max_value=rules.RISK_MOST, required=False
    )
    vulnerability = forms.IntegerField(
        label=gettext_lazy("Vulnerability, 1 to 5"), min_value=1, max_value=rules.RISK_MOST, required=False
    )
    consequence = forms.IntegerField(
        label=gettext_lazy("Consequence, 1 to 5"), min_value=1, max_value=rules.RISK_MOST, required=False
    )

    def __init__(self, places: Iterable[Place], *args: Any, **more: Any) -> None:
        super().__init__(places, *args, **more)
        for element in ELEMENTS:
            for item in element.items:
                self.fields[item.key] = forms.ChoiceField(label=_label(item.text, item.critical), choices=_answers)
            self.fields[f"remark_{element.key}"] = words(
                _about(gettext_lazy("Remark: %(element)s"), element.title), required=False
            )
            self.fields[f"evidence_{element.key}"] = forms.FileField(
                label=_about(gettext_lazy("Evidence (photograph or PDF): %(element)s"), element.title), required=False
            )
        self.fields["owner"] = line(gettext_lazy("Who puts right what is answered no"), required=False)
        self.fields["due"] = day(gettext_lazy("By when"), required=False)
        self.fields["next_day"] = day(gettext_lazy("Next assessment"))


def _with(text: Any, title: str) -> str:
    return str(text) % {"element": _(title)}


_about = lazy(_with, str)


class Order(Placed):
    """Something to be put right."""

    what = words(gettext_lazy("What is to be put right"))
    owner = line(gettext_lazy("Who does it"))
    due = day(gettext_lazy("By when"))


class Done(forms.Form):
    """An action done."""

    how = words(gettext_lazy("How it was done"))
    document = forms.FileField(label=gettext_lazy("Evidence (photograph or PDF)"), required=False)
