"""Default deny: every page names who may use it, and the middleware here lets nobody else in.

A view of ours says so with `@requires(...)`; views of libraries stand in `LIBRARY_VIEWS` by URL name. A view that says
nothing is refused to everybody.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from django.utils import timezone

from countermark.accounts import queries, rules, security_log
from countermark.accounts.models import User
from countermark.accounts.sessions import SEEN, remember_client

V = TypeVar("V", bound=Callable[..., HttpResponseBase])
Respond = Callable[[HttpRequest], HttpResponseBase]

PUBLIC = "public"
SIGNED_IN = "signed_in"
OPEN_TO = (PUBLIC, SIGNED_IN)

LIBRARY_VIEWS: dict[str, str] = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": PUBLIC,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_login_webauthn": PUBLIC,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "set_language": PUBLIC,
}
"""Who may use the views of libraries."""

OWN_AUTHENTICATION = frozenset({"api"})
"""URL namespaces whose views check tokens themselves."""

WITH_ONE_TIME_PASSWORD = frozenset(
    {"account_change_password", "account_logout", "account_reauthenticate", "set_language"}
)
"""What somebody with a one-time password may use before choosing a new one."""

SEEN_EVERY_SECONDS = 60


def requires(permission: str) -> Callable[[V], V]:
    """Says who may use a view: `PUBLIC`, `SIGNED_IN` or a word of `rules.PERMISSIONS`."""
    if permission not in rules.PERMISSIONS and permission not in OPEN_TO:
        raise ValueError(f"{permission!r} is no permission")

    def mark(view: V) -> V:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(match: ResolverMatch) -> str | None:
    """What the view behind a URL asks for; None when it does not say, which lets nobody in."""
    if match.namespaces and match.namespaces[0].split("-")[0] in OWN_AUTHENTICATION:
        return PUBLIC
    declared: str | None = getattr(match.func, "permission", None)
    return declared or LIBRARY_VIEWS.get(match.view_name)


class MissingPermission(PermissionDenied):
    """Somebody signed in lacks a permission; the page says who has it."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class DefaultDeny:
    """Middleware: anonymous people go to sign in, others without the permission get the 403 page."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Runs before every view."""
        match = request.resolver_match
        permission = permission_of(match) if match else None
        if permission == PUBLIC:
            return None
        if not isinstance(request.user, User):
            return _to_sign_in(request)
        if match and request.user.must_change_password and match.view_name not in WITH_ONE_TIME_PASSWORD:
            return _to(request, reverse("account_change_password"))
        if permission == SIGNED_IN or (permission is not None and queries.may(request.user, permission)):
            return None
        security_log.note("refused", request, permission=permission)
        raise MissingPermission(permission or "")


class IdleSessions:
    """Middleware: a session nobody used for longer than its owner's roles allow is over."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return self.respond(request)
        now = int(timezone.now().timestamp())
        rested = now - int(request.session.get(SEEN, now))
        if rested > allowed_rest(request.user):
            security_log.note("session_ended_idle", request)
            request.session.flush()
            return _to_sign_in(request)
        if SEEN not in request.session or (rested >= SEEN_EVERY_SECONDS and not _only_watches(request)):
            request.session[SEEN] = now
            remember_client(request, now)
        return self.respond(request)


def _only_watches(request: HttpRequest) -> bool:
    """Whether a page asks by itself for what is new: a board nobody sits at must not keep its session open."""
    return request.headers.get("Accept") == "text/event-stream" or "watching" in request.GET


def rest_left(request: HttpRequest) -> int:
    """Seconds until the session of who asks is over, if nobody does anything."""
    now = int(timezone.now().timestamp())
    allowed = allowed_rest(request.user) if isinstance(request.user, User) else 0
    return max(0, allowed - (now - int(request.session.get(SEEN, now))))


def allowed_rest(user: User) -> int:
    """Seconds a session may rest: the installation's limit, or the stricter one of the roles held."""
    from django.conf import settings

    return 60 * min(settings.IDLE_MINUTES, rules.idle_minutes(queries.grants(user)))


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return _to(request, reverse("account_login"))
    return redirect_to_login(request.get_full_path(), reverse("account_login"))


def _to(request: HttpRequest, url: str) -> HttpResponseBase:
    # A part of a page cannot be redirected: htmx is told to load the whole page instead.
    if request.headers.get("HX-Request"):
        return HttpResponse(status=200, headers={"HX-Redirect": url})
    return redirect(url)
