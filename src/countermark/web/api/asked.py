"""What a program's owner asked to change on records of weapons of the stores: it waits for a second person, and is followed and taken back here."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.register.services import side_texts
from countermark.stockpile import acts, proposals, queries
from countermark.stockpile import asked as record
from countermark.stockpile.proposals import Proposal
from countermark.stockpile.states import Subject
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import MISSING, READ, WRITE, not_found
from countermark.web.api.texts import Strict

router = Router(tags=["weapons"])

ASKERS = Token("event.add", "weapon.correct", any_of=True)
"""Whoever may ask for a change of a record."""
Key = Annotated[str, Path(pattern=r"^[0-9a-f-]{32,36}$")]
Standing = Literal["pending", "approved", "declined", "withdrawn"]


class AskedFor(Schema):
    """A change of a record that was asked for. `asked` is what was asked, with parties, places, documents and remarks as ids; `since` when, `decided`
    when and `decided_by` by whom it was decided; `answer_code` and `answer` why it was declined. More fields may be added.
    """

    proposal: str
    standing: Standing
    weapon_id: str
    asked: dict[str, Any]
    since: str
    decided: str
    decided_by: str
    answer_code: str
    answer: str


class WhichAsked(Strict):
    """Only those that stand so; all, if it is empty."""

    standing: Standing | Literal[""] = ""


@router.get("/asked", response={200: list[AskedFor], **READ}, auth=ASKERS)
def list_asked(request: HttpRequest, asked: Query[WhichAsked]) -> list[dict[str, Any]]:
    """Lists the changes of records that one asked for oneself and a second person decides (answered 202), the newest first, at most 300.
    Permission: `event.add` or `weapon.correct`.
    """

    def wanted(one: Subject) -> bool:
        return one.of(Proposal).act == record.ACT and asked.standing in ("", proposals.standing(one))

    return _lines(queries.own_proposals(person(request), wanted=wanted))


@router.get("/asked/{key}", response={200: AskedFor, **MISSING}, auth=ASKERS)
def show_asked(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One change that one asked for oneself. Permission: `event.add` or `weapon.correct`."""
    return _lines([_own(person(request), key)])[0]


@router.post("/asked/{key}/take-back", response={200: AskedFor, **WRITE}, auth=ASKERS)
def take_back(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Takes back what one asked for, while nobody has decided. Permission: `event.add` or `weapon.correct`."""
    user = person(request)
    _own(user, key)
    proposals.take_back(key, by=actor(user))
    return _lines([_own(user, key)])[0]


def _own(user: User, key: str) -> Subject:
    """What somebody asked for; one answer for *not yours* and *absent*."""
    found = acts.subject("proposal", key)
    if found is None:
        raise not_found("proposal")
    value = found.of(Proposal)
    if value.by != user.person or value.act != record.ACT:
        raise not_found("proposal")
    return found


def _lines(found: Sequence[Subject]) -> list[dict[str, Any]]:
    values = [one.of(Proposal) for one in found]
    names = side_texts([text for value in values for text in (value.decided_by, value.answer) if text])
    return [_line(one, names) for one in found]


def _line(one: Subject, names: Mapping[str, str]) -> dict[str, Any]:
    value, standing = one.of(Proposal), proposals.standing(one)
    return {
        "proposal": one.key,
        "standing": standing,
        "weapon_id": str(value.command["weapon"]),
        "asked": value.command,
        "since": one.since,
        "decided": "" if standing == "pending" else one.time,
        "decided_by": names.get(value.decided_by, ""),
        "answer_code": value.answer_code,
        "answer": names.get(value.answer, ""),
    }
