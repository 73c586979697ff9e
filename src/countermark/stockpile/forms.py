"""Forms of the stockpile. Services hold what is said to the rules; here is only what is asked, and in what order."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.models import Place
from countermark.register.files.vocabulary import KINDS
from countermark.register.forms.capture import EXACT, MARK_EXACT
from countermark.register.forms.reasons import Because, of, reasons_of
from countermark.register.words import label as register_label
from countermark.stockpile.words import LABELS

LONGEST = 500


def line(label: Any, *, required: bool = True, exact: bool = False, **more: Any) -> forms.CharField:
    """A line of text that no browser completes or corrects."""
    widget = forms.TextInput(attrs=MARK_EXACT if exact else EXACT)
    return forms.CharField(label=label, required=required, max_length=LONGEST, widget=widget, **more)


def words(label: Any, *, required: bool = True, **more: Any) -> forms.CharField:
    """A text of several lines, each of which runs as its script does: "2 magazines" stays so on a page from right to left."""
    widget = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return forms.CharField(label=label, required=required, max_length=5000, widget=widget, **more)


def lines(label: Any = None, **more: Any) -> forms.CharField:
    """Weapons, one a line: a scanner writes them as a person does."""
    said = lazy("One a line: serial, label, tag or record code. A scanner may write them.")
    return forms.CharField(
        label=label, max_length=50_000, help_text=more.pop("help_text", said),
        widget=forms.Textarea(attrs={"rows": 6, **MARK_EXACT}), **more,
    )  # fmt: skip


def when(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:
    """A date, or a time with its zone, as the register reads them."""
    more.setdefault("help_text", lazy("A date, or a time with its zone, such as 2026-01-31T08:00+01:00."))
    return line(label, required=required, exact=True, **more)


def day(label: Any, *, required: bool = True, **more: Any) -> forms.DateField:
    """A day from a calendar."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}), **more)


def hours(label: Any) -> forms.IntegerField:
    """After how many hours something is due; empty leaves what was said."""
    said = lazy("0: no day of its own. The counter may say another day.")
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=87_600, help_text=said)


def coded(label: Any, of: str, *, required: bool = True) -> forms.ChoiceField:
    """One of the codes of this room's words, chosen, never preset."""
    return forms.ChoiceField(label=label, required=required, choices=lambda: [("", "–"), *_labels(of)])


def _labels(of: str) -> list[tuple[str, str]]:
    return [(code, _(text)) for code, text in LABELS[of].items()]


def _weapon_kinds() -> list[tuple[str, str]]:
    return [(kind, _(register_label(kind, "kind"))) for kind in KINDS]


