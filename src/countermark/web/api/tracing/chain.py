"""The chain of a weapon as States told it: timeline, gaps, and what a map needs."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from countermark.tracing.chain import drawing, queries, rules
from countermark.tracing.chain.rules import Gap, Item
from countermark.tracing.requests import queries as requests
from countermark.tracing.requests.states import Request
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import MISSING, not_found
from countermark.web.api.tracing.common import Conversation

router = Router(tags=["tracing between States"])


class ChainItem(Schema):
    """A step (`what` is `step`) or a gap (`unexplained`, `missing`, `border`) of the timeline, in order.

    A step: `event`, `date` as told, where (`country`, for an export also `to_country`), who told it; `stated`: it stands in a request and
    no answer told it; `proof` as the answer's verification says. A gap: the dates and States it lies between.
    """

    what: Literal["step", "unexplained", "missing", "border"]
    event: str = ""
    date: str = ""
    country: str = ""
    to_country: str = ""
    told_by: str = ""
    sender: str = ""
    receiver: str = ""
    place: str = ""
    proof: str = ""
    stated: bool = False
    after: str = ""
    before: str = ""


class ChainPlace(Schema):
    """A State of the chain, numbered as the weapon reached it; its place on the map in degrees, null where the map has none."""

    number: int
    country: str
    longitude: float | None
    latitude: float | None


class ChainLeg(Schema):
    """A line of the map; `known` when an export or import tells it."""

    origin: str
    target: str
    known: bool


class ChainPage(Schema):
    """What the answers of linked requests tell together, as far as their handling conditions let you see it."""

    requests: list[str]
    items: list[ChainItem]
    places: list[ChainPlace]
    legs: list[ChainLeg]


@router.get("/requests/{conversation}/chain", response={200: ChainPage, **MISSING}, auth=Token("request.view"))
def chain(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """Timeline and map data of the weapon a request is about. Permission: `request.view`."""
    linked, items = _of(request, conversation)
    where = drawing.positions(items)
    places = [
        {"number": number, "country": code, "longitude": where.get(code, (None,) * 2)[0], "latitude": where.get(code, (None,) * 2)[1]}
        for number, code in enumerate(rules.places(items), 1)
    ]  # fmt: skip
    legs = [{"origin": one.origin, "target": one.target, "known": one.known} for one in rules.legs(items)]
    return {
        "requests": [one.id for one in linked],
        "items": [_item(one) for one in items],
        "places": places,
        "legs": legs,
    }


@router.get(
    "/requests/{conversation}/chain/map",
    response={200: None, **MISSING},
    auth=Token("request.view"),
    openapi_extra={"x-media-type": "image/svg+xml"},
)
def drawn(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """The map as SVG. Permission: `request.view`."""
    return HttpResponse(drawing.svg(_of(request, conversation)[1]), content_type="image/svg+xml")


def _of(request: HttpRequest, conversation: str) -> tuple[list[Request], tuple[Item, ...]]:
    linked = queries.requests_of(conversation, requests.reader(person(request)))
    if not linked:
        raise not_found("request")
    return linked, queries.chain(linked)


def _item(one: Item) -> dict[str, Any]:
    if isinstance(one, Gap):
        ends = {"after": one.after, "before": one.before}
        return {"what": one.kind, "country": one.from_country, "to_country": one.to_country, **ends}
    return {"what": "step", **{name: getattr(one, name) for name in one.__struct_fields__}}
