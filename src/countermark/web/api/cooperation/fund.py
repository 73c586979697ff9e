"""The trust fund: windows, pledges, postings, calls, applications, scores, awards, tranches, reports, closings, statements, ways to fund compared.

Amounts are decimal texts with the places of their currency ("1234.50"), days YYYY-MM-DD. Everything that posts may be sent with an
`Idempotency-Key` and is then done once.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import acts
from countermark.cooperation import queries as room
from countermark.cooperation.fund import awards, calls, closing, entries, figures, queries, windows
from countermark.cooperation.fund.awards import AwardSaid, ReportSaid
from countermark.cooperation.fund.calls import ApplicationSaid, CallSaid
from countermark.cooperation.fund.entries import Change, Income
from countermark.cooperation.fund.queries import Reader, Wanted
from countermark.cooperation.fund.rules import books, eligibility, grants, money, scenarios
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    AWARD,
    CALL,
    CLOSING,
    ENTRY,
    PLEDGE,
    REPORT,
    WINDOW,
    Award,
    Call,
    Report,
    Score,
)
from countermark.cooperation.fund.windows import Promise
from countermark.cooperation.states import Subject
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation import common
from countermark.web.api.cooperation.common import CHANGE, VIEW, Key
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, Problem
from countermark.web.api.texts import Long, Short, Strict, Word

router = Router(tags=["cooperation"])
KEEP, GATE = "aid.fund", "aid.gate"
Codes = Annotated[list[Short], Field(max_length=100)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[str, Field(max_length=40, pattern=r"^[0-9]+(\.[0-9]+)?$")]
Maybe = Annotated[str, Field(max_length=40, pattern=r"^([0-9]+(\.[0-9]+)?)?$")]
Figure = Annotated[int, Field(ge=0, le=1_000_000)]


class FundRecord(Schema):
    """A subject of the fund: `value` as its acts say it, texts spelled out, amounts in minor units of its currency; `finding` what does not fit."""

    id: str
    kind: str
    state: str
    since: str
    time: str
    finding: str
    value: dict[str, Any]


class FundMade(Schema):
    """The id of what was made."""

    id: str


class FundBalance(Schema):
    """What is there of a currency."""

    currency: str
    bank: str
    committed: str
    available: str
    advances: str


class FundPurse(Schema):
    """What became of the money of one donor under one earmark, in one currency."""

    purse: str
    donor: str
    themes: list[str]
    regions: list[str]
    projects: list[str]
    currency: str
    given: str
    owed: str
    changed: str
    fees: str
    committed: str
    paid: str
    repaid: str
    available: str


class FundGranted(Schema):
    """What of one purse went to one award: still committed, paid and not accounted for, accounted for."""

    purse: str
    award: str
    recipient: str
    currency: str
    committed: str
    open: str
    spent: str


class FundWindowWhole(FundRecord):
    """A window: balances and findings for who keeps the books, the purses one may see and where their money went."""

    closed_through: str
    balances: list[FundBalance]
    purses: list[FundPurse]
    granted: list[FundGranted]
    findings: list[str]


class FundCallWhole(FundRecord):
    """A call; `left` is what of its budget is not granted yet, for who keeps the books (null for others)."""

    left: str | None


class FundLine(Schema):
    """A line of the journal; `day` is the day it counts for. A debit is positive."""

    entry: str
    line: int
    reversal: bool
    kind: str
    day: str
    account: str
    number: int
    currency: str
    amount: str
    purse: str
    award: str


class FundWindowToOpen(Strict):
    """A window whose books this node keeps from then on."""

    title: Word
    model: Literal["dedicated", "regular", "regional", "existing"]
    currency: Currency
    regions: Codes = Field(default_factory=list)
    facility: Short = ""
    begin: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    end: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""


class FundEarmark(Strict):
    """What money is for; empty for anything."""

    themes: Codes = Field(default_factory=list)
    regions: Codes = Field(default_factory=list)
    projects: Codes = Field(default_factory=list)


class FundInstalment(Strict):
    """A part of a pledge, and when it is due."""

    day: date
    amount: Amount


class FundPledgeToNote(FundEarmark):
    """A promise of a donor to a window."""

    window: Short
    donor: Short
    currency: Currency
    amount: Amount
    day: date
    due: Annotated[list[FundInstalment], Field(max_length=60)] = Field(default_factory=list)
    note: Long = ""


class FundIncome(FundEarmark):
    """Money of a donor: paid in, assessed, or an assessed contribution paid."""

    kind: Literal["contribution", "assessment", "collection"] = "contribution"
    donor: Short
    currency: Currency
    amount: Amount
    day: date
    fee: Maybe = ""
    pledge: Short = ""
    note: Long = ""


class FundExchange(Strict):
    """Money changed at a bank. Without `rate` the last one entered is taken; without `purse` what was given for anything."""

    day: date
    sold: Currency
    sold_amount: Amount
    bought: Currency
    bought_amount: Amount
    purse: Short = ""
    rate: Maybe = ""
    note: Long = ""


class FundCost(Strict):
    """A bank fee; without `purse` borne by what was given for anything."""

    currency: Currency
    amount: Amount
    day: date
    purse: Short = ""
    note: Long = ""


class FundRepayment(FundCost):
    """Money paid back to a donor, out of their own purse."""

    purse: Annotated[Short, Field(min_length=1)]


class FundReversal(Strict):
    """Why an entry is taken back, and the day that is posted."""

    day: date
    reason: Annotated[Long, Field(min_length=1)]


class FundReason(Strict):
    """Why something ends or is not done."""

    reason: Annotated[Word, Field(min_length=1)]


class FundRate(Strict):
    """A dated rate: one `base` is so many `quote`."""

    base: Currency
    quote: Currency
    day: date
    rate: Amount
    source: Annotated[Word, Field(min_length=1)]


class FundCriterion(Strict):
    """A criterion of a call; the weights of all add up to 100."""

    code: Annotated[Short, Field(min_length=1)]
    label: Annotated[Word, Field(min_length=1)]
    weight: Annotated[int, Field(ge=1, le=100)]
    best: Annotated[int, Field(ge=1, le=100)] = 5


class FundCallToOpen(Strict):
    """A call; `scorers` are names of users."""

    window: Short
    title: Annotated[Word, Field(min_length=1)]
    currency: Currency
    budget: Amount
    opens: date
    closes: date
    criteria: Annotated[list[FundCriterion], Field(min_length=1, max_length=30)]
    scorers: Annotated[list[Short], Field(min_length=2, max_length=20)]
    ceiling: Maybe = ""
    themes: Codes = Field(default_factory=list)
    regions: Codes = Field(default_factory=list)
    conditions: Long = ""


class FundBudgetLine(Strict):
    """A line of a budget."""

    category: Short
    amount: Amount


class FundApplicationToMake(Strict):
    """An application; `facts` is what the rules of facilities ask (null for what nobody knows)."""

    recipient: Short
    title: Annotated[Word, Field(min_length=1)]
    amount: Amount
    months: Annotated[int, Field(ge=1, le=120)]
    theme: Short
    summary: Annotated[Long, Field(min_length=1)]
    budget: Annotated[list[FundBudgetLine], Field(max_length=50)] = Field(default_factory=list)
    project: Short = ""
    facts: dict[Literal["category", "national_report", "reports_promised", "un_agencies", "government_joins", "coordinator_joins", "gender_analysis", "national_priority", "running_costs_planned"], bool | Annotated[int, Field(ge=0, le=1000)] | Short | None] = Field(default_factory=dict)  # fmt: skip


class FundFinding(Schema):
    """What one rule of the facility says; `result` is `met`, `not_met`, `no_data` or `not_applicable`."""

    rule: str
    result: str
    force: str
    message: str
    fact: str
    source: str


class FundScoreGiven(Schema):
    """The marks of one scorer."""

    scorer: str
    score: float
    marks: dict[str, int]
    comment: str


class FundApplicationWhole(FundRecord):
    """An application with what the rules say of it, and its scores once two were given (else empty)."""

    verdict: str
    findings: list[FundFinding]
    scores: list[FundScoreGiven]
    score: float | None


class FundScoreToGive(Strict):
    """One's marks by the codes of the criteria, and why."""

    marks: dict[Short, Annotated[int, Field(ge=0, le=100)]]
    comment: Long = ""


