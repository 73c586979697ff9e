"""Tags: which readers there are, what contradicts the register, and tags put on weapons and taken off."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger.reasons import FIELD, Reason
from countermark.register.checking import Refused
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import actor, me, record_or_404, say_refused
from countermark.stockpile import acts
from countermark.stockpile.readers import alarms as alarm_service
from countermark.stockpile.readers import devices, observations, presence, queries
from countermark.stockpile.states import Subject
from countermark.stockpile.tags import queries as bound
from countermark.stockpile.tags import services


@requires("stock.view")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Alarms that stand, readers and when each saw something last, tags on two weapons."""
    user = me(request)
    places, within = accounts.visible_place_ids(user, "stock.view"), scope.of(user, "stock.view")
    found = queries.alarms(closed="closed" in request.GET, places=places, scope=within)
    last = queries.last_seen()
    known = [one for one in devices.devices() if places is None or one.place in places]
    names = dict(Place.objects.filter(id__in={one.place for one in known}).values_list("id", "name"))
    context = {
        "alarms": [(one, weapon) for one, weapon in zip(found, _weapons(found, user), strict=True)],
        "closed": "closed" in request.GET,
        "readers": [(one, names.get(one.place, ""), queries.as_time(last.get(one.id))) for one in known],
        "twice": bound.bound(within, twice=True),
        "kept_days": observations.days(),
        "presence": presence.is_allowed(),
        "risk": presence.RISK.told(_),
    }
    return render(request, "stockpile/tags.html", context)


def _weapons(found: list[Subject], user: User) -> list[Weapon | None]:
    """The weapon of each alarm; None for one out of sight."""
    seen = scope.of(user).narrow(Weapon.objects.filter(id__in={one.value["weapon"] for one in found}))
    weapons = {weapon.id: weapon for weapon in seen}
    return [weapons.get(UUID(one.value["weapon"])) for one in found]


@requires("stock.view")
@require_GET
def alarm(request: HttpRequest, key: str) -> HttpResponse:
    """One alarm: where and when the tag was read, by which readers, and what it was."""
    found = _alarm(request, key)
    [weapon], note = _weapons([found], me(request)), found.value.get("reason", "")
    names = dict(Place.objects.filter(id__in=found.value["places"]).values_list("id", "name"))
    context = {
        "known": found,
        "weapon": weapon,
        "places": [names[place] for place in found.value["places"] if place in names],
        "first": queries.as_time(found.value["first"]),
        "last": queries.as_time(found.value["last"]),
        "outcomes": alarm_service.OUTCOMES,
        "reason": told(found.value.get(FIELD, ""), "alarm", side_texts([note]).get(note, "")),
    }
    return render(request, "stockpile/alarm.html", context)


@requires("stock.command")
@require_POST
def alarm_close(request: HttpRequest, key: str) -> HttpResponse:
    """Says what an alarm was."""
    _alarm(request, key, "stock.command")
    why = Reason(request.POST.get("reason", ""), request.POST.get("words", ""))
    try:
        alarm_service.close(key, request.POST.get("outcome", ""), why, by=actor(request))
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The alarm is closed."))
    return redirect("stockpile:alarm", key)


def _alarm(request: HttpRequest, key: str, permission: str = "stock.view") -> Subject:
    user = me(request)
    found = acts.subject("alarm", key)
    if found is None or not queries.sees_alarm(
        found, accounts.visible_place_ids(user, permission), scope.of(user, permission)
    ):
        raise Http404(_("There is no such alarm among those you may see."))
    return found


@requires("stock.handle")
@require_POST
def bind(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Puts a tag on a weapon."""
    record = record_or_404(request, weapon_id, "stock.handle")
    try:
        made = services.bind(
            record.state.id, request.POST.get("tag", ""), tid=request.POST.get("tid", ""), by=actor(request)
        )
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The tag %(tag)s is on this weapon.") % {"tag": made.tag})
    return redirect("register:weapon", record.state.id)


@requires("stock.handle")
@require_POST
def unbind(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Takes a tag off a weapon."""
    record = record_or_404(request, weapon_id, "stock.handle")
    try:
        made = services.unbind(request.POST.get("tag", ""), weapon_id=str(weapon_id), by=actor(request))
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The tag %(tag)s is off this weapon.") % {"tag": made.tag})
    return redirect("register:weapon", record.state.id)
