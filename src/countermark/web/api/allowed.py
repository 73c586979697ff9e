"""Who may use an operation: a bearer token with the scope, or somebody signed in (for trying things on the docs page)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from countermark.accounts import queries, security_log, services
from countermark.accounts.models import User
from countermark.web.api.problems import Problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Countermark"'}


class Token(HttpBearer):
    """Lets in whoever holds all of `permissions` (with `any_of`, one of them); `request.auth` is then the person."""

    def __init__(self, *permissions: str, any_of: bool = False) -> None:
        super().__init__()
        self.permissions, self.any_of = permissions, any_of

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
        self._require(request, [one for one in self.permissions if not services.token_may(token, one)])
        return token.user

    def _signed_in(self, request: HttpRequest) -> User:
        if not isinstance(request.user, User):
            raise Problem(401, "send Authorization: Bearer <token>", headers=CHALLENGE)
        if check_csrf(request) is not None:
            raise Problem(403, "a request of a signed-in person needs the form secret (X-CSRFToken)")
        user, stays_out = request.user, request.user.must_change_password
        self._require(request, [one for one in self.permissions if stays_out or not queries.may(user, one)])
        return user

    def _require(self, request: HttpRequest, lacking: Sequence[str]) -> None:
        if not lacking or (self.any_of and len(lacking) < len(self.permissions)):
            return
        wanted = " or ".join(self.permissions) if self.any_of else lacking[0]
        security_log.note("refused", request, permission=wanted)
        raise Problem(403, f"this needs the permission {wanted}")


def person(request: HttpRequest) -> User:
    """Who asks."""
    user: User = request.auth  # type: ignore[attr-defined]
    return user
