"""Projects: proposed, described, agreed, delivered, evaluated; their gates, which the recipient's authority passes; overlaps, meetings, the calendar."""

import base64
import binascii
import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import AfterValidator, AwareDatetime, Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import acts, queries
from countermark.cooperation.needs import Costed
from countermark.cooperation.projects import (
    agreeing,
    calendar,
    delivering,
    history,
    meetings,
    others,
    services,
    telling,
)
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.projects.delivering import DueSaid, Registered, TargetSaid
from countermark.cooperation.projects.meetings import Called, Meeting, Task
from countermark.cooperation.projects.rules.shapes import Giver, Project
from countermark.cooperation.projects.views import dates
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation.common import (
    CHANGE,
    MOST,
    VIEW,
    AidRecord,
    Key,
    WhichRecords,
    facts,
    known,
    speaking,
    visible,
)
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import READ, WRITE, Fault, Problem
from countermark.web.api.texts import File, Long, Short, Strict, Word

router = Router(tags=["cooperation"])
GATE = "aid.gate"
Item = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,80}$")]
LineNumber = Annotated[int, Path(ge=1, le=1000)]
Stage = Literal["planning", "design", "implementation", "evaluation"]
Kind = Literal["equipment", "training", "knowledge", "software", "legal", "works"]
Keys = Annotated[tuple[Short, ...], Field(max_length=100)]
Points = Annotated[tuple[Word, ...], Field(max_length=100)]
Year = Annotated[int, Field(ge=1990, le=2199)]
Grade = Annotated[int, Field(ge=1, le=3)]
Many = Annotated[int, Field(ge=1, le=10**9)]


def _day(text: str) -> str:
    if text and dt.date.fromisoformat(text).isoformat() != text:
        raise ValueError("a day, such as 2026-01-31, is expected")
    return text


Day = Annotated[Short, AfterValidator(_day)]


class ProjectLine(Schema):
    """A project in a list. `amount` is what it costs once, `given` what the providers bring, as decimal numbers in `currency`."""

    id: str
    stage: str
    title: str
    recipient: str
    providers: list[str]
    currency: str
    amount: str
    given: str
    themes: list[str]
    places: list[str]
    languages: list[str]
    oda: str
    begin: str
    end: str


class ProjectTold(ProjectLine):
    """A project with what somebody may know of it: its sides everything, others what the recipient shares."""

    needs: list[str]
    givers: list[dict[str, str]]
    once: list[dict[str, str]]
    running: list[dict[str, Any]]
    ten_years: str
    unpaid: str
    paid_through: int | None
    warnings: list[dict[str, Any]]
    deliverables: list[dict[str, Any]]
    indicators: list[dict[str, Any]]
    inner: dict[str, Any]
    """Only for its sides: aims, sites, risks, terms, gates passed and asked for, conditions, overlaps, findings."""


class WhichProjects(Strict):
    """Only those in one stage, on one theme, of one actor (as recipient or provider), with words in the title; all, where nothing is said."""

    stage: Short = ""
    theme: Short = ""
    actor: Short = ""
    text: Short = ""


class Brings(Strict):
    """A provider and what it brings: an amount in the currency of the project, and the offer it comes from."""

    actor: Short
    amount: Short = ""
    offer: Short = ""


class ProjectToPropose(Strict):
    """A project that answers some needs of one State. Sent twice with one `Idempotency-Key` it is proposed once."""

    title: Word
    needs: Annotated[list[Short], Field(min_length=1, max_length=100)]
    givers: Annotated[tuple[Brings, ...], Field(max_length=50)] = ()
    begin: Day = ""
    end: Day = ""


class ProjectMade(Schema):
    """Its id."""

    project: str


class PartMade(Schema):
    """The id of a part of a project."""

    id: str


class Done(Schema):
    """Whether something was recorded: false where it is so already."""

    recorded: bool


class ProjectDescription(Strict):
    """What a project is about, whole. Signatures and the look for overlaps do not stand any more afterwards."""

    title: Word
    aims: Long
    begin: Day
    end: Day
    needs: Keys = ()
    themes: Keys = ()
    places: Keys = ()
    sites: Keys = ()
    languages: Keys = ()
    oda: Literal["", "yes", "no"] = ""


