"""Projects, offers and the fund as IATI activities. Pure: values in, activities out; what is not known is left out, never invented.

Where IATI asks for more than is known, the rules say so (`ruleset.py`) and nothing is filled in: no budget by years is made of a sum over
several, no country of a region. Amounts are exact: minor units of a currency as decimal numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from countermark.cooperation.iati import model
from countermark.cooperation.iati.codes import SALW, USER_ASSIGNED, known_country
from countermark.cooperation.iati.kinds import Markers
from countermark.cooperation.iati.model import Activity, Narrative, said
from countermark.cooperation.iati.shape import clean
from countermark.cooperation.offers import Offer
from countermark.cooperation.projects.rules.shapes import Deliverable, Indicator, Project, Running
from countermark.cooperation.rules import money
from countermark.cooperation.rules.themes import THEMES

OURS = "99"
VOCABULARY = "https://countermark.example/ns/themes"
"""The vocabulary of our themes, as tags: so that what was exported is found again by its theme."""
UNSPECIFIED = "998"
"""The DAC's region for recipients that are several or not said."""
GRANT, PROJECT_AID = "110", "C01"
ODA, NOT_ODA = "10", "50"
"""Flow types. What is no development assistance (mostly help of a military to a military) is a flow of its own, whatever the amount."""
SDG_TARGET, SALW_TARGET = "3", "16.4"
STATUS = {"planning": "1", "design": "1", "implementation": "2", "evaluation": "3", "closed": "4", "cancelled": "5"}
KINDS = {"state": "10", "donor": "10", "regional": "40", "centre": "40", "un": "40", "ngo": "21", "industry": "70", "facility": "40"}  # fmt: skip
INCOMING, COMMITMENT, DISBURSEMENT, EXPENDITURE = "1", "2", "3", "4"
INCOMING_COMMITMENT, OUTGOING_PLEDGE, INCOMING_PLEDGE = "11", "12", "13"
"""Codes of the list TransactionType."""


@dataclass(frozen=True)
class Party:
    """An actor as files name it. `ref` is its own identifier, else one that is marked as ours: `XA-COUNTERMARK-<key>`."""

    key: str
    name: str
    kind: str
    country: str = ""
    iati: str = ""

    @property
    def ref(self) -> str:
        """The identifier of the organisation."""
        return self.iati or f"{self.country or 'ZZ'}-COUNTERMARK-{self.key}"

    @property
    def type(self) -> str:
        """The code of the list OrganisationType."""
        return KINDS.get(self.kind, "90")


@dataclass(frozen=True)
class Movement:
    """Money that was promised or moved: a transaction as the reporter sees it, in minor units."""

    type: str
    day: date
    amount: int
    currency: str
    provider: Party | None = None
    receiver: Party | None = None
    words: str = ""
    ref: str = ""
    provider_activity: str = ""
    receiver_activity: str = ""


@dataclass(frozen=True)
class Reporter:
    """Who publishes, in which language its texts are, when."""

    party: Party
    lang: str
    now: datetime

    def activity_id(self, key: str) -> str:
        """The identifier of an activity of ours."""
        return f"{self.party.ref}-{key}"


Texts = Mapping[str, str]
"""Texts by their ids; an erased one is not there."""


@dataclass(frozen=True)
class Facts:
    """What is beside a project's own record: parties by key, texts, titles of its needs that are public, movements through the fund."""

    parties: Mapping[str, Party]
    texts: Texts
    needs: Sequence[str] = ()
    movements: Sequence[Movement] = ()
    markers: Markers = Markers()
    changed: datetime | None = None
    related: Sequence[str] = field(default=())


def money_of(amount: int, currency: str) -> Decimal:
    """An amount in minor units as a decimal number."""
    return Decimal(money.written(amount, currency))


def text_of(texts: Texts, ref: str) -> str:
    """A text that XML can hold; "" for one that was erased."""
    return clean(texts.get(ref, ""))


