"""What the pages of this room share: the places somebody may act at."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from countermark.accounts.models import Place, User
from countermark.marks.sentences import Sentence
from countermark.register.views.common import me
from countermark.stockpile import acts, queries
from countermark.stockpile.states import Subject

LONGEST = 5000
"""Characters of what somebody writes into one field of a page."""
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


def require_own(request: HttpRequest) -> None:
    """Refuses a scan that somebody else made in this browser, before they signed out: nobody's scans are sent by another."""
    scanned_by = request.POST.get("scan_for", "")
    if scanned_by and scanned_by != me(request).person:
        raise PermissionDenied


def receipts_of(user: User, most: int, *, unsigned: bool = False) -> list[Subject]:
    """The newest receipts of the places somebody may see; `unsigned`: those alone that no receiver has signed."""
    return queries.newest("receipt", queries.visible(user), most, **({"state": "open"} if unsigned else {}))


def unsigned(user: User) -> int:
    """How many of the receipts somebody may see no receiver has signed."""
    places, rows = queries.visible(user), acts.rows("receipt").filter(state="open")
    return (rows if places is None else rows.filter(place__in=list(places))).count()


def said(request: HttpRequest, name: str) -> str:
    """What was written into a field of a page, without the space around it. Raises `Refused` for what no record can hold."""
    text = request.POST.get(name, "").strip()
    if "\0" in text:
        raise acts.refuse(name, "", "a text without the sign NUL", "control")
    if len(text) > LONGEST:
        raise acts.refuse(name, "", Sentence("a text of at most %(most)d characters", most=LONGEST), "range")
    return text
