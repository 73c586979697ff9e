"""Weapons: the list, one record, a new one, an event, a correction."""

import hashlib
import json
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.ledger.reasons import Reason
from countermark.marks.text import canonical
from countermark.register import asking, bodies, checking, serialrules, services
from countermark.register.asking import Waits
from countermark.register.files import again
from countermark.register.models import Mark, Weapon
from countermark.register.queries import personal, records, scope, twins
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import MISSING, RESPONSES, Problem, ProblemDocument, not_found
from countermark.web.api.stockpile.subjects import Proposed
from countermark.web.api.texts import Because, Long, Short, Strict, Word

router = Router(tags=["weapons"])

CONFLICT: Any = {**RESPONSES, 404: ProblemDocument, 409: ProblemDocument}
PAGE_MAX = 200
LISTED = ("source", "ref", "kind", "maker", "model", "calibre", "country", "year", "status", "serial")


class WeaponLine(Schema):
    """A weapon as listed; `serial` is its control mark."""

    weapon_id: UUID
    source: str
    ref: str
    kind: str
    maker: str
    model: str
    calibre: str
    country: str
    year: str
    status: str
    serial: str


class WeaponPage(Schema):
    """Weapons in the order of their ids; `next` goes into `after` for the following page, null at the end."""

    items: list[WeaponLine]
    next: UUID | None


class Filters(Strict):
    """What listed weapons have in common; texts as the source wrote them, `mark` in any spelling of the same mark."""

    ref: Short | None = None
    source: Short | None = None
    kind: Short | None = None
    maker: Short | None = None
    model: Short | None = None
    calibre: Short | None = None
    country: Short | None = None
    year: Short | None = None
    status: Short | None = None
    mark: Short | None = None
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 50


@router.get("/weapons", response={200: WeaponPage, **MISSING}, auth=Token("weapon.view"))
def weapons(request: HttpRequest, asked: Query[Filters]) -> dict[str, Any]:
    """Lists the weapons at places its asker may see. Permission: `weapon.view`."""
    # A record whose every event was declared an error has nothing left to list.
    found = scope.of(person(request)).narrow(Weapon.objects.exclude(ref="").order_by("id"))
    given = asked.dict(exclude={"mark", "after", "limit"}, exclude_none=True)
    found = found.filter(**given)
    if asked.mark is not None:
        marked = Mark.objects.filter(canonical=canonical(asked.mark) or "\n").values("weapon_id")
        found = found.filter(id__in=marked)
    if asked.after is not None:
        found = found.filter(id__gt=asked.after)
    rows = list(found.values("id", *LISTED)[: asked.limit + 1])
    lines = [{"weapon_id": row.pop("id"), **row} for row in rows[: asked.limit]]
    return {"items": lines, "next": lines[-1]["weapon_id"] if len(rows) > asked.limit else None}


class PartLine(Schema):
    component: str
    role: str
    mark: str
    since: str | None
    until: str | None
    other_ref: str


class MarkLine(Schema):
    component: str
    carrier: str
    role: str
    mark_kind: str
    layer: str
    mark: str
    inscription: str
    mark_condition: str
    until: str | None


