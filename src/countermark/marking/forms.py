"""Forms of the marking room: work orders, the bench, numbers, equipment, finds. Services hold them to the rules."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.marking import words
from countermark.marking.description import ELEMENTS
from countermark.register import documents
from countermark.register.forms.capture import EXACT, MARK_EXACT
from countermark.register.forms.reasons import Because, of

LONGEST = 500
FILES_AT_MOST_BYTES = 20 * 2**20
"""Of all files of one form together: what the address takes, without the rest of the form (`web/limits.py`)."""


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


def offer_places(form: forms.Form, places: Sequence[tuple[str, str]]) -> None:
    """Gives the places; one must be chosen by those who hold their role at places only."""
    offer(form, place=places)
    form.fields["place"].required = all(code for code, _name in places)


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
            kind=choices("kind", anything),
            status=choices("status", anything),
            at=[("", anything), *(one for one in places if one[0])],
        )
        offer_places(self, places)

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


def file(label: Any, *, required: bool = False) -> forms.FileField:
    """A document: a photograph, a certificate, a letter."""
    return forms.FileField(
        label=label,
        required=required,
        widget=forms.FileInput(attrs={"accept": documents.ACCEPTED}),
        help_text=_OF_A_FILE,
    )


_OF_A_FILE = gettext_lazy("JPEG, PNG or PDF of at most 8 MB; place and camera are taken out of pictures.")


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


class LookedAgain(forms.Form):
    """An accepted mark that is looked at again: what still holds."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("The marks are still"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = line(gettext_lazy("Note"))
    photographs = Files(
        label=gettext_lazy("Photographs"),
        required=False,
        widget=Several(attrs={"multiple": True, "accept": "image/jpeg,image/png"}),
        help_text=gettext_lazy("JPEG or PNG; place and camera are taken out of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, criteria=choices("criterion"))


class Arrived(forms.Form):
    """The import mark of a weapon that arrived."""

    first = line(gettext_lazy("Import mark on the weapon"), required=True, mark=True, attrs={"autofocus": True})
    second = line(gettext_lazy("The same once more"), required=True, mark=True)


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
    marked = line(
        gettext_lazy("Marked, day and time"),
        required=True,
        help_text=gettext_lazy("With the offset from UTC, such as 2026-05-04T13:30+02:00."),
    )
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


def _several_words(text: str) -> list[str]:
    """What stands between commas."""
    return [one for part in text.split(",") if (one := part.strip())]


class MachineForm(forms.Form):
    """A piece of marking equipment."""

    name = line(gettext_lazy("Name at the bench"), required=True)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    methods = forms.MultipleChoiceField(
        label=gettext_lazy("Marks by"), required=False, widget=forms.CheckboxSelectMultiple
    )
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    serial = line(gettext_lazy("Its serial number"), mark=True)
    power_w = forms.IntegerField(label=gettext_lazy("Power in watts"), required=False, min_value=0, max_value=1_000_000)
    maintenance_days = forms.IntegerField(
        label=gettext_lazy("Days between maintenance"), required=False, min_value=1, max_value=10_000
    )
    spare_parts = line(gettext_lazy("Spare parts"), help_text=gettext_lazy("With commas between them."))
    consumables = line(gettext_lazy("Consumables"), help_text=gettext_lazy("With commas between them."))
    retired = forms.BooleanField(label=gettext_lazy("Retired"), required=False)

    def __init__(
        self, *args: Any, places: Sequence[tuple[str, str]], methods: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, kind=choices("machine"), methods=methods)
        offer_places(self, places)

    def values(self) -> dict[str, Any]:
        """What was typed, as a machine has it."""
        lists = {name: _several_words(self.cleaned_data[name]) for name in ("spare_parts", "consumables")}
        return {**self.cleaned_data, **lists}


class Maintained(forms.Form):
    """What was done to a machine."""

    date = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    what = forms.ChoiceField(label=gettext_lazy("What was done"))
    parts = line(gettext_lazy("Parts replaced"), help_text=gettext_lazy("With commas between them."))
    note = line(gettext_lazy("Note"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, what=choices("done"))

    @property
    def replaced(self) -> list[str]:
        """The parts."""
        return _several_words(self.cleaned_data["parts"])


class AuthorityForm(forms.Form):
    """A numbering authority: how its numbers are written."""

    key = line(gettext_lazy("Name in short"), required=True, help_text=gettext_lazy("Small letters, digits, hyphens."))
    title = line(gettext_lazy("Title"), required=True)
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    country = line(gettext_lazy("Country"), required=True, attrs={"maxlength": 2})
    pattern = line(
        gettext_lazy("How numbers are written"),
        required=True,
        mark=True,
        initial="{country}{yy}{number:6}{check}",
        help_text=gettext_lazy("Country, two digits of the year, running number, check character."),
    )
    system = forms.ChoiceField(label=gettext_lazy("Check character"), required=False)
    start = forms.IntegerField(label=gettext_lazy("First number"), min_value=1, initial=1)

    def __init__(self, *args: Any, systems: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one, "ISO 7064 " + one.upper().replace("_", "-").replace("MOD", "MOD ")) for one in systems]
        offer(self, purpose=choices("purpose"), system=[("", _("none")), *named])


class Block(forms.Form):
    """Numbers given to a node."""

    size = forms.IntegerField(label=gettext_lazy("How many numbers"), min_value=1, max_value=10_000_000)
    holder = line(gettext_lazy("For the log of"), help_text=gettext_lazy("The origin of its log; empty for this node."))


class Voided(Because):
    """A number that will not be used."""

    because = "number_voided"
    number = forms.IntegerField(label=gettext_lazy("Number"), min_value=1)
    field_order = ("number",)


WhyChanged = of("number_voided")


class ModelForm(forms.Form):
    """Which part of a model its maker designates as control component."""

    maker = line(gettext_lazy("Maker"), required=True)
    model = line(gettext_lazy("Model"), required=True)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    control_component = forms.ChoiceField(label=gettext_lazy("Control component"), required=False)
    source = line(gettext_lazy("Source"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unsaid = _("not stated")
        offer(self, kind=choices("kind", unsaid), control_component=choices("component", unsaid))


class ModelFile(forms.Form):
    """A registry of models as CSV."""

    file = forms.FileField(label=gettext_lazy("CSV file"))


class PolicyForm(forms.Form):
    """How a State tells modular weapons apart."""

    policy = forms.ChoiceField(label=gettext_lazy("What is recorded as the weapon"))
    source = line(gettext_lazy("Law or decision"))
    from_day = _day(gettext_lazy("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, policy=choices("policy"))


class Decide(forms.Form):
    """What becomes of a weapon found."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"))
    reason = line(gettext_lazy("Reason"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, decision=choices("decision", _("choose")))


class Produced(forms.Form):
    """How a weapon was made."""

    production = forms.ChoiceField(label=gettext_lazy("Production"))
    basis = line(gettext_lazy("How it is known"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, production=choices("production"))


class Deactivated(forms.Form):
    """A certificate of deactivation."""

    date = line(gettext_lazy("Date"), required=True, help_text="2026-05-04")
    number = line(gettext_lazy("Number of the certificate"), required=True)
    authority = line(gettext_lazy("Verified by"), required=True)
    document = file(gettext_lazy("The certificate or a photograph"))


class CertificateFile(forms.Form):
    """The document of a certificate that is recorded already."""

    document = file(gettext_lazy("The certificate or a photograph"), required=True)


class Consulted(forms.Form):
    """Whom the State asked about marking, what, and what they said."""

    date = line(gettext_lazy("Date"), required=True, help_text="2026-05-04")
    topic = forms.ChoiceField(label=gettext_lazy("Topic"))
    partner = line(gettext_lazy("Who was asked"), required=True)
    asked = forms.CharField(label=gettext_lazy("Question"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    answered = forms.CharField(
        label=gettext_lazy("Answer"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    documents = Files(
        label=gettext_lazy("Letters, photographs"),
        required=False,
        widget=Several(attrs={"multiple": True, "accept": documents.ACCEPTED}),
        help_text=_OF_A_FILE,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, topic=choices("topic"))


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=14, decimal_places=4)


class StockForm(forms.Form):
    """What is to be marked, and in what circumstances."""

    steel = forms.IntegerField(label=gettext_lazy("Weapons of steel"), required=False, min_value=0, max_value=10**8)
    aluminium = forms.IntegerField(
        label=gettext_lazy("Weapons of aluminium"), required=False, min_value=0, max_value=10**8
    )
    polymer = forms.IntegerField(label=gettext_lazy("Weapons of polymer"), required=False, min_value=0, max_value=10**8)
    years = forms.IntegerField(label=gettext_lazy("Within years"), min_value=1, max_value=100, initial=5)
    hours_a_year = forms.IntegerField(
        label=gettext_lazy("Hours of work a year"), min_value=1, max_value=9000, initial=1600
    )
    wage_an_hour = _money(gettext_lazy("Wage an hour"))
    energy_price = _money(gettext_lazy("Price of a kilowatt-hour"))
    has_power = forms.ChoiceField(label=gettext_lazy("Electric power is there"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, has_power=[("", _("not stated")), ("true", _("yes")), ("false", _("no"))])


class OptionForm(forms.Form):
    """One way to mark a stock. What is left empty is not known."""

    name = line(gettext_lazy("Name"))
    method = forms.ChoiceField(label=gettext_lazy("Method"), required=False)
    outsourced = forms.BooleanField(label=gettext_lazy("Done by others"), required=False)
    units = forms.IntegerField(label=gettext_lazy("Units"), required=False, min_value=1, max_value=1000, initial=1)
    purchase = _money(gettext_lazy("Price of a unit"))
    life_years = forms.IntegerField(
        label=gettext_lazy("Years a unit lasts"), required=False, min_value=1, max_value=100
    )
    yearly = _money(gettext_lazy("Cost a year and unit"))
    per_weapon = _money(gettext_lazy("Cost a weapon"))
    transport = _money(gettext_lazy("Transport a weapon"))
    weapons_an_hour = _money(gettext_lazy("Weapons an hour and unit"))
    people = forms.IntegerField(label=gettext_lazy("People"), required=False, min_value=0, max_value=1000, initial=1)
    power_w = forms.IntegerField(label=gettext_lazy("Power in watts"), required=False, min_value=0, max_value=10**6)

    def __init__(self, *args: Any, methods: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, method=methods)
