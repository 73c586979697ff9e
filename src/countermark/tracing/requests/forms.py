"""Forms of tracing requests: what each kind of message says, as people fill it in. Services hold them to the rules."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.accounts.rules import ROLES
from countermark.ledger.vocabulary import EVENTS
from countermark.marks.sentences import Sentence
from countermark.register.files.vocabulary import KINDS
from countermark.register.forms.capture import EXACT, MARK_EXACT
from countermark.register.queries import personal
from countermark.register.queries.records import Record, named
from countermark.register.words import KINDS as KIND_WORDS
from countermark.tracing.requests import rules
from countermark.tracing.requests.answers import FACTS, Choice
from countermark.tracing.requests.handling import LONGEST as LONGEST_CONDITION
from countermark.tracing.requests.handling import Handling
from countermark.tracing.requests.messages import LONGEST as LONGEST_MESSAGE

LONGEST = 10_000
MOST_WEAPONS = 20
MOST_MARKS = 12
PAPER_EVENTS = 5
"""Events of one letter that are taken down at once."""

OFFERED: Mapping[str, tuple[str, ...]] = {
    "acknowledgement": ("text",),
    "progress": ("text",),
    "information": ("text",),
    "forwarding": ("text",),
    "partial_answer": ("text",),
    "answer": ("next_country", "text"),
    "closing": ("reason", "text"),
    "consent": ("text",),
    "withdrawal": ("text",),
}
"""Members a message may have besides those it needs."""

STAFF = ("contact", "tracing", "auditor")
"""Roles that may be named as authorized staff: of the program, so that the other node knows them."""
_COUNTRY = re.compile(r"[A-Z]{2}")


def long_text(label: Any, *, required: bool = False, rows: int = 3, **more: Any) -> forms.CharField:
    """A text of several lines."""
    attrs = {"rows": rows, "dir": "auto"}
    return forms.CharField(
        label=label, required=required, max_length=LONGEST, widget=forms.Textarea(attrs=attrs), **more
    )


def line(label: Any, *, required: bool = False, longest: int = 200, **more: Any) -> forms.CharField:
    """A text of one line, taken as typed."""
    attrs = {**EXACT, **more.pop("attrs", {})}
    return forms.CharField(
        label=label, required=required, max_length=longest, widget=forms.TextInput(attrs=attrs), **more
    )


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


class Country(forms.CharField):
    """Two letters of ISO 3166-1, or of a State that has none yet."""

    def __init__(self, **more: Any) -> None:
        attrs = {**EXACT, "dir": "ltr", "size": 3}
        super().__init__(**{"required": False, "max_length": 2, "widget": forms.TextInput(attrs=attrs), **more})

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "").upper()
        if text and not _COUNTRY.fullmatch(text):
            raise forms.ValidationError(_("Give the two letters of the country, such as FR."))
        return text


def outcomes() -> list[tuple[str, Any]]:
    """The closed list of outcomes in the reader's language: origin established, or not."""
    told = [(code, f"{code} · {_(text)}") for code, text in rules.OUTCOMES.items()]
    return [
        ("", "—"),
        (_("Origin established"), [one for one in told if one[0].startswith("A")]),
        (_("Origin not established"), [one for one in told if one[0].startswith("B")]),
    ]


