"""Tracing: marks as read, and what else is known, to candidates with probabilities."""

from dataclasses import replace
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from countermark.register.queries import scope
from countermark.tracing import queries
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import RESPONSES
from countermark.web.api.texts import Short, Strict

router = Router(tags=["trace"])


class MarkRead(Strict):
    """One mark as read: `?` is one character that cannot be read, `*` several."""

    reading: Annotated[Short, Field(min_length=1, examples=["TKD4821?"])]
    component: Short = ""
    mark_kind: Short = ""


class TraceRequest(Strict):
    """Marks of one weapon and what else is known of it; everything but the readings is evidence and may be wrong."""

    query_id: Short | None = None
    readings: Annotated[list[MarkRead], Field(min_length=1, max_length=20)]
    maker: Short = ""
    country: Short = ""
    kind: Short = ""
    calibre: Short = ""
    absent_prior: Annotated[float, Field(gt=0, lt=1)] = 0.10
    top: Annotated[int, Field(ge=1, le=10)] = 10


class Difference(Schema):
    """A character that was read differently: `at` counts code points of the reading as given."""

    reading: int
    at: int
    read: str
    mark: str
    why: str


class Conflict(Schema):
    """A reading that speaks against the candidate, and the weapon it fits better, if there is one."""

    reading: int
    why: str
    weapon_id: str | None


class Candidate(Schema):
    """One weapon, with its probability and the reasons in words."""

    weapon_id: str
    ref: str
    probability: float
    mark: str
    component: str
    differences: list[Difference]
    conflicts: list[Conflict]
    explanation: list[str]
    kind: str
    maker: str
    model: str
    calibre: str
    country: str
    status: str


class Answer(Schema):
    """Candidates, best first; with `not_registered` their probabilities sum to at most 1."""

    query_id: str | None = None
    outcome: Literal["identified", "several", "none"]
    not_registered: float
    candidates: list[Candidate]
    restore_next: int | None
    restore_next_reading: int | None
    bounded: bool
    elapsed_ms: float


@router.post("/trace", response={200: Answer, **RESPONSES}, auth=Token("trace"), exclude_unset=True)
def trace(request: HttpRequest, asked: TraceRequest) -> dict[str, object]:
    """Finds the weapons that the marks may belong to. Permission: `trace`; weapons at places its holder may not see are left
    out, and their probability with them. Appends nothing.
    """
    query = queries.query_of(
        [(mark.component, mark.reading, mark.mark_kind) for mark in asked.readings],
        maker=asked.maker,
        country=asked.country,
        kind=asked.kind,
        calibre=asked.calibre,
    )
    traced = queries.trace(query, queries.Options(absent_prior=asked.absent_prior, top=asked.top))
    places = scope.of(person(request), "trace").ids
    seen = {
        key: weapon
        for key, weapon in traced.weapons.items()
        if places is None or weapon.place in places or weapon.holder in places
    }
    return replace(traced, weapons=seen).as_dict(asked.query_id)
