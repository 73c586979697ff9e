"""The pages of this room (`register/views/pages.py`), and which of its subjects somebody may see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from countermark.cooperation import queries
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.register.views import pages
from countermark.register.views.common import me
from countermark.register.views.pages import Action, Cell, Picture, Table, asked, form_page, listed, once, shown

__all__ = [
    "Action",
    "Cell",
    "Page",
    "Picture",
    "Table",
    "asked",
    "beside",
    "beside_every",
    "form_page",
    "known",
    "listed",
    "once",
    "own",
    "seated",
    "shared_with",
    "shown",
    "viewer",
]


@dataclass(frozen=True)
class Page(pages.Page):
    """A page of cooperation."""

    room: ClassVar[str] = "cooperation"
    # What is listed is what one may see: whoever sees it may take it along, and an act says so.
    taking: ClassVar[str] = "aid.view"


def viewer(request: HttpRequest) -> Viewer:
    """Whom who looks speaks for."""
    return queries.viewer(me(request))


def known(request: HttpRequest, kind: str, key: str) -> Subject:
    """A subject somebody may see; the same 404 for *not yours* and *absent*."""
    found = queries.known(viewer(request), kind, key)
    if found is None:
        raise Http404(_("There is no such record among those you may see."))
    return found


def own(request: HttpRequest, kind: str, key: str) -> Subject:
    """A subject of the actor one speaks for. 404 for one that may not be seen, 403 for one that is another's."""
    found = known(request, kind, key)
    if not viewer(request).may_change(found):
        raise PermissionDenied(_("This is another actor's: it alone changes it."))
    return found


def seated(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Asks who speaks for nobody to get a seat first: what they state would be nobody's."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if viewer(request).actor:
            return view(request, *args, **named)
        note = _("You speak for no actor: who keeps the list of actors gives you a seat.")
        page = shown(request, Page(_("A seat is needed"), "home", note=note))
        page.status_code = NO_SEAT
        return page

    return answer


NO_SEAT = 409


def shared_with(
    who: Viewer, found: Subject, visibility: str, partners: Iterable[str], names: dict[str, str]
) -> list[tuple[str, Cell]]:
    """Who sees a record. With whom else it is shared its owner alone is told."""
    facts = [(_("Who sees it"), Cell(aid_word(visibility, "visibility")))]
    if visibility == "partners" and (who.all or who.may_change(found)):
        facts.append((_("Shared with"), Cell(", ".join(names.get(one, one) for one in partners))))
    return facts


Beside = Callable[[Viewer, Subject], Sequence[Table]]
_BESIDE: dict[str, list[Beside]] = {}


def beside_every(kind: str, tables: Beside) -> None:
    """Lets another capability put lists on the page of every subject of a kind: only what the viewer may see."""
    _BESIDE.setdefault(kind, []).append(tables)


def beside(who: Viewer, found: Subject) -> list[Table]:
    """What other capabilities show beside a subject."""
    return [table for one in _BESIDE.get(found.kind, ()) for table in one(who, found) if table.rows]
