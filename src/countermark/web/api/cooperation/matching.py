"""Matching for programs: run it, read what came of it, decide about pairs by hand."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import queries
from countermark.cooperation.matching import runs, telling
from countermark.cooperation.matching.market import Override
from countermark.cooperation.matching.runs import Run
from countermark.cooperation.states import Subject
from countermark.register.checking import Refused
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation.common import CHANGE, MOST, VIEW, AidRecord, Key, known, own, speaking
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, Problem
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Long, Short, Strict, Word

router = Router(tags=["cooperation"])

Pair = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,80}$")]


class MatchingFacts(AidRecord):
    """A matching run: its figures, and the digest of what went in."""

    value: Annotated[dict[str, Any], shape(Run)]


class MatchOfAid(Schema):
    """An offer gives a need an amount, in the currency of the run."""

    need: str
    offer: str
    amount: float
    share: float
    reasons: list[str]


class UnmetNeed(Schema):
    """What a need lacks, and what stops it."""

    need: str
    amount: float
    why: str


class NeedChanged(Schema):
    """What a need has with what was decided by hand, and would have without."""

    need: str
    amount: float
    without: float


class OverridesCost(Schema):
    """What decisions by hand cost."""

    objective_without: float
    cost: float
    loses: list[NeedChanged]
    gains: list[NeedChanged]


class DecidedPair(Schema):
    """What was decided about a pair; `reason` is the id of a text."""

    need: str
    offer: str
    what: Literal["fix", "limit", "forbid"]
    amount: float | None
    reason: str


class MatchingAnswer(MatchingFacts):
    """A run with everything that came of it; `bound` is what no matching can be above."""

    matches: list[MatchOfAid]
    unmet: list[UnmetNeed]
    objective: float
    bound: float
    gap: float
    greedy: float
    overrides: OverridesCost | None
    decided: list[DecidedPair]


class MatchingToRun(Strict):
    """In which currency; `readiness`: prepared needs count up to a quarter more."""

    currency: Short
    readiness: bool = False


class PairToDecide(Strict):
    """A decision about one pair: the amount as written, empty where it gives nothing."""

    need: Word
    offer: Word
    what: Literal["fix", "limit", "forbid"]
    amount: Short = ""
    reason: Annotated[Long, Field(min_length=1)]


@router.get("/cooperation/matchings", response={200: list[MatchingFacts], **READ}, auth=Token(VIEW))
def list_matchings(request: HttpRequest) -> list[dict[str, Any]]:
    """The matching runs of the actor one speaks for, the newest first, at most 500. Permission: `aid.view`."""
    found = queries.visible(queries.viewer(person(request)), runs.KIND)[:MOST]
    return [_facts(one) for one in found]


@router.post("/cooperation/matchings", response={200: MatchingAnswer, **WRITE}, auth=Token(CHANGE))
def run_matching(request: HttpRequest, given: MatchingToRun, key: RequestKey = "") -> dict[str, Any]:
    """Matches the open needs and offers in a currency that one may see; sent twice with one `Idempotency-Key` it is run once.

    Permission: `aid.write`.
    """
    user = person(request)
    made = runs.match(
        currency=given.currency,
        today=queries.today(),
        actor=speaking(user),
        by=actor(user),
        readiness=given.readiness,
        request=once_key(user, key),
    )
    return _answer(user, made)


@router.get("/cooperation/matchings/{key}", response={200: MatchingAnswer, **MISSING}, auth=Token(VIEW))
def show_matching(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One run with its matches, what is unmet and why. Permission: `aid.view`."""
    return _answer(person(request), key)


@router.post("/cooperation/matchings/{key}/decisions", response={200: MatchingAnswer, **WRITE}, auth=Token(CHANGE))
def decide_pair(request: HttpRequest, key: Key, given: PairToDecide, once: RequestKey = "") -> dict[str, Any]:
    """Matches the same again with one more decision about a pair, and says what that costs: a new run. Permission: `aid.write`."""
    user = person(request)
    own(user, runs.KIND, key)
    new = runs.override(
        key,
        given.need,
        given.offer,
        fix=given.amount if given.what == "fix" else "",
        limit=given.amount if given.what == "limit" else "",
        forbid=given.what == "forbid",
        reason=given.reason,
        actor=speaking(user),
        by=actor(user),
        request=once_key(user, once),
    )
    return _answer(user, new)


@router.delete(
    "/cooperation/matchings/{key}/decisions/{need}/{offer}", response={200: MatchingAnswer, **WRITE}, auth=Token(CHANGE)
)
def take_back_decision(
    request: HttpRequest, key: Key, need: Pair, offer: Pair, once: RequestKey = ""
) -> dict[str, Any]:
    """Matches the same again without what was decided about a pair: a new run. Permission: `aid.write`."""
    user = person(request)
    own(user, runs.KIND, key)
    new = runs.without(key, need, offer, actor=speaking(user), by=actor(user), request=once_key(user, once))
    return _answer(user, new)


def _facts(one: Subject) -> dict[str, Any]:
    line = {"id": one.key, "actor": queries.owner(one), "state": one.state, "since": one.since, "time": one.time}
    return {**line, "value": one.value}


def _answer(user: User, key: str) -> dict[str, Any]:
    one = known(user, runs.KIND, key)
    try:
        found = runs.document(one)
    except Refused as refused:
        raise Problem(404, "the document of this run is not on this node") from refused
    texts = telling.texts_of(found)
    answer = telling.spelled(found.answer.as_json(), texts)
    return {
        **_facts(one),
        **answer,
        "overrides": answer.get("overrides"),
        "decided": [telling.spelled(_decided(override), texts) for override in found.market.overrides],
    }


def _decided(one: Override) -> dict[str, Any]:
    what = "forbid" if one.forbid else "limit" if one.fix is None else "fix"
    amount = one.limit if one.fix is None else one.fix
    line = {"need": str(one.need), "offer": str(one.offer), "what": what, "reason": one.reason}
    return {**line, "amount": None if amount is None else float(amount)}
