"""Forms of PINs and security keys."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.stockpile.counterauth.models import Proof
from countermark.stockpile.forms import Placed, line


def secret(label: Any, **more: Any) -> forms.CharField:
    """Something nobody else is to read, and no browser to keep."""
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr", "inputmode": "numeric"})
    return forms.CharField(label=label, max_length=64, widget=widget, **more)


class SetPin(forms.Form):
    """Somebody's own PIN."""

    card = line(lazy("Card"), exact=True)
    current = secret(lazy("One-time code, or the PIN so far"))
    pin = secret(
        lazy("New PIN"), help_text=lazy("6 to 12 digits, no row such as 123456 and no repetition such as 121212.")
    )
    again = secret(lazy("New PIN once more"))

    def clean(self) -> dict[str, Any]:
        """Both times the same."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("pin") != said.get("again"):
            self.add_error("again", _("not the same as above"))
        return said


class Key(forms.Form):
    """A new security key."""

    card = line(lazy("Card"), exact=True)
    current = secret(lazy("One-time code, or PIN"))
    label = line(lazy("What the key is called"), required=False)


class Confirm(forms.Form):
    """Nothing is asked but that it is meant."""

    sure = forms.BooleanField(label=lazy("The PIN so far no longer works"))


class Remove(forms.Form):
    """Which key."""

    key = forms.ChoiceField(label=lazy("Security key"))

    def __init__(self, keys: Iterable[Proof], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["key"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared as such
        field.choices = [("", "–"), *((row.key, f"{row.label or _('security key')} …{row.key[-12:]}") for row in keys)]


class Switch(Placed):
    """A feature that is off by default."""

    state = forms.ChoiceField(label=lazy("Status"), choices=[("", "–"), ("on", lazy("on")), ("off", lazy("off"))])
    read = forms.BooleanField(label=lazy("I have read the note on the risk"), required=False)
