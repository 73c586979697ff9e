"""Forms of training."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation import forms as asks


def whole(label: object, least: int, most: int, **more: object) -> forms.IntegerField:
    """A whole number within bounds."""
    return forms.IntegerField(label=label, min_value=least, max_value=most, **more)  # type: ignore[arg-type]


class CourseForm(forms.Form):
    """A course of the catalogue."""

    title = asks.line(lazy("Title"))
    theme = asks.coded(lazy("Theme"), "theme")
    days = whole(lazy("Days"), 1, 366)
    languages = asks.line(
        lazy("Languages"), required=False, help_text=lazy("Codes of ISO 639, parted by commas: fr, es.")
    )
    contents = asks.words(lazy("Contents"), required=False)
    prerequisites = asks.words(lazy("What participants must bring"), required=False)
    visibility = asks.coded(lazy("Who sees it"), "visibility")
    partners = asks.several_actors(lazy("Partners"))


class CallForm(forms.Form):
    """A call for nominations, and what is chosen by."""

    begin = asks.day(lazy("First day"))
    end = asks.day(lazy("Last day"))
    closes = asks.day(lazy("Nominations until"))
    seats = whole(lazy("Seats"), 1, 10_000)
    quota = whole(lazy("At most for each State"), 0, 10_000, initial=0, help_text=lazy("0 for no limit."))
    functions = asks.several(lazy("Functions"), "function", help_text=lazy("None chosen: any."))
    languages = asks.line(
        lazy("Languages"), required=False, help_text=lazy("One of them must be spoken; empty for any.")
    )
    share = whole(lazy("Least share of each sex (%)"), 0, 50, initial=0)
    gap_years = whole(
        lazy("Years since a course on this theme"), 0, 50, initial=0, help_text=lazy("0: it does not matter.")
    )
    states = asks.several_actors(lazy("States asked"), help_text=lazy("None chosen: all."))
    where = asks.line(lazy("Where"), required=False)
    source = asks.line(lazy("Where these terms come from"), required=False)


class NomineeForm(forms.Form):
    """Somebody nominated."""

    name = asks.line(lazy("Name"))
    number = asks.line(lazy("Service number or day of birth"), help_text=lazy("Tells two people of one name apart."))
    function = asks.coded(lazy("Function"), "function")
    sex = asks.coded(lazy("Sex"), "sex", required=False)
    languages = asks.line(
        lazy("Languages"), required=False, help_text=lazy("Codes of ISO 639, parted by commas: fr, es.")
    )
    unit = asks.line(lazy("Unit"), required=False)
    rank = whole(lazy("Place in your own order"), 1, 10_000, initial=1)


class ChooseForm(forms.Form):
    """Whom to choose against the rules, and why."""

    reason = asks.line(lazy("Why you decide against the rules"), required=False)

    def __init__(self, data: object, people: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        for key, name, outcome in people:
            self.fields[f"n{key}"] = asks.coded(name, "nominee_outcome", required=False, initial=outcome)


class AttendanceForm(forms.Form):
    """Who was there on one day."""

    session = forms.TypedChoiceField(label=lazy("Day of the course"), coerce=int)
    happened = asks.day(lazy("When it was"), required=False, help_text=lazy("Where it is keyed from paper later."))
    present = forms.MultipleChoiceField(label=lazy("Was there"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: object, days: int, people: list[tuple[str, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["session"].choices = [(n, str(n)) for n in range(1, days + 1)]  # type: ignore[attr-defined]
        self.fields["present"].choices = people  # type: ignore[attr-defined]


class ResultForm(forms.Form):
    """Results of tests."""

    before = whole(lazy("Test before (0 to 100)"), 0, 100, required=False)
    after = whole(lazy("Test after (0 to 100)"), 0, 100, required=False)
    passed = forms.NullBooleanField(label=lazy("Passed"), required=False)


class PostForm(forms.Form):
    """Whether somebody is still in post."""

    day = asks.day(lazy("On which day"))
    still = forms.TypedChoiceField(
        label=lazy("Still in this post"),
        choices=[("", "–"), ("yes", lazy("yes")), ("no", lazy("no, has moved on"))],
        coerce=lambda said: said == "yes",
    )


class PeopleFilter(forms.Form):
    """Which of the people trained."""

    state = asks.actor(lazy("State"), required=False)
    theme = asks.coded(lazy("Theme"), "theme", required=False)


class CodeForm(forms.Form):
    """The code of a certificate."""

    code = forms.CharField(
        label=lazy("Code of the certificate"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )


class WhyForm(forms.Form):
    """A reason."""

    reason = asks.line(lazy("Why"))