def reporting(reporter: Reporter, *, secondary: bool) -> model.ReportingOrg:
    """Who publishes."""
    party = reporter.party
    return model.ReportingOrg(ref=party.ref, type=party.type, secondary_reporter=secondary, narratives=_name(party))


def _name(party: Party) -> tuple[Narrative, ...]:
    return said(clean(party.name)).narratives


def participating(party: Party, role: str) -> model.ParticipatingOrg:
    """An organisation that takes part."""
    return model.ParticipatingOrg(ref=party.ref, type=party.type, role=role, narratives=_name(party))


# --- what something is about ----------------------------------------------------------------------------------------


def sectors(themes: Iterable[str]) -> tuple[model.Sector, ...]:
    """The DAC's purposes of some themes, in equal parts that add up to 100; 15240 where there is none."""
    purposes = list(dict.fromkeys(THEMES[one].sector for one in themes if one in THEMES)) or [SALW]
    if len(purposes) == 1:
        return (model.Sector(vocabulary="1", code=purposes[0]),)
    part = (Decimal(100) / len(purposes)).quantize(Decimal("0.01"))
    last = 100 - part * (len(purposes) - 1)
    shares = [part] * (len(purposes) - 1) + [last]
    return tuple(
        model.Sector(vocabulary="1", code=one, percentage=share) for one, share in zip(purposes, shares, strict=True)
    )


def tags(themes: Iterable[str]) -> tuple[model.Tag, ...]:
    """Target 16.4 of the SDGs (illicit arms flows), and our own themes."""
    target = model.Tag(vocabulary=SDG_TARGET, code=SALW_TARGET)
    own = [
        model.Tag(vocabulary=OURS, vocabulary_uri=VOCABULARY, code=one, narratives=said(THEMES[one].text).narratives)
        for one in dict.fromkeys(themes)
        if one in THEMES
    ]
    return (target, *own)


def where(places: Iterable[str]) -> tuple[tuple[model.RecipientCountry, ...], tuple[model.RecipientRegion, ...]]:
    """The country, where there is exactly one place and it is a country; else the DAC's region for what is not said."""
    found = list(dict.fromkeys(places))
    if len(found) == 1 and is_country(found[0]):
        return (model.RecipientCountry(code=found[0]),), ()
    return (), (model.RecipientRegion(code=UNSPECIFIED, vocabulary="1"),)


def is_country(code: str) -> bool:
    """Whether a place is a country of ISO 3166-1, or a code it leaves to users."""
    return code in USER_ASSIGNED or known_country(code)


# --- projects -------------------------------------------------------------------------------------------------------


def project_activity(key: str, stage: str, project: Project, facts: Facts, reporter: Reporter) -> Activity:
    """A project as an activity. Contacts, sites, risks and terms stay here."""
    recipient = facts.parties[project.recipient]
    countries, regions = where([recipient.country] if recipient.country else project.places)
    title = text_of(facts.texts, project.title) or key
    return Activity(
        lang=reporter.lang,
        default_currency=project.currency,
        last_updated=facts.changed,
        identifier=model.Line(text=reporter.activity_id(key)),
        reporting_org=reporting(reporter, secondary=reporter.party.key not in project.sides),
        title=said(title),
        descriptions=_descriptions(project, facts, title),
        participating_orgs=_participants(project, facts),
        status=STATUS.get(stage, "1"),
        dates=_dates(project),
        scope="4",
        countries=countries,
        regions=regions,
        sectors=sectors(project.themes),
        tags=tags(project.themes),
        policy_markers=_markers(facts.markers),
        collaboration_type=facts.markers.collaboration or _collaboration(project, facts),
        flow_type=facts.markers.flow or {"yes": ODA, "no": NOT_ODA}.get(project.oda, ""),
        finance_type=facts.markers.finance or GRANT,
        aid_types=(model.AidType(vocabulary="1", code=facts.markers.aid or PROJECT_AID),),
        tied_status=facts.markers.tied,
        budgets=_budgets(project),
        planned_disbursements=_planned(project, facts),
        transactions=_transactions(project, facts, reporter),
        related=tuple(model.RelatedActivity(ref=one, type="1") for one in facts.related),
        results=(*_outputs(project, facts.texts), *_outcomes(project, facts.texts)),
    )


