"""Offers on pages: the donor resource database, one offer with what is left of it, and the form that makes it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, finding, offers, queries
from countermark.cooperation.needforms import NarrowOffers, OfferForm, StateForm
from countermark.cooperation.offers import Offer
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.editing import Edited, restated
from countermark.cooperation.views.needs import SHOWN, WRITE, cut, standing
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    beside,
    known,
    listed,
    once,
    own,
    seated,
    shared_with,
    shown,
    viewer,
)
from countermark.register.views.common import GET_OR_POST, actor, me, posted


@requires("aid.view")
@GET_OR_POST
def offer_list(request: HttpRequest) -> HttpResponseBase:
    """The offers somebody may see, narrowed as they ask, each with what is left of it."""
    form = NarrowOffers(request.GET or None)
    who, sought = viewer(request), form.sought() if form.is_bound else finding.Sought()
    taken = finding.offers(who, sought, None if request.method == "POST" else SHOWN)
    count = len(taken) if len(taken) < SHOWN else finding.count(who, "offer", sought)
    titles, names = finding.titles(taken), actors.names()
    left = offers.left([one for one, _offer in taken])
    headers = [
        _("Title"), _("Of"), _("Kinds"), _("Themes"), _("Regions"), _("Budget"), _("Left"), _("From"), _("Until"), _("Status"),
    ]  # fmt: skip
    rows = [_line(one, offer, titles, names, left.get(one.key)) for one, offer in taken]
    none = _("There are none you may see.") if not request.GET else _("None fits what you look for.")
    table = Table(_("Offers"), headers, rows, none)
    return listed(
        request,
        Page(_("Offers"), "offers", tables=[table], actions=_of_list(request), filter=form, note=cut(count)),
    )


def _of_list(request: HttpRequest) -> list[Action]:
    if not accounts.may(me(request), WRITE) or not viewer(request).actor:
        return []
    return [
        Action(_("Make an offer"), reverse("cooperation:offer_add"), main=True),
        Action(_("From a spreadsheet"), reverse("cooperation:sheet", args=["offers"])),
    ]


def _line(one: Subject, offer: Offer, titles: dict[str, str], names: dict[str, str], left: int | None) -> list[Cell]:
    return [
        Cell(titles[one.key], reverse("cooperation:offer", args=[one.key])),
        Cell(names.get(queries.owner(one), queries.owner(one))),
        Cell(", ".join(aid_word(kind, "kind") for kind in offer.kinds) or _("any")),
        Cell(", ".join(aid_word(theme, "theme") for theme in offer.themes) or _("any")),
        Cell(", ".join(offer.regions) or _("any")),
        Cell(money.shown(offer.budget, offer.currency), amount=True),
        Cell(_("no data") if left is None else money.shown(left, offer.currency), amount=True),
        Cell(offer.begin, exact=True),
        Cell(offer.end, exact=True),
        Cell(aid_word(one.state, "offer_state")),
    ]


@requires("aid.view")
@require_GET
def offer_page(request: HttpRequest, key: str) -> HttpResponse:
    """One offer with everything it says."""
    found, who = known(request, "offer", key), viewer(request)
    offer, texts = found.of(Offer), acts.texts_of([found])
    names = actors.names()
    page = Page(
        texts.get(offer.title, key),
        "offers",
        facts=[*_facts(found, offer, texts, names), *shared_with(who, found, offer.visibility, offer.partners, names)],
        tables=beside(who, found),
        actions=_of_one(request, who, found),
        above=(reverse("cooperation:offers"), _("Offers")),
    )
    return shown(request, page)


def _facts(found: Subject, offer: Offer, texts: dict[str, str], names: dict[str, str]) -> list[tuple[str, Cell]]:
    owner, left = queries.owner(found), offers.left([found]).get(found.key)
    facts = [
        (_("Of"), Cell(names.get(owner, owner), reverse("cooperation:actor", args=[owner]))),
        (_("Status"), Cell(aid_word(found.state, "offer_state"))),
        (_("Kinds of help"), Cell(", ".join(aid_word(kind, "kind") for kind in offer.kinds) or _("any"))),
        (_("Budget"), Cell(money.shown(offer.budget, offer.currency))),
        (_("Left of it"), Cell(_("no data") if left is None else money.shown(left, offer.currency))),
        (_("At most for one project"), Cell(money.shown(offer.ceiling, offer.currency) if offer.ceiling else "")),
        (_("Share others must bring"), Cell(f"{offer.co_funding}\u00a0%" if offer.co_funding else "")),
        (_("From"), Cell(offer.begin, exact=True)),
        (_("Until"), Cell(offer.end, exact=True)),
        (_("Themes"), Cell(", ".join(aid_word(theme, "theme") for theme in offer.themes) or _("any"))),
        (_("Regions and countries"), Cell(", ".join(offer.regions) or _("any"))),
        (_("Who may ask"), Cell(", ".join(names.get(one, one) for one in offer.eligible) or _("everybody"))),
        (_("Languages"), Cell(", ".join(offer.languages), exact=True)),
        (_("What equipment given works with"), Cell("; ".join(texts.get(one, _("erased")) for one in offer.standards))),
        (_("Conditions"), Cell(texts.get(offer.conditions, ""))),
        (_("Rules of its facility"), Cell(offer.rules, exact=True)),
        (_("Last stated"), Cell(found.time[:10], exact=True)),
    ]
    return [(label, cell) for label, cell in facts if cell.text]


def _of_one(request: HttpRequest, who: Viewer, found: Subject) -> list[Action]:
    if not who.may_change(found) or not accounts.may(me(request), WRITE):
        return []
    return [
        Action(_("Change"), reverse("cooperation:offer_change", args=[found.key]), main=True),
        Action(_("Used up or withdrawn"), reverse("cooperation:offer_state", args=[found.key])),
    ]


@requires(WRITE)
@GET_OR_POST
@seated
def offer_add(request: HttpRequest) -> HttpResponseBase:
    """Makes an offer of whom one speaks for."""
    page = Page(_("Make an offer"), "offers", above=(reverse("cooperation:offers"), _("Offers")))
    return _stated(request, page, None)


@requires(WRITE)
@GET_OR_POST
def offer_change(request: HttpRequest, key: str) -> HttpResponseBase:
    """States an offer of whom one speaks for anew."""
    found = own(request, "offer", key)
    above = (reverse("cooperation:offer", args=[key]), _title(found))
    return _stated(request, Page(_("Change an offer"), "offers", above=above), found)


def _stated(request: HttpRequest, page: Page, found: Subject | None) -> HttpResponse:
    form = OfferForm(posted(request), initial=_initial(found) if found else {})
    edited = Edited(request, found, _initial) if found else None
    keep = _kept(request, form, found)
    return restated(request, form, keep, page, edited) if edited else asked(request, form, keep, page, _("Keep"))


def _kept(request: HttpRequest, form: OfferForm, found: Subject | None) -> Callable[[dict[str, Any]], str]:
    def do(said: dict[str, Any]) -> str:
        key = offers.state_offer(
            form.said(rules=found.of(Offer).rules if found else ""),
            actor=viewer(request).actor,
            by=actor(request),
            key=found.key if found else "",
            state=standing(found, draft=said["draft"]),
            request=once(request),
        )
        return reverse("cooperation:offer", args=[key])

    return do


def _title(found: Subject) -> str:
    return acts.texts_of([found]).get(found.of(Offer).title, found.key)


def _initial(found: Subject) -> dict[str, Any]:
    offer, texts = found.of(Offer), acts.texts_of([found])
    return {
        "title": texts.get(offer.title, ""),
        "kinds": list(offer.kinds),
        "budget": money.written(offer.budget, offer.currency),
        "currency": offer.currency,
        "ceiling": money.written(offer.ceiling, offer.currency) if offer.ceiling else "",
        "co_funding": offer.co_funding,
        "begin": offer.begin,
        "end": offer.end,
        "themes": list(offer.themes),
        "regions": ", ".join(offer.regions),
        "eligible": list(offer.eligible),
        "languages": ", ".join(offer.languages),
        "standards": "\n".join(texts.get(one, "") for one in offer.standards),
        "conditions": texts.get(offer.conditions, ""),
        "visibility": offer.visibility,
        "partners": list(offer.partners),
        "draft": found.state == "draft",
    }


@requires(WRITE)
@GET_OR_POST
def offer_state(request: HttpRequest, key: str) -> HttpResponse:
    """Says that an offer is used up, withdrawn, or open again."""
    found = own(request, "offer", key)
    above = (reverse("cooperation:offer", args=[key]), _title(found))
    form = StateForm("offer_state", posted(request), initial={"state": found.state})

    def do(said: dict[str, Any]) -> str:
        offers.move(key, said["state"], actor=queries.owner(found), by=actor(request))
        return above[0]

    return asked(request, form, do, Page(_("Status of the offer"), "offers", above=above), _("Keep"))
