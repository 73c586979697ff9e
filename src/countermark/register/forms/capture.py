"""Forms that capture facts: a weapon and its marks, an event, a correction, a join. Services hold them to the rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.ledger.vocabulary import EVENTS as WORDS
from countermark.register import words
from countermark.register.checking import EVENT_FIELDS
from countermark.register.files.again import keyed_differently, spoken
from countermark.register.files.errors import RowError
from countermark.register.files.vocabulary import EVENTS, LIMITS, LONGEST
from countermark.register.forms.listing import choices
from countermark.register.forms.reasons import Because, reasons_of

EXACT = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "dir": "auto"}
MARK_EXACT = {**EXACT, "class": "mark-input"}
KIND_CHOICES = ("kind", "mark_kind", "mark_condition", "component", "carrier", "role", "layer")


class Why(Because):
    """Why something is corrected."""

    because = "correction"


class WhySame(Because):
    """Why two records are one weapon."""

    because = "same_weapon"


def _column(name: str, **more: Any) -> forms.Field:
    """A field for a column of the register or events file."""
    label = more.pop("label", gettext_lazy(words.COLUMNS[name]))
    if name in KIND_CHOICES or name == "event":
        return forms.ChoiceField(label=label, required=False, choices=lambda: choices(name, _("not stated")), **more)
    longest = LIMITS.get(name, LONGEST)
    lines = name in ("note", "inscription")
    widget: forms.Widget = (
        forms.Textarea(attrs={"rows": 2, "dir": "auto"})
        if lines
        else forms.TextInput(attrs=MARK_EXACT if name == "mark" else EXACT)
    )
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget, **more)


class Columns(forms.Form):
    """A form whose fields are columns of a file; `values` gives them as the services take them."""

    columns: tuple[str, ...] = ()

    def values(self) -> dict[str, str]:
        """What was typed, by column."""
        return {name: str(self.cleaned_data.get(name, "")) for name in self.columns if name in self.fields}

    def show(self, errors: Iterable[RowError]) -> None:
        """Puts what the services refused beside the fields it is about."""
        for error in errors:
            expected = _("Expected %(expected)s.") % {"expected": error.expected.told(_)}
            self.add_error(error.column if error.column in self.fields else None, expected)


class Facts(Columns):
    """What is known of a weapon as a whole."""

    columns = ("ref", "kind", "maker", "model", "calibre", "country", "year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.columns:
            self.fields[name] = _column(name)
        self.fields["ref"].help_text = _("Your own record number; empty to have one made.")
        self.fields["country"].help_text = _("Code, such as XA, SUHH, or ZZ for unknown.")
        self.fields["year"].help_text = _("Four digits.")
        self.fields["maker"].widget.attrs["list"] = "makers"
        self.fields["calibre"].widget.attrs["list"] = "calibres"


class MarkFields(Columns):
    """One mark; a new one is keyed twice."""

    columns = ("component", "mark", "mark_condition", "mark_kind", "carrier", "role", "layer", "inscription")

    def __init__(self, *args: Any, twice: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.columns:
            self.fields[name] = _column(name)
            if name == "mark" and twice:
                self.fields["again"] = _column("mark", label=_("The same mark again"))
                self.fields["again"].help_text = _("Read anew from the metal.")
        self.fields["mark"].help_text = _("Exactly as on the metal. Tell O from 0, I from 1, S from 5 and B from 8.")
        self.fields["mark_condition"].help_text = _("If nothing can be read: why.")
        self.fields["role"].help_text = _("Not stated: the frame or receiver, or the only mark, stands for the weapon.")

    def clean(self) -> dict[str, Any]:
        """Both keyings must agree to the character."""
        data = super().clean() or {}
        if "again" in self.fields and (parted := keyed_differently(data.get("mark", ""), data.get("again", ""))):
            place, one, other = parted
            message = _(
                "The two keyings differ at character %(place)d: first %(one)s, then %(other)s. Look at the metal again."
            )
            values = {"place": place, "one": spoken(one).told(_), "other": spoken(other).told(_)}
            self.add_error("again", message % values)
        return data


class Event(Columns):
    """One event in the life of a weapon."""

    columns = tuple(name for name in EVENT_FIELDS if name != "id")

    def __init__(self, *args: Any, grave: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.columns:
            self.fields[name] = _column(name)
        reasons = _reasons(grave)
        if code := self.initial.get("why"):
            # A copy: whoever gave it compares what is typed with it.
            self.initial = {**self.initial, "why": f"{self.initial['event']}.{code}"}
            reasons = _with(reasons, self.initial["why"], _(words.why(code, self.initial["event"])))
        self.fields["why"] = forms.ChoiceField(label=_("Reason"), required=False, choices=reasons)
        self.fields["why"].help_text = _("A loss, theft, deactivation, reactivation or destruction needs one.")
        event = self.fields["event"]
        assert isinstance(event, forms.ChoiceField)  # noqa: S101 -- made above
        event.choices = [
            ("", _("choose")),
            *((code, _(words.label(code, "event"))) for code in EVENTS if grave or not WORDS[code].grave),
        ]
        event.required = True
        self.fields["date"].help_text = _(
            "As precise as it is known: 1994, 1994-06, 1994-06-30, or with time and offset."
        )
        self.fields["country"].label = _("Country")
        self.fields["country"].help_text = _("Code, such as XA.")
        for name in ("component", "mark", "other_ref"):
            self.fields[name].help_text = _("For a part that is installed or removed.")

    def values(self) -> dict[str, str]:
        """What was typed; a reason of another event than the chosen one stays as it was chosen, for the rules to refuse."""
        said = super().values()
        return {**said, "why": said["why"].removeprefix(f"{said['event']}.")}

    @property
    def usual(self) -> list[forms.BoundField]:
        """The fields of most events."""
        return [self[name] for name in self.columns if name not in ("component", "mark", "other_ref")]

    @property
    def parts(self) -> list[forms.BoundField]:
        """The fields of a part."""
        return [self[name] for name in ("component", "mark", "other_ref")]


def _reasons(grave: bool) -> list[Any]:
    """The reasons of each event that has some, each named with its event: one code stands in the lists of several."""
    named = [
        (event, word) for event, word in WORDS.items() if event in EVENTS and word.reason and (grave or not word.grave)
    ]
    groups = [
        (_(word.text), [(f"{event}.{code}", text) for code, text in reasons_of(word.reason)]) for event, word in named
    ]
    return [("", "–"), *groups]


def _with(reasons: list[Any], value: str, text: str) -> list[Any]:
    """The reasons and one that is recorded already, where nobody chooses it here: it stays as long as nobody chooses another."""
    offered = {choice for _text, group in reasons[1:] for choice, _meaning in group}
    return reasons if value in offered else [*reasons, (value, text)]


class Join(forms.Form):
    """The record that survives, and why both are one weapon."""

    survivor = forms.CharField(label=gettext_lazy("Record number or id of the record that stays"), max_length=200)


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The columns that differ."""
    return {name: value for name, value in new.items() if value != old.get(name, "")}