class BudgetLine(Strict):
    """A line of the budget; `payer` an actor, empty for nobody yet."""

    category: Short
    amount: Short
    payer: Short = ""
    what: Word = ""


class RunningLine(Strict):
    """A running cost, each year from `first` through `last`."""

    category: Short
    amount: Short
    first: Year
    last: Year
    payer: Short = ""
    what: Word = ""


class RunningPlan(Strict):
    """The running-cost plan, whole."""

    lines: Annotated[list[RunningLine], Field(max_length=200)]


class ProjectSharing(Strict):
    """Who may see a project besides its sides, and what others whose project overlaps are told."""

    visibility: Literal["partners", "public"]
    partners: Keys = ()
    hint: Literal["none", "exists", "named"] = "none"


class AuthorityToName(Strict):
    """The user name of who passes the gates for the recipient."""

    user: Short


class InWords(Strict):
    """What is said with a decision."""

    words: Long


class MaybeInWords(Strict):
    """What may be said with it."""

    words: Long = ""


class SentBack(Strict):
    """To which stage, and why."""

    stage: Stage
    words: Long


class OverlapAnswer(Strict):
    """What is done about an overlap, named as `overlaps` of the project names it."""

    overlap: Short
    words: Long


class TermsToOffer(Strict):
    """A PDF or picture to agree on, in base64."""

    title: Word
    document: File


