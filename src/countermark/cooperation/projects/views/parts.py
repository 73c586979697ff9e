"""The parts of a project on pages of their own: overlaps and terms, costs, work."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.cooperation import drawing, indicators, queries
from countermark.cooperation.projects import agreeing, history, overlaps
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.projects.rules import costs
from countermark.cooperation.projects.rules.shapes import OPEN, UNDER_WAY, Deliverable
from countermark.cooperation.projects.views.common import HERE, VIEW, Shown, codes, project
from countermark.cooperation.projects.views.records import date_time, gap_told
from countermark.cooperation.rules import money
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Page, Picture, Table, listed, shown
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST


def inner(request: HttpRequest, key: str) -> Shown:
    """A project of one's own side; the same 404 for any other."""
    one = project(request, key)
    if not one.inner:
        raise Http404(_("There is no such record among those you may see."))
    return one


# --- overlaps and terms --------------------------------------------------------------------------------------------------


@requires(VIEW)
@require_GET
def agreement(request: HttpRequest, key: str) -> HttpResponse:
    """What others do, and what both sides agree on."""
    one = inner(request, key)
    page = Page(
        _("Overlaps and terms"),
        HERE,
        facts=_terms(one),
        tables=[_overlaps(one), _signatures(one)],
        actions=_agreement_actions(one),
        above=one.above,
        note="" if one.project.looked else _("Nobody has looked for overlaps yet: they come before the terms."),
    )
    return shown(request, page)


def _overlaps(one: Shown) -> Table:
    found = overlaps.told(one.found, one.who)
    texts = side_texts(
        [
            text
            for line in found
            if line.other
            for text in (line.other.title, *line.other.providers)
            if text.startswith("urn:")
        ]
    )
    answerable = one.writes and one.owns and one.project.looked is not None
    rows = [
        [
            _other(line, texts),
            _answer(one, line, answerable),
            Cell(_whose(one, line, texts)),
            Cell(codes(line.themes, "theme")),
            Cell(", ".join(line.places), exact=True),
            Cell(f"{line.begin} – {line.end}", exact=True),
        ]
        for line in found
    ]
    headers = [_("What others do"), _("Answer of the recipient"), _("Who"), _("Theme"), _("Place"), _("Both run")]
    none = _("No overlap that you may know of: nobody else plans or does the same here in this time.")
    return Table(_("Overlaps"), headers, rows, none, id="overlaps")


def _answer(one: Shown, line: overlaps.Told, answerable: bool) -> Cell:
    url = one.do("answer", line.name) if answerable else ""
    if line.answer:
        return Cell(one.said(line.answer), url)
    return Cell(_("not answered: answer it") if url else _("not answered"), url, tone="alarm")


def _other(line: overlaps.Told, texts: dict[str, str]) -> Cell:
    other = line.other
    if other is None or not other.key:
        return Cell(_("a project that is not shared with you"))
    title = texts.get(other.title, other.title) or _("erased")
    if other.kind == "project":
        return Cell(title, reverse("cooperation:project", args=[other.key]))
    return Cell(title, reverse("cooperation:elsewhere", args=[other.key]))


def _whose(one: Shown, line: overlaps.Told, texts: dict[str, str]) -> str:
    if line.other is None:
        return ""
    if not line.other.key:
        return _("ask %(actor)s") % {"actor": one.name(line.other.owner)}
    return ", ".join(texts.get(who, one.name(who)) for who in line.other.providers)


def _terms(one: Shown) -> list[tuple[str, Cell]]:
    looked = one.project.looked
    facts = [(_("Looked for overlaps on"), Cell(looked.day if looked else _("not yet"), exact=looked is not None))]
    terms = one.project.terms
    if terms is None:
        return [*facts, (_("Terms"), Cell(_("none offered yet")))]
    there = agreeing.terms_document(one.project) is not None
    document = reverse("cooperation:project_terms", args=[one.key]) if there else ""
    return [
        *facts,
        (_("Terms"), Cell(one.said(terms.title), document)),
        (_("Offered by"), Cell(one.name(terms.offered_by))),
        (_("SHA-256 of the document"), Cell(terms.digest, exact=True)),
    ]


def _signatures(one: Shown) -> Table:
    terms = one.project.terms
    signed = terms.signed if terms else {}
    people = history.people(by for by, _time in signed.values())
    rows = [
        [
            Cell(one.name(side)),
            Cell(people.get(signed[side][0], "") if side in signed else ""),
            Cell(
                date_time(signed[side][1]) if side in signed else _("not signed"),
                tone="" if side in signed else "alarm",
            ),
        ]
        for side in one.project.sides
    ]
    return Table(
        _("Signatures"), [_("Side"), _("Signed by"), _("When")], rows if terms else [], _("None."), id="signed"
    )


