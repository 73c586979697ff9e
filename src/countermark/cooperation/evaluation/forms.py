"""Forms of evaluation."""

from django import forms
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation import forms as asks
from countermark.cooperation.words import LABELS


class ScopeForm(forms.Form):
    """What the figures are about."""

    state = asks.actor(lazy("State"), required=False)
    region = asks.line(lazy("Region"), required=False)
    theme = asks.coded(lazy("Theme"), "theme", required=False)
    first = forms.IntegerField(label=lazy("From the year"), required=False, min_value=1990, max_value=2999)
    last = forms.IntegerField(label=lazy("To the year"), required=False, min_value=1990, max_value=2999)
    currency = asks.line(lazy("Amounts in"), required=False)
    by = asks.coded(lazy("Side by side"), "grouping", required=False)


class CheckForm(forms.Form):
    """What a recipient says of a project."""

    day = asks.day(lazy("On which day"))
    runs = asks.coded(lazy("Does it still run?"), "runs")
    payer = asks.actor(lazy("Who pays for running it"), required=False)
    broke = asks.words(lazy("What broke, and was it mended"), required=False)
    words = asks.words(lazy("What else there is to say"), required=False)


class ReportForm(ScopeForm):
    """A report to be drafted."""

    title = asks.line(lazy("Title"))
    field_order = ("title",)
    by = None  # type: ignore[assignment]  # Django's way to take a field away


class WordsForm(forms.Form):
    """The officer's words, criterion by criterion, and who may see the report."""

    visibility = asks.coded(lazy("Who sees it"), "visibility")
    partners = asks.several_actors(lazy("Partners"))

    def __init__(self, data: object, initial: dict[str, object]) -> None:
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        labels = dict(asks.labels("criterion"))
        for criterion in LABELS["criterion"]:
            self.fields[criterion] = asks.words(labels[criterion], required=False)
        self.order_fields([*LABELS["criterion"], "visibility", "partners"])
