"""Safe storage at civilian holders: what is due and late, an inspection, its faults, the rules. Names are shown for a reason only."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.ledger import identity
from countermark.register.forms.reasons import WhyLooked, why_of
from countermark.register.services import side_texts
from countermark.register.sheets import qr_code
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.register.views.opened import Opened
from countermark.stockpile import acts, queries
from countermark.stockpile.civilian import catalogue, forms, rules, services
from countermark.stockpile.civilian import queries as visits
from countermark.stockpile.civilian.rules import Requirement, Ruleset, Weapons
from countermark.stockpile.civilian.services import Fault, Said, Visit
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common, pages
from countermark.stockpile.views.assessments import given_out
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, shown

INSPECT = "stock.inspect"
VIEW = "storage.view"
"""What inspects may see, and what an auditor sees who inspects nothing."""
HERE = "civilian"
TITLE = noop("Safe storage")
OPENED = Opened("opened_visits", 50)


@requires(VIEW)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What is late, what is due again; nobody's name."""
    places, inspects = queries.visible(me(request), VIEW), accounts.may(me(request), INSPECT)
    actions = [Action(_("Record an inspection"), reverse("stockpile:visit_begin"), main=True)] if inspects else []
    actions += [
        Action(_("Find a holder"), reverse("stockpile:holder_find")),
        Action(_("Rules"), reverse("stockpile:storage_rules")),
    ]
    faults = _faults(visits.open_faults(places), _("Faults that are open"), link=inspects)
    found = _visits(visits.latest(places), _("Last inspection of each holder"))
    return shown(request, Page(_(TITLE), HERE, tables=[faults, found], actions=actions))


@requires(INSPECT)
@GET_OR_POST
def visit_begin(request: HttpRequest) -> HttpResponse:
    """What decides which questions are asked: the day, how many weapons, which rules."""
    form = forms.Begin(catalogue.everything().values(), posted(request), initial={"day": timezone.localdate()})

    def do(said: dict[str, Any]) -> str:
        query = {
            "day": said["day"].isoformat(),
            "handguns": said["handguns"],
            "others": said["others"],
            "rules": said["rules"],
        }
        return f"{reverse('stockpile:visit_add')}?{urlencode(query, doseq=True)}"

    return asked(request, form, do, Page(_("Record an inspection"), HERE, above=_above()), _("Show the questions"))


@requires(INSPECT)
@GET_OR_POST
def visit_add(request: HttpRequest) -> HttpResponse:
    """The questions that apply, and who was inspected."""
    begun = _begun(request)
    if begun is None:
        return redirect("stockpile:visit_begin")
    day, weapons, sets = begun
    questions = rules.asked(sets, weapons)
    form = forms.Inspect(questions, common.places_of(me(request), INSPECT), posted(request), request.FILES or None)

    def do(said: dict[str, Any]) -> str:
        given = Said(
            said["holder"], said["place"], day, [one.id for one in sets], {key: said[key] for key in questions}, weapons, said["address"],
            said["remark"], said["next_day"].isoformat() if said["next_day"] else "", said["document"].read() if said["document"] else None,
        )  # fmt: skip
        return reverse("stockpile:visit", args=[services.inspect(given, by=actor(request))])

    paper = f"{reverse('stockpile:visit_paper')}?{request.GET.urlencode()}"
    table = Table(_("On paper"), [_("Form")], [[Cell(_("Print these questions"), paper)]])
    page = Page(_("Inspection of %(day)s") % {"day": when(day)}, HERE, tables=[table], above=_above())
    return asked(request, form, do, page, _("Record the inspection"))


