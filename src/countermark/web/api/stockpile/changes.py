"""What was changed of a record of the stockpile, for programs."""

from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from countermark.stockpile import changes, units
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import MISSING
from countermark.web.api.stockpile.subjects import VIEW, known
from countermark.web.api.texts import Short, Strict

router = Router(tags=["stockpile"])


class FieldChanged(Schema):
    """One field that was changed: `time` when it was recorded (RFC 3339), `by` the id of a person, values as the record has them. Where a store lies and the
    codes of cards are null; `why` is the id of the text that gives the reason.
    """

    time: str
    by: str
    field: str
    old: Any
    new: Any
    why: str


class WhichRecord(Strict):
    """A record: the id of a place for `unit` and `policy` (or `national`), the 64 digits of a party for `person`, the code of a kit, the id of a plan."""

    kind: Literal["unit", "policy", "person", "kit", "countplan"]
    key: Short


@router.get("/stockpile/changes", response={200: list[FieldChanged], **MISSING}, auth=Token(VIEW))
def list_changes(request: HttpRequest, asked: Query[WhichRecord]) -> list[dict[str, Any]]:
    """What was changed of a record, the newest first: field, before, after, by whom and when. Permission: `stock.view`, at its place."""
    if (asked.kind, asked.key) != ("policy", units.NATIONAL):
        known(person(request), asked.kind, asked.key)
    return [asdict(one) for one in changes.of(asked.kind, asked.key)]