def _descriptions(project: Project, facts: Facts, title: str) -> tuple[model.Description, ...]:
    aims = text_of(facts.texts, project.aims) or title
    found = [model.Description(type="1", narratives=said(aims).narratives)]
    found += [model.Description(type="2", narratives=said(clean(one)).narratives) for one in facts.needs if one.strip()]
    if outcome := text_of(facts.texts, project.outcome):
        found.append(model.Description(type="4", narratives=said(outcome).narratives))
    return tuple(found)


def _participants(project: Project, facts: Facts) -> tuple[model.ParticipatingOrg, ...]:
    found = [participating(facts.parties[one], "1") for one in project.providers]
    found.append(participating(facts.parties[project.recipient], "2"))
    owners = dict.fromkeys(one.owner for one in project.deliverables.values() if one.owner in facts.parties)
    return (*found, *(participating(facts.parties[one], "4") for one in owners))


def _dates(project: Project) -> tuple[model.ActivityDate, ...]:
    """Planned days, and the days the gates into and out of the implementation were passed."""
    began, done = project.passed.get("design"), project.passed.get("implementation")
    days = {
        "1": project.begin,
        "2": began.time[:10] if began else "",
        "3": project.end,
        "4": done.time[:10] if done else "",
    }
    return tuple(model.ActivityDate(type=code, iso_date=date.fromisoformat(day)) for code, day in days.items() if day)


def _markers(markers: Markers) -> tuple[model.PolicyMarker, ...]:
    return tuple(
        model.PolicyMarker(vocabulary="1", code=code, significance=significance)
        for code, significance in sorted(markers.markers.items(), key=lambda one: one[0].zfill(3))
    )


MULTILATERAL = ("regional", "centre", "un", "facility")


def _collaboration(project: Project, facts: Facts) -> str:
    """Bilateral where one State or donor gives, multilateral where an organisation does; not said for anything else."""
    kinds = {facts.parties[one].kind for one in project.providers}
    if len(project.providers) == 1 and kinds <= {"state", "donor"}:
        return "1"
    return "4" if kinds and kinds <= set(MULTILATERAL) else ""


def _budgets(project: Project) -> tuple[model.Budget, ...]:
    """The costs paid once, where they fall into one year; and running costs year by year: committed where every line has a payer."""
    begin, end = date.fromisoformat(project.begin), date.fromisoformat(project.end)
    found = []
    if project.amount and (end - begin).days < 365:
        found.append(_budget(begin, end, project.amount, project.currency, committed=project.agreed))
    years: dict[int, list[Running]] = {}
    for line in project.running:
        for year in range(line.first, line.last + 1):
            years.setdefault(year, []).append(line)
    for year, lines in sorted(years.items()):
        first, last = date(year, 1, 1), date(year, 12, 31)
        total = sum(one.amount for one in lines)
        found.append(_budget(first, last, total, project.currency, committed=all(one.payer for one in lines)))
    return tuple(found)


def _budget(begin: date, end: date, amount: int, currency: str, *, committed: bool) -> model.Budget:
    return model.Budget(
        type="1", status="2" if committed else "1", start=begin, end=end, value=value(amount, currency, begin)
    )


def value(amount: int, currency: str, day: date) -> model.Value:
    """An amount of a day."""
    return model.Value(currency=currency, value_date=day, amount=money_of(amount, currency))


def _planned(project: Project, facts: Facts) -> tuple[model.PlannedDisbursement, ...]:
    """What each provider brings, over the whole period."""
    begin, end = date.fromisoformat(project.begin), date.fromisoformat(project.end)
    return tuple(
        model.PlannedDisbursement(
            type="1",
            start=begin,
            end=end,
            value=value(one.amount, project.currency, begin),
            provider_org=provider(facts.parties[one.actor]),
            receiver_org=receiver(facts.parties[project.recipient]),
        )
        for one in project.givers
        if one.amount
    )


