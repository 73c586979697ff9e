"""One project: where it stands, what the next gate asks for, what happened; its list."""

import datetime as dt
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import acts, finding, queries
from countermark.cooperation.needs import Need
from countermark.cooperation.projects import history
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.projects.forms import NarrowProjects
from countermark.cooperation.projects.rules import costs, gates
from countermark.cooperation.projects.rules.gates import Condition
from countermark.cooperation.projects.rules.shapes import GATES, Project
from countermark.cooperation.projects.views.common import HERE, VIEW, WRITE, Shown, codes, project, stages
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Page, Table, listed, shown, viewer
from countermark.register import proofs
from countermark.register.views.common import GET_OR_POST, me

HISTORY = 100
"""Acts of a page; a file of the list has them all."""


@requires(VIEW)
@GET_OR_POST
def project_list(request: HttpRequest) -> HttpResponseBase:
    """The projects somebody may see, narrowed as they ask."""
    who, form = viewer(request), NarrowProjects(request.GET or None)
    sought = projects.Sought(**form.cleaned_data) if form.is_bound and form.is_valid() else projects.Sought()
    found = projects.found(who, sought)
    titles = acts.texts_of([Subject("", "", {"titles": [value.title for _one, value in found]})])
    names = projects.names(found)
    headers = [_("Title"), _("Recipient"), _("Providers"), _("Theme"), _("Stage"), _("Costs"), _("From"), _("Until")]
    none = _("There are no projects you may see.") if not request.GET else _("None fits what you look for.")
    table = Table(_("Projects"), headers, [_line(one, value, titles, names) for one, value in found], none)
    page = Page(_("Projects"), HERE, tables=[table], actions=_of_list(request, who), filter=form)
    return listed(request, page)


def _line(one: Subject, value: Project, titles: dict[str, str], names: dict[str, str]) -> list[Cell]:
    return [
        Cell(titles.get(value.title, one.key), reverse("cooperation:project", args=[one.key])),
        Cell(names.get(value.recipient, value.recipient)),
        Cell(", ".join(names.get(key, key) for key in value.providers)),
        Cell(codes(value.themes, "theme")),
        Cell(aid_word(one.state, "stage"), tone="alarm" if one.finding else ""),
        Cell(money.shown(value.amount, value.currency), amount=True),
        Cell(value.begin, exact=True),
        Cell(value.end, exact=True),
    ]


def _of_list(request: HttpRequest, who: Viewer) -> list[Action]:
    actions = [
        Action(_("Calendar"), reverse("cooperation:calendar")),
        Action(_("Meetings"), reverse("cooperation:meetings")),
    ]
    actions.append(Action(_("Overlaps"), reverse("cooperation:overlaps")))
    if who.actor and accounts.may(me(request), WRITE):
        actions.insert(0, Action(_("Propose a project"), reverse("cooperation:project_add"), main=True))
    return actions


@requires(VIEW)
@require_GET
def project_page(request: HttpRequest, key: str) -> HttpResponse:
    """One project: where it stands."""
    one = project(request, key)
    tables = [_needs(one), _conditions(one)] if one.found.state in GATES else [_needs(one)]
    tables.append(_gates(one))
    if one.inner:
        tables.append(_history(request, one))
    page = Page(
        one.title,
        HERE,
        facts=_facts(one),
        tables=[table for table in tables if table.rows],
        actions=_actions(one),
        above=(reverse("cooperation:projects"), _("Projects")),
        note=" ".join(warnings(one)),
        steps=stages(one),
    )
    return shown(request, page)


def _facts(one: Shown) -> list[tuple[str, Cell]]:
    value = one.project
    sees = _("everybody") if value.visibility == "public" else _("its sides, and whom the recipient shares it with")
    facts = [
        (_("Stage"), Cell(aid_word(one.found.state, "stage"))),
        (_("Recipient"), Cell(one.name(value.recipient), reverse("cooperation:actor", args=[value.recipient]))),
        (_("Authority of the recipient"), Cell(_authority(one))),
        (
            _("Providers"),
            Cell("; ".join(f"{one.name(giver.actor)}: {one.amount(giver.amount)}" for giver in value.givers)),
        ),
        (_("Costs once"), Cell(one.amount(value.amount))),
        (_("Brought by the providers"), Cell(_share(one))),
        (_("Themes"), Cell(codes(value.themes, "theme"))),
        (_("Places"), Cell(", ".join(value.places), exact=True)),
        (_("Sites"), Cell(", ".join(one.said(site) for site in value.sites))),
        (_("Period"), Cell(f"{value.begin} – {value.end}", exact=True)),
        (_("Languages of the recipient"), Cell(", ".join(value.languages), exact=True)),
        (_("Aims"), Cell(one.said(value.aims))),
        (_("Development assistance"), Cell(aid_word(value.oda, "oda"))),
        (_("Who sees it"), Cell(sees)),
    ]
    if value.outcome and one.inner:
        facts.append((_("What came of it"), Cell(one.said(value.outcome))))
    return facts


