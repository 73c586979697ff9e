"""Security of sites: how they stand, one assessment, a new one, the form for paper, and what is to be put right."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger.models import Attachment
from countermark.register.services import side_texts
from countermark.register.sheets import qr_code
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import acts, queries, units
from countermark.stockpile.assessment import forms, rules, services
from countermark.stockpile.assessment import queries as assessments
from countermark.stockpile.assessment.elements import ELEMENTS, SOURCE, Element
from countermark.stockpile.assessment.queries import SiteLine
from countermark.stockpile.assessment.services import Assessment, Correction, Said
from countermark.stockpile.codes import house
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common, pages
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, once, shown

VIEW, COMMAND = "stock.view", "stock.command"
HERE = "assessments"
TITLE = noop("Security of sites")


@requires(VIEW)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every site one may see, what is late first, and everything that is still to be put right."""
    user = me(request)
    places = queries.visible(user)
    rows = [_site_row(line) for line in assessments.sites(places)]
    headers = [
        _("Site"),
        _("Assessed"),
        _("Weakest element"),
        _("Since the last"),
        _("To put right"),
        _("Late"),
        _("Next"),
    ]
    table = Table(
        _("Sites"), headers, rows, _("No place is described as a site yet: describe one under Units."), "sites"
    )
    may = accounts.may(user, COMMAND)
    actions = [Action(_("Assess a site"), reverse("stockpile:assessment_add"), main=True)] if may else []
    late = _corrections(user, assessments.open_corrections(places), _("Still to be put right"))
    return shown(request, Page(_(TITLE), HERE, tables=[table, late], actions=actions))


def _site_row(line: SiteLine) -> list[Cell]:
    name = Cell(line.place.name, reverse("stockpile:assessment_site", args=[line.place.pk]))
    value, trend = line.value, line.trend
    return [
        name,
        Cell(when(value.day) if value else _("never"), tone="" if value else "alarm"),
        _score(line.overall),
        Cell("" if trend is None else f"{trend:+d}", tone="alarm" if (trend or 0) < 0 else "", exact=True),
        Cell(f"{line.open:,}", amount=True),
        Cell(f"{line.late:,}", tone="alarm" if line.late else "", amount=True),
        Cell(when(line.last.due) if line.last else "", tone="alarm" if line.overdue else ""),
    ]


def _score(value: int | None) -> Cell:
    if value is None:
        return Cell("")
    return Cell(_("%(n)d of 100") % {"n": value}, tone="alarm" if value <= rules.CEILING else "")


@requires(VIEW)
@require_GET
def site(request: HttpRequest, place: str) -> HttpResponse:
    """One site through the years, element by element."""
    here = _site(request, place)
    found = assessments.history(here.pk)
    rows = [
        [
            Cell(when(one.of(Assessment).day), reverse("stockpile:assessment", args=[one.key])),
            *[_score(one.of(Assessment).scores.get(element.key)) for element in ELEMENTS],
        ]
        for one in found
    ]
    table = Table(
        _("Assessments"),
        [_("Day"), *[_(element.title) for element in ELEMENTS]],
        rows,
        _("Never assessed yet."),
        "years",
    )
    open_ = _corrections(me(request), assessments.open_corrections([here.pk]), _("Still to be put right"))
    actions = [Action(_("Form for paper"), reverse("stockpile:assessment_paper", args=[here.pk]))]
    if accounts.may_at(me(request), COMMAND, here.pk):
        query = f"?place={here.pk}"
        actions.insert(0, Action(_("Assess"), reverse("stockpile:assessment_add") + query, main=True))
        actions.append(Action(_("Order something put right"), reverse("stockpile:correction_add") + query))
    return shown(request, Page(here.name, HERE, tables=[table, open_], actions=actions, above=_above()))


