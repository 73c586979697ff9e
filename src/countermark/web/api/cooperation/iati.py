"""IATI 2.03: what is public as a file, files judged, activities taken in."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema, UploadedFile
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.services import actor
from countermark.cooperation import acts, queries
from countermark.cooperation.iati import received, ruleset, services, taking
from countermark.cooperation.iati.exports import Asked
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.kinds import Markers
from countermark.cooperation.iati.reading import Read, load
from countermark.cooperation.iati.taking import Choice
from countermark.marks.sentences import NotAllowed
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation import common
from countermark.web.api.cooperation.common import CHANGE, VIEW, Key
from countermark.web.api.problems import MISSING, READ, WRITE, Fault, Problem, ProblemDocument
from countermark.web.api.texts import Short, Strict

router = Router(tags=["cooperation"])
XML = {"x-media-type": "application/xml"}
LARGEST = 16 * 2**20
"""Bytes of a file that is sent here; larger ones are taken in with the command."""


class IatiWanted(Strict):
    """What to export: the language texts are written in, the public records of others too, windows of the fund (`*` for all)."""

    lang: Short = "en"
    others: bool = False
    window: Short = ""


class IatiFinding(Schema):
    """What the standard says of a file, by activity and line; `rule` is its number in the ruleset, or the code list."""

    kind: str
    severity: str
    rule: str
    activity: str
    line: int
    path: str
    message: str


class IatiJudged(Schema):
    """A file that was read: how much is in it, and what is found."""

    version: str
    activities: int
    organisations: int
    refused: int
    findings: list[IatiFinding]


class IatiToTake(Strict):
    """What activities become here, and what they are about (as suggested, where no theme is named)."""

    becomes: Literal["elsewhere", "offer", "need"] = "elsewhere"
    theme: Short = ""
    lang: Short = ""
    visibility: Literal["private", "public"] = "private"


class IatiRefused(Schema):
    """An activity that was not taken in, and why."""

    id: str
    line: int
    why: str


class IatiTaken(Schema):
    """What became of a file: identifiers of activities."""

    new: list[str]
    changed: list[str]
    unchanged: list[str]
    refused: list[IatiRefused]
    findings: list[IatiFinding]


class AidRecordOfIati(common.AidRecord):
    """An activity that was taken in."""

    value: dict[str, Any]


class IatiMarkers(Strict):
    """Policy markers by code with their significance, and types where they are not the usual ones."""

    markers: dict[Short, Short] = Field(default_factory=dict, max_length=20)
    aid: Short = ""
    flow: Short = ""
    finance: Short = ""
    tied: Short = ""
    collaboration: Short = ""


class IatiKept(Schema):
    """Whether something was changed."""

    changed: bool


@router.get("/cooperation/iati/activities", response={200: None, **READ}, auth=Token(VIEW), openapi_extra=XML)
def export(request: HttpRequest, asked: Query[IatiWanted]) -> HttpResponse:
    """What is public of the actor one speaks for, as IATI 2.03 (XML). Permission: `aid.view`; for windows of the fund `aid.fund`."""
    user = person(request)
    wanted = Asked(asked.lang, asked.others, (asked.window,) if asked.window else ())
    keeps = accounts.may(user, "aid.fund")
    try:
        made = services.export(queries.viewer(user), wanted, keeps=keeps, by=actor(user))
    except NotAllowed as refusal:
        raise _unusable("actor", refusal) from refusal
    return HttpResponse(made.data, content_type="application/xml")


@router.get("/cooperation/iati/received", response={200: list[AidRecordOfIati], **READ}, auth=Token(VIEW))
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    """What was taken in, by the actor one speaks for. Permission: `aid.view`."""
    who = queries.viewer(person(request))
    found = received.seen(who)[: common.MOST]
    texts = acts.texts_of(found)
    return [common.facts(who, one, texts) for one in found]


@router.get("/cooperation/iati/received.xml", response={200: None, **READ}, auth=Token(VIEW), openapi_extra=XML)
def export_received(request: HttpRequest) -> HttpResponse:
    """Everything that was taken in, whole, as one file. Permission: `aid.view`."""
    user = person(request)
    made = services.export_received(queries.viewer(user), by=actor(user))
    return HttpResponse(made.data, content_type="application/xml")


@router.post("/cooperation/iati/checks", response={200: IatiJudged, 413: ProblemDocument, **READ}, auth=Token(VIEW))
def check(request: HttpRequest, file: File[UploadedFile]) -> dict[str, Any]:
    """Judges a file by the standard's rules and code lists; keeps nothing. Permission: `aid.view`."""
    person(request)
    read = _read(file)
    findings = [*read.findings, *ruleset.check(read, datetime.now(UTC))]
    return {
        "version": read.version,
        "activities": len(read.activities),
        "organisations": len(read.organisations),
        "refused": len(read.refused),
        "findings": _told(findings),
    }


@router.post("/cooperation/iati/files", response={200: IatiTaken, 413: ProblemDocument, **WRITE}, auth=Token(CHANGE))
def take_in(request: HttpRequest, asked: Form[IatiToTake], file: File[UploadedFile]) -> dict[str, Any]:
    """Takes the activities of a file in; the same file again changes nothing. Permission: `aid.write`."""
    user = person(request)
    read = _read(file)
    outcome, findings = taking.take_in(
        read,
        {},
        default=Choice(asked.becomes, (asked.theme,) if asked.theme else ()),
        actor=common.speaking(user),
        by=actor(user),
        lang=asked.lang,
        visibility=asked.visibility,
        source=(file.name or "")[:200],
    )
    refused = [{"id": reference, "line": line, "why": str(why)} for reference, line, why in outcome.refused]
    lists = {"new": outcome.new, "changed": outcome.changed, "unchanged": outcome.unchanged}
    return {**lists, "refused": refused, "findings": _told([*read.findings, *findings])}


@router.put("/cooperation/iati/projects/{key}", response={200: IatiKept, **WRITE, **MISSING}, auth=Token(CHANGE))
def publication(request: HttpRequest, key: Key, given: IatiMarkers) -> dict[str, Any]:
    """Says of a project what publication asks beside its plan. Permission: `aid.write`, of a side of the project."""
    user = person(request)
    common.known(user, "project", key)
    changed = received.set_publication(key, Markers(**given.model_dump()), actor=common.speaking(user), by=actor(user))
    return {"changed": changed}


def _read(file: UploadedFile) -> Read:
    if (file.size or 0) > LARGEST:
        raise Problem(413, f"the file is larger than {LARGEST // 2**20} MB")
    try:
        return load(file.read())
    except NotAllowed as refusal:
        raise _unusable("file", refusal) from refusal


def _unusable(column: str, refusal: NotAllowed) -> Problem:
    expected = "; ".join(str(one) for one in refusal.problems)
    return Problem(422, "this cannot be done", Fault(column=column, value="", expected=expected, code="unusable"))


def _told(findings: list[Finding]) -> list[dict[str, Any]]:
    return [one.told() for one in findings[: common.MOST]]