class FundTranche(Strict):
    """A tranche; `reports` is how many accepted reports it waits for."""

    amount: Amount
    due: date
    reports: Annotated[int, Field(ge=0, le=100)] = 0


class FundAwardToMake(Strict):
    """An award to an application; `despite` says why in spite of missing scores or conditions."""

    amount: Amount
    day: date
    begin: date
    end: date
    tranches: Annotated[list[FundTranche], Field(min_length=1, max_length=40)]
    terms: Long = ""
    despite: Word = ""


class FundAwardWhole(FundRecord):
    """An award, what became of the money, and its reports."""

    committed: str
    paid: str
    spent: str
    refunded: str
    open: str
    tranches_paid: list[int]
    reports: list[FundRecord]


class FundDay(Strict):
    """The day something is posted."""

    day: date
    note: Long = ""


class FundReportToMake(Strict):
    """A report on an award."""

    begin: date
    end: date
    spent: Amount
    narrative: Annotated[Long, Field(min_length=1)]


class FundReportAccepted(Strict):
    """A report accepted, and the day what was spent is posted."""

    day: date
    answer: Long = ""


class FundRefund(Strict):
    """Money a recipient gave back; with `to_donors` it is paid on to them in proportion."""

    amount: Amount
    day: date
    to_donors: bool = False
    note: Long = ""


