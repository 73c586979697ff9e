"""Security of sites: assessments by the seven elements of PoA II.17, and what is to be put right."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.services import actor
from countermark.stockpile import acts, queries
from countermark.stockpile.assessment import queries as assessments
from countermark.stockpile.assessment import services
from countermark.stockpile.assessment.services import Said
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import READ, WRITE, not_found
from countermark.web.api.texts import Short, Strict, Word

router = Router(tags=["stockpile"])
Answer = Literal["yes", "partly", "no", "na"]
Rating = Annotated[int, Field(ge=1, le=5)]


class SiteSecurity(Schema):
    """A site: scores (0 to 100) by element of its last assessment, the weakest and its change, what is open and late."""

    place: str
    name: str
    assessment: str
    day: str
    scores: dict[str, int]
    weakest: int | None
    trend: int | None
    next: str
    overdue: bool
    open_actions: int
    late_actions: int


class AssessmentToMake(Strict):
    """A site assessed: an answer to every question; `owner` and `due` where one is answered no; `risk` is threat, vulnerability, consequence."""

    site: Short
    day: Short
    answers: Annotated[dict[Short, Answer], Field(max_length=200)]
    next_day: Short
    owner: Short = ""
    due: Short = ""
    risk: tuple[Rating, Rating, Rating] | None = None
    remarks: Annotated[dict[Short, Word], Field(max_length=20)] | None = None


class AssessmentMade(Schema):
    """Its id: the same for the same site and day."""

    assessment: str


class CorrectionToOrder(Strict):
    """Something else to be put right at a site, by whom and by which day."""

    site: Short
    what: Annotated[Word, Field(min_length=1)]
    owner: Annotated[Short, Field(min_length=1)]
    due: Short


class CorrectionOrdered(Schema):
    """Its id; the same for a request sent again with one key."""

    action: str


@router.get("/stockpile/assessments", response={200: list[SiteSecurity], **READ}, auth=Token("stock.view"))
def site_security(request: HttpRequest) -> list[dict[str, Any]]:
    """Every site one may see, what is late first. Permission: `stock.view`."""
    return [
        {
            "place": line.place.pk,
            "name": line.place.name,
            "assessment": line.last.key if line.last else "",
            "day": line.value.day if line.value else "",
            "scores": line.value.scores if line.value else {},
            "weakest": line.overall,
            "trend": line.trend,
            "next": line.last.due if line.last else "",
            "overdue": line.overdue,
            "open_actions": line.open,
            "late_actions": line.late,
        }
        for line in assessments.sites(queries.visible(person(request)))
    ]


@router.post("/stockpile/assessments", response={200: AssessmentMade, **WRITE}, auth=Token("stock.command"))
def make_assessment(request: HttpRequest, given: AssessmentToMake) -> dict[str, Any]:
    """Records an assessment; said again for that day it replaces what was said. Permission: `stock.command` at the site."""
    user = person(request)
    site = acts.place_id(given.site)
    if not site or not accounts.may_at(user, "stock.command", site):
        raise not_found("place")
    said = Said(
        given.day, dict(given.answers), given.next_day, given.owner, given.due, given.risk or (0, 0, 0), given.remarks or {}
    )  # fmt: skip
    return {"assessment": services.assess(site, said, by=actor(user))}


@router.post("/stockpile/assessments/actions", response={200: CorrectionOrdered, **WRITE}, auth=Token("stock.command"))
def order_correction(request: HttpRequest, given: CorrectionToOrder, key: RequestKey = "") -> dict[str, Any]:
    """Orders something put right that no question asks for; sent twice with one `Idempotency-Key` it is ordered once. Permission:
    `stock.command` at the site.
    """
    user = person(request)
    site = acts.place_id(given.site)
    if not site or not accounts.may_at(user, "stock.command", site):
        raise not_found("place")
    said = (site, given.what, given.owner, given.due)
    return {"action": services.order(*said, by=actor(user), request=once_key(user, key))}
