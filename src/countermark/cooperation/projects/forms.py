"""Forms of projects: what is asked. Services hold what is said to the rules."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.models import Place, User
from countermark.cooperation import indicators
from countermark.cooperation.forms import actor, coded, day, line, several, words
from countermark.cooperation.indicators import Indicator
from countermark.cooperation.needforms import amount
from countermark.marking.equipment import KINDS as MACHINES
from countermark.marking.words import MACHINES as MACHINE_WORDS
from countermark.register import documents
from countermark.stockpile.readers.devices import KINDS as READERS

Choices = Iterable[tuple[str, str]]


def chosen(label: Any, *, required: bool = True, **more: Any) -> forms.ChoiceField:
    """One of what the view offers (`offer`)."""
    return forms.ChoiceField(label=label, required=required, **more)


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """Gives a field what it may be chosen from."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so by who calls
    multiple = isinstance(field, forms.MultipleChoiceField)
    field.choices = list(choices) if multiple else [("", "–"), *choices]


def ticked(label: Any, **more: Any) -> forms.MultipleChoiceField:
    """Any number of what the view offers."""
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple, **more)


class ProposeForm(forms.Form):
    """A project to propose: the needs it answers, and who brings what."""

    title = line(lazy("Title"))
    needs = ticked(
        lazy("Needs it answers"),
        help_text=lazy("Of one State. Theme, place, languages, costs and running costs are taken over from them."),
    )
    providers = ticked(lazy("Providers"))
    amount = amount(
        lazy("What you bring"), required=False, help_text=lazy("In the currency of the needs; for a provider alone.")
    )
    offer = chosen(lazy("From your offer"), required=False)
    begin = day(lazy("From"), required=False, help_text=lazy("Empty: the first day of the needs."))
    end = day(lazy("Until"), required=False)


class DescribeForm(forms.Form):
    """What a project is about."""

    title = line(lazy("Title"))
    aims = words(lazy("Aims"))
    needs = ticked(lazy("Needs it answers"))
    themes = several(lazy("Themes"), "theme")
    places = line(lazy("Places"), help_text=lazy("Countries (two letters) or regions, parted by commas."))
    sites = words(lazy("Sites"), required=False, help_text=lazy("One a line."))
    languages = line(
        lazy("Languages of the recipient"),
        required=False,
        help_text=lazy("In which people are taught: two letters each (ISO 639), parted by commas."),
    )
    begin = day(lazy("From"))
    end = day(lazy("Until"))
    oda = coded(lazy("Development assistance"), "oda", required=False)


class ShareForm(forms.Form):
    """Who may see a project besides its sides."""

    visibility = forms.ChoiceField(
        label=lazy("Who sees it"),
        choices=[("partners", lazy("Its sides, and partners named here")), ("public", lazy("Everybody"))],
    )
    partners = ticked(lazy("Partners"))
    hint = coded(
        lazy("Whoever may not see it, and plans the same, is told"),
        "hint",
        help_text=lazy("Theme, place and period of the overlap show in any case where something is told."),
    )


class AuthorityForm(forms.Form):
    """Who passes the gates for the recipient."""

    user = forms.ModelChoiceField(User.objects.none(), label=lazy("Authority"), to_field_name="username")


class WordsForm(forms.Form):
    """Words that stand with a decision."""

    words = words(lazy("In words"))


class MaybeWordsForm(forms.Form):
    """Words that may stand with what is said."""

    words = words(lazy("Remark"), required=False)


class GateForm(WordsForm):
    """Words that stand with the decision about a gate: of the gate the page showed, whatever has come since."""

    gate = forms.CharField(widget=forms.HiddenInput)


class BackForm(WordsForm):
    """To which stage a project goes back."""

    stage = chosen(lazy("Back to"))
    field_order = ("stage", "words")


class GiverForm(forms.Form):
    """What a provider brings."""

    giver = actor(lazy("Provider"))
    amount = amount(lazy("Brings"), required=False, help_text=lazy("Empty takes the provider out."))


class BudgetForm(forms.Form):
    """A line of the budget; an emptied amount takes it out."""

    category = coded(lazy("For"), "cost")
    amount = amount(lazy("Amount"), required=False, help_text=lazy("Empty takes the line out."))
    payer = actor(lazy("Who pays"), required=False)
    what = line(lazy("What exactly"), required=False)
    was = forms.CharField(required=False, widget=forms.HiddenInput)


class RunningForm(BudgetForm):
    """A running cost of each of some years."""

    first = forms.IntegerField(label=lazy("From the year"), min_value=1990, max_value=2199)
    last = forms.IntegerField(label=lazy("Through the year"), min_value=1990, max_value=2199)
    field_order = ("category", "amount", "first", "last", "payer", "what")


class AnswerForm(forms.Form):
    """What is done about an overlap."""

    words = words(
        lazy("What is done about it"),
        help_text=lazy("For instance: who does what, what is given up, whom you have asked."),
    )


class TermsForm(forms.Form):
    """A document to agree on."""

    title = line(lazy("Title of the document"))
    document = forms.FileField(
        label=lazy("Document"),
        widget=forms.FileInput(attrs={"accept": documents.ACCEPTED}),
        help_text=lazy("A PDF, or a picture of the paper, of at most 8 MiB."),
    )


class SignForm(forms.Form):
    """A signature under the document that is shown, and under no other that was offered since."""

    digest = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(label=lazy("I have read this document, and sign it for whom I speak for"))


