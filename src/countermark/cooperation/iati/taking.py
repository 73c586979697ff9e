"""Activities of IATI files taken in: looked at first, then as activities of others (for overlaps), as offers or as needs; nothing twice.

A second import of a file changes nothing; one of a newer file restates what has changed. What each activity is about is read from our own
tags, else suggested by the words of its title and its sectors; who takes it in decides.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from countermark.cooperation import actors, acts
from countermark.cooperation.acts import Words
from countermark.cooperation.iati import building, model, writing
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.kinds import KIND, Received
from countermark.cooperation.iati.model import Activity, Said
from countermark.cooperation.iati.reading import Read
from countermark.cooperation.iati.shape import canonical, write
from countermark.cooperation.needs import Costed, state_need
from countermark.cooperation.needs import Said as NeedSaid
from countermark.cooperation.offers import Said as OfferSaid
from countermark.cooperation.offers import state_offer
from countermark.cooperation.projects.others import state_elsewhere
from countermark.cooperation.rules import money
from countermark.cooperation.rules.themes import THEMES
from countermark.ledger import services
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence, said
from countermark.register.checking import Refused

BECOMES = ("elsewhere", "offer", "need")
STAGES = {
    "1": "planning",
    "2": "implementation",
    "3": "implementation",
    "4": "closed",
    "5": "cancelled",
    "6": "implementation",
}
PLEDGES = frozenset({building.OUTGOING_PLEDGE, building.INCOMING_PLEDGE})
COMMITMENTS = frozenset({building.COMMITMENT, building.INCOMING_COMMITMENT})
WORDS: Mapping[str, re.Pattern[str]] = {
    theme: re.compile(words, re.IGNORECASE)
    for theme, words in {
        "marking": r"\bmark(ing|ed)\b|marquage|marcado",
        "records": r"record[- ]?keeping|regist(er|ry|re)|weapons? database",
        "tracing": r"\btrac(ing|e)\b|traçage|localizaci",
        "stockpile": r"stockpile|armour(y|ies)|armor(y|ies)|depot|stocks? d.armes|arsenal",
        "surplus": r"destruction|surplus|demolition",
        "ammunition": r"ammunition|munition",
        "ddr": r"\bddr\b|demobili[sz]|disarmament|reintegration",
        "borders": r"border|customs|douan|aduan",
        "transfers": r"export control|arms transfer|import control",
        "brokering": r"broker",
        "legislation": r"legislat|legal framework|drafting of law",
        "awareness": r"awareness|voluntary surrender|collection campaign",
        "training": r"training|formation|capacitaci",
        "manufacture": r"craft(ed)? (production|weapons)|artisanal|blacksmith",
    }.items()
}
"""Words of titles and descriptions that suggest a theme. A suggestion: who takes the activity in sees it and may choose another."""


@dataclass(frozen=True)
class Suggested:
    """What an activity would become, as far as it says; `why_not` where it cannot. `guessed` says that the themes are read from words or sectors."""

    activity: Activity
    title: str
    begin: str
    end: str
    stage: str
    themes: tuple[str, ...]
    guessed: bool
    places: tuple[str, ...]
    providers: tuple[str, ...]
    currency: str
    amount: Decimal | None
    eligible: str
    totals: dict[str, str]
    why_not: tuple[Sentence, ...] = ()

    @property
    def reference(self) -> str:
        """Its identifier."""
        return self.activity.id


@dataclass(frozen=True)
class Choice:
    """What somebody decides about an activity: what it becomes (`skip` for nothing) and what it is about; no themes take the suggested ones."""

    becomes: str = "elsewhere"
    themes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of the activities of a file, by identifier; `refused` with why."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    refused: list[tuple[str, int, Sentence]] = field(default_factory=list)


# --- looking --------------------------------------------------------------------------------------------------------


def text(what: Said | None, lang: str = "") -> str:
    """What is said in a language, else in the first there is."""
    narratives = what.narratives if what else ()
    wanted = [one.text.strip() for one in narratives if lang and one.lang == lang]
    return next((one for one in [*wanted, *(other.text.strip() for other in narratives)] if one), "")


def suggest(activity: Activity, lang: str = "") -> Suggested:
    """What an activity would become."""
    title = text(activity.title, lang) or activity.id
    themes, guessed = _themes(activity, title)
    begin, end = _period(activity)
    currency, amount = _amount(activity)
    why_not = []
    if not activity.id:
        why_not.append(Sentence("it has no identifier, by which it would be known again"))
    if not begin or not end:
        why_not.append(Sentence("it says neither when it begins and ends nor when money was to move"))
    elif end < begin:
        why_not.append(Sentence("it ends before it begins"))
    return Suggested(
        activity,
        title,
        begin,
        end,
        STAGES.get(activity.status, "implementation"),
        themes,
        guessed,
        _places(activity),
        _providers(activity),
        currency,
        amount,
        eligible(activity),
        totals(activity),
        tuple(why_not),
    )


def eligible(activity: Activity) -> str:
    """Whether it is official development assistance: `yes` or `no` where every transaction (or the activity) says so, else not said."""
    flows = {one.flow_type or activity.flow_type for one in activity.transactions} or {activity.flow_type}
    if "" in flows or (building.ODA in flows and len(flows) > 1):
        return ""
    return "yes" if building.ODA in flows else "no"


def _themes(activity: Activity, title: str) -> tuple[tuple[str, ...], bool]:
    own = [one.code for one in activity.tags if one.vocabulary_uri == building.VOCABULARY and one.code in THEMES]
    if own:
        return tuple(dict.fromkeys(own)), False
    words = " ".join([title, *(one.text for part in activity.descriptions for one in part.narratives)])
    found = [theme for theme, pattern in WORDS.items() if pattern.search(words)]
    purposes = {one.code for one in _sectors(activity) if one.vocabulary in ("", "1")}
    by_sector = [theme for theme, about in THEMES.items() if about.sector in purposes]
    # Words and sectors together, where they agree on something; else what either says.
    both = [theme for theme in found if theme in by_sector]
    return tuple(both or found or by_sector), True


def _sectors(activity: Activity) -> Sequence[model.Sector | model.TransactionSector]:
    return [*activity.sectors, *(one for transaction in activity.transactions for one in transaction.sectors)]


def _period(activity: Activity) -> tuple[str, str]:
    """When it begins and ends: actual before planned days; without either, the first and last day of its money."""
    days = {one.type: one.iso_date for one in activity.dates if one.iso_date}
    moves = [one.day for one in activity.transactions if one.day]
    moves += [day for one in activity.budgets for day in (one.start, one.end) if day]
    moves += [day for one in activity.planned_disbursements for day in (one.start, one.end) if day]
    begin = days.get("2") or days.get("1") or min(moves, default=None)
    end = days.get("4") or days.get("3") or max(moves, default=None)
    return _day(begin), _day(end)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _places(activity: Activity) -> tuple[str, ...]:
    found = [one.code for one in activity.countries]
    found += [one.recipient_country.code for one in activity.transactions if one.recipient_country]
    found += [f"region-{one.code}" for one in activity.regions if one.code != building.UNSPECIFIED]
    return tuple(dict.fromkeys(one.strip() for one in found if one.strip()))


def _providers(activity: Activity) -> tuple[str, ...]:
    funding = [one for one in activity.participating_orgs if one.role == "1"]
    names = [text(Said(narratives=one.narratives)) or one.ref.strip() for one in funding]
    reporter = activity.reporting_org
    if not names and reporter:
        names = [text(Said(narratives=reporter.narratives)) or reporter.ref]
    return tuple(dict.fromkeys(one for one in names if one))


def _amount(activity: Activity) -> tuple[str, Decimal | None]:
    """What it is about in money: pledges, else commitments, else budgets; in one currency or not at all."""
    for wanted in (PLEDGES, COMMITMENTS):
        values = [one.value for one in activity.transactions if one.type in wanted]
        if values:
            return _sum(values, activity)
    return _sum([one.value for one in activity.budgets], activity)


def _sum(values: Sequence[model.Value | None], activity: Activity) -> tuple[str, Decimal | None]:
    found = [
        (one.currency or activity.default_currency, one.amount) for one in values if one and one.amount is not None
    ]
    currencies = {currency for currency, _ in found}
    if len(currencies) != 1:
        return "", None
    return currencies.pop(), sum((amount for _, amount in found), Decimal(0))


def totals(activity: Activity) -> dict[str, str]:
    """What its transactions come to, by type and currency; nothing of two currencies is added."""
    found: dict[str, Decimal] = {}
    for one in activity.transactions:
        if one.value and one.value.amount is not None:
            key = f"{one.type} {one.value.currency or activity.default_currency}".strip()
            found[key] = found.get(key, Decimal(0)) + one.value.amount
    return {key: format(total, "f") for key, total in sorted(found.items())}


# --- taking in --------------------------------------------------------------------------------------------------------


def take_in(
    read: Read,
    choices: Mapping[str, Choice],
    *,
    actor: str,
    by: Actor,
    default: Choice = Choice(),
    lang: str = "",
    visibility: str = "private",
    source: str = "",
) -> tuple[Outcome, list[Finding]]:
    """Takes the activities of a file in for an actor, all in one transaction; says what became of each, and what was left out of the file.

    `visibility` is for activities of others. A refused activity leaves the others. Raises `Refused` for an actor there is not.
    """
    if default.becomes not in (*BECOMES, "skip") or any(
        one.becomes not in (*BECOMES, "skip") for one in choices.values()
    ):
        raise acts.refuse("becomes", default.becomes, acts.one_of((*BECOMES, "skip")), "unknown")
    actors.known_actor(actor)
    document, findings = writing.without_contacts(model.Activities(items=read.activities))
    data = writing.dump(document, namespaces=read.namespaces)
    taking = _Taking(read, data, actor, by, lang, visibility, source)
    with acts.alone():
        for activity in document.items:
            taking.one(suggest(activity, lang), choices.get(activity.id, default))
        if taking.drafts:
            acts.append(taking.drafts, by=by)
    return taking.outcome, findings


class _Taking:
    def __init__(self, read: Read, data: bytes, actor: str, by: Actor, lang: str, visibility: str, source: str) -> None:
        self.read, self.actor, self.by, self.lang = read, actor, by, lang
        self.visibility, self.source = visibility, source
        self.document = services.attachment(data, "application/xml")
        self.outcome = Outcome()
        self.drafts: list[Draft] = []
        self.seen: set[str] = set()

    def one(self, found: Suggested, choice: Choice) -> None:
        reference = found.reference
        if choice.becomes == "skip":
            self.outcome.skipped.append(reference)
            return
        why_not = [*found.why_not]
        if reference in self.seen:
            why_not.append(Sentence("another activity of the file has this identifier"))
        self.seen.add(reference)
        if why_not:
            self.refuse(found, why_not[0])
            return
        try:
            self.keep(found, choice)
        except Refused as refused:
            self.refuse(found, said_of(refused))

    def refuse(self, found: Suggested, why: Sentence) -> None:
        self.outcome.refused.append((found.reference, found.activity.line, why))

    def keep(self, found: Suggested, choice: Choice) -> None:
        key = acts.request_id(f"{KIND}:{self.actor}:{found.reference}")
        before = acts.subject(KIND, key)
        digest = hashlib.sha256(canonical(write(found.activity, "iati-activity")).encode()).hexdigest()
        known = before.of(Received) if before else None
        same = known is not None and (known.digest, known.became) == (digest, choice.becomes)
        if not (same and not choice.themes):
            # What somebody has changed here since stays, unless the file has changed too or they say again what it is about.
            record = _RECORDS[choice.becomes](self, found, choice.themes or found.themes)
        if known and same:
            self.outcome.unchanged.append(found.reference)
            return
        words = Words()
        reporter = found.activity.reporting_org
        value = Received(
            found.reference,
            words(found.title, column="title"),
            words(text(Said(narratives=reporter.narratives)) if reporter else "", "party", column="reporter"),
            self.document.key,
            digest,
            choice.becomes,
            record,
            len(found.activity.transactions),
            found.totals,
            tuple(dict.fromkeys(one.code for one in _sectors(found.activity) if one.vocabulary in ("", "1"))),
            found.eligible,
            self.read.version,
        )
        columns = {"state": choice.becomes, "parent": f"actor:{self.actor}", "due": found.end}
        kept = [] if self.drafts else [self.document]
        self.drafts.append(acts.record_draft(KIND, key, acts.plain([value])[0], columns, texts=words.notes, kept=kept))
        (self.outcome.changed if known else self.outcome.new).append(found.reference)

    def elsewhere(self, found: Suggested, themes: Sequence[str]) -> str:
        return state_elsewhere(
            found.title,
            actor=self.actor,
            begin=found.begin,
            end=found.end,
            stage=found.stage,
            themes=themes,
            places=found.places,
            providers=found.providers,
            source=self.source or "IATI",
            reference=found.reference,
            visibility=self.visibility,
            by=self.by,
        )

    def offer(self, found: Suggested, themes: Sequence[str]) -> str:
        currency, amount = _required_amount(found)
        said_ = OfferSaid(
            title=found.title,
            currency=currency,
            budget=amount,
            begin=found.begin,
            end=found.end,
            kinds=["funds"],
            themes=themes,
            regions=found.places,
            conditions=_described(found.activity, self.lang),
            visibility="private",
        )
        return self.stated(
            "offer",
            found,
            lambda key, request: state_offer(said_, actor=self.actor, by=self.by, key=key, request=request),
        )

    def need(self, found: Suggested, themes: Sequence[str]) -> str:
        currency, amount = _required_amount(found)
        if not themes:
            raise acts.refuse(
                "themes", found.reference, "a theme: neither its words nor its sectors suggest one", "missing"
            )
        said_ = NeedSaid(
            title=found.title,
            theme=themes[0],
            gap=_described(found.activity, self.lang) or found.title,
            currency=currency,
            priority=3,
            begin=found.begin,
            end=found.end,
            once=[Costed("other", amount)],
        )
        return self.stated(
            "need",
            found,
            lambda key, request: state_need(said_, actor=self.actor, by=self.by, key=key, request=request),
        )

    def stated(self, kind: str, found: Suggested, state: Callable[[str, str], str]) -> str:
        request = f"{KIND}:{kind}:{self.actor}:{found.reference}"
        key = acts.id_for(request)
        return state(key if acts.subject(kind, key) is not None else "", request)


def _required_amount(found: Suggested) -> tuple[str, str]:
    """The amount as written. Raises `Refused` where there is none, or it has more decimals than its currency."""
    if found.amount is None or found.amount <= 0:
        raise acts.refuse("amount", found.reference, "pledges, commitments or budgets in one currency", "missing")
    places = money.exponent(found.currency)
    exact = found.amount.quantize(Decimal(1).scaleb(-places))
    if exact != found.amount:
        expected = Sentence("at most %(places)d decimals", places=places) if places else Sentence("a whole amount")
        raise acts.refuse("amount", str(found.amount), expected, "range")
    return found.currency, format(exact, "f")


def _described(activity: Activity, lang: str) -> str:
    parts = [text(Said(narratives=one.narratives), lang) for one in activity.descriptions]
    return "\n\n".join(one for one in parts if one)[: acts.LONGEST]


def said_of(refused: Refused) -> Sentence:
    """A refusal as one sentence."""
    return Sentence("%(why)s", why=said(refused))


_RECORDS = {"elsewhere": _Taking.elsewhere, "offer": _Taking.offer, "need": _Taking.need}
