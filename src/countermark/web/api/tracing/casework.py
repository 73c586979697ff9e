"""Work on a case: its weapons, the register's answer to their marks, decisions, remarks, requests, offices, the end."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, Status, UploadedFile
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.register import photographs
from countermark.register.queries import scope
from countermark.tracing.cases import queries, services, shown
from countermark.tracing.cases.rules import Closing
from countermark.tracing.cases.states import Item
from countermark.tracing.requests.rules import OUTCOMES
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once
from countermark.web.api.problems import MISSING, WRITE, Fault, Problem
from countermark.web.api.texts import Long, Short, Strict, Word
from countermark.web.api.tracing.cases import CasePage, CaseWeapon, WeaponFields, page, recovered, weapon_of
from countermark.web.api.tracing.common import (
    CaseId,
    ItemId,
    case_or_404,
    item_or_404,
    office_of,
    request_or_404,
    same_id,
)

router = Router(tags=["tracing between States"])

Reason = Annotated[Word, Field(min_length=1)]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]


class CaseReason(Strict):
    """Why."""

    reason: Reason


class CaseCandidate(Schema):
    """A weapon of the register that may be the one of the case; `weapon_id` is null for one at a place you may not see."""

    weapon_id: str | None
    probability: float
    mark: str
    rejected: bool


class CaseDecision(Strict):
    """Which weapon of the register the weapon is, or is not, and why. Rejecting the one that was confirmed withdraws that."""

    weapon_id: Short
    decision: Literal["confirm", "reject"]
    reason: Reason


class CaseRemark(Strict):
    """A remark."""

    text: Long = ""


class AskingState(Strict):
    """Whom to ask (a node's origin, or the two letters of a State without one) and what for; about which weapons (none named: all).

    `confirmed`: the officer stands for marks, type and calibre; without it nobody is asked.
    """

    peer: Annotated[Short, Field(min_length=2, examples=["XB/main/1"])]
    intended_use: Annotated[Long, Field(min_length=1)]
    weapons: Annotated[list[Short], Field(max_length=20)] = Field(default_factory=list)
    confirmed: bool = False


class LinkedRequest(Strict):
    """A request that belongs to the case, and the weapons of the case it names."""

    request: Annotated[Short, Field(min_length=1)]
    weapons: Annotated[list[Short], Field(max_length=20)] = Field(default_factory=list)


class DraftedRequest(Schema):
    """The draft, which another person releases, and the request it belongs to."""

    draft: str
    request: str


class EndingCase(Strict):
    """How a case ends; an outcome of the closed list (B needs a reason)."""

    outcome: Annotated[str, Field(json_schema_extra={"enum": list(OUTCOMES)})]
    reason: Long = ""
    last_legal_record: Short = ""
    next_country: Country = ""
    diversion_country: Country = ""
    diversion_year: Short = ""


class OfficeOfCase(Strict):
    """The id of the place whose case it is from now on; empty for the whole State."""

    office: Short


@router.post("/cases/{case_id}/weapons", response={200: CaseWeapon, 201: CaseWeapon, **WRITE}, auth=Token("case.write"))
def add_weapon(
    request: HttpRequest, case_id: CaseId, given: WeaponFields, key: RequestKey = ""
) -> Status[dict[str, Any]]:
    """Adds another weapon of the same find. Permission: `case.write`, at its office."""
    user, said = person(request), recovered(given)
    found = case_or_404(user, case_id, "case.write")
    made, is_new = once(request, user, key, lambda: services.add_weapon(found.id, said, by=actor(user)).id)
    return Status(201 if is_new else 200, _weapon(user, found.id, made))


@router.put("/cases/{case_id}/weapons/{item_id}", response={200: CaseWeapon, **WRITE}, auth=Token("case.write"))
def change_weapon(request: HttpRequest, case_id: CaseId, item_id: ItemId, given: WeaponFields) -> dict[str, Any]:
    """States one weapon of a case anew; the same again changes nothing. Permission: `case.write`, at its office."""
    user, said = person(request), recovered(given)
    item = _mine(user, case_id, item_id)
    if said != item.said:
        services.change_weapon(case_id, item.id, said, by=actor(user))
    return _weapon(user, case_id, item.id)


@router.post("/cases/{case_id}/weapons/{item_id}/drop", response={200: CasePage, **WRITE}, auth=Token("case.write"))
def drop_weapon(
    request: HttpRequest, case_id: CaseId, item_id: ItemId, given: CaseReason, key: RequestKey = ""
) -> dict[str, Any]:
    """Takes out a weapon that was recorded by mistake. Permission: `case.write`, at its office."""
    user = person(request)
    case_or_404(user, case_id, "case.write")

    def do() -> str:
        item = _mine(user, case_id, item_id)
        return services.drop_weapon(case_id, item.id, given.reason, by=actor(user)).id

    return page(user, once(request, user, key, do)[0])


@router.get(
    "/cases/{case_id}/weapons/{item_id}/candidates",
    response={200: list[CaseCandidate], **MISSING},
    auth=Token("case.view"),
)
def candidates(request: HttpRequest, case_id: CaseId, item_id: ItemId) -> list[dict[str, Any]]:
    """The register's likeliest weapons for the marks of a weapon. Appends nothing. Permission: `case.view`, at its office."""
    user = person(request)
    item = item_or_404(case_or_404(user, case_id), item_id)
    rows = shown.candidates(item, scope.of(user, "case.view"))
    return [
        {
            "weapon_id": str(row.weapon.id) if row.weapon is not None else None,
            "probability": row.probability,
            "mark": row.mark,
            "rejected": row.rejected,
        }
        for row in rows
    ]


@router.post(
    "/cases/{case_id}/weapons/{item_id}/decision", response={200: CaseWeapon, **WRITE}, auth=Token("case.write")
)
def decide(
    request: HttpRequest, case_id: CaseId, item_id: ItemId, given: CaseDecision, key: RequestKey = ""
) -> dict[str, Any]:
    """Confirms or rejects one of the candidates; a confirmed one is recorded as recovered. Permission: `case.write`, at its office."""
    user = person(request)
    item = _mine(user, case_id, item_id)
    weapon, is_confirmed = str(same_id(given.weapon_id) or ""), given.decision == "confirm"
    probability = _probability(user, item, weapon)
    if probability is None:
        fault = Fault(column="weapon_id", value=weapon, expected="one of the candidates", code="unknown")
        raise Problem(422, "this weapon is none of the candidates", fault)

    def do() -> str:
        services.consider(
            case_id, item.id, weapon, probability, confirmed=is_confirmed, reason=given.reason, by=actor(user)
        )
        return item.id

    return _weapon(user, case_id, once(request, user, key, do)[0])


@router.post("/cases/{case_id}/notes", response={200: CasePage, 201: CasePage, **WRITE}, auth=Token("case.write"))
def note(
    request: HttpRequest,
    case_id: CaseId,
    given: Form[CaseRemark],
    photograph: File[UploadedFile | None] = None,
    key: RequestKey = "",
) -> Status[dict[str, Any]]:
    """Adds a remark, or a photograph (JPEG or PNG of at most 8 MiB), from which what it says of place, time and camera is taken
    (multipart). Permission: `case.write`, at its office.
    """
    user = person(request)
    found, picture = case_or_404(user, case_id, "case.write"), _picture(photograph)
    made, is_new = once(request, user, key, lambda: services.note(found.id, given.text, picture, by=actor(user)).id)
    return Status(201 if is_new else 200, page(user, made))


def _picture(file: UploadedFile | None) -> tuple[bytes, str] | None:
    try:
        return photographs.without_metadata(file.read(photographs.LONGEST + 1)) if file is not None else None
    except ValueError as problem:
        fault = Fault(column="photograph", value="", expected=str(problem), code="unusable")
        raise Problem(422, "the photograph cannot be used", fault) from problem


@router.post(
    "/cases/{case_id}/requests",
    response={200: DraftedRequest, 201: DraftedRequest, **WRITE},
    auth=Token("case.write", "request.draft"),
)
def ask(request: HttpRequest, case_id: CaseId, given: AskingState, key: RequestKey = "") -> Status[dict[str, Any]]:
    """Drafts a request of a case to another State; a second person releases it. Permission: `case.write`, at its office, and
    `request.draft`.
    """
    user = person(request)
    found = case_or_404(user, case_id, "case.write")
    items = [item_or_404(found, one).id for one in given.weapons]

    def do() -> str:
        draft = services.ask(found.id, given.peer, given.intended_use, items, confirmed=given.confirmed, by=actor(user))
        return f"{draft} {queries.conversation_of(draft)}"

    made, is_new = once(request, user, key, do)
    draft, _, conversation = made.partition(" ")
    return Status(201 if is_new else 200, {"draft": draft, "request": conversation})


@router.post("/cases/{case_id}/links", response={200: CasePage, **WRITE}, auth=Token("case.write", "request.draft"))
def link(request: HttpRequest, case_id: CaseId, given: LinkedRequest) -> dict[str, Any]:
    """Notes that a request belongs to a case; one that is noted already changes nothing. Permission: `case.write`, at its office,
    and `request.draft`.
    """
    user = person(request)
    found = case_or_404(user, case_id, "case.write")
    asked, items = request_or_404(user, given.request), [item_or_404(found, one).id for one in given.weapons]
    if asked.id not in found.requests:
        services.asked(found.id, asked.id, items, by=actor(user))
    return page(user, found.id)


@router.post("/cases/{case_id}/close", response={200: CasePage, **WRITE}, auth=Token("case.write"))
def close(request: HttpRequest, case_id: CaseId, given: EndingCase) -> dict[str, Any]:
    """Closes a case with its outcome; the same again changes nothing. Permission: `case.write`, at its office."""
    user = person(request)
    found = case_or_404(user, case_id, "case.write")
    closing = Closing(**given.dict())
    if not found.closed or found.closing != closing:
        services.close(found.id, closing, by=actor(user))
    return page(user, found.id)


@router.post("/cases/{case_id}/office", response={200: CasePage, **WRITE}, auth=Token("case.write"))
def hand_over(request: HttpRequest, case_id: CaseId, given: OfficeOfCase) -> dict[str, Any]:
    """Gives a case to another office; where it is already, nothing changes. Permission: `case.write`, at both offices."""
    user = person(request)
    found, office = case_or_404(user, case_id, "case.write"), office_of(user, given.office)
    if found.office != office:
        services.hand_over(found.id, office, by=actor(user))
    return page(user, found.id)


def _mine(user: User, case_id: str, item_id: str) -> Item:
    return item_or_404(case_or_404(user, case_id, "case.write"), item_id)


def _weapon(user: User, case_id: str, item_id: str) -> dict[str, Any]:
    return weapon_of(item_or_404(case_or_404(user, case_id), item_id))


def _probability(user: User, item: Item, weapon: str) -> float | None:
    """What the trace says of a candidate one may see; None for any other weapon. One that was confirmed may be withdrawn."""
    rows = shown.candidates(item, scope.of(user, "case.write"))
    found = (row.probability for row in rows if row.weapon is not None and str(row.weapon.id) == weapon)
    return next(found, 0.0 if weapon and weapon == item.weapon else None)
