"""What the pages of the fund share: who looks, what of it they may see, amounts and states as cells, and steps with one form."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.cooperation.fund import queries
from countermark.cooperation.fund.queries import Reader
from countermark.cooperation.fund.rules import money
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Page, asked, viewer
from countermark.register.views.common import GET_OR_POST

__all__ = [
    "FUND", "GATE", "GET_OR_POST", "VIEW", "WRITE", "amount", "button", "known", "look", "missing", "page", "speaks", "state", "stepped", "to",
]  # fmt: skip

VIEW, WRITE, GATE, FUND = "aid.view", "aid.write", "aid.gate", "aid.fund"


def look(request: HttpRequest) -> Reader:
    """Who looks."""
    return queries.reader(viewer(request))


def speaks(request: HttpRequest) -> str:
    """Whom who looks speaks for."""
    return viewer(request).actor


def missing() -> Http404:
    """The same for *not yours* and *absent*."""
    return Http404(_("There is no such record among those you may see."))


def known(request: HttpRequest, kind: str, key: str) -> Subject:
    """A subject of the fund somebody may see; the same 404 for *not yours* and *absent*."""
    found = queries.find(look(request), kind, key)
    if found is None:
        raise missing()
    return found


def amount(minor: int, currency: str) -> Cell:
    """An amount in a column of amounts."""
    return Cell(money.shown(minor, currency), amount=True)


def state(found: Subject) -> Cell:
    """The state of a subject in words."""
    return Cell(aid_word(found.state, "fund_state"))


def to(name: str, *args: str) -> str:
    """The address of a page of the fund."""
    return reverse(f"cooperation:{name}", args=args)


def page(title: str, above: tuple[str, str] | None = None, **more: Any) -> Page:
    """A page of the fund; it stands below the fund's first page where nothing else is named."""
    return Page(title, "fund", above=above or (to("fund"), _("Trust fund")), **more)


def button(label: str, name: str, *args: str, main: bool = False) -> Action:
    """A way to a step."""
    return Action(label, to(name, *args), main=main)


def stepped(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    label: str,
    back: tuple[str, str],
    tables: Sequence[Any] = (),
    note: str = "",
) -> HttpResponse:
    """A form that does one thing and leads back to where it came from."""

    def done(said: dict[str, Any]) -> str:
        do(said)
        return back[0]

    return asked(request, form, done, page(title, back, tables=tables, note=note), label)
