"""Forms of matching."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation.forms import line


class RunForm(django_forms.Form):
    """In which currency, and whether the prepared count more."""

    currency = django_forms.ChoiceField(label=lazy("Currency"))
    readiness = django_forms.BooleanField(
        label=lazy("Needs that are prepared count more"),
        required=False,
        help_text=lazy("Up to a quarter, where rules, structures, infrastructure and staff are in place."),
    )

    def __init__(self, currencies: Sequence[str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]


class OverrideForm(django_forms.Form):
    """What is decided about one pair."""

    need = django_forms.ChoiceField(label=lazy("Need"))
    offer = django_forms.ChoiceField(label=lazy("Offer"))
    what = django_forms.ChoiceField(
        label=lazy("What is decided"),
        choices=[
            ("fix", lazy("it gives exactly this amount")),
            ("limit", lazy("it gives at most this amount")),
            ("forbid", lazy("it gives nothing")),
        ],
    )
    amount = line(lazy("Amount"), required=False, help_text=lazy("Empty, if it gives nothing."))
    reason = line(lazy("Why"))

    def __init__(
        self, needs: Iterable[tuple[str, str]], offers: Iterable[tuple[str, str]], *args: Any, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["need"].choices = list(needs)  # type: ignore[attr-defined]
        self.fields["offer"].choices = list(offers)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An amount stands there exactly where one is decided."""
        said = super().clean() or {}
        forbidden = said.get("what") == "forbid"
        if not forbidden and not said.get("amount") and "amount" not in self.errors:
            self.add_error("amount", lazy("Say how much."))
        if forbidden and said.get("amount"):
            self.add_error("amount", lazy("What gives nothing has no amount."))
        return said


class PairForm(django_forms.Form):
    """The pair about which nothing is decided any more."""

    pair = django_forms.ChoiceField(label=lazy("Need and offer"))

    def __init__(self, pairs: Iterable[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["pair"].choices = list(pairs)  # type: ignore[attr-defined]


class ProjectForm(django_forms.Form):
    """What the project is called."""

    title = line(lazy("Title"))
