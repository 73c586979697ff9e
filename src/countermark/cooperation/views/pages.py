"""The pages of this room (`register/views/pages.py`), and which of its subjects somebody may see."""

from dataclasses import dataclass
from typing import ClassVar

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from countermark.cooperation import queries
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
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
    "form_page",
    "known",
    "listed",
    "once",
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
