"""The part of a form that asks why: a code of a list, and words beside it. Every page that asks why uses it."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.ledger.reasons import LISTS, OTHER, Reason

LONGEST = 500


class Because(forms.Form):
    """Why something is done; `because` names the list (`ledger/reasons.py`). Nothing is chosen before somebody chooses."""

    because: ClassVar[str] = ""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), help_text=gettext_lazy("Kept in the ledger."))
    words = forms.CharField(
        label=gettext_lazy("In words"),
        required=False,
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- made above
        field.choices = [("", _("choose")), *reasons_of(self.because)]
        self.fields["words"].required = LISTS[self.because].worded

    def clean(self) -> dict[str, Any]:
        """Another reason than those of the list is said in words."""
        data = super().clean() or {}
        if data.get("reason") == OTHER and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Say in words which."))
        return data

    @property
    def why(self) -> Reason:
        """What was chosen and written, of a form that is valid."""
        return why_of(self.cleaned_data)


class WhyLooked(Because):
    """Why personal data is looked at."""

    because = "look"

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].label = _("Why do you need to see this?")


def why_of(data: dict[str, Any]) -> Reason:
    """The reason among the cleaned data of a form; no code where none was asked for."""
    return Reason(data.get("reason") or "", data.get("words") or "")


def reasons_of(kind: str) -> list[tuple[str, str]]:
    """The codes of a list with what they mean, for a field of its own."""
    return [(code, _(text)) for code, text in LISTS[kind].codes.items()]


def of(kind: str) -> type[Because]:
    """The form that asks for a reason of one list, where nothing else is asked."""
    return type("Because", (Because,), {"because": kind})