def _agreement_actions(one: Shown) -> list[Action]:
    if not one.writes or one.found.state not in OPEN:
        return []
    project = one.project
    found = [one.action(_("Look for overlaps"), "look", main=project.looked is None)]
    if project.looked is not None and not project.unanswered:
        found.append(one.action(_("Offer terms"), "terms", main=project.terms is None))
    if project.terms is not None and one.who.actor not in project.terms.signed:
        found.append(one.action(_("Sign the terms"), "sign", main=True))
    return found


@requires(VIEW)
@require_GET
def terms_file(request: HttpRequest, key: str) -> HttpResponse:
    """The document of the terms, to be saved: for the sides alone."""
    one = inner(request, key)
    found = agreeing.terms_document(one.project)
    if found is None:
        raise Http404(_("There is no such document."))
    suffix = {"application/pdf": "pdf", "image/png": "png"}.get(found.media_type, "jpg")
    name = f"terms-{found.digest[:12]}.{suffix}"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "private, no-store"}
    return HttpResponse(bytes(found.data or b""), content_type=found.media_type, headers=headers)


# --- costs ---------------------------------------------------------------------------------------------------------------


@requires(VIEW)
@GET_OR_POST
def costs_page(request: HttpRequest, key: str) -> HttpResponseBase:
    """What it costs once and each year over ten years, and who pays."""
    one = project(request, key)
    value = one.project
    years = costs.years(value)
    facts = [
        (_("Costs once"), Cell(one.amount(value.amount))),
        (_("Total cost over %(years)d years") % {"years": costs.YEARS}, Cell(one.amount(costs.total(value)))),
        (_("Of it paid by nobody"), Cell(one.amount(costs.unpaid(value)), tone="alarm" if costs.unpaid(value) else "")),
        (_("All running costs paid through"), Cell(_covered(one), exact=True)),
    ]
    pictures = []
    if value.running:
        words = _("Costs of each year by who pays; the same figures stand in the table below.")
        url = reverse("cooperation:project_costs_svg", args=[key])
        pictures.append(Picture(_("Ten years, by who pays"), url, words))
    page = Page(
        _("Costs of “%(title)s”") % {"title": one.title},
        HERE,
        facts=facts,
        pictures=pictures,
        tables=[_budget(one), _givers(one), _running(one), _years(one, years)],
        actions=_costs_actions(one),
        above=one.above,
        note=" ".join(gap_told(gap, one) for gap in costs.gaps(value, projects.ends_of_needs(value, one.who))),
    )
    return listed(request, page)


def _covered(one: Shown) -> str:
    covered = costs.covered_through(one.project)
    return str(covered) if covered >= costs.year_of(one.project.begin) else _("no year")


def _budget(one: Shown) -> Table:
    change = one.writes and one.found.state in OPEN
    rows = [
        [
            Cell(aid_word(line.category, "cost"), one.do("line", str(at)) if change else ""),
            Cell(one.amount(line.amount), amount=True),
            Cell(one.name(line.payer) or _("nobody yet"), tone="" if line.payer else "alarm"),
            Cell(one.said(line.what)),
        ]
        for at, line in enumerate(one.project.once)
    ]
    headers = [_("For"), _("Amount"), _("Who pays"), _("What exactly")]
    return Table(_("Budget, once"), headers, rows, _("No line yet."), id="budget")


def _givers(one: Shown) -> Table:
    rows = [[Cell(one.name(giver.actor)), Cell(one.amount(giver.amount), amount=True)] for giver in one.project.givers]
    return Table(_("Providers"), [_("Provider"), _("Brings")], rows, _("None yet."), id="givers")


def _running(one: Shown) -> Table:
    change = one.writes and one.found.state in UNDER_WAY
    rows = [
        [
            Cell(aid_word(line.category, "cost"), one.do("running_line", str(at)) if change else ""),
            Cell(one.amount(line.amount), amount=True),
            Cell(f"{line.first} – {line.last}", exact=True),
            Cell(one.name(line.payer) or _("nobody yet"), tone="" if line.payer else "alarm"),
            Cell(one.said(line.what)),
        ]
        for at, line in enumerate(one.project.running)
    ]
    headers = [_("For"), _("Each year"), _("Years"), _("Who pays"), _("What exactly")]
    return Table(_("Running costs"), headers, rows, _("No line yet."), id="running")


