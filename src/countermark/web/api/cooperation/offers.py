"""Offers for programs: the donor resource database, as far as the actor a program speaks for may see it."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import acts, finding, offers, queries
from countermark.cooperation.offers import Offer
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
from countermark.web.api.problems import MISSING, READ, WRITE
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Long, Short, Strict

router = Router(tags=["cooperation"])

Some = Annotated[list[Short], Field(default_factory=list, max_length=200)]
OfferState = Literal["draft", "open", "spent", "withdrawn"]


class OfferFacts(AidRecord):
    """An offer, its texts spelled out; amounts are minor units of its currency. `left` is null while nobody has recorded what was given."""

    value: Annotated[dict[str, Any], shape(Offer)]
    left: int | None


class OfferToState(Strict):
    """An offer as it is said; amounts as written (`250000.00`)."""

    title: Long
    currency: Short
    budget: Short
    begin: Short
    end: Short
    kinds: Some
    themes: Some
    regions: Some
    eligible: Some
    ceiling: Short = ""
    co_funding: Annotated[int, Field(ge=0, le=99)] = 0
    languages: Some
    standards: Some
    conditions: Long = ""
    rules: Short = ""
    visibility: Literal["private", "partners", "public"] = "public"
    partners: Some
    state: OfferState = "open"


class OffersSought(Strict):
    """What is looked for; an empty field is anything. `begin` and `end` are a window that an offer overlaps."""

    text: Short = ""
    theme: Short = ""
    actor: Short = ""
    kind: Short = ""
    region: Short = ""
    state: Short = ""
    begin: Short = ""
    end: Short = ""
    order: Literal["", "newest", "amount", "end"] = ""


class OfferMoved(Strict):
    """To which state."""

    state: OfferState


@router.get("/cooperation/offers", response={200: list[OfferFacts], **READ}, auth=Token(VIEW))
def list_offers(request: HttpRequest, asked: Query[OffersSought]) -> list[dict[str, Any]]:
    """The offers one may see, the newest first unless asked otherwise, at most 500. Permission: `aid.view`."""
    who = queries.viewer(person(request))
    found = [one for one, _offer in finding.offers(who, finding.sought(asked.dict()), MOST)]
    texts, left = acts.texts_of(found), offers.left(found)
    return [{**facts(who, one, texts), "left": left.get(one.key)} for one in found]


@router.post("/cooperation/offers", response={200: OfferFacts, **WRITE}, auth=Token(CHANGE))
def state_offer(request: HttpRequest, given: OfferToState, key: RequestKey = "") -> dict[str, Any]:
    """Makes an offer of the actor one speaks for; sent twice with one `Idempotency-Key` it is made once. Permission: `aid.write`."""
    user = person(request)
    said = offers.Said(**given.dict(exclude={"state"}))
    made = offers.state_offer(
        said, actor=speaking(user), by=actor(user), state=given.state, request=once_key(user, key)
    )  # fmt: skip
    return _answer(user, made)


@router.get("/cooperation/offers/{key}", response={200: OfferFacts, **MISSING}, auth=Token(VIEW))
def show_offer(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One offer. Permission: `aid.view`."""
    return _answer(person(request), key)


@router.put("/cooperation/offers/{key}", response={200: OfferFacts, **WRITE}, auth=Token(CHANGE))
def restate_offer(request: HttpRequest, key: Key, given: OfferToState) -> dict[str, Any]:
    """States an offer anew; said as it is, nothing changes. Permission: `aid.write`, for whose offer it is."""
    user = person(request)
    said = offers.Said(**given.dict(exclude={"state"}))
    offers.state_offer(said, actor=queries.owner(own(user, "offer", key)), by=actor(user), key=key, state=given.state)
    return _answer(user, key)


@router.post("/cooperation/offers/{key}/state", response={200: OfferFacts, **WRITE}, auth=Token(CHANGE))
def move_offer(request: HttpRequest, key: Key, given: OfferMoved) -> dict[str, Any]:
    """Says that an offer is used up, withdrawn or open again. Permission: `aid.write`, for whose offer it is."""
    user = person(request)
    offers.move(key, given.state, actor=queries.owner(own(user, "offer", key)), by=actor(user))
    return _answer(user, key)


def _answer(user: User, key: str) -> dict[str, Any]:
    found = known(user, "offer", key)
    return {**facts(queries.viewer(user), found), "left": offers.left([found]).get(key)}
