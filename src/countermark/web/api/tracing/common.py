"""What these operations share: the case or request asked for, and the same 404 for what is not there and not one's own."""

from typing import Annotated
from uuid import UUID

from ninja import Path, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.register.files.vocabulary import KINDS
from countermark.tracing.cases import queries as cases
from countermark.tracing.cases.states import Case, Item
from countermark.tracing.requests import queries as requests
from countermark.tracing.requests.states import Request
from countermark.web.api.problems import Fault, Problem, not_found
from countermark.web.api.texts import Short, Strict

CaseId = Annotated[str, Path(max_length=100)]
ItemId = Annotated[str, Path(max_length=100)]
Conversation = Annotated[str, Path(max_length=100)]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class GivenReference(Strict):
    """The reference INTERPOL gave; empty takes it away."""

    reference: Annotated[Short, Field(max_length=100)]


class KeptReference(Schema):
    """The reference INTERPOL gave, empty where none was noted."""

    reference: str


def case_or_404(user: User, case_id: str, permission: str = "case.view") -> Case:
    """The case where the person holds the permission; the same 404 for *not yours* and *absent*."""
    found = cases.case(case_id, cases.offices(user, permission))
    if found is None:
        raise not_found("case")
    return found


def item_or_404(case: Case, item_id: str) -> Item:
    """A weapon of a case."""
    found = case.item(item_id)
    if found is None:
        raise not_found("weapon of this case")
    return found


def request_or_404(user: User, conversation: str) -> Request:
    """A request this node knows, as far as its handling conditions let the person see it."""
    found = requests.request(conversation, requests.reader(user))
    if found is None or not (found.kept or found.drafts):
        raise not_found("request")
    return found


def office_of(user: User, office: str) -> str:
    """An office that a person may give a case to; empty is the whole State's, for who holds the role there."""
    mine = cases.offices(user, "case.write")
    if (office and office not in {place.id for place in cases.places(mine)}) or (not office and mine is not None):
        raise not_found("office")
    return office


def known_kind(kind: str) -> str:
    """A code of a kind of weapon, or nothing."""
    if kind and kind not in KINDS:
        fault = Fault(column="kind", value=kind, expected=f"one of {', '.join(KINDS)}", code="unknown_code")
        raise Problem(422, "the register knows no such kind", fault)
    return kind


def same_id(text: str) -> UUID | None:
    """A UUID, or None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
