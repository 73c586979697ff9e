"""Matching on pages: run it, read who should help whom and why, decide by hand and see what that costs, propose projects."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import queries
from countermark.cooperation.matching import forms, inputs, runs
from countermark.cooperation.matching.answers import Cost, Match
from countermark.cooperation.matching.market import Override
from countermark.cooperation.matching.runs import Read, Run
from countermark.cooperation.matching.telling import Told
from countermark.cooperation.projects import services as projects
from countermark.cooperation.projects.rules.shapes import Giver
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.cooperation.views.needs import SHOWN, WRITE, cut
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    known,
    listed,
    once,
    own,
    seated,
    viewer,
)
from countermark.register.checking import Refused
from countermark.register.views.common import GET_OR_POST, actor, me, posted

HERE = "matching"


def _above() -> tuple[str, str]:
    return reverse("cooperation:matchings"), _("Matching")


@requires("aid.view")
@GET_OR_POST
def matchings(request: HttpRequest) -> HttpResponseBase:
    """The matching runs of whom one speaks for, the newest first."""
    found = queries.visible(viewer(request), runs.KIND)
    headers = [
        _("Run"),
        _("Currency"),
        _("Needs"),
        _("Offers"),
        _("Matched"),
        _("Objective"),
        _("Decided by hand"),
        _("That costs"),
    ]
    rows = [_line(one, one.of(Run)) for one in (found if request.method == "POST" else found[:SHOWN])]
    none = _("Nothing has been matched yet.")
    actions = []
    if viewer(request).actor and accounts.may(me(request), WRITE):
        actions = [Action(_("Match needs and offers"), reverse("cooperation:matching_run"), main=True)]
    page = Page(
        _("Matching"), HERE, tables=[Table(_("Runs"), headers, rows, none)], actions=actions, note=cut(len(found))
    )
    return listed(request, page)


def _line(one: Subject, run: Run) -> list[Cell]:
    return [
        Cell(one.since[:16].replace("T", " "), reverse("cooperation:matching", args=[one.key]), exact=True),
        Cell(run.currency, exact=True),
        Cell(str(run.needs), amount=True),
        Cell(str(run.offers), amount=True),
        Cell(_money(run.matched, run.currency), amount=True),
        Cell(_short(run.objective), amount=True),
        Cell(str(run.overrides or ""), amount=True),
        Cell(_short(run.cost) if run.overrides else "", amount=True),
    ]


def _money(decimal: str, currency: str) -> str:
    return money.shown(money.parse(decimal, currency), currency)


def _short(figure: str) -> str:
    """A figure with as many decimals as say something."""
    return f"{float(figure):.2f}" if figure else ""


@requires("aid.view")
@GET_OR_POST
def matching(request: HttpRequest, key: str) -> HttpResponseBase:
    """One run: who gives whom how much and why, what stops what is unmet, and what was decided by hand."""
    one = known(request, runs.KIND, key)
    run, who = one.of(Run), viewer(request)
    try:
        found = runs.document(one)
    except Refused as refused:
        raise Http404(str(refused)) from refused
    names = Told(who, found)
    may = who.may_change(one) and accounts.may(me(request), WRITE)
    whole = request.method == "POST"
    tables = [
        *_matches(found, names, key, may=may, whole=whole, speaks=who.actor),
        _unmet(found, names, whole=whole),
        *_decided(found, names),
    ]
    count = max(len(found.answer.matches), len(found.answer.unmet))
    page = Page(
        _("Matching of %(day)s") % {"day": run.day},
        HERE,
        facts=_facts(run, found),
        tables=tables,
        actions=_actions(key, run) if may else (),
        above=_above(),
        note=cut(count),
    )
    return listed(request, page)


def _facts(run: Run, found: Read) -> list[tuple[str, Cell]]:
    answer = found.answer
    best = (
        _("the best there is")
        if answer.gap < 1e-7
        else _("at most %(share)s %% below the best there is") % {"share": f"{100 * answer.gap:.2g}"}
    )
    facts = [
        (_("Needs and offers open on"), Cell(run.day, exact=True)),
        (_("Needs"), Cell(f"{run.needs}, {_money(run.asked, run.currency)}")),
        (_("Offers"), Cell(f"{run.offers}, {_money(run.offered, run.currency)}")),
        (_("Matched"), Cell(_money(run.matched, run.currency))),
        (_("Objective"), Cell(f"{answer.objective:.4f}: {best}")),
        (_("One need after the other"), Cell(f"{answer.greedy:.4f}")),
    ]
    if run.others:
        facts.append((_("In other currencies, left out"), Cell(str(run.others))))
    if run.readiness:
        facts.append((_("Weights"), Cell(_("prepared needs count up to a quarter more"))))
    if answer.overrides:
        facts += _cost(answer.overrides)
    if run.after:
        facts.append(
            (
                _("Same needs and offers as"),
                Cell(_("an earlier run"), reverse("cooperation:matching", args=[run.after])),
            )
        )
    facts.append((_("What counts"), Cell(_("each need by 6 - priority, times the share of it that is funded"))))
    facts.append((_("SHA-256 of what went in"), Cell(run.digest, exact=True)))
    return facts


def _cost(cost: Cost) -> list[tuple[str, Cell]]:
    said = _("%(cost)s of %(whole)s; needs that lose by it: %(loses)d, that gain: %(gains)d") % {
        "cost": f"{cost.cost:.4f}",
        "whole": f"{cost.objective_without:.4f}",
        "loses": len(cost.loses),
        "gains": len(cost.gains),
    }
    return [(_("What was decided by hand costs"), Cell(said, tone="alarm" if cost.cost > 1e-9 else ""))]


def _actions(key: str, run: Run) -> list[Action]:
    actions = [Action(_("Decide about a pair"), reverse("cooperation:matching_override", args=[key]), main=True)]
    if run.overrides:
        actions.append(Action(_("Take a decision back"), reverse("cooperation:matching_without", args=[key])))
    return [*actions, Action(_("Match anew"), reverse("cooperation:matching_run"))]


def _matches(found: Read, names: Told, key: str, *, may: bool, whole: bool, speaks: str) -> list[Table]:
    """Who should help whom, and beside it why."""
    some = found.answer.matches if whole else found.answer.matches[:SHOWN]
    doing = may and not whole
    headers = [_("Need"), _("Offer"), _("Amount"), _("Share"), *([_("Project"), _("Otherwise")] if doing else [])]
    rows = []
    for match in some:
        row = [
            Cell(_whose(names, match.need), reverse("cooperation:need", args=[match.need])),
            Cell(_whose(names, match.offer), reverse("cooperation:offer", args=[match.offer])),
            Cell(names.amount(match.amount), amount=True),
            Cell(f"{100 * match.share:.4g}\u00a0%", amount=True),
        ]
        rows.append([*row, *(_doing(names, key, match, speaks) if doing else [])])
    why = [
        [
            Cell(names.title(match.need)),
            Cell(names.title(match.offer)),
            Cell("; ".join(names.why(reason, _) for reason in match.reasons)),
        ]
        for match in some
    ]
    return [
        Table(_("Who should help whom"), headers, rows, _("No offer fits any need."), id="matches"),
        *([Table(_("Why"), [_("Need"), _("Offer"), _("Why")], why, id="why")] if why else []),
    ]


def _whose(names: Told, key: object) -> str:
    owner = names.owner(key)
    return f"{names.title(key)} ({owner})" if owner else names.title(key)


def _doing(names: Told, key: str, match: Match, speaks: str) -> list[Cell]:
    """What may be done about a match: whoever is a side of it proposes a project; who made the run decides otherwise."""
    need, pair = str(match.need), f"?need={match.need}&offer={match.offer}"
    propose = reverse("cooperation:matching_propose", args=[key, need])
    return [
        Cell(_("Propose"), propose) if speaks in names.sides(need) else Cell(""),
        Cell(_("Decide"), reverse("cooperation:matching_override", args=[key]) + pair),
    ]


def _unmet(found: Read, names: Told, *, whole: bool) -> Table:
    headers = [_("Need"), _("Lacks"), _("What stops it")]
    rows = [
        [
            Cell(_whose(names, one.need), reverse("cooperation:need", args=[one.need])),
            Cell(names.amount(one.amount), amount=True),
            Cell(names.why(one.why, _)),
        ]
        for one in (found.answer.unmet if whole else found.answer.unmet[:SHOWN])
    ]
    return Table(_("Needs that are not met"), headers, rows, _("Every need is met."), id="unmet")


def _decided(found: Read, names: Told) -> list[Table]:
    cost = found.answer.overrides
    if cost is None:
        return []
    rows = [
        [
            Cell(names.title(one.need)),
            Cell(names.title(one.offer)),
            Cell(_what(one, names)),
            Cell(names.named(one.reason)),
        ]
        for one in found.market.overrides
    ]
    changed = [
        [
            Cell(names.title(one.need)),
            Cell(names.amount(one.amount), amount=True),
            Cell(names.amount(one.without), amount=True),
        ]
        for one in (*cost.loses, *cost.gains)
    ]
    return [
        Table(_("Decided by hand"), [_("Need"), _("Offer"), _("What"), _("Why")], rows, id="decided"),
        Table(
            _("What that changes"),
            [_("Need"), _("Has"), _("Would have")],
            changed[:SHOWN],
            _("No need has more or less by it."),
            id="changed",
        ),
    ]


def _what(one: Override, names: Told) -> str:
    if one.fix is not None:
        return _("exactly %(amount)s") % {"amount": names.amount(one.fix)}
    if one.limit is not None:
        return _("at most %(amount)s") % {"amount": names.amount(one.limit)}
    return _("nothing")


@requires(WRITE)
@GET_OR_POST
@seated
def matching_run(request: HttpRequest) -> HttpResponse:
    """Matches what is open now."""
    who = viewer(request)
    currencies = inputs.currencies(queries.Viewer(who.actor))
    form = forms.RunForm(currencies, posted(request))

    def do(said: dict[str, Any]) -> str:
        key = runs.match(
            currency=said["currency"],
            today=queries.today(),
            actor=who.actor,
            by=actor(request),
            readiness=said["readiness"],
            request=once(request),
        )
        return reverse("cooperation:matching", args=[key])

    note = "" if currencies else _("There is no open need you may see.")
    return asked(request, form, do, Page(_("Match needs and offers"), HERE, above=_above(), note=note), _("Match"))


@requires(WRITE)
@GET_OR_POST
def matching_override(request: HttpRequest, key: str) -> HttpResponse:
    """Decides about a pair by hand; the new run says what it costs."""
    found, names, above = _of_run(request, key)
    first = {name: request.GET.get(name, "") for name in ("need", "offer")}
    form = forms.OverrideForm(
        [(str(one.id), names.title(one.id)) for one in found.market.needs],
        [(str(one.id), names.title(one.id)) for one in found.market.offers],
        posted(request),
        initial=first,
    )

    def do(said: dict[str, Any]) -> str:
        try:
            new = runs.override(
                key,
                said["need"],
                said["offer"],
                fix=said["amount"] if said["what"] == "fix" else "",
                limit=said["amount"] if said["what"] == "limit" else "",
                forbid=said["what"] == "forbid",
                reason=said["reason"],
                actor=viewer(request).actor,
                by=actor(request),
                request=once(request),
            )
        except Refused as refused:
            raise names.refusal(refused) from refused
        return reverse("cooperation:matching", args=[new])

    return asked(request, form, do, Page(_("Decide about a pair"), HERE, above=above), _("Match again"))


@requires(WRITE)
@GET_OR_POST
def matching_without(request: HttpRequest, key: str) -> HttpResponse:
    """Takes a decision about a pair back."""
    found, names, above = _of_run(request, key)
    pairs = [
        (f"{one.need} {one.offer}", f"{names.title(one.need)} – {names.title(one.offer)}")
        for one in found.market.overrides
    ]
    form = forms.PairForm(pairs, posted(request))

    def do(said: dict[str, Any]) -> str:
        need, _space, offer = said["pair"].partition(" ")
        new = runs.without(key, need, offer, actor=viewer(request).actor, by=actor(request), request=once(request))
        return reverse("cooperation:matching", args=[new])

    return asked(request, form, do, Page(_("Take a decision back"), HERE, above=above), _("Match again"))


def _of_run(request: HttpRequest, key: str) -> tuple[Read, Told, tuple[str, str]]:
    """A run of whom one speaks for, its names, and the way back to it."""
    one = own(request, runs.KIND, key)
    try:
        found = runs.document(one)
    except Refused as refused:
        raise Http404(str(refused)) from refused
    above = (reverse("cooperation:matching", args=[key]), _("Matching of %(day)s") % {"day": one.of(Run).day})
    return found, Told(viewer(request), found), above


@requires(WRITE)
@GET_OR_POST
def matching_propose(request: HttpRequest, key: str, need: str) -> HttpResponse:
    """Proposes a project of what the run gives one need, by its recipient or one of the providers."""
    found, names, above = _of_run(request, key)
    who = viewer(request)
    matches = runs.givers(found, need)
    if not matches:
        raise Http404(_("The run gives this need nothing."))
    recipient = names.owner_keys.get(need, "")
    if who.actor not in names.sides(need):
        raise PermissionDenied(_("The recipient proposes a project, or one of those who bring something."))
    form = forms.ProjectForm(posted(request), initial={"title": names.titles.get(need, "")})
    units = money.exponent(found.market.currency)
    brought = [
        Giver(names.owner_keys[str(match.offer)], int(match.amount.scaleb(units)), str(match.offer))
        for match in matches
        if str(match.offer) in names.owner_keys
    ]

    def do(said: dict[str, Any]) -> str:
        project = projects.plan(
            said["title"],
            recipient=recipient,
            needs_answered=[need],
            givers=brought,
            actor=who.actor,
            by=actor(request),
            request=once(request),
        )
        return reverse("cooperation:project", args=[project])

    facts = [(names.owner(match.offer), Cell(names.amount(match.amount))) for match in matches]
    page = Page(_("Propose a project"), HERE, above=above, facts=facts)
    return asked(request, form, do, page, _("Propose"))


PATTERNS: list[URLPattern] = [
    path("cooperation/matching/", matchings, name="matchings"),
    path("cooperation/matching/run/", matching_run, name="matching_run"),
    path("cooperation/matching/<str:key>/", matching, name="matching"),
    path("cooperation/matching/<str:key>/override/", matching_override, name="matching_override"),
    path("cooperation/matching/<str:key>/without/", matching_without, name="matching_without"),
    path("cooperation/matching/<str:key>/propose/<str:need>/", matching_propose, name="matching_propose"),
]
