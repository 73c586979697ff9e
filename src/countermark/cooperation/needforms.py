"""Forms of needs and offers: what is asked, and in what order. A need has lines (what is wanted, costs) that grow without scripts."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation import finding, indicators, needs, offers
from countermark.cooperation.forms import actor, coded, day, labels, line, listed, several, several_actors, words
from countermark.cooperation.indicators import Indicator
from countermark.cooperation.linedforms import LinedForms, Section, by_line
from countermark.cooperation.needs import Asked, Costed
from countermark.cooperation.words import LABELS
from countermark.register.checking import Refused
from countermark.register.forms.capture import EXACT
from countermark.register.views.common import sentence


def amount(label: Any, *, required: bool = True, **more: Any) -> forms.CharField:
    """An amount of money as people write it."""
    widget = forms.TextInput(attrs={**EXACT, "inputmode": "decimal", "dir": "ltr"})
    return forms.CharField(label=label, required=required, max_length=40, widget=widget, **more)


def currency() -> forms.CharField:
    """The three letters of a currency."""
    widget = forms.TextInput(attrs={**EXACT, "dir": "ltr", "size": 4})
    return forms.CharField(
        label=lazy("Currency"), max_length=3, widget=widget, help_text=lazy("Three letters, such as EUR.")
    )


class Shared(forms.Form):
    """With whom a record is shared, and whether it is ready to be seen."""

    visibility = coded(lazy("Who sees it"), "visibility")
    partners = several_actors(
        lazy("Partners it is shared with"),
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy("Where it is shared with named partners."),
    )
    draft = forms.BooleanField(
        label=lazy("Keep it as a draft"),
        required=False,
        help_text=lazy("A draft is seen by whom you speak for alone, and matched with nothing."),
    )


class NeedForm(Shared):
    """What is lacking, how it is known, when and how much it matters."""

    title = line(lazy("Title"), help_text=lazy("What is needed, in one line."))
    theme = coded(lazy("Theme"), "theme")
    gap = words(lazy("What is lacking"))
    priority = coded(lazy("National priority"), "priority")
    begin = day(lazy("From"))
    end = day(lazy("Until"))
    currency = currency()
    plan = words(lazy("National plan or programme it stands in"), required=False)
    indicator = forms.ChoiceField(label=lazy("Figure of the register"), required=False)
    anew = forms.BooleanField(
        label=lazy("Read the figure anew"), required=False, help_text=lazy("Else the value and day that are kept stay.")
    )
    evidence = words(lazy("Other evidence"), required=False)
    sites = words(lazy("Sites"), required=False, help_text=lazy("One a line."))
    languages = line(
        lazy("Languages"),
        required=False,
        help_text=lazy("In which help is of use: two letters each (ISO 639), parted by commas."),
    )
    compatible = words(
        lazy("What new things must work with"),
        required=False,
        help_text=lazy("Equipment, media, formats, the region: one a line."),
    )
    prerequisites = words(lazy("What must be there first"), required=False)
    after = actor(lazy("Who pays when the project is over"), required=False)
    min_share = forms.IntegerField(
        label=lazy("Least share that is of use, in percent"), required=False, min_value=0, max_value=100, initial=0
    )
    rules = coded(LABELS["readiness"]["rules"], "level", required=False)
    structures = coded(LABELS["readiness"]["structures"], "level", required=False)
    infrastructure = coded(LABELS["readiness"]["infrastructure"], "level", required=False)
    staff = coded(LABELS["readiness"]["staff"], "level", required=False)

    def __init__(self, offered: Mapping[str, Indicator], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in LABELS["readiness"]:
            self.fields[name].label = _(LABELS["readiness"][name])
        self.values = {key: indicators.figure(key) for key in offered}
        field = self.fields["indicator"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so above
        field.choices = [("", "–"), *((key, self._told(key)) for key in offered)]
        if not offered:
            del self.fields["indicator"]
        if not offered or not self.initial.get("indicator"):
            del self.fields["anew"]

    def _told(self, key: str) -> str:
        found = self.values[key]
        return f"{indicators.named(key)}: {indicators.told(key, found.written if found else '')}"

    def clean_indicator(self) -> str:
        """A figure that there is."""
        key: str = self.cleaned_data["indicator"]
        if key and self.values[key] is None and key != self.initial.get("indicator"):
            raise forms.ValidationError(_("There is no data for this figure yet: say in words what shows the gap."))
        return key


class WantedLine(forms.Form):
    """One thing that is wanted."""

    kind = coded(lazy("Kind of help"), "kind")
    what = line(lazy("What exactly"), required=False)
    quantity = forms.IntegerField(label=lazy("How many"), required=False, min_value=0, max_value=10**9)


class CostLine(forms.Form):
    """One line of costs."""

    category = coded(lazy("For"), "cost")
    amount = amount(lazy("Amount"))
    payer = actor(lazy("Who pays"), required=False)
    what = line(lazy("What exactly"), required=False)


class NeedForms(LinedForms):
    """The form of a need with its lines; `offered` are the figures of the register that may be named."""

    LINES: ClassVar[Mapping[str, type[forms.Form]]] = {"wanted": WantedLine, "once": CostLine, "yearly": CostLine}
    main: NeedForm

    def __init__(
        self, offered: Mapping[str, Indicator], data: QueryDict | None = None, initial: Mapping[str, Any] | None = None
    ) -> None:
        self.offered = offered
        super().__init__(data, initial)

    def make(self, data: QueryDict | None, initial: Mapping[str, Any]) -> NeedForm:
        """The form above the lines."""
        return NeedForm(self.offered, data, initial=initial)

    def unbound(self, initial: Mapping[str, Any]) -> "NeedForms":
        """The same form with other contents."""
        return NeedForms(self.offered, None, initial)

    def is_valid(self) -> bool:
        """Whether all that was sent can be read, amounts in their currency too."""
        return super().is_valid() and self._amounts()

    def _amounts(self) -> bool:
        for name in ("once", "yearly"):
            for one in self.written(name):
                try:
                    needs.amount("amount", one.cleaned_data["amount"], self.main.cleaned_data["currency"].upper())
                except Refused as refused:
                    one.add_error("amount", sentence(refused.errors[0]))
        return all(not one.errors for lines in self.lines.values() for one in lines.forms)

    def said(self, before: needs.Need | None) -> needs.Said:
        """The need as it was said; a figure that was kept stays as it is unless it is to be read anew."""
        said = self.main.cleaned_data
        key = said.get("indicator", before.evidence.indicator if before and "indicator" not in self.main.fields else "")
        value, as_of = self._figure(key, before, anew=bool(said.get("anew")))
        return needs.Said(
            title=said["title"],
            theme=said["theme"],
            gap=said["gap"],
            currency=said["currency"],
            priority=int(said["priority"]),
            begin=said["begin"].isoformat(),
            end=said["end"].isoformat(),
            wanted=[Asked(one["kind"], one["what"], one["quantity"] or 0) for one in self.rows("wanted")],
            once=[_costed(one) for one in self.rows("once")],
            yearly=[_costed(one) for one in self.rows("yearly")],
            indicator=key,
            indicator_value=value,
            indicator_day=as_of,
            evidence=said["evidence"],
            plan=said["plan"],
            sites=by_line(said["sites"]),
            languages=listed(said["languages"]),
            after=said["after"],
            compatible=by_line(said["compatible"]),
            prerequisites=said["prerequisites"],
            readiness={name: int(said[name]) for name in LABELS["readiness"] if said[name]},
            min_share=said["min_share"] or 0,
            visibility=said["visibility"],
            partners=said["partners"] if said["visibility"] == "partners" else (),
        )

    def _figure(self, key: str, before: needs.Need | None, *, anew: bool) -> tuple[str, str]:
        if not key:
            return "", ""
        kept = before.evidence if before and before.evidence.indicator == key else None
        found = self.main.values.get(key)
        if kept and (not anew or found is None):
            return kept.value, kept.as_of
        return (found.written, found.as_of) if found else ("", "")

    def sections(self) -> Iterator[Section]:
        """The form in the order it is filled in."""
        yield Section(_("The need"), "", self.of("title", "theme", "gap", "priority", "begin", "end", "plan"))
        hint = _("A figure counted by this register shows the gap better than words; it is kept with its day.")
        figured = "indicator" in self.main.fields
        yield Section(_("How it is known"), hint if figured else "", self.of("indicator", "anew", "evidence"))
        yield Section(_("What is wanted"), "", lines=self.lines["wanted"], more="wanted")
        hint = _("What is asked for. Empty lines are passed over.")
        yield Section(_("Costs, once"), hint, self.of("currency"), self.lines["once"], "once")
        hint = _(
            "Power, fuel, consumables, spare parts, licences, salaries, training: what it takes to keep it running, and who pays each."
        )
        yield Section(_("Costs of each year"), hint, self.of("after"), self.lines["yearly"], "yearly")
        yield Section(_("Conditions"), "", self.of("sites", "languages", "compatible", "prerequisites", "min_share"))
        hint = _("How far you are yourselves: it tells who helps where to begin.")
        yield Section(_("Readiness"), hint, self.of(*LABELS["readiness"]))
        yield Section(_("Who sees it"), "", self.of("visibility", "partners", "draft"))


def _costed(said: Mapping[str, Any]) -> Costed:
    return Costed(said["category"], said["amount"], said["payer"], said["what"])


class OfferForm(Shared):
    """What is offered, to whom, until when and on which terms."""

    title = line(lazy("Title"), help_text=lazy("What is offered, in one line."))
    kinds = several(lazy("Kinds of help"), "kind", help_text=lazy("None ticked: any."))
    budget = amount(lazy("Budget"), help_text=lazy("0 where what is offered is not money."))
    currency = currency()
    ceiling = amount(lazy("At most for one project"), required=False)
    co_funding = forms.IntegerField(
        label=lazy("Share others must bring, in percent"), required=False, min_value=0, max_value=99, initial=0
    )
    begin = day(lazy("From"))
    end = day(lazy("Until"))
    themes = several(lazy("Themes"), "theme", help_text=lazy("None ticked: any."))
    regions = line(
        lazy("Regions and countries"),
        required=False,
        help_text=lazy("As actors have them, parted by commas. Empty: any."),
    )
    eligible = several_actors(
        lazy("Who may ask"), widget=forms.CheckboxSelectMultiple, help_text=lazy("None ticked: everybody.")
    )
    languages = line(lazy("Languages"), required=False, help_text=lazy("Two letters each (ISO 639), parted by commas."))
    standards = words(lazy("What equipment given works with"), required=False, help_text=lazy("One a line."))
    conditions = words(lazy("Conditions"), required=False)

    field_order = (
        "title", "kinds", "budget", "currency", "ceiling", "co_funding", "begin", "end", "themes", "regions", "eligible",
        "languages", "standards", "conditions", "visibility", "partners", "draft",
    )  # fmt: skip

    def said(self, *, rules: str = "") -> offers.Said:
        """The offer as it was said; `rules` are those of a facility, which stay."""
        said = self.cleaned_data
        return offers.Said(
            title=said["title"],
            currency=said["currency"],
            budget=said["budget"],
            begin=said["begin"].isoformat(),
            end=said["end"].isoformat(),
            kinds=said["kinds"],
            themes=said["themes"],
            regions=listed(said["regions"]),
            eligible=said["eligible"],
            ceiling=said["ceiling"],
            co_funding=said["co_funding"] or 0,
            languages=listed(said["languages"]),
            standards=by_line(said["standards"]),
            conditions=said["conditions"],
            rules=rules,
            visibility=said["visibility"],
            partners=said["partners"] if said["visibility"] == "partners" else (),
        )


class StateForm(forms.Form):
    """To which state a record is brought."""

    state = forms.ChoiceField(label=lazy("Status"))

    def __init__(self, of: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so above
        field.choices = [("", "–"), *(one for one in labels(of) if one[0] != "draft")]


class Narrow(forms.Form):
    """What a list is narrowed by."""

    text = line(lazy("Words"), required=False)
    theme = coded(lazy("Theme"), "theme", required=False)
    actor = actor(lazy("Of"), required=False)
    kind = coded(lazy("Kind of help"), "kind", required=False)
    begin = day(lazy("Not over before"), required=False)
    end = day(lazy("Begun by"), required=False)

    def sought(self) -> finding.Sought:
        """What is looked for; a filter that cannot be read is none."""
        self.is_valid()
        return finding.sought(self.cleaned_data)


ORDERS = {
    "newest": lazy("newest first"),
    "priority": lazy("highest priority first"),
    "amount": lazy("largest first"),
    "end": lazy("what ends first"),
}


class NarrowNeeds(Narrow):
    """What the list of needs is narrowed by."""

    priority = coded(lazy("National priority"), "priority", required=False)
    state = coded(lazy("Status"), "need_state", required=False)
    order = forms.ChoiceField(label=lazy("In which order"), required=False, choices=ORDERS)


class NarrowOffers(Narrow):
    """What the list of offers is narrowed by."""

    region = line(lazy("Region or country"), required=False)
    state = coded(lazy("Status"), "offer_state", required=False)
    order = forms.ChoiceField(
        label=lazy("In which order"),
        required=False,
        choices={name: ORDERS[name] for name in ("newest", "amount", "end")},
    )
