"""Pages of the shell: home, the field that finds anything, shortcuts, theme, health."""

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from countermark.accounts import queries
from countermark.accounts.access import PUBLIC, SIGNED_IN, requires
from countermark.accounts.models import User
from countermark.ledger.models import NodeSetting
from countermark.web import context
from countermark.web import find as finding
from countermark.web import home as homes

YEAR_SECONDS = 365 * 24 * 60 * 60


@requires(SIGNED_IN)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Five numbers and two lists at most, by role."""
    user = _user(request)
    return render(request, "web/home.html", {"cards": homes.cards_for(user), "lists": homes.lists_for(user)})


@requires(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Leads from what was typed in the header to the record, the trace, or a page that says nothing was found.

    The text is sent, not put into an address: it may be a name.
    """
    text = request.POST.get("q", "").replace("\0", "").strip()[: finding.LONGEST]
    user = _user(request)
    url = finding.find(user, text) if text else None
    if url is not None:
        return redirect(url)
    context = {"text": text, "may_list": queries.may(user, "weapon.view"), "may_trace": queries.may(user, "trace")}
    return render(request, "web/find.html", context)


@requires(PUBLIC)
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The keyboard shortcuts."""
    return render(request, "web/keys.html")


@requires(PUBLIC)
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers light, dark or high contrast on this device."""
    response = HttpResponseRedirect(_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in context.THEMES:
        response.set_cookie(
            context.THEME_COOKIE,
            chosen,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response


@requires(PUBLIC)
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the store takes a write (which is rolled back), 503 when it does not."""
    try:
        with transaction.atomic():
            NodeSetting(name="healthz", value="").save(force_insert=True)
            transaction.set_rollback(True)
    except DatabaseError:
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the access middleware let nobody else in
    return request.user


def _back(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    return url if url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure()) else "/"
