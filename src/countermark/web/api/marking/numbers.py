"""Numbers: who numbers how, and numbers given once."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from countermark.accounts.services import actor
from countermark.marking import numbering
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import Key
from countermark.web.api.problems import RESPONSES, ProblemDocument, not_found
from countermark.web.api.texts import Short, Strict

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


@router.get(
    "/marking/authorities",
    response={200: list[AuthorityLine], 401: ProblemDocument, 403: ProblemDocument},
    auth=Token("marking.view"),
)
def authorities(request: HttpRequest) -> list[dict[str, Any]]:
    """Who numbers how. Permission: `marking.view`."""
    names = ("key", "title", "purpose", "country", "pattern", "system")
    return [
        {name: getattr(one, name) for name in names} | {"left": sum(block.left for block in numbering.blocks(one.key))}
        for one in numbering.authorities()
    ]


@router.post(
    "/marking/authorities/{key}/numbers",
    response={200: list[NumberLine], **RESPONSES, 404: ProblemDocument},
    auth=Token("marking.manage"),
)
def numbers(request: HttpRequest, key: Key, wanted: Wanted) -> list[dict[str, Any]]:
    """Issues the next numbers of this node's blocks. Permission: `marking.manage`. Sent again with the same `request` it
    issues nothing new.
    """
    if numbering.authority_or_none(key) is None:
        raise not_found("numbering authority")
    user = person(request)
    found = numbering.issue(key, wanted.count, request=wanted.request, by=actor(user))
    return [{"number": one.number, "text": one.text, "state": one.state} for one in found]
