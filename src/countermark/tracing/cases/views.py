"""Pages of cases: the list, intake, one case with what it shares with others, the stolen and lost."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.ledger.models import Attachment
from countermark.register import cases as decided
from countermark.register import photographs
from countermark.register.checking import Refused
from countermark.register.forms.review import Assign, Decide
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted, say_refused
from countermark.register.views.discrepancies import owners
from countermark.tracing.cases import forms, hits, queries, rules, services, shown
from countermark.tracing.cases.services import NotRecorded
from countermark.tracing.cases.states import Case
from countermark.tracing.requests import queries as requests
from countermark.tracing.requests import shown as request_shown
from countermark.tracing.requests.forms import show_refused

LISTED = 500
MOST_ROWS = 20
"""Weapons of one form; more are added on the page of the case."""


@requires("case.view")
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The cases of one's offices, the one that changed last first, with those a stolen or lost weapon answers to."""
    which = request.GET.get("state", "")
    known = list(queries.cases(queries.offices(me(request))))
    found = [one for one in known if which not in ("open", "closed") or bool(one.closed) is (which == "closed")]
    context = {
        "found": [(one, rules.HOW.get(one.facts.how, "") if one.facts else "") for one in found[:LISTED]],
        "more": len(found) > LISTED,
        "which": which,
        "hits": shown.open_hits(known, me(request)),
        "may_write": accounts.may(me(request), "case.write"),
    }
    return render(request, "tracing/cases/list.html", context)


@requires("case.write")
@GET_OR_POST
def case_new(request: HttpRequest) -> HttpResponse:
    """Intake of weapons found, seized or surrendered together."""
    data = posted(request)
    adding = data is not None and "add" in data
    judged = None if adding else data
    choices = _offices(request)
    form, office = (
        forms.Intake(judged, initial=_typed(request)),
        forms.Office(judged, offices=choices, initial=_typed(request)),
    )
    rows = _rows(request, judged)
    if judged is not None and all([form.is_valid(), office.is_valid(), *(row.is_valid() for row in rows)]):
        weapons = [row.said for row in rows if row.said != rules.Recovered()]
        try:
            made = services.open_case(form.facts, weapons, office.cleaned_data["office"], by=actor(request))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("The case is open."))
            return redirect("tracing:case", made.id)
    is_wrong = any(one.errors for one in (form, office, *rows))
    context = {"form": form, "office": office if len(choices) > 1 else None, "rows": rows, "most": MOST_ROWS}
    return render(request, "tracing/cases/intake.html", context, status=REFUSED if is_wrong else 200)


def _offices(request: HttpRequest) -> list[tuple[str, str]]:
    return shown.office_choices(queries.offices(me(request), "case.write"), _("The whole State"))


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was filled in when only room for another weapon was asked for."""
    many = {"why_illicit"}
    return {name: request.POST.getlist(name) if name in many else value for name, value in request.POST.items()}


def _rows(request: HttpRequest, judged: Any) -> list[forms.Weapon]:
    """The weapons of the form: as many as it had, one more where that was asked for; the first filled in by a trace."""
    text = request.POST.get("count", "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 1
    count = max(1, min(MOST_ROWS, count + ("add" in request.POST)))
    traced = {"readings": "\n".join(request.GET.getlist("reading"))[:2000]}
    traced |= {name: request.GET.get(name, "")[:200] for name in ("maker", "kind", "calibre", "country")}
    rows = []
    for number in range(count):
        mine = f"w{number}-"
        typed = {name.removeprefix(mine): value for name, value in request.POST.items() if name.startswith(mine)}
        initial = typed or (traced if number == 0 else {})
        rows.append(forms.Weapon(judged, prefix=f"w{number}", initial=initial))
    return rows


@requires("case.write")
@GET_OR_POST
def case_change(request: HttpRequest, case_id: str) -> HttpResponse:
    """States the facts of a case anew."""
    found = case_or_404(request, case_id, "case.write")
    form = forms.Intake(posted(request), initial=forms.initial_of(found.facts))
    if request.method == "POST" and form.is_valid():
        try:
            services.change(case_id, form.facts, by=actor(request))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("Recorded."))
            return redirect("tracing:case", case_id)
    return render(
        request, "tracing/cases/intake.html", {"form": form, "case": found}, status=REFUSED if form.errors else 200
    )


def case_or_404(request: HttpRequest, case_id: str, permission: str = "case.view") -> Case:
    """The case where the person holds the permission; the same 404 for *not yours* and *absent*."""
    found = queries.case(case_id, queries.offices(me(request), permission))
    if found is None:
        raise Http404(_("There is no such case."))
    return found


@requires("case.view")
@require_GET
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case: intake, its weapons, links, requests, remarks, how it ended."""
    return page(request, case_or_404(request, case_id))