@requires(INSPECT)
@require_GET
def visit_paper(request: HttpRequest) -> HttpResponse:
    """The questions that apply, to be printed and taken along; the code leads back to the page they are keyed on."""
    begun = _begun(request)
    if begun is None:
        return redirect("stockpile:visit_begin")
    _day, weapons, sets = begun
    keyed_at = f"{reverse('stockpile:visit_add')}?{request.GET.urlencode()}"
    symbol, size = qr_code(request.build_absolute_uri(keyed_at))
    sections = [
        (one.title, [(_question(item), item.grave) for item in rules.asked([one], weapons).values()]) for one in sets
    ]
    context = {
        "title": _("Inspection of safe storage"), "code": " + ".join(one.id for one in sets), "qr": symbol, "qr_size": size,
        "place": "", "source": "; ".join(one.source for one in sets), "sections": sections, "back": keyed_at,
        "answers": [stock_word(one, "answer") for one in rules.ANSWERS],
        "blanks": [_("Day"), _("Holder (name, signature)"), _("Address"), _("Inspector (name, signature)"), _("Next inspection")],
    }  # fmt: skip
    return render(request, "stockpile/checklist_paper.html", context)


def _question(item: Requirement) -> str:
    return f"{item.text} ({item.source})" if item.source else item.text


def _begun(request: HttpRequest) -> tuple[str, Weapons, list[Ruleset]] | None:
    form = forms.Begin(catalogue.everything().values(), request.GET)
    if not form.is_valid():
        return None
    said = form.cleaned_data
    day = said["day"].isoformat()
    known = catalogue.on(day)
    sets = [known[one] for one in said["rules"] if one in known]
    if len(sets) != len(said["rules"]):
        messages.error(request, _("One of these rules was not in force on that day."))
        return None
    return day, Weapons(said["handguns"], said["others"]), sets


@requires(VIEW)
@require_GET
def visit(request: HttpRequest, key: str) -> HttpResponse:
    """One inspection. Who and where is shown to who says why they look, for a quarter of an hour."""
    known = pages.known(request, "visit", key, VIEW)
    value = known.of(Visit)
    names = side_texts([known.person, value.address, value.remark, value.by, known.place])
    open_ = OPENED.holds(request, key)
    show = reverse("stockpile:visit_names", args=[key])
    facts = [
        (_("Holder"), Cell(names.get(known.person, "")) if open_ else Cell(_("Show, and say why"), show)),
        (_("Address"), Cell(names.get(value.address, "")) if open_ else Cell(_("Show, and say why"), show)),
        (_("Code of the holder"), Cell(visits.holder_code(known.person), exact=True)),
        (_("Day"), Cell(when(value.day))),
        (_("Inspected by"), Cell(names.get(value.by, ""))),
        (_("In charge"), Cell(names.get(known.place, ""))),
        (_("Pistols and revolvers"), Cell(f"{value.weapons.handguns:,}")),
        (_("Other weapons"), Cell(f"{value.weapons.others:,}")),
        (_("Remark"), Cell(names.get(value.remark, ""))),
        (_("Next inspection"), Cell(when(known.due))),
    ]
    if value.document:
        facts.append(
            (
                _("Document"),
                Cell(f"{value.document[:12]}…", reverse("stockpile:visit_document", args=[key]), exact=True),
            )
        )
    tables = [
        _faults(visits.faults_of(key), _("Faults"), link=accounts.may_at(me(request), INSPECT, known.place)),
        _answers(value),
    ]
    return shown(
        request,
        Page(_("Inspection of %(day)s") % {"day": when(value.day)}, HERE, facts=facts, tables=tables, above=_above()),
    )


def _answers(value: Visit) -> Table:
    sets = catalogue.everything()
    rows = []
    for name, answer in value.answers.items():
        one, _sep, requirement = name.partition(rules.SEPARATOR)
        item = next((each for each in sets[one].requirements if each.id == requirement), None) if one in sets else None
        tone = {"no": "alarm", "yes": "good"}.get(answer, "")
        rows.append(
            [Cell(item.text if item else name), Cell(name, exact=True), Cell(stock_word(answer, "answer"), tone=tone)]
        )
    return Table(_("Answers"), [_("Asked"), _("Rule"), _("Answer")], rows, id="answers")


