"""Forms of the fund. Services hold what is said to the rules; lists are written one a line, parted by semicolons."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.models import User
from countermark.cooperation import actors, acts
from countermark.cooperation.forms import actor, coded, day, line, listed, several, words
from countermark.cooperation.fund import facilities, queries
from countermark.cooperation.fund.rules.grants import Criterion
from countermark.cooperation.fund.shapes import PLEDGE, Call, Pledge, Window
from countermark.cooperation.rules import money
from countermark.cooperation.templatetags.cooperation_words import aid_word

Row = TypeVar("Row")
YES, NO, UNKNOWN = "yes", "no", ""


def rows(text: str, parts: int, read: Callable[[list[str]], Row], field: str) -> list[Row]:
    """The lines of a field of several, each of so many parts. Raises `Refused` naming the line that is none."""
    found = []
    for number, one in enumerate((one for one in text.splitlines() if one.strip()), 1):
        cells = [cell.strip() for cell in one.split(";")]
        try:
            found.append(read(_exactly(parts, cells)))
        except ValueError as error:
            raise acts.refuse(
                field, f"{number}: {one[:80]}", "lines as the example beside the field shows", "unreadable"
            ) from error
    return found


def _exactly(parts: int, cells: list[str]) -> list[str]:
    if len(cells) != parts:
        raise ValueError(parts)
    return cells


def written(said: dict[str, Any], *names: str) -> dict[str, Any]:
    """What was said, its days as ISO texts and its lists as lists; with the names alone where they are given."""
    found = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in said.items()
        if not names or name in names
    }
    return {
        name: "" if value is None else value.upper() if name in CURRENCIES else value for name, value in found.items()
    }


CURRENCIES = ("currency", "sold", "bought", "base", "quote")
"""Fields whose codes are written large, however they were typed."""


def currency(label: Any = None, **more: Any) -> forms.CharField:
    """A currency by its code."""
    return line(label or lazy("Currency"), help_text=lazy("Three letters (ISO 4217)."), **more)


class Earmarked(forms.Form):
    """What money is for."""

    themes = several(lazy("Only for these themes"), "theme")
    regions = line(
        lazy("Only for these regions or countries"), required=False, help_text=lazy("Parted by commas; empty for any.")
    )
    projects = line(lazy("Only for these projects"), required=False, help_text=lazy("Their ids, parted by commas."))

    def limits(self) -> dict[str, Sequence[str]]:
        """The conditions, as services take them."""
        said = self.cleaned_data
        return {"themes": said["themes"], "regions": listed(said["regions"]), "projects": listed(said["projects"])}


class WindowForm(forms.Form):
    """A window of the fund."""

    title = line(lazy("Title"))
    model = coded(lazy("Financed by"), "fundmodel")
    currency = currency(lazy("Reports in"))
    regions = line(lazy("Regions"), required=False, help_text=lazy("Short names, parted by commas."))
    facility = forms.ChoiceField(
        label=lazy("Conditions of"),
        required=False,
        choices=lambda: [("", "–"), *((key, one.title) for key, one in facilities.everything().items())],
    )
    begin = day(lazy("From"), required=False)
    end = day(lazy("Until"), required=False)


class RateForm(forms.Form):
    """A dated rate of exchange."""

    base = currency(lazy("One"))
    quote = currency(lazy("is so many"))
    rate = line(lazy("Rate"), help_text=lazy("How many of the second currency are paid for one of the first."))
    day = day(lazy("Day"))
    source = line(lazy("Source"))


class PledgeForm(Earmarked):
    """A promise of a donor."""

    field_order = ("donor", "currency", "amount", "day", "due")

    donor = actor(lazy("Donor"))
    currency = currency()
    amount = line(lazy("Amount"))
    day = day(lazy("Promised on"))
    due = words(lazy("Instalments"), required=False, help_text=lazy("One a line: 2027-01-31; 50000.00"))
    note = words(lazy("Remark"), required=False)


class IncomeForm(Earmarked):
    """Money of a donor."""

    field_order = ("donor", "pledge", "currency", "amount", "fee", "day")

    donor = actor(lazy("Donor"))
    pledge = forms.ChoiceField(label=lazy("On the pledge"), required=False)
    currency = currency()
    amount = line(lazy("Amount"))
    fee = line(lazy("Of that kept by a bank"), required=False)
    day = day(lazy("Day"))
    note = words(lazy("Remark"), required=False)

    def __init__(self, window: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        names = actors.names()
        found = [
            (one.key, one.of(Pledge)) for one in acts.subjects(PLEDGE, state="open") if one.value["window"] == window
        ]
        labels = [
            (key, f"{names.get(one.donor, one.donor)}, {money.shown(one.amount, one.currency)}, {one.day}")
            for key, one in found
        ]
        choice = self.fields["pledge"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = [("", "–"), *labels]


class AssessedForm(forms.Form):
    """What a State is assessed, or pays of it."""

    donor = actor(lazy("State"))
    currency = currency()
    amount = line(lazy("Amount"))
    day = day(lazy("Day"))
    note = words(lazy("Remark"), required=False)


def purses(window: str) -> list[tuple[str, str]]:
    """The purses of a window with their donors and conditions, to choose from."""
    names = actors.names()
    return [
        (key, f"{names.get(one.donor, one.donor)}: {conditions(one)}") for key, one in queries.purses(window).items()
    ]


def conditions(one: Any) -> str:
    """What money is for, in words."""
    themes = [str(aid_word(theme, "theme")) for theme in one.themes]
    return ", ".join([*themes, *one.regions, *one.projects]) or _("for anything")


class OfPurse(forms.Form):
    """Whose money a cost or change is of."""

    field_order = ("sold", "sold_amount", "bought", "bought_amount", "rate", "currency", "amount", "day", "purse")

    purse = forms.ChoiceField(label=lazy("Whose money"), required=False)

    def __init__(self, window: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choice = self.fields["purse"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = [("", _("what was given for anything, in proportion")), *purses(window)]


class ExchangeForm(OfPurse):
    """Money changed at a bank."""

    sold = currency(lazy("Currency sold"))
    sold_amount = line(lazy("Amount sold"))
    bought = currency(lazy("Currency bought"))
    bought_amount = line(lazy("Amount bought"))
    rate = line(
        lazy("Dated rate"), required=False, help_text=lazy("Empty takes the last one entered for the day or before.")
    )
    day = day(lazy("Day"))
    note = words(lazy("Remark"), required=False)


class CostForm(OfPurse):
    """A bank fee, or money paid back to a donor."""

    currency = currency()
    amount = line(lazy("Amount"))
    day = day(lazy("Day"))
    note = words(lazy("Remark"), required=False)


class ReverseForm(forms.Form):
    """Why an entry is taken back."""

    day = day(lazy("Day"))
    reason = words(lazy("What was wrong with it"))


class ReasonForm(forms.Form):
    """Why something ends or is not done."""

    reason = words(lazy("Why"))


class DayForm(forms.Form):
    """When something is posted."""

    day = day(lazy("Day"))
    note = words(lazy("Remark"), required=False)


class EndForm(forms.Form):
    """Why an award ends."""

    day = day(lazy("Day"))
    reason = words(lazy("Why"))


class ThroughForm(forms.Form):
    """Through which day books are closed."""

    through = day(lazy("Through"))


class CallForm(forms.Form):
    """A call for proposals."""

    window = forms.ChoiceField(label=lazy("Window"))
    title = line(lazy("Title"))
    currency = currency()
    budget = line(lazy("Budget"))
    ceiling = line(lazy("At most for one award"), required=False)
    opens = day(lazy("Opens"))
    closes = day(lazy("Closes"))
    themes = several(lazy("Themes"), "theme")
    regions = line(lazy("Regions or countries"), required=False, help_text=lazy("Parted by commas; empty for any."))
    criteria = words(
        lazy("Criteria"),
        help_text=lazy(
            "One a line: code; what is judged; weight; best mark. The weights add up to 100: need; Need is shown; 40; 5"
        ),
    )
    scorers = forms.ModelMultipleChoiceField(
        User.objects.filter(disabled=False), label=lazy("Scorers"), to_field_name="username"
    )
    conditions = words(lazy("Conditions"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        found = queries.windows("open")
        texts = acts.texts_of(found)
        choice = self.fields["window"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = [(one.key, texts.get(one.of(Window).title, one.key)) for one in found]


FACTS = {
    "national_report": lazy("The State has filed a national report on the Programme of Action"),
    "national_priority": lazy("It is a national priority"),
    "running_costs_planned": lazy("It is planned who pays the running costs afterwards"),
    "reports_promised": lazy("Interim and final reports are promised"),
    "gender_analysis": lazy("A gender analysis is part of it"),
    "government_joins": lazy("The host government proposes it too"),
    "coordinator_joins": lazy("The Resident Coordinator of the United Nations proposes it too"),
}


class ApplicationForm(forms.Form):
    """An application, with what only who applies can say. What nobody says stays unknown."""

    recipient = actor(lazy("For the State"))
    title = line(lazy("Title"))
    theme = coded(lazy("Theme"), "theme")
    amount = line(lazy("Amount"))
    months = forms.IntegerField(label=lazy("Months"), min_value=1, max_value=120)
    summary = words(lazy("What is to be done, and why"))
    budget = words(lazy("Budget"), required=False, help_text=lazy("One a line: equipment; 30000.00"))
    project = forms.ChoiceField(label=lazy("Project"), required=False)
    category = line(lazy("Category of the call"), required=False)
    un_agencies = forms.IntegerField(
        label=lazy("Agencies of the United Nations that propose it"), required=False, min_value=0, max_value=50
    )

    def __init__(self, projects: Sequence[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choice = self.fields["project"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = [("", "–"), *projects]
        choices = [(UNKNOWN, lazy("not known")), (YES, lazy("yes")), (NO, lazy("no"))]
        for name, label in FACTS.items():
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices)

    def facts(self) -> dict[str, bool | int | str | None]:
        """What was said for the rules; None for what nobody knows."""
        said = self.cleaned_data
        known: dict[str, bool | int | str | None] = {name: {YES: True, NO: False}.get(said[name]) for name in FACTS}
        return known | {"category": said["category"] or None, "un_agencies": said["un_agencies"]}


class ScoreForm(forms.Form):
    """A mark for each criterion, and why."""

    comment = words(lazy("Why"), required=False)

    def __init__(self, criteria: Sequence[Criterion], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for one in criteria:
            label = _("%(what)s (0 to %(best)d)") % {"what": one.label, "best": one.best}
            self.fields[f"mark_{one.code}"] = forms.IntegerField(label=label, min_value=0, max_value=one.best)
        self.order_fields([*(f"mark_{one.code}" for one in criteria), "comment"])

    def marks(self) -> dict[str, int]:
        """The marks by the code of their criterion."""
        return {
            name.removeprefix("mark_"): value for name, value in self.cleaned_data.items() if name.startswith("mark_")
        }


class AwardForm(forms.Form):
    """An award."""

    field_order = ("amount", "day")

    amount = line(lazy("Amount"))
    begin = day(lazy("From"))
    end = day(lazy("Until"))
    day = day(lazy("Committed on"))
    tranches = words(
        lazy("Tranches"),
        help_text=lazy("One a line: amount; day planned; accepted reports it waits for: 50000.00; 2027-01-31; 1"),
    )
    terms = words(lazy("Terms"), required=False)
    despite = words(
        lazy("Why in spite of missing scores or conditions"),
        required=False,
        help_text=lazy("Stays in the ledger beside your name."),
    )


class ReportForm(forms.Form):
    """A report on an award."""

    begin = day(lazy("From"))
    end = day(lazy("Until"))
    spent = line(lazy("Spent of what was paid"))
    narrative = words(lazy("What was done"))


class AnswerForm(forms.Form):
    """What a report is answered."""

    day = day(lazy("Day"))
    answer = words(lazy("Answer"), required=False)


class ReturnForm(forms.Form):
    """What is missing in a report."""

    answer = words(lazy("What is missing"))


class RefundForm(forms.Form):
    """Money a recipient gives back."""

    amount = line(lazy("Amount"))
    day = day(lazy("Day"))
    to_donors = forms.BooleanField(label=lazy("Pay it on to the donors, in proportion"), required=False)
    note = words(lazy("Remark"), required=False)


class RulesForm(forms.Form):
    """Conditions of a facility as a file (TOML)."""

    rules = forms.CharField(
        label=lazy("Conditions (TOML)"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 20, "dir": "ltr"})
    )


class Between(forms.Form):
    """Between which days."""

    begin = day(lazy("From"), required=False)
    end = day(lazy("Until"), required=False)


class StatementFilter(forms.Form):
    """What a statement is of."""

    window = forms.ChoiceField(label=lazy("Window"), required=False)
    donor = forms.ChoiceField(label=lazy("Donor"), required=False)
    award = forms.ChoiceField(label=lazy("Award or project"), required=False)
    currency = forms.CharField(label=lazy("Currency"), required=False, max_length=3)
    year = forms.IntegerField(label=lazy("Year"), required=False, min_value=1900, max_value=9998)

    def __init__(self, choices: dict[str, list[tuple[str, str]]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
            field.choices = [("", "–"), *found]


def scorers_of(call: Call) -> list[User]:
    """The people a call names as scorers."""
    return list(User.objects.filter(person__in=call.scorers).order_by("username"))
