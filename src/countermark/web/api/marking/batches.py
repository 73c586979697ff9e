"""Work orders: listed, made, moved on, their numbers, files for machines, and the paper sheet."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router, Schema, Status
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.marking import batches as services
from countermark.marking import bench, machinefiles, planning, queries, sheets
from countermark.marking.acts import one_of, place_id, refuse
from countermark.marking.description import ELEMENTS
from countermark.marking.equipment import Kind as MachineKind
from countermark.marking.states import Batch
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.queries.listing import Asked
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.bench import Criterion, ItemLine, ToolFields, item_line, tool
from countermark.web.api.marking.common import MISSING, WRITE, Shorts, batch_or_404, own_place
from countermark.web.api.problems import Problem, ProblemDocument
from countermark.web.api.texts import Short, Strict, Word

router = Router(tags=["marking"])

BATCHES_AT_MOST = 200
ITEMS_AT_MOST = 500


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


class BatchPage(BatchLine):
    """A work order with its weapons in order; `next` goes into `after`, null at the end."""

    weapons: list[ItemLine]
    next: int | None


class Common(Strict):
    """What weapons have in common, as the list of weapons asks for it; `place` by name or id."""

    maker: Word = ""
    model: Word = ""
    kind: Short = ""
    status: Short = ""
    place: Short = ""


class NewBatch(Strict):
    """A work order: the `weapons` by record number or id, or those that have something in `common`; whose numbers are put on, what the marks
    say (`elements`), the place of the bench. `date` is the day whose rules apply; empty for today.
    """

    name: Annotated[Word, Field(min_length=1)]
    occasion: Literal["manufacture", "import", "state_to_civil", "state_holding", "found", "deactivation"]
    profiles: Shorts = Field(default_factory=list)
    weapons: Annotated[list[Short], Field(max_length=services.MOST_ITEMS)] = Field(default_factory=list)
    common: Common | None = None
    authority: Short = ""
    place: Short = ""
    date: dt.date | None = None
    elements: dict[Short, Short] = Field(default_factory=dict)
    note: Word = ""


class BatchMove(Strict):
    """One step on; from `inspected` also back to `running`."""

    state: Literal["released", "running", "inspected", "closed"]


class NumbersAssigned(Schema):
    """How many weapons were given a number."""

    assigned: int


class SheetLine(Schema):
    """One weapon on the paper sheet: its code, what its record says, and the marks to put on."""

    code: str
    position: int
    ref: str
    serial: str
    marks: list[dict[Literal["component", "text"], str]]


class WrittenLine(ToolFields):
    """What somebody wrote on the sheet for one weapon; the serial as written twice, times as ISO 8601 with an offset, `inspected` empty where
    nobody did.
    """

    code: Short
    serial: Short
    again: Short
    marked: Short
    inspected: Short = ""
    criteria: Annotated[list[Criterion], Field(max_length=6)] = Field(default_factory=list)
    accepted: bool = False
    note: Word = ""


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
    found = batch_or_404(person(request), batch_id)
    items = queries.items(found.id, start=after, limit=ITEMS_AT_MOST)
    following = items[-1].position if len(items) == ITEMS_AT_MOST else None
    return {**_batch(found), "weapons": [item_line(one) for one in items], "next": following}


@router.post("/marking/batches", response={200: BatchLine, 201: BatchLine, **WRITE}, auth=Token("marking.manage"))
def make(
    request: HttpRequest,
    given: NewBatch,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=200)] = "",
) -> Status[dict[str, Any]]:
    """Plans the marks of weapons of the register and makes a work order of them; a weapon that needs none is left out. Permission:
    `marking.manage`, where the weapons stand and at the bench. With an `Idempotency-Key` the same request sent again is answered with
    the work order it made the first time, as it stands now (200).
    """
    user = person(request)
    batch_id = services.id_of_request(user.username, idempotency_key) if idempotency_key else ""
    if batch_id and (known := queries.visible_batch(user, batch_id, "marking.manage")):
        return Status(200, _batch(known))
    place = own_place(user, "marking.manage", given.place)
    _require_known(given)
    drafts, documents = planning.for_weapons(
        _chosen(user, given),
        given.occasion,
        given.profiles,
        elements=given.elements,
        authority=given.authority,
        day=given.date,
    )
    made = services.make(
        given.name,
        given.occasion,
        drafts,
        profiles=given.profiles,
        day=given.date,
        authority=given.authority,
        place=place,
        note=given.note,
        documents=documents,
        batch_id=batch_id,
        by=actor(user),
    )
    return Status(201, _batch(made))


def _require_known(given: NewBatch) -> None:
    if unknown := planning.unknown_profiles(given.profiles):
        raise refuse("profiles", unknown[0], "the id of a profile", "unknown")
    if unknown := [name for name in given.elements if name not in ELEMENTS]:
        raise refuse("elements", unknown[0], one_of(ELEMENTS), "unknown")


def _chosen(user: User, given: NewBatch) -> list[str]:
    """The ids of the weapons asked for that the person may put into a work order, in the order they were named. Raises `Refused`."""
    if not given.weapons:
        return planning.selected(Asked(_filters(given.common)), user)
    named = list(dict.fromkeys(given.weapons))
    seen = scope.of(user, "marking.manage").narrow(Weapon.objects.filter(replaced_by=None))
    by_name: dict[str, list[str]] = {}
    for start in range(0, len(named), 500):
        some = named[start : start + 500]
        rows = seen.filter(Q(ref__in=some) | Q(pk__in=[one for one in some if _is_id(one)]))
        for pk, ref in rows.values_list("pk", "ref"):
            by_name.setdefault(str(pk), []).append(str(pk))
            by_name.setdefault(ref, []).append(str(pk))
    for one in named:
        if len(by_name.get(one, [])) != 1:
            raise refuse("weapons", one, "the record number or id of one weapon you may see", "unknown")
    return [by_name[one][0] for one in named]


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _filters(common: Common | None) -> dict[str, str]:
    said = common.dict() if common else {}
    found = {name: text for name, text in said.items() if text}
    if not found:
        raise refuse("weapons", "", "record numbers, or what the weapons have in common", "missing")
    return found | ({"place": place_id(found["place"])[-64:]} if "place" in found else {})


@router.post("/marking/batches/{uuid:batch_id}/move", response={200: BatchLine, **WRITE}, auth=Token("marking.manage"))
def move(request: HttpRequest, batch_id: UUID, given: BatchMove) -> dict[str, Any]:
    """Takes a work order one step on; asking for the state it is in changes nothing. Permission: `marking.manage`, at its bench."""
    user = person(request)
    found = batch_or_404(user, batch_id, "marking.manage")
    return _batch(services.move(found.id, given.state, by=actor(user)))


@router.post(
    "/marking/batches/{uuid:batch_id}/numbers", response={200: NumbersAssigned, **MISSING}, auth=Token("marking.bench")
)
def numbers(request: HttpRequest, batch_id: UUID) -> dict[str, int]:
    """Assigns a number to every weapon that needs one, for machines and paper. Permission: `marking.bench`, at its bench."""
    user = person(request)
    found = batch_or_404(user, batch_id, "marking.bench")
    return {"assigned": bench.assign_numbers(found.id, by=actor(user))}


@router.get(
    "/marking/batches/{uuid:batch_id}/file",
    response={200: None, **MISSING},
    auth=Token("marking.view"),
    openapi_extra={"x-media-type": "text/csv"},
)
def file(request: HttpRequest, batch_id: UUID, kind: Annotated[MachineKind, Query()]) -> HttpResponse:
    """The marks to put on as a machine of a kind reads them (CSV; docs/marking-machines.md). Permission: `marking.view`."""
    items = queries.items(batch_or_404(person(request), batch_id).id, limit=services.MOST_ITEMS)
    try:
        return HttpResponse(machinefiles.as_csv(items, kind), content_type="text/csv; charset=utf-8")
    except machinefiles.NotReadyError as error:
        raise Problem(422, str(error)) from error


@router.get(
    "/marking/batches/{uuid:batch_id}/texts",
    response={200: None, **MISSING},
    auth=Token("marking.view"),
    openapi_extra={"x-media-type": "text/plain"},
)
def texts(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The marks to put on as plain text, one a line. Permission: `marking.view`."""
    items = queries.items(batch_or_404(person(request), batch_id).id, limit=services.MOST_ITEMS)
    try:
        return HttpResponse(machinefiles.as_text(items), content_type="text/plain; charset=utf-8")
    except machinefiles.NotReadyError as error:
        raise Problem(422, str(error)) from error