def provider(party: Party, activity: str = "") -> model.ProviderOrg:
    """From whom."""
    return model.ProviderOrg(ref=party.ref, type=party.type, activity_id=activity, narratives=_name(party))


def receiver(party: Party, activity: str = "") -> model.ReceiverOrg:
    """To whom."""
    return model.ReceiverOrg(ref=party.ref, type=party.type, activity_id=activity, narratives=_name(party))


def _transactions(project: Project, facts: Facts, reporter: Reporter) -> tuple[model.Transaction, ...]:
    """What was agreed (commitments, on the day the last side signed) and what moved through the fund."""
    incoming = reporter.party.key == project.recipient
    agreed = [] if project.terms is None or not project.agreed else _agreed(project, facts, incoming=incoming)
    return tuple(transaction(one) for one in [*agreed, *facts.movements])


def _agreed(project: Project, facts: Facts, *, incoming: bool) -> list[Movement]:
    signed = project.terms.signed if project.terms else {}
    day = date.fromisoformat(max(time for _, time in signed.values())[:10])
    # What a provider gives through the fund is committed there, award by award.
    through = {one.provider.key for one in facts.movements if one.provider is not None}
    return [
        Movement(
            INCOMING_COMMITMENT if incoming else COMMITMENT,
            day,
            one.amount,
            project.currency,
            facts.parties[one.actor],
            facts.parties[project.recipient],
        )
        for one in project.givers
        if one.amount and one.actor not in through
    ]


def transaction(one: Movement) -> model.Transaction:
    """A movement as a transaction."""
    return model.Transaction(
        ref=one.ref,
        type=one.type,
        day=one.day,
        value=value(one.amount, one.currency, one.day),
        description=said(clean(one.words)) if one.words.strip() else None,
        provider_org=provider(one.provider, one.provider_activity) if one.provider else None,
        receiver_org=receiver(one.receiver, one.receiver_activity) if one.receiver else None,
    )


# --- results --------------------------------------------------------------------------------------------------------

OUTPUT, OUTCOME = "1", "2"
UNIT, PERCENTAGE = "1", "2"


def _outputs(project: Project, texts: Texts) -> tuple[model.Result, ...]:
    """What is delivered: how many by when, and how many the recipient accepted. What nobody has accepted yet has no value, not zero."""
    begin = date.fromisoformat(project.begin)
    return tuple(_output(one, begin, texts) for _, one in sorted(project.deliverables.items()) if not one.dropped)


def _output(one: Deliverable, begin: date, texts: Texts) -> model.Result:
    due = date.fromisoformat(one.due)
    title = said(text_of(texts, one.title) or one.kind)
    target = model.Measured(value=str(one.quantity))
    actual = (model.Measured(value=str(one.quantity)),) if one.accepted else ()
    period = model.Period(start=min(begin, due), end=due, targets=(target,), actuals=actual)
    indicator = model.Indicator(measure=UNIT, title=title, periods=(period,))
    return model.Result(type=OUTPUT, title=title, indicators=(indicator,))


def _outcomes(project: Project, texts: Texts) -> tuple[model.Result, ...]:
    """Indicators with their baseline, their target, and what they stood at, day by day."""
    begin = date.fromisoformat(project.begin)
    return tuple(_outcome(one, begin, texts) for _, one in sorted(project.indicators.items()))


def _outcome(one: Indicator, begin: date, texts: Texts) -> model.Result:
    title = said(text_of(texts, one.what) or "–")
    unit = text_of(texts, one.unit)
    indicator = model.Indicator(
        measure=PERCENTAGE if "%" in unit else UNIT,
        title=title,
        description=said(unit) if unit.strip() else None,
        baselines=(model.Baseline(year=begin.year, iso_date=begin, value=one.baseline),),
        periods=tuple(_readings(one, begin, texts)),
    )
    return model.Result(type=OUTCOME, title=title, indicators=(indicator,))