class Placed(forms.Form):
    """A form that asks for a place among those somebody may choose."""

    place = forms.ChoiceField(label=lazy("Place"))

    def __init__(self, places: Iterable[Place], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        found = [(place.pk, place.name) for place in places]
        for name in ("place", "receiver", "store"):
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = found if len(found) == 1 else [("", "–"), *found]


WhyCancelled, WhyClosed, WhyWrittenOff = of("shipment_cancelled"), of("shipment_closed"), of("write_off")
WhyGivenUp = of("count_given_up")


class Second(forms.Form):
    """Who confirms beside somebody, and shows that it is them."""

    second_name = line(lazy("Second person: user name"), required=False, exact=True)
    second_secret = forms.CharField(
        label=lazy("Second person: password"), required=False, max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip


class Unit(Placed):
    """What a place is as a storage unit."""

    form = coded(lazy("It is a"), "unit")
    capacity = forms.IntegerField(
        label=lazy("Room for how many weapons"),
        min_value=0,
        max_value=1_000_000,
        initial=0,
        help_text=lazy("0 where nobody said."),
    )
    weapons = forms.MultipleChoiceField(
        label=lazy("Kinds it may hold"),
        required=False,
        choices=_weapon_kinds,
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy("None ticked: all kinds."),
    )
    custodian = line(lazy("Custodian"), required=False)
    location = words(
        lazy("Where exactly it lies"),
        required=False,
        help_text=lazy("Only those who may see exact locations read this."),
    )
    ammunition = forms.BooleanField(label=lazy("It may hold ammunition"), required=False)


class Enrol(Placed):
    """Somebody on the roster."""

    name = line(
        lazy("Name"),
        help_text=lazy("As it is to stand on receipts, with the service number where namesakes are to be told apart."),
    )
    unit = line(lazy("Unit"), required=False)


class Qualify(forms.Form):
    """What somebody is qualified for."""

    licence = forms.BooleanField(label=lazy("Licence"), required=False)
    licence_until = day(lazy("Licence until"), required=False)
    training = forms.BooleanField(label=lazy("Training"), required=False)
    training_until = day(lazy("Training until"), required=False)
    medical = forms.BooleanField(label=lazy("Medical"), required=False)
    medical_until = day(lazy("Medical until"), required=False)
    unit = forms.BooleanField(label=lazy("Unit"), required=False)
    unit_until = day(lazy("Unit until"), required=False)


class Policy(Because, Placed):
    """What is asked at a place, or in the whole State."""

    because = "store_rules"

    two_person = forms.MultipleChoiceField(
        label=lazy("A second person confirms"),
        required=False,
        choices=lambda: _labels("step"),
        widget=forms.CheckboxSelectMultiple,
    )
    shift = forms.MultipleChoiceField(
        label=lazy("Asked for a shift"),
        required=False,
        choices=lambda: _labels("qualification"),
        widget=forms.CheckboxSelectMultiple,
    )
    assignment = forms.MultipleChoiceField(
        label=lazy("Asked for an assignment"),
        required=False,
        choices=lambda: _labels("qualification"),
        widget=forms.CheckboxSelectMultiple,
    )
    loan = forms.MultipleChoiceField(
        label=lazy("Asked for a loan"),
        required=False,
        choices=lambda: _labels("qualification"),
        widget=forms.CheckboxSelectMultiple,
    )
    shift_hours = forms.IntegerField(label=lazy("A shift is over after hours"), min_value=0, max_value=8760, initial=12)
    loan_hours = hours(lazy("A loan is due back after hours"))
    repair_hours = hours(lazy("A repair is due back after hours"))
    evidence_hours = hours(lazy("Evidence is due back after hours"))
    field_order = (
        "place", "two_person", "shift", "assignment", "loan", "shift_hours", "loan_hours", "repair_hours", "evidence_hours",
    )  # fmt: skip


class Shipment(Placed):
    """A manifest."""

    receiver = forms.ChoiceField(label=lazy("To"))
    weapons = lines()
    due = day(lazy("To arrive by"))
    authority = words(lazy("Ordered by"))
    seals = words(lazy("Seals"), required=False, help_text=lazy("One number a line."))
    vehicle = line(lazy("Vehicle"), required=False)
    escort = line(lazy("Escort"), required=False)
    route = words(lazy("Route"), required=False, help_text=lazy("Only those who may see exact locations read this."))
    ammunition = words(lazy("Ammunition sent apart"), required=False)


class Dispatch(Second):
    """A shipment sent off."""

    weapons = lines(
        lazy("Weapons read"),
        help_text=lazy(
            "Each as it is loaded, one a line: what goes is what the manifest says. A scanner may write them."
        ),
    )
    account = line(
        lazy("Account on the way"), required=False,
        help_text=lazy("The unit that answers for the weapons until they arrive, where it is not the one that sends them."),
    )  # fmt: skip
    happened = when(lazy("When, if it was earlier"))
    field_order = ("weapons", "account", "happened", "second_name", "second_secret")


class Pass(forms.Form):
    """A hand-over on the way."""

    party = line(lazy("Taken over by"))
    where = line(lazy("Where"))
    condition = line(lazy("Seals and condition"), required=False)
    happened = when(lazy("When, if it was earlier"))


class Arrive(Second):
    """An arrival, read in full; what nobody announced may need a second person."""

    field_order = ("store", "weapons", "seals", "note", "happened", "second_name", "second_secret")

    store = forms.ChoiceField(label=lazy("Put into"))
    weapons = lines(lazy("Weapons read"), required=False)
    seals = words(lazy("Seals found"), required=False, help_text=lazy("One number a line."))
    note = words(lazy("Remark"), required=False)
    happened = when(lazy("When, if it was earlier"))


class Report(Placed):
    """A loss or theft."""

    what = coded(lazy("What happened"), "incident_what")
    reason = forms.ChoiceField(label=lazy("Reason"), choices=lambda: [("", "–"), *_ways()])
    weapons = lines()
    circumstances = words(lazy("Circumstances"))
    happened = when(lazy("When, if that is known"))
    field_order = ("place", "what", "reason", "weapons", "circumstances", "happened")

    def clean(self) -> dict[str, Any]:
        """A reason of the other than what happened stays as it was chosen, for the rules to refuse."""
        said = super().clean() or {}
        return {**said, "reason": said.get("reason", "").removeprefix(f"{said.get('what')}.")}


def _ways() -> list[tuple[str, list[tuple[str, str]]]]:
    """How a loss or a theft came about, each code named with what happened: one stands in both lists."""
    return [(text, [(f"{of}.{code}", way) for code, way in reasons_of(of)]) for of, text in _labels("incident_what")]


class Inquiry(forms.Form):
    """What an inquiry found."""

    finding = words(lazy("Finding"), required=False)
    sanction = words(lazy("What followed for whom"), required=False)


class Recover(forms.Form):
    """Weapons that came back."""

    store = forms.ChoiceField(label=lazy("Put into"))
    weapons = lines()
    note = words(lazy("How they came back"))
    happened = when(lazy("When, if it was earlier"))


class Destruction(Placed):
    """A list of weapons to be destroyed."""

    weapons = lines()
    authority = words(lazy("Authority"))
    method = coded(lazy("Method"), "method")
    witness = line(lazy("Independent witness"))
    evidence = words(lazy("Release of evidence"), help_text=lazy("Who released what was evidence, or that nothing is."))
    document = forms.FileField(label=lazy("The authority's paper"), required=False)


class Read(forms.Form):
    """A serial as it is read on the weapon."""

    weapon = line(
        lazy("Weapon"), exact=True, help_text=lazy("Its label, tag or record code; or the serial on the list.")
    )
    serial = line(lazy("Serial as read on the weapon"), exact=True)


class Destroy(forms.Form):
    """Weapons destroyed; the number is typed by hand, for it cannot be taken back."""

    weapons = lines()
    confirmed = forms.IntegerField(label=lazy("How many weapons are destroyed"), min_value=1, max_value=500)
    happened = when(lazy("When, if it was earlier"))


class Withdraw(Because):
    """A weapon taken off a list."""

    because = "not_destroyed"
    weapons = lines(lazy("Weapon"))
    field_order = ("weapons",)


class Close(forms.Form):
    """A list closed."""

    residue = words(lazy("What became of the scrap"))
    happened = when(lazy("When, if it was earlier"))


class Declare(Because, Placed):
    """Weapons declared surplus."""

    because = "surplus"
    weapons = lines()
    outcome = coded(lazy("What is to become of them"), "outcome")
    field_order = ("place", "weapons", "outcome")


class Store(forms.Form):
    """A place to put something into."""

    store = forms.ChoiceField(label=lazy("Put into"))


class Review(Because, Placed):
    """A review of the need for a kind of weapon."""

    because = "need"
    kind = forms.ChoiceField(label=lazy("Kind"), choices=_weapon_kinds)
    held = forms.IntegerField(label=lazy("Held"), min_value=0, max_value=10**9)
    needed = forms.IntegerField(label=lazy("Needed"), min_value=0, max_value=10**9)
    next_review = day(lazy("Next review"))
    field_order = ("place", "kind", "held", "needed", "next_review")


class Lot(forms.Form):
    """A lot of ammunition as its package is marked."""

    maker = line(lazy("Maker"))
    calibre = line(lazy("Calibre or type"), exact=True)
    lot = line(lazy("Lot number"), exact=True)
    year = line(lazy("Year"), required=False, exact=True)
    kind = line(lazy("Kind of round"), required=False)
    country = line(lazy("Country"), required=False)
    condition = coded(lazy("Condition"), "condition")


class Movement(Placed, Second):
    """Rounds that are received, issued, returned, used, moved, counted or disposed of; some need a second person."""

    field_order = ("place", "word", "quantity", "to", "why", "note", "happened", "second_name", "second_secret")

    word = coded(lazy("What happens"), "lot_word")
    quantity = forms.IntegerField(
        label=lazy("Rounds"), min_value=0, max_value=10**9, help_text=lazy("For a count: the number found.")
    )
    to = line(
        lazy("To"), required=False, help_text=lazy("The place they go to, or the card or name of who receives them.")
    )
    why = forms.ChoiceField(
        label=lazy("Reason"), required=False, choices=lambda: [("", "–"), *reasons_of("rounds")],
        help_text=lazy("Where rounds are disposed of, or a count finds more or fewer than there should be."),
    )  # fmt: skip
    note = words(lazy("Remark"), required=False)
    happened = when(lazy("When, if it was earlier"))


def offer_stores(form: forms.Form, places: Iterable[Place]) -> forms.Form:
    """Gives the places something may be put into."""
    field = form.fields["store"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared as such
    found = [(place.pk, place.name) for place in places]
    field.choices = found if len(found) == 1 else [("", "–"), *found]
    return form


class Card(Because):
    """A new card, or none any more."""

    because = "card"

    what = forms.ChoiceField(
        label=lazy("What to do"),
        choices=[
            ("", "–"),
            ("new", lazy("Give a new card; the old one opens nothing any more")),
            ("leave", lazy("Take off the roster")),
        ],
    )
    field_order = ("what",)


class Decide(Because):
    """A decision on what somebody proposed; why, where it is declined."""

    because = "declined"

    decision = forms.ChoiceField(
        label=lazy("Decision"),
        choices=[("", "–"), ("approve", lazy("Approve: it is done at once")), ("decline", lazy("Decline"))],
    )
    field_order = ("decision",)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].required = False
        self.fields["reason"].label = _("Reason, where it is declined")


class Nothing(forms.Form):
    """A step that asks for nothing more."""


class KeyedReturn(Placed, Second):
    """A return as it was written on a form."""

    weapons = lines()
    person = line(
        lazy("Card or name"), required=False, help_text=lazy("Who brought them, where it is not who has them.")
    )
    written = when(lazy("Written on paper"), required=True)
    happened = when(lazy("When, if it was earlier"))
    note = words(lazy("Remark"), required=False)
    field_order = (
        "place",
        "person",
        "kind",
        "weapons",
        "due",
        "override_code",
        "override",
        "written",
        "happened",
        "note",
    )


class KeyedIssue(KeyedReturn):
    """An issue as it was written on a form."""

    person = line(lazy("Card or name"))
    kind = coded(lazy("Issued for"), "kind")
    due = when(lazy("To be back by"))
    override_code = forms.ChoiceField(
        label=lazy("Not eligible; why all the same"),
        required=False,
        choices=lambda: [("", "–"), *reasons_of("override")],
    )
    override = words(lazy("In words: why somebody not eligible receives all the same"), required=False)


class Settle(Because, Placed):
    """Where a weapon is whose hand-overs contradict each other, and how that was found."""

    because = "settled"

    holder = line(lazy("With whom, if it is out: card or name"), required=False)
    kind = coded(lazy("How they have it"), "kind", required=False)
    field_order = ("place", "holder", "kind")


class Kit(Placed):
    """What belongs to a kit."""

    name = line(lazy("Name of the kit"))
    weapons = lines(lazy("Weapons"))
    accessories = words(
        lazy("Along with them"), required=False, help_text=lazy("One a line, the number first: 2 magazines, 1 optic.")
    )
    field_order = ("name", "place", "weapons", "accessories")


class MyCard(forms.Form):
    """The card of who is signed in."""

    card = line(lazy("Code of your card"), exact=True, help_text=lazy("Scan it, or key what stands on it."))
