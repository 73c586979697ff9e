"""The first page of the room: for whom one speaks, what is asked for, what is offered, what waits, and the first step where there is nothing yet."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, finding, queries, waiting
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.views.pages import Action, Cell, Page, Table, shown, viewer
from countermark.register.views.common import me


@requires("aid.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Figures of what one may see, what waits, and what to do first."""
    who = viewer(request)
    open_needs, open_offers = (queries.visible_rows(who, kind, state="open").count() for kind in ("need", "offer"))
    name = actors.names([who.actor]).get(who.actor, "")
    facts = [
        (_("You speak for"), _speaks_for(who, name)),
        (_("Open needs you may see"), Cell(f"{open_needs:,}", f"{reverse('cooperation:needs')}?state=open")),
        (_("Open offers you may see"), Cell(f"{open_offers:,}", f"{reverse('cooperation:offers')}?state=open")),
    ]
    lines = [
        [Cell(one.text, one.url, tone="alarm" if one.alarming else ""), Cell(one.due, exact=True)]
        for one in waiting.waiting(who)
    ]
    none = _("Nothing waits for you.")
    tables = [Table(_("What waits"), [_("What"), _("Until")], lines, none, id="waits"), *_theirs(who)]
    page = Page(
        _("Cooperation"), "home", facts=facts, tables=tables, actions=_actions(request, who), note=_first(request)
    )
    return shown(request, page)


def _speaks_for(who: Viewer, name: str) -> Cell:
    if not who.actor:
        return Cell(_("nobody: ask the assistance coordinator for a seat"))
    url = reverse("cooperation:actor", args=[who.actor]) if acts.subject("actor", who.actor) else ""
    return Cell(name or who.actor, url)


SHOWN = 10


def _theirs(who: Viewer) -> list[Table]:
    """What is there for whom one speaks: to a State the offers it may ask for; to a donor or organisation the needs that fit what it offers."""
    found = acts.subject("actor", who.actor) if who.actor else None
    if found is None:
        return []
    day, names = queries.today(), actors.names()
    table = _offers_for if found.of(ActorFacts).kind == "state" else _needs_for
    return [table(who, day, names)]


def _offers_for(who: Viewer, day: str, names: dict[str, str]) -> Table:
    found = finding.offers_for(who, day)
    titles = finding.titles(found[:SHOWN])
    rows = [
        [
            Cell(titles[one.key], reverse("cooperation:offer", args=[one.key])),
            Cell(names.get(queries.owner(one), queries.owner(one))),
            Cell(money.shown(offer.budget, offer.currency), amount=True),
            Cell(offer.end, exact=True),
        ]
        for one, offer in found[:SHOWN]
    ]
    headers = [_("Title"), _("Of"), _("Budget"), _("Until")]
    title = _("Offers you may ask for (%(count)d)") % {"count": len(found)}
    return Table(title, headers, rows, _("None that you may see."), id="theirs")


def _needs_for(who: Viewer, day: str, names: dict[str, str]) -> Table:
    found = finding.needs_for(who, day)
    titles = finding.titles(found[:SHOWN])
    rows = [
        [
            Cell(titles[one.key], reverse("cooperation:need", args=[one.key])),
            Cell(names.get(queries.owner(one), queries.owner(one))),
            Cell(str(need.priority), amount=True),
            Cell(money.shown(need.amount, need.currency), amount=True),
            Cell(need.end, exact=True),
        ]
        for one, need in found[:SHOWN]
    ]
    headers = [_("Title"), _("Of"), _("Priority"), _("Asked for"), _("Until")]
    title = _("Needs that fit what you offer or where you work (%(count)d)") % {"count": len(found)}
    return Table(title, headers, rows, _("None that you may see."), id="theirs")


def _actions(request: HttpRequest, who: Viewer) -> list[Action]:
    if (
        not who.actor
        or not accounts.may(me(request), "aid.write")
        or not acts.rows("actor").filter(key=who.actor).exists()
    ):
        return []
    return [
        Action(_("State a need"), reverse("cooperation:need_add"), main=True),
        Action(_("Make an offer"), reverse("cooperation:offer_add")),
    ]


def _first(request: HttpRequest) -> str:
    """The first step where there is nothing yet."""
    if acts.rows("actor").filter(key=actors.own_state()).exists():
        return ""
    if accounts.may(me(request), "aid.host"):
        return _("Begin with your own State: enter it under Actors, then the donors and organisations you work with.")
    return _("This State is not entered among the actors yet: the assistance coordinator does that.")
