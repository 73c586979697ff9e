"""Evaluation on pages: figures by criterion and side by side, charts and a map, check-backs, trends, reports."""

from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, drawing, indicators, queries
from countermark.cooperation.evaluation import drawings, forms, papers, rules, services, sources, wording
from countermark.cooperation.evaluation.rules import MEASURES, By, Facts, Figure, Scope
from countermark.cooperation.evaluation.states import CheckBack, Report, Snapshot
from countermark.cooperation.forms import SureForm
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Picture,
    Table,
    asked,
    known,
    listed,
    once,
    shown,
    viewer,
)
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.register.views.pages import paper

HERE = "evaluation"
SIDE_BY_SIDE = (
    "needs_met",
    "amount_met",
    "delivered",
    "on_time",
    "runs_1",
    "runs_3",
    "runs_5",
    "post_1",
    "running_paid",
)
"""Figures of the table by State, region, theme or year."""
GROUPS: tuple[By, ...] = ("state", "region", "theme", "year")


def _above() -> tuple[str, str]:
    return reverse("cooperation:evaluation"), _("Evaluation")


def _may_write(request: HttpRequest) -> bool:
    return bool(viewer(request).actor) and accounts.may(me(request), "aid.write")


# --- figures -----------------------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> tuple[django_forms.Form, Scope, str, By]:
    """The filter, the scope it says, the currency, and by what figures stand side by side."""
    form = forms.ScopeForm(request.GET or None)
    said: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    scope = Scope(
        said.get("state") or "", said.get("region") or "", said.get("theme") or "", said.get("first") or 0, said.get("last") or 0
    )  # fmt: skip
    currency = (said.get("currency") or "").upper() or sources.usual_currency(viewer(request))
    by = said.get("by") or "state"
    return form, scope, currency, by if by in GROUPS else "state"


def _facts(request: HttpRequest, scope: Scope, currency: str) -> Facts:
    return rules.narrowed(sources.facts(viewer(request), currency, queries.today()), scope)


@requires("aid.view")
@GET_OR_POST
def overview(request: HttpRequest) -> HttpResponseBase:
    """Adequacy, effectiveness and sustainability: each figure with part, whole and source; side by side; on the map."""
    form, scope, currency, by = _asked(request)
    found = _facts(request, scope, currency)
    figures = rules.figures(found, queries.today())
    facts = [
        (_("About"), Cell(wording.scope(scope))),
        (_("As of"), Cell(queries.today(), exact=True)),
        (_("Amounts in"), Cell(currency, exact=True)),
        (_("Counted"), Cell(_("what you may see: %(needs)d needs, %(projects)d projects, %(people)d people trained") % {
            "needs": len(found.needs), "projects": len(found.projects), "people": len(found.trained)})),
    ]  # fmt: skip
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    page = Page(
        _("Evaluation"), HERE, facts=facts, tables=[_by_criterion(figures, currency), _groups(found, by)],
        actions=_actions(request), filter=form, pictures=_pictures(found, by, query),
    )  # fmt: skip
    return listed(request, page)


def _actions(request: HttpRequest) -> list[Action]:
    actions = [
        Action(_("Reports"), reverse("cooperation:evaluations")),
        Action(_("Check-backs"), reverse("cooperation:checkbacks")),
        Action(_("Trends"), reverse("cooperation:trends")),
    ]
    if _may_write(request):
        actions.insert(0, Action(_("Draft a report"), reverse("cooperation:evaluation_add"), main=True))
    return actions


def _by_criterion(figures: list[Figure], currency: str) -> Table:
    rows = []
    for one in figures:
        text, share, counted, left_out, source = wording.row(one, currency)
        criterion = MEASURES[one.key].criterion
        rows.append(
            [
                Cell(text),
                Cell(wording.criterion(criterion)),
                Cell(share, amount=True, tone="" if one.whole else "alarm"),
                Cell(counted),
                Cell(left_out),
                Cell(source),
            ]
        )
    headers = [_("Figure"), _("Criterion"), _("Share"), _("Part of whole"), _("Left out"), _("From")]
    return Table(_("Figures"), headers, rows, id="figures")


def _groups(found: Facts, by: By) -> Table:
    names = _names(by)
    rows = []
    for value, facts in rules.groups(found, by).items():
        figures = {key: MEASURES[key].count(facts, queries.today()) for key in SIDE_BY_SIDE}
        cells = [Cell(wording.share(one.part, one.whole), amount=True) for one in figures.values()]
        rows.append([Cell(names.get(value, value)), *cells])
    headers = [aid_word(by, "grouping"), *(_(MEASURES[key].text) for key in SIDE_BY_SIDE)]
    return Table(
        _("Side by side"), headers, rows, _("There is nothing you may see yet. State a need first."), id="groups"
    )


