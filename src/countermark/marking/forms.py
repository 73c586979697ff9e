"""Forms of the marking room: work orders, the bench, numbers, equipment, finds. Services hold them to the rules."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.marking import words
from countermark.marking.description import ELEMENTS
from countermark.register.forms.capture import EXACT, MARK_EXACT

LONGEST = 500
FILES_AT_MOST_BYTES = 12 * 2**20


def choices(of: str, empty: str | None = None) -> list[tuple[str, str]]:
    """The codes of a list in the reader's language, after an empty one where its text is given."""
    found = [(code, _(text)) for code, text in words.LABELS[of].items() if code]
    return found if empty is None else [("", empty), *found]


def line(label: Any, *, required: bool = False, mark: bool = False, **more: Any) -> forms.CharField:
    """A line of text that no browser completes or corrects."""
    attrs = {**(MARK_EXACT if mark else EXACT), **more.pop("attrs", {})}
    return forms.CharField(
        label=label, required=required, max_length=LONGEST, widget=forms.TextInput(attrs=attrs), **more
    )


def offer(form: forms.Form, **offered: Sequence[tuple[str, str]]) -> None:
    """Gives the choices of fields."""
    for name, found in offered.items():
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared as such
        field.choices = list(found)


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), **more)


class Why(forms.Form):
    """Why something is done."""

    reason = line(gettext_lazy("Reason"), required=True)


class Order(forms.Form):
    """A new work order: what is to be marked, on what occasion, under which rules, with whose numbers."""

    name = line(gettext_lazy("Name of the work order"), required=True)
    occasion = forms.ChoiceField(label=gettext_lazy("Occasion"))
    profiles = forms.MultipleChoiceField(
        label=gettext_lazy("Rules that apply"), widget=forms.CheckboxSelectMultiple, required=False
    )
    authority = forms.ChoiceField(label=gettext_lazy("Numbers from"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Bench at"), required=False)
    date = _day(gettext_lazy("Rules in force on"), help_text=gettext_lazy("Empty for today."))
    refs = forms.CharField(
        label=gettext_lazy("Record numbers"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 4, **EXACT}),
        help_text=gettext_lazy("One a line. Or choose weapons by what they have in common:"),
    )
    maker = line(gettext_lazy("Maker"))
    model = line(gettext_lazy("Model"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    at = forms.ChoiceField(label=gettext_lazy("Kept at"), required=False)
    country = line(gettext_lazy("Country of the mark"), attrs={"maxlength": 2})
    year = line(gettext_lazy("Year of the mark"))
    importer = line(gettext_lazy("Importer"))
    importer_city = line(gettext_lazy("Importer's city"))
    agency = line(gettext_lazy("Agency"))
    note = line(gettext_lazy("Note"))

    def __init__(
        self,
        *args: Any,
        profiles: Sequence[tuple[str, str]],
        authorities: Sequence[tuple[str, str]],
        places: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        anything = _("any")
        offer(
            self,
            occasion=choices("occasion"),
            profiles=profiles,
            authority=[("", _("no numbers")), *authorities],
            place=places,
            kind=choices("kind", anything),
            status=choices("status", anything),
            at=[("", anything), *(one for one in places if one[0])],
        )

    @property
    def filters(self) -> dict[str, str]:
        """What the weapons have in common, as the list of weapons asks for it."""
        found = {name: str(self.cleaned_data.get(name, "")) for name in ("maker", "model", "kind", "status")}
        at = str(self.cleaned_data.get("at", ""))
        return {name: value for name, value in {**found, "place": at[-64:]}.items() if value}

    @property
    def elements(self) -> dict[str, str]:
        """What is known of the marks to come."""
        return {
            name: value for name in ELEMENTS if name in self.fields and name != "model" if (value := self._said(name))
        }

    def _said(self, name: str) -> str:
        return str(self.cleaned_data.get(name, "")).strip()

    @property
    def first(self) -> list[forms.BoundField]:
        """The order itself."""
        return [self[name] for name in ("name", "occasion", "authority", "place", "date", "note")]

    @property
    def which(self) -> list[forms.BoundField]:
        """Which weapons, besides the list of record numbers."""
        return [self[name] for name in ("maker", "model", "kind", "status", "at")]

    @property
    def said(self) -> list[forms.BoundField]:
        """What the marks will say."""
        return [self[name] for name in ("country", "year", "importer", "importer_city", "agency")]


class Serial(forms.Form):
    """The old serial, keyed a first time and a second: one field in sight at a time. Empty for none."""

    first = line(gettext_lazy("Serial number on the weapon"), mark=True, attrs={"autofocus": True})
    second = line(gettext_lazy("The same once more"), mark=True)
    keyed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    """Whether the first was keyed."""


class Applied(forms.Form):
    """How marks were put on."""

    tool = forms.ChoiceField(label=gettext_lazy("Put on with"), required=False)
    plates = forms.IntegerField(label=gettext_lazy("Plates used"), required=False, min_value=0, max_value=20, initial=0)
    attempt = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, tools: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, tool=tools)


class Several(forms.FileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """Several files, each as a file field takes one."""

    widget = Several

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files, none where nothing was chosen."""
        return [super(Files, self).clean(one, initial) for one in data or [] if one]


class Inspected(forms.Form):
    """The six criteria, photographs, and what is to be done again."""

    attempt = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    criteria = forms.MultipleChoiceField(required=False)
    note = line(gettext_lazy("What is to be done again"))
    photographs = Files(
        label=gettext_lazy("Photographs"),
        required=False,
        widget=Several(attrs={"multiple": True, "accept": "image/jpeg,image/png"}),
        help_text=gettext_lazy("JPEG or PNG; place and camera are taken out of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, criteria=choices("criterion"))


class Down(forms.Form):
    """A machine stands still."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, reason=choices("down"))


class Line(forms.Form):
    """What stands on one line of a paper sheet."""

    code = line(gettext_lazy("Code of the line"), required=True, mark=True, attrs={"autofocus": True})
    serial = line(gettext_lazy("Serial number on the weapon"), mark=True)
    again = line(gettext_lazy("The same once more"), mark=True)
    marked = line(gettext_lazy("Marked, day and time"), required=True, help_text="2026-05-04T13:30+02:00")
    tool = forms.ChoiceField(label=gettext_lazy("Put on with"), required=False)
    plates = forms.IntegerField(label=gettext_lazy("Plates used"), required=False, min_value=0, max_value=20, initial=0)
    inspected = line(gettext_lazy("Inspected, day and time"), help_text=gettext_lazy("Empty where nobody did."))
    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("Criteria that were ticked"), required=False, widget=forms.CheckboxSelectMultiple
    )
    accepted = forms.BooleanField(label=gettext_lazy("Accepted"), required=False)
    note = line(gettext_lazy("What is to be done again"))

    def __init__(self, *args: Any, tools: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, tool=tools, criteria=choices("criterion"))


class OwnRules(forms.Form):
    """Rules of the State in the format of a profile."""

    text = forms.CharField(
        label=gettext_lazy("The rules (TOML)"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 16, **EXACT, "dir": "ltr", "class": "mark-input"}),
    )
    reason = line(gettext_lazy("Reason"), required=True)


class EndRule(forms.Form):
    """The last day of a law or of one of its rules."""

    rule = forms.ChoiceField(label=gettext_lazy("Rule"), required=False)
    day = forms.DateField(label=gettext_lazy("Last day in force"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = line(gettext_lazy("Reason"), required=True)

    def offer_rules(self, rules: Sequence[tuple[str, str]]) -> None:
        """Gives the rules one may end."""
        offer(self, rule=[("", _("all of them")), *rules])