class EventLine(Schema):
    """One event; `date` as its source wrote it, `recorded` in UTC, `corrected` when it was declared an error."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    eventID: str  # noqa: N815 -- the contract's name
    event: str
    date: str
    precision: str
    recorded: str
    sender: Annotated[str, Field(alias="from")]
    receiver: Annotated[str, Field(alias="to")]
    document: str
    place: str
    corrected: bool


class WeaponRecord(Schema):
    """A weapon and everything recorded of it. More fields may be added."""

    model_config = ConfigDict(extra="allow")

    weapon_id: str
    ref: str
    source: str
    kind: str
    maker: str
    model: str
    calibre: str
    country: str
    year: str
    status: str
    components: list[PartLine]
    marks: list[MarkLine]
    history: list[EventLine]


class Looking(Strict):
    """Why names of people and parties are wanted: a code with `words` beside it, or words alone; without a reason their ids stand in their place."""

    reason: Word = ""
    words: Word = ""


@router.get("/weapons/{uuid:weapon_id}", response={200: WeaponRecord, **MISSING}, auth=Token("weapon.view"))
def weapon(request: HttpRequest, weapon_id: UUID, asked: Query[Looking]) -> HttpResponse:
    """One weapon and its whole history. Permission: `weapon.view`; names of parties and people also need `person.view` and a
    `reason`, which is logged. Answers 304 to an `If-None-Match` with the current `ETag`.
    """
    record = records.record(str(weapon_id))
    user = person(request)
    if record is None or not scope.of(user).sees(record.state):
        raise not_found("weapon")
    names = _names(user, record, Reason(asked.reason.strip(), asked.words.strip()))
    content = json.dumps(records.as_json(record, names), ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if tag in [given.strip() for given in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(content, content_type="application/json", headers={"ETag": tag})


class NewMark(Strict):
    """One mark, in the columns of the register file."""

    component: Short = ""
    carrier: Short = ""
    role: Short = ""
    mark_kind: Short = ""
    mark: Short = ""
    inscription: Annotated[Long, Field(max_length=1000)] = ""
    mark_condition: Short = ""
    layer: Short = ""
    serial_again: Short = ""


class NewWeapon(Strict):
    """A weapon, in the columns of the register file. With `ask_near` it is refused (409) while there are records that its marks may
    stand for, until `near_seen` says that somebody has looked at them.
    """

    ref: Annotated[Short, Field(min_length=1)]
    kind: Short = ""
    maker: Word = ""
    model: Word = ""
    calibre: Word = ""
    country: Short = ""
    year: Short = ""
    marks: Annotated[list[NewMark], Field(min_length=1, max_length=500)]
    note: Long = ""
    ask_near: bool = False
    near_seen: bool = False


class Captured(Schema):
    """What became of a capture: `new` is false when the ledger had it already, so sending it twice is harmless."""

    weapon_id: str
    eventID: str  # noqa: N815 -- the contract's name
    new: bool


class NearMark(Schema):
    """A mark that is one of the marks stated, or easily taken for it, and the weapon it is on."""

    weapon_id: UUID
    ref: str
    mark: str
    component: str
    kind: str
    maker: str
    model: str
    status: str


class NewCaptured(Captured):
    """What became of a new weapon; `near` only where it was asked for."""

    near: list[NearMark] | None = None


@router.post(
    "/weapons",
    response={200: NewCaptured, 201: NewCaptured, **CONFLICT},
    auth=Token("weapon.add"),
    exclude_unset=True,
)
def add_weapon(request: HttpRequest, asked: NewWeapon) -> Status[dict[str, Any]]:
    """Opens the record of a weapon in this node's own register. Permission: `weapon.add`; for `ask_near` also `weapon.view`: told are
    the marks at places its asker may see.
    """
    user = person(request)
    facts = asked.dict(include={"kind", "maker", "model", "calibre", "country", "year"})
    marks = [mark.dict() for mark in asked.marks]
    near = _near(request, asked) if asked.ask_near else []
    if near and not asked.near_seen:
        raise twins.unseen(near)
    twice = serialrules.asking(again.PROGRAMS)
    added = services.add_weapon(asked.ref, facts, marks, by=actor(user), note=asked.note, twice=twice)
    told = {"near": [twins.told(mark) for mark in near]} if asked.ask_near else {}
    return _captured(added, told)


def _near(request: HttpRequest, asked: NewWeapon) -> list[Mark]:
    # Whoever asks may hold it where the token they gave their program does not carry it.
    user = Token("weapon.view")(request)
    weapon_id = bodies.weapon_id(services.own_source(), asked.ref)
    return twins.beside(weapon_id, [mark.mark for mark in asked.marks], scope.of(user))


class EventFields(Strict):
    """An event, in the columns of the events file. `date` is ISO 8601, as precise as it is known."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    event: Annotated[Short, Field(examples=["transfer"])]
    date: Short = ""
    sender: Annotated[Word, Field(alias="from")] = ""
    receiver: Annotated[Word, Field(alias="to")] = ""
    country: Short = ""
    place: Word = ""
    document: Word = ""
    note: Long = ""
    id: Word = ""
    component: Short = ""
    mark: Short = ""
    other_ref: Short = ""
    why: Short = ""