def _names(by: By) -> dict[str, str]:
    if by == "state":
        return actors.names()
    return {code: aid_word(code, "theme") for code in _themes()} if by == "theme" else {}


def _themes() -> list[str]:
    from countermark.cooperation.rules.themes import THEMES

    return list(THEMES)


def _pictures(found: Facts, by: By, query: str) -> list[Picture]:
    if not found.needs:
        return []
    groups = rules.groups(found, by)
    names = _names(by)
    told_shares = "; ".join(
        f"{names.get(value, value)}: {wording.share(one.part, one.whole)}"
        for value, facts in groups.items()
        if (one := MEASURES["amount_met"].count(facts, queries.today()))
    )
    return [
        Picture(_("Amount of needs that is funded"), reverse("cooperation:evaluation_chart") + query, told_shares),
        Picture(_("Needs on the map"), reverse("cooperation:evaluation_map") + query, _("A circle for each State: its size is what is asked for, its darkness how much of it is funded. The table below says the same.")),
    ]  # fmt: skip


@requires("aid.view")
@require_GET
def chart(request: HttpRequest) -> HttpResponse:
    """The funded share side by side, as SVG."""
    _form, scope, currency, by = _asked(request)
    names = _names(by)
    groups = rules.groups(_facts(request, scope, currency), by)
    named = {
        names.get(value, value): MEASURES["amount_met"].count(facts, queries.today()) for value, facts in groups.items()
    }
    return drawing.answer(drawings.shares(named, f"{_('Funded')} (%)"))


@requires("aid.view")
@require_GET
def needs_map(request: HttpRequest) -> HttpResponse:
    """Needs on the map, as SVG."""
    _form, scope, currency, _by = _asked(request)
    found = _facts(request, scope, currency)
    countries = {
        one.key: one.value.get("country", "")
        for one in acts.subjects("actor", state="state")
        if one.value.get("country")
    }
    return drawing.answer(drawings.world(found, countries))


# --- check-backs ---------------------------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def checkbacks(request: HttpRequest) -> HttpResponseBase:
    """Which projects owe an answer whether they still run, and what was answered."""
    who = viewer(request)
    due = services.due_checks(who, queries.today())
    found = queries.visible(who, "checkback")
    projects = {one.key: one for one in queries.visible(who, "project")}
    texts, names = acts.texts_of([*found, *projects.values()]), actors.names()
    waiting = Table(
        _("Due"),
        [_("Project"), _("After years"), _("Since")],
        [
            [
                Cell(_title(one.project, texts), _asked_of(request, one.project)),
                Cell(str(one.years), amount=True),
                Cell(one.day, exact=True, tone="alarm"),
            ]
            for one in due
        ],
        _("Nothing is due."),
        id="due",
    )
    given = Table(
        _("Answered"),
        [
            _("Project"),
            _("Day"),
            _("Does it still run?"),
            _("Who pays for running it"),
            _("What broke, and was it mended"),
        ],
        [_answer(one, projects.get(one.value["project"]), texts, names) for one in found],
        _("Nobody has answered yet."),
        id="given",
    )
    return listed(request, Page(_("Check-backs"), HERE, tables=[waiting, given], above=_above()))


def _asked_of(request: HttpRequest, project: Subject) -> str:
    """Where who may answers; for everybody else the project."""
    answers = _may_write(request) and viewer(request).may_change(project)
    return reverse(f"cooperation:{'checkback_add' if answers else 'project'}", args=[project.key])


def _answer(one: Subject, project: Subject | None, texts: dict[str, str], names: dict[str, str]) -> list[Cell]:
    value = one.of(CheckBack)
    return [
        Cell(_title(project, texts) if project else value.project),
        Cell(value.day, exact=True),
        Cell(aid_word(value.runs, "runs"), tone="good" if value.runs == "yes" else "alarm"),
        Cell(
            names.get(value.payer, value.payer) if value.payer else _("nobody"),
            tone="" if value.payer else "alarm",
        ),
        Cell(texts.get(value.broke, "")),
    ]


def _title(project: Subject, texts: dict[str, str]) -> str:
    return texts.get(project.of(Project).title, project.key)


@requires("aid.write")
@GET_OR_POST
def checkback_add(request: HttpRequest, key: str) -> HttpResponse:
    """The recipient says whether a project still runs."""
    found = known(request, "project", key)
    above = (reverse("cooperation:checkbacks"), _("Check-backs"))
    facts = [(_("Project"), Cell(_title(found, acts.texts_of([found]))))]

    def do(said: dict[str, Any]) -> str:
        said["day"] = said["day"].isoformat()
        services.check_back(key, services.Said(**said), actor=viewer(request).actor, by=actor(request))
        return above[0]

    form = forms.CheckForm(posted(request), initial={"day": timezone.localdate()})
    title = f"{_('Does it still run?')} {facts[0][1].text}"
    return asked(request, form, do, Page(title, HERE, above=above), _("Keep"))


