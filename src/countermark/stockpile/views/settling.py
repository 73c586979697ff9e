"""A weapon whose hand-overs contradict each other: somebody has looked where it is, and says so."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.accounts.access import requires
from countermark.register import projection
from countermark.register.forms.reasons import why_of
from countermark.register.models import Weapon
from countermark.register.queries import discrepancies, scope
from countermark.register.rules import CONTRADICTED
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import forms, settling
from countermark.stockpile.views import common
from countermark.stockpile.views.keying import person_of
from countermark.stockpile.views.pages import Page, Table, asked, shown, weapon_cells

COMMAND = "stock.command"

discrepancies.SETTLED_AT[CONTRADICTED] = (COMMAND, "stockpile:settle")


@requires(COMMAND)
@GET_OR_POST
def settle(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Says where the weapon is; the record then names every hand-over that contradicted another."""
    user = me(request)
    if not scope.of(user, COMMAND).narrow(Weapon.objects.filter(pk=weapon_id)).exists():
        raise Http404(_("There is no such record among those you may see."))
    state = projection.state_of(str(weapon_id))
    if request.method == "GET" and (state is None or state.finding != CONTRADICTED):
        note = _("Its hand-overs do not contradict each other: there is nothing to settle.")
        above = (reverse("register:weapon", args=[weapon_id]), _("Weapon"))
        return shown(request, Page(_("Say where it is"), "home", above=above, note=note))
    form = forms.Settle(common.places_of(user, COMMAND), posted(request))

    def do(said: dict[str, Any]) -> str:
        holder = person_of(said["holder"])
        kind = said["kind"] or "shift"
        settling.settle(str(weapon_id), said["place"], why_of(said), holder=holder, kind=kind, by=actor(request))
        return reverse("register:weapon", args=[weapon_id])

    weapons = Table(_("Weapon"), [_("Serial"), _("Weapon")], weapon_cells([str(weapon_id)]))
    page = Page(
        _("Say where it is"),
        "home",
        tables=[weapons],
        above=(reverse("register:discrepancies"), _("Discrepancies")),
        note=_("Two nodes handed this weapon over without knowing of each other. Look at the weapon first."),
    )
    return asked(request, form, do, page, _("Record"))
