"""Pages about people. Grave acts ask for the password or passkey again when the last time was long ago."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from countermark.accounts import forms, queries, services, sessions
from countermark.accounts.access import SIGNED_IN, allowed_rest, requires
from countermark.accounts.models import ApiToken, User, UserRole
from countermark.accounts.services import AccountError
from countermark.ledger.services import Actor

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@requires("user.view")
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """Who may sign in, with their roles."""
    return render(request, "accounts/users.html", {"people": queries.people()})


@requires("user.manage")
@GET_OR_POST
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def add_user(request: HttpRequest) -> HttpResponse:
    """Adds somebody; shows the one-time password once."""
    form = forms.AddUser(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        place = data["place"].name if data["place"] else None
        try:
            password = services.add_user(
                data["username"], data["roles"], place, full_name=data["full_name"], by=_actor(request)
            )
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return _show_password(request, services.find_user(data["username"]), password)
    return render(request, "accounts/user_add.html", {"form": form})


@requires("user.view")
@require_GET
def user(request: HttpRequest, username: str) -> HttpResponse:
    """One person: roles now and before, second factor, what may be done."""
    return _person_page(request, _person(username), forms.GrantRole())


@requires("user.manage")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def rename_user(request: HttpRequest, username: str) -> HttpResponse:
    """Changes the full name."""
    person = _person(username)
    form = forms.Rename(request.POST)
    if form.is_valid():
        services.rename_user(person, form.cleaned_data["full_name"], by=_actor(request))
    return redirect("accounts:user", person.username)


@requires("user.manage")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def reset_user(request: HttpRequest, username: str) -> HttpResponse:
    """A one-time password for somebody who lost theirs."""
    person = _person(username)
    return _show_password(request, person, services.reset_user(person.username, by=_actor(request)))


@requires("user.manage")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def disable_user(request: HttpRequest, username: str) -> HttpResponse:
    """Ends somebody's access."""
    person = _person(username)
    done = _("%(name)s can no longer sign in.") % {"name": person}
    return _attempt(request, person, lambda: services.disable_user(person.username, by=_actor(request)), done)


@requires("user.manage")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def enable_user(request: HttpRequest, username: str) -> HttpResponse:
    """Gives access back."""
    person = _person(username)
    done = _("%(name)s can sign in again.") % {"name": person}
    return _attempt(request, person, lambda: services.enable_user(person.username, by=_actor(request)), done)


@requires("user.manage")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def grant_role(request: HttpRequest, username: str) -> HttpResponse:
    """Gives a role at a place, for good or for a time."""
    person = _person(username)
    form = forms.GrantRole(request.POST)
    if not form.is_valid():
        return _person_page(request, person, form)
    data = form.cleaned_data
    try:
        services.grant_role(person, data["role"], data["place"], data["until"], by=_actor(request))
    except AccountError as error:
        form.add_error(None, str(error))
        return _person_page(request, person, form)
    messages.success(request, _("The role was given."))
    return redirect("accounts:user", person.username)


@requires("user.manage")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def withdraw_role(request: HttpRequest, held: UUID) -> HttpResponse:
    """Takes a role away."""
    role = get_object_or_404(UserRole.objects.select_related("user"), pk=held, withdrawn=False)
    done = _("The role was withdrawn.")
    return _attempt(request, role.user, lambda: services.withdraw_role(role, by=_actor(request)), done)


@requires("user.manage")
@GET_OR_POST
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def places(request: HttpRequest) -> HttpResponse:
    """The places there are, and a form for one more."""
    form = forms.AddPlace(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, by = form.cleaned_data, _actor(request)
        try:
            owner = services.add_organisation(data["organisation"], by=by) if data["organisation"] else None
            services.add_place(data["name"], data["parent"], owner, by=by)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The place was added."))
            return redirect("accounts:places")
    return render(request, "accounts/places.html", {"form": form, "places": queries.place_tree()})


@requires(SIGNED_IN)
@GET_OR_POST
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own API tokens; a new one is shown once."""
    form = forms.IssueToken(request.POST or None)
    issued = ""
    me = _me(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        expires = timezone.now() + timedelta(days=data["days"])
        try:
            issued = services.issue_token(me, data["name"], data["scopes"], expires, by=_actor(request))
            form = forms.IssueToken()
        except AccountError as error:
            form.add_error(None, str(error))
    held = queries.tokens_of(me)
    return render(request, "accounts/tokens.html", {"form": form, "issued": issued, "tokens": held})


@requires(SIGNED_IN)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def withdraw_token(request: HttpRequest, token: UUID) -> HttpResponse:
    """Ends one of one's own tokens."""
    mine = get_object_or_404(ApiToken, pk=token, user=_me(request), withdrawn=False)
    services.withdraw_token(mine, by=_actor(request))
    messages.success(request, _("The token was withdrawn."))
    return redirect("accounts:tokens")


@requires(SIGNED_IN)
@require_GET
def sessions_page(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    me = _me(request)
    found = sessions.open_sessions(me, allowed_rest(me), request.session.session_key or "")
    return render(request, "accounts/sessions.html", {"sessions": found})


@requires(SIGNED_IN)
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Ends one of one's own other sessions, or all of them."""
    me, here = _me(request), request.session.session_key or ""
    handle = request.POST.get("session", "")
    others = {one.handle for one in sessions.open_sessions(me, allowed_rest(me), here) if not one.current}
    # The one that asks is ended by signing out.
    ended = (
        sessions.end(me, allowed_rest(me), by=_actor(request), handle=handle, keep=here)
        if not handle or handle in others
        else 0
    )
    _say_ended(request, ended)
    return redirect("accounts:sessions")


@requires("user.manage")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def end_user_sessions(request: HttpRequest, username: str) -> HttpResponse:
    """Ends every session of somebody, who may sign in again."""
    person = _person(username)
    keep = request.session.session_key or ""
    _say_ended(request, sessions.end(person, allowed_rest(person), by=_actor(request), keep=keep))
    return redirect("accounts:user", person.username)


def _say_ended(request: HttpRequest, ended: int) -> None:
    text = ngettext("%(n)d session was ended.", "%(n)d sessions were ended.", ended) % {"n": ended}
    messages.success(request, text)


def _attempt(request: HttpRequest, person: User, act: Callable[[], None], done: str) -> HttpResponse:
    try:
        act()
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("accounts:user", person.username)


def _person_page(request: HttpRequest, person: User, form: forms.GrantRole) -> HttpResponse:
    context = {
        "person": person,
        "form": form,
        "rename": forms.Rename(initial={"full_name": person.full_name}),
        "roles": queries.roles_of(person),
        "factors": queries.second_factors(person),
        "sessions": len(sessions.open_sessions(person, allowed_rest(person))),
    }
    return render(request, "accounts/user.html", context, status=422 if form.errors else 200)


def _show_password(request: HttpRequest, person: User, password: str) -> HttpResponse:
    return render(request, "accounts/one_time_password.html", {"person": person, "password": password})


def _person(username: str) -> User:
    return get_object_or_404(User, username=username)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the access middleware let nobody else in
    return request.user


def _actor(request: HttpRequest) -> Actor:
    return services.actor(_me(request))