def _authority(one: Shown) -> str:
    if not one.project.authority:
        return _("not named yet")
    return history.people([one.project.authority]).get(one.project.authority, _("erased")) if one.inner else _("named")


def _share(one: Shown) -> str:
    if not one.project.amount:
        return one.amount(one.project.given)
    percent = 100 * one.project.given // one.project.amount
    return f"{one.amount(one.project.given)} ({percent}\u00a0%)"


def _needs(one: Shown) -> Table:
    rows = []
    for key in one.project.needs:
        need = queries.known(one.who, "need", key)
        if need is None:
            rows.append([Cell(_("a need you may not see")), Cell(""), Cell("")])
            continue
        titles = finding.titles([(need, need.of(Need))])
        rows.append(
            [
                Cell(titles[key], reverse("cooperation:need", args=[key])),
                Cell(aid_word(need.state, "need_state")),
                Cell(need.due, exact=True),
            ]
        )
    return Table(_("Needs it answers"), [_("Title"), _("Status"), _("Until")], rows, id="needs")


def _conditions(one: Shown) -> Table:
    gate = one.found.state
    rows = [
        [
            Cell(aid_word(found.code, "condition")),
            Cell(_("yes") if found.met else _("not yet"), tone="good" if found.met else "alarm"),
            Cell(_lacking(one, found) if one.inner else ""),
        ]
        for found in gates.conditions(one.project, gate)
    ]
    title = _("What the gate at the end of “%(stage)s” asks for") % {"stage": aid_word(gate, "stage")}
    return Table(title, [_("Condition"), _("Holds"), _("Missing")], rows, id="conditions")


def _lacking(one: Shown, found: Condition) -> str:
    value = one.project
    if found.code in ("delivered", "maintained"):
        return ", ".join(one.said(value.deliverables[key].title) for key in found.about)
    if found.code == "measured":
        return ", ".join(one.said(value.indicators[key].what) for key in found.about)
    if found.code == "terms":
        return one.named(found.about)
    if found.code in ("payers", "running"):
        return codes(found.about, "cost")
    if found.code == "transfer":
        return codes(found.about, "deliverable")
    return ""


def _gates(one: Shown) -> Table:
    people = history.people([passed.by for passed in one.project.passed.values()]) if one.inner else {}
    rows = [
        [
            Cell(aid_word(gate, "stage")),
            Cell(date_time(passed.time)),
            Cell(people.get(passed.by, "")),
            Cell(one.said(passed.words) if one.inner else ""),
            Cell(
                passed.event.removeprefix("ni:///sha-256;")[:16],
                reverse("cooperation:project_proof", args=[one.key, gate]) if one.inner else "",
                exact=True,
            ),
        ]
        for gate in GATES
        if (passed := one.project.passed.get(gate)) is not None
    ]
    headers = [_("Gate passed"), _("When"), _("By the authority"), _("On"), _("Proof from the ledger")]
    return Table(_("Gates"), headers, rows, id="gates")


@requires(VIEW)
@require_GET
def gate_proof(request: HttpRequest, key: str, gate: str) -> HttpResponse:
    """The entry that passed a gate, with the proof that it stands in its log, as JSON: for the sides alone."""
    one = project(request, key)
    passed = one.project.passed.get(gate) if one.inner else None
    acted = [line for line in history.of(one.found, one.who) if passed and line.event == passed.event]
    proof = proofs.prove(acted[0].position) if acted else None
    if proof is None:
        raise Http404(_("There is no such record among those you may see."))
    headers = {"Content-Disposition": f"attachment; filename=proof-{gate}.json", "Cache-Control": "private, no-store"}
    return JsonResponse(proof.as_dict(), headers=headers)


