"""Forms about people. They check what was typed; `services` decides."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.accounts import rules
from countermark.accounts.models import Place

TOKEN_DAYS = (
    (7, gettext_lazy("7 days")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (365, gettext_lazy("1 year")),
)


def _role_choices() -> list[tuple[str, str]]:
    return [(name, _(role.label)) for name, role in rules.ROLES.items()]


def _scope_choices() -> list[tuple[str, str]]:
    return [(name, _(text)) for name, text in rules.SCOPES.items()]


def _places() -> QuerySet[Place]:
    return Place.objects.all()


class SignIn(LoginForm):  # type: ignore[misc]
    """allauth's form without texts inside the fields, which vanish when they are needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].label = _("User name")


class AddUser(forms.Form):
    """A new person: everything but the roles can be left for later."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=64,
        help_text=gettext_lazy("Letters, digits and . @ - _, no spaces."),
    )
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=200, required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), choices=_role_choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    place = forms.ModelChoiceField(
        label=gettext_lazy("Place"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=gettext_lazy("the whole State"),
        help_text=gettext_lazy("The roles hold there and everywhere below it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self.fields["place"])


class GrantRole(forms.Form):
    """One more role for somebody."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_role_choices)
    place = forms.ModelChoiceField(
        label=gettext_lazy("Place"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=gettext_lazy("the whole State"),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("For a delegation; empty for good."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self.fields["place"])


class Rename(forms.Form):
    """The name a person is shown by."""

    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=200, required=False)


class AddPlace(forms.Form):
    """A new place below another, or at the top."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("As files and events name it.")
    )
    parent = forms.ModelChoiceField(
        label=gettext_lazy("Below"), queryset=Place.objects.none(), required=False, empty_label=gettext_lazy("nothing")
    )
    organisation = forms.CharField(label=gettext_lazy("Organisation"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self.fields["parent"])


class IssueToken(forms.Form):
    """A way in for a program."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=100,
        help_text=gettext_lazy("Such as: nightly customs transfer."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=_scope_choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(label=gettext_lazy("Valid for"), choices=TOKEN_DAYS, coerce=int, initial=30)


def _fill(field: forms.Field) -> None:
    # Read when the form is made, not when the program starts: places come and go.
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
    field.queryset = _places()