def page(request: HttpRequest, found: Case, *, status: int = 200, **said: Any) -> HttpResponse:
    """The page of a case, with forms that were refused."""
    user = me(request)
    among = queries.offices(user)
    mine = queries.offices(user, "case.write") if accounts.may(user, "case.write") else frozenset()
    context = {
        "case": found,
        "facts": found.facts,
        "how": rules.HOW.get(found.facts.how, "") if found.facts else "",
        "weapons": [(number, item) for number, item in enumerate(found.items, start=1)],
        "only": shown.found(found, found.items[0], user) if len(found.items) == 1 else None,
        "links": [(one, [rules.WHY[name] for name in link.why]) for one, link in queries.links(found.id, among)],
        "hits": shown.hits(found, user),
        "asked": _asked(request, found),
        "may_write": mine is None or found.office in mine,
        "may_ask": accounts.may(user, "request.draft"),
        "may_see_requests": accounts.may(user, "request.view"),
        "assign": Assign(owners=owners(hits.KIND), initial={"owner": user.username}),
        "decide": Decide(),
        "office_name": shown.office(found),
        "office": forms.Office(
            offices=shown.office_choices(mine, _("The whole State")), initial={"office": found.office}
        ),
        "note": forms.Added(),
        "ending": forms.Ending(initial={"outcome": ""}),
        "printing": "print" in request.GET,
        **said,
    }
    return render(request, "tracing/cases/case.html", context, status=status)


def _asked(request: HttpRequest, found: Case) -> list[request_shown.Line]:
    """The requests of a case; what was said to other States is for those who see requests."""
    if not accounts.may(me(request), "request.view"):
        return []
    reader = requests.reader(me(request))
    asked = [requests.request(conversation, reader) for conversation in found.requests]
    return [request_shown.line(one) for one in asked if one is not None]


@requires("case.write")
@require_POST
def case_office(request: HttpRequest, case_id: str) -> HttpResponse:
    """Gives a case to another office."""
    case_or_404(request, case_id, "case.write")
    form = forms.Office(request.POST, offices=_offices(request))
    if not form.is_valid():
        messages.error(request, _("Not recorded: choose one of the offices offered."))
        return redirect("tracing:case", case_id)
    try:
        services.hand_over(case_id, form.cleaned_data["office"], by=actor(request))
    except NotRecorded as refused:
        messages.error(request, _("Not done: %(why)s.") % {"why": refused.problems[0].told(_)})
    else:
        messages.success(request, _("The case was given to the other office."))
    return redirect("tracing:case", case_id)


@requires("case.write")
@require_POST
def case_hit(request: HttpRequest, case_id: str, weapon: UUID) -> HttpResponse:
    """Makes somebody answerable for a stolen or lost weapon that the case answers to, or settles it with a reason."""
    found = case_or_404(request, case_id, "case.write")
    alerts = [one for one in queries.alerts([found]) if one.weapon.id == weapon]
    settled = next(iter(hits.with_decisions(alerts).values()), None)
    if settled is None:
        raise Http404(_("No stolen or lost weapon of that name answers to this case."))
    is_assigned = "assign" in request.POST
    form = Assign(request.POST, owners=owners(hits.KIND)) if is_assigned else Decide(request.POST)
    if not form.is_valid():
        return page(request, found, status=REFUSED, **{"assign" if is_assigned else "decide": form})
    said = form.cleaned_data
    try:
        if is_assigned:
            decided.assign(settled.subject, said["due"].isoformat(), said["owner"], by=actor(request))
        else:
            decided.decide(settled.subject, settled.due, said["outcome"], said["reason"], by=actor(request))
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("Recorded."))
    return redirect("tracing:case", case_id)


@requires("case.write")
@require_POST
def case_note(request: HttpRequest, case_id: str) -> HttpResponse:
    """Adds a remark or a photograph."""
    found = case_or_404(request, case_id, "case.write")
    form = forms.Added(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["photograph"]
        try:
            picture = photographs.without_metadata(file.read(photographs.LONGEST + 1)) if file else None
            services.note(case_id, form.cleaned_data["text"], picture, by=actor(request))
        except ValueError as problem:
            form.add_error("photograph", str(problem))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("Recorded."))
            return redirect("tracing:case", case_id)
    return page(request, found, status=REFUSED, note=form)


@requires("case.write")
@require_POST
def case_close(request: HttpRequest, case_id: str) -> HttpResponse:
    """Closes a case with its outcome."""
    found = case_or_404(request, case_id, "case.write")
    form = forms.Ending(request.POST)
    if form.is_valid():
        try:
            services.close(case_id, form.closing, by=actor(request))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("The case is closed."))
            return redirect("tracing:case", case_id)
    return page(request, found, status=REFUSED, ending=form)


@requires("case.view")
@require_GET
def case_photograph(request: HttpRequest, case_id: str, digest: str) -> HttpResponse:
    """A photograph of a case."""
    found = case_or_404(request, case_id)
    row = Attachment.objects.filter(digest=digest).first() if digest in {one.document for one in found.notes} else None
    if row is None or not row.data:
        raise Http404(_("There is no such photograph."))
    return HttpResponse(bytes(row.data), content_type=row.media_type)
