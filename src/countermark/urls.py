"""Every URL of the house. A room with pages has a `urls.py`, one with an API an `api.py`; both are found here by name."""

from importlib.util import find_spec

from allauth.account import views as account
from allauth.mfa import urls as mfa
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from countermark.web import errors, views
from countermark.web.api import api

ROOMS = ("tracing", "register", "marking", "stockpile", "cooperation", "ledger")


def _rooms() -> list[URLPattern | URLResolver]:
    return [path("", include(f"countermark.{room}.urls")) for room in ROOMS if find_spec(f"countermark.{room}.urls")]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("find/", views.find, name="find"),
    path("keys/", views.keys, name="keys"),
    path("theme/", views.theme, name="theme"),
    path("language/", set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/2fa/", include(mfa)),
    path("accounts/", include("countermark.accounts.urls")),
    *_rooms(),
    path("api/", api.urls),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