class TermsDigest(Strict):
    """The SHA-256 of the document, in lower-case hexadecimal digits."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ThingDue(Strict):
    """Something to be delivered; `maintenance` and `fallback` are of equipment, `language` of a training."""

    kind: Kind
    title: Word
    due: Day
    owner: Short = ""
    quantity: Many = 1
    language: Short = ""
    maintenance: Long = ""
    fallback: Long = ""
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,80}$")] = ""


class OnADay(Strict):
    """When it was."""

    day: Day
    words: Long = ""


class Entered(Strict):
    """The register that equipment is entered in: a marking machine (`machine`) or a reader of tags (`reader`), its kind, name and place."""

    into: Literal["machine", "reader"]
    name: Short
    kind: Short
    place: Short = ""
    serial: Short = ""
    address: Short = ""
    days: Annotated[int, Field(ge=1, le=3660)] | None = None


class Acceptance(OnADay):
    """When it was accepted, and where equipment is entered."""

    entered: Entered | None = None


class RiskToState(Strict):
    """A risk and what is done about it; grades from 1 (low) to 3 (high)."""

    what: Long
    likelihood: Grade
    impact: Grade
    answer: Long
    owner: Short = ""
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,80}$")] = ""


class TargetToState(Strict):
    """An indicator; with `figure` (a figure of this register) an empty baseline is read from it."""

    what: Word
    target: Short
    due: Day
    baseline: Short = ""
    unit: Word = ""
    source: Word = ""
    figure: Short = ""
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,80}$")] = ""


class ValueRead(Strict):
    """What an indicator stood at; without a value it is read from the figure it is linked to."""

    day: Day = ""
    value: Short = ""
    source: Word = ""


class ProjectAct(Schema):
    """One thing that happened to a project; `why` names why it had no effect, empty where it had."""

    time: str
    act: str
    actor: str
    words: str
    event: str
    why: str


class MeetingTold(AidRecord):
    """A meeting, its texts spelled out."""

    value: dict[str, Any]


class MeetingToCall(Strict):
    """A meeting; `starts` with its offset."""

    title: Word
    starts: AwareDatetime
    hours: Annotated[float, Field(gt=0, le=336)] = 2
    where: Word = ""
    agenda: Points = ()
    project: Short = ""
    invited: Keys = ()


class Minutes(Strict):
    """Who was there (actors), and what was decided."""

    came: Keys = ()
    decisions: Points = ()


class TaskToAdd(Strict):
    """What somebody does after a meeting, until when."""

    what: Word
    owner: Short
    due: Day


class MeetingMade(Schema):
    """Its id."""

    meeting: str


class CalendarLine(Schema):
    """Something in the calendar; `starts` and `ends` (RFC 3339) where it has a time."""

    uid: str
    kind: str
    title: str
    day: str
    last: str
    starts: str
    ends: str


class CalendarSpan(Strict):
    """Only what lies between two days, both inclusive; an empty one is no bound."""

    begin: Day = ""
    end: Day = ""


class ElsewhereToState(Strict):
    """What somebody else does; said again with one `reference` it is stated anew."""

    title: Word
    stage: Literal["planning", "implementation", "closed", "cancelled"]
    begin: Day
    end: Day
    themes: Keys
    places: Keys
    providers: Keys
    source: Word
    reference: Short = ""
    visibility: Literal["private", "public"] = "private"


class ElsewhereMade(Schema):
    """Its id."""

    elsewhere: str


def _says(user: User) -> dict[str, Any]:
    return {"actor": speaking(user), "by": actor(user)}


def _known(user: User, key: str) -> Subject:
    return known(user, "project", key)


def _part(user: User, key: str) -> dict[str, Any]:
    """Who says it, of a project they may see."""
    _known(user, key)
    return _says(user)


# --- reading -------------------------------------------------------------------------------------------------------------


@router.get("/cooperation/projects", response={200: list[ProjectLine], **READ}, auth=Token(VIEW))
def list_projects(request: HttpRequest, which: Query[WhichProjects]) -> list[dict[str, Any]]:
    """The newest projects one may see, at most 500. Permission: `aid.view`."""
    sought = projects.Sought(text=which.text, stage=which.stage, theme=which.theme, actor=which.actor)
    found = projects.found(queries.viewer(person(request)), sought)[:MOST]
    titles = acts.texts_of([Subject("", "", {"titles": [value.title for _one, value in found]})])
    return [telling.line(one, titles.get(value.title, "")) for one, value in found]


@router.get("/cooperation/projects/{key}", response={200: ProjectTold, **READ}, auth=Token(VIEW))
def read_project(request: HttpRequest, key: Key) -> dict[str, Any]:
    """A project with what one may know of it. Permission: `aid.view`."""
    user = person(request)
    told = telling.whole(_known(user, key), queries.viewer(user))
    inner = {name: told.pop(name) for name in list(told) if name not in ProjectTold.model_fields}
    return {**told, "inner": inner}


@router.get("/cooperation/projects/{key}/history", response={200: list[ProjectAct], **READ}, auth=Token(VIEW))
def project_history(request: HttpRequest, key: Key) -> list[dict[str, Any]]:
    """What happened to a project of one's own side, the newest first. Permission: `aid.view`."""
    user = person(request)
    found = _known(user, key)
    if not projects.is_inner(found.of(Project), queries.viewer(user)):
        raise Problem(404, "there is no project of that id among those of your side")
    names = ("time", "act", "actor", "words", "event", "why")
    return [{name: getattr(one, name) for name in names} for one in history.of(found, queries.viewer(user))]


# --- the plan ------------------------------------------------------------------------------------------------------------


@router.post("/cooperation/projects", response={200: ProjectMade, **WRITE}, auth=Token(CHANGE))
def propose_project(request: HttpRequest, given: ProjectToPropose, once: RequestKey = "") -> dict[str, Any]:
    """Proposes a project, as recipient or provider. Permission: `aid.write`."""
    user = person(request)
    first = known(user, "need", given.needs[0]) if given.needs[0].isascii() else None
    if first is None:
        raise Problem(404, "there is no need of that id among those you may see")
    currency = str(first.value["currency"])
    key = services.plan(
        given.title,
        recipient=queries.owner(first),
        needs_answered=given.needs,
        givers=[_giver(one, currency) for one in given.givers],
        begin=given.begin,
        end=given.end,
        request=once_key(user, once),
        **_says(user),
    )
    return {"project": key}


