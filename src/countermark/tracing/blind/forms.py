"""Forms of the blind check: whom to ask, files that come in, and whom this State answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.register import countrynames
from countermark.register.forms.capture import MARK_EXACT
from countermark.tracing.requests import delivery
from countermark.tracing.requests.forms import offer

MOST_PER_DAY = 1000


def name_of(origin: str) -> str:
    """A node as people know it."""
    return f"{countrynames.name(origin[:2])} ({origin})"


class Question(forms.Form):
    """Which States to ask, and the mark as read."""

    peers = forms.MultipleChoiceField(label=gettext_lazy("States"), widget=forms.CheckboxSelectMultiple)
    reading = forms.CharField(
        label=gettext_lazy("Mark as read"),
        max_length=64,
        widget=forms.TextInput(attrs={**MARK_EXACT, "class": "mark-input"}),
        help_text=gettext_lazy("A question mark stands for a character that cannot be read."),
    )

    def __init__(self, *args: Any, origins: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "peers", [(origin, _offered(origin)) for origin in origins])


def _offered(origin: str) -> str:
    name = name_of(origin)
    return name if delivery.address(origin) else _("%(state)s, by file only") % {"state": name}


class Came(forms.Form):
    """A file that another State sent."""

    file = forms.FileField(label=gettext_lazy("File"))


class Answering(forms.Form):
    """Whether blind questions are answered, whose, and how often on a day."""

    answering = forms.BooleanField(label=gettext_lazy("Blind questions are answered"), required=False)
    opened = forms.MultipleChoiceField(
        label=gettext_lazy("Nodes that are answered"), required=False, widget=forms.CheckboxSelectMultiple
    )
    per_day = forms.IntegerField(
        label=gettext_lazy("Questions of each on a day"),
        min_value=0,
        max_value=MOST_PER_DAY,
        help_text=gettext_lazy("Each question tests 256 texts: a low number keeps a register from being guessed."),
    )

    def __init__(self, *args: Any, origins: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "opened", [(origin, name_of(origin)) for origin in origins])
