"""Pages for what went wrong: each says what happened and what to do next."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from countermark.accounts import rules
from countermark.accounts.access import MissingPermission
from countermark.web.context import runs_right_to_left

logger = logging.getLogger("countermark.web")


def _page(request: HttpRequest, status: int, title: str, text: str, **more: object) -> HttpResponse:
    return render(request, "web/error.html", {"status": status, "title": title, "text": text, **more}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, 400, _("That request could not be read"), _("Go back and try again; nothing was saved."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with the roles that may, so that one knows whom to ask."""
    permission = exception.permission if isinstance(exception, MissingPermission) else ""
    text = _("Your roles do not include this page. Nothing was changed.")
    if permission not in rules.PERMISSIONS:
        return _page(request, 403, _("Not for your role"), text)
    roles = [_(label) for label in rules.roles_with(permission)]
    return _page(request, 403, _("Not for your role"), text, duty=_(rules.PERMISSIONS[permission]), roles=roles)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what is not there and for what somebody may not see."""
    text = _("There is nothing at this address, or it is not at a place you may see.")
    return _page(request, 404, _("Not found"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose secret does not match: mostly an old page or blocked cookies."""
    text = _(
        "This form was open for too long, or cookies are blocked. Open the page again and send the form once more."
    )
    return _page(request, 403, _("The form has expired"), text)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; uses neither the store nor the session, which may be what failed."""
    text = _("The fault is on our side and has been written down. Nothing was half saved.")
    return _bare(500, _("Something went wrong"), text)


def unavailable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """503 when the store is locked past its time-out, full or unreachable."""
    logger.error("store unavailable: %s", exception)
    text = _("The store cannot be reached or written just now. Nothing was half saved; try again in a minute.")
    response = _bare(503, _("Not available just now"), text)
    response.headers["Retry-After"] = "30"
    return response


def _bare(status: int, title: str, text: str) -> HttpResponse:
    words = {"status": status, "title": title, "text": text, "rtl": runs_right_to_left()}
    content = render_to_string("web/error_bare.html", words)
    return HttpResponse(content, status=status)
