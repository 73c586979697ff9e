"""Forms of cooperation. Services hold what is said to the rules; here is only what is asked, and in what order."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.models import User
from countermark.cooperation import actors
from countermark.cooperation.words import LABELS
from countermark.register.forms.capture import EXACT

LONGEST = 500


def line(label: Any, *, required: bool = True, **more: Any) -> forms.CharField:
    """A line of text that no browser completes or corrects."""
    return forms.CharField(
        label=label, required=required, max_length=LONGEST, widget=forms.TextInput(attrs=EXACT), **more
    )


def words(label: Any, *, required: bool = True, **more: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(
        label=label, required=required, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}), **more
    )


def day(label: Any, *, required: bool = True, **more: Any) -> forms.DateField:
    """A day from a calendar."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}), **more)


def coded(label: Any, of: str, *, required: bool = True, **more: Any) -> forms.ChoiceField:
    """One of the codes of this room's words, chosen, never preset."""
    return forms.ChoiceField(label=label, required=required, choices=lambda: [("", "–"), *labels(of)], **more)


def several(label: Any, of: str, **more: Any) -> forms.MultipleChoiceField:
    """Any number of the codes of this room's words."""
    more.setdefault("widget", forms.CheckboxSelectMultiple)
    return forms.MultipleChoiceField(label=label, required=False, choices=lambda: labels(of), **more)


def actor(label: Any, *, required: bool = True, **more: Any) -> forms.ChoiceField:
    """One of the actors, by name."""
    return forms.ChoiceField(label=label, required=required, choices=lambda: [("", "–"), *_actors()], **more)


def several_actors(label: Any, **more: Any) -> forms.MultipleChoiceField:
    """Any number of the actors, by name."""
    return forms.MultipleChoiceField(label=label, required=False, choices=_actors, **more)


def listed(text: str) -> list[str]:
    """What stands in a field of several, parted by commas or lines."""
    return [one.strip() for one in text.replace("\n", ",").split(",") if one.strip()]


def labels(of: str) -> list[tuple[str, str]]:
    """The codes of this room's words with their labels, in the reader's language."""
    return [(code, _(text)) for code, text in LABELS[of].items()]


def _actors() -> list[tuple[str, str]]:
    return sorted(actors.names().items(), key=lambda one: one[1].casefold())


class ActorForm(forms.Form):
    """An actor, and how it is reached."""

    name = line(lazy("Name"))
    kind = coded(lazy("Is a"), "actor")
    country = line(lazy("Country"), required=False, help_text=lazy("Two letters (ISO 3166-1). A State needs one."))
    regions = line(lazy("Regions"), required=False, help_text=lazy("Short names, parted by commas."))
    iati = line(lazy("Identifier in IATI files"), required=False)
    contact = words(
        lazy("Contact"),
        required=False,
        help_text=lazy("Personal data: shown only on a page of its own, to who says why. Empty keeps what is there."),
    )


class NarrowActors(forms.Form):
    """What the list of actors is narrowed by."""

    text = line(lazy("Name"), required=False)
    kind = coded(lazy("Is a"), "actor", required=False)
    region = line(lazy("Region or country"), required=False)


class SeatForm(forms.Form):
    """Which person speaks for which actor."""

    user = forms.ModelChoiceField(User.objects.filter(disabled=False), label=lazy("Person"), to_field_name="username")
    actor = actor(lazy("Speaks for"), required=False)


class SureForm(forms.Form):
    """Nothing is asked but whether one means it: the button says what."""