def _readings(one: Indicator, begin: date, texts: Texts) -> Iterable[model.Period]:
    due = date.fromisoformat(one.due)
    target = (model.Measured(value=one.target),)
    on_due = [_actual(texts, reading.value, reading.source) for reading in one.readings if reading.day == one.due]
    for reading in one.readings:
        day = date.fromisoformat(reading.day)
        if day != due:
            actual = _actual(texts, reading.value, reading.source)
            yield model.Period(start=min(begin, day), end=day, actuals=(actual,))
    yield model.Period(start=min(begin, due), end=due, targets=target, actuals=tuple(on_due))


def _actual(texts: Texts, reached: str, source: str) -> model.Measured:
    words = text_of(texts, source)
    return model.Measured(value=reached, comment=said(words) if words.strip() else None)


# --- offers ---------------------------------------------------------------------------------------------------------


def offer_activity(key: str, state: str, offer: Offer, facts: Facts, reporter: Reporter, owner: Party) -> Activity:
    """An offer as an activity to come, its budget as a pledge on the day it was last stated."""
    countries, regions = where(offer.regions)
    title = text_of(facts.texts, offer.title) or key
    words = text_of(facts.texts, offer.conditions) or title
    stated = (facts.changed or reporter.now).date()
    pledge = Movement(OUTGOING_PLEDGE, stated, offer.budget, offer.currency, owner)
    return Activity(
        lang=reporter.lang,
        default_currency=offer.currency,
        last_updated=facts.changed,
        identifier=model.Line(text=reporter.activity_id(f"offer-{key}")),
        reporting_org=reporting(reporter, secondary=reporter.party.key != owner.key),
        title=said(title),
        descriptions=(model.Description(type="1", narratives=said(words).narratives),),
        participating_orgs=(participating(owner, "1"),),
        status="1" if state == "open" else "4",
        dates=(
            model.ActivityDate(type="1", iso_date=date.fromisoformat(offer.begin)),
            model.ActivityDate(type="3", iso_date=date.fromisoformat(offer.end)),
        ),
        countries=countries,
        regions=regions,
        sectors=sectors(offer.themes),
        tags=tags(offer.themes),
        finance_type=GRANT,
        aid_types=(model.AidType(vocabulary="1", code=PROJECT_AID),),
        transactions=(transaction(pledge),) if offer.budget else (),
    )


# --- the fund -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WindowFacts:
    """A window of the fund: its id, title, currency and first and last day (None where open), whether it is closed, its regions."""

    key: str
    title: str
    currency: str
    begin: date | None
    end: date | None
    closed: bool
    regions: Sequence[str]
    movements: Sequence[Movement]
    changed: datetime | None = None


def window_activity(window: WindowFacts, reporter: Reporter) -> Activity:
    """A window of the fund as an activity: everything that came in, was promised and was paid out."""
    first = min((one.day for one in window.movements), default=reporter.now.date())
    days = {
        "2": window.begin or first,
        "3": None if window.closed else window.end,
        "4": window.end if window.closed else None,
    }
    countries, regions = where(window.regions)
    title = clean(window.title) or window.key
    return Activity(
        lang=reporter.lang,
        default_currency=window.currency,
        last_updated=window.changed,
        identifier=model.Line(text=reporter.activity_id(f"fund-{window.key}")),
        reporting_org=reporting(reporter, secondary=False),
        title=said(title),
        descriptions=(model.Description(type="1", narratives=said(title).narratives),),
        participating_orgs=(participating(reporter.party, "2"), participating(reporter.party, "3")),
        status="4" if window.closed else "2",
        dates=tuple(model.ActivityDate(type=code, iso_date=day) for code, day in days.items() if day),
        countries=countries,
        regions=regions,
        sectors=(model.Sector(vocabulary="1", code=SALW),),
        tags=tags(()),
        finance_type=GRANT,
        aid_types=(model.AidType(vocabulary="1", code="B033"),),
        transactions=tuple(transaction(one) for one in window.movements),
    )


def portfolio(activities: Iterable[Activity], now: datetime) -> model.Activities:
    """A file of activities."""
    return model.Activities(generated=now.astimezone(UTC).replace(microsecond=0), items=tuple(activities))
