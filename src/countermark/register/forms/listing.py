"""Forms of the list of weapons: what to show, what to keep, what to take away."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.register import words
from countermark.register.forms.reasons import WhyLooked
from countermark.register.queries.listing import COLUMNS


def choices(of: str, empty: str = "") -> list[tuple[str, str]]:
    """The codes of a closed list in the reader's language, after an empty one."""
    return [("", empty), *((code, _(text)) for code, text in words.LABELS[of].items() if code)]


def _text(label: Any, **more: Any) -> forms.CharField:
    attrs = {"autocomplete": "off", "spellcheck": "false", "dir": "auto", **more.pop("attrs", {})}
    return forms.CharField(label=label, required=False, max_length=500, widget=forms.TextInput(attrs=attrs), **more)


class Filters(forms.Form):
    """What weapons in the list have in common."""

    serial = _text(
        gettext_lazy("Serial or other mark"), help_text=gettext_lazy("A star at the end: all that begin so.")
    )
    maker = _text(gettext_lazy("Maker"), attrs={"list": "makers"})
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=64, widget=forms.Select)
    holder = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    model = _text(gettext_lazy("Model"))
    calibre = _text(gettext_lazy("Calibre"), attrs={"list": "calibres"})
    country = _text(gettext_lazy("Country of manufacture"), help_text=gettext_lazy("Code, such as XA or SUHH."))
    year = _text(gettext_lazy("Year of manufacture"), help_text=gettext_lazy("Such as 1994, or 199*."))
    ref = _text(gettext_lazy("Record number"), help_text=gettext_lazy("A star at the end: all that begin so."))
    source = _text(gettext_lazy("Source"))
    finding = forms.ChoiceField(label=gettext_lazy("Finding"), required=False)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(*args, **kwargs)
        select = self.fields["place"].widget
        assert isinstance(select, forms.Select)  # noqa: S101 -- declared above
        select.choices = [("", _("any")), *places]
        for name in ("kind", "status", "finding"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
            field.choices = [c for c in choices(name, _("any")) if c[0] != "collision"]

    @property
    def first(self) -> list[forms.BoundField]:
        """The filters that are always in sight."""
        return [self[name] for name in ("serial", "maker", "kind", "status")]

    @property
    def more(self) -> list[forms.BoundField]:
        """The filters behind *More filters*."""
        return [self[name] for name in ("place", "model", "calibre", "country", "year", "ref", "source", "finding")]


class Holder(WhyLooked):
    """Whose weapons to list. Sent, never put into an address: a name is personal data."""

    who = _text(
        gettext_lazy("Held by"),
        attrs={"list": "places"},
        help_text=gettext_lazy("The whole name of a person, a body or a place."),
    )
    field_order = ("who",)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].required = False
        self.fields["reason"].help_text = _("For a person; kept in the ledger with your name.")


class SaveSearch(forms.Form):
    """A name for what is filtered."""

    name = forms.CharField(label=gettext_lazy("Name of this search"), max_length=100)
    shared = forms.BooleanField(label=gettext_lazy("Everybody may use it"), required=False)


class Export(forms.Form):
    """Taking the list away: in which format, and what for."""

    purpose = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=500,
        help_text=gettext_lazy("Kept with the export in the ledger."),
    )
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=(("csv", "CSV"), ("xlsx", "XLSX")))


def columns_from(values: list[str]) -> list[str]:
    """The known columns among those asked for, in the list's order."""
    return [column for column in COLUMNS if column in values]
