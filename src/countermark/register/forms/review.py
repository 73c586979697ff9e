"""Forms of the queues and of the ledger page: decide, assign, review, look."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.ledger import reasons
from countermark.ledger.vocabulary import ACTS
from countermark.register import words

OUTCOMES = (
    ("as_recorded", gettext_lazy("The records are right as they stand")),
    ("mended", gettext_lazy("The records were corrected or joined")),
    ("forwarded", gettext_lazy("Somebody else has taken it over")),
)


class Queue(forms.Form):
    """Which discrepancies to show."""

    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=(("open", gettext_lazy("open")), ("decided", gettext_lazy("decided"))),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Finding"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "kind", [("", _("any")), *((code, _(text)) for code, text in words.FINDINGS.items())])
        _choose(self, "owner", [("", _("anybody")), *owners])


class Assign(forms.Form):
    """Who answers for a discrepancy, and until when."""

    owner = forms.ChoiceField(label=gettext_lazy("Owner"))
    due = forms.DateField(label=gettext_lazy("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "owner", [("", _("choose")), *owners])


class Decide(forms.Form):
    """How a discrepancy was settled."""

    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), choices=OUTCOMES, widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, strip=True)


class Look(forms.Form):
    """Which entries of a log to show."""

    log = forms.ChoiceField(label=gettext_lazy("Log"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Events or acts"),
        required=False,
        choices=(("", gettext_lazy("both")), ("event", gettext_lazy("events")), ("act", gettext_lazy("acts"))),
    )
    word = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    person = forms.CharField(label=gettext_lazy("Recorded by"), required=False, max_length=150)
    since = forms.DateField(
        label=gettext_lazy("Recorded from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(label=gettext_lazy("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, origins: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "log", [(origin, origin) for origin in origins])
        events = [(f"event {code}", _(text)) for code, text in words.LABELS["event"].items()]
        events.append(("event error", _("declared wrong")))
        acts = [(f"act {code}", _(word.text)) for code, word in ACTS.items()]
        by_text = [sorted(some, key=lambda choice: choice[1]) for some in (events, acts)]
        _choose(self, "reason", [("", _("any")), *_all_reasons()])
        _choose(self, "word", [("", _("anything")), (_("events"), by_text[0]), (_("acts"), by_text[1])])


def _all_reasons() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every reason there is, by what it is given for."""
    return sorted(
        (_(reasons.title(of)), [(f"{of}.{code}", _(text)) for code, text in {**found.codes, **found.own}.items()])
        for of, found in reasons.LISTS.items()
    )


class Period(forms.Form):
    """Of which log, and when recorded."""

    log = forms.ChoiceField(label=gettext_lazy("Log"), required=False)
    since = forms.DateField(
        label=gettext_lazy("Recorded from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(label=gettext_lazy("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, origins: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "log", [(origin, origin) for origin in origins])


def _choose(form: forms.Form, name: str, choices: list[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
    field.choices = choices