def _years(one: Shown, years: list[costs.Year]) -> Table:
    rows = [
        [
            Cell(str(year.year), exact=True),
            Cell(one.amount(year.once), amount=True),
            Cell(one.amount(year.running), amount=True),
            Cell(one.amount(year.unpaid), amount=True, tone="alarm" if year.unpaid else ""),
            Cell("; ".join(f"{one.name(payer)}: {one.amount(amount)}" for payer, amount in year.payers if payer)),
        ]
        for year in years
    ]
    headers = [_("Year"), _("Once"), _("Running"), _("Paid by nobody"), _("Paid by")]
    return Table(_("Ten years"), headers, rows, id="years")


def _costs_actions(one: Shown) -> list[Action]:
    if not one.writes:
        return []
    found = []
    if one.found.state in OPEN:
        found += [one.action(_("Add to the budget"), "line"), one.action(_("What a provider brings"), "giver")]
    if one.found.state in UNDER_WAY:
        found.append(one.action(_("Add a running cost"), "running_line", main=True))
    return found


@requires(VIEW)
@require_GET
def costs_svg(request: HttpRequest, key: str) -> HttpResponse:
    """The ten years as a picture."""
    one = project(request, key)
    unit = 10 ** money.exponent(one.project.currency)
    rows = [
        {"year": str(year.year), "amount": amount / unit, "payer": one.name(payer) or _("nobody")}
        for year in costs.years(one.project)
        for payer, amount in year.payers
    ]
    spec = {
        "width": drawing.WIDTH,
        "height": 220,
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}},
            "y": {"field": "amount", "type": "quantitative", "title": one.project.currency, "axis": {"format": ",.0f"}},
            "color": {"field": "payer", "type": "nominal", "title": None},
        },
    }
    return drawing.answer(spec)


# --- work ----------------------------------------------------------------------------------------------------------------


@requires(VIEW)
@GET_OR_POST
def work(request: HttpRequest, key: str) -> HttpResponseBase:
    """What is delivered, what is measured, what may go wrong."""
    one = project(request, key)
    tables = [_deliverables(one), _indicators(one), *([_risks(one)] if one.inner else [])]
    title = _("Work of “%(title)s”") % {"title": one.title}
    return listed(request, Page(title, HERE, tables=tables, actions=_work_actions(one), above=one.above))


def _work_actions(one: Shown) -> list[Action]:
    if not one.writes or one.found.state not in UNDER_WAY:
        return []
    return [
        one.action(_("Add a deliverable"), "deliverable", main=True),
        one.action(_("Add an indicator"), "indicator"),
        one.action(_("Add a risk"), "risk"),
    ]


def _deliverables(one: Shown) -> Table:
    rows = [
        [
            Cell(one.said(item.title), reverse("cooperation:project_item", args=[one.key, key]) if one.inner else ""),
            state_of(item, one.found.state),
            Cell(aid_word(item.kind, "deliverable")),
            Cell(item.due, exact=True),
            Cell(one.name(item.owner)),
        ]
        for key, item in sorted(one.project.deliverables.items(), key=lambda pair: pair[1].due)
    ]
    headers = [_("Deliverable"), _("How far"), _("Kind"), _("Due"), _("By whom")]
    return Table(_("Deliverables"), headers, rows, _("None yet."), id="deliverables")


def state_of(item: Deliverable, stage: str) -> Cell:
    """How far a deliverable is."""
    if item.dropped:
        return Cell(_("done without"))
    if item.accepted:
        return Cell(_("accepted on %(day)s") % {"day": item.accepted}, tone="good")
    if item.delivered:
        return Cell(_("delivered on %(day)s, to be accepted") % {"day": item.delivered}, tone="alarm")
    late = stage in UNDER_WAY and item.due < queries.today()
    return Cell(_("late") if late else _("due"), tone="alarm" if late else "")


def _indicators(one: Shown) -> Table:
    change = one.writes
    rows = [
        [
            Cell(one.said(item.what), reverse("cooperation:project_item", args=[one.key, key]) if one.inner else ""),
            Cell(f"{item.baseline} → {item.target}", exact=True),
            Cell(one.said(item.unit)),
            Cell(item.due, exact=True),
            Cell(
                f"{item.readings[-1].value} ({item.readings[-1].day})" if item.readings else _("no data"),
                one.do("read", key) if change else "",
                exact=bool(item.readings),
            ),
            Cell(indicators.named(item.figure) if item.figure else one.said(item.source)),
        ]
        for key, item in one.project.indicators.items()
    ]
    headers = [_("Indicator"), _("Baseline → target"), _("Unit"), _("Until"), _("Last read"), _("From")]
    return Table(_("Indicators"), headers, rows, _("None yet."), id="indicators")


