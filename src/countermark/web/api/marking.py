"""Marking: the rules known, marks judged and planned, work orders, numbers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Schema
from pydantic import Field

from countermark.accounts.services import actor
from countermark.marking import numbering, planning, queries, staterules
from countermark.marking.states import Batch, Item
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import RESPONSES, ProblemDocument, not_found
from countermark.web.api.texts import Short, Strict

router = Router(tags=["marking"])

MISSING: Any = {401: ProblemDocument, 403: ProblemDocument, 404: ProblemDocument, 422: ProblemDocument}
BATCHES_AT_MOST = 200
ITEMS_AT_MOST = 500

Description = Annotated[dict[str, Any], Body(description="`countermark schema marking`")]
Key = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class ProfileLine(Schema):
    """A law or instrument; dates as ISO 8601, `to` null while it is in force."""

    id: str
    title: str
    jurisdiction: str
    force: Literal["binding", "political", "advisory"]
    from_: Annotated[str, Field(serialization_alias="from")]
    to: str | None


class FindingLine(Schema):
    """One finding: the rule it comes from, what it says, and where that is written."""

    rule: str
    profile: str
    force: Literal["binding", "political", "advisory"]
    verdict: Literal["met", "missing", "refused", "advice", "unknown"]
    component: str | None
    attribute: str
    message: str
    source: str
    confidence: Literal["read", "memory"]


class MarkingAnswer(Schema):
    """What the command line prints (`countermark schema marking-answer`)."""

    verdicts: dict[str, Literal["compliant", "not_compliant", "incomplete", "exempt", "not_applicable"]]
    findings: list[FindingLine]
    marks: list[dict[str, Any]]
    space: list[dict[str, Any]]
    strictest: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]


class MarkingPlanAnswer(MarkingAnswer):
    """An answer with the marks to put on, what the rules say once they are on, and the rules it was made under."""

    planned_verdicts: dict[str, str]
    made_under: dict[str, str]


class BatchLine(Schema):
    """A work order and how many of its weapons are in each state."""

    id: UUID
    name: str
    occasion: str
    profiles: list[str]
    date: str
    authority: str
    state: Literal["draft", "released", "running", "inspected", "closed"]
    items: int
    counts: dict[str, int]


class PlannedLine(Schema):
    """A mark to put on; `text` is empty while its number is not assigned."""

    component: str
    mark_kind: str
    carrier: str
    text: str
    height_mm: float | None
    depth_mm: float | None


class ItemLine(Schema):
    """A weapon of a work order."""

    id: UUID
    position: int
    weapon_id: str
    ref: str
    serial: str
    number: str
    state: str
    attempt: int
    marks: list[PlannedLine]


class BatchPage(BatchLine):
    """A work order with its weapons in order; `next` goes into `after`, null at the end."""

    weapons: list[ItemLine]
    next: int | None


class AuthorityLine(Schema):
    """Who numbers how, and how many numbers of its blocks were never issued."""

    key: str
    title: str
    purpose: str
    country: str
    pattern: str
    system: str
    left: int


class Wanted(Strict):
    """How many numbers; with a `request` the same are given again when it is sent again."""

    count: Annotated[int, Field(ge=1, le=1000)] = 1
    request: Short = ""


class NumberLine(Schema):
    """A number issued."""

    number: int
    text: str
    state: Literal["issued", "used", "voided"]


@router.get(
    "/marking/profiles",
    response={200: list[ProfileLine], 401: ProblemDocument, 403: ProblemDocument},
    auth=Token("marking.view"),
    by_alias=True,
)
def profiles(request: HttpRequest) -> list[dict[str, Any]]:
    """The laws and instruments known here, with what the State has changed. Permission: `marking.view`."""
    return [
        {
            "id": one.id,
            "title": one.title,
            "jurisdiction": one.jurisdiction,
            "force": one.force,
            "from_": one.from_.isoformat(),
            "to": one.to.isoformat() if one.to else None,
        }
        for one in staterules.known()
    ]


@router.post("/marking/check", response={200: MarkingAnswer, **RESPONSES}, auth=Token("marking.view"))
def check(request: HttpRequest, given: Description) -> dict[str, Any]:
    """Judges the marks described. Permission: `marking.view`. Appends nothing; what cannot be used is named in a finding."""
    return _checked(planning.checked(given).as_json(), given)


@router.post("/marking/plan", response={200: MarkingPlanAnswer, **RESPONSES}, auth=Token("marking.view"))
def plan(request: HttpRequest, given: Description) -> dict[str, Any]:
    """Says which marks the weapon described still needs. Permission: `marking.view`. Appends nothing."""
    return _checked(planning.plan(given).plan.as_json(), given)


def _checked(answer: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """With the names nobody knows: what they demand is not known either."""
    names = given.get("profiles")
    texts = [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
    unknown = dict.fromkeys(planning.unknown_profiles(texts), "incomplete")
    return {**answer, "verdicts": {**answer["verdicts"], **unknown}}


@router.get(
    "/marking/batches",
    response={200: list[BatchLine], 401: ProblemDocument, 403: ProblemDocument, 422: ProblemDocument},
    auth=Token("marking.view"),
)
def batches(
    request: HttpRequest,
    state: Annotated[Literal["", "draft", "released", "running", "inspected", "closed"], Query()] = "",
) -> list[dict[str, Any]]:
    """Work orders at places one may see, the last changed first. Permission: `marking.view`."""
    return [_batch(one) for one in queries.batch_list(person(request), state=state, limit=BATCHES_AT_MOST)]


@router.get("/marking/batches/{uuid:batch_id}", response={200: BatchPage, **MISSING}, auth=Token("marking.view"))
def batch(request: HttpRequest, batch_id: UUID, after: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> dict[str, Any]:
    """One work order with its weapons. Permission: `marking.view`."""
    found = queries.visible_batch(person(request), str(batch_id))
    if found is None:
        raise not_found("work order")
    items = queries.items(found.id, start=after, limit=ITEMS_AT_MOST)
    following = items[-1].position if len(items) == ITEMS_AT_MOST else None
    return {**_batch(found), "weapons": [_item(one) for one in items], "next": following}


def _batch(found: Batch) -> dict[str, Any]:
    names = ("id", "name", "occasion", "profiles", "date", "authority", "state", "items")
    return {name: getattr(found, name) for name in names} | {"counts": queries.progress(found.id).counts}


def _item(item: Item) -> dict[str, Any]:
    names = ("id", "position", "ref", "serial", "number", "state", "attempt")
    marks = [
        {
            **{name: getattr(mark, name) for name in ("component", "mark_kind", "carrier", "height_mm", "depth_mm")},
            "text": item.text_of(number),
        }
        for number, mark in enumerate(item.marks)
    ]
    return {name: getattr(item, name) for name in names} | {"weapon_id": item.weapon, "marks": marks}


@router.get(
    "/marking/authorities",
    response={200: list[AuthorityLine], 401: ProblemDocument, 403: ProblemDocument},
    auth=Token("marking.view"),
)
def authorities(request: HttpRequest) -> list[dict[str, Any]]:
    """Who numbers how. Permission: `marking.view`."""
    names = ("key", "title", "purpose", "country", "pattern", "system")
    return [
        {name: getattr(one, name) for name in names} | {"left": sum(block.left for block in numbering.blocks(one.key))}
        for one in numbering.authorities()
    ]


@router.post(
    "/marking/authorities/{key}/numbers",
    response={200: list[NumberLine], **RESPONSES, 404: ProblemDocument},
    auth=Token("marking.manage"),
)
def numbers(request: HttpRequest, key: Key, wanted: Wanted) -> list[dict[str, Any]]:
    """Issues the next numbers of this node's blocks. Permission: `marking.manage`. Sent again with the same `request` it
    issues nothing new.
    """
    if numbering.authority_or_none(key) is None:
        raise not_found("numbering authority")
    user = person(request)
    found = numbering.issue(key, wanted.count, request=wanted.request, by=actor(user))
    return [{"number": one.number, "text": one.text, "state": one.state} for one in found]
