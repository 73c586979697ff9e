"""Forms of cases: intake, what is added, how a case ends. Services hold them to the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.register.files.vocabulary import KINDS
from countermark.register.forms.capture import MARK_EXACT
from countermark.register.words import KINDS as KIND_WORDS
from countermark.tracing.cases import rules
from countermark.tracing.cases.rules import Closing, Facts, Mark
from countermark.tracing.requests.forms import Country, line, long_text, offer, outcomes
from countermark.tracing.requests.rules import ILLICIT_GROUNDS


class Intake(forms.Form):
    """What is known when the weapon comes in; marks one on a line."""

    how = forms.ChoiceField(label=gettext_lazy("How it came in"))
    date = line(
        gettext_lazy("Date"),
        required=True,
        help_text=gettext_lazy("A day, month or year: 2026-01-31, 2026-01 or 2026."),
    )
    place = line(gettext_lazy("Place"))
    circumstances = long_text(gettext_lazy("Circumstances"))
    legal_ground = line(gettext_lazy("Legal ground"))
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
    maker = line(gettext_lazy("Maker"))
    model = line(gettext_lazy("Model"))
    calibre = line(gettext_lazy("Calibre"))
    country = Country(label=gettext_lazy("Country of manufacture"))
    import_mark = line(gettext_lazy("Import mark"))
    handling = long_text(gettext_lazy("Handling conditions"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "how", [(code, _(text)) for code, text in rules.HOW.items()])
        offer(self, "why_illicit", [(code, f"{code} · {_(text)}") for code, text in ILLICIT_GROUNDS.items()])
        offer(self, "kind", [("", "—"), *((code, _(KIND_WORDS[code])) for code in KINDS)])

    @property
    def facts(self) -> Facts:
        """The intake as it is recorded."""
        data = dict(self.cleaned_data)
        readings = tuple(Mark(text.strip()) for text in data.pop("readings").splitlines() if text.strip())
        return Facts(**{**data, "why_illicit": tuple(data["why_illicit"]), "readings": readings})


def initial_of(facts: Facts) -> dict[str, Any]:
    """Facts as the form begins with them."""
    found = {name: getattr(facts, name) for name in facts.__struct_fields__}
    return {**found, "readings": "\n".join(mark.reading for mark in facts.readings)}


class Added(forms.Form):
    """A remark or a photograph."""

    text = long_text(gettext_lazy("Remark"))
    photograph = forms.FileField(
        label=gettext_lazy("Photograph"),
        required=False,
        help_text=gettext_lazy("JPEG or PNG; what it says of place, time and camera is taken out."),
    )


class Ending(forms.Form):
    """How a case ends."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"))
    reason = long_text(gettext_lazy("Reason"))
    last_legal_record = line(gettext_lazy("Last lawful record"))
    next_country = Country(label=gettext_lazy("State to ask next"))
    diversion_country = Country(label=gettext_lazy("Point of diversion, State"))
    diversion_year = line(gettext_lazy("Point of diversion, year"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "outcome", outcomes())

    @property
    def closing(self) -> Closing:
        """The ending as it is recorded."""
        return Closing(**self.cleaned_data)
