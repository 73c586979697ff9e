"""Cases of recovered weapons: listed, opened, stated anew, one read whole."""

from itertools import dropwhile, islice
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.ledger.models import Attachment
from countermark.tracing import interpol
from countermark.tracing.cases import queries, rules, services, shown
from countermark.tracing.cases.rules import Facts, Mark, Recovered
from countermark.tracing.cases.states import Case, Item
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once
from countermark.web.api.problems import MISSING, READ, WRITE, not_found
from countermark.web.api.texts import Long, Short, Strict
from countermark.web.api.tracing.common import CaseId, Digest, case_or_404, known_kind, office_of

router = Router(tags=["tracing between States"])

MOST = 200


class MarkOfCase(Strict):
    """One mark as read off the weapon: `?` is one character that cannot be read, `*` several."""

    reading: Annotated[Short, Field(min_length=1)]
    component: Short = ""
    mark_kind: Short = ""


class WeaponFields(Strict):
    """One weapon of a case as it was found; `kind` a code of the register, `country` two letters."""

    readings: Annotated[list[MarkOfCase], Field(max_length=rules.MOST_READINGS)] = Field(default_factory=list)
    kind: Short = ""
    maker: Short = ""
    model: Short = ""
    calibre: Short = ""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    import_mark: Short = ""


class CaseFields(Strict):
    """What intake says of the whole. `date` is a day, month or year; `why_illicit` names grounds of ITI 6."""

    how: Literal["find", "seizure", "surrender", "recovery"]
    date: Annotated[Short, Field(examples=["2026-03-04"])]
    place: Short = ""
    circumstances: Long = ""
    legal_ground: Short = ""
    why_illicit: Annotated[list[Literal["a", "b", "c", "d", "e"]], Field(max_length=5)] = Field(default_factory=list)
    handling: Long = ""


class NewCase(CaseFields):
    """A case with its weapons; `office` is the id of the place whose case it is, empty for the whole State."""

    weapons: Annotated[list[WeaponFields], Field(max_length=rules.MOST_WEAPONS)] = Field(default_factory=list)
    office: Short = ""


class ConsideredLine(Schema):
    """A weapon of the register that was confirmed or rejected, with the reason; `by` is an opaque id."""

    weapon_id: str
    confirmed: bool
    reason: str
    by: str
    time: str


class CaseWeapon(Schema):
    """One weapon of a case; `said` is null where it was erased, `weapon_id` the one of the register it was found to be, or empty."""

    item: str
    said: WeaponFields | None
    weapon_id: str
    considered: list[ConsideredLine]


class CaseNote(Schema):
    """A remark; `photograph` is the digest of a picture, or empty."""

    text: str
    photograph: str
    by: str
    time: str


class CaseEnd(Schema):
    """How a case ended."""

    outcome: str
    reason: str
    last_legal_record: str
    next_country: str
    diversion_country: str
    diversion_year: str


class LinkedCase(Schema):
    """Another case that may belong with one, and why, the strongest reason first."""

    case: str
    why: list[Literal["weapon", "mark", "import_mark", "seizure", "type"]]


class CaseHit(Schema):
    """A stolen or lost weapon that a weapon of the case answers to; `weapon_id` is null for one at a place you may not see."""

    item: str
    weapon_id: str | None
    identified: bool
    since: str


class CaseLine(Schema):
    """A case as listed; `how` and `date` are empty where the intake was erased, `closed` while it is open."""

    id: str
    opened: str
    closed: str
    office: str
    how: str
    date: str
    outcome: str
    weapons: int
    identified: int
    requests: int


class CaseList(Schema):
    """Cases, the one that changed last first; `next` goes into `after`, null at the end."""

    items: list[CaseLine]
    next: str | None


class CasePage(CaseLine):
    """A case whole. `facts` is null where the intake was erased; `asked` are the requests for who may see requests, else empty."""

    by: str
    facts: CaseFields | None
    items: list[CaseWeapon]
    notes: list[CaseNote]
    asked: list[str]
    closing: CaseEnd | None
    links: list[LinkedCase]
    hits: list[CaseHit]
    interpol_reference: str


class CaseFilters(Strict):
    """Which cases are listed."""

    state: Literal["", "open", "closed"] = ""
    after: Short = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


@router.get("/cases", response={200: CaseList, **READ}, auth=Token("case.view"))
def cases(request: HttpRequest, asked: Query[CaseFilters]) -> dict[str, Any]:
    """The cases of offices whose cases one may see. Permission: `case.view`."""
    every = queries.cases(queries.offices(person(request)))
    if asked.after:
        every = islice(dropwhile(lambda one: one.id != asked.after, every), 1, None)
    wanted = (one for one in every if not asked.state or bool(one.closed) is (asked.state == "closed"))
    found = list(islice(wanted, asked.limit + 1))
    lines = [_line(one) for one in found[: asked.limit]]
    return {"items": lines, "next": lines[-1]["id"] if len(found) > asked.limit else None}