@requires(VIEW)
@GET_OR_POST
def visit_names(request: HttpRequest, key: str) -> HttpResponse:
    """Opens the name and address of an inspection for a reason, which is recorded."""
    known = pages.known(request, "visit", key, VIEW)

    def do(said: dict[str, Any]) -> str:
        services.looked_at(known, why_of(said), by=actor(request))
        OPENED.remember(request, key)
        return reverse("stockpile:visit", args=[key])

    page = Page(_("Why you look"), HERE, above=(reverse("stockpile:visit", args=[key]), _("Inspection")))
    return asked(request, WhyLooked(posted(request)), do, page, _("Show"))


@requires(VIEW)
@require_GET
def visit_document(request: HttpRequest, key: str) -> HttpResponse:
    """The document of an inspection, to who was shown the name: a photograph shows a home."""
    value = pages.known(request, "visit", key, VIEW).of(Visit)
    if not OPENED.holds(request, key):
        return redirect("stockpile:visit_names", key)
    return given_out(value.document, {value.document} if value.document else set())


@requires(VIEW)
@GET_OR_POST
def holder_find(request: HttpRequest) -> HttpResponse:
    """Finds the inspections of a holder by name; the name travels in no address, and looking is recorded."""
    form = forms.Find(posted(request))

    def do(said: dict[str, Any]) -> str:
        party = identity.opaque("party", said["holder"].strip())
        found = visits.of_holder(party, queries.visible(me(request), VIEW))
        if not found:
            raise acts.refuse("holder", "", "the name of somebody who was inspected, as it was written then", "unknown")
        services.looked_at(found[0], why_of(said), by=actor(request))
        return reverse("stockpile:holder", args=[identity.ref_of(party)])

    return asked(request, form, do, Page(_("Find a holder"), HERE, above=_above()), _("Find"))


@requires(VIEW)
@require_GET
def holder(request: HttpRequest, ref: str) -> HttpResponse:
    """Every inspection of one holder, by opaque id."""
    party = f"{identity.PREFIX}party:{ref}"
    found = visits.of_holder(party, queries.visible(me(request), VIEW))
    if not found:
        raise Http404(_("There is no such record among those you may see."))
    title = _("Holder %(code)s") % {"code": visits.holder_code(party)}
    return shown(request, Page(title, HERE, tables=[_visits(found, _("Inspections"))], above=_above()))


@requires(INSPECT)
@GET_OR_POST
def fault_settle(request: HttpRequest, key: str) -> HttpResponse:
    """Settles a fault."""
    known = pages.known(request, "visitfinding", key, INSPECT)

    def do(said: dict[str, Any]) -> str:
        services.settle(key, said["outcome"], said["how"], by=actor(request))
        return reverse("stockpile:visit", args=[known.parent.removeprefix("visit:")])

    page = Page(_("Settle a fault"), HERE, tables=[_faults([known], _("Fault"), link=False)], above=_above())
    return asked(request, forms.Settle(posted(request)), do, page, _("Settle"))


# --- rules -------------------------------------------------------------------------------------------------------------


