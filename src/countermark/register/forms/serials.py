"""The form of a State's rule that serials are stated twice. The service holds what is said to the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from countermark.register.files.again import FILES, PROGRAMS, WAYS, SerialRule

OF = ((PROGRAMS, gettext_lazy("Programs, and the command line")), (FILES, gettext_lazy("Register files")))
"""Whom a rule can ask; the page of a new weapon asks without one."""


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class Rule(forms.Form):
    """A rule, or one of its name stated anew."""

    id = forms.CharField(
        label=gettext_lazy("Name in short"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits and hyphens, such as order-7. A rule of the same name is stated anew."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off", "dir": "ltr"}),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=500,
        help_text=gettext_lazy("The law or order that says so, and where."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    of = forms.MultipleChoiceField(
        label=gettext_lazy("Whom it asks"), choices=OF, initial=list(WAYS), widget=forms.CheckboxSelectMultiple
    )
    since = _day(gettext_lazy("First day"))
    until = _day(gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty as long as nobody ends it."))

    @property
    def rule(self) -> SerialRule:
        """What was said, of a form that is valid."""
        said = self.cleaned_data
        until = said["until"].isoformat() if said["until"] else ""
        return SerialRule(said["id"], said["source"], said["since"].isoformat(), until, tuple(said["of"]))
