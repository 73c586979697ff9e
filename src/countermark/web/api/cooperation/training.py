"""Training: the catalogue, calls for nominations, nominations, choices, attendance, results, who is still in post."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import acts, queries
from countermark.cooperation.states import Subject
from countermark.cooperation.training import queries as training
from countermark.cooperation.training import services
from countermark.cooperation.training.services import CallSaid, CourseSaid, Person
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation import common
from countermark.web.api.cooperation.common import CHANGE, VIEW, Key, WhichRecords
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, Problem
from countermark.web.api.texts import Long, Short, Strict, Word

router = Router(tags=["cooperation"])
Codes = Annotated[list[Short], Field(max_length=200)]
Percent = Annotated[int, Field(ge=0, le=100)]


class CourseToDescribe(Strict):
    """A course of the catalogue; `id` for one described before."""

    title: Word
    theme: Short
    days: Annotated[int, Field(ge=1, le=366)]
    languages: Codes = Field(default_factory=list)
    contents: Long = ""
    prerequisites: Long = ""
    visibility: Short = "public"
    partners: Codes = Field(default_factory=list)
    id: Short = ""


class CallToOpen(Strict):
    """A call for nominations; days as YYYY-MM-DD, 0 for no quota and no gap."""

    begin: date
    end: date
    closes: date
    seats: Annotated[int, Field(ge=1, le=10_000)]
    quota: Annotated[int, Field(ge=0, le=10_000)] = 0
    functions: Codes = Field(default_factory=list)
    languages: Codes = Field(default_factory=list)
    share: Annotated[int, Field(ge=0, le=50)] = 0
    gap_years: Annotated[int, Field(ge=0, le=50)] = 0
    states: Codes = Field(default_factory=list)
    where: Word = ""
    source: Word = ""


class NomineeToName(Strict):
    """Somebody nominated: `number` (a service number, a day of birth) tells two of one name apart; `rank` is the State's own order."""

    name: Word
    number: Short
    function: Short
    sex: Short = ""
    languages: Codes = Field(default_factory=list)
    unit: Word = ""
    rank: Annotated[int, Field(ge=1, le=10_000)] = 1


class OverrideOfRules(Strict):
    """What is decided against the rules for one nomination, and why."""

    nomination: Short
    outcome: Short
    reason: Word


class ChoicesToMake(Strict):
    """Chosen by the rules of the call, but for these."""

    overrides: Annotated[list[OverrideOfRules], Field(max_length=1000)] = Field(default_factory=list)


class ChoiceMade(Schema):
    """What became of a nomination by the rules, and why."""

    nomination: str
    outcome: str
    reasons: list[str]


class AttendanceOfDay(Strict):
    """Who was there on one day of the course (from 1); `happened` when it is told later."""

    session: Annotated[int, Field(ge=1, le=366)]
    present: Codes
    happened: Short = ""


class ResultToKeep(Strict):
    """Results of tests; with `certify` who was there and passed gets the certificate."""

    before: Percent | None = None
    after: Percent | None = None
    passed: bool | None = None
    certify: bool = False


class PostToCheck(Strict):
    """Whether somebody trained was still in post on a day."""

    day: date
    still: bool


class AidMade(Schema):
    """The id of what was made: the same where it is sent again with one `Idempotency-Key`."""

    id: str


class AidRecordOfTraining(common.AidRecord):
    """A course, call or nomination with what it says."""

    value: dict[str, Any]


@router.get("/cooperation/courses", response={200: list[AidRecordOfTraining], **READ}, auth=Token(VIEW))
def courses(request: HttpRequest, asked: Query[WhichRecords]) -> list[dict[str, Any]]:
    """The catalogue as far as one may see it. Permission: `aid.view`."""
    return common.listed(person(request), "course", asked)


@router.post("/cooperation/courses", response={200: AidMade, **WRITE}, auth=Token(CHANGE))
def describe_course(request: HttpRequest, given: CourseToDescribe, once: RequestKey = "") -> dict[str, Any]:
    """Describes a course of the actor one speaks for. Permission: `aid.write`."""
    user = person(request)
    fields = given.model_dump(exclude={"id"})
    made = services.describe(
        CourseSaid(**fields), actor=common.speaking(user), by=actor(user), key=given.id, request=once
    )
    return {"id": made}


@router.get("/cooperation/calls", response={200: list[AidRecordOfTraining], **READ}, auth=Token(VIEW))
def calls(request: HttpRequest, asked: Query[WhichRecords]) -> list[dict[str, Any]]:
    """Calls for nominations one may see. Permission: `aid.view`."""
    return common.listed(person(request), "call", asked)


