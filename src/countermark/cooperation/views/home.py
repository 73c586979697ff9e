"""The first page of the room: what is asked for, what is offered, and what waits for whom one speaks for."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.cooperation import actors, queries
from countermark.cooperation.views.pages import Cell, Page, shown, viewer


@requires("aid.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Figures of what one may see, and the first step where there is nothing yet."""
    who = viewer(request)
    needs, offers = queries.visible(who, "need"), queries.visible(who, "offer")
    name = actors.names([who.actor]).get(who.actor, "")
    facts = [
        (_("You speak for"), Cell(name or _("nobody: ask the assistance coordinator for a seat"))),
        (_("Open needs"), Cell(f"{sum(one.state == 'open' for one in needs):,}", reverse("cooperation:needs"))),
        (_("Open offers"), Cell(f"{sum(one.state == 'open' for one in offers):,}", reverse("cooperation:offers"))),
    ]
    return shown(request, Page(_("Cooperation"), "home", facts=facts))