def _giver(one: Brings, currency: str) -> Giver:
    try:
        return Giver(one.actor, money.parse(one.amount, currency) if one.amount.strip() else 0, one.offer)
    except ValueError as error:
        fault = Fault(column="givers", value=one.amount, expected=str(error), code="unknown")
        raise Problem(422, "an amount cannot be read", fault) from error


@router.put("/cooperation/projects/{key}", response={200: Done, **WRITE}, auth=Token(CHANGE))
def describe_project(request: HttpRequest, key: Key, given: ProjectDescription) -> dict[str, Any]:
    """Says anew what a project is about, in planning and design. Permission: `aid.write`."""
    user = person(request)
    currency = str(_known(user, key).value["currency"])
    said = services.Said(currency=currency, **given.dict())
    return {"recorded": services.describe(key, said, **_says(user))}


@router.post("/cooperation/projects/{key}/budget", response={200: Done, **WRITE}, auth=Token(CHANGE))
def add_budget_line(request: HttpRequest, key: Key, given: BudgetLine, once: RequestKey = "") -> dict[str, Any]:
    """Adds a line to the budget. Permission: `aid.write`."""
    user = person(request)
    line = Costed(given.category, given.amount, given.payer, given.what)
    return {"recorded": services.set_line(key, line, request=once_key(user, once), **_part(user, key))}


@router.put("/cooperation/projects/{key}/budget/{number}", response={200: Done, **WRITE}, auth=Token(CHANGE))
def change_budget_line(request: HttpRequest, key: Key, number: LineNumber, given: BudgetLine) -> dict[str, Any]:
    """Says a line of the budget anew, counted from 1. Permission: `aid.write`."""
    line = Costed(given.category, given.amount, given.payer, given.what)
    return {"recorded": services.set_line(key, line, at=number - 1, **_part(person(request), key))}


@router.delete("/cooperation/projects/{key}/budget/{number}", response={200: Done, **WRITE}, auth=Token(CHANGE))
def remove_budget_line(request: HttpRequest, key: Key, number: LineNumber) -> dict[str, Any]:
    """Takes a line out of the budget, counted from 1. Permission: `aid.write`."""
    return {"recorded": services.set_line(key, None, at=number - 1, **_part(person(request), key))}


@router.put("/cooperation/projects/{key}/running", response={200: Done, **WRITE}, auth=Token(CHANGE))
def plan_running_costs(request: HttpRequest, key: Key, given: RunningPlan) -> dict[str, Any]:
    """The running-cost plan, whole. Permission: `aid.write`."""
    lines = [agreeing.RunningCost(**one.dict()) for one in given.lines]
    return {"recorded": agreeing.plan_running(key, lines, **_part(person(request), key))}


@router.put("/cooperation/projects/{key}/givers", response={200: Done, **WRITE}, auth=Token(CHANGE))
def set_project_giver(request: HttpRequest, key: Key, given: Brings) -> dict[str, Any]:
    """What a provider brings; an empty amount takes it out. A provider speaks for itself alone. Permission: `aid.write`."""
    says = _part(person(request), key)
    return {"recorded": services.set_giver(key, given.actor, given.amount, offer=given.offer, **says)}


@router.put("/cooperation/projects/{key}/sharing", response={200: Done, **WRITE}, auth=Token(CHANGE))
def share_project(request: HttpRequest, key: Key, given: ProjectSharing) -> dict[str, Any]:
    """Who may see it; the recipient says. Permission: `aid.write`."""
    says = _part(person(request), key)
    return {"recorded": services.share(key, given.visibility, given.partners, given.hint, **says)}


# --- gates ---------------------------------------------------------------------------------------------------------------


@router.put("/cooperation/projects/{key}/authority", response={200: Done, **WRITE}, auth=Token(CHANGE))
def name_project_authority(request: HttpRequest, key: Key, given: AuthorityToName) -> dict[str, Any]:
    """Names who passes the gates for the recipient; the recipient does. Permission: `aid.write`."""
    user = person(request)
    says = _part(user, key)
    recipient = _known(user, key).of(Project).recipient
    named = next((one for one in services.candidates(recipient) if one.username == given.user), None)
    if named is None or recipient != says["actor"]:
        fault = Fault(column="user", value=given.user, expected="somebody who speaks for the recipient", code="denied")
        raise Problem(422, "nobody of that name may be named", fault)
    return {"recorded": services.name_authority(key, named, **says)}


