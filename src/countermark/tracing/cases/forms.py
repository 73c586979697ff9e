"""Forms of cases: intake, each weapon, what is added, how a case ends. Services hold them to the rules."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.register.files.vocabulary import COMPONENTS, KINDS
from countermark.register.forms.capture import MARK_EXACT
from countermark.register.words import KINDS as KIND_WORDS
from countermark.tracing.cases import rules
from countermark.tracing.cases.rules import Closing, Facts, Mark, Recovered
from countermark.tracing.requests.forms import Country, line, long_text, offer, outcomes
from countermark.tracing.requests.rules import ILLICIT_GROUNDS


class Intake(forms.Form):
    """What is known of the whole when weapons come in."""

    use_required_attribute = False

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
    handling = long_text(gettext_lazy("Handling conditions"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "how", [(code, _(text)) for code, text in rules.HOW.items()])
        offer(self, "why_illicit", [(code, f"{code} · {_(text)}") for code, text in ILLICIT_GROUNDS.items()])

    @property
    def facts(self) -> Facts:
        """The intake as it is recorded."""
        data = {name: self.cleaned_data[name] for name in Facts.__struct_fields__}
        return Facts(**{**data, "why_illicit": tuple(data["why_illicit"])})


class Office(forms.Form):
    """Whose case it is: only they and those above them see it."""

    office = forms.ChoiceField(label=gettext_lazy("Office"), required=False)

    def __init__(self, *args: Any, offices: Sequence[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.offices = [office for office, _name in offices]
        offer(self, "office", list(offices))

    def clean_office(self) -> str:
        """One of the offices offered: the whole State only where that is one; who has one office need not choose."""
        chosen = str(self.cleaned_data["office"])
        if chosen in self.offices:
            return chosen
        if len(self.offices) != 1:
            raise forms.ValidationError(_("Choose the office whose case it is."))
        return self.offices[0]


class Weapon(forms.Form):
    """One weapon of the find; marks one on a line."""

    use_required_attribute = False

    readings = forms.CharField(
        label=gettext_lazy("Marks as read"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "One on a line; a question mark stands for a character that cannot be read. frame=AB 123 says where it stands."
        ),
        widget=forms.Textarea(attrs={**MARK_EXACT, "rows": 3, "dir": "ltr"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    maker = line(gettext_lazy("Maker"))
    model = line(gettext_lazy("Model"))
    calibre = line(gettext_lazy("Calibre"))
    country = Country(label=gettext_lazy("Country of manufacture"))
    import_mark = line(gettext_lazy("Import mark"))

    def __init__(self, *args: Any, before: Recovered | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.before = before or Recovered()
        offer(self, "kind", [("", "—"), *((code, _(KIND_WORDS[code])) for code in KINDS)])

    def clean_readings(self) -> tuple[Mark, ...]:
        """The marks; the kind of one that stands as before is kept."""
        kinds = {(mark.component, mark.reading): mark.mark_kind for mark in self.before.readings}
        lines = [text.strip() for text in str(self.cleaned_data["readings"]).splitlines() if text.strip()]
        found = [_mark(text) for text in lines]
        return tuple(Mark(reading, part, kinds.get((part, reading), "")) for part, reading in found)

    @property
    def said(self) -> Recovered:
        """The weapon as it is recorded."""
        return Recovered(**{name: self.cleaned_data[name] for name in Recovered.__struct_fields__})


def _mark(text: str) -> tuple[str, str]:
    """(component, reading) of a line; an equals sign behind anything but a component belongs to the mark."""
    name, equals, rest = text.partition("=")
    return (name, rest.strip()) if equals and name in COMPONENTS else ("", text)


def initial_of(said: Facts | Recovered | None) -> dict[str, Any]:
    """What was stated as its form begins with it."""
    if said is None:
        return {}
    found = {name: getattr(said, name) for name in said.__struct_fields__}
    if isinstance(said, Facts):
        return found
    marks = [f"{mark.component}={mark.reading}" if mark.component else mark.reading for mark in said.readings]
    return {**found, "readings": "\n".join(marks)}


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


class Dropped(forms.Form):
    """Why a weapon is none of the case."""

    reason = line(gettext_lazy("Reason"), required=True, longest=500)


class Many(forms.Form):
    """The weapons of a large find as a file."""

    file = forms.FileField(
        label=gettext_lazy("Readings file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods"}),
        help_text=gettext_lazy(
            "CSV, Excel or OpenDocument: query_id, reading, and if known maker, country, kind, calibre, component, mark_kind; the rows of one query_id are one weapon."
        ),
    )
