"""Evaluation: figures by criterion and side by side, check-backs, snapshots of the register, reports."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import actors, queries
from countermark.cooperation.evaluation import rules, services, sources
from countermark.cooperation.evaluation.rules import ASKED, MEASURES, By, Figure, Scope
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation import common
from countermark.web.api.cooperation.common import CHANGE, VIEW, Key, WhichRecords
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, Problem
from countermark.web.api.texts import Long, Short, Strict, Word

router = Router(tags=["cooperation"])
Year = Annotated[int, Field(ge=0, le=2999)]


class ScopeOfFigures(Strict):
    """What the figures are about; empty or 0 is no narrowing. `currency` is the one amounts are measured in."""

    state: Short = ""
    region: Short = ""
    theme: Short = ""
    first: Year = 0
    last: Year = 0
    currency: Short = ""


class GroupedScope(ScopeOfFigures):
    """With what stands side by side."""

    by: Literal["state", "region", "theme", "year"] = "state"


class FigureOfAid(Schema):
    """A figure: `share` is null where there is no data, which is not 0; `left_out` could not be measured."""

    key: str
    text: str
    criterion: str
    answers: str
    share: float | None
    part: int
    whole: int
    left_out: int
    counts: str
    source: str


class FiguresOfAid(Schema):
    """Figures as of a day, counted from what one may see."""

    as_of: str
    currency: str
    figures: list[FigureOfAid]


class GroupOfFigures(Schema):
    """The figures of one State, region, theme or year."""

    value: str
    figures: list[FigureOfAid]


class CheckBackToGive(Strict):
    """What a recipient says of a project on a day after its end."""

    day: date
    runs: Literal["yes", "partly", "no"]
    payer: Short = ""
    broke: Long = ""
    words: Long = ""


class CheckBackDue(Schema):
    """A check-back that is due: of which project, after how many years, since which day."""

    project: str
    years: int
    day: str


class ReportToDraft(ScopeOfFigures):
    """A report to be drafted: its figures are frozen."""

    title: Word


class WordsOfReport(Strict):
    """The words of a report by criterion, and who may see it."""

    words: Annotated[dict[Short, Long], Field(max_length=6)]
    visibility: Short = "private"
    partners: Annotated[list[Short], Field(max_length=200)] = Field(default_factory=list)


class EvaluationMade(Schema):
    """The id of what was made."""

    id: str


class AidRecordOfEvaluation(common.AidRecord):
    """A check-back, snapshot or report with what it says."""

    value: dict[str, Any]


@router.get("/cooperation/figures", response={200: FiguresOfAid, **READ}, auth=Token(VIEW))
def figures(request: HttpRequest, asked: Query[ScopeOfFigures]) -> dict[str, Any]:
    """Adequacy, effectiveness and sustainability as far as one may see. Permission: `aid.view`."""
    user = person(request)
    currency = _currency(user, asked)
    found = rules.narrowed(sources.facts(queries.viewer(user), currency, queries.today()), _scope(asked))
    return {
        "as_of": queries.today(),
        "currency": currency,
        "figures": [_figure(one) for one in rules.figures(found, queries.today())],
    }


@router.get("/cooperation/figures/groups", response={200: list[GroupOfFigures], **READ}, auth=Token(VIEW))
def grouped(request: HttpRequest, asked: Query[GroupedScope]) -> list[dict[str, Any]]:
    """The same side by side by State, region, theme or year. Permission: `aid.view`."""
    user = person(request)
    found = rules.narrowed(sources.facts(queries.viewer(user), _currency(user, asked), queries.today()), _scope(asked))
    by: By = asked.by
    return [
        {"value": value, "figures": [_figure(one) for one in rules.figures(some, queries.today())]}
        for value, some in rules.groups(found, by).items()
    ]


@router.get("/cooperation/check-backs", response={200: list[AidRecordOfEvaluation], **READ}, auth=Token(VIEW))
def checks(request: HttpRequest, asked: Query[WhichRecords]) -> list[dict[str, Any]]:
    """What recipients said of projects after their end. Permission: `aid.view`."""
    return common.listed(person(request), "checkback", asked)


@router.get("/cooperation/check-backs/due", response={200: list[CheckBackDue], **READ}, auth=Token(VIEW))
def checks_due(request: HttpRequest) -> list[dict[str, Any]]:
    """Check-backs one's own projects owe. Permission: `aid.view`."""
    found = services.due_checks(queries.viewer(person(request)), queries.today())
    return [{"project": one.project.key, "years": one.years, "day": one.day} for one in found]


