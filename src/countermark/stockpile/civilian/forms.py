"""Forms of safe storage. Who is inspected is never part of an address: it is asked for on the page that is sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.models import Place
from countermark.register.forms.reasons import WhyLooked
from countermark.stockpile.civilian import rules
from countermark.stockpile.civilian.rules import Requirement, Ruleset
from countermark.stockpile.forms import Placed, coded, day, line, words


class Begin(forms.Form):
    """What decides which questions are asked."""

    day = day(lazy("Day of the inspection"))
    handguns = forms.IntegerField(label=lazy("Pistols and revolvers"), min_value=0, max_value=rules.MOST_WEAPONS)
    others = forms.IntegerField(label=lazy("Other weapons"), min_value=0, max_value=rules.MOST_WEAPONS)
    rules = forms.MultipleChoiceField(label=lazy("Rules"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, sets: Iterable[Ruleset], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["rules"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- declared as such
        field.choices = [(one.id, f"{one.title} ({one.jurisdiction}, {one.source})") for one in sets]


class Inspect(Placed):
    """What was seen."""

    holder = line(lazy("Holder"), help_text=lazy("Name as on the licence. It is shown only to who says why they look."))
    address = words(lazy("Address"), required=False)

    def __init__(self, asked: Mapping[str, Requirement], places: Iterable[Place], *args: Any, **more: Any) -> None:
        super().__init__(places, *args, **more)
        answers = [("", "–"), ("yes", _("yes")), ("no", _("no")), ("na", _("does not apply"))]
        for key, one in asked.items():
            said = f"{one.text} ({key}, {one.source})"
            self.fields[key] = forms.ChoiceField(label=said, choices=answers)
        self.fields["remark"] = words(lazy("Remark"), required=False)
        self.fields["document"] = forms.FileField(label=lazy("Photograph or PDF"), required=False)
        self.fields["next_day"] = day(lazy("Next inspection"), required=False)


class Settle(forms.Form):
    """A fault settled."""

    outcome = coded(lazy("Outcome"), "fault_outcome")
    how = words(lazy("How it was settled"))


class Find(WhyLooked):
    """A holder by name."""

    holder = line(lazy("Holder"))
    field_order = ("holder",)


class Rules(forms.Form):
    """A file of rules."""

    file = forms.FileField(label=lazy("File of rules (TOML)"))
