"""Counts for programs: handhelds and readers that count, plans, what a count comes to, decisions, closing."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.marks.sentences import said
from countermark.stockpile import acts
from countermark.stockpile import queries as stock
from countermark.stockpile.codes import house
from countermark.stockpile.counting import certificate, queries, radio, services
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.counting.reading import Scan
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import MISSING, READ, WRITE, Problem, ProblemDocument, not_found
from countermark.web.api.texts import Because, Short, Strict, Word

router = Router(tags=["stockpile"])
LISTED = 200
EXCEPTIONS = 500

Code = Annotated[str, Path(pattern=r"^CT-?[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]$")]
SheetName = Annotated[str, Path(pattern=r"^([0-9a-f]{12}|recount|sample)$")]
Outcome = Literal["elsewhere", "unexpected", "not_found", "unreadable", "tag_mismatch", "differs"]


class CountPlanLine(Schema):
    """A plan: when the next count is due (empty: on an occasion, or not to be told), and how late it is. `place` is an id, `up_to` the one
    it has gone up to.
    """

    plan: str
    place: str
    kind: str
    rule: str
    due: str
    urgency: Literal["", "due", "overdue", "escalated"]
    up_to: str
    counters: int
    running: str


class NewCountPlan(Strict):
    """A plan; what is left out comes from the rule."""

    place: Short
    rule: Short
    kind: Literal["", "full", "cyclic", "surprise", "rack"] = ""
    first: Short = ""
    days: Annotated[int, Field(ge=0, le=services.MOST_DAYS)] | None = None
    counters: Literal[1, 2] | None = None


class CountPlanMade(Schema):
    """The key of a plan."""

    plan: str


class CountLine(Schema):
    """A count and where it stands. `expected` weapons were to be there when it was opened, `out` more were issued."""

    code: str
    place: str
    phase: Literal["counting", "counted", "recounting", "sampling", "closed", "cancelled"]
    rule: str
    opened: str
    expected: int
    out: int
    counters: int
    recorded: int


class NewCount(Strict):
    """A count of a `place`, or as a `plan` says. With a `request` of your own it is opened once, however often it is sent."""

    place: Short = ""
    plan: Short = ""
    rule: Short = "own"
    counters: Literal[1, 2] | None = None
    request: Short = ""


class WhichSheet(Strict):
    """Empty for a counter's own sheet; `recount` for the differences, `sample` for what is to be read by eye."""

    sheet: Literal["", "recount", "sample"] = ""


class CountFromReaders(Schema):
    """Weapons taken from the readers, those that stood on the sheet already, and tags that are on no weapon or on several."""

    taken: int
    known: int
    strange: list[str]


class SheetBegun(Schema):
    """The sheet scans go onto."""

    sheet: str


class CountScan(Strict):
    """One scan. `id` is its own: sent again it counts once. `place` is a place's id; `eye` the mark read beside a tag."""

    id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x20-\x7e]+$")]
    text: Annotated[str, Field(max_length=4096)] = ""
    place: Short = ""
    how: Literal["typed", "scanner", "camera", "paper", "reader"] = "scanner"
    at: Short = ""
    what: Literal["seen", "unreadable", "tag_mismatch"] = "seen"
    eye: Annotated[str, Field(max_length=100)] = ""


class CountScans(Strict):
    """Up to 500 scans. `happened` is the time on a paper sheet keyed in later."""

    scans: Annotated[list[CountScan], Field(min_length=1, max_length=services.MOST_SCANS)]
    happened: Short = ""


class CountScanned(Schema):
    """What became of a scan: `asked` and `refused` ones are not on the sheet unless `recorded`."""

    id: str
    outcome: Literal["done", "asked", "refused", "again"]
    word: str
    recorded: bool


class SheetEnd(Strict):
    """`happened` is the time on a paper sheet keyed in later."""

    happened: Short = ""


class CountException(Schema):
    """An exception: what it is about, where it was to be and was seen (ids of places), and what was decided (empty: nothing yet)."""

    item: str
    outcome: Outcome
    weapon: str
    text: str
    expected: str
    place: str
    eye: str
    decision: str


class CountOutcome(CountLine):
    """What a count comes to. `next` goes into `start`, null at the end; `sample` are weapons to be read by eye before it is closed."""

    figures: dict[str, int]
    sample: list[str]
    exceptions: list[CountException]
    next: int | None


class CountDecision(Strict):
    """A decision on exceptions of one outcome, with its reason."""

    items: Annotated[list[Short], Field(min_length=1, max_length=services.MOST_DECIDED)]
    word: Short
    reason: Annotated[Word, Field(min_length=1)]