@router.post("/cooperation/courses/{key}/calls", response={200: AidMade, **WRITE, **MISSING}, auth=Token(CHANGE))
def open_call(request: HttpRequest, key: Key, given: CallToOpen, once: RequestKey = "") -> dict[str, Any]:
    """Asks governments to nominate. Permission: `aid.write`, of whose course it is."""
    user = person(request)
    common.own(user, "course", key)
    fields = given.model_dump() | {name: getattr(given, name).isoformat() for name in ("begin", "end", "closes")}
    said = CallSaid(course=key, **fields)
    return {"id": services.open_call(said, actor=common.speaking(user), by=actor(user), request=once_key(user, once))}


@router.get("/cooperation/calls/{key}/nominations", response={200: list[AidRecordOfTraining], **READ, **MISSING}, auth=Token(VIEW))  # fmt: skip
def nominations(request: HttpRequest, key: Key) -> list[dict[str, Any]]:
    """Who is nominated: a State sees its own, who holds the course all of them. Permission: `aid.view`."""
    user = person(request)
    common.known(user, "call", key)
    who = queries.viewer(user)
    found = training.seen(who, training.nominations(key))
    texts = acts.texts_of(found)
    return [common.facts(who, one, texts) | {"actor": one.value["state"]} for one in found]


@router.post("/cooperation/calls/{key}/nominations", response={200: AidMade, **WRITE, **MISSING}, auth=Token(CHANGE))
def nominate(request: HttpRequest, key: Key, given: NomineeToName, once: RequestKey = "") -> dict[str, Any]:
    """Nominates somebody of the State one speaks for. Permission: `aid.write`."""
    user = person(request)
    common.known(user, "call", key)
    said = Person(**given.model_dump())
    made = services.nominate(
        key, said, actor=common.speaking(user), today=queries.today(), by=actor(user), request=once_key(user, once)
    )
    return {"id": made}


@router.post(
    "/cooperation/calls/{key}/choices", response={200: list[ChoiceMade], **WRITE, **MISSING}, auth=Token(CHANGE)
)
def choose(request: HttpRequest, key: Key, given: ChoicesToMake) -> list[dict[str, Any]]:
    """Chooses by the rules of the call, once it has closed; each choice says why. Permission: `aid.write`, of whose call it is."""
    user = person(request)
    common.own(user, "call", key)
    overrides = {one.nomination: (one.outcome, one.reason) for one in given.overrides}
    made = services.choose(key, actor=common.speaking(user), today=queries.today(), by=actor(user), overrides=overrides)
    return [{"nomination": one.key, "outcome": one.outcome, "reasons": list(one.reasons)} for one in made]


@router.post("/cooperation/calls/{key}/attendance", response={200: AidMade, **WRITE, **MISSING}, auth=Token(CHANGE))
def attend(request: HttpRequest, key: Key, given: AttendanceOfDay) -> dict[str, Any]:
    """Records who was there on one day. Permission: `aid.write`, of whose call it is."""
    user = person(request)
    common.own(user, "call", key)
    services.attend(
        key, given.session, given.present, actor=common.speaking(user), by=actor(user), happened=given.happened
    )
    return {"id": key}


@router.post(
    "/cooperation/nominations/{key}/withdrawal", response={200: AidMade, **WRITE, **MISSING}, auth=Token(CHANGE)
)
def withdraw(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Takes a nomination back. Permission: `aid.write`, of the State that nominated."""
    user = person(request)
    _seen(user, key)
    services.withdraw(key, actor=common.speaking(user), by=actor(user))
    return {"id": key}


@router.post("/cooperation/nominations/{key}/results", response={200: AidMade, **WRITE, **MISSING}, auth=Token(CHANGE))
def results(request: HttpRequest, key: Key, given: ResultToKeep) -> dict[str, Any]:
    """Keeps results of tests, and gives the certificate where it is asked for. Permission: `aid.write`, of whose call it is."""
    user = person(request)
    _seen(user, key)
    speaking, by = common.speaking(user), actor(user)
    said = given.model_dump(include={"before", "after", "passed"})
    if any(value is not None for value in said.values()) or not given.certify:
        services.examine(key, actor=speaking, by=by, certify=given.certify, **said)
    else:
        services.certify(key, actor=speaking, by=by)
    return {"id": key}


@router.post("/cooperation/nominations/{key}/posts", response={200: AidMade, **WRITE, **MISSING}, auth=Token(CHANGE))
def check_post(request: HttpRequest, key: Key, given: PostToCheck) -> dict[str, Any]:
    """Says whether somebody trained was still in post on a day. Permission: `aid.write`, of the State that nominated."""
    user = person(request)
    _seen(user, key)
    services.check(key, given.day.isoformat(), given.still, actor=common.speaking(user), by=actor(user))
    return {"id": key}


def _seen(user: User, key: str) -> Subject:
    """A nomination somebody may see; one answer for *not yours* and *absent*."""
    found = acts.subject("nomination", key)
    call = acts.subject("call", found.value["call"]) if found else None
    if found is None or call is None or not training.sees(queries.viewer(user), found, queries.owner(call)):
        raise Problem(404, "there is no nomination of that id among those you may see")
    return found
