"""Pages of cases: the list, intake, one case with what it shares with others, the stolen and lost."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.ledger.models import Attachment
from countermark.register import photographs
from countermark.register.models import Weapon
from countermark.register.queries import records
from countermark.register.queries.records import Record
from countermark.register.services import Refused
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted
from countermark.tracing import queries as tracing
from countermark.tracing import shown as trace_shown
from countermark.tracing.cases import forms, queries, rules, services
from countermark.tracing.cases.services import NotRecorded
from countermark.tracing.cases.states import Case
from countermark.tracing.requests import queries as requests
from countermark.tracing.requests import shown as request_shown
from countermark.tracing.requests.forms import show_refused
from countermark.tracing.search import SearchError

SHOWN = 5
"""Candidates of the register on the page of a case."""
LISTED = 500


@requires("request.view")
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The cases, the one that changed last first, with those a stolen or lost weapon answers to."""
    which = request.GET.get("state", "")
    known = list(queries.cases())
    found = [one for one in known if which not in ("open", "closed") or bool(one.closed) is (which == "closed")]
    context = {
        "found": [(one, rules.HOW.get(one.facts.how, "") if one.facts else "") for one in found[:LISTED]],
        "more": len(found) > LISTED,
        "which": which,
        "alerts": queries.alerts([one for one in known if not one.closed]),
    }
    return render(request, "tracing/cases/list.html", context)


@requires("request.draft")
@GET_OR_POST
def case_new(request: HttpRequest) -> HttpResponse:
    """Intake of a weapon found, seized or surrendered."""
    first = {"readings": "\n".join(request.GET.getlist("reading"))[:2000]}
    first |= {name: request.GET.get(name, "")[:200] for name in ("maker", "kind", "calibre", "country")}
    form = forms.Intake(posted(request), initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_case(form.facts, by=actor(request))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("The case is open."))
            return redirect("tracing:case", made.id)
    return render(request, "tracing/cases/intake.html", {"form": form}, status=REFUSED if form.errors else 200)


@requires("request.draft")
@GET_OR_POST
def case_change(request: HttpRequest, case_id: str) -> HttpResponse:
    """States the facts of a case anew."""
    found = _found(case_id)
    form = forms.Intake(posted(request), initial=forms.initial_of(found.facts) if found.facts else {})
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


def _found(case_id: str) -> Case:
    found = queries.case(case_id)
    if found is None:
        raise Http404(_("There is no such case."))
    return found


@requires("request.view")
@require_GET
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case: intake, the register's answer, links, requests, remarks, how it ended."""
    return _page(request, _found(case_id))


def _page(request: HttpRequest, found: Case, *, status: int = 200, **said: Any) -> HttpResponse:
    record = records.record(found.weapon) if found.weapon else None
    reader = requests.reader(me(request))
    asked = [requests.request(conversation, reader) for conversation in found.requests]
    context = {
        "case": found,
        "facts": found.facts,
        "how": rules.HOW.get(found.facts.how, "") if found.facts else "",
        "record": record,
        "rows": _candidates(found) if record is None else [],
        "away": _away(found, record),
        "step": _step(found, record),
        "links": [(one, [rules.WHY[name] for name in link.why]) for one, link in queries.links(found.id)],
        "alerts": queries.alerts([found]),
        "asked": [request_shown.line(one) for one in asked if one is not None],
        "note": forms.Added(),
        "ending": forms.Ending(initial={"outcome": ""}),
        "printing": "print" in request.GET,
        **said,
    }
    return render(request, "tracing/cases/case.html", context, status=status)


def _candidates(found: Case) -> list[tuple[Weapon, float, str, str]]:
    """(weapon, probability, mark as engraved, decision) of the register's likeliest weapons for the marks of a case."""
    if found.facts is None or not found.facts.readings:
        return []
    try:
        traced = tracing.trace(queries.asked_of(found.facts))
    except SearchError:
        return []
    rejected = {one.weapon for one in found.considered if not one.confirmed}
    rows = []
    for candidate in traced.answer.candidates[:SHOWN]:
        if (weapon := traced.weapons.get(candidate.weapon_key)) is not None:
            decision = "rejected" if str(weapon.id) in rejected else ""
            rows.append((weapon, candidate.probability, tracing.engraved(weapon, candidate), decision))
    return rows


def _away(found: Case, record: Record | None) -> tuple[int, int] | None:
    if record is None or found.facts is None:
        return None
    events = [(one.event, one.date) for one in record.history if not one.corrected]
    return rules.time_to_crime(rules.last_lawful(events), found.facts.date)


def _step(found: Case, record: Record | None) -> dict[str, Any] | None:
    if found.facts is None or found.closed:
        return None
    return trace_shown.next_step(record, found.facts.country, found=record is not None)


@requires("request.draft")
@require_POST
def case_note(request: HttpRequest, case_id: str) -> HttpResponse:
    """Adds a remark or a photograph."""
    found = _found(case_id)
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
    return _page(request, found, status=REFUSED, note=form)


@requires("request.draft")
@require_POST
def case_consider(request: HttpRequest, case_id: str) -> HttpResponse:
    """Confirms or rejects a weapon of the register as the one of the case."""
    found = _found(case_id)
    weapon, decision = request.POST.get("weapon", ""), request.POST.get("decision")
    row = next((one for one in _candidates(found) if str(one[0].id) == weapon), None)
    if row is None or decision not in ("confirm", "reject"):
        messages.error(request, _("Not recorded: choose one of the weapons shown."))
        return redirect("tracing:case", case_id)
    try:
        services.consider(
            case_id,
            weapon,
            row[1],
            confirmed=decision == "confirm",
            reason=request.POST.get("reason", "")[:2000],
            by=actor(request),
        )
    except (Refused, NotRecorded) as refused:
        messages.error(request, _("Not recorded: give a reason. (%(problem)s)") % {"problem": refused})
    else:
        messages.success(request, _("Recorded."))
    return redirect("tracing:case", case_id)


@requires("request.draft")
@require_POST
def case_close(request: HttpRequest, case_id: str) -> HttpResponse:
    """Closes a case with its outcome."""
    found = _found(case_id)
    form = forms.Ending(request.POST)
    if form.is_valid():
        try:
            services.close(case_id, form.closing, by=actor(request))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("The case is closed."))
            return redirect("tracing:case", case_id)
    return _page(request, found, status=REFUSED, ending=form)


@requires("request.view")
@require_GET
def case_photograph(request: HttpRequest, case_id: str, digest: str) -> HttpResponse:
    """A photograph of a case."""
    found = _found(case_id)
    row = Attachment.objects.filter(digest=digest).first() if digest in {one.document for one in found.notes} else None
    if row is None or not row.data:
        raise Http404(_("There is no such photograph."))
    return HttpResponse(bytes(row.data), content_type=row.media_type)
