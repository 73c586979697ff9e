"""Who may use an operation: a bearer token with the scope, or somebody signed in (for trying things on the docs page)."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from countermark.accounts import queries, security_log, services
from countermark.accounts.models import User
from countermark.web.api.problems import Problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Countermark"'}


class Token(HttpBearer):
    """Lets in whoever holds all of `permissions`; `request.auth` is then the person."""

    def __init__(self, *permissions: str) -> None:
        super().__init__()
        self.permissions = permissions

    def __call__(self, request: HttpRequest) -> User:
        header = request.headers.get("Authorization", "")
        return self._with_token(request, header) if header else self._signed_in(request)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not called: `__call__` says precisely what is wrong."""

    def _with_token(self, request: HttpRequest, header: str) -> User:
        scheme, _, text = header.partition(" ")
        token = services.use_token(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            security_log.note("token_refused", request)
            raise Problem(401, "the token is unknown, expired or withdrawn", headers=CHALLENGE)
        for permission in self.permissions:
            if not services.token_may(token, permission):
                raise self._forbidden(request, permission)
        return token.user

    def _signed_in(self, request: HttpRequest) -> User:
        if not isinstance(request.user, User):
            raise Problem(401, "send Authorization: Bearer <token>", headers=CHALLENGE)
        if check_csrf(request) is not None:
            raise Problem(403, "a request of a signed-in person needs the form secret (X-CSRFToken)")
        for permission in self.permissions:
            if request.user.must_change_password or not queries.may(request.user, permission):
                raise self._forbidden(request, permission)
        return request.user

    def _forbidden(self, request: HttpRequest, permission: str) -> Problem:
        security_log.note("refused", request, permission=permission)
        return Problem(403, f"this needs the permission {permission}")


def person(request: HttpRequest) -> User:
    """Who asks."""
    user: User = request.auth  # type: ignore[attr-defined]
    return user