@router.post("/cooperation/projects/{key}/gate/ask", response={200: Done, **WRITE}, auth=Token(CHANGE))
def ask_for_gate(request: HttpRequest, key: Key, given: MaybeInWords) -> dict[str, Any]:
    """Asks for the gate of the stage to be passed. Permission: `aid.write`."""
    return {"recorded": services.ask_gate(key, words=given.words, **_part(person(request), key))}


@router.post("/cooperation/projects/{key}/gate/{gate}/pass", response={200: Done, **WRITE}, auth=Token(GATE))
def pass_gate(request: HttpRequest, key: Key, gate: Stage, given: InWords) -> dict[str, Any]:
    """Passes a gate, as the authority the recipient has named. Permission: `aid.gate`."""
    return {"recorded": services.pass_gate(key, gate, words=given.words, **_part(person(request), key))}


@router.post("/cooperation/projects/{key}/gate/{gate}/decline", response={200: Done, **WRITE}, auth=Token(GATE))
def decline_gate(request: HttpRequest, key: Key, gate: Stage, given: InWords) -> dict[str, Any]:
    """Does not pass a gate that was asked for. Permission: `aid.gate`."""
    return {"recorded": services.decline_gate(key, gate, words=given.words, **_part(person(request), key))}


@router.post("/cooperation/projects/{key}/back", response={200: Done, **WRITE}, auth=Token(GATE))
def send_project_back(request: HttpRequest, key: Key, given: SentBack) -> dict[str, Any]:
    """Sends a project back to an earlier stage, as its authority. Permission: `aid.gate`."""
    says = _part(person(request), key)
    return {"recorded": services.send_back(key, given.stage, words=given.words, **says)}


@router.post("/cooperation/projects/{key}/cancel", response={200: Done, **WRITE}, auth=Token(GATE))
def cancel_project(request: HttpRequest, key: Key, given: InWords) -> dict[str, Any]:
    """Ends a project before its time, as its authority. Permission: `aid.gate`."""
    return {"recorded": services.cancel(key, words=given.words, **_part(person(request), key))}


# --- overlaps and terms --------------------------------------------------------------------------------------------------