class DeliverableForm(forms.Form):
    """Something to be delivered."""

    kind = coded(lazy("Kind"), "deliverable")
    title = line(lazy("What is delivered"))
    due = day(lazy("Due"))
    owner = chosen(lazy("Delivered by"), required=False)
    quantity = forms.IntegerField(label=lazy("How many"), min_value=1, max_value=10**9, initial=1)
    language = line(lazy("Language of the training"), required=False, help_text=lazy("Two letters (ISO 639)."))
    maintenance = words(
        lazy("How equipment is maintained"), required=False, help_text=lazy("By whom, how often, with which parts.")
    )
    fallback = words(
        lazy("How the work goes on by hand"),
        required=False,
        help_text=lazy("What is used while equipment stands still: stamps, paper forms."),
    )


class DeliveredForm(forms.Form):
    """When something was delivered."""

    day = day(lazy("Delivered on"))
    words = words(lazy("Remark"), required=False)


class AcceptForm(forms.Form):
    """When something was accepted."""

    day = day(lazy("Accepted on"))
    words = words(lazy("Remark"), required=False)


class AcceptEquipmentForm(AcceptForm):
    """Where equipment is registered. Nothing chosen: it is in none of the registers kept here."""

    register = chosen(
        lazy("Enter it in the register of"),
        required=False,
        help_text=lazy("Nothing chosen: it belongs to none of the registers kept here."),
    )
    name = line(lazy("Name in the register"), required=False)
    place = chosen(lazy("Place"), required=False)
    serial = line(lazy("Serial number"), required=False)
    address = line(lazy("Address of a reader"), required=False, help_text=lazy("As host:port, or a topic."))
    days = forms.IntegerField(label=lazy("Days between two maintenances"), required=False, min_value=1, max_value=3660)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        machines = [(f"machine:{kind}", _(MACHINE_WORDS.get(kind, kind))) for kind in MACHINES]
        readers = [(f"reader:{kind}", kind.upper()) for kind in READERS]
        field = self.fields["register"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so above
        field.choices = [("", "–"), (_("Marking equipment"), machines), (_("Readers of tags"), readers)]
        offer(self, "place", [(str(one.pk), one.name) for one in Place.objects.order_by("name")])


class RiskForm(forms.Form):
    """What may go wrong."""

    what = words(lazy("What may go wrong"))
    likelihood = coded(lazy("How likely"), "grade")
    impact = coded(lazy("How bad"), "grade")
    answer = words(lazy("What is done about it"))
    owner = chosen(lazy("By whom"), required=False)


class IndicatorForm(forms.Form):
    """What is measured, from where to where, until when."""

    what = line(lazy("What is measured"))
    figure = forms.ChoiceField(label=lazy("Figure of the register"), required=False)
    unit = line(lazy("Unit"), required=False)
    baseline = line(lazy("Baseline"), required=False, help_text=lazy("Empty: the figure as it stands today."))
    target = line(lazy("Target"))
    due = day(lazy("To be reached by"))
    source = line(lazy("How it is measured"), required=False)

    def __init__(self, offered: dict[str, Indicator], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if offered:
            offer(self, "figure", [(key, indicators.named(key)) for key in offered])
        else:
            del self.fields["figure"]


class ReadingForm(forms.Form):
    """What an indicator stands at."""

    day = day(lazy("On"), required=False)
    value = line(lazy("Value"), required=False, help_text=lazy("Empty: read from the figure of the register, today."))
    source = line(lazy("From"), required=False, help_text=lazy("Which report or count it is from."))


class NarrowProjects(forms.Form):
    """What the list of projects is narrowed by."""

    text = line(lazy("Words"), required=False)
    stage = coded(lazy("Stage"), "stage", required=False)
    theme = coded(lazy("Theme"), "theme", required=False)
    actor = actor(lazy("Recipient or provider"), required=False)
    begin = day(lazy("Not over before"), required=False)
    end = day(lazy("Begun by"), required=False)


class ElsewhereForm(forms.Form):
    """What somebody else does or is about to do."""

    title = line(lazy("Title"))
    providers = words(lazy("Who does it"), help_text=lazy("One a line."))
    stage = coded(lazy("Stage"), "elsewhere_stage")
    themes = several(lazy("Themes"), "theme")
    places = line(lazy("Places"), help_text=lazy("Countries (two letters) or regions, parted by commas."))
    begin = day(lazy("From"))
    end = day(lazy("Until"))
    source = line(lazy("Where this is from"))
    reference = line(lazy("Its identifier there"), required=False)
    visibility = forms.ChoiceField(
        label=lazy("Who sees it"),
        choices=[("private", lazy("Whom you speak for alone")), ("public", lazy("Everybody"))],
    )


class MeetingForm(forms.Form):
    """A meeting that is called."""

    title = line(lazy("Title"))
    day = day(lazy("Day"))
    time = forms.TimeField(label=lazy("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}))
    hours = forms.FloatField(label=lazy("Hours"), min_value=0.25, max_value=336, initial=2)
    where = line(lazy("Where"), required=False)
    agenda = words(lazy("Agenda"), required=False, help_text=lazy("One point a line."))
    project = chosen(lazy("About the project"), required=False)
    invited = ticked(lazy("Invited"))


class MinutesForm(forms.Form):
    """Who came to a meeting, and what was decided."""

    came = ticked(lazy("Who was there"))
    decisions = words(lazy("Decisions"), required=False, help_text=lazy("One a line."))


class TaskForm(forms.Form):
    """What somebody does after a meeting."""

    what = line(lazy("What is to be done"))
    owner = chosen(lazy("By whom"))
    due = day(lazy("Until"))
