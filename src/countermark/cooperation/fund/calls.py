"""Calls for proposals, applications to them, and their scores: two scorers who do not see each other's before both gave theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from countermark.accounts.models import User
from countermark.cooperation import actors, acts
from countermark.cooperation.acts import Words
from countermark.cooperation.fund import facilities, queries
from countermark.cooperation.fund.common import beside, earmarked, project, today, window_here
from countermark.cooperation.fund.rules import eligibility, grants, money
from countermark.cooperation.fund.rules.eligibility import Fact, Finding
from countermark.cooperation.fund.rules.grants import Criterion, Outcome
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    CALL,
    SCORE,
    WINDOW,
    Application,
    BudgetLine,
    Call,
    CriterionFacts,
    Score,
    Window,
)
from countermark.cooperation.rules.themes import THEMES
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence


@dataclass(frozen=True, kw_only=True)
class CallSaid:
    """A call as somebody says it: `criteria` are (code, label, weight, best mark); `scorers` names of users."""

    window: str
    title: str
    currency: str
    budget: str
    opens: str
    closes: str
    criteria: Sequence[tuple[str, str, int, int]]
    scorers: Sequence[str]
    ceiling: str = ""
    themes: Sequence[str] = ()
    regions: Sequence[str] = ()
    conditions: str = ""


def open_call(said: CallSaid, *, by: Actor, request: str = "") -> str:
    """Opens a call; returns its id. Raises `Refused`."""
    window_here(said.window)
    criteria = [Criterion(*one) for one in said.criteria]
    with beside("criteria"):
        grants.require_criteria(criteria)
    with beside("budget"):
        budget = money.parsed(said.budget, said.currency)
    with beside("ceiling"):
        ceiling = money.parsed(said.ceiling, said.currency) if said.ceiling.strip() else 0
    opens, closes = acts.day("opens", said.opens), acts.day("closes", said.closes)
    if closes < opens:
        raise acts.refuse("closes", closes, "a day not before it opens", "range")
    words, limits = Words(), earmarked(said.themes, said.regions, ())
    value = Call(
        said.window,
        words(acts.required("title", said.title, "what the call is about"), column="title"),
        said.currency,
        budget,
        opens,
        closes,
        tuple(CriterionFacts(one.code, words(one.label), one.weight, one.best) for one in criteria),
        _people(said.scorers),
        ceiling,
        limits["themes"],
        limits["regions"],
        words(said.conditions, column="conditions"),
    )
    key = acts.id_for(request)
    acts.state_record(
        CALL, key, value, by=by, state="open", parent=f"{WINDOW}:{said.window}", due=closes, texts=words.notes
    )
    return key


def close_call(key: str, *, by: Actor) -> None:
    """Ends a call: nothing more is taken in. Raises `Refused`."""
    found = acts.known(CALL, key, Sentence("the id of a call"), "open")
    acts.state_record(CALL, key, found.of(Call), by=by, state="closed", parent=found.parent, due=found.due)


def _people(names: Sequence[str]) -> tuple[str, ...]:
    """The person ids of at least two users."""
    found = {user.username: user.person for user in User.objects.filter(username__in=list(names), disabled=False)}
    for name in names:
        if name not in found:
            raise acts.refuse("scorers", name, "the name of somebody who may sign in", "unknown")
    if len(set(found.values())) < grants.SCORERS:
        raise acts.refuse("scorers", ", ".join(names), "at least two people", "missing")
    return tuple(sorted(set(found.values())))


def criteria_of(call: Call) -> list[Criterion]:
    """The criteria of a call as rules read them; labels are ids of notes."""
    return [Criterion(one.code, one.label, one.weight, one.best) for one in call.criteria]


@dataclass(frozen=True, kw_only=True)
class ApplicationSaid:
    """An application as somebody says it: amounts as written, `budget` as (category, amount) that add up to it, `facts` as the rules ask them."""

    call: str
    recipient: str
    title: str
    amount: str
    months: int
    theme: str
    summary: str
    budget: Sequence[tuple[str, str]] = ()
    project: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def apply(said: ApplicationSaid, *, applicant: str, by: Actor, request: str = "") -> str:
    """Applies to an open call, for a State; returns the id of the application. Raises `Refused`.

    A State that applies for itself agrees by that; where somebody else applies, its authority agrees by an act of its own.
    """
    call = acts.known(CALL, said.call, Sentence("the id of a call"), "open").of(Call)
    if not call.opens <= today() <= call.closes:
        raise acts.refuse("call", said.call, "a call that is open today", "state")
    applies, for_ = actors.known_actor(applicant), actors.known_actor(said.recipient)
    if for_.state != "state":
        raise acts.refuse("recipient", said.recipient, "a State", "kind")
    if said.theme not in THEMES or (call.themes and said.theme not in call.themes):
        raise acts.refuse("theme", said.theme, acts.one_of(call.themes or THEMES), "unknown")
    if call.regions and not set(call.regions) & set(actors.regions_of(for_.key)):
        raise acts.refuse("recipient", said.recipient, acts.one_of(call.regions), "region")
    value, words = _application(said, call, applies.key)
    key = acts.id_for(request)
    with acts.alone():
        if request and acts.subject(APPLICATION, key) is not None:
            return key
        fields = {"value": acts.plain([value])[0], "parent": applies.name, "due": call.closes}
        acts.append(
            [acts.draft("cooperation_fundapplication_made", [f"{APPLICATION}:{key}"], fields, texts=words.notes)], by=by
        )
    return key


def _application(said: ApplicationSaid, call: Call, applicant: str) -> tuple[Application, Words]:
    with beside("amount"):
        amount = money.parsed(said.amount, call.currency)
    if call.ceiling and amount > call.ceiling:
        raise acts.refuse(
            "amount",
            said.amount,
            Sentence("at most %(amount)s", amount=money.shown(call.ceiling, call.currency)),
            "range",
        )
    for category, _amount in said.budget:
        if category not in LABELS["cost"]:
            raise acts.refuse("budget", category, acts.one_of(LABELS["cost"]), "unknown")
    with beside("budget"):
        budget = tuple(BudgetLine(category, money.parsed(part, call.currency)) for category, part in said.budget)
    if budget and sum(one.amount for one in budget) != amount:
        raise acts.refuse(
            "budget",
            "",
            Sentence("lines that add up to %(amount)s", amount=money.shown(amount, call.currency)),
            "differs",
        )
    if not 1 <= said.months <= 120:
        raise acts.refuse("months", str(said.months), "from 1 to 120 months", "range")
    words = Words()
    value = Application(
        said.call,
        applicant,
        said.recipient,
        words(acts.required("title", said.title, "what the project is called"), column="title"),
        call.currency,
        amount,
        said.months,
        said.theme,
        words(acts.required("summary", said.summary, "what is to be done, and why"), column="summary"),
        budget,
        project(said.project, "project"),
        dict(said.facts),
    )
    return value, words


def agree(key: str, *, speaks_for: str, by: Actor) -> None:
    """The State an application is for agrees to it, by its authority. Raises `Refused` for anybody else."""
    with acts.alone():
        found = acts.known(APPLICATION, key, Sentence("the id of an application"), "made")
        value = found.of(Application)
        if not speaks_for or speaks_for != value.recipient:
            raise acts.refuse("application", key, "an application for the State you speak for", "denied")
        if value.agreed_by:
            return
        acts.append([acts.draft("cooperation_fundapplication_agreed", [found.name], {"actor": speaks_for})], by=by)


def withdraw(key: str, reason: str, *, speaks_for: str, by: Actor) -> None:
    """Takes an application back. Raises `Refused` for one that is decided, or another's."""
    with acts.alone():
        found = acts.known(APPLICATION, key, Sentence("the id of an application"), "made", "agreed")
        if not speaks_for or speaks_for != found.of(Application).applicant:
            raise acts.refuse("application", key, "an application of the actor you speak for", "denied")
        why = acts.required("reason", reason, "why it is taken back")
        acts.append([acts.draft("cooperation_fundapplication_withdrawn", [found.name], {}, note=why)], by=by)