def _history(request: HttpRequest, one: Shown) -> Table:
    found = history.of(one.found, one.who)[:HISTORY]
    people = history.people(line.by for line in found)
    ledger = accounts.may(me(request), "ledger.view")
    rows = [
        [
            Cell(date_time(line.time)),
            Cell(_happened(line), reverse("ledger:entry", args=[line.position]) if ledger else ""),
            Cell(people.get(line.by, "")),
            Cell(one.name(line.actor)),
            Cell(line.words),
            Cell(
                _("no effect: %(why)s") % {"why": aid_word(line.why, "odd")} if line.why else "",
                tone="alarm" if line.why else "",
            ),
        ]
        for line in found
    ]
    headers = [_("When"), _("What"), _("Who"), _("For"), _("Words"), _("Finding")]
    return Table(_("What happened"), headers, rows, id="history")


def _happened(line: history.Happened) -> str:
    label = _(line.label)
    return f"{label}: {aid_word(line.gate, 'stage')}" if line.gate else label


def date_time(time: str) -> str:
    """A time of the log as the reader writes it; as it stands where it is none."""
    try:
        return date_format(timezone.localtime(dt.datetime.fromisoformat(time)), "SHORT_DATETIME_FORMAT")
    except ValueError:
        return time


def warnings(one: Shown) -> list[str]:
    """What a side should know before anything else."""
    if not one.inner:
        return []
    found = []
    asked = one.project.asked
    if asked is not None:
        said = {"stage": aid_word(asked.gate, "stage")}
        found.append(_("The gate at the end of “%(stage)s” waits for the recipient's authority.") % said)
    if projects.overlap_open(one.found, one.who):
        found.append(_("Others plan or do the same here: look at the overlaps and answer them."))
    found += [gap_told(gap, one) for gap in costs.gaps(one.project, projects.ends_of_needs(one.project, one.who))]
    if one.project.odd:
        found.append(_("Some acts had no effect: see what happened."))
    return found


def gap_told(gap: costs.Gap, one: Shown) -> str:
    """Where the plan ends and the need does not, in words."""
    said = {"cost": aid_word(gap.about, "cost"), "covered": gap.covered, "until": gap.until}
    if gap.why == "payer":
        return _("Nobody pays for “%(cost)s” yet.") % said
    if gap.why == "costs":
        return (
            _("The plan for “%(cost)s” ends with %(covered)d; it is needed as long as what stands there is used.")
            % said
        )
    need = queries.known(one.who, "need", gap.about)
    title = finding.titles([(need, need.of(Need))])[gap.about] if need else _("a need")
    said |= {"need": title}
    return _("Running costs are paid through %(covered)d; the need “%(need)s” goes on until %(until)d.") % said


def _actions(one: Shown) -> Sequence[Action]:
    parts = [
        Action(_("Costs"), reverse("cooperation:project_costs", args=[one.key])),
        Action(_("Work"), reverse("cooperation:project_work", args=[one.key])),
    ]
    if not one.inner:
        return parts
    parts.insert(0, Action(_("Overlaps and terms"), reverse("cooperation:project_agreement", args=[one.key])))
    return [*_next(one), *parts, *_more(one)]


def _next(one: Shown) -> list[Action]:
    """What is to be done about the gate of the stage."""
    asked, stage = one.project.asked, one.found.state
    if stage not in GATES:
        return []
    found = []
    if one.decides and asked is not None:
        decide = reverse("cooperation:project_gate", args=[one.key, "pass"])
        found = [
            Action(_("Pass the gate"), decide, main=True),
            Action(_("Do not pass it"), reverse("cooperation:project_gate", args=[one.key, "decline"])),
        ]
    if one.writes and asked is None and not gates.missing(one.project, stage):
        found.append(one.action(_("Ask for the gate"), "ask", main=True))
    if one.writes and one.owns and not one.project.authority:
        found.append(one.action(_("Name the authority"), "authority", main=True))
    return found


def _more(one: Shown) -> list[Action]:
    found = []
    if one.writes and one.found.state in ("planning", "design"):
        found.append(one.action(_("Describe"), "describe"))
    if one.writes and one.owns:
        found.append(one.action(_("Who sees it"), "share"))
        if one.project.authority:
            found.append(one.action(_("Name another authority"), "authority"))
        if one.found.state in ("implementation", "evaluation"):
            found.append(one.action(_("Say what came of it"), "evaluate"))
    if one.decides and one.found.state in GATES:
        if one.found.state != GATES[0]:
            found.append(Action(_("Send it back"), reverse("cooperation:project_gate", args=[one.key, "back"])))
        found.append(Action(_("End it"), reverse("cooperation:project_gate", args=[one.key, "cancel"])))
    return found
