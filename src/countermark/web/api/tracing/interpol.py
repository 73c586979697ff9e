"""What goes to INTERPOL, and the references that come back (docs/interpol.md)."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from countermark.accounts.services import actor
from countermark.register.models import Weapon
from countermark.tracing import interpol
from countermark.tracing.cases.rules import DIVERTED
from countermark.tracing.interpol import Record
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import MISSING, RESPONSES, WRITE, not_found
from countermark.web.api.shapes import shape
from countermark.web.api.tracing.common import (
    CaseId,
    Conversation,
    GivenReference,
    KeptReference,
    case_or_404,
    request_or_404,
)

router = Router(tags=["tracing between States"])

Line = Annotated[dict[str, Any], shape(Record)]


class InterpolExport(Schema):
    """The records, and the ids of the weapons left out because what identifies them is not known."""

    records: list[Line]
    left_out: list[str]


@router.post("/interpol/stolen-and-lost", response={200: InterpolExport, **RESPONSES}, auth=Token("request.release"))
def diverted(request: HttpRequest) -> dict[str, Any]:
    """The stolen and lost weapons that can be identified; each export is recorded. Permission: `request.release`."""
    records, left_out = interpol.of_diverted(by=actor(person(request)))
    return {"records": [msgspec.to_builtins(one) for one in records], "left_out": left_out}


@router.post(
    "/interpol/requests/{conversation}", response={200: InterpolExport, **WRITE}, auth=Token("request.release")
)
def of_request(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """The weapons of a released request; refused where one cannot be identified. Each export is recorded. Permission:
    `request.release`.
    """
    user = person(request)
    records = interpol.of_request(request_or_404(user, conversation), by=actor(user))
    return {"records": [msgspec.to_builtins(one) for one in records], "left_out": []}


@router.get("/interpol/requests/{conversation}", response={200: KeptReference, **MISSING}, auth=Token("request.view"))
def reference(request: HttpRequest, conversation: Conversation) -> dict[str, str]:
    """The reference INTERPOL gave to a request. Permission: `request.view`."""
    return {"reference": interpol.reference_of(request_or_404(person(request), conversation).id)}


@router.put("/interpol/requests/{conversation}", response={200: KeptReference, **WRITE}, auth=Token("request.draft"))
def note_request(request: HttpRequest, conversation: Conversation, given: GivenReference) -> dict[str, str]:
    """Keeps the reference INTERPOL gave to a request. Permission: `request.draft`."""
    return _noted(request, request_or_404(person(request), conversation).id, given)


@router.put("/interpol/cases/{case_id}", response={200: KeptReference, **WRITE}, auth=Token("case.write"))
def note_case(request: HttpRequest, case_id: CaseId, given: GivenReference) -> dict[str, str]:
    """Keeps the reference INTERPOL gave to a case. Permission: `case.write`, at its office."""
    return _noted(request, case_or_404(person(request), case_id, "case.write").id, given)


@router.put("/interpol/weapons/{uuid:weapon_id}", response={200: KeptReference, **WRITE}, auth=Token("request.draft"))
def note_weapon(request: HttpRequest, weapon_id: UUID, given: GivenReference) -> dict[str, str]:
    """Keeps the reference INTERPOL gave to a stolen or lost weapon. Permission: `request.draft`."""
    if not Weapon.objects.filter(id=weapon_id, status__in=DIVERTED).exists():
        raise not_found("stolen or lost weapon")
    return _noted(request, str(weapon_id), given)


def _noted(request: HttpRequest, about: str, given: GivenReference) -> dict[str, str]:
    if given.reference != interpol.reference_of(about):
        interpol.note(about, given.reference, by=actor(person(request)))
    return {"reference": interpol.reference_of(about)}
