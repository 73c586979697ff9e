"""Numbers: who numbers how, and numbers given once."""

from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from countermark.accounts.services import actor
from countermark.ledger.subjects import MOST
from countermark.marking import numbering
from countermark.marking.numbering import Authority, GivenBlock
from countermark.marking.states import Number
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import MISSING, WRITE, Key
from countermark.web.api.problems import RESPONSES, ProblemDocument, not_found
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Because, Short, Strict, Word

router = Router(tags=["marking"])


class AuthorityLine(Schema):
    """Who numbers how, and how many numbers of its blocks were never issued."""

    key: str
    title: str
    purpose: str
    country: str
    pattern: str
    system: str
    left: int


class Wanted(Strict):
    """How many numbers; with a `request` the same are given again when it is sent again."""

    count: Annotated[int, Field(ge=1, le=1000)] = 1
    request: Short = ""


class NumberLine(Schema):
    """A number issued."""

    number: int
    text: str
    state: Literal["issued", "used", "voided"]


class NewAuthority(Strict):
    """How numbers are written: a pattern such as `{country}{yy}{number:6}{check}`, `system` of the check characters, the first number."""

    key: Short
    title: Annotated[Word, Field(min_length=1)]
    purpose: Literal["serial", "import", "state_stock", "extra"]
    country: Short
    pattern: Short
    system: Short = ""
    start: Annotated[int, Field(ge=1, le=MOST)] = 1


BlockLine = Annotated[dict[str, Any], shape(GivenBlock)]


class NewBlock(Strict):
    """How many numbers, and the log of the node that gets them; this one where none is named."""

    size: Annotated[int, Field(ge=1, le=10_000_000)]
    holder: Short = ""


class Voided(Because):
    """Which number will not be put on, and why."""

    number: Annotated[int, Field(ge=1, le=MOST)]


@router.get(
    "/marking/authorities",
    response={200: list[AuthorityLine], 401: ProblemDocument, 403: ProblemDocument},
    auth=Token("marking.view"),
)
def authorities(request: HttpRequest) -> list[dict[str, Any]]:
    """Who numbers how. Permission: `marking.view`."""
    return [_shown(one) for one in numbering.authorities()]


@router.post(
    "/marking/authorities/{key}/numbers",
    response={200: list[NumberLine], **RESPONSES, 404: ProblemDocument},
    auth=Token("marking.manage"),
)
def numbers(request: HttpRequest, key: Key, wanted: Wanted) -> list[dict[str, Any]]:
    """Issues the next numbers of this node's blocks. Permission: `marking.manage`. Sent again with the same `request` it
    issues nothing new.
    """
    user = person(request)
    found = numbering.issue(_authority(key), wanted.count, request=wanted.request, by=actor(user))
    return [_line(one) for one in found]


@router.get(
    "/marking/authorities/{key}/numbers", response={200: list[NumberLine], **MISSING}, auth=Token("marking.view")
)
def issued(
    request: HttpRequest, key: Key, state: Annotated[Literal["", "issued", "used", "voided"], Query()] = ""
) -> list[dict[str, Any]]:
    """The numbers issued, the newest first, at most 1,000. Permission: `marking.view`."""
    return [_line(one) for one in numbering.issued(_authority(key), state=state)]


@router.post("/marking/authorities/{key}/void", response={200: NumberLine, **WRITE}, auth=Token("marking.manage"))
def void(request: HttpRequest, key: Key, given: Voided) -> dict[str, Any]:
    """Declares a number void that will not be put on. Permission: `marking.manage`."""
    return _line(numbering.void(_authority(key), given.number, reason=given.why, by=actor(person(request))))


@router.post("/marking/authorities", response={201: AuthorityLine, **WRITE}, auth=Token("marking.rules"))
def open_authority(request: HttpRequest, given: NewAuthority) -> Status[dict[str, Any]]:
    """Opens a numbering authority; saying the same again is harmless. Permission: `marking.rules`."""
    return Status(201, _shown(numbering.open_authority(**given.dict(), by=actor(person(request)))))


@router.get("/marking/authorities/{key}/blocks", response={200: list[BlockLine], **MISSING}, auth=Token("marking.view"))
def blocks(request: HttpRequest, key: Key) -> list[dict[str, Any]]:
    """The blocks of an authority, lowest first. Permission: `marking.view`."""
    return [msgspec.to_builtins(one) for one in numbering.blocks(_authority(key))]


@router.post("/marking/authorities/{key}/blocks", response={201: BlockLine, **WRITE}, auth=Token("marking.rules"))
def give_block(request: HttpRequest, key: Key, given: NewBlock) -> Status[dict[str, Any]]:
    """Gives the next numbers to a node, which may then issue them without a network. Permission: `marking.rules`."""
    made = numbering.give_block(_authority(key), given.size, given.holder.strip(), by=actor(person(request)))
    return Status(201, msgspec.to_builtins(made))


def _authority(key: str) -> str:
    if numbering.authority_or_none(key) is None:
        raise not_found("numbering authority")
    return key


def _shown(one: Authority) -> dict[str, Any]:
    names = ("key", "title", "purpose", "country", "pattern", "system")
    return {name: getattr(one, name) for name in names} | {"left": sum(b.left for b in numbering.blocks(one.key))}


def _line(one: Number) -> dict[str, Any]:
    return {"number": one.number, "text": one.text, "state": one.state}
