"""Forms of rounds and replies."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms as django_forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation.consultation.rounds import Answered, Put, Round, Said
from countermark.cooperation.forms import coded, day, line, several_actors, words
from countermark.cooperation.linedforms import LinedForms, Section, by_line


class RoundForm(django_forms.Form):
    """What a round is about, whom it goes to and until when."""

    title = line(lazy("Title"))
    reference = line(lazy("Reference of the note"), required=False)
    text = words(lazy("Text of the note"), help_text=lazy("What is asked and why. The courtesies are added."))
    due = day(lazy("Replies are due on"))
    addressees = several_actors(lazy("Addressees"), widget=django_forms.CheckboxSelectMultiple)


class QuestionLine(django_forms.Form):
    """One question."""

    text = line(lazy("Question"))
    kind = coded(lazy("Is answered by"), "question")
    choices = words(lazy("Choices"), required=False, help_text=lazy("One a line."))


class RoundForms(LinedForms):
    """A round with its questions."""

    LINES: ClassVar[Mapping[str, type[django_forms.Form]]] = {"questions": QuestionLine}

    def make(self, data: QueryDict | None, initial: Mapping[str, Any]) -> RoundForm:
        """The form above the lines."""
        return RoundForm(data, initial=dict(initial))

    def sections(self) -> Iterator[Section]:
        """The form in the order it is filled in."""
        yield Section(_("The note"), "", self.of("title", "reference", "text", "due", "addressees"))
        hint = _("They are numbered as they stand. Once the note is sent they stay as they are.")
        yield Section(_("Questions"), hint, lines=self.lines["questions"], more="questions")

    def said(self) -> Said:
        """The round as it was said."""
        said = self.main.cleaned_data
        questions = [Put(one["kind"], one["text"], by_line(one["choices"])) for one in self.rows("questions")]
        return Said(
            title=said["title"],
            text=said["text"],
            due=said["due"].isoformat(),
            questions=questions,
            addressees=said["addressees"],
            reference=said["reference"],
        )


class SendForm(django_forms.Form):
    """When it was sent."""

    sent = day(lazy("Sent on"), initial=timezone.localdate)


class ExtendForm(django_forms.Form):
    """More time, or more addressees."""

    due = day(lazy("Replies are due on"))
    addressees = several_actors(lazy("Ask these too"), widget=django_forms.CheckboxSelectMultiple)


class RemindForm(django_forms.Form):
    """When reminders went out."""

    day = day(lazy("Reminded on"), initial=timezone.localdate)


class ReplyForm(django_forms.Form):
    """The answers to a round, in the order of its questions."""

    def __init__(self, found: Round, texts: Mapping[str, str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["received"] = day(lazy("Received on"), initial=timezone.localdate)
        for one in found.questions:
            label = f"{one.key}. {texts.get(one.text, _('erased'))}"
            if one.kind == "choice":
                choices = [(str(place), texts.get(text, _("erased"))) for place, text in enumerate(one.choices, 1)]
                field: django_forms.Field = django_forms.ChoiceField(
                    label=label,
                    required=False,
                    choices=[("", _("no answer")), *choices],
                    widget=django_forms.RadioSelect,
                )
            elif one.kind == "number":
                field = django_forms.IntegerField(label=label, required=False, min_value=0, max_value=10**12)
            else:
                field = words(label, required=False)
            self.fields[f"q{one.key}"] = field
        self.fields["remarks"] = words(lazy("Remarks"), required=False)

    def said(self) -> Answered:
        """The reply as it was said."""
        said = self.cleaned_data
        answers = {
            name.removeprefix("q"): "" if value is None else str(value)
            for name, value in said.items()
            if name.startswith("q")
        }
        return Answered(answers=answers, received=said["received"].isoformat(), remarks=said["remarks"])