@router.post("/cooperation/projects/{key}/overlaps/look", response={200: Done, **WRITE}, auth=Token(CHANGE))
def look_for_overlaps(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Looks for overlaps, and records that it was looked for; `read_project` tells them. Permission: `aid.write`."""
    return {"recorded": agreeing.look_for_overlaps(key, **_part(person(request), key))}


@router.post("/cooperation/projects/{key}/overlaps/answer", response={200: Done, **WRITE}, auth=Token(CHANGE))
def answer_overlap(request: HttpRequest, key: Key, given: OverlapAnswer) -> dict[str, Any]:
    """Answers an overlap, as the recipient. Permission: `aid.write`."""
    says = _part(person(request), key)
    return {"recorded": agreeing.answer_overlap(key, given.overlap, given.words, **says)}


@router.post("/cooperation/projects/{key}/terms", response={200: TermsDigest, **WRITE}, auth=Token(CHANGE))
def offer_terms(request: HttpRequest, key: Key, given: TermsToOffer) -> dict[str, Any]:
    """Offers a document to agree on, when overlaps are answered. Permission: `aid.write`."""
    says = _part(person(request), key)
    try:
        data = base64.b64decode(given.document, validate=True)
    except (binascii.Error, ValueError) as error:
        fault = Fault(column="document", value="", expected="base64", code="unknown")
        raise Problem(422, "the document cannot be read", fault) from error
    return {"sha256": agreeing.offer_terms(key, given.title, data, **says)}


@router.post("/cooperation/projects/{key}/terms/sign", response={200: Done, **WRITE}, auth=Token(CHANGE))
def sign_terms(request: HttpRequest, key: Key, given: TermsDigest) -> dict[str, Any]:
    """Signs the terms that were offered last, for whom one speaks for. Permission: `aid.write`."""
    return {"recorded": agreeing.sign_terms(key, given.sha256, **_part(person(request), key))}


# --- work ----------------------------------------------------------------------------------------------------------------


@router.post("/cooperation/projects/{key}/deliverables", response={200: PartMade, **WRITE}, auth=Token(CHANGE))
def state_deliverable(request: HttpRequest, key: Key, given: ThingDue, once: RequestKey = "") -> dict[str, Any]:
    """States something to be delivered, a new one or (with `id`) one stated before. Permission: `aid.write`."""
    user = person(request)
    said = DueSaid(**given.dict(exclude={"id"}))
    once = once_key(user, once)
    return {"id": delivering.set_deliverable(key, said, item=given.id, request=once, **_part(user, key))}


@router.post(
    "/cooperation/projects/{key}/deliverables/{item}/delivered", response={200: Done, **WRITE}, auth=Token(CHANGE)
)
def say_delivered(request: HttpRequest, key: Key, item: Item, given: OnADay) -> dict[str, Any]:
    """Says that something was delivered. Permission: `aid.write`."""
    says = _part(person(request), key)
    return {"recorded": delivering.deliver(key, item, given.day, note=given.words, **says)}


@router.post(
    "/cooperation/projects/{key}/deliverables/{item}/accepted", response={200: Done, **WRITE}, auth=Token(CHANGE)
)
def accept_deliverable(request: HttpRequest, key: Key, item: Item, given: Acceptance) -> dict[str, Any]:
    """Accepts what was delivered, as the recipient; equipment is entered in its register at once. Permission: `aid.write`."""
    says = _part(person(request), key)
    register = _registered(given.entered) if given.entered else None
    return {"recorded": delivering.accept(key, item, given.day, register=register, note=given.words, **says)}


def _registered(given: Entered) -> Registered:
    return Registered(given.into, **given.dict(exclude={"into"}))


@router.post(
    "/cooperation/projects/{key}/deliverables/{item}/not-accepted", response={200: Done, **WRITE}, auth=Token(CHANGE)
)
def refuse_deliverable(request: HttpRequest, key: Key, item: Item, given: InWords) -> dict[str, Any]:
    """Does not accept what was delivered, as the recipient. Permission: `aid.write`."""
    says = _part(person(request), key)
    return {"recorded": delivering.refuse_delivery(key, item, words=given.words, **says)}


@router.post(
    "/cooperation/projects/{key}/deliverables/{item}/dropped", response={200: Done, **WRITE}, auth=Token(CHANGE)
)
def drop_deliverable(request: HttpRequest, key: Key, item: Item, given: InWords) -> dict[str, Any]:
    """Does without something that was to be delivered, as the recipient. Permission: `aid.write`."""
    return {"recorded": delivering.drop(key, item, words=given.words, **_part(person(request), key))}


@router.post("/cooperation/projects/{key}/risks", response={200: PartMade, **WRITE}, auth=Token(CHANGE))
def state_risk(request: HttpRequest, key: Key, given: RiskToState, once: RequestKey = "") -> dict[str, Any]:
    """States a risk. Permission: `aid.write`."""
    user = person(request)
    grades = (given.what, given.likelihood, given.impact, given.answer)
    once = once_key(user, once)
    return {"id": delivering.set_risk(key, *grades, owner=given.owner, risk=given.id, request=once, **_part(user, key))}


@router.post("/cooperation/projects/{key}/indicators", response={200: PartMade, **WRITE}, auth=Token(CHANGE))
def state_target(request: HttpRequest, key: Key, given: TargetToState, once: RequestKey = "") -> dict[str, Any]:
    """States an indicator. Permission: `aid.write`."""
    user = person(request)
    said = TargetSaid(**given.dict(exclude={"id"}))
    once = once_key(user, once)
    return {"id": delivering.set_indicator(key, said, indicator=given.id, request=once, **_part(user, key))}


@router.post("/cooperation/projects/{key}/indicators/{item}/values", response={200: Done, **WRITE}, auth=Token(CHANGE))
def record_value(request: HttpRequest, key: Key, item: Item, given: ValueRead) -> dict[str, Any]:
    """Records what an indicator stood at. Permission: `aid.write`."""
    return {"recorded": delivering.read_indicator(key, item, **given.dict(), **_part(person(request), key))}


@router.put("/cooperation/projects/{key}/outcome", response={200: Done, **WRITE}, auth=Token(CHANGE))
def state_outcome(request: HttpRequest, key: Key, given: InWords) -> dict[str, Any]:
    """Says what came of a project, as the recipient. Permission: `aid.write`."""
    return {"recorded": delivering.evaluate(key, given.words, **_part(person(request), key))}


# --- others, meetings, the calendar --------------------------------------------------------------------------------------


@router.post("/cooperation/elsewhere", response={200: ElsewhereMade, **WRITE}, auth=Token(CHANGE))
def state_elsewhere(request: HttpRequest, given: ElsewhereToState) -> dict[str, Any]:
    """States what somebody else does, so that overlaps with it show. Permission: `aid.write`."""
    said = given.dict()
    title = said.pop("title")
    return {"elsewhere": others.state_elsewhere(title, **said, **_says(person(request)))}


@router.get("/cooperation/meetings", response={200: list[MeetingTold], **READ}, auth=Token(VIEW))
def list_meetings(request: HttpRequest, which: Query[WhichRecords]) -> list[dict[str, Any]]:
    """The meetings one has called or is invited to. Permission: `aid.view`."""
    user = person(request)
    found = visible(user, "meeting", which)
    texts, who = acts.texts_of(found), queries.viewer(user)
    # Who else is invited is no secret among those invited.
    return [{**facts(who, one, texts), "value": telling.spelled(one.value, texts)} for one in found]


@router.post("/cooperation/meetings", response={200: MeetingMade, **WRITE}, auth=Token(CHANGE))
def call_meeting(request: HttpRequest, given: MeetingToCall, once: RequestKey = "") -> dict[str, Any]:
    """Calls a meeting. Permission: `aid.write`."""
    user = person(request)
    called = Called(**given.dict())
    return {"meeting": meetings.call(called, request=once_key(user, once), **_says(user))}


@router.put("/cooperation/meetings/{key}/minutes", response={200: MeetingMade, **WRITE}, auth=Token(CHANGE))
def record_minutes(request: HttpRequest, key: Key, given: Minutes) -> dict[str, Any]:
    """Records who came and what was decided, as who called it. Permission: `aid.write`."""
    user = person(request)
    known(user, "meeting", key).of(Meeting)
    meetings.record(key, given.came, given.decisions, **_says(user))
    return {"meeting": key}


@router.post("/cooperation/meetings/{key}/follow-up", response={200: MeetingMade, **WRITE}, auth=Token(CHANGE))
def add_follow_up(request: HttpRequest, key: Key, given: TaskToAdd) -> dict[str, Any]:
    """Adds what somebody does after a meeting. Permission: `aid.write`."""
    user = person(request)
    known(user, "meeting", key)
    meetings.follow_up(key, Task(given.what, given.owner, given.due), **_says(user))
    return {"meeting": key}


@router.get("/cooperation/calendar", response={200: list[CalendarLine], **READ}, auth=Token(VIEW))
def read_calendar(request: HttpRequest, span: Query[CalendarSpan]) -> list[dict[str, Any]]:
    """What stands in one's calendar. Permission: `aid.view`."""
    found = calendar.entries(queries.viewer(person(request)), span.begin, span.end)
    return [{name: getattr(one, name) for name in CalendarLine.model_fields} for one in found]


@router.get(
    "/cooperation/calendar.ics",
    response={200: str, **READ},
    auth=Token(VIEW),
    openapi_extra={"x-media-type": "text/calendar"},
)
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """One's calendar as iCalendar (RFC 5545, `text/calendar`), a year back and three ahead. Permission: `aid.view`."""
    return dates.answer(request, dates.calendar_of(person(request)))