@requires(VIEW)
@require_GET
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every set of rules, with its source and dates."""
    rows = [
        [
            Cell(one.title, reverse("stockpile:storage_ruleset", args=[one.id])), Cell(one.jurisdiction), Cell(stock_word(one.force, "force")),
            Cell(one.source), Cell(when(one.start.isoformat())), Cell(when(one.end.isoformat()) if one.end else ""),
        ]
        for one in catalogue.everything().values()
    ]  # fmt: skip
    headers = [_("Rules"), _("Jurisdiction"), _("Force"), _("Source"), _("From"), _("To")]
    actions = [Action(_("Add rules"), reverse("stockpile:storage_add"), main=True)] if _national(request) else []
    page = Page(
        _("Rules of safe storage"), HERE, tables=[Table(_("Rules"), headers, rows)], actions=actions, above=_above()
    )
    return shown(request, page)


@requires(VIEW)
@require_GET
def ruleset(request: HttpRequest, key: str) -> HttpResponse:
    """One set of rules."""
    one = catalogue.everything().get(key)
    if one is None:
        raise Http404(_("There is no such record among those you may see."))
    rows = [
        [Cell(item.text), Cell(item.source), Cell(_applies(item)), Cell(_within(item))] for item in one.requirements
    ]
    table = Table(_("What is asked"), [_("Asked"), _("Source"), _("Applies to"), _("A fault is put right")], rows)
    facts = [
        (_("Jurisdiction"), Cell(one.jurisdiction)),
        (_("Force"), Cell(stock_word(one.force, "force"))),
        (_("Source"), Cell(one.source)),
    ]
    facts += [(_("From"), Cell(when(one.start.isoformat()))), (_("Remark"), Cell(one.note))]
    above = (reverse("stockpile:storage_rules"), _("Rules of safe storage"))
    return shown(request, Page(one.title, HERE, facts=facts, tables=[table], above=above))


def _applies(item: Requirement) -> str:
    which = {"handguns": _("pistols and revolvers"), "others": _("other weapons")}.get(item.weapons, _("all weapons"))
    if not item.from_count and not item.to_count:
        return str(which)
    upto = f"{item.from_count}–{item.to_count}" if item.to_count else f"≥ {item.from_count}"
    return f"{which}: {upto}"


def _within(item: Requirement) -> str:
    return _("at once") if item.grave else _("within %(n)d days") % {"n": item.deadline_days}


@requires(INSPECT)
@GET_OR_POST
def rules_add(request: HttpRequest) -> HttpResponse:
    """Takes a file of rules into the register; for who inspects in the whole State."""
    if not _national(request):
        raise PermissionDenied
    form = forms.Rules(posted(request), request.FILES or None)

    def do(said: dict[str, Any]) -> str:
        text = said["file"].read(rules.LONGEST_FILE + 1).decode("utf-8", "replace")
        return reverse("stockpile:storage_ruleset", args=[catalogue.add(text, by=actor(request)).id])

    above = (reverse("stockpile:storage_rules"), _("Rules of safe storage"))
    return asked(request, form, do, Page(_("Add rules"), HERE, above=above), _("Add"))


def _national(request: HttpRequest) -> bool:
    return queries.visible(me(request), INSPECT) is None


def _visits(found: list[Subject], title: str) -> Table:
    rows = [
        [
            Cell(visits.holder_code(one.person), reverse("stockpile:visit", args=[one.key]), exact=True),
            Cell(when(one.of(Visit).day)),
            Cell(", ".join(one.of(Visit).rulesets)),
            Cell(when(one.due), tone="alarm" if one.due and one.due < visits.today() else ""),
        ]
        for one in found
    ]
    return Table(
        title,
        [_("Code of the holder"), _("Day"), _("Rules"), _("Next inspection")],
        rows,
        _("Nobody was inspected yet."),
        "visits",
    )


def _faults(found: list[Subject], title: str, *, link: bool = True) -> Table:
    texts = side_texts([one.of(Fault).how for one in found])
    rows = [_fault_row(one, texts, link) for one in found]
    headers = [_("What is not as asked"), _("Rule"), _("Code of the holder"), _("Put right by"), _("Status")]
    return Table(title, headers, rows, _("None."), "faults")


def _fault_row(one: Subject, texts: dict[str, str], link: bool) -> list[Cell]:
    value, still = one.of(Fault), one.state == "open"
    late = still and one.due < visits.today()
    state = stock_word("late" if late else one.state, "fault_state")
    settled = f"{stock_word(value.outcome, 'fault_outcome')}: {texts.get(value.how, '')}"
    return [
        Cell(value.text, reverse("stockpile:fault_settle", args=[one.key]) if still and link else ""),
        Cell(value.source),
        Cell(
            visits.holder_code(one.person),
            reverse("stockpile:visit", args=[one.parent.removeprefix("visit:")]),
            exact=True,
        ),
        Cell(when(one.due), tone="alarm" if late else ""),
        Cell(state if still else settled, tone="alarm" if late else ""),
    ]


def _above() -> tuple[str, str]:
    return reverse("stockpile:civilian"), _(TITLE)
