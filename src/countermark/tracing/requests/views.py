"""Pages of tracing requests: the list, one request with all that was said, its drafts, the directory of nodes."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.ledger import identity
from countermark.ledger.entry import now
from countermark.ledger.models import Peer
from countermark.register.views.common import actor, me
from countermark.tracing import due
from countermark.tracing.cases import queries as cases
from countermark.tracing.papers import labels
from countermark.tracing.requests import delivery, forms, handling, keyring, periods, queries, rules, services, shown
from countermark.tracing.requests.keys import KeyProblem
from countermark.tracing.requests.services import NotSaid
from countermark.tracing.requests.states import Request

BOXES = ("in", "out", "drafts", "owed", "overdue")


@requires("request.view")
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """The requests this node knows, the newest first: all, or those of a box."""
    box = "overdue" if "overdue" in request.GET else request.GET.get("box", "")
    reader = queries.reader(me(request))
    known = periods.known()
    lines = [shown.line(one, known) for one in queries.requests(reader) if one.kept or one.drafts]
    context = {
        "found": [one for one in lines if _is_in(one, box)],
        "box": box if box in BOXES else "",
        "overdue": sum(1 for one in lines if one.owed and one.owed.by_us and one.owed.overdue),
        "drafts": sum(1 for one in lines if one.request.drafts),
        "printing": "print" in request.GET,
    }
    return render(request, "tracing/requests/list.html", context)


def _is_in(line: shown.Line, box: str) -> bool:
    match box:
        case "in":
            return line.request.side == "answerer"
        case "out":
            return line.request.side == "asker"
        case "drafts":
            return bool(line.request.drafts)
        case "owed":
            return line.owed is not None and line.owed.by_us
        case "overdue":
            return line.owed is not None and line.owed.overdue
        case _:
            return True


@requires("case.view")
@require_GET
def due_list(request: HttpRequest) -> HttpResponse:
    """What is due, on either side: requests, drafts, consent, hits of the stolen list; as far as the reader may see it."""
    context = {"found": due.due(me(request)), "printing": "print" in request.GET, "printed": now()}
    return render(request, "tracing/requests/due.html", context)


@requires("request.view")
@require_GET
def request_page(request: HttpRequest, conversation: str) -> HttpResponse:
    """One request: everything said, what waits for release, what may be said now."""
    found = request_or_404(request, conversation)
    reader = identity.opaque("person", me(request).username)
    theirs = rules.other(found.side)
    may_draft = accounts.may(me(request), "request.draft")
    context = {
        "found": found,
        "line": shown.line(found),
        "said": shown.said(found),
        "drafts": shown.drafts(found, reader),
        "say": _words(found, found.side, USE) if may_draft and found.kept else [],
        "consent": _consent(found) if may_draft else [],
        "paper": _words(found, theirs, ()) if may_draft and found.on_paper and found.kept else [],
        "guarantee": shown.without_guarantee(found),
        "diversion": shown.point_of_diversion(found),
        "address": delivery.address(found.peer) if not found.on_paper else "",
        "following": queries.following(found.id),
        "case": cases.of_request(found.id, cases.offices(me(request))),
        "languages": labels.LANGUAGES.items(),
        "printing": "print" in request.GET,
        "printed": now(),
    }
    return render(request, "tracing/requests/request.html", context)


USE = ("consent_request", "consent")
"""What is said about the use of a datum: offered where there is something to ask or decide."""


def _words(found: Request, side: rules.Side, without: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(kind, shown.title(kind)) for kind in rules.allowed(found.conversation, side) if kind not in without]


def _consent(found: Request) -> list[tuple[str, str, int]]:
    """What may be asked or decided about passing on: kind, title, and the number of the message it is about."""
    if not set(USE) & set(rules.allowed(found.conversation, found.side)):
        return []
    guarded = [one.envelope.number for one in found.received if handling.is_guarded(one.envelope.body)]
    return [
        *(("consent_request", shown.title("consent_request"), number) for number in guarded),
        *(
            ("consent", shown.title("consent"), number)
            for number in handling.unanswered(found.conversation, found.side)
        ),
    ]


def request_or_404(request: HttpRequest, conversation: str) -> Request:
    """A request this node knows, as far as its handling conditions let this reader see it."""
    found = queries.request(conversation, queries.reader(me(request)))
    if found is None:
        raise Http404(_("There is no such request."))
    return found


@requires("request.release")
@require_POST
def draft_release(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Sends a draft somebody else wrote."""
    try:
        known = services.release(str(draft_id), by=actor(request))
    except NotSaid as refused:
        return _refused(request, str(draft_id), refused)
    text = _("Released: it is to be printed and sent on paper.") if known.on_paper else _("Released: it is on its way.")
    messages.success(request, text)
    return redirect("tracing:request", known.id)


@requires("request.draft")
@require_POST
def draft_drop(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Gives a draft up."""
    known = queries.of_draft(str(draft_id))
    try:
        services.drop(str(draft_id), by=actor(request))
    except NotSaid as refused:
        return _refused(request, str(draft_id), refused)
    messages.success(request, _("The draft was given up."))
    if known is None or not known.kept:
        return redirect("tracing:requests")
    return redirect("tracing:request", known.id)


def _refused(request: HttpRequest, draft_id: str, refused: NotSaid) -> HttpResponse:
    for problem in refused.problems:
        messages.error(request, _("Not done: %(why)s.") % {"why": problem.told(_)})
    known = queries.of_draft(draft_id)
    return redirect("tracing:request", known.id) if known else redirect("tracing:requests")


@requires("request.view")
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """The nodes this one exchanges messages with: their keys, to be compared in person, where they answer, and the periods set."""
    peers = [
        (peer, shown.state_of(peer.origin), delivery.address(peer.origin), shown.directory_keys(peer.origin))
        for peer in Peer.objects.order_by("origin")
    ]
    set_for = [(shown.state_of(country) if country else None, one) for country, one in periods.known().items()]
    context = {"peers": peers, "periods": set_for, "form": forms.Periods()}
    return render(request, "tracing/requests/directory.html", context)


@requires("request.release")
@require_POST
def key_compared(request: HttpRequest) -> HttpResponse:
    """Notes that the reader compared a key with its holder, in person or by telephone."""
    said = {name: request.POST.get(name, "").replace("\0", "")[:300] for name in ("origin", "key", "how")}
    try:
        keyring.compared(said["origin"], said["key"], said["how"], by=actor(request))
    except KeyProblem as problem:
        messages.error(request, _("Not done: %(why)s.") % {"why": problem})
    else:
        messages.success(request, _("Noted: you compared this key."))
    return redirect("tracing:directory")


@requires("request.release")
@require_POST
def periods_set(request: HttpRequest) -> HttpResponse:
    """Sets within how many days is acknowledged and answered, with one country or every other."""
    form = forms.Periods(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("tracing:directory")
    try:
        periods.set_periods(form.cleaned_data["country"], form.periods, by=actor(request))
    except NotSaid as refused:
        for wrong in refused.problems:
            messages.error(request, _("Not done: %(why)s.") % {"why": wrong.told(_)})
    else:
        messages.success(request, _("Set."))
    return redirect("tracing:directory")