def _risks(one: Shown) -> Table:
    change = one.writes and one.found.state in UNDER_WAY
    rows = [
        [
            Cell(one.said(item.what), one.do("risk", key) if change else ""),
            Cell(aid_word(str(item.likelihood), "grade")),
            Cell(aid_word(str(item.impact), "grade")),
            Cell(one.said(item.answer)),
            Cell(one.name(item.owner)),
        ]
        for key, item in sorted(one.project.risks.items(), key=lambda pair: -pair[1].likelihood * pair[1].impact)
    ]
    headers = [_("What may go wrong"), _("How likely"), _("How bad"), _("What is done about it"), _("By whom")]
    return Table(_("Risks"), headers, rows, _("None yet."), id="risks")


@requires(VIEW)
@require_GET
def item(request: HttpRequest, key: str, item: str) -> HttpResponse:
    """One deliverable or indicator with everything about it."""
    one = inner(request, key)
    if item in one.project.deliverables:
        return shown(request, _deliverable(one, item))
    if item in one.project.indicators:
        return shown(request, _indicator(one, item))
    raise Http404(_("There is no such record among those you may see."))


def _deliverable(one: Shown, key: str) -> Page:
    found = one.project.deliverables[key]
    facts = [
        (_("Kind"), Cell(aid_word(found.kind, "deliverable"))),
        (_("How far"), state_of(found, one.found.state)),
        (_("Due"), Cell(found.due, exact=True)),
        (_("Delivered by"), Cell(one.name(found.owner))),
        (_("How many"), Cell(f"{found.quantity:,}")),
        (_("Language of the training"), Cell(found.language, exact=True)),
        (_("How equipment is maintained"), Cell(one.said(found.maintenance))),
        (_("How the work goes on by hand"), Cell(one.said(found.fallback))),
        (_("In the registers as"), Cell(", ".join(found.registered), exact=True)),
    ]
    shown_facts = [(label, cell) for label, cell in facts if cell.text]
    return Page(
        one.said(found.title), HERE, facts=shown_facts, actions=_item_actions(one, key, found), above=_work(one)
    )


def _work(one: Shown) -> tuple[str, str]:
    return reverse("cooperation:project_work", args=[one.key]), _("Work")


def _item_actions(one: Shown, key: str, found: Deliverable) -> list[Action]:
    if not one.writes or found.settled or one.found.state not in UNDER_WAY:
        return []
    actions = [one.action(_("Change"), "deliverable", key)]
    if one.found.state == "implementation" and not found.delivered:
        actions.insert(0, one.action(_("It was delivered"), "deliver", key, main=True))
    if one.owns and found.delivered:
        actions.insert(0, one.action(_("Accept it"), "accept", key, main=True))
        actions.append(one.action(_("Do not accept it"), "not_accept", key))
    if one.owns:
        actions.append(one.action(_("Do without it"), "drop", key))
    return actions


def _indicator(one: Shown, key: str) -> Page:
    found = one.project.indicators[key]
    rows = [
        [
            Cell(reading.day, exact=True),
            Cell(reading.value, exact=True),
            Cell(
                indicators.named(reading.source.removeprefix("figure:"))
                if reading.source.startswith("figure:")
                else one.said(reading.source)
            ),
        ]
        for reading in reversed(found.readings)
    ]
    facts = [
        (_("Baseline"), Cell(found.baseline, exact=True)),
        (_("Target"), Cell(found.target, exact=True)),
        (_("Unit"), Cell(one.said(found.unit))),
        (_("To be reached by"), Cell(found.due, exact=True)),
        (_("How it is measured"), Cell(indicators.named(found.figure) if found.figure else one.said(found.source))),
    ]
    actions = []
    if one.writes:
        actions = [one.action(_("Enter a value"), "read", key, main=True)]
        if one.found.state in UNDER_WAY:
            actions.append(one.action(_("Change"), "indicator", key))
    table = Table(_("Values"), [_("Day"), _("Value"), _("From")], rows, _("No data yet."), id="values")
    return Page(one.said(found.what), HERE, facts=facts, tables=[table], actions=actions, above=_work(one))