# --- trends --------------------------------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def trends(request: HttpRequest) -> HttpResponseBase:
    """The figures of this register over the days of their snapshots."""
    found = sources.snapshots(viewer(request))
    keys = _keys(found)
    rows = [
        [Cell(indicators.named(key)), *(Cell(indicators.told(key, one.of(Snapshot).figures.get(key, "")), amount=True) for one in found)]
        for key in keys
    ]  # fmt: skip
    table = Table(
        _("Figures of this register"),
        [_("Figure"), *(str(one.value["day"]) for one in found)],
        rows,
        _("No snapshot was taken yet: take one now and another in some months."),
    )
    actions = []
    if _own(request):
        actions.append(Action(_("Take a snapshot"), reverse("cooperation:snapshot"), main=True))
    pictures = [
        Picture(
            indicators.named(key),
            f"{reverse('cooperation:trend_chart')}?{urlencode({'figure': key})}",
            _told(found, key),
        )
        for key in keys
        if len(found) > 1
    ]
    return listed(request, Page(_("Trends"), HERE, tables=[table], actions=actions, above=_above(), pictures=pictures))


def _keys(found: list[Subject]) -> list[str]:
    return [key for key in indicators.REGISTRY if any(key in one.of(Snapshot).figures for one in found)]


def _told(found: list[Subject], key: str) -> str:
    said = [
        (value.day, indicators.told(key, value.figures.get(key, ""))) for one in found if (value := one.of(Snapshot))
    ]
    return "; ".join(f"{day}: {text}" for day, text in said)


def _own(request: HttpRequest) -> bool:
    return _may_write(request) and viewer(request).actor == actors.own_state()


@requires("aid.view")
@require_GET
def trend_chart(request: HttpRequest) -> HttpResponse:
    """One figure over its snapshots, as SVG."""
    found = sources.snapshots(viewer(request))
    key = request.GET.get("figure", "")
    if key not in _keys(found):
        raise Http404(_("There is no such record among those you may see."))
    return drawing.answer(drawings.trend(found, [key]))


@requires("aid.write")
@GET_OR_POST
def snapshot(request: HttpRequest) -> HttpResponse:
    """Keeps the figures of this register as they are today."""
    if not _own(request):
        raise Http404(_("There is no such record among those you may see."))
    above = (reverse("cooperation:trends"), _("Trends"))
    rows = [
        [Cell(indicators.named(key)), Cell(indicators.told(key, one.written if one else ""), amount=True)]
        for key, one in indicators.figures().items()
    ]
    table = Table(_("As they are now"), [_("Figure"), _("Value")], rows)

    def do(_said: dict[str, Any]) -> str:
        services.snapshot(queries.today(), by=actor(request))
        return above[0]

    page = Page(_("Take a snapshot"), HERE, tables=[table], above=above)
    return asked(request, SureForm(posted(request)), do, page, _("Keep these figures"))


# --- reports -------------------------------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def reports(request: HttpRequest) -> HttpResponseBase:
    """The reports somebody may see."""
    found = queries.visible(viewer(request), "evaluation")
    texts, names = acts.texts_of(found), actors.names()
    rows = [
        [
            Cell(texts.get(value.title, one.key), reverse("cooperation:evaluation_report", args=[one.key])),
            Cell(names.get(queries.owner(one), "")),
            Cell(wording.scope(value)),
            Cell(value.as_of, exact=True),
            Cell(aid_word(one.state, "report_state")),
        ]
        for one in found
        if (value := one.of(Report))
    ]
    table = Table(
        _("Reports"), [_("Title"), _("Of"), _("About"), _("As of"), _("Status")], rows, _("No report is drafted yet.")
    )
    actions = (
        [Action(_("Draft a report"), reverse("cooperation:evaluation_add"), main=True)] if _may_write(request) else []
    )
    return listed(request, Page(_("Reports"), HERE, tables=[table], actions=actions, above=_above()))


@requires("aid.write")
@GET_OR_POST
def report_add(request: HttpRequest) -> HttpResponse:
    """Drafts a report: figures are frozen as they are now, words come after."""
    above = (reverse("cooperation:evaluations"), _("Reports"))
    note = _("The figures are kept as they are now, with their digest. You write your words beside them afterwards.")

    def do(said: dict[str, Any]) -> str:
        scope = Scope(said["state"], said["region"], said["theme"], said["first"] or 0, said["last"] or 0)
        who = viewer(request)
        currency = said["currency"] or sources.usual_currency(who)
        made = services.draft(
            said["title"], scope, currency, who=who, today=queries.today(), by=actor(request), request=once(request)
        )
        return reverse("cooperation:evaluation_write", args=[made])

    form = forms.ReportForm(posted(request))
    return asked(request, form, do, Page(_("Draft a report"), HERE, above=above, note=note), _("Draft"))


