"""What goes to INTERPOL and the references that come back: a page of the stolen and lost, files, references on cases and requests."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.register.models import Weapon
from countermark.register.views.common import actor, me
from countermark.tracing import interpol as service
from countermark.tracing.cases import queries as cases
from countermark.tracing.cases.rules import DIVERTED
from countermark.tracing.interpol import NotExported, Record
from countermark.tracing.requests.views import request_or_404

LISTED = 200
LINES = "application/x-ndjson"


@requires("request.view")
@require_GET
def interpol(request: HttpRequest) -> HttpResponse:
    """The stolen and lost weapons as they would be exported, those that cannot be first, with what they lack."""
    every = [(one, service.lacking(one)) for one in service.diverted()]
    ready = sum(not lacking for _one, lacking in every)
    shown = sorted(every, key=lambda one: not one[1])[:LISTED]
    context = {"found": shown, "ready": ready, "left_out": len(every) - ready, "more": len(every) > LISTED}
    return render(request, "tracing/interpol.html", context)


@requires("request.release")
@require_POST
def diverted_file(request: HttpRequest) -> HttpResponse:
    """The stolen and lost weapons that can be identified, as a file."""
    records, _left_out = service.of_diverted(by=actor(request))
    return _file(records, "interpol-stolen-and-lost.jsonl")


@requires("request.release")
@require_POST
def request_file(request: HttpRequest, conversation: str) -> HttpResponse:
    """The weapons of a request as a file; where one cannot be identified, what it lacks."""
    found = request_or_404(request, conversation)
    try:
        records = service.of_request(found, by=actor(request))
    except NotExported as refused:
        _say(request, refused)
        return redirect("tracing:request", found.id)
    return _file(records, f"interpol-{found.id[:8]}.jsonl")


def _file(records: list[Record], name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(service.lines(records), content_type=LINES, headers=headers)


@requires("request.draft")
@require_POST
def request_reference(request: HttpRequest, conversation: str) -> HttpResponse:
    """Notes the reference INTERPOL gave to a request."""
    found = request_or_404(request, conversation)
    _note(request, found.id)
    return redirect("tracing:request", found.id)


@requires("case.write")
@require_POST
def case_reference(request: HttpRequest, case_id: str) -> HttpResponse:
    """Notes the reference INTERPOL gave to a case."""
    found = cases.case(case_id, cases.offices(me(request), "case.write"))
    if found is None:
        raise Http404(_("There is no such case."))
    _note(request, found.id)
    return redirect("tracing:case", found.id)


@requires("request.draft")
@require_POST
def weapon_reference(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Notes the reference INTERPOL gave to a stolen or lost weapon."""
    if not Weapon.objects.filter(id=weapon_id, status__in=DIVERTED).exists():
        raise Http404(_("There is no such weapon among the stolen and lost."))
    _note(request, str(weapon_id))
    return redirect("tracing:interpol")


def _note(request: HttpRequest, about: str) -> None:
    try:
        service.note(about, request.POST.get("reference", "").strip(), by=actor(request))
    except NotExported as refused:
        _say(request, refused)
    else:
        messages.success(request, _("Noted."))


def _say(request: HttpRequest, refused: NotExported) -> None:
    for problem in refused.problems:
        messages.error(request, _("Not done: %(why)s.") % {"why": problem.told(_)})