@router.get("/stockpile/count-plans", response={200: list[CountPlanLine], **READ}, auth=Token("stock.view"))
def count_plans(request: HttpRequest) -> list[dict[str, Any]]:
    """Plans of the places one sees, what is late first. The day of a surprise is told to who commands there. Permission: `stock.view`."""
    return [
        {
            "plan": one.key,
            "place": one.place.pk,
            "kind": one.plan.kind,
            "rule": one.plan.preset,
            "due": one.day,
            "urgency": one.urgency,
            "up_to": one.above.pk if one.above else "",
            "counters": one.plan.counters,
            "running": house.shown(one.running) if one.running else "",
        }
        for one in queries.plans(person(request))
    ]


@router.post("/stockpile/count-plans", response={201: CountPlanMade, **WRITE}, auth=Token("stock.command"))
def plan_counts(request: HttpRequest, given: NewCountPlan) -> Status[dict[str, str]]:
    """Plans the counts of a place. Permission: `stock.command`, there."""
    user = person(request)
    place = _place(user, given.place, "stock.command")
    days = -1 if given.days is None else given.days
    fields = services.PlanFields(given.rule, given.kind, given.first, days, given.counters or 0)
    return Status(201, {"plan": services.set_plan(place, fields, by=actor(user))})


@router.get("/stockpile/counts", response={200: list[CountLine], **READ}, auth=Token("stock.view"))
def counts(
    request: HttpRequest, state: Annotated[Literal["", "open", "closed", "cancelled"], Query()] = ""
) -> list[dict[str, Any]]:
    """Counts of the places one sees, the last first. Permission: `stock.view`."""
    return [_line(one) for one in queries.counts(stock.visible(person(request)), state=state, most=LISTED)]


@router.post("/stockpile/counts", response={201: CountLine, **WRITE}, auth=Token("stock.command"))
def open_count(request: HttpRequest, given: NewCount) -> Status[dict[str, Any]]:
    """Opens a count and freezes what the register says. Permission: `stock.command`, at the place."""
    user = person(request)
    if given.plan:
        known = next((one for one in queries.plans(user) if one.key == given.plan), None)
        if known is None or not accounts.may_at(user, "stock.command", known.place.pk):
            raise not_found("plan")
    place = "" if given.plan else _place(user, given.place, "stock.command")
    once = f"{user.username} {given.request}" if given.request else ""
    opening = services.Opening(place, given.plan, given.rule, given.counters or 0, once)
    return Status(201, _line(_count(user, services.open_count(opening, by=actor(user)))))