@requires(VIEW)
@require_GET
def assessment(request: HttpRequest, key: str) -> HttpResponse:
    """One assessment: scores, evidence, and every answer."""
    known = pages.known(request, "assessment", key)
    value = known.of(Assessment)
    names = side_texts([known.place, value.by, *value.remarks.values()])
    facts = [
        (_("Site"), Cell(names.get(known.place, ""), reverse("stockpile:assessment_site", args=[known.place]))),
        (_("Day"), Cell(when(value.day))),
        (_("Recorded"), Cell(when(known.time))),
        (_("Assessed by"), Cell(names.get(value.by, ""))),
        (_("Risk: threat × vulnerability × consequence"), _risk(value)),
        (_("Weakest element"), _score(rules.overall(value.scores))),
        (_("Next"), Cell(when(known.due), tone="alarm" if known.due < assessments.today() else "")),
    ]
    tables = [
        Table(
            _("Elements"),
            [_("Element"), _("Score"), _("Remark")],
            [_element(value, one, names) for one in ELEMENTS],
            id="elements",
        ),
        _evidence(key, value),
        Table(_("Answers"), [_("Question"), _("Element"), _("Answer")], _answers(value), id="answers"),
        _corrections(me(request), assessments.corrections_of(key), _("What it led to")),
    ]
    return shown(
        request,
        Page(_("Assessment of %(day)s") % {"day": when(value.day)}, HERE, facts=facts, tables=tables, above=_above()),
    )


def _risk(value: Assessment) -> Cell:
    if value.risk == (0, 0, 0):
        return Cell("")
    return Cell(f"{' × '.join(map(str, value.risk))} = {rules.risk(*value.risk)}", exact=True)


def _element(value: Assessment, element: Element, names: dict[str, str]) -> list[Cell]:
    remark = names.get(value.remarks.get(element.key, ""), "")
    return [Cell(_(element.title)), _score(value.scores.get(element.key)), Cell(remark)]


def _evidence(key: str, value: Assessment) -> Table:
    rows = [
        [
            Cell(_(element.title)),
            Cell(f"{digest[:12]}…", reverse("stockpile:assessment_evidence", args=[key, digest]), exact=True),
        ]
        for element in ELEMENTS
        for digest in value.evidence.get(element.key, ())
    ]
    return Table(_("Evidence"), [_("Element"), _("Document")], rows, _("None."), "evidence")


def _answers(value: Assessment) -> list[list[Cell]]:
    return [
        [Cell(_(item.text)), Cell(_(element.title)), _answer(value.answers.get(item.key, ""))]
        for element in ELEMENTS
        for item in element.items
    ]


def _answer(answer: str) -> Cell:
    return Cell(stock_word(answer, "answer"), tone={"no": "alarm", "yes": "good"}.get(answer, ""))


@requires(VIEW)
@require_GET
def evidence(request: HttpRequest, key: str, digest: str) -> HttpResponse:
    """A document of an assessment, as a file."""
    value = pages.known(request, "assessment", key).of(Assessment)
    among = {one for some in value.evidence.values() for one in some}
    return given_out(digest, among)


def given_out(digest: str, among: set[str]) -> HttpResponse:
    """A kept document that a record names; 404 for any other."""
    row = Attachment.objects.filter(digest=digest).first() if digest in among else None
    if row is None:
        raise Http404(_("There is no such document."))
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}.get(row.media_type, "bin")
    headers = {"Content-Disposition": f'attachment; filename="{digest[:12]}.{ending}"'}
    return HttpResponse(bytes(row.data), content_type=row.media_type, headers=headers)


@requires(COMMAND)
@GET_OR_POST
def assessment_add(request: HttpRequest) -> HttpResponse:
    """A new assessment; keyed from paper, the day is the one on the paper."""
    form = forms.Assess(
        _sites(request), posted(request), request.FILES or None, initial={"place": request.GET.get("place", "")}
    )

    def do(said: dict[str, Any]) -> str:
        return reverse("stockpile:assessment", args=[services.assess(said["place"], _said(said), by=actor(request))])

    return asked(request, form, do, Page(_("Assess a site"), HERE, above=_above()), _("Record the assessment"))


def _said(said: dict[str, Any]) -> Said:
    weighed = (said["threat"] or 0, said["vulnerability"] or 0, said["consequence"] or 0)
    return Said(
        said["day"].isoformat(),
        {item.key: said[item.key] for element in ELEMENTS for item in element.items},
        said["next_day"].isoformat(),
        said["owner"],
        said["due"].isoformat() if said["due"] else "",
        weighed,
        {element.key: said[f"remark_{element.key}"] for element in ELEMENTS},
        {element.key: [file.read()] for element in ELEMENTS if (file := said[f"evidence_{element.key}"])},
    )


