"""The laws and instruments known, and what the State adds to them or ends."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest
from ninja import Path, Router, Schema, Status
from pydantic import Field

from countermark.accounts.services import actor
from countermark.ledger.entry import Entry
from countermark.marking import staterules
from countermark.marking.profiles import Profile
from countermark.register.services import side_texts
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import MISSING, WRITE, Reason
from countermark.web.api.problems import ProblemDocument, not_found
from countermark.web.api.shapes import shape
from countermark.web.api.texts import File, Short, Strict

router = Router(tags=["marking"])

ProfileId = Annotated[str, Path(max_length=200)]


class ProfileLine(Schema):
    """A law or instrument; dates as ISO 8601, `to` null while it is in force."""

    id: str
    title: str
    jurisdiction: str
    force: Literal["binding", "political", "advisory"]
    from_: Annotated[str, Field(serialization_alias="from")]
    to: str | None


class ProfileChange(Schema):
    """What was added, changed or ended, by whom and why (empty where that was erased); `ended` is the last day in force."""

    time: str
    by: str
    reason: str
    ended: str


class ProfilePage(Schema):
    """A law or instrument with its rules (`countermark schema marking-profile`), and what the State has changed, oldest first."""

    profile: Annotated[dict[str, Any], shape(Profile)]
    history: list[ProfileChange]


class OwnRules(Strict):
    """Rules of the State (TOML; `countermark schema marking-profile` or `marking-change`), and why."""

    text: Annotated[File, Field(min_length=1)]
    reason: Reason


class EndedRule(Strict):
    """The last day in force of one rule, or of all of them where none is named, and why."""

    day: dt.date
    rule: Short = ""
    reason: Reason


@router.get(
    "/marking/profiles",
    response={200: list[ProfileLine], 401: ProblemDocument, 403: ProblemDocument},
    auth=Token("marking.view"),
    by_alias=True,
)
def known(request: HttpRequest) -> list[dict[str, Any]]:
    """The laws and instruments known here, with what the State has changed. Permission: `marking.view`."""
    return [_line(one) for one in staterules.known()]


@router.get("/marking/profiles/{profile_id}", response={200: ProfilePage, **MISSING}, auth=Token("marking.view"))
def one(request: HttpRequest, profile_id: ProfileId) -> dict[str, Any]:
    """One law or instrument as it stands here. Permission: `marking.view`."""
    found = _profile(profile_id)
    entries = staterules.history(found.id)
    reasons = side_texts([entry.recorded.note for entry in entries if entry.recorded.note])
    history = [_told(entry, reasons) for entry in entries]
    return {"profile": msgspec.to_builtins(found), "history": history}


@router.post("/marking/profiles", response={201: ProfileLine, **WRITE}, auth=Token("marking.rules"), by_alias=True)
def add(request: HttpRequest, given: OwnRules) -> Status[dict[str, Any]]:
    """Adds rules of the State, or changes some. Permission: `marking.rules`."""
    return Status(201, _line(staterules.add(given.text, reason=given.reason, by=actor(person(request)))))


@router.post(
    "/marking/profiles/{profile_id}/end",
    response={200: ProfileLine, **WRITE},
    auth=Token("marking.rules"),
    by_alias=True,
)
def end(request: HttpRequest, profile_id: ProfileId, given: EndedRule) -> dict[str, Any]:
    """Ends a law or instrument, or one of its rules. Plans made under it stay explainable. Permission: `marking.rules`."""
    found = _profile(profile_id)
    staterules.end(found.id, given.day, rule=given.rule, reason=given.reason, by=actor(person(request)))
    return _line(_profile(profile_id))


def _profile(profile_id: str) -> Profile:
    found = next((one for one in staterules.known() if one.id == profile_id), None)
    if found is None:
        raise not_found("law or instrument")
    return found


def _line(found: Profile) -> dict[str, Any]:
    names = ("id", "title", "jurisdiction", "force")
    days = {"from_": found.from_.isoformat(), "to": found.to.isoformat() if found.to else None}
    return {name: getattr(found, name) for name in names} | days


def _told(entry: Entry, reasons: Mapping[str, str]) -> dict[str, str]:
    value = entry.body.get("value")
    ended = str(value.get("ended", "")) if isinstance(value, dict) else ""
    recorded = entry.recorded
    return {"time": recorded.time, "by": recorded.by, "reason": reasons.get(recorded.note, ""), "ended": ended}
