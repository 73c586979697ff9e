"""Sign-ins, failures and refusals as JSON lines on the logger `countermark.security`, for whoever watches the node."""

import json
import logging
from typing import Any

from allauth.account.signals import authentication_step_completed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from countermark.ledger.entry import now

logger = logging.getLogger("countermark.security")


def note(what: str, request: HttpRequest | None, **details: Any) -> None:
    """One line: what happened, when, on which node, to whom (by opaque id, never by name), from where."""
    user = getattr(request, "user", None)
    node = f"{settings.ENVIRONMENT.state}/{settings.ENVIRONMENT.node}"
    line = {"what": what, "time": now(), "node": node, "person": getattr(user, "person", ""), **details}
    if request is not None:
        # The pattern of the address, not the address: it may contain a name or a serial.
        route = getattr(request.resolver_match, "route", "")
        line |= {"from": request.META.get("REMOTE_ADDR", ""), "path": f"/{route}", "method": request.method}
    logger.info(json.dumps(line, sort_keys=True))


def _signed_in(request: HttpRequest | None = None, **_: Any) -> None:
    note("signed_in", request)


def _signed_out(request: HttpRequest | None = None, **_: Any) -> None:
    note("signed_out", request)


def _failed(request: HttpRequest | None = None, **_: Any) -> None:
    note("sign_in_failed", request)


def _step(request: HttpRequest | None = None, method: str = "", **_: Any) -> None:
    note("authenticated", request, by=method)


def connect() -> None:
    """Listens to Django's and allauth's signals; connecting twice does nothing."""
    user_logged_in.connect(_signed_in, dispatch_uid="security_log")
    user_logged_out.connect(_signed_out, dispatch_uid="security_log")
    user_login_failed.connect(_failed, dispatch_uid="security_log")
    authentication_step_completed.connect(_step, dispatch_uid="security_log")
