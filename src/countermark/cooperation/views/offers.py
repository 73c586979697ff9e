"""Offers on pages."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, queries
from countermark.cooperation.offers import Offer
from countermark.cooperation.rules import money
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Cell, Page, Table, known, listed, shown, viewer
from countermark.register.views.common import GET_OR_POST


@requires("aid.view")
@GET_OR_POST
def offer_list(request: HttpRequest) -> HttpResponseBase:
    """The offers somebody may see."""
    found = queries.visible(viewer(request), "offer")
    texts, names = acts.texts_of(found), actors.names()
    rows = []
    for one in found:
        value = one.of(Offer)
        rows.append(
            [
                Cell(texts.get(value.title, one.key), reverse("cooperation:offer", args=[one.key])),
                Cell(names.get(queries.owner(one), "")),
                Cell(money.shown(value.budget, value.currency), amount=True),
                Cell(value.end, exact=True),
                Cell(aid_word(one.state, "offer_state")),
            ]
        )
    headers = [_("Title"), _("Of"), _("Budget"), _("Until"), _("State")]
    table = Table(_("Offers"), headers, rows, _("There are none you may see."))
    return listed(request, Page(_("Offers"), "offers", tables=[table]))


@requires("aid.view")
@require_GET
def offer_page(request: HttpRequest, key: str) -> HttpResponse:
    """One offer."""
    found = known(request, "offer", key)
    value, texts = found.of(Offer), acts.texts_of([found])
    facts = [
        (_("Of"), Cell(actors.names([queries.owner(found)]).get(queries.owner(found), ""))),
        (_("Budget"), Cell(money.shown(value.budget, value.currency))),
        (_("State"), Cell(aid_word(found.state, "offer_state"))),
    ]
    above = (reverse("cooperation:offers"), _("Offers"))
    return shown(request, Page(texts.get(value.title, key), "offers", facts=facts, above=above))
