"""Weapons found and of other origins: what is decided, how they were made, their deactivation."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Base64Bytes, Field

from countermark.accounts.services import actor
from countermark.marking import acts, arrivals, origins
from countermark.marking.description import Production
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import MISSING, READ, WRITE, Changed, Reason, document, weapon_or_404
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Short, Strict, Word

router = Router(tags=["marking"])


class FindLine(Schema):
    """A weapon found and not dealt with: since when, how many days, what is decided (empty: nothing yet), and whether that is overdue."""

    weapon_id: UUID
    ref: str
    kind: str
    maker: str
    model: str
    status: str
    since: str
    days: int
    decision: Literal["", "mark", "destroy"]
    overdue: bool


class Decided(Strict):
    """What becomes of a weapon found (ITI, para. 9), and why."""

    decision: origins.Decision
    reason: Reason


class Produced(Strict):
    """How a weapon was made, and how that is known."""

    production: Production
    basis: Annotated[Word, Field(min_length=1)]


class Deactivation(Strict):
    """A certificate of deactivation: the day, its number, who verified the deactivation, and the document (JPEG, PNG or PDF, as base64)."""

    date: Annotated[Short, Field(examples=["2026-05-04"])]
    number: Annotated[Short, Field(min_length=1)]
    authority: Annotated[Word, Field(min_length=1)]
    document: Base64Bytes | None = None


Certificate = Annotated[dict[str, Any], shape(origins.Certificate)]


class OriginPage(Schema):
    """How a weapon was made, what is decided where it was found, and its certificate of deactivation."""

    weapon_id: UUID
    ref: str
    status: str
    production: str
    decision: Literal["", "mark", "destroy"]
    certificate: Certificate | None


class ArrivalLine(Schema):
    """A weapon whose import mark was put on at manufacture, and the texts of the marks its record tells of."""

    weapon_id: UUID
    ref: str
    marks: list[str]


class ReadMark(Strict):
    """The import mark read off a weapon that arrived, keyed twice."""

    first: Annotated[Short, Field(min_length=1)]
    second: Annotated[Short, Field(min_length=1)]


class Confirmed(Schema):
    """What was read, and whether the record tells of it."""

    text: str
    agrees: bool


@router.get("/marking/finds", response={200: list[FindLine], **MISSING}, auth=Token("marking.view"))
def finds(
    request: HttpRequest,
    undecided: Annotated[bool, Query()] = False,
    after: Annotated[UUID | None, Query()] = None,
) -> list[dict[str, Any]]:
    """Weapons found that are not dealt with, the oldest first, at most 500; the last `weapon_id` of them goes into `after` for those that follow,
    until none does. Permission: `marking.view`.
    """
    return [
        {
            "weapon_id": one.weapon.id,
            **{name: getattr(one.weapon, name) for name in ("ref", "kind", "maker", "model", "status")},
            **{name: getattr(one, name) for name in ("since", "days", "decision", "overdue")},
        }
        for one in origins.finds(person(request), undecided=undecided, after=str(after or ""))
    ]


@router.get(
    "/marking/weapons/{uuid:weapon_id}/origin", response={200: OriginPage, **MISSING}, auth=Token("marking.view")
)
def origin(request: HttpRequest, weapon_id: UUID) -> dict[str, Any]:
    """One weapon. Permission: `marking.view`, where it stands."""
    weapon = weapon_or_404(person(request), weapon_id)
    decided = acts.record("decision", weapon.id)
    return {
        "weapon_id": weapon.id,
        "ref": weapon.ref,
        "status": weapon.status,
        "production": origins.production_of(weapon.id),
        "decision": decided.value["decision"] if decided else "",
        "certificate": msgspec.to_builtins(origins.certificate(weapon.id)),
    }


@router.post(
    "/marking/weapons/{uuid:weapon_id}/decision", response={200: Changed, **WRITE}, auth=Token("marking.manage")
)
def decide(request: HttpRequest, weapon_id: UUID, given: Decided) -> dict[str, bool]:
    """Decides that a weapon found is marked and recorded, or destroyed; may be decided anew. Permission: `marking.manage`,
    where it stands.
    """
    user = person(request)
    weapon = weapon_or_404(user, weapon_id, "marking.manage")
    return {"changed": origins.decide(weapon.id, given.decision, reason=given.reason, by=actor(user))}


@router.post(
    "/marking/weapons/{uuid:weapon_id}/production", response={200: Changed, **WRITE}, auth=Token("marking.manage")
)
def produced(request: HttpRequest, weapon_id: UUID, given: Produced) -> dict[str, bool]:
    """Records how a weapon was made. Permission: `marking.manage`, where it stands."""
    user = person(request)
    weapon = weapon_or_404(user, weapon_id, "marking.manage")
    return {"changed": origins.set_production(weapon.id, given.production, basis=given.basis, by=actor(user))}


@router.post(
    "/marking/weapons/{uuid:weapon_id}/deactivation", response={200: Certificate, **WRITE}, auth=Token("marking.manage")
)
def deactivate(request: HttpRequest, weapon_id: UUID, given: Deactivation) -> dict[str, Any]:
    """Records a deactivation with its certificate; the weapon stays on the register. Permission: `marking.manage`, where it
    stands. Said again, the same is harmless.
    """
    user = person(request)
    weapon = weapon_or_404(user, weapon_id, "marking.manage")
    made = origins.deactivate(
        weapon.id,
        given.date,
        number=given.number,
        authority=given.authority,
        document=given.document,
        by=actor(user),
    )
    found: dict[str, Any] = msgspec.to_builtins(made)
    return found


@router.get(
    "/marking/weapons/{uuid:weapon_id}/certificate/document",
    response={200: None, **MISSING},
    auth=Token("marking.view"),
    openapi_extra={"x-media-type": "*/*"},
)
def certificate_document(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """The document of a certificate of deactivation (JPEG, PNG or PDF). Permission: `marking.view`, where the weapon stands."""
    found = origins.certificate(weapon_or_404(person(request), weapon_id).id)
    return document(found.document, {found.document} - {""}) if found else document("", ())


@router.get("/marking/arrivals", response={200: list[ArrivalLine], **READ}, auth=Token("marking.view"))
def arriving(request: HttpRequest) -> list[dict[str, Any]]:
    """Weapons whose import mark was put on at manufacture and nobody has confirmed yet, at most 500. Permission: `marking.view`."""
    return [
        {"weapon_id": one.id, "ref": one.ref, "marks": arrivals.import_marks(one)}
        for one in arrivals.unconfirmed(person(request))
    ]


@router.post(
    "/marking/weapons/{uuid:weapon_id}/arrival", response={200: Confirmed, **WRITE}, auth=Token("marking.bench")
)
def confirm(request: HttpRequest, weapon_id: UUID, given: ReadMark) -> dict[str, Any]:
    """Records the import mark read off a weapon that arrived; one its record does not tell of is kept as read. Permission:
    `marking.bench`, where it stands.
    """
    user = person(request)
    weapon = weapon_or_404(user, weapon_id, "marking.bench")
    read = arrivals.confirm(weapon.id, given.first, given.second, by=actor(user))
    return {"text": read.text, "agrees": read.agrees}