def reject(key: str, reason: str, *, by: Actor) -> None:
    """Rejects an application, and says why. Raises `Refused`."""
    words = Words()
    why = words(acts.required("reason", reason, "why it is rejected"), column="reason")
    with acts.alone():
        found = acts.known(APPLICATION, key, Sentence("the id of an application"), "made", "agreed")
        acts.append(
            [acts.draft("cooperation_fundapplication_rejected", [found.name], {"reason": why}, texts=words.notes)],
            by=by,
        )


def score(key: str, marks: Mapping[str, int], comment: str, *, scorer: User, speaks_for: str, by: Actor) -> None:
    """Gives one's marks, once: they are not changed when the others' are seen. Raises `Refused` for who is no scorer of the call, or speaks for who applies."""
    with acts.alone():
        found = acts.known(APPLICATION, key, Sentence("the id of an application"), "made", "agreed")
        value = found.of(Application)
        call = acts.known(CALL, value.call, Sentence("the id of a call")).of(Call)
        if scorer.person not in call.scorers:
            raise acts.refuse("scorer", scorer.username, "one of the scorers named in the call", "denied")
        if speaks_for and speaks_for in (value.applicant, value.recipient):
            raise acts.refuse("scorer", scorer.username, "somebody who does not speak for who applies", "interest")
        with beside("marks"):
            grants.require_marks(criteria_of(call), marks)
        pk = f"{key}.{scorer.person.rpartition(':')[2][:32]}"
        if acts.subject(SCORE, pk) is not None:
            raise acts.refuse("scorer", scorer.username, "somebody who has not given their marks yet", "known")
        words = Words()
        given = Score(key, scorer.person, dict(marks), words(comment, column="comment"))
        acts.state_record(SCORE, pk, given, by=by, parent=found.name, person=scorer.person, texts=words.notes)


