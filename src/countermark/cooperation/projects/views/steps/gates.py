"""What the authority of the recipient decides: its gates, the way back, and an end before its time."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation.projects import forms, services
from countermark.cooperation.projects.rules.shapes import GATES, STAGES
from countermark.cooperation.projects.views.steps.asking import Asking, Said, Step, says
from countermark.cooperation.templatetags.cooperation_words import aid_word


def _offer_stages(form: django_forms.Form, asking: Asking) -> None:
    stage = asking.one.found.state
    behind = STAGES[: STAGES.index(stage)] if stage in GATES else ()
    forms.offer(form, "stage", [(one, aid_word(one, "stage")) for one in behind])


def _gate_says(call: Callable[..., Any]) -> Callable[[Asking, Said], Any]:
    return lambda asking, said: call(asking.one.key, said["gate"], words=said["words"], **asking.says)


def _gate(asking: Asking) -> dict[str, Any]:
    return {"gate": asking.one.found.state}


STEPS: dict[str, Step] = {
    "pass": Step(
        lazy("Pass the gate"), lazy("Pass"), forms.GateForm, _gate_says(services.pass_gate), _gate,
        note=lazy("You decide for the recipient. Say on what you pass it: your name and words stand in the ledger."),
    ),
    "decline": Step(
        lazy("Do not pass the gate"), lazy("Keep"), forms.GateForm, _gate_says(services.decline_gate), _gate
    ),
    "back": Step(
        lazy("Send it back"), lazy("Send back"), forms.BackForm, says(services.send_back, "stage", "words"),
        prepare=_offer_stages,
    ),
    "cancel": Step(lazy("End it before its time"), lazy("End"), forms.WordsForm, says(services.cancel, "words")),
}  # fmt: skip