class Say(forms.Form):
    """One message of a kind: the members it needs and those it may have."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"))
    next_country = Country(
        label=gettext_lazy("State to ask next"), help_text=gettext_lazy("Two letters, where the trace goes on.")
    )
    linked_request = line(gettext_lazy("Number of the request to that State"))
    question = long_text(gettext_lazy("Question"))
    grounds = forms.MultipleChoiceField(
        label=gettext_lazy("Grounds (paragraph 22 of the International Tracing Instrument)"),
        widget=forms.CheckboxSelectMultiple,
    )
    reason = long_text(gettext_lazy("Reason"))
    until = _day(gettext_lazy("Answer expected by"))
    about = forms.IntegerField(label=gettext_lazy("Number of the message it is about"), min_value=1)
    decision = forms.ChoiceField(label=gettext_lazy("Decision"))
    text = long_text(gettext_lazy("Text"))

    def __init__(self, kind: str, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        needs = rules.table().messages[kind].needs
        for name in list(self.fields):
            if name in needs or name in OFFERED.get(kind, ()):
                self.fields[name].required = name in needs
            else:
                del self.fields[name]
        offer(self, "outcome", outcomes())
        offer(self, "decision", [("", "—"), *((code, _(text)) for code, text in rules.DECISIONS.items())])
        offer(self, "grounds", [(code, _(text)) for code, text in rules.REFUSAL_GROUNDS.items()])

    @property
    def body(self) -> dict[str, Any]:
        """The members that were filled in."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        return {**said, "until": said["until"].isoformat()} if "until" in said else said


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields.get(name)
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)