class FundEnd(Strict):
    """Why an award ends, and the day what was not paid is set free."""

    day: date
    reason: Annotated[Long, Field(min_length=1)]


class FundThrough(Strict):
    """The day through which books are to be closed."""

    through: date


class FundWhich(Strict):
    """Only what is in one state; all, if it is empty."""

    state: Short = ""


class FundStatementAsked(Strict):
    """What a statement is of: a window (empty for all), a period, a currency."""

    window: Short = ""
    begin: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    end: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""


class FundStatementLine(Schema):
    """An account in one currency over the period."""

    account: str
    number: int
    currency: str
    brought: str
    debits: str
    credits: str
    carried: str


class FundModelsAsked(Strict):
    """Which years, in which currency."""

    first: Annotated[int, Field(ge=1950, le=9000)]
    count: Annotated[int, Field(ge=1, le=10)] = 5
    currency: Currency = "USD"


class FundModelYear(Schema):
    """One year of a way to fund, in whole units; null is no data."""

    year: int
    need: float | None
    available: float | None
    met: float | None
    adequacy: float | None


class FundModelResult(Schema):
    """A way to fund as the store knows it, over the `known` years; null is no data."""

    model: str
    known: int
    adequacy: float | None
    worst: float | None
    predictability: float | None
    steadiness: float | None
    years: list[FundModelYear]


# Windows, rates, pledges.


@router.get("/cooperation/fund/windows", response={200: list[FundRecord], **READ}, auth=Token(VIEW))
def list_fund_windows(request: HttpRequest, asked: Query[FundWhich]) -> list[dict[str, Any]]:
    """The windows of the fund. Permission: `aid.view`."""
    return _records(queries.windows(asked.state))


