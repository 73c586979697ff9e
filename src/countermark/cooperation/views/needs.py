"""Needs on pages: the list, one need with everything it says, and the form that states it."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, finding, indicators, linedforms, needs, queries
from countermark.cooperation.needforms import NarrowNeeds, NeedForms, StateForm
from countermark.cooperation.needs import Cost, Need
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money, ownership
from countermark.cooperation.rules.themes import THEMES
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.editing import Edited, Stale
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    beside,
    known,
    listed,
    once,
    own,
    seated,
    shared_with,
    shown,
    viewer,
)
from countermark.cooperation.words import LABELS
from countermark.register.checking import Refused
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted

WRITE = "aid.write"
SHOWN = 500
"""Rows of a page; a file has them all."""


@requires("aid.view")
@GET_OR_POST
def need_list(request: HttpRequest) -> HttpResponseBase:
    """The needs somebody may see, narrowed as they ask."""
    form = NarrowNeeds(request.GET or None)
    who, sought = viewer(request), form.sought() if form.is_bound else finding.Sought()
    taken = finding.needs(who, sought, None if request.method == "POST" else SHOWN)
    count = len(taken) if len(taken) < SHOWN else finding.count(who, "need", sought)
    titles, names = finding.titles(taken), actors.names()
    headers = [
        _("Title"), _("Of"), _("Theme"), _("Priority"), _("Wanted"), _("Asked for"), _("Each year"), _("From"), _("Until"),
        _("Status"),
    ]  # fmt: skip
    none = _("There are none you may see.") if not request.GET else _("None fits what you look for.")
    table = Table(_("Needs"), headers, [_line(one, need, titles, names) for one, need in taken], none)
    return listed(
        request,
        Page(_("Needs"), "needs", tables=[table], actions=_of_list(request), filter=form, note=cut(count)),
    )


def cut(count: int) -> str:
    """Says that a page does not show all there is; empty where it does."""
    if count <= SHOWN:
        return ""
    return _("The first %(shown)d of %(count)d are shown: narrow the list. A file has them all.") % {
        "shown": SHOWN,
        "count": count,
    }


def _of_list(request: HttpRequest) -> list[Action]:
    if not accounts.may(me(request), WRITE) or not viewer(request).actor:
        return []
    return [
        Action(_("State a need"), reverse("cooperation:need_add"), main=True),
        Action(_("From a spreadsheet"), reverse("cooperation:sheet", args=["needs"])),
    ]


def _line(one: Subject, need: Need, titles: dict[str, str], names: dict[str, str]) -> list[Cell]:
    return [
        Cell(titles[one.key], reverse("cooperation:need", args=[one.key])),
        Cell(names.get(queries.owner(one), queries.owner(one))),
        Cell(aid_word(need.theme, "theme")),
        Cell(str(need.priority), amount=True),
        Cell(", ".join(aid_word(kind, "kind") for kind in need.kinds)),
        Cell(money.shown(need.amount, need.currency), amount=True),
        Cell(money.shown(need.running, need.currency), amount=True),
        Cell(need.begin, exact=True),
        Cell(need.end, exact=True),
        Cell(aid_word(one.state, "need_state")),
    ]


@requires("aid.view")
@require_GET
def need_page(request: HttpRequest, key: str) -> HttpResponse:
    """One need with everything it says."""
    found, who = known(request, "need", key), viewer(request)
    need, texts = found.of(Need), acts.texts_of([found])
    names = actors.names()
    page = Page(
        texts.get(need.title, key),
        "needs",
        facts=[*_facts(found, need, texts, names), *shared_with(who, found, need.visibility, need.partners, names)],
        tables=[*_tables(need, texts, names), *beside(who, found)],
        actions=_of_one(request, who, found),
        above=(reverse("cooperation:needs"), _("Needs")),
        note=_unpaid(need),
    )
    return shown(request, page)


def _facts(found: Subject, need: Need, texts: dict[str, str], names: dict[str, str]) -> list[tuple[str, Cell]]:
    owner, theme = queries.owner(found), THEMES.get(need.theme)
    facts = [
        (_("Of"), Cell(names.get(owner, owner), reverse("cooperation:actor", args=[owner]))),
        (_("Status"), Cell(aid_word(found.state, "need_state"))),
        (_("Theme"), Cell(aid_word(need.theme, "theme"))),
        (_("Paragraph"), Cell(theme.source if theme else "", exact=True)),
        (_("What is lacking"), Cell(texts.get(need.gap, _("erased")))),
        *_evidence(need, texts),
        (_("National priority"), Cell(aid_word(str(need.priority), "priority"))),
        (_("National plan or programme it stands in"), Cell(texts.get(need.plan, ""))),
        (_("From"), Cell(need.begin, exact=True)),
        (_("Until"), Cell(need.end, exact=True)),
        (_("Asked for"), Cell(money.shown(need.amount, need.currency))),
        (_("Each year"), Cell(money.shown(need.running, need.currency))),
        (_("Who pays when the project is over"), Cell(names.get(need.after, "") or _("nobody yet"), tone="" if need.after else "alarm")),
        (_("Least share that is of use"), Cell(f"{need.min_share}\u00a0%" if need.min_share else "")),
        (_("Sites"), Cell("; ".join(texts.get(one, _("erased")) for one in need.sites))),
        (_("Languages"), Cell(", ".join(need.languages), exact=True)),
        (_("What new things must work with"), Cell("; ".join(texts.get(one, _("erased")) for one in need.compatible))),
        (_("What must be there first"), Cell(texts.get(need.prerequisites, ""))),
        (_("Last stated"), Cell(found.time[:10], exact=True)),
    ]  # fmt: skip
    return [(label, cell) for label, cell in facts if cell.text]


def _evidence(need: Need, texts: dict[str, str]) -> list[tuple[str, Cell]]:
    said = need.evidence
    facts = []
    if said.indicator:
        figure = _("%(name)s: %(value)s on %(day)s") % {
            "name": indicators.named(said.indicator),
            "value": indicators.told(said.indicator, said.value),
            "day": said.as_of,
        }
        facts.append((_("Figure of the register"), Cell(figure)))
    return [*facts, (_("Other evidence"), Cell(texts.get(said.words, "")))]


def _unpaid(need: Need) -> str:
    if not ownership.unpaid(need.yearly):
        return ""
    amount = money.shown(ownership.unpaid(need.yearly), need.currency)
    return _("Nobody has said yet to pay %(amount)s of what it costs each year.") % {"amount": amount}


def _tables(need: Need, texts: dict[str, str], names: dict[str, str]) -> list[Table]:
    wanted = Table(
        _("What is wanted"),
        [_("Kind of help"), _("What exactly"), _("How many")],
        [
            [Cell(aid_word(one.kind, "kind")), Cell(texts.get(one.what, "")), Cell(f"{one.quantity:,}" if one.quantity else "", amount=True)]
            for one in need.wanted
        ],
        _("Nothing in particular."),
        id="wanted",
    )  # fmt: skip
    readiness = Table(
        _("Readiness"),
        [_("Part"), _("How far")],
        [
            [Cell(_(LABELS["readiness"][name])), Cell(aid_word(str(need.readiness[name]), "level"))]
            for name in LABELS["readiness"]
            if name in need.readiness
        ],
        _("Not assessed yet."),
        id="readiness",
    )
    return [wanted, _costs(need, texts, names), _ten_years(need), readiness]


def _costs(need: Need, texts: dict[str, str], names: dict[str, str]) -> Table:
    def rows(lines: Iterable[Cost], when: str, nobody: Cell) -> list[list[Cell]]:
        return [
            [
                Cell(aid_word(one.category, "cost")),
                Cell(texts.get(one.what, "")),
                Cell(when),
                Cell(money.shown(one.amount, need.currency), amount=True),
                Cell(names.get(one.payer, one.payer)) if one.payer else nobody,
            ]
            for one in lines
        ]

    headers = [_("For"), _("What exactly"), _("When"), _("Amount"), _("Who pays")]
    yearly = rows(need.yearly, _("each year"), Cell(_("nobody yet"), tone="alarm"))
    return Table(_("Costs"), headers, [*rows(need.once, _("once"), Cell(_("asked for"))), *yearly], id="costs")


def _ten_years(need: Need) -> Table:
    def row(label: str, amount: int, tone: str = "") -> list[Cell]:
        return [Cell(label), Cell(money.shown(amount, need.currency), amount=True, tone=tone)]

    unpaid = ownership.YEARS * ownership.unpaid(need.yearly)
    rows = [
        row(_("Once"), need.amount),
        row(_("%(years)d years of running") % {"years": ownership.YEARS}, ownership.YEARS * need.running),
        row(_("Altogether"), ownership.total(need.once, need.yearly)),
        row(_("Of that paid by nobody yet"), unpaid, "alarm" if unpaid else ""),
    ]
    title = _("What owning it costs over ten years")
    return Table(title, [_("Part"), _("Amount")], rows, id="ownership")


def _of_one(request: HttpRequest, who: Viewer, found: Subject) -> list[Action]:
    if not who.may_change(found) or not accounts.may(me(request), WRITE):
        return []
    return [
        Action(_("Change"), reverse("cooperation:need_change", args=[found.key]), main=True),
        Action(_("Met or withdrawn"), reverse("cooperation:need_state", args=[found.key])),
    ]


@requires(WRITE)
@GET_OR_POST
@seated
def need_add(request: HttpRequest) -> HttpResponseBase:
    """States a need of whom one speaks for."""
    return _stated(request, None)


@requires(WRITE)
@GET_OR_POST
def need_change(request: HttpRequest, key: str) -> HttpResponseBase:
    """States a need of whom one speaks for anew."""
    return _stated(request, own(request, "need", key))


def _stated(request: HttpRequest, found: Subject | None) -> HttpResponseBase:
    who = viewer(request)
    above = (reverse("cooperation:need", args=[found.key]), _title(found)) if found else (reverse("cooperation:needs"), _("Needs"))  # fmt: skip
    page = Page(_("Change a need") if found else _("State a need"), "needs", above=above)
    offered = indicators.for_viewer(Viewer(who.actor))
    initial = _initial(found) if found else {}
    edited = Edited(request, found, _flat) if found else None
    page = edited.opened(page) if edited else page
    forms = NeedForms(offered, posted(request), initial)
    if request.method != "POST":
        return linedforms.page(request, page, forms)
    if (more := request.POST.get("more", "")) in forms.lines:
        return linedforms.page(request, page, forms.again(more))
    if not forms.is_valid():
        return linedforms.page(request, page, forms, REFUSED)
    try:
        with edited.unchanged() if edited else nullcontext():
            key = needs.state_need(
                forms.said(found.of(Need) if found else None),
                actor=who.actor,
                by=actor(request),
                key=found.key if found else "",
                state=standing(found, draft=forms.main.cleaned_data["draft"]),
                request=once(request),
            )
    except Refused as refused:
        if edited and isinstance(refused, Stale):
            labels = {"wanted": _("Wanted"), "once": _("Once"), "yearly": _("Each year")}
            lines = {name: (label, forms.lines[name].empty_form.fields) for name, label in labels.items()}
            page = edited.beside(page, forms.main.fields, lines, forms.typed())
        forms.tell(refused)
        return linedforms.page(request, page, forms, REFUSED)
    return redirect("cooperation:need", key)


def standing(found: Subject | None, *, draft: bool) -> str:
    """The state of a need or offer that is stated: one that is stated anew keeps its own, a draft that is none any more is open."""
    if draft:
        return "draft"
    return "open" if found is None or found.state == "draft" else found.state


def _title(found: Subject) -> str:
    return acts.texts_of([found]).get(found.of(Need).title, found.key)


def _flat(found: Subject) -> dict[str, Any]:
    """What the form begins with, its fields and its lines side by side."""
    initial = _initial(found)
    return {**initial.pop("main"), **initial}


def _initial(found: Subject) -> dict[str, Any]:
    need, texts = found.of(Need), acts.texts_of([found])

    def told(name: str) -> str:
        return texts.get(name, "")

    costs = {
        name: [
            {"category": one.category, "amount": money.written(one.amount, need.currency), "payer": one.payer, "what": told(one.what)}
            for one in getattr(need, name)
        ]
        for name in ("once", "yearly")
    }  # fmt: skip
    main = {
        "title": told(need.title),
        "theme": need.theme,
        "gap": told(need.gap),
        "priority": str(need.priority),
        "begin": need.begin,
        "end": need.end,
        "currency": need.currency,
        "plan": told(need.plan),
        "indicator": need.evidence.indicator,
        "evidence": told(need.evidence.words),
        "sites": "\n".join(map(told, need.sites)),
        "languages": ", ".join(need.languages),
        "compatible": "\n".join(map(told, need.compatible)),
        "prerequisites": told(need.prerequisites),
        "after": need.after,
        "min_share": need.min_share,
        **{name: str(need.readiness.get(name, "")) for name in LABELS["readiness"]},
        "visibility": need.visibility,
        "partners": list(need.partners),
        "draft": found.state == "draft",
    }
    wanted = [{"kind": one.kind, "what": told(one.what), "quantity": one.quantity or None} for one in need.wanted]
    return {"main": main, "wanted": wanted, **costs}


@requires(WRITE)
@GET_OR_POST
def need_state(request: HttpRequest, key: str) -> HttpResponse:
    """Says that a need is met, withdrawn, or open again."""
    found = own(request, "need", key)
    above = (reverse("cooperation:need", args=[key]), _title(found))
    form = StateForm("need_state", posted(request), initial={"state": found.state})

    def do(said: dict[str, Any]) -> str:
        needs.move(key, said["state"], actor=queries.owner(found), by=actor(request))
        return above[0]

    return asked(request, form, do, Page(_("Status of the need"), "needs", above=above), _("Keep"))
