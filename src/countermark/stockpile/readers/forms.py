"""Forms about readers of tags: described, described anew, given a token."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.models import Place
from countermark.stockpile.forms import Placed, coded, line

DAYS = 90


class Change(Placed):
    """How a reader is reached, where it stands, what it watches."""

    kind = coded(lazy("How it is reached"), "reader")
    address = line(
        lazy("Address"), required=False, exact=True,
        help_text=lazy("A host for LLRP, such as 10.20.0.7; a topic for MQTT, such as depot/gate/+; nothing for one that sends to us."),
    )  # fmt: skip
    purpose = coded(lazy("What it watches"), "purpose")


class Describe(Change):
    """A reader of this node that is new."""

    name = line(lazy("Name"), exact=True, help_text=lazy("Small letters, digits and hyphens: rack-1."))

    def __init__(self, places: Iterable[Place], *args: Any, **more: Any) -> None:
        super().__init__(places, *args, **more)
        self.order_fields(["name", "place"])


class Issue(forms.Form):
    """A token of a reader that sends to us."""

    days = forms.IntegerField(label=lazy("Good for days"), min_value=1, max_value=366, initial=DAYS)