class Letter(forms.Form):
    """When a State without a node wrote, and about which weapon where it was asked about several."""

    day = _day(gettext_lazy("Date of the letter"), required=True)
    weapon = forms.ChoiceField(label=gettext_lazy("Weapon it is about"), required=False)

    def __init__(self, *args: Any, marks: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        if len(marks) > 1:
            offer(self, "weapon", [("", "—"), *((mark, mark) for mark in marks)])
        else:
            del self.fields["weapon"]

    @property
    def about(self) -> dict[str, Any]:
        """The weapon, as an answer names it; nothing where it need not be said."""
        mark = self.cleaned_data.get("weapon")
        return {"weapon": {"marks": [mark]}} if mark else {}


class LetterEvent(forms.Form):
    """One event of a weapon's history that a letter tells."""

    event = forms.ChoiceField(label=gettext_lazy("Event"), required=False)
    date = line(gettext_lazy("Date"), longest=40, attrs={"dir": "ltr"})
    country = Country(label=gettext_lazy("Country"))
    sender = line(gettext_lazy("From"))
    receiver = line(gettext_lazy("To"))
    place = line(gettext_lazy("Place"))
    document = line(gettext_lazy("Document"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "event", [("", "—"), *((code, _(word.text)) for code, word in EVENTS.items())])

    def clean(self) -> dict[str, Any]:
        """What is written down of an event says which one it is."""
        data = super().clean() or {}
        if any(data.values()) and not data.get("event") and "event" not in self.errors:
            self.add_error("event", _("Choose what happened, or leave the whole event empty."))
        return data

    @property
    def facts(self) -> dict[str, str]:
        """What the letter says of the event, by the names an answer uses; empty where no event was chosen."""
        renamed = {"sender": "from", "receiver": "to"}
        said = {renamed.get(name, name): value for name, value in self.cleaned_data.items() if value}
        return said if said.get("event") else {}


class Taken(forms.Form):
    """A message that came as a file."""

    file = forms.FileField(label=gettext_lazy("Sealed message"))

    def clean_file(self) -> str:
        """The text of the message."""
        data = self.cleaned_data["file"].read(LONGEST_MESSAGE + 1)
        try:
            return bytes(data).decode("ascii")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This file is no message of another node.")) from error


class Weapon(forms.Form):
    """A weapon as ITI 17(b) asks for it: marks, type and calibre, and what else is known."""

    use_required_attribute = False

    marks = forms.CharField(
        label=gettext_lazy("Marks, one on a line"),
        max_length=4000,
        widget=forms.Textarea(attrs={**MARK_EXACT, "rows": 3, "dir": "ltr"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    calibre = line(gettext_lazy("Calibre"), required=True, attrs={"dir": "ltr"})
    maker = line(gettext_lazy("Maker"))
    model = line(gettext_lazy("Model"))
    country = Country(label=gettext_lazy("Country of manufacture"))
    confirmed = forms.BooleanField(
        label=gettext_lazy("The identification was checked against the weapon itself"),
        error_messages={"required": gettext_lazy("Identify first, then trace: confirm the identification.")},
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "kind", [("", "—"), *((code, _(KIND_WORDS[code])) for code in KINDS)])

    def clean_marks(self) -> list[str]:
        """The marks, without empty lines."""
        marks = [line.strip() for line in str(self.cleaned_data["marks"]).splitlines() if line.strip()]
        if len(marks) > MOST_MARKS:
            raise forms.ValidationError(_("At most %(n)d marks of one weapon.") % {"n": MOST_MARKS})
        return marks

    @property
    def facts(self) -> dict[str, Any]:
        """The weapon as the message says it."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class Request(forms.Form):
    """A new request: to whom, and the blocks of ITI 17 besides the weapons."""

    use_required_attribute = False

    peer = forms.ChoiceField(label=gettext_lazy("State in the directory"), required=False)
    country = Country(
        label=gettext_lazy("Or a State without a node"),
        help_text=gettext_lazy("Two letters; it is asked and answers on paper."),
    )
    why_illicit = forms.MultipleChoiceField(
        label=gettext_lazy("Why the weapon is illicit"), widget=forms.CheckboxSelectMultiple
    )
    circumstances = long_text(gettext_lazy("Circumstances in which it was found"), required=True)
    intended_use = long_text(gettext_lazy("What the information is to be used for"), required=True, rows=2)
    no_guarantee = long_text(
        gettext_lazy("What of the answer we cannot keep confidential, and why"),
        rows=2,
        help_text=gettext_lazy("Said beforehand, so that the other State can decide what it tells (paragraph 22 c)."),
    )

    def __init__(self, *args: Any, peers: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "peer", [("", "—"), *peers])
        grounds = [(code, f"{code}) {_(text)}") for code, text in rules.ILLICIT_GROUNDS.items()]
        offer(self, "why_illicit", grounds)

    def clean(self) -> dict[str, Any]:
        """One addressee."""
        data = super().clean() or {}
        if bool(data.get("peer")) == bool(data.get("country")) and "country" not in self.errors:
            self.add_error("peer", _("Choose a State of the directory, or give the two letters of one without a node."))
        return data

    @property
    def addressee(self) -> str:
        """A node's origin, or a country."""
        return str(self.cleaned_data["peer"] or self.cleaned_data["country"])

    @property
    def blocks(self) -> dict[str, Any]:
        """What the message says besides the weapons."""
        blocks = {name: self.cleaned_data[name] for name in ("why_illicit", "circumstances", "intended_use")}
        beforehand = self.cleaned_data["no_guarantee"].strip()
        return {**blocks, "no_guarantee": beforehand} if beforehand else blocks


class Conditions(forms.Form):
    """How what is told must be handled: the closed vocabulary that the other node enforces, and what has to be said in words."""

    staff = forms.MultipleChoiceField(
        label=gettext_lazy("For authorized staff only"), required=False, widget=forms.CheckboxSelectMultiple
    )
    organisation = line(gettext_lazy("Only for this organisation of the other State"), longest=LONGEST_CONDITION)
    purpose = line(gettext_lazy("Only for this purpose"), longest=LONGEST_CONDITION)
    no_onward = forms.BooleanField(label=gettext_lazy("Not to be passed on without our consent"), required=False)
    keep_until = _day(gettext_lazy("Not to be seen after"))
    more = long_text(gettext_lazy("Other conditions, one on a line"), rows=2)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "staff", [(role, _(ROLES[role].label)) for role in STAFF])

    @property
    def handling(self) -> Handling | None:
        """The conditions of the vocabulary; None where none was set."""
        data = self.cleaned_data if self.is_valid() else {}
        last = data.get("keep_until")
        found = Handling(
            staff=tuple(data.get("staff") or ()),
            organisation=str(data.get("organisation") or ""),
            purpose=str(data.get("purpose") or ""),
            no_onward=bool(data.get("no_onward")),
            until=last.isoformat() if last else "",
        )
        return found if found != Handling() else None

    @property
    def body(self) -> dict[str, Any]:
        """The member of a message that carries them."""
        found = self.handling
        return {"handling": msgspec.to_builtins(found)} if found else {}

    @property
    def said(self) -> tuple[str, ...]:
        """The conditions in words, which people keep and no program."""
        lines = str(self.cleaned_data.get("more", "")).splitlines() if self.is_valid() else []
        return tuple(line.strip() for line in lines if line.strip())


class AnswerConditions(Conditions):
    """The same for an answer, whose events and names may each have them alone."""

    only_marked = forms.BooleanField(
        label=gettext_lazy("Only for the events and names marked above, not for the whole answer"), required=False
    )

    @property
    def is_for_marked(self) -> bool:
        """Whether the conditions are for what is marked only."""
        return bool(self.is_valid() and self.cleaned_data["only_marked"])


def _days(label: Any, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=initial, min_value=0, max_value=rules.LONGEST_PERIOD)


class Periods(forms.Form):
    """Within how many days a State acknowledges and answers: a national parameter, the instrument sets none."""

    country = Country(
        label=gettext_lazy("With the State"), help_text=gettext_lazy("Two letters; empty for every other State.")
    )
    acknowledge = _days(gettext_lazy("Days to acknowledge"), rules.Periods().acknowledge)
    answer = _days(gettext_lazy("Days to answer"), rules.Periods().answer)
    information = _days(gettext_lazy("Days to give information asked for"), rules.Periods().information)
    remind = _days(gettext_lazy("Days before, a reminder"), rules.Periods().remind)
    source = line(gettext_lazy("Source: law, order or agreement"), required=True)

    @property
    def periods(self) -> rules.Periods:
        """What was filled in."""
        return rules.Periods(**{name: value for name, value in self.cleaned_data.items() if name != "country"})


def name_field(urn: str) -> str:
    """The checkbox that tells a name."""
    return f"name-{urn.rpartition(':')[2][:32]}"


def handled_field(name: str) -> str:
    """The checkbox that puts the conditions on one event (its position) or name (its field)."""
    return f"handled-{name}"


def choice(data: Mapping[str, Any], record: Record, conditions: AnswerConditions, *, opened: bool) -> Choice:
    """What the release screen decided. What is not ticked is withheld; names not open to the reader cannot be told."""
    urns = {urn for line in record.history for urn in named(line)}
    open_to_reader = record.names if opened else personal.impersonal(record.names)
    told = frozenset(urn for urn in urns if urn in open_to_reader and name_field(urn) in data)
    handling = conditions.handling
    marked = [line.event_id for line in record.history if handled_field(str(line.position)) in data]
    marked += [urn for urn in sorted(told) if handled_field(name_field(urn)) in data]
    return Choice(
        names=told,
        without=frozenset(urns - told),
        partly={
            line.event_id: tuple(fact for fact in FACTS if f"fact-{line.position}-{fact}" in data)
            for line in record.history
            if data.get(f"tell-{line.position}") == "partly"
        },
        left_out=frozenset(
            line.event_id for line in record.history if data.get(f"tell-{line.position}") not in ("whole", "partly")
        ),
        conditions=conditions.said,
        handling=None if conditions.is_for_marked else handling,
        handled=dict.fromkeys(marked, handling) if handling and conditions.is_for_marked else {},
    )


def show_refused(form: forms.Form, problems: Sequence[Sentence]) -> None:
    """Puts each problem beside the field it is about, the rest above the form."""
    for problem in problems:
        member = str(getattr(problem, "values", {}).get("member", ""))
        field = member if member in form.fields else str(problem).partition(":")[0]
        form.add_error(field if field in form.fields else None, problem.told(_))