@router.post("/cooperation/projects/{key}/check-backs", response={200: EvaluationMade, **WRITE, **MISSING}, auth=Token(CHANGE))  # fmt: skip
def give_check(request: HttpRequest, key: Key, given: CheckBackToGive) -> dict[str, Any]:
    """Says whether a project still runs; said again for that day it replaces what was said. Permission: `aid.write`, of its recipient."""
    user = person(request)
    common.own(user, "project", key)
    said = services.Said(given.day.isoformat(), given.runs, given.payer, given.broke, given.words)
    return {"id": services.check_back(key, said, actor=common.speaking(user), by=actor(user))}


@router.get("/cooperation/snapshots", response={200: list[AidRecordOfEvaluation], **READ}, auth=Token(VIEW))
def snapshots(request: HttpRequest, asked: Query[WhichRecords]) -> list[dict[str, Any]]:
    """The figures of the register on the days they were kept. Permission: `aid.view`."""
    return common.listed(person(request), "snapshot", asked)


@router.post("/cooperation/snapshots", response={200: EvaluationMade, **WRITE}, auth=Token(CHANGE))
def take_snapshot(request: HttpRequest) -> dict[str, Any]:
    """Keeps the figures of the register as they are today. Permission: `aid.write`, of who speaks for this State."""
    user = person(request)
    if common.speaking(user) != actors.own_state():
        raise Problem(403, "these are figures of this State: who speaks for it keeps them")
    return {"id": services.snapshot(queries.today(), by=actor(user))}


@router.get("/cooperation/evaluations", response={200: list[AidRecordOfEvaluation], **READ}, auth=Token(VIEW))
def reports(request: HttpRequest, asked: Query[WhichRecords]) -> list[dict[str, Any]]:
    """Reports one may see. Permission: `aid.view`."""
    return common.listed(person(request), "evaluation", asked)


@router.post("/cooperation/evaluations", response={200: EvaluationMade, **WRITE}, auth=Token(CHANGE))
def draft_report(request: HttpRequest, given: ReportToDraft, once: RequestKey = "") -> dict[str, Any]:
    """Drafts a report whose figures are frozen as they are now. Permission: `aid.write`."""
    user = person(request)
    common.speaking(user)
    made = services.draft(
        given.title, _scope(given), _currency(user, given), who=queries.viewer(user), today=queries.today(), by=actor(user),
        request=once_key(user, once),
    )  # fmt: skip
    return {"id": made}


@router.put(
    "/cooperation/evaluations/{key}/words", response={200: EvaluationMade, **WRITE, **MISSING}, auth=Token(CHANGE)
)
def write_report(request: HttpRequest, key: Key, given: WordsOfReport) -> dict[str, Any]:
    """Writes the words of a draft and who may see it. Permission: `aid.write`, of whose report it is."""
    user = person(request)
    common.own(user, "evaluation", key)
    services.write(
        key,
        given.words,
        visibility=given.visibility,
        partners=given.partners,
        actor=common.speaking(user),
        by=actor(user),
    )
    return {"id": key}


@router.post(
    "/cooperation/evaluations/{key}/finish", response={200: EvaluationMade, **WRITE, **MISSING}, auth=Token(CHANGE)
)
def finish_report(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Finishes a report: nothing of it changes any more. Permission: `aid.write`, of whose report it is."""
    user = person(request)
    common.own(user, "evaluation", key)
    services.finish(key, actor=common.speaking(user), by=actor(user))
    return {"id": key}


def _figure(one: Figure) -> dict[str, Any]:
    measure = MEASURES[one.key]
    return {
        "key": one.key,
        "text": measure.text,
        "criterion": measure.criterion,
        "answers": ASKED[measure.criterion],
        "share": one.share,
        "part": one.part,
        "whole": one.whole,
        "left_out": one.left_out,
        "counts": measure.counts,
        "source": measure.source,
    }


def _scope(asked: ScopeOfFigures) -> Scope:
    return Scope(asked.state, asked.region, asked.theme, asked.first, asked.last)


def _currency(user: User, asked: ScopeOfFigures) -> str:
    return asked.currency.upper() or sources.usual_currency(queries.viewer(user))
