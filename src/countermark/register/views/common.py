"""What the pages of this room share: who acts, which record may be seen, how names are shown."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countermark.accounts.models import User
from countermark.accounts.services import actor as actor_of
from countermark.ledger.services import Actor
from countermark.register import words
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.queries import records, scope
from countermark.register.queries.records import Record

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
REFUSED = 422
"""The status of a page that shows a form again with what was wrong in it."""


def me(request: HttpRequest) -> User:
    """The person signed in."""
    assert isinstance(request.user, User)  # noqa: S101 -- the access middleware let nobody else in
    return request.user


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, or None where a page is only looked at: an empty form that was sent is a form to be judged."""
    return request.POST if request.method == "POST" else None


def actor(request: HttpRequest) -> Actor:
    """Who records."""
    return actor_of(me(request))


def record_or_404(request: HttpRequest, weapon_id: Any, permission: str = "weapon.view") -> Record:
    """The record where the person holds the permission; the same 404 for *not yours* and *absent*."""
    found = records.record(str(weapon_id))
    if found is None or not scope.of(me(request), permission).sees(found.state):
        raise Http404(_("There is no such weapon among those you may see."))
    return found


@dataclass(frozen=True)
class Name:
    """A party, place or document as shown: its text, or that it is `hidden` (personal) or `erased`."""

    text: str = ""
    hidden: bool = False
    erased: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.hidden or self.erased)


def named(urn: str, names: dict[str, str], shown: dict[str, str]) -> Name:
    """How an opaque id is shown: `names` are all texts there are, `shown` those the reader may see."""
    if not urn:
        return Name()
    if urn in shown:
        return Name(shown[urn])
    return Name(hidden=True) if urn in names else Name(erased=True)


def changed_query(query: QueryDict, **changes: Any) -> str:
    """A query string with some parameters changed; None takes one out."""
    copy = query.copy()
    for key, value in changes.items():
        copy.pop(key, None)
        if value is not None:
            copy[key] = value
    return f"?{copy.urlencode()}"


def sentence(error: RowError) -> str:
    """What was expected, as a sentence that names the field."""
    column = _(words.COLUMNS[error.column]) if error.column in words.COLUMNS else ""
    expected = error.expected.told(_)
    if error.code != "not_allowed":
        expected = _("expected %(expected)s") % {"expected": expected}
    return f"{column}: {expected}" if column else expected[:1].upper() + expected[1:]


def say_refused(request: HttpRequest, refused: Refused) -> None:
    """Shows why something was refused on the next page."""
    for error in refused.errors:
        messages.error(request, sentence(error))
