"""The page of the blind check: ask States, exchange files, see what was told, say who may ask here."""

import tempfile
from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.ledger.models import Peer
from countermark.register import countrynames
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, posted
from countermark.tracing.blind import files, forms, http, queries, services
from countermark.tracing.blind.messages import LONGEST_QUESTION
from countermark.tracing.blind.queries import Asked
from countermark.tracing.blind.services import NotDone
from countermark.tracing.requests import delivery

JOSE = "application/jose"


@requires("request.draft")
@GET_OR_POST
def blind(request: HttpRequest) -> HttpResponse:
    """Asks States blindly: those with an address over the network, the others, or all of them, by file."""
    form = forms.Question(posted(request), origins=_origins())
    if request.method == "POST" and form.is_valid():
        _ask(request, form.cleaned_data["peers"], form.cleaned_data["reading"])
        return redirect("tracing:blind")
    return _page(request, form=form, status=REFUSED if form.errors else 200)


def _ask(request: HttpRequest, origins: list[str], reading: str) -> None:
    over_network = [] if "files" in request.POST else [one for one in origins if delivery.address(one)]
    for told in http.ask_all(over_network, reading, by=actor(request)):
        if isinstance(told, NotDone):
            _say(request, told)
    for origin in (one for one in origins if one not in over_network):
        try:
            services.ask(origin, reading, by=actor(request))
        except NotDone as refused:
            _say(request, refused)


def _say(request: HttpRequest, refused: NotDone) -> None:
    flash.error(request, _("Not done: %(why)s.") % {"why": refused.problem.told(_)})


def _origins() -> list[str]:
    return list(Peer.objects.order_by("origin").values_list("origin", flat=True))


def _page(request: HttpRequest, *, status: int = 200, **said: Any) -> HttpResponse:
    origins = _origins()
    opened = [origin for origin in origins if services.is_open_to(origin)]
    set_so = {"answering": services.is_answering(), "opened": opened, "per_day": services.limit()}
    context = {
        "form": forms.Question(origins=origins),
        "origins": origins,
        "asked": [_line(one) for one in queries.questions()],
        "came": forms.Came(auto_id="reply_%s"),
        "setup": services.current_setup(),
        "opened": [forms.name_of(origin) for origin in opened],
        "is_answering": services.is_answering(),
        "limit": services.limit(),
        "question": forms.Came(auto_id="question_%s"),
        "switch": forms.Answering(origins=origins, initial=set_so),
        **said,
    }
    return render(request, "tracing/blind.html", context, status=status)


def _line(asked: Asked) -> tuple[Asked, str]:
    return asked, countrynames.name(asked.peer[:2]) if asked.peer else ""


@requires("request.draft")
@require_GET
def blind_question(request: HttpRequest, question: UUID) -> HttpResponse:
    """A question as a file for a State that is not reached over the network."""
    try:
        token = services.sealed_question(str(question))
    except NotDone as refused:
        raise Http404(refused.problem.told(_)) from refused
    headers = {"Content-Disposition": f'attachment; filename="question-{str(question)[:8]}.jose"'}
    return HttpResponse(f"{token}\n", content_type=JOSE, headers=headers)


@requires("request.draft")
@require_POST
def blind_take(request: HttpRequest) -> HttpResponse:
    """Takes in a reply that came as a file."""
    form = forms.Came(request.POST, request.FILES, auto_id="reply_%s")
    if not form.is_valid():
        return _page(request, came=form, status=REFUSED)
    try:
        files.taken(form.cleaned_data["file"], by=actor(request))
    except NotDone as refused:
        form.add_error("file", refused.problem.told(_))
        return _page(request, came=form, status=REFUSED)
    flash.success(request, _("Taken in."))
    return redirect("tracing:blind")


@requires("request.release")
@require_POST
def blind_answer(request: HttpRequest) -> HttpResponseBase:
    """Answers a question that came as a file with a file."""
    form = forms.Came(request.POST, request.FILES, auto_id="question_%s")
    if not form.is_valid():
        return _page(request, question=form, status=REFUSED)
    reply = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        token = form.cleaned_data["file"].read(LONGEST_QUESTION + 1).decode("ascii", "replace")
        reply.writelines(line.encode() for line in files.answered(token, by=actor(request)))
    except NotDone as refused:
        reply.close()
        form.add_error("file", refused.problem.told(_))
        return _page(request, question=form, status=REFUSED)
    reply.seek(0)
    return FileResponse(reply, as_attachment=True, filename="reply.jose", content_type=JOSE)


@requires("request.release")
@require_POST
def blind_set(request: HttpRequest) -> HttpResponse:
    """Says whether this State answers blind questions, whose, and how often on a day."""
    origins = _origins()
    form = forms.Answering(request.POST, origins=origins)
    if not form.is_valid():
        return _page(request, switch=form, status=REFUSED)
    said, by = form.cleaned_data, actor(request)
    if said["answering"] != services.is_answering():
        services.set_answering(said["answering"], by=by)
    if said["per_day"] != services.limit():
        services.set_limit(said["per_day"], by=by)
    for origin in origins:
        if (origin in said["opened"]) != services.is_open_to(origin):
            _open(request, origin, origin in said["opened"])
    flash.success(request, _("Set."))
    return redirect("tracing:blind")


def _open(request: HttpRequest, origin: str, answered: bool) -> None:
    try:
        services.open_to(origin, answered=answered, by=actor(request))
    except NotDone as refused:
        _say(request, refused)
