"""Safe storage at civilian holders: rules, inspections, faults. Holders are named by opaque ids."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.services import actor
from countermark.stockpile import acts, queries
from countermark.stockpile.civilian import catalogue, services
from countermark.stockpile.civilian import queries as visits
from countermark.stockpile.civilian.rules import MOST_WEAPONS, Weapons
from countermark.stockpile.civilian.services import Fault, Said, Visit
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import READ, WRITE, not_found
from countermark.web.api.texts import Short, Strict, Word

router = Router(tags=["stockpile"])
INSPECT = "stock.inspect"
VIEW = "storage.view"
Count = Annotated[int, Field(ge=0, le=MOST_WEAPONS)]


class StorageRules(Schema):
    """A set of rules: its dates are days, `end` is empty while it is in force; the requirements' ids are what answers name after a slash."""

    id: str
    title: str
    jurisdiction: str
    force: Literal["binding", "political", "advisory"]
    source: str
    start: str
    end: str
    requirements: list[dict[str, Any]]


class HolderVisit(Schema):
    """The last inspection of a holder (an opaque id), and when the next is due."""

    visit: str
    holder: str
    day: str
    rulesets: list[str]
    next: str
    overdue: bool


class VisitToRecord(Strict):
    """An inspection. `answers` by `<set>/<requirement>`, one for everything the sets ask of who has so many weapons."""

    holder: Annotated[Short, Field(min_length=1)]
    office: Short
    day: Short
    rulesets: Annotated[list[Short], Field(min_length=1, max_length=20)]
    answers: Annotated[dict[Short, Literal["yes", "no", "na"]], Field(max_length=500)]
    handguns: Count = 0
    others: Count = 0
    address: Word = ""
    remark: Word = ""
    next_day: Short = ""


class VisitRecorded(Schema):
    """Its id: the same for the same office, holder and day."""

    visit: str


class StorageFault(Schema):
    """A fault that is open."""

    fault: str
    holder: str
    requirement: str
    text: str
    source: str
    grave: bool
    due: str
    late: bool


class FaultToSettle(Strict):
    """How a fault was settled."""

    outcome: Literal["remedied", "referred", "withdrawn"]
    how: Annotated[Word, Field(min_length=1)]


class FaultSettled(Schema):
    """The fault and its outcome."""

    fault: str
    outcome: str


@router.get("/stockpile/storage/rules", response={200: list[StorageRules], **READ}, auth=Token(VIEW))
def storage_rules(request: HttpRequest) -> list[dict[str, Any]]:
    """Every set of rules of safe storage. Permission: `storage.view`."""
    return [
        {
            **{name: getattr(one, name) for name in ("id", "title", "jurisdiction", "force", "source")},
            "start": one.start.isoformat(),
            "end": one.end.isoformat() if one.end else "",
            "requirements": catalogue.plain(one)["requirements"],
        }
        for one in catalogue.everything().values()
    ]


@router.get("/stockpile/storage/visits", response={200: list[HolderVisit], **READ}, auth=Token(VIEW))
def storage_visits(request: HttpRequest) -> list[dict[str, Any]]:
    """The last inspection of each holder, those due again first. Permission: `storage.view`."""
    return [
        {
            "visit": one.key,
            "holder": one.person,
            "day": one.of(Visit).day,
            "rulesets": list(one.of(Visit).rulesets),
            "next": one.due,
            "overdue": bool(one.due) and one.due < visits.today(),
        }
        for one in visits.latest(queries.visible(person(request), VIEW))
    ]


@router.post("/stockpile/storage/visits", response={200: VisitRecorded, **WRITE}, auth=Token(INSPECT))
def record_visit(request: HttpRequest, given: VisitToRecord) -> dict[str, Any]:
    """Records an inspection, and a fault with a day for every no. Permission: `stock.inspect` at the office in charge."""
    user = person(request)
    office = acts.place_id(given.office)
    if not office or not accounts.may_at(user, INSPECT, office):
        raise not_found("place")
    said = Said(
        given.holder, office, given.day, list(given.rulesets), dict(given.answers), Weapons(given.handguns, given.others),
        given.address, given.remark, given.next_day,
    )  # fmt: skip
    return {"visit": services.inspect(said, by=actor(user))}


@router.get("/stockpile/storage/faults", response={200: list[StorageFault], **READ}, auth=Token(VIEW))
def storage_faults(request: HttpRequest) -> list[dict[str, Any]]:
    """Faults that are open, the longest overdue first. Permission: `storage.view`."""
    return [
        {
            "fault": one.key,
            "holder": one.person,
            **{name: getattr(one.of(Fault), name) for name in ("requirement", "text", "source", "grave")},
            "due": one.due,
            "late": one.due < visits.today(),
        }
        for one in visits.open_faults(queries.visible(person(request), VIEW))
    ]


@router.post("/stockpile/storage/faults/{key}/settle", response={200: FaultSettled, **WRITE}, auth=Token(INSPECT))
def settle_fault(request: HttpRequest, key: Short, given: FaultToSettle) -> dict[str, Any]:
    """Settles a fault. Permission: `stock.inspect` at the office in charge."""
    user = person(request)
    known = acts.subject("visitfinding", key)
    places = queries.visible(user, INSPECT)
    if known is None or (places is not None and known.place not in places):
        raise not_found("fault")
    services.settle(key, given.outcome, given.how, by=actor(user))
    return {"fault": key, "outcome": given.outcome}