@router.post("/cooperation/fund/windows", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def open_fund_window(request: HttpRequest, given: FundWindowToOpen, key: RequestKey = "") -> dict[str, str]:
    """Opens a window. Permission: `aid.fund`."""
    user = person(request)
    return {"id": windows.open_window(**given.dict(), request=once_key(user, key), by=actor(user))}


@router.get("/cooperation/fund/windows/{key}", response={200: FundWindowWhole, **MISSING}, auth=Token(VIEW))
def show_fund_window(request: HttpRequest, key: Key) -> dict[str, Any]:
    """A window, and of its money what one may see. Permission: `aid.view`."""
    found, look = _known(person(request), WINDOW, key), _look(person(request))
    sums, purses = queries.balances(key), queries.purses(key)
    own = [one for one in queries.of_purses(key, queries.purses_of(look, key), sums) if one.purse in purses]
    return _records([found])[0] | {
        "closed_through": queries.closed_through(key),
        "balances": [_balance(sums, currency) for currency in sums.currencies()] if look.books else [],
        "purses": [_purse(one, purses[one.purse]) for one in own],
        "granted": [_granted(one) for one in queries.of_awards(key, queries.purses_of(look, key))],
        "findings": queries.findings(key) if look.books else [],
    }


@router.post("/cooperation/fund/windows/{key}/end", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def end_fund_window(request: HttpRequest, key: Key) -> dict[str, str]:
    """Ends a window with nothing left in it. Permission: `aid.fund`."""
    return _done(request, WINDOW, key, lambda user: windows.close_window(key, by=actor(user)))


@router.get("/cooperation/fund/windows/{key}/journal", response={200: list[FundLine], **MISSING}, auth=Token(VIEW))
def show_fund_journal(request: HttpRequest, key: Key) -> list[dict[str, Any]]:
    """Every line of the books of a window, for who keeps them or audits. Permission: `aid.view`."""
    _known(person(request), WINDOW, key)
    if not _look(person(request)).books:
        raise Problem(404, "there is no journal among those you may see")
    return [
        {
            name: getattr(one, name)
            for name in ("entry", "line", "reversal", "kind", "account", "currency", "purse", "award")
        }
        | {
            "day": one.day,
            "number": books.CHART[one.account].number,
            "amount": money.written(one.amount, one.currency),
        }
        for one in queries.journal([key])
    ]


@router.get("/cooperation/fund/rates", response={200: list[FundRecord], **READ}, auth=Token(VIEW))
def list_fund_rates(request: HttpRequest) -> list[dict[str, Any]]:
    """The rates of exchange entered. Permission: `aid.view`."""
    return _records(acts.subjects("fundrate"))


@router.post("/cooperation/fund/rates", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def enter_fund_rate(request: HttpRequest, given: FundRate) -> dict[str, str]:
    """Enters a dated rate. Permission: `aid.fund`."""
    user = person(request)
    return {
        "id": windows.set_rate(given.base, given.quote, given.day.isoformat(), given.rate, given.source, by=actor(user))
    }


@router.get("/cooperation/fund/pledges", response={200: list[FundRecord], **READ}, auth=Token(VIEW))
def list_fund_pledges(request: HttpRequest, asked: Query[FundWhich]) -> list[dict[str, Any]]:
    """Pledges: all for who keeps the books, a donor's own. Permission: `aid.view`."""
    return _records(queries.pledges(_look(person(request)), **_state(asked)))


@router.post("/cooperation/fund/pledges", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def note_fund_pledge(request: HttpRequest, given: FundPledgeToNote, key: RequestKey = "") -> dict[str, str]:
    """Notes what a donor promises. Permission: `aid.fund`."""
    user = person(request)
    due = [(one.day.isoformat(), one.amount) for one in given.due]
    said = Promise(**(_days(given) | {"due": due}))
    return {"id": windows.pledge(said, by=actor(user), request=once_key(user, key))}


@router.post("/cooperation/fund/pledges/{key}/withdraw", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def withdraw_fund_pledge(request: HttpRequest, key: Key, given: FundReason) -> dict[str, str]:
    """Notes that the rest of a pledge will not come. Permission: `aid.fund`."""
    return _done(request, PLEDGE, key, lambda user: windows.withdraw_pledge(key, given.reason, by=actor(user)))


# Postings.


@router.post("/cooperation/fund/windows/{key}/income", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def post_fund_income(request: HttpRequest, key: Key, given: FundIncome, once: RequestKey = "") -> dict[str, str]:
    """Posts a contribution, an assessment or the payment of one. Permission: `aid.fund`."""
    user, said = _keeper(request, key), _days(given) | {"window": key}
    kind = said.pop("kind")
    return {"id": entries.contribute(Income(**said), kind=kind, by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/windows/{key}/exchanges", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def post_fund_exchange(request: HttpRequest, key: Key, given: FundExchange, once: RequestKey = "") -> dict[str, str]:
    """Posts money changed at a bank. Permission: `aid.fund`."""
    user = _keeper(request, key)
    said = Change(**(_days(given) | {"window": key}))
    return {"id": entries.exchange(said, by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/windows/{key}/fees", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def post_fund_fee(request: HttpRequest, key: Key, given: FundCost, once: RequestKey = "") -> dict[str, str]:
    """Posts a bank's fee. Permission: `aid.fund`."""
    user = _keeper(request, key)
    return {"id": entries.fee(window=key, **_days(given), by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/windows/{key}/repayments", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def post_fund_repayment(request: HttpRequest, key: Key, given: FundRepayment, once: RequestKey = "") -> dict[str, str]:
    """Pays a donor back. Permission: `aid.fund`."""
    user = _keeper(request, key)
    return {"id": entries.repay(window=key, **_days(given), by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/entries/{key}/reverse", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def reverse_fund_entry(request: HttpRequest, key: Key, given: FundReversal) -> dict[str, str]:
    """Takes an entry back, once. Permission: `aid.fund`."""
    day = given.day.isoformat()
    return _done(request, ENTRY, key, lambda user: entries.reverse(key, day=day, reason=given.reason, by=actor(user)))


@router.post("/cooperation/fund/windows/{key}/closings", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def propose_fund_closing(request: HttpRequest, key: Key, given: FundThrough, once: RequestKey = "") -> dict[str, str]:
    """Proposes to close the books; somebody else closes them. Permission: `aid.fund`."""
    user = _keeper(request, key)
    return {"id": closing.propose(key, given.through.isoformat(), by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/closings/{key}/approve", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def approve_fund_closing(request: HttpRequest, key: Key) -> dict[str, str]:
    """Closes the books somebody else proposed to close. Permission: `aid.fund`."""
    return _done(request, CLOSING, key, lambda user: closing.approve(key, by=actor(user)))


@router.post("/cooperation/fund/closings/{key}/decline", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def decline_fund_closing(request: HttpRequest, key: Key, given: FundReason) -> dict[str, str]:
    """Declines a closing. Permission: `aid.fund`."""
    return _done(request, CLOSING, key, lambda user: closing.decline(key, given.reason, by=actor(user)))


# Calls and applications.


@router.get("/cooperation/fund/calls", response={200: list[FundRecord], **READ}, auth=Token(VIEW))
def list_fund_calls(request: HttpRequest, asked: Query[FundWhich]) -> list[dict[str, Any]]:
    """Calls for proposals. Permission: `aid.view`."""
    return _records(acts.subjects(CALL, **_state(asked)))


@router.post("/cooperation/fund/calls", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def open_fund_call(request: HttpRequest, given: FundCallToOpen, key: RequestKey = "") -> dict[str, str]:
    """Opens a call. Permission: `aid.fund`."""
    user = person(request)
    criteria = [(one.code, one.label, one.weight, one.best) for one in given.criteria]
    said = CallSaid(**(_days(given) | {"criteria": criteria}))
    return {"id": calls.open_call(said, by=actor(user), request=once_key(user, key))}


@router.get("/cooperation/fund/calls/{key}", response={200: FundCallWhole, **MISSING}, auth=Token(VIEW))
def show_fund_call(request: HttpRequest, key: Key) -> dict[str, Any]:
    """A call, and what is left of its budget. Permission: `aid.view`."""
    user = person(request)
    found = _known(user, CALL, key)
    left = money.written(queries.left_of_call(key), found.of(Call).currency) if _look(user).books else None
    return _records([found])[0] | {"left": left}


@router.post("/cooperation/fund/calls/{key}/close", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def close_fund_call(request: HttpRequest, key: Key) -> dict[str, str]:
    """Ends a call. Permission: `aid.fund`."""
    return _done(request, CALL, key, lambda user: calls.close_call(key, by=actor(user)))


@router.post("/cooperation/fund/calls/{key}/applications", response={200: FundMade, **WRITE}, auth=Token(CHANGE))
def apply_to_fund_call(
    request: HttpRequest, key: Key, given: FundApplicationToMake, once: RequestKey = ""
) -> dict[str, str]:
    """Applies to a call, for the actor one speaks for. Permission: `aid.write`."""
    user = person(request)
    _known(user, CALL, key)
    budget = [(one.category, one.amount) for one in given.budget]
    said = ApplicationSaid(**(given.dict() | {"call": key, "budget": budget}))
    made = calls.apply(said, applicant=common.speaking(user), by=actor(user), request=once_key(user, once))
    return {"id": made}


@router.get("/cooperation/fund/applications", response={200: list[FundRecord], **READ}, auth=Token(VIEW))
def list_fund_applications(request: HttpRequest) -> list[dict[str, Any]]:
    """Applications: all for who keeps the books, else those one's actor makes or that are for it. Permission: `aid.view`."""
    return _records(queries.applications(_look(person(request))))


@router.get("/cooperation/fund/applications/{key}", response={200: FundApplicationWhole, **MISSING}, auth=Token(VIEW))
def show_fund_application(request: HttpRequest, key: Key) -> dict[str, Any]:
    """An application, for who may see it and the scorers of its call. Permission: `aid.view`."""
    user = person(request)
    found, call = _application(user, key)
    said, value = calls.findings(found), call.of(Call)
    given = queries.scores(key) if _scores_open(user, found, value) else []
    texts, criteria = acts.texts_of(given), calls.criteria_of(value)
    scores = [
        {
            "scorer": one.scorer,
            "score": float(grants.score(criteria, one.marks)),
            "marks": one.marks,
            "comment": texts.get(one.comment, ""),
        }
        for one in (score.of(Score) for score in given)
    ]
    outcome = calls.outcome_of(key, value) if given else None
    return _records([found])[0] | {
        "verdict": eligibility.verdict(said) if said else "",
        "findings": [{name: str(getattr(one, name)) for name in FundFinding.model_fields} for one in said],
        "scores": scores,
        "score": float(outcome.score) if outcome is not None and outcome.score is not None else None,
    }


@router.post("/cooperation/fund/applications/{key}/agree", response={200: FundMade, **WRITE}, auth=Token(GATE))
def agree_to_fund_application(request: HttpRequest, key: Key) -> dict[str, str]:
    """The State an application is for agrees to it. Permission: `aid.gate`."""
    return _done(
        request, APPLICATION, key, lambda user: calls.agree(key, speaks_for=common.speaking(user), by=actor(user))
    )


@router.post("/cooperation/fund/applications/{key}/withdraw", response={200: FundMade, **WRITE}, auth=Token(CHANGE))
def withdraw_fund_application(request: HttpRequest, key: Key, given: FundReason) -> dict[str, str]:
    """Takes an application of one's actor back. Permission: `aid.write`."""
    return _done(
        request,
        APPLICATION,
        key,
        lambda user: calls.withdraw(key, given.reason, speaks_for=common.speaking(user), by=actor(user)),
    )


@router.post("/cooperation/fund/applications/{key}/reject", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def reject_fund_application(request: HttpRequest, key: Key, given: FundReason) -> dict[str, str]:
    """Rejects an application. Permission: `aid.fund`."""
    return _done(request, APPLICATION, key, lambda user: calls.reject(key, given.reason, by=actor(user)))


@router.post("/cooperation/fund/applications/{key}/scores", response={200: FundMade, **WRITE}, auth=Token(VIEW))
def score_fund_application(request: HttpRequest, key: Key, given: FundScoreToGive) -> dict[str, str]:
    """Gives one's marks, once, as a scorer the call names. Permission: `aid.view`."""
    user = person(request)
    _application(user, key)
    speaks = room.viewer(user).actor
    calls.score(key, given.marks, given.comment, scorer=user, speaks_for=speaks, by=actor(user))
    return {"id": key}


@router.post("/cooperation/fund/applications/{key}/award", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def award_fund_application(
    request: HttpRequest, key: Key, given: FundAwardToMake, once: RequestKey = ""
) -> dict[str, str]:
    """Grants an application and commits the money. Permission: `aid.fund`."""
    user = person(request)
    _known(user, APPLICATION, key)
    tranches = [(one.amount, one.due.isoformat(), one.reports) for one in given.tranches]
    said = AwardSaid(**(_days(given) | {"application": key, "tranches": tranches}))
    return {"id": awards.award(said, by=actor(user), request=once_key(user, once))}


# Awards and reports.


@router.get("/cooperation/fund/awards", response={200: list[FundRecord], **READ}, auth=Token(VIEW))
def list_fund_awards(request: HttpRequest, asked: Query[FundWhich]) -> list[dict[str, Any]]:
    """Awards: all for who keeps the books, else those to one's actor or for it. Permission: `aid.view`."""
    return _records(queries.awards(_look(person(request)), **_state(asked)))


@router.get("/cooperation/fund/awards/{key}", response={200: FundAwardWhole, **MISSING}, auth=Token(VIEW))
def show_fund_award(request: HttpRequest, key: Key) -> dict[str, Any]:
    """An award, what became of the money, and its reports. Permission: `aid.view`."""
    found, sums = _known(person(request), AWARD, key), queries.award_sums(key)
    currency = found.of(Award).currency
    names = ("committed", "paid", "spent", "refunded", "open")
    reports = sorted(acts.subjects(REPORT, parent=found.name), key=lambda one: one.of(Report).number)
    return (
        _records([found])[0]
        | {name: money.written(getattr(sums, name), currency) for name in names}
        | {
            "tranches_paid": queries.tranches_paid(key),
            "reports": _records(reports),
        }
    )


@router.post("/cooperation/fund/awards/{key}/accept", response={200: FundMade, **WRITE}, auth=Token(GATE))
def accept_fund_award(request: HttpRequest, key: Key) -> dict[str, str]:
    """The State an award is for accepts it. Permission: `aid.gate`."""
    return _done(request, AWARD, key, lambda user: awards.accept(key, speaks_for=common.speaking(user), by=actor(user)))


@router.post("/cooperation/fund/awards/{key}/tranches", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def pay_fund_tranche(request: HttpRequest, key: Key, given: FundDay, once: RequestKey = "") -> dict[str, str]:
    """Pays the next tranche; the id is that of the entry. Permission: `aid.fund`."""
    user = person(request)
    _known(user, AWARD, key)
    return {"id": awards.disburse(key, **_days(given), by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/awards/{key}/reports", response={200: FundMade, **WRITE}, auth=Token(CHANGE))
def report_on_fund_award(
    request: HttpRequest, key: Key, given: FundReportToMake, once: RequestKey = ""
) -> dict[str, str]:
    """Reports on an award to one's actor or for it. Permission: `aid.write`."""
    user = person(request)
    _known(user, AWARD, key)
    said = ReportSaid(**(_days(given) | {"award": key}))
    return {"id": awards.report(said, speaks_for=common.speaking(user), by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/awards/{key}/refunds", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def post_fund_refund(request: HttpRequest, key: Key, given: FundRefund, once: RequestKey = "") -> dict[str, str]:
    """Posts what a recipient gave back; the id is that of the entry. Permission: `aid.fund`."""
    user = person(request)
    _known(user, AWARD, key)
    return {"id": awards.refund(key, **_days(given), by=actor(user), request=once_key(user, once))}


@router.post("/cooperation/fund/awards/{key}/end", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def end_fund_award(request: HttpRequest, key: Key, given: FundEnd) -> dict[str, str]:
    """Ends an award: what was not paid is available again. Permission: `aid.fund`."""
    day = given.day.isoformat()
    return _done(request, AWARD, key, lambda user: awards.end(key, given.reason, day=day, by=actor(user)))


@router.post("/cooperation/fund/reports/{key}/accept", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def accept_fund_report(request: HttpRequest, key: Key, given: FundReportAccepted) -> dict[str, str]:
    """Accepts a report, and posts what was spent. Permission: `aid.fund`."""
    return _done(request, REPORT, key, lambda user: awards.accept_report(key, **_days(given), by=actor(user)))


@router.post("/cooperation/fund/reports/{key}/return", response={200: FundMade, **WRITE}, auth=Token(KEEP))
def return_fund_report(request: HttpRequest, key: Key, given: FundReason) -> dict[str, str]:
    """Returns a report, and says what is missing. Permission: `aid.fund`."""
    return _done(request, REPORT, key, lambda user: awards.return_report(key, given.reason, by=actor(user)))


@router.get("/cooperation/fund/statement", response={200: list[FundStatementLine], **READ}, auth=Token(VIEW))
def show_fund_statement(request: HttpRequest, asked: Query[FundStatementAsked]) -> list[dict[str, Any]]:
    """The accounts over a period: all for who keeps the books, a donor's own purses, else the awards to one's actor. Permission: `aid.view`."""
    look = _look(person(request))
    keys = tuple(one.key for one in queries.windows() if asked.window in ("", one.key))
    wanted = queries.seen(look, Wanted(keys, asked.begin, asked.end, currency=asked.currency))
    return [
        {"account": one.account, "number": books.CHART[one.account].number, "currency": one.currency}
        | {
            name: money.written(getattr(one, name), one.currency)
            for name in ("brought", "debits", "credits", "carried")
        }
        for one in (queries.statement(wanted) if wanted else [])
    ]


@router.get("/cooperation/fund/models", response={200: list[FundModelResult], **READ}, auth=Token(VIEW))
def compare_fund_models(request: HttpRequest, asked: Query[FundModelsAsked]) -> list[dict[str, Any]]:
    """Ways to fund compared, as far as the store knows: null is no data. Permission: `aid.view`."""
    years = list(range(asked.first, asked.first + asked.count))
    known = figures.figures(room.viewer(person(request)), years, asked.currency)
    return [
        {
            "model": one.kind, "known": one.known, "adequacy": one.adequacy, "worst": one.worst, "predictability": one.predictability, "steadiness": one.steadiness,
            "years": [
                {"year": year, "need": of.need, "available": of.available, "met": of.met, "adequacy": of.adequacy}
                for year, of in zip(years, one.years, strict=True)
            ],
        }
        for one in scenarios.compared(known.asked(), [known.model(kind) for kind in scenarios.MODELS])
    ]  # fmt: skip


def _look(user: User) -> Reader:
    return queries.reader(room.viewer(user))


def _known(user: User, kind: str, key: str) -> Subject:
    found = queries.find(_look(user), kind, key)
    if found is None:
        raise Problem(404, f"there is no {kind.removeprefix('fund')} of that id among those you may see")
    return found


def _application(user: User, key: str) -> tuple[Subject, Subject]:
    both = queries.find_application(_look(user), key, user.person)
    if both is None:
        raise Problem(404, "there is no application of that id among those you may see")
    return both


def _scores_open(user: User, found: Subject, call: Call) -> bool:
    return queries.scores_shown(_look(user), found.key, call, user.person)


def _keeper(request: HttpRequest, window: str) -> User:
    user = person(request)
    _known(user, WINDOW, window)
    return user


def _done(request: HttpRequest, kind: str, key: str, do: Callable[[User], None]) -> dict[str, str]:
    user = person(request)
    _known(user, kind, key)
    do(user)
    return {"id": key}


def _state(asked: FundWhich) -> dict[str, str]:
    return {"state": asked.state} if asked.state else {}


def _days(given: Schema) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.dict().items()}


def _records(found: list[Subject]) -> list[dict[str, Any]]:
    texts = acts.texts_of(found)
    names = ("kind", "state", "since", "time", "finding")
    return [
        {"id": one.key, "value": room.spelled(one.value, texts)} | {name: getattr(one, name) for name in names}
        for one in found[: common.MOST]
    ]


def _balance(sums: books.Balances, currency: str) -> dict[str, str]:
    amounts = {
        "bank": sums.total(books.BANK, currency),
        "committed": sums.total(books.COMMITTED, currency),
        "available": sums.available(currency),
        "advances": sums.total(books.ADVANCES, currency),
    }
    return {"currency": currency} | {name: money.written(amount, currency) for name, amount in amounts.items()}


def _purse(one: queries.PurseLine, facts: Any) -> dict[str, Any]:
    names = ("given", "owed", "changed", "fees", "committed", "paid", "repaid", "available")
    amounts = {name: money.written(getattr(one, name), one.currency) for name in names}
    said = {name: list(getattr(facts, name)) for name in ("themes", "regions", "projects")}
    return {"purse": one.purse, "donor": facts.donor, "currency": one.currency} | said | amounts


def _granted(one: queries.Granted) -> dict[str, str]:
    found = acts.subject(AWARD, one.award)
    said = {
        "purse": one.purse,
        "award": one.award,
        "currency": one.currency,
        "recipient": found.of(Award).recipient if found else "",
    }
    return said | {name: money.written(getattr(one, name), one.currency) for name in ("committed", "open", "spent")}
