"""Needs for programs, as far as the actor a program speaks for may see them; and the figures that can show one."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import acts, finding, indicators, needs, queries
from countermark.cooperation.needs import Asked, Costed, Need
from countermark.cooperation.queries import Viewer
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation.common import (
    CHANGE,
    MOST,
    VIEW,
    AidRecord,
    Key,
    facts,
    known,
    own,
    speaking,
)
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, Fault, Problem
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Long, Short, Strict

router = Router(tags=["cooperation"])

Lines = Annotated[int, Field(ge=0, le=10**9)]
Level = Annotated[int, Field(ge=0, le=3)]
NeedState = Literal["draft", "open", "met", "withdrawn"]


class NeedFacts(AidRecord):
    """A need, its texts spelled out; amounts are minor units of its currency."""

    value: Annotated[dict[str, Any], shape(Need)]


class CostLine(Strict):
    """A line of costs: what it is for, the amount as written (`12500.50`), the actor that pays (empty: nobody yet)."""

    category: Short
    amount: Short
    payer: Short = ""
    what: Long = ""


class WantedLine(Strict):
    """Something wanted: a kind of help, what exactly, how many."""

    kind: Short
    what: Long = ""
    quantity: Lines = 0


class NeedToState(Strict):
    """A need as it is said. `indicator` is a figure of this register: it is read as it is now, or stays as this need kept it."""

    title: Long
    theme: Short
    gap: Long
    currency: Short
    priority: Annotated[int, Field(ge=1, le=5)]
    begin: Short
    end: Short
    wanted: Annotated[list[WantedLine], Field(default_factory=list, max_length=60)]
    once: Annotated[list[CostLine], Field(default_factory=list, max_length=60)]
    yearly: Annotated[list[CostLine], Field(default_factory=list, max_length=60)]
    indicator: Short = ""
    evidence: Long = ""
    plan: Long = ""
    sites: Annotated[list[Short], Field(default_factory=list, max_length=200)]
    languages: Annotated[list[Short], Field(default_factory=list, max_length=50)]
    after: Short = ""
    compatible: Annotated[list[Short], Field(default_factory=list, max_length=50)]
    prerequisites: Long = ""
    readiness: Annotated[
        dict[Literal["rules", "structures", "infrastructure", "staff"], Level], Field(default_factory=dict)
    ]
    min_share: Annotated[int, Field(ge=0, le=100)] = 0
    visibility: Literal["private", "partners", "public"] = "private"
    partners: Annotated[list[Short], Field(default_factory=list, max_length=200)]
    state: NeedState = "open"


class NeedsSought(Strict):
    """What is looked for; an empty field is anything. `begin` and `end` are a window that a need overlaps."""

    text: Short = ""
    theme: Short = ""
    actor: Short = ""
    kind: Short = ""
    priority: Short = ""
    state: Short = ""
    begin: Short = ""
    end: Short = ""
    order: Literal["", "newest", "priority", "amount", "end"] = ""


class NeedMoved(Strict):
    """To which state."""

    state: NeedState


class IndicatorFacts(Schema):
    """A figure of this register: `value` is null where there is no data, which is not zero; `as_of` the day it was counted."""

    key: str
    name: str
    unit: str
    source: str
    better: Literal["high", "low"]
    value: str | None
    as_of: str | None


@router.get("/cooperation/needs", response={200: list[NeedFacts], **READ}, auth=Token(VIEW))
def list_needs(request: HttpRequest, asked: Query[NeedsSought]) -> list[dict[str, Any]]:
    """The needs one may see, the newest first unless asked otherwise, at most 500. Permission: `aid.view`."""
    who = queries.viewer(person(request))
    found = [one for one, _need in finding.needs(who, finding.sought(asked.dict()), MOST)]
    texts = acts.texts_of(found)
    return [facts(who, one, texts) for one in found]


@router.post("/cooperation/needs", response={200: NeedFacts, **WRITE}, auth=Token(CHANGE))
def state_need(request: HttpRequest, given: NeedToState, key: RequestKey = "") -> dict[str, Any]:
    """States a need of the actor one speaks for; sent twice with one `Idempotency-Key` it is stated once. Permission: `aid.write`."""
    user = person(request)
    who = speaking(user)
    said = _said(user, who, given, None)
    made = needs.state_need(said, actor=who, by=actor(user), state=given.state, request=once_key(user, key))
    return _answer(user, made)


@router.get("/cooperation/needs/{key}", response={200: NeedFacts, **MISSING}, auth=Token(VIEW))
def show_need(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One need. Permission: `aid.view`."""
    return _answer(person(request), key)


@router.put("/cooperation/needs/{key}", response={200: NeedFacts, **WRITE}, auth=Token(CHANGE))
def restate_need(request: HttpRequest, key: Key, given: NeedToState) -> dict[str, Any]:
    """States a need anew; said as it is, nothing changes. Permission: `aid.write`, for whose need it is."""
    user = person(request)
    found = own(user, "need", key)
    who = queries.owner(found)
    said = _said(user, who, given, found.of(Need))
    needs.state_need(said, actor=who, by=actor(user), key=key, state=given.state)
    return _answer(user, key)


@router.post("/cooperation/needs/{key}/state", response={200: NeedFacts, **WRITE}, auth=Token(CHANGE))
def move_need(request: HttpRequest, key: Key, given: NeedMoved) -> dict[str, Any]:
    """Says that a need is met, withdrawn or open again. Permission: `aid.write`, for whose need it is."""
    user = person(request)
    needs.move(key, given.state, actor=queries.owner(own(user, "need", key)), by=actor(user))
    return _answer(user, key)


@router.get("/cooperation/indicators", response={200: list[IndicatorFacts], **READ}, auth=Token(VIEW))
def list_indicators(request: HttpRequest) -> list[dict[str, Any]]:
    """The figures of this register, for who speaks for this State; for others there are none. Permission: `aid.view`."""
    return [_indicator(one) for one in indicators.for_viewer(queries.viewer(person(request))).values()]


def _indicator(one: indicators.Indicator) -> dict[str, Any]:
    found = indicators.figure(one.key)
    line = {"key": one.key, "name": one.text, "unit": one.unit, "source": one.source, "better": one.better}
    return {**line, "value": found.written if found else None, "as_of": found.as_of if found else None}


def _answer(user: User, key: str) -> dict[str, Any]:
    return facts(queries.viewer(user), known(user, "need", key))


def _said(user: User, who: str, given: NeedToState, before: Need | None) -> needs.Said:
    fields = given.dict(exclude={"wanted", "once", "yearly", "indicator", "state"})
    value, day = _figure(who, given.indicator, before)
    return needs.Said(
        **fields,
        wanted=[Asked(one.kind, one.what, one.quantity) for one in given.wanted],
        once=[Costed(one.category, one.amount, one.payer, one.what) for one in given.once],
        yearly=[Costed(one.category, one.amount, one.payer, one.what) for one in given.yearly],
        indicator=given.indicator,
        indicator_value=value,
        indicator_day=day,
    )


def _figure(who: str, key: str, before: Need | None) -> tuple[str, str]:
    if not key:
        return "", ""
    if before is not None and before.evidence.indicator == key:
        return before.evidence.value, before.evidence.as_of
    found = indicators.figure(key) if key in indicators.for_viewer(Viewer(who)) else None
    if found is None:
        fault = Fault(column="indicator", value=key, expected="a figure of this register that has data", code="unknown")
        raise Problem(422, "there is no data for this figure", fault)
    return found.written, found.as_of
