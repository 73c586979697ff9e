"""What the pages of this room share: the places somebody may act at."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from countermark.accounts.models import Place, User
from countermark.register.views.common import me
from countermark.stockpile import queries

STORE = "stockpile_store"
"""In the session: where this person's counter stands."""


def places_of(user: User, permission: str) -> list[Place]:
    """The places where somebody holds a permission, by name."""
    visible = queries.visible(user, permission)
    rows = Place.objects.order_by("name")
    return list(rows if visible is None else rows.filter(pk__in=visible))


def store_or_404(request: HttpRequest, permission: str, asked: str = "") -> Place:
    """The place somebody works at: the one asked for, the one of this session, or the first they may. 404 for one they may not."""
    places = {place.pk: place for place in places_of(me(request), permission)}
    wanted = asked or request.session.get(STORE, "")
    if asked and asked not in places:
        raise Http404(_("There is no such place among those you may see."))
    found = places.get(wanted) or next(iter(places.values()), None)
    if found is None:
        raise Http404(_("There is no such place among those you may see."))
    request.session[STORE] = found.pk
    return found