@router.post("/cases", response={200: CasePage, 201: CasePage, **WRITE}, auth=Token("case.write"))
def open_case(request: HttpRequest, given: NewCase, key: RequestKey = "") -> Status[dict[str, Any]]:
    """Opens a case of weapons found, seized or surrendered together. Permission: `case.write`, at its office."""
    user = person(request)
    weapons, office = [recovered(one) for one in given.weapons], office_of(user, given.office)
    made, is_new = once(
        request, user, key, lambda: services.open_case(_facts(given), weapons, office, by=actor(user)).id
    )
    return Status(201 if is_new else 200, page(user, made))


@router.get("/cases/{case_id}", response={200: CasePage, **MISSING}, auth=Token("case.view"))
def case(request: HttpRequest, case_id: CaseId) -> dict[str, Any]:
    """One case with its weapons, decisions, remarks, links, and stolen or lost weapons it answers to. Permission: `case.view`, at its
    office.
    """
    return page(person(request), case_id)


@router.put("/cases/{case_id}", response={200: CasePage, **WRITE}, auth=Token("case.write"))
def change(request: HttpRequest, case_id: CaseId, given: CaseFields) -> dict[str, Any]:
    """States the facts of a case anew; what was said before stays in the log, and a closed case is open again. The same facts
    change nothing. Permission: `case.write`, at its office.
    """
    user = person(request)
    found = case_or_404(user, case_id, "case.write")
    if (facts := _facts(given)) != found.facts:
        services.change(found.id, facts, by=actor(user))
    return page(user, found.id)


@router.get(
    "/cases/{case_id}/photographs/{digest}",
    response={200: None, **MISSING},
    auth=Token("case.view"),
    openapi_extra={"x-media-type": "image/*"},
)
def photograph(request: HttpRequest, case_id: CaseId, digest: Digest) -> HttpResponse:
    """A photograph of a case (JPEG or PNG). Permission: `case.view`, at its office."""
    found = case_or_404(person(request), case_id)
    is_there = digest in {one.document for one in found.notes}
    row = Attachment.objects.filter(digest=digest).first() if is_there else None
    if row is None or not row.data:
        raise not_found("photograph")
    return HttpResponse(bytes(row.data), content_type=row.media_type)


def recovered(given: WeaponFields) -> Recovered:
    """A weapon as it is recorded. Raises `Problem` for a kind the register does not know."""
    fields = given.dict(exclude={"readings", "kind"})
    return Recovered(tuple(Mark(**one.dict()) for one in given.readings), known_kind(given.kind), **fields)


def _facts(given: CaseFields) -> Facts:
    fields = given.dict(include=set(Facts.__struct_fields__) - {"why_illicit"})
    return Facts(**fields, why_illicit=tuple(given.why_illicit))


def page(user: User, case_id: str) -> dict[str, Any]:
    """A case as a program gets it, as far as a person may see it."""
    found = case_or_404(user, case_id)
    links = queries.links(found.id, queries.offices(user))
    return {
        **_line(found),
        "by": found.by,
        "facts": _plain(found.facts),
        "items": [weapon_of(one) for one in found.items],
        "notes": [
            {"text": one.text, "photograph": one.document, "by": one.by, "time": one.time} for one in found.notes
        ],
        "asked": list(found.requests) if accounts.may(user, "request.view") else [],
        "closing": _plain(found.closing),
        "links": [{"case": one.id, "why": list(link.why)} for one, link in links],
        "hits": [_hit(one) for one in shown.hits(found, user)],
        "interpol_reference": interpol.reference_of(found.id),
    }


def _hit(found: shown.Hit) -> dict[str, Any]:
    return {
        "item": found.alert.item.id,
        "weapon_id": str(found.weapon.id) if found.weapon is not None else None,
        "identified": found.alert.identified,
        "since": found.alert.since,
    }


def weapon_of(found: Item) -> dict[str, Any]:
    """One weapon of a case as a program gets it."""
    considered = [
        {"weapon_id": one.weapon, "confirmed": one.confirmed, "reason": one.reason, "by": one.by, "time": one.time}
        for one in found.considered
    ]
    return {"item": found.id, "said": _plain(found.said), "weapon_id": found.weapon, "considered": considered}


def _line(found: Case) -> dict[str, Any]:
    return {
        "id": found.id,
        "opened": found.opened,
        "closed": found.closed,
        "office": found.office,
        "how": found.facts.how if found.facts else "",
        "date": found.facts.date if found.facts else "",
        "outcome": found.closing.outcome if found.closing else "",
        "weapons": len(found.items),
        "identified": len(found.weapons),
        "requests": len(found.requests),
    }


def _plain(found: msgspec.Struct | None) -> dict[str, Any] | None:
    """Every field, also those that are not written because they are empty."""
    if found is None:
        return None
    plain = {name: msgspec.to_builtins(getattr(found, name)) for name in found.__struct_fields__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}
