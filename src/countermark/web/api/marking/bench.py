"""At the bench: the next weapon, its old serial, the marks put on, the inspection. Each step counts once, however often it is sent."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Base64Bytes, Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.marking import acts, bench, queries
from countermark.marking.states import Applied, Inspection, Item
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import (
    MISSING,
    READ,
    WRITE,
    Count,
    Digest,
    Why,
    batch_or_404,
    document,
    item_or_404,
)
from countermark.web.api.marking.machines import machine_or_404
from countermark.web.api.problems import not_found
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Because, Short, Strict, Word

router = Router(tags=["marking"])

Criterion = Literal["exposed", "conspicuous", "recognisable", "readable", "durable", "recoverable"]
Criteria = Annotated[list[Criterion], Field(max_length=6)]
Photographs = Annotated[list[Base64Bytes], Field(max_length=bench.MOST_PHOTOGRAPHS)]


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


class ItemPage(ItemLine):
    """A weapon of a work order with all that was done; `missing` are the numbers of the marks to put on, `finding` what is odd about it."""

    batch: UUID
    keyed: str
    missing: list[int]
    finding: str
    applied: list[Annotated[dict[str, Any], shape(Applied)]]
    inspections: list[Annotated[dict[str, Any], shape(Inspection)]]


class Following(Strict):
    """After which position to look, or what was scanned: record number, serial, number or id."""

    after: Count = 0
    scan: Short = ""


class NextWeapon(Schema):
    """The next weapon at the bench, null where none is left; `left` says how many are not finished. The serial on record is not told before it
    was keyed.
    """

    weapon: ItemLine | None
    left: int


class KeyedSerial(Strict):
    """The old serial as read off the weapon, keyed twice; both empty says that there is none. `happened` as ISO 8601 for what was written on
    paper.
    """

    first: Short
    second: Short
    happened: Short = ""


class ToolFields(Strict):
    """What the marks were put on with: a `machine` by id, or hand stamps without one; a machine's first method where none is named."""

    machine: Short = ""
    method: Short = ""
    plates: Annotated[int, Field(ge=0, le=100)] = 0


class PutOn(ToolFields):
    """Which planned marks were put on (all that are missing, if null), in the attempt that the weapon is at."""

    attempt: Count
    marks: Annotated[list[Count], Field(max_length=200)] | None = None
    happened: Short = ""


class Inspected(Strict):
    """Which criteria (ITI, para. 7) the marks meet, up to six photographs (JPEG or PNG, base64), and the decision: accepted or to be done again."""

    attempt: Count
    criteria: Criteria
    accepted: bool
    photographs: Photographs = Field(default_factory=list)
    note: Word = ""
    happened: Short = ""


class LookedAgain(Strict):
    """Which criteria an accepted mark still meets; `seen` is how many inspections the weapon had."""

    seen: Count
    criteria: Criteria
    photographs: Photographs = Field(default_factory=list)
    note: Word = ""


class DueMark(Schema):
    """A mark to be looked at again: of which method, on which material, and since when; `seen` inspections it had."""

    item: UUID
    ref: str
    seen: int
    material: str
    method: str
    durability: str
    due: dt.date


class AnotherNumber(Because):
    """Why another number is needed instead of `number`."""

    number: Short


@router.get("/marking/batches/{uuid:batch_id}/next", response={200: NextWeapon, **MISSING}, auth=Token("marking.bench"))
def following(request: HttpRequest, batch_id: UUID, asked: Query[Following]) -> dict[str, Any]:
    """The next weapon that is not finished, after a position and then from the beginning; or the one scanned. Permission:
    `marking.bench`, at its bench.
    """
    order = batch_or_404(person(request), batch_id, "marking.bench")
    found = queries.find_item(order.id, asked.scan) if asked.scan else queries.next_item(order.id, asked.after)
    if asked.scan and found is None:
        raise not_found("weapon of the work order")
    done = queries.progress(order.id)
    return {"weapon": _unread(found) if found else None, "left": done.total - done.finished}


