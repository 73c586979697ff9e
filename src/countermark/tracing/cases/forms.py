"""Forms of cases: intake, what is added, how a case ends. Services hold them to the rules."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.marks.sentences import Sentence
from countermark.register.files.vocabulary import KINDS
from countermark.register.forms.capture import EXACT, MARK_EXACT
from countermark.register.words import KINDS as KIND_WORDS
from countermark.tracing.cases import rules
from countermark.tracing.cases.rules import Closing, Facts, Mark
from countermark.tracing.requests.forms import Country, outcomes
from countermark.tracing.requests.rules import ILLICIT_GROUNDS


def _line(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=200, widget=forms.TextInput(attrs=EXACT), **more)


def _long(label: Any, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=rules.LONGEST, widget=area, **more)


class Intake(forms.Form):
    """What is known when the weapon comes in; marks one on a line."""

    how = forms.ChoiceField(label=gettext_lazy("How it came in"))
    date = _line(
        gettext_lazy("Date"),
        required=True,
        help_text=gettext_lazy("A day, month or year: 2026-01-31, 2026-01 or 2026."),
    )
    place = _line(gettext_lazy("Place"))
    circumstances = _long(gettext_lazy("Circumstances"))
    legal_ground = _line(gettext_lazy("Legal ground"))
    why_illicit = forms.MultipleChoiceField(
        label=gettext_lazy("Why it is illicit (paragraph 6 of the International Tracing Instrument)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    readings = forms.CharField(
        label=gettext_lazy("Marks as read"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("One on a line; a question mark stands for a character that cannot be read."),
        widget=forms.Textarea(attrs={**MARK_EXACT, "rows": 3, "dir": "ltr"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    maker = _line(gettext_lazy("Maker"))
    model = _line(gettext_lazy("Model"))
    calibre = _line(gettext_lazy("Calibre"))
    country = Country(label=gettext_lazy("Country of manufacture"))
    import_mark = _line(gettext_lazy("Import mark"))
    handling = _long(gettext_lazy("Handling conditions"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _offer(self, "how", [(code, _(text)) for code, text in rules.HOW.items()])
        _offer(self, "why_illicit", [(code, f"{code} · {_(text)}") for code, text in ILLICIT_GROUNDS.items()])
        _offer(self, "kind", [("", "—"), *((code, _(KIND_WORDS[code])) for code in KINDS)])

    @property
    def facts(self) -> Facts:
        """The intake as it is recorded."""
        data = dict(self.cleaned_data)
        readings = tuple(Mark(line.strip()) for line in data.pop("readings").splitlines() if line.strip())
        return Facts(**{**data, "why_illicit": tuple(data["why_illicit"]), "readings": readings})


def initial_of(facts: Facts) -> dict[str, Any]:
    """Facts as the form begins with them."""
    found = {name: getattr(facts, name) for name in facts.__struct_fields__}
    return {**found, "readings": "\n".join(mark.reading for mark in facts.readings)}


class Added(forms.Form):
    """A remark or a photograph."""

    text = _long(gettext_lazy("Remark"))
    photograph = forms.FileField(
        label=gettext_lazy("Photograph"),
        required=False,
        help_text=gettext_lazy("JPEG or PNG; what it says of place, time and camera is taken out."),
    )


class Ending(forms.Form):
    """How a case ends."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"))
    reason = _long(gettext_lazy("Reason"))
    last_legal_record = _line(gettext_lazy("Last lawful record"))
    next_country = Country(label=gettext_lazy("State to ask next"))
    diversion_country = Country(label=gettext_lazy("Point of diversion, State"))
    diversion_year = _line(gettext_lazy("Point of diversion, year"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _offer(self, "outcome", outcomes())

    @property
    def closing(self) -> Closing:
        """The ending as it is recorded."""
        return Closing(**self.cleaned_data)


def _offer(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def show_refused(form: forms.Form, problems: Sequence[Sentence]) -> None:
    """Puts what services found wrong above the form."""
    for problem in problems:
        form.add_error(None, problem.told(_))