@requires("aid.view")
@require_GET
def report(request: HttpRequest, key: str) -> HttpResponse:
    """A report: its words and frozen figures."""
    found = known(request, "evaluation", key)
    value, texts = found.of(Report), acts.texts_of([found])
    facts = [
        (_("About"), Cell(wording.scope(value))),
        (_("As of"), Cell(value.as_of, exact=True)),
        (_("Status"), Cell(aid_word(found.state, "report_state"))),
        (_("SHA-256 of the figures"), Cell(value.digest, exact=True)),
        *((aid_word(criterion, "criterion"), Cell(texts.get(note, ""))) for criterion, note in value.words.items()),
    ]
    figures = [Figure(one.key, one.part, one.whole, one.left_out) for one in value.figures if one.key in MEASURES]
    actions = [Action(_("Report (PDF)"), reverse("cooperation:evaluation_pdf", args=[key]))]
    if found.state == "draft" and viewer(request).may_change(found) and _may_write(request):
        actions = [
            Action(_("Write"), reverse("cooperation:evaluation_write", args=[key]), main=True),
            Action(_("Finish"), reverse("cooperation:evaluation_finish", args=[key])),
            *actions,
        ]
    above = (reverse("cooperation:evaluations"), _("Reports"))
    tables = [_by_criterion(figures, value.currency)]
    return shown(
        request, Page(texts.get(value.title, key), HERE, facts=facts, tables=tables, actions=actions, above=above)
    )


@requires("aid.write")
@GET_OR_POST
def report_write(request: HttpRequest, key: str) -> HttpResponse:
    """The officer's words beside the figures, and who may see them."""
    found = known(request, "evaluation", key)
    value, texts = found.of(Report), acts.texts_of([found])
    above = (reverse("cooperation:evaluation_report", args=[key]), texts.get(value.title, key))
    initial: dict[str, object] = {criterion: texts.get(note, "") for criterion, note in value.words.items()}
    initial |= {"visibility": value.visibility, "partners": list(value.partners)}

    def do(said: dict[str, Any]) -> str:
        visibility, partners = said.pop("visibility"), said.pop("partners")
        services.write(
            key, said, visibility=visibility, partners=partners, actor=viewer(request).actor, by=actor(request)
        )
        return above[0]

    figures = [Figure(one.key, one.part, one.whole, one.left_out) for one in value.figures if one.key in MEASURES]
    page = Page(_("Write"), HERE, tables=[_by_criterion(figures, value.currency)], above=above)
    return asked(request, forms.WordsForm(posted(request), initial), do, page, _("Keep"))


@requires("aid.write")
@GET_OR_POST
def report_finish(request: HttpRequest, key: str) -> HttpResponse:
    """Finishes a report."""
    found = known(request, "evaluation", key)
    above = (
        reverse("cooperation:evaluation_report", args=[key]),
        acts.texts_of([found]).get(found.of(Report).title, key),
    )

    def do(_said: dict[str, Any]) -> str:
        services.finish(key, actor=viewer(request).actor, by=actor(request))
        return above[0]

    page = Page(_("Finish"), HERE, above=above, note=_("Nothing of a finished report changes any more."))
    return asked(request, SureForm(posted(request)), do, page, _("Finish"))


@requires("aid.view")
@require_GET
def report_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """A report as PDF, in the language of who prints."""
    found = known(request, "evaluation", key)
    return paper(lambda: papers.pdf(found), f"evaluation-{key}")


PATTERNS: list[URLPattern] = [
    path("cooperation/evaluation/", overview, name="evaluation"),
    path("cooperation/evaluation/chart.svg", chart, name="evaluation_chart"),
    path("cooperation/evaluation/map.svg", needs_map, name="evaluation_map"),
    path("cooperation/evaluation/checks/", checkbacks, name="checkbacks"),
    path("cooperation/evaluation/checks/<str:key>/", checkback_add, name="checkback_add"),
    path("cooperation/evaluation/trends/", trends, name="trends"),
    path("cooperation/evaluation/trends/chart.svg", trend_chart, name="trend_chart"),
    path("cooperation/evaluation/trends/snapshot/", snapshot, name="snapshot"),
    path("cooperation/evaluation/reports/", reports, name="evaluations"),
    path("cooperation/evaluation/reports/add/", report_add, name="evaluation_add"),
    path("cooperation/evaluation/reports/<str:key>/", report, name="evaluation_report"),
    path("cooperation/evaluation/reports/<str:key>/write/", report_write, name="evaluation_write"),
    path("cooperation/evaluation/reports/<str:key>/finish/", report_finish, name="evaluation_finish"),
    path("cooperation/evaluation/reports/<str:key>/report.pdf", report_pdf, name="evaluation_pdf"),
]
