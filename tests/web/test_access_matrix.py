"""Who reaches what: role x place x URL. A URL without a row here fails, and so does a row without a URL.

A row names the roles that reach a page when they hold for the whole State. Held at one place, a role reaches the same
pages but those that concern the whole State. Everybody else is refused: 403 when signed in, the sign-in page otherwise.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from countermark.accounts import rules, services
from countermark.accounts.access import OWN_AUTHENTICATION
from countermark.accounts.models import User
from countermark.ledger.services import Actor
from countermark.register import services as register
from countermark.register.models import Link
from countermark.web import errors
from tests.web import other_rooms

EVERYBODY = frozenset({"anonymous", "nobody", *rules.ROLES})
SIGNED_IN = EVERYBODY - {"anonymous"}
CHIEF = Actor("chief")
PLACE = "North depot"


@dataclass(frozen=True)
class Row:
    """`reached_by` are roles, or `anonymous`, or `nobody` (signed in without a role); `national` pages need no place."""

    reached_by: frozenset[str]
    method: str = "get"
    kwargs: tuple[tuple[str, Any], ...] = ()
    national: bool = False


def national(*roles: str, method: str = "get", **kwargs: Any) -> Row:
    """A page that concerns the whole State."""
    return Row(frozenset(roles), method, tuple(kwargs.items()), national=True)


SOMEBODY = {"username": "somebody"}
SOMETHING = uuid.UUID(int=7)

TABLE: dict[str, Row] = {
    "home": Row(SIGNED_IN),
    "find": Row(SIGNED_IN),
    "keys": Row(EVERYBODY),
    "theme": Row(EVERYBODY, "post"),
    "set_language": Row(EVERYBODY, "post"),
    "healthz": Row(EVERYBODY),
    "cooperation:feed": Row(EVERYBODY, kwargs=(("secret", "nobodys"),)),
    "tracing:messages": Row(EVERYBODY, "post"),
    "tracing:blind_exchange": Row(EVERYBODY, "post"),
    "ledger:replica": Row(EVERYBODY, "post", (("operation", "heads"),)),
    "account_login": Row(EVERYBODY),
    "account_logout": Row(EVERYBODY),
    "account_inactive": Row(EVERYBODY),
    "account_reauthenticate": Row(SIGNED_IN),
    "account_change_password": Row(SIGNED_IN),
    "mfa_index": Row(SIGNED_IN),
    "mfa_reauthenticate": Row(SIGNED_IN),
    "mfa_login_webauthn": Row(EVERYBODY),
    "mfa_activate_totp": Row(SIGNED_IN),
    "mfa_deactivate_totp": Row(SIGNED_IN),
    "mfa_view_recovery_codes": Row(SIGNED_IN),
    "mfa_generate_recovery_codes": Row(SIGNED_IN),
    "mfa_download_recovery_codes": Row(SIGNED_IN),
    "mfa_list_webauthn": Row(SIGNED_IN),
    "mfa_add_webauthn": Row(SIGNED_IN),
    "mfa_reauthenticate_webauthn": Row(SIGNED_IN),
    "mfa_remove_webauthn": Row(SIGNED_IN, kwargs=(("pk", 1),)),
    "mfa_edit_webauthn": Row(SIGNED_IN, kwargs=(("pk", 1),)),
    # Reached in the middle of signing in; at any other time it sends everybody back to the start.
    "mfa_authenticate": Row(SIGNED_IN),
    "accounts:users": national("auditor", "admin"),
    "accounts:user": national("auditor", "admin", **SOMEBODY),
    "accounts:user_add": national("admin"),
    "accounts:user_rename": national("admin", method="post", **SOMEBODY),
    "accounts:user_reset": national("admin", method="post", **SOMEBODY),
    "accounts:user_disable": national("admin", method="post", **SOMEBODY),
    "accounts:user_enable": national("admin", method="post", **SOMEBODY),
    "accounts:user_sessions_end": national("admin", method="post", **SOMEBODY),
    "accounts:sessions": Row(SIGNED_IN),
    "accounts:sessions_end": Row(SIGNED_IN, "post"),
    "accounts:role_grant": national("admin", method="post", **SOMEBODY),
    "accounts:role_withdraw": national("admin", method="post", held=SOMETHING),
    "accounts:places": national("admin"),
    "accounts:tokens": Row(SIGNED_IN),
    "accounts:token_withdraw": Row(SIGNED_IN, "post", (("token", SOMETHING),)),
}
for _pages, _national in ((other_rooms.PAGES, False), (other_rooms.NATIONAL, True)):
    for _name, _page in _pages.items():
        TABLE[_name] = Row(frozenset(_page.roles), _page.method, tuple((_page.kwargs or {}).items()), _national)


def url_names(resolver: URLResolver | None = None, prefix: str = "") -> set[str]:
    """The names of all URLs of our own and of libraries, without those that check tokens themselves."""
    names: set[str] = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            names.add(f"{prefix}{pattern.name}")
            continue
        namespace = pattern.namespace
        if namespace and namespace.split("-")[0] in OWN_AUTHENTICATION:
            continue
        names |= url_names(pattern, f"{prefix}{namespace}:" if namespace else prefix)
    return names


def outcome(response: HttpResponseBase) -> str:
    """`sign in`, `refused` or `reached` (found or not, done or not, but let through)."""
    if response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/?next="):
        return "sign in"
    return "refused" if response.status_code == 403 else "reached"


def expected(row: Row, role: str, *, placed: bool) -> str:
    if role not in row.reached_by or (placed and row.national):
        return "sign in" if role == "anonymous" else "refused"
    return "reached"


def visit(client: Client, name: str, row: Row) -> HttpResponseBase:
    url = reverse(name, kwargs=dict(row.kwargs))
    response: HttpResponseBase = getattr(client, row.method)(url)
    return response


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert url_names() == set(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("placed", [False, True], ids=["national", "at a place"])
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_reaches_its_pages_and_no_others(
    client: Client, role: str, placed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, role, placed=placed)
    refused = [name for name, row in TABLE.items() if expected(row, role, placed=placed) == "refused"]
    for name in refused[:1]:
        page = visit(client, name, TABLE[name])
        assert isinstance(page, HttpResponse)
        assert "<html" in page.content.decode()
    # One refusal is written out as it is seen; to write out the thousands of others is most of what they cost.
    monkeypatch.setattr(errors, "_page", only_the_status)

    found, wanted = {}, {}
    for name, row in TABLE.items():
        if name == "account_logout":
            continue
        if name == "mfa_authenticate" and role == "anonymous":
            continue
        found[name] = outcome(visit(client, name, row))
        wanted[name] = expected(row, role, placed=placed)
    assert found == wanted


ONE_WEAPON = sorted(
    n for n, page in other_rooms.PAGES.items() if page.method == "get" and "weapon_id" in (page.kwargs or {})
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ONE_WEAPON)
def test_a_weapon_is_there_for_its_place_and_absent_for_another(client: Client, name: str) -> None:
    page = other_rooms.PAGES[name]
    weapon = weapon_at(PLACE)
    services.add_place("South depot", by=CHIEF)
    role = min(page.roles)
    kwargs = {**(page.kwargs or {}), "weapon_id": weapon}
    if "position" in kwargs:
        kwargs["position"] = Link.objects.filter(weapon_id=weapon).order_by("position")[0].position

    found = {}
    for person, place in (("alice", PLACE), ("bob", "South depot")):
        services.add_user(person, [role], place, "x", by=CHIEF)
        client.force_login(User.objects.get(username=person))
        found[person] = client.get(reverse(name, kwargs=kwargs)).status_code
    assert found == {"alice": 200, "bob": 404}


def weapon_at(place: str) -> str:
    """A weapon that stands at a place. Returns its id."""
    services.add_place(place, by=CHIEF)
    marks = [{"component": "frame", "mark": "AB 1234"}]
    weapon = register.add_weapon("R-77", {"kind": "revolver", "maker": "Rossi"}, marks, by=CHIEF).weapon_id
    register.add_event(weapon, {"event": "move", "date": "2001-02-03", "place": place}, by=CHIEF)
    return weapon


@pytest.mark.django_db
def test_nobody_gets_a_server_error_from_a_page_they_reach(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    services.add_user("all", sorted(rules.ROLES), password="x", by=CHIEF)
    client.force_login(User.objects.get(username="all"))
    assert "<html" in client.get("/nowhere/").content.decode()
    monkeypatch.setattr(errors, "_page", only_the_status)  # that nothing is there is written out once

    broken = {name: r.status_code for name, row in TABLE.items() if (r := visit(client, name, row)).status_code >= 500}
    assert broken == {}


def only_the_status(_request: HttpRequest, status: int, *_said: object, **_more: object) -> HttpResponse:
    return HttpResponse(status=status)


def sign_in_as(client: Client, role: str, *, placed: bool) -> None:
    if placed:
        services.add_place(PLACE, by=CHIEF)
    if role != "anonymous":
        roles = [] if role == "nobody" else [role]
        services.add_user("somebody", roles, PLACE if placed else None, "x", by=CHIEF)
        client.force_login(User.objects.get(username="somebody"))