@router.get("/marking/items/{uuid:item_id}", response={200: ItemPage, **MISSING}, auth=Token("marking.view"))
def item(request: HttpRequest, item_id: UUID) -> dict[str, Any]:
    """One weapon of a work order. Permission: `marking.view`."""
    return _page(item_or_404(person(request), item_id))


@router.get(
    "/marking/items/{uuid:item_id}/plan",
    response={200: None, **MISSING},
    auth=Token("marking.view"),
    openapi_extra={"x-media-type": "application/json"},
)
def plan(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Its plan as it was kept, with the digests of the rules it was made under. Permission: `marking.view`."""
    document = queries.plan_of(item_or_404(person(request), item_id))
    if document is None:
        raise not_found("plan")
    return HttpResponse(document, content_type="application/json")


@router.get(
    "/marking/items/{uuid:item_id}/photographs/{digest}",
    response={200: None, **MISSING},
    auth=Token("marking.view"),
    openapi_extra={"x-media-type": "image/*"},
)
def photograph(request: HttpRequest, item_id: UUID, digest: Digest) -> HttpResponse:
    """A photograph of an inspection, by its digest (JPEG or PNG). Permission: `marking.view`."""
    found = item_or_404(person(request), item_id)
    return document(digest, [one for look in found.inspections for one in look.photographs])


@router.post("/marking/items/{uuid:item_id}/serial", response={200: ItemPage, **WRITE}, auth=Token("marking.bench"))
def serial(request: HttpRequest, item_id: UUID, given: KeyedSerial) -> dict[str, Any]:
    """Confirms the old serial, and assigns a number where one is needed; a serial that is not the recorded one stops the weapon.
    Permission: `marking.bench`, at its bench.
    """
    user = person(request)
    found = item_or_404(user, item_id, "marking.bench")
    with acts.alone():
        keyed = bench.key_serial(found.id, given.first, given.second, happened=given.happened, by=actor(user))
        return _page(_numbered(keyed, user))


@router.post("/marking/items/{uuid:item_id}/go-on", response={200: ItemPage, **WRITE}, auth=Token("marking.bench"))
def go_on(request: HttpRequest, item_id: UUID, given: Why) -> dict[str, Any]:
    """Lets a stopped weapon go on although its serial is not what the record says. Permission: `marking.bench`, at its bench."""
    user = person(request)
    found = item_or_404(user, item_id, "marking.bench")
    with acts.alone():
        return _page(_numbered(bench.go_on(found.id, reason=given.reason, by=actor(user)), user))


@router.post("/marking/items/{uuid:item_id}/apply", response={200: ItemPage, **WRITE}, auth=Token("marking.bench"))
def apply(request: HttpRequest, item_id: UUID, given: PutOn) -> dict[str, Any]:
    """Records that marks were put on: each is an event of the weapon. Permission: `marking.bench`, at its bench."""
    user = person(request)
    found = item_or_404(user, item_id, "marking.bench")
    machine, method = tool(user, given)
    with acts.alone():
        _numbered(found, user)
        put_on = bench.apply(
            found.id,
            given.marks,
            attempt=given.attempt,
            method=method,
            machine=machine,
            plates=given.plates,
            happened=given.happened,
            by=actor(user),
        )
    return _page(put_on)


@router.post("/marking/items/{uuid:item_id}/inspect", response={200: ItemPage, **WRITE}, auth=Token("marking.bench"))
def inspect(request: HttpRequest, item_id: UUID, given: Inspected) -> dict[str, Any]:
    """Records an inspection; without `accepted` the marks are to be done again, and `note` says what. Permission: `marking.bench`, at
    its bench.
    """
    user = person(request)
    found = item_or_404(user, item_id, "marking.bench")
    inspected = bench.inspect(
        found.id,
        given.criteria,
        attempt=given.attempt,
        accepted=given.accepted,
        photographs_taken=given.photographs,
        note=given.note,
        happened=given.happened,
        by=actor(user),
    )
    return _page(inspected)


@router.post("/marking/items/{uuid:item_id}/look-again", response={200: ItemPage, **WRITE}, auth=Token("marking.bench"))
def look_again(request: HttpRequest, item_id: UUID, given: LookedAgain) -> dict[str, Any]:
    """Records that an accepted mark was looked at again after some time. Permission: `marking.bench`, at its bench."""
    user = person(request)
    found = item_or_404(user, item_id, "marking.bench")
    looked = bench.look_again(
        found.id,
        given.criteria,
        seen=given.seen,
        photographs_taken=given.photographs,
        note=given.note,
        by=actor(user),
    )
    return _page(looked)


@router.post("/marking/items/{uuid:item_id}/renumber", response={200: ItemPage, **WRITE}, auth=Token("marking.bench"))
def renumber(request: HttpRequest, item_id: UUID, given: AnotherNumber) -> dict[str, Any]:
    """Assigns another number, and declares the old one void unless it stands on metal. Permission: `marking.bench`, at its bench."""
    user = person(request)
    found = item_or_404(user, item_id, "marking.bench")
    return _page(bench.renumber(found.id, given.number, reason=given.why, by=actor(user)))


@router.post("/marking/items/{uuid:item_id}/withdraw", response={200: ItemPage, **WRITE}, auth=Token("marking.bench"))
def withdraw(request: HttpRequest, item_id: UUID, given: Because) -> dict[str, Any]:
    """Takes a weapon out of its work order. Permission: `marking.bench`, at its bench."""
    user = person(request)
    found = item_or_404(user, item_id, "marking.bench")
    return _page(bench.withdraw(found.id, reason=given.why, by=actor(user)))


@router.get("/marking/due", response={200: list[DueMark], **READ}, auth=Token("marking.view"))
def due(request: HttpRequest) -> list[dict[str, Any]]:
    """Accepted marks that may not last on their material and are to be looked at again by today. Permission: `marking.view`."""
    names = ("material", "method", "durability", "due")
    return [
        {"item": one.item.id, "ref": one.item.ref, "seen": len(one.item.inspections)}
        | {name: getattr(one, name) for name in names}
        for one in queries.to_look_at_again(person(request))
    ]


def tool(user: User, given: ToolFields) -> tuple[str, str]:
    """The machine and the method marks were put on with; 404 for a machine at a place one may not see."""
    if not given.machine:
        return "", given.method or bench.HAND
    machine = machine_or_404(user, given.machine, "marking.view")
    return machine.id, given.method or (machine.methods[0] if machine.methods else machine.kind)


def _numbered(found: Item, user: User) -> Item:
    ready = found.needs_number and found.state in ("confirmed", "rework")
    return bench.assign_number(found.id, by=actor(user)) if ready else found


def _page(found: Item) -> dict[str, Any]:
    done = {name: msgspec.to_builtins(getattr(found, name)) for name in ("applied", "inspections")}
    return item_line(found) | {name: getattr(found, name) for name in ("batch", "keyed", "missing", "finding")} | done


def _unread(found: Item) -> dict[str, Any]:
    return item_line(found) | ({"serial": ""} if found.state == "waiting" else {})


def item_line(item: Item) -> dict[str, Any]:
    """A weapon of a work order as it is listed."""
    names = ("id", "position", "ref", "serial", "number", "state", "attempt")
    marks = [
        {
            **{name: getattr(mark, name) for name in ("component", "mark_kind", "carrier", "height_mm", "depth_mm")},
            "text": item.text_of(number),
        }
        for number, mark in enumerate(item.marks)
    ]
    return {name: getattr(item, name) for name in names} | {"weapon_id": item.weapon, "marks": marks}
