"""Marks judged and planned, as the command line does."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Router, Schema
from pydantic import Field

from countermark.marking import planning
from countermark.marking.description import Description as Described
from countermark.marking.schemas import FindingShape
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import WRITE, Shorts, weapon_or_404
from countermark.web.api.problems import RESPONSES
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Strict

router = Router(tags=["marking"])

Description = Annotated[dict[str, Any], Body(description="`countermark schema marking`")]


class MarkingAnswer(Schema):
    """What the command line prints (`countermark schema marking-answer`)."""

    verdicts: dict[str, Literal["compliant", "not_compliant", "incomplete", "exempt", "not_applicable"]]
    findings: list[Annotated[dict[str, Any], shape(FindingShape)]]
    marks: list[dict[str, Any]]
    space: list[dict[str, Any]]
    strictest: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]


class MarkingPlanAnswer(MarkingAnswer):
    """An answer with the marks to put on, what the rules say once they are on, and the rules it was made under."""

    planned_verdicts: dict[str, str]
    made_under: dict[str, str]


class Describing(Strict):
    """For which occasion, under which laws and instruments; all of them where none is named."""

    occasion: Literal["manufacture", "import", "state_to_civil", "state_holding", "found", "deactivation"]
    profiles: Shorts = Field(default_factory=list)


@router.post(
    "/marking/weapons/{uuid:weapon_id}/description",
    response={200: Annotated[dict[str, Any], shape(Described)], **WRITE},
    auth=Token("marking.view"),
)
def described(request: HttpRequest, weapon_id: UUID, given: Describing) -> dict[str, Any]:
    """What the register and the registry of models know of a weapon, as `check` and `plan` read it. Permission: `marking.view`, where it
    stands. Appends nothing.
    """
    return planning.described(weapon_or_404(person(request), weapon_id), given.occasion, given.profiles)


@router.post("/marking/check", response={200: MarkingAnswer, **RESPONSES}, auth=Token("marking.view"))
def check(request: HttpRequest, given: Description) -> dict[str, Any]:
    """Judges the marks described. Permission: `marking.view`. Appends nothing; what cannot be used is named in a finding."""
    return _checked(planning.checked(given).as_json(), given)


@router.post("/marking/plan", response={200: MarkingPlanAnswer, **RESPONSES}, auth=Token("marking.view"))
def plan(request: HttpRequest, given: Description) -> dict[str, Any]:
    """Says which marks the weapon described still needs. Permission: `marking.view`. Appends nothing."""
    return _checked(planning.plan(given).plan.as_json(), given)


def _checked(answer: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """With the names nobody knows: what they demand is not known either."""
    names = given.get("profiles")
    texts = [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
    unknown = dict.fromkeys(planning.unknown_profiles(texts), "incomplete")
    return {**answer, "verdicts": {**answer["verdicts"], **unknown}}