def outcome_of(key: str, call: Call) -> Outcome:
    """What the scorers of an application came to."""
    given = {one.of(Score).scorer: one.of(Score).marks for one in queries.scores(key)}
    return grants.outcome(criteria_of(call), given)


def ranked(found: Sequence[Subject], call: Call) -> list[tuple[Subject, Outcome]]:
    """Applications to a call, the best score first; those without one last."""
    scored = [(one, outcome_of(one.key, call)) for one in found]
    return sorted(scored, key=lambda pair: (pair[1].score is None, -(pair[1].score or 0), pair[0].since, pair[0].key))


def findings(found: Subject, day: str = "") -> list[Finding]:
    """What the rules of the facility behind a call say of an application on a day; nothing where its window follows no facility."""
    value = found.of(Application)
    call = acts.subject(CALL, value.call)
    window = acts.subject(WINDOW, call.of(Call).window) if call else None
    facility = facilities.everything().get(window.of(Window).facility) if window else None
    if facility is None:
        return []
    on = day or found.since[:10]
    return eligibility.findings(facility, facts_of(found, facility, on), on)


def facts_of(found: Subject, facility: eligibility.Facility, day: str) -> dict[str, Fact]:
    """What is known of an application: what was said, what its own fields say, and the amount in whole units of the currency the rules are in.

    Without a rate for that currency the amount is unknown.
    """
    value = found.of(Application)
    applicant = acts.subject("actor", value.applicant)
    currency = next((rule.currency for rule in facility.rules if rule.currency), value.currency)
    worth = queries.valued({value.currency: value.amount}, currency, day)
    known: dict[str, Any] = {
        "applicant_kind": KINDS.get(applicant.state) if applicant else None,
        "amount": None if worth is None else -(-worth // 10 ** money.exponent(currency)),
        "months": value.months,
        "theme": value.theme,
        "recipient_agrees": bool(value.agreed_by) or None,
    }
    return {**value.facts, **known}


KINDS: Mapping[str, str] = {
    "state": "state",
    "donor": "state",
    "un": "un",
    "regional": "regional",
    "centre": "regional",
    "ngo": "ngo",
    "industry": "industry",
    "facility": "international",
}
"""What the rules of facilities call the kinds of actors."""
ASKED = ("category", "national_report", "reports_promised", "un_agencies", "government_joins", "coordinator_joins", "gender_analysis", "national_priority", "running_costs_planned")  # fmt: skip
"""Facts that only who applies can say; numbers and codes among them are `category` and `un_agencies`."""
