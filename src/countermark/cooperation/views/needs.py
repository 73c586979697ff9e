"""Needs on pages."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, queries
from countermark.cooperation.needs import Need
from countermark.cooperation.rules import money
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Cell, Page, Table, known, listed, shown, viewer
from countermark.register.views.common import GET_OR_POST


@requires("aid.view")
@GET_OR_POST
def need_list(request: HttpRequest) -> HttpResponseBase:
    """The needs somebody may see."""
    found = queries.visible(viewer(request), "need")
    texts, names = acts.texts_of(found), actors.names()
    rows = []
    for one in found:
        value = one.of(Need)
        rows.append(
            [
                Cell(texts.get(value.title, one.key), reverse("cooperation:need", args=[one.key])),
                Cell(names.get(queries.owner(one), "")),
                Cell(money.shown(value.amount, value.currency), amount=True),
                Cell(value.end, exact=True),
                Cell(aid_word(one.state, "need_state")),
            ]
        )
    headers = [_("Title"), _("Of"), _("Asked for"), _("Until"), _("State")]
    table = Table(_("Needs"), headers, rows, _("There are none you may see."))
    return listed(request, Page(_("Needs"), "needs", tables=[table]))


@requires("aid.view")
@require_GET
def need_page(request: HttpRequest, key: str) -> HttpResponse:
    """One need."""
    found = known(request, "need", key)
    value, texts = found.of(Need), acts.texts_of([found])
    facts = [
        (_("Of"), Cell(actors.names([queries.owner(found)]).get(queries.owner(found), ""))),
        (_("Asked for"), Cell(money.shown(value.amount, value.currency))),
        (_("State"), Cell(aid_word(found.state, "need_state"))),
    ]
    above = (reverse("cooperation:needs"), _("Needs"))
    return shown(request, Page(texts.get(value.title, key), "needs", facts=facts, above=above))