@router.post(
    "/weapons/{uuid:weapon_id}/events",
    response={200: Captured, 201: Captured, 202: Proposed, **CONFLICT},
    auth=Token("event.add"),
)
def add_event(request: HttpRequest, weapon_id: UUID, asked: EventFields) -> Any:
    """Records an event of a weapon. Permission: `event.add`, and `event.grave` for one that hands it over or changes its status in law,
    where the weapon stands. Losses, thefts, deactivations and destructions need a reason: a code in `why`, a `note`, or a `document`. The same event sent twice is
    one event; two that are alike in every column are told apart by `id`. 202 where it would move a weapon that is in the hands of a store,
    or give it to somebody else: it is proposed to whoever commands there.
    """
    user = person(request)
    _require_at(user, "event.add", str(weapon_id), "weapon")
    state = records.surviving(str(weapon_id))
    grave = state is not None and scope.of(user, "event.grave").sees(state) and accounts.may(user, "event.grave")
    fields = checking.by_hand(asked.dict(by_alias=True), grave=grave)
    made = asking.add_event(str(weapon_id), fields, by=actor(user))
    return Status(202, Proposed(proposal=made.proposal)) if isinstance(made, Waits) else _captured(made)


class Correction(Because):
    """Why an event is wrong (a code of the list, or words alone), and what it should have said; without `changes` it never happened."""

    changes: dict[Short, Word] | None = None


class Corrected(Schema):
    """The event that stands for the corrected one, or the declaration that it never happened."""

    eventID: str  # noqa: N815 -- the contract's name


@router.post(
    "/events/{path:event_id}/correct",
    response={201: Corrected, 202: Proposed, **CONFLICT},
    auth=Token("weapon.correct"),
)
def correct(request: HttpRequest, event_id: str, asked: Correction) -> Any:
    """Declares an event wrong. Permission: `weapon.correct`, where the weapon stands. An event is corrected once: asking again
    is answered 409. The eventID goes into the path percent-encoded, with or without its leading `ni:///`. 202 where it takes back a
    hand-over of a store, or moves a weapon in the hands of one: it is proposed to whoever commands there.
    """
    user = person(request)
    event_id = full_event_id(event_id)
    weapon_id = services.weapon_of(event_id)
    if not weapon_id:
        raise not_found("event")
    _require_at(user, "weapon.correct", weapon_id, "event")
    made = asking.correct(event_id, asked.changes, reason=asked.why, by=actor(user))
    if isinstance(made, Waits):
        return Status(202, Proposed(proposal=made.proposal))
    return Status(201, {"eventID": made.event_id})


def full_event_id(given: str) -> str:
    """An eventID from a path: proxies fold the slashes of `ni:///`, so it may be left out."""
    bare = given.removeprefix("ni:").lstrip("/")
    if "\0" in bare or not bare.startswith("sha-256;"):
        raise Problem(404, "there is no event of that id, or it is not at a place you may see")
    return f"ni:///{bare}"


def _require_at(user: User, permission: str, weapon_id: str, what: str) -> None:
    state = records.surviving(weapon_id)
    if state is None or not scope.of(user, permission).sees(state):
        raise not_found(what)


def _captured(added: services.Added, more: dict[str, Any] | None = None) -> Status[dict[str, Any]]:
    body = {"weapon_id": added.weapon_id, "eventID": added.event_id, "new": added.new, **(more or {})}
    return Status(201 if added.new else 200, body)


def _names(user: User, record: records.Record, why: Reason) -> dict[str, str]:
    """Places and documents in clear; parties, people and notes only to those who may open personal data and say why."""
    if not why.code and not why.words:
        return personal.impersonal(record.names)
    if not accounts.may(user, "person.view"):
        raise Problem(403, "this needs the permission person.view")
    personal.looked_at(record, why, by=actor(user))
    return record.names
