"""What somebody asked for and a second person decides, as who asked sees it: their own and nobody else's, whatever they may do by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import SIGNED_IN, requires
from countermark.accounts.models import User
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import acts, forms, proposals, queries
from countermark.stockpile import asked as record
from countermark.stockpile.proposals import Proposal
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import asked as asked_page
from countermark.stockpile.views import pages
from countermark.stockpile.views.pages import Action, Cell, Table, asked, shown

NAMED = 3
"""How many of those who may decide are named."""


@dataclass(frozen=True)
class Page(pages.Page):
    """A page for who asked: they need not see the stockpile."""

    @property
    def tabs(self) -> str:
        """None."""
        return "stockpile/own/tabs.html"

    @property
    def crumbs(self) -> str:
        """The way back to what one asked for."""
        return "stockpile/own/crumbs.html"


@requires(SIGNED_IN)
@require_GET
def own_list(request: HttpRequest) -> HttpResponse:
    """What one asked for oneself, the newest first: what, of which weapon, why, when, and what became of it."""
    found = queries.own_proposals(me(request))
    values = [(one, one.of(Proposal)) for one in found]
    names = side_texts([urn for _one, value in values for urn in _texts(value)])
    serials = _serials(me(request), [value for _one, value in values])
    # Of one act at the same places the same may decide: they are looked for once.
    waiting = {
        (value.act, proposals.places_of(one)): one for one, value in values if proposals.standing(one) == "pending"
    }
    may = {at: proposals.deciders(one) for at, one in waiting.items()}
    rows = [
        (
            Cell(_title(value), reverse("stockpile:own", args=[one.key])),
            Cell(serials.get(str(value.command.get("weapon", "")), ""), exact=True),
            Cell(_why(value, names)),
            Cell(when(one.since)),
            Cell(stock_word(proposals.standing(one), "proposal_state"), tone=_tone(one)),
            Cell(_who(one, names, may.get((value.act, proposals.places_of(one)), []))),
            Cell(told(value.answer_code, "declined", names.get(value.answer, ""))),
        )
        for one, value in values
    ]
    headers = [_("Asked for"), _("Weapon"), _("Why"), _("When"), _("Status"), _("Decides or decided"), _("Reason")]
    empty = _(
        "You have asked for nothing. What would take a weapon out of the hands of a store waits for somebody who commands there: you follow it here, and take it back while it waits."
    )
    return shown(request, Page(_("What I asked for"), "own", tables=[Table(_("Asked for"), headers, rows, empty)]))


@requires(SIGNED_IN)
@require_GET
def own_one(request: HttpRequest, key: str) -> HttpResponse:
    """One thing one asked for: what is asked, who decides, and what became of it."""
    known = _own_or_404(request, key)
    value, standing = known.of(Proposal), proposals.standing(known)
    names = side_texts(_texts(value))
    answer = told(value.answer_code, "declined", names.get(value.answer, ""))
    why = _why(value, names)
    facts = [
        (_("Asked for"), Cell(_title(value))),
        *([(_("Why"), Cell(why))] if why else []),
        (_("When"), Cell(when(known.since))),
        (_("Status"), Cell(stock_word(standing, "proposal_state"), tone=_tone(known))),
        *(
            [(_("Who may decide"), Cell(_who(known, names, proposals.deciders(known))))]
            if standing == "pending"
            else _decided(known, names)
        ),
        *([(_("Reason"), Cell(answer))] if answer else []),
    ]
    actions, tables = [], []
    if standing == "pending":
        actions.append(Action(_("Take it back"), reverse("stockpile:own_take_back", args=[key]), main=True))
    if value.act == record.ACT:
        shown_names = asked_page.names(request, known)
        tables = asked_page.tables(value.command, shown_names, asked_page.listed(request, known))
        if shown_names.hidden and asked_page.may_open(request, known):
            actions.append(Action(_("Show names"), reverse("stockpile:own_names", args=[key])))
    page = Page(_title(value), "own", facts=facts, tables=tables, actions=actions, above=_above())
    return shown(request, page)


@requires(SIGNED_IN)
@GET_OR_POST
def own_take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Takes back what one asked for, while nobody has decided."""
    known = _own_or_404(request, key)
    here = reverse("stockpile:own", args=[key])

    def do(_said: dict[str, Any]) -> str:
        proposals.take_back(key, by=actor(request))
        messages.success(request, _("It is taken back: nothing is changed."))
        return here

    page = Page(_("Take it back"), "own", above=(here, _title(known.of(Proposal))))
    return asked(request, forms.Nothing(posted(request)), do, page, _("Take it back"))


@requires("person.view")
@GET_OR_POST
def own_names(request: HttpRequest, key: str) -> HttpResponse:
    """Opens the names in what one asked for, with a reason."""
    known = _own_or_404(request, key)
    if known.of(Proposal).act != record.ACT:
        raise Http404(_("There is no such record among those you may see."))
    above = (reverse("stockpile:own", args=[key]), _title(known.of(Proposal)))
    return asked_page.open_names(request, known, Page(_("Show names"), "own", above=above))


def _own_or_404(request: HttpRequest, key: str) -> Subject:
    """What one asked for oneself; the same 404 for somebody else's and for none."""
    found = acts.subject("proposal", key)
    if found is None or found.of(Proposal).by != me(request).person:
        raise Http404(_("There is no such record among those you may see."))
    return found


def _above() -> tuple[str, str]:
    return reverse("stockpile:own_list"), _("What I asked for")


def _title(value: Proposal) -> str:
    return asked_page.asked_for(value.command) if value.act == record.ACT else stock_word(value.act, "proposal")


def _texts(value: Proposal) -> list[str]:
    """The ids of what is told of a proposal."""
    return [value.decided_by, value.answer, value.reason, asked_page.words_of(value.command)]


def _why(value: Proposal, names: dict[str, str]) -> str:
    if value.act == record.ACT:
        return asked_page.reason(value.command, names)
    return told(value.reason_code, "write_off", names.get(value.reason, ""))


def _tone(known: Subject) -> str:
    return {"pending": "alarm", "approved": "good"}.get(proposals.standing(known), "")


def _who(known: Subject, names: dict[str, str], may: Sequence[User] = ()) -> str:
    """Who decided; of what waits, those nearest who `may`."""
    if proposals.standing(known) != "pending":
        return names.get(known.of(Proposal).decided_by, "")
    found = [str(user) for user in may]
    more = _("and %(n)d more") % {"n": len(found) - NAMED} if len(found) > NAMED else ""
    return ", ".join([*found[:NAMED], *([more] if more else [])]) or _("nobody here yet")


def _decided(known: Subject, names: dict[str, str]) -> list[tuple[str, Cell]]:
    return [(_("Decided by"), Cell(_who(known, names))), (_("Decided"), Cell(when(known.time)))]


def _serials(user: User, values: Sequence[Proposal]) -> dict[str, str]:
    """The control marks of the weapons of changes of their records, as far as somebody may see these now."""
    wanted = {str(value.command["weapon"]) for value in values if value.act == record.ACT}
    return {str(one.pk): one.serial or one.ref for one in asked_page.visible(user, wanted)}