@router.get("/stockpile/counts/{code}", response={200: CountOutcome, **MISSING}, auth=Token("stock.view"))
def count(
    request: HttpRequest,
    code: Code,
    outcome: Annotated[Outcome | None, Query()] = None,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> dict[str, Any]:
    """A count, and some of its exceptions once every sheet is ended: before, nobody sees another's. Permission: `stock.view`."""
    found = _count(person(request), code)
    line = _line(found) | {"figures": {}, "sample": [], "exceptions": [], "next": None}
    if found.phase == "counting":
        return line
    came, decided = queries.outcome(found), queries.decisions(found)
    listed = [one for one in came.exceptions if outcome in (None, one.outcome)]
    names = ("item", "outcome", "weapon", "text", "expected", "place", "eye")
    shown = [
        {name: getattr(one, name) for name in names}
        | {"decision": decided[one.item].word if queries.is_decided(one, decided) else ""}
        for one in listed[start : start + EXCEPTIONS]
    ]
    following = start + EXCEPTIONS if start + EXCEPTIONS < len(listed) else None
    sample = queries.sample_of(found)
    return line | {"figures": came.figures, "sample": sample, "exceptions": shown, "next": following}


@router.post("/stockpile/counts/{code}/sheets", response={201: SheetBegun, **WRITE}, auth=Token("stock.count"))
def begin_sheet(request: HttpRequest, code: Code, given: WhichSheet) -> Status[dict[str, str]]:
    """Takes a sheet of one's own. Permission: `stock.count`, at the place; the rule of the count says who may not."""
    user = person(request)
    found, by = _count(user, code, "stock.count"), actor(user)
    number: str = given.sheet
    if given.sheet == "recount":
        services.begin_recount(found.key, by=by)
    elif given.sheet == "sample":
        services.begin_sample(found.key, by=by)
    else:
        number = services.begin(found.key, by=by)
    return Status(201, {"sheet": number})


@router.post("/stockpile/counts/{code}/sheets/{sheet}/scans", response={200: list[CountScanned], **WRITE}, auth=Token("stock.count"))  # fmt: skip
def scan(request: HttpRequest, code: Code, sheet: SheetName, given: CountScans) -> list[dict[str, Any]]:
    """Takes scans onto one's own sheet; the same ids again count once. Permission: `stock.count`, at the place."""
    user = person(request)
    found = _count(user, code, "stock.count")
    scans = [Scan(sure=True, **one.dict()) for one in given.scans]
    answers = services.scan(found.key, sheet, scans, by=actor(user), happened=given.happened)
    return [
        {"id": one.id, "outcome": answer.outcome, "word": answer.word, "recorded": answer.line is not None}
        for one, answer in zip(scans, answers, strict=True)
    ]


@router.post("/stockpile/counts/{code}/sheets/{sheet}/readers", response={200: CountFromReaders, **WRITE}, auth=Token("stock.count"))  # fmt: skip
def from_readers(request: HttpRequest, code: Code, sheet: SheetName) -> dict[str, Any]:
    """Takes onto one's own sheet what the readers of the place saw since the count began; said again, only what is new. Permission:
    `stock.count`, at the place.
    """
    user = person(request)
    found = _count(user, code, "stock.count")
    taken = radio.take(found.key, sheet, by=actor(user))
    return {"taken": len(taken.answers), "known": taken.known, "strange": list(taken.strange)}


@router.post("/stockpile/counts/{code}/sheets/{sheet}/end", response={200: CountLine, **WRITE}, auth=Token("stock.count"))  # fmt: skip
def end_sheet(request: HttpRequest, code: Code, sheet: SheetName, given: SheetEnd) -> dict[str, Any]:
    """Ends one's own sheet; twice is harmless. Permission: `stock.count`, at the place."""
    user = person(request)
    found = _count(user, code, "stock.count")
    services.end(found.key, sheet, by=actor(user), happened=given.happened)
    return _line(_count(user, code))


@router.post("/stockpile/counts/{code}/decisions", response={200: CountLine, **WRITE}, auth=Token("stock.command"))
def decide(request: HttpRequest, code: Code, given: CountDecision) -> dict[str, Any]:
    """Decides on exceptions. Permission: `stock.command`, at the place; never by who counted."""
    user = person(request)
    found = _count(user, code, "stock.command")
    services.decide(found.key, given.items, given.word, given.reason, by=actor(user))
    return _line(_count(user, code))


class Closing(Strict):
    """`accepted`: who closes the count answers by name for differences that one of two blind counters counted again alone."""

    accepted: bool = False


@router.post("/stockpile/counts/{code}/close", response={200: CountLine, **WRITE}, auth=Token("stock.command"))
def close(request: HttpRequest, code: Code, given: Closing | None = None) -> dict[str, Any]:
    """Closes a count and records what was found, for some seconds: sent again while `recorded` grows, it goes on. Permission:
    `stock.command`, at the place; never by who counted. Without a body nothing is accepted.
    """
    user = person(request)
    found = _count(user, code, "stock.command")
    services.close(found.key, accepted=given is not None and given.accepted, by=actor(user))
    services.record(found.key, by=actor(user), seconds=5.0)
    return _line(_count(user, code))


@router.post("/stockpile/counts/{code}/cancel", response={200: CountLine, **WRITE}, auth=Token("stock.command"))
def cancel(request: HttpRequest, code: Code, given: Because) -> dict[str, Any]:
    """Gives a count up. Permission: `stock.command`, at the place."""
    user = person(request)
    found = _count(user, code, "stock.command")
    services.cancel(found.key, given.why, by=actor(user))
    return _line(_count(user, code))


@router.get(
    "/stockpile/counts/{code}/certificate",
    response={200: None, 503: ProblemDocument, **MISSING},
    auth=Token("stock.view"),
    openapi_extra={"x-media-type": "application/pdf"},
)
def count_certificate(
    request: HttpRequest,
    code: Code,
    language: Annotated[Literal["ar", "zh", "en", "fr", "ru", "es"], Query()] = "en",
) -> HttpResponse:
    """The certificate of a closed count as PDF. Permission: `stock.view`."""
    found = _count(person(request), code)
    if found.subject.state != "closed":
        raise not_found("certificate")
    try:
        return HttpResponse(certificate.pdf(found, language), content_type="application/pdf")
    except certificate.NoCertificate as problem:
        raise Problem(503, said(problem)) from problem


def _count(user: User, code: str, permission: str = stock.VIEW) -> Counting:
    parsed = house.parse(code)
    found = queries.visible_count(user, parsed[1], permission) if parsed and parsed[0] == "count" else None
    if found is None:
        raise not_found("count")
    return found


def _place(user: User, text: str, permission: str) -> str:
    place = acts.place_id(acts.required("place", text, "a place of this State"))
    if not accounts.may_at(user, permission, place):
        raise not_found("place")
    return place


def _line(found: Counting) -> dict[str, Any]:
    return {
        "code": house.shown(found.key),
        "place": found.place,
        "phase": found.phase,
        "rule": found.count.preset,
        "opened": found.subject.since,
        "expected": found.count.items,
        "out": found.count.out,
        "counters": found.count.counters,
        "recorded": found.count.recorded,
    }