@router.get(
    "/marking/batches/{uuid:batch_id}/sheet", response={200: list[SheetLine], **MISSING}, auth=Token("marking.view")
)
def sheet(request: HttpRequest, batch_id: UUID) -> list[dict[str, Any]]:
    """What stands on the paper sheet: the weapons that are not finished. Permission: `marking.view`."""
    found = sheets.sheet(batch_or_404(person(request), batch_id).id)
    names = ("code", "position", "ref", "serial")
    return [
        {name: getattr(line, name) for name in names}
        | {"marks": [{"component": component, "text": text} for component, text in line.marks]}
        for line in found.lines
    ]


@router.post("/marking/batches/{uuid:batch_id}/sheet", response={200: ItemLine, **WRITE}, auth=Token("marking.bench"))
def key_back(request: HttpRequest, batch_id: UUID, given: WrittenLine) -> dict[str, Any]:
    """Keys one line of the sheet back, all of it or nothing; sent twice it counts once. Permission: `marking.bench`, at its bench."""
    user = person(request)
    line = sheets.find(batch_or_404(user, batch_id, "marking.bench").id, given.code)
    machine, method = tool(user, given)
    written = sheets.Written(
        **given.dict(include={"serial", "again", "marked", "plates", "inspected", "accepted", "note"}),
        criteria=frozenset(given.criteria),
        machine=machine,
        method=method,
    )
    return item_line(sheets.key_back(line.id, written, by=actor(user)))


def _batch(found: Batch) -> dict[str, Any]:
    names = ("id", "name", "occasion", "profiles", "date", "authority", "state", "items")
    return {name: getattr(found, name) for name in names} | {"counts": queries.progress(found.id).counts}