@requires(VIEW)
@require_GET
def paper(request: HttpRequest, place: str) -> HttpResponse:
    """The blank form of a site, to be printed, filled in at the site and keyed later. Its code is the site's."""
    here = _site(request, place)
    code = house.shown(units.code_of(here.pk))
    symbol, size = qr_code(code)
    sections = [(_(one.title), [(_(item.text), item.critical) for item in one.items]) for one in ELEMENTS]
    context = {
        "title": _("Security assessment"), "code": code, "qr": symbol, "qr_size": size, "place": here.name, "source": SOURCE,
        "sections": sections, "back": reverse("stockpile:assessment_site", args=[here.pk]),
        "answers": [stock_word(one, "answer") for one in rules.ANSWERS],
        "blanks": [_("Day"), _("Assessed by (name, signature)"), _("Commander (name, signature)"), _("Threat, vulnerability, consequence (1 to 5 each)"),
                   _("Who puts right what is answered no"), _("By when"), _("Next assessment")],
    }  # fmt: skip
    return render(request, "stockpile/checklist_paper.html", context)


# --- what is to be put right -------------------------------------------------------------------------------------------


@requires(COMMAND)
@GET_OR_POST
def correction_add(request: HttpRequest) -> HttpResponse:
    """Orders something put right that no question asks for."""
    form = forms.Order(_sites(request), posted(request), initial={"place": request.GET.get("place", "")})

    def do(said: dict[str, Any]) -> str:
        due = said["due"].isoformat()
        services.order(said["place"], said["what"], said["owner"], due, by=actor(request), request=once(request))
        return reverse("stockpile:assessments")

    return asked(request, form, do, Page(_("Order something put right"), HERE, above=_above()), _("Order"))


@requires(COMMAND)
@GET_OR_POST
def correction_done(request: HttpRequest, key: str) -> HttpResponse:
    """Says that something is put right, and how."""
    known = pages.known(request, "correction", key, COMMAND)
    form = forms.Done(posted(request), request.FILES or None)

    def do(said: dict[str, Any]) -> str:
        services.done(key, said["how"], said["document"].read() if said["document"] else None, by=actor(request))
        return reverse("stockpile:assessment_site", args=[known.place])

    table = _corrections(me(request), [known], _("To be put right"), link=False)
    return asked(request, form, do, Page(_("Put right"), HERE, tables=[table], above=_above()), _("It is done"))


def _corrections(user: User, found: list[Subject], title: str, *, link: bool = True) -> Table:
    """What is or was to be put right; a line leads on to saying that it is for who commands there."""
    texts = assessments.texts_of(found)
    names = dict(Place.objects.filter(pk__in={one.place for one in found}).values_list("pk", "name"))
    may = {place: link and accounts.may_at(user, COMMAND, place) for place in names}
    rows = [_correction_row(one, texts, names, may.get(one.place, False)) for one in found]
    return Table(title, [_("What"), _("Site"), _("Who"), _("By when"), _("Status")], rows, _("Nothing."), "corrections")


def _correction_row(one: Subject, texts: dict[str, str], names: dict[str, str], link: bool) -> list[Cell]:
    value, still = one.of(Correction), one.state == "open"
    what = assessments.what(value, texts)
    late = still and one.due < assessments.today()
    state = stock_word("late" if late else one.state, "correction_state")
    done = texts.get(value.how, "")
    return [
        Cell(
            _(what) if value.item else what,
            reverse("stockpile:correction_done", args=[one.key]) if still and link else "",
        ),
        Cell(names.get(one.place, "")),
        Cell(texts.get(one.person, "")),
        Cell(when(one.due), tone="alarm" if late else ""),
        Cell(f"{state}: {done}" if done else state, tone="alarm" if late else ""),
    ]


def _above() -> tuple[str, str]:
    return reverse("stockpile:assessments"), _(TITLE)


def _sites(request: HttpRequest) -> list[Place]:
    sites = {row.key for row in acts.rows("unit").filter(value__form="site")}
    return [place for place in common.places_of(me(request), COMMAND) if place.pk in sites]


def _site(request: HttpRequest, place: str) -> Place:
    found = Place.objects.filter(pk=place).first()
    places = queries.visible(me(request))
    if found is None or (places is not None and place not in places):
        raise Http404(_("There is no such place among those you may see."))
    return found
