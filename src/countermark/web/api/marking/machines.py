"""Marking equipment: what there is, whether it works, what was done to it."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.marking import equipment, queries
from countermark.marking.equipment import Downtime, Kind, Machine, Maintenance
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import MISSING, READ, WRITE, Shorts, own_place
from countermark.web.api.problems import not_found
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Short, Strict, Word

router = Router(tags=["marking"])


class MachineFields(Strict):
    """A piece of equipment: `methods` as `countermark schema marking` names them, `place` by name or id, `power_w` null where not known."""

    name: Annotated[Short, Field(min_length=1)]
    kind: Kind
    methods: Shorts = Field(default_factory=list)
    place: Short = ""
    serial: Short = ""
    power_w: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    maintenance_days: Annotated[int, Field(ge=1, le=10_000)] | None = None
    spare_parts: Shorts = Field(default_factory=list)
    consumables: Shorts = Field(default_factory=list)
    retired: bool = False


class MachineLine(Schema):
    """A piece of equipment; `down_since` and `reason` while it stands still, `next_maintenance` as it is planned."""

    id: str
    name: str
    kind: str
    methods: list[str]
    place: str
    serial: str
    power_w: int | None
    maintenance_days: int | None
    spare_parts: list[str]
    consumables: list[str]
    retired: bool
    down_since: str | None
    reason: str | None
    next_maintenance: dt.date | None


class MachinePage(MachineLine):
    """A piece of equipment with its standstills and what was done to it, oldest first, and what it did."""

    downtimes: list[Annotated[dict[str, Any], shape(Downtime)]]
    maintenances: list[Annotated[dict[str, Any], shape(Maintenance)]]
    done: Annotated[dict[str, Any], shape(queries.Throughput)]


class MachineState(Strict):
    """It stands still, for a `reason`, or runs again."""

    state: Literal["down", "running"]
    reason: Literal["no_power", "fault", "no_consumables", "no_spare_part", "maintenance", "no_operator", "other"] = (
        "other"
    )
    note: Word = ""


class MaintenanceDone(Strict):
    """What was done on a day; `parts` that were replaced."""

    date: dt.date
    what: Literal["routine", "repair", "calibration", "parts_replaced"]
    parts: Shorts = Field(default_factory=list)
    note: Word = ""


@router.get("/marking/machines", response={200: list[MachineLine], **READ}, auth=Token("marking.view"))
def machines(request: HttpRequest) -> list[dict[str, Any]]:
    """The equipment at places one may see. Permission: `marking.view`."""
    return [_line(one) for one in queries.machine_list(person(request))]


@router.post("/marking/machines", response={201: MachineLine, **WRITE}, auth=Token("marking.manage"))
def add(request: HttpRequest, given: MachineFields) -> Status[dict[str, Any]]:
    """Adds a piece of equipment. Permission: `marking.manage`, at its place."""
    return Status(201, _line(_stated(request, "", given)))


@router.get("/marking/machines/{uuid:machine_id}", response={200: MachinePage, **MISSING}, auth=Token("marking.view"))
def machine(request: HttpRequest, machine_id: UUID) -> dict[str, Any]:
    """One piece of equipment. Permission: `marking.view`."""
    found = machine_or_404(person(request), str(machine_id), "marking.view")
    return {
        **_line(found),
        "downtimes": msgspec.to_builtins(equipment.downtimes(found.id)),
        "maintenances": msgspec.to_builtins(equipment.maintenances(found.id)),
        "done": msgspec.to_builtins(queries.throughput(queries.all_items(), found.id)),
    }


@router.put("/marking/machines/{uuid:machine_id}", response={200: MachineLine, **WRITE}, auth=Token("marking.manage"))
def change(request: HttpRequest, machine_id: UUID, given: MachineFields) -> dict[str, Any]:
    """States anew what is known of a piece of equipment. Permission: `marking.manage`, at its place."""
    found = machine_or_404(person(request), str(machine_id), "marking.manage")
    return _line(_stated(request, found.id, given))


@router.post(
    "/marking/machines/{uuid:machine_id}/state", response={200: MachineLine, **WRITE}, auth=Token("marking.bench")
)
def state(request: HttpRequest, machine_id: UUID, given: MachineState) -> dict[str, Any]:
    """Records that it stands still or runs again. Permission: `marking.bench`, at its place. Said again it changes nothing."""
    user = person(request)
    found = machine_or_404(user, str(machine_id), "marking.bench")
    if given.state == "down":
        equipment.down(found.id, given.reason, note=given.note, by=actor(user))
    else:
        equipment.running_again(found.id, note=given.note, by=actor(user))
    return _line(found)


@router.post(
    "/marking/machines/{uuid:machine_id}/maintenances",
    response={201: MachineLine, **WRITE},
    auth=Token("marking.manage"),
)
def maintained(request: HttpRequest, machine_id: UUID, given: MaintenanceDone) -> Status[dict[str, Any]]:
    """Records maintenance. Permission: `marking.manage`, at its place."""
    user = person(request)
    found = machine_or_404(user, str(machine_id), "marking.manage")
    equipment.maintained(found.id, given.date, given.what, parts=given.parts, note=given.note, by=actor(user))
    return Status(201, _line(found))


def machine_or_404(user: User, machine_id: str, permission: str) -> Machine:
    """The machine where the person holds the permission; the same 404 for *not yours* and *absent*."""
    found = next((one for one in equipment.machines() if one.id == machine_id), None)
    if found is None or not accounts.may_at(user, permission, found.place or None):
        raise not_found("machine")
    return found


def _stated(request: HttpRequest, machine_id: str, given: MachineFields) -> Machine:
    user = person(request)
    place = own_place(user, "marking.manage", given.place)
    return equipment.add_machine(Machine(machine_id, **{**given.dict(), "place": place}), by=actor(user))


def _line(found: Machine) -> dict[str, Any]:
    standing = equipment.standing_still(found.id)
    return {
        **msgspec.to_builtins(found),
        "down_since": standing.since if standing else None,
        "reason": standing.reason if standing else None,
        "next_maintenance": equipment.next_maintenance(found),
    }
