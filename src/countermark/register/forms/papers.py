"""Forms about paper forms: have some printed, name one by its code, say when one was written."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.ledger.vocabulary import EVENTS as WORDS
from countermark.register import papercodes, papers, words
from countermark.register.files.vocabulary import EVENTS
from countermark.register.forms.capture import EXACT, Columns


class Issue(forms.Form):
    """Which form, how many, for whom."""

    form = forms.ChoiceField(label=gettext_lazy("Form"))
    copies = forms.IntegerField(
        label=gettext_lazy("Copies"), min_value=1, max_value=papers.COPIES_AT_MOST, initial=1,
        help_text=gettext_lazy("Each has a number of its own."),
    )  # fmt: skip
    to = forms.CharField(
        label=gettext_lazy("Given to"),
        required=False,
        max_length=papers.LONGEST_NAME,
        help_text=gettext_lazy("Who takes them along."),
    )

    def __init__(self, *args: Any, kinds: set[str], grave: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["form"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [*_kinds(kinds), *([(_("Events"), _events(grave))] if "event" in kinds else [])]

    @property
    def wanted(self) -> tuple[str, str]:
        """The kind of form and, for an event, its word."""
        kind, _sep, event = str(self.cleaned_data["form"]).partition(" ")
        return kind, event


def _kinds(kinds: set[str]) -> list[tuple[str, str]]:
    return [(kind, _(papers.TITLES[kind])) for kind in papercodes.LETTERS if kind in kinds and kind != "event"]


def _events(grave: bool) -> list[tuple[str, str]]:
    return [(f"event {code}", _(words.label(code, "event"))) for code in EVENTS if grave or not WORDS[code].grave]


class Code(forms.Form):
    """The code of a form, typed or scanned."""

    code = forms.CharField(
        label=gettext_lazy("Code of the form"),
        max_length=40,
        help_text=gettext_lazy("Scan it, or type it as printed."),
        widget=forms.TextInput(attrs={**EXACT, "class": "mark-input"}),
    )


class Which(forms.Form):
    """Which weapon a form is about."""

    weapon = forms.CharField(
        label=gettext_lazy("Record number or id of the weapon"), max_length=200, widget=forms.TextInput(attrs=EXACT)
    )


class Written(Columns):
    """What a keyed form has besides its fields: when it was written."""

    written = forms.CharField(
        label=gettext_lazy("Written on paper"),
        max_length=papers.LONGEST_DATE,
        widget=forms.TextInput(attrs=EXACT),
        help_text=gettext_lazy("The day, or day and time with offset: 2026-06-30, 2026-06-30T08:15+02:00."),
    )


class WrittenWeapon(Written):
    """A new weapon on paper also says when it was entered."""

    happened = forms.CharField(
        label=gettext_lazy("Entered on record"),
        required=False,
        max_length=papers.LONGEST_DATE,
        widget=forms.TextInput(attrs=EXACT),
        help_text=gettext_lazy("When it happened, as precise as the paper says."),
    )
    field_order = ("happened", "written")
