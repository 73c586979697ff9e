"""How much is duly marked, what marking would cost one way or another, and whom the State asked about it."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Base64Bytes, Field

from countermark.accounts.services import actor
from countermark.marking import comparison, consultations, coverage
from countermark.marking.comparison import Compared, Option, Stock
from countermark.marking.consultations import Consultation
from countermark.marking.description import Material
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import MISSING, READ, WRITE, Digest, document
from countermark.web.api.problems import RESPONSES, Problem
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Long, Short, Strict, Word

router = Router(tags=["marking"])

Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4, allow_inf_nan=False)]


class AgencyLine(Schema):
    """One agency (empty: all others): weapons held, duly marked and not, marked a day of late, and when nothing will be left (null: not
    to be told).
    """

    agency: str
    held: int
    marked: int
    backlog: int
    share: float | None
    a_day: float
    done_by: dt.date | None


class CoveragePage(Schema):
    """How much of what each agency holds is duly marked."""

    state_mark_required: bool
    agencies: list[AgencyLine]


class CoverageRule(Strict):
    """Whether weapons of the State must bear a mark of its stock to count as duly marked."""

    state_mark_required: bool


class StockFields(Strict):
    """What is to be marked: weapons by material, and in what circumstances. Money of one currency."""

    weapons: dict[Material, Annotated[int, Field(ge=0, le=10**8)]]
    years: Annotated[int, Field(ge=1, le=100)]
    hours_a_year: Annotated[int, Field(ge=1, le=9000)] = 1600
    wage_an_hour: Money | None = None
    energy_price: Money | None = None
    has_power: bool | None = None


class OptionFields(Strict):
    """One way to mark a stock; what is not known is left out (`countermark marking compare`)."""

    name: Short
    method: Short
    outsourced: bool = False
    units: Annotated[int, Field(ge=1, le=1000)] = 1
    purchase: Money | None = None
    life_years: Annotated[int, Field(ge=1, le=100)] | None = None
    yearly: Money | None = None
    per_weapon: Money | None = None
    transport: Money | None = None
    weapons_an_hour: Money | None = None
    people: Annotated[int, Field(ge=0, le=1000)] = 1
    power_w: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    uptime: Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4, allow_inf_nan=False)] = Decimal(1)
    source: Word = ""


class Comparing(Strict):
    """A stock and the ways to mark it."""

    stock: StockFields
    options: Annotated[list[OptionFields], Field(min_length=1, max_length=20)]


class Consulting(Strict):
    """Whom the State asked, on which day, about what; with the id of a `consultation`, what became of that one. `documents` are JPEG, PNG
    or PDF, as base64.
    """

    date: Annotated[Short, Field(examples=["2026-05-04"])]
    topic: Literal["polymer", "durability", "plates", "modular", "cost", "equipment", "numbers", "technology", "other"]
    partner: Annotated[Word, Field(min_length=1)]
    asked: Annotated[Long, Field(min_length=1)]
    answered: Long = ""
    consultation: Short = ""
    documents: Annotated[list[Base64Bytes], Field(max_length=consultations.MOST_DOCUMENTS)] = Field(
        default_factory=list
    )


class Consulted(Schema):
    """The id of the consultation."""

    id: str


@router.get("/marking/coverage", response={200: CoveragePage, **READ}, auth=Token("marking.view"))
def covered(request: HttpRequest) -> dict[str, Any]:
    """Coverage, backlog and forecast of the agencies whose weapons one may see. Permission: `marking.view`."""
    today = dt.datetime.now(dt.UTC).date()
    names = ("agency", "held", "marked", "backlog", "share", "a_day")
    found = [one for one in coverage.coverage(person(request), today) if one.held]
    agencies = [{name: getattr(one, name) for name in names} | {"done_by": one.done_by(today)} for one in found]
    return {"state_mark_required": coverage.state_mark_required(), "agencies": agencies}


@router.put("/marking/coverage/rule", response={200: CoverageRule, **WRITE}, auth=Token("marking.rules"))
def rule(request: HttpRequest, given: CoverageRule) -> dict[str, bool]:
    """Says what counts as duly marked. Permission: `marking.rules`."""
    coverage.require_state_mark(given.state_mark_required, by=actor(person(request)))
    return {"state_mark_required": coverage.state_mark_required()}


@router.post(
    "/marking/compare",
    response={200: list[Annotated[dict[str, Any], shape(Compared)]], **RESPONSES},
    auth=Token("marking.view"),
)
def compare(request: HttpRequest, given: Comparing) -> list[dict[str, Any]]:
    """Ways to mark a stock, the best first: cost over the years, time, what the material allows. Permission: `marking.view`.
    Appends nothing.
    """
    stock = Stock(**given.stock.dict())
    if not stock.total:
        raise Problem(422, "expected at least one weapon to mark")
    try:
        found = comparison.compare([Option(**one.dict()) for one in given.options], stock)
    except ArithmeticError as error:
        raise Problem(422, "these numbers are too large to be reckoned with") from error
    return [msgspec.to_builtins(one) for one in found]


@router.get(
    "/marking/consultations",
    response={200: list[Annotated[dict[str, Any], shape(Consultation)]], **READ},
    auth=Token("marking.view"),
)
def consulted(request: HttpRequest) -> list[dict[str, Any]]:
    """The consultations with industry, the newest first. Permission: `marking.view`."""
    return [msgspec.to_builtins(one) for one in consultations.consultations()]


@router.post("/marking/consultations", response={201: Consulted, **WRITE}, auth=Token("marking.rules"))
def consult(request: HttpRequest, given: Consulting) -> Status[dict[str, str]]:
    """Records a consultation, or what became of one. Permission: `marking.rules`."""
    key = consultations.record(
        given.date,
        given.topic,
        given.partner,
        asked=given.asked,
        answered=given.answered,
        consultation=given.consultation,
        documents=given.documents,
        by=actor(person(request)),
    )
    return Status(201, {"id": key})


@router.get(
    "/marking/consultations/{uuid:consultation_id}/documents/{digest}",
    response={200: None, **MISSING},
    auth=Token("marking.view"),
    openapi_extra={"x-media-type": "*/*"},
)
def consulted_document(request: HttpRequest, consultation_id: UUID, digest: Digest) -> HttpResponse:
    """A letter or photograph of a consultation, by its digest (JPEG, PNG or PDF). Permission: `marking.view`."""
    found = consultations.find(str(consultation_id))
    return document(digest, found.documents if found else ())
