"""What the marking operations share: who may do what where, and texts as they are sent."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Path, Schema
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger.models import Attachment
from countermark.marking import acts, queries
from countermark.marking.states import Batch, Item
from countermark.register.queries import records, scope
from countermark.register.rules import WeaponState
from countermark.web.api.problems import RESPONSES, ProblemDocument, not_found
from countermark.web.api.texts import Short, Strict, Word

READ: Any = {401: ProblemDocument, 403: ProblemDocument}
MISSING: Any = {**READ, 404: ProblemDocument, 422: ProblemDocument}
WRITE: Any = {**RESPONSES, 404: ProblemDocument, 409: ProblemDocument}

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Key = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Reason = Annotated[Word, Field(min_length=1)]
Shorts = Annotated[list[Short], Field(max_length=200)]


class Why(Strict):
    """The reason is kept in the ledger."""

    reason: Reason


class Changed(Schema):
    """`changed` is false where it stood so already: sending it twice is harmless."""

    changed: bool


def batch_or_404(user: User, batch_id: UUID, permission: str = "marking.view") -> Batch:
    """The work order where the person holds the permission; the same 404 for *not yours* and *absent*."""
    found = queries.visible_batch(user, str(batch_id), permission)
    if found is None:
        raise not_found("work order")
    return found


def item_or_404(user: User, item_id: UUID, permission: str = "marking.view") -> Item:
    """The weapon of a work order where the person holds the permission."""
    found = queries.visible_item(user, str(item_id), permission)
    if found is None:
        raise not_found("weapon of a work order")
    return found


def weapon_or_404(user: User, weapon_id: UUID, permission: str = "marking.view") -> WeaponState:
    """The weapon of the register where the person holds the permission."""
    found = records.record(str(weapon_id))
    if found is None or not scope.of(user, permission).sees(found.state):
        raise not_found("weapon")
    return found.state


def document(digest: str, among: Collection[str]) -> HttpResponse:
    """A document by its digest, if it is one of those; 404 for any other, and for one that was erased."""
    row = Attachment.objects.filter(digest=digest).first() if digest in among else None
    if row is None or not row.data:
        raise not_found("document")
    return HttpResponse(bytes(row.data), content_type=row.media_type)


def own_place(user: User, permission: str, name: str) -> str:
    """The id of a place (by name or id) where a person holds a permission; none is for those who hold it everywhere."""
    place = acts.place_id(name)
    if not accounts.may_at(user, permission, place or None):
        raise not_found("place")
    return place
