"""Weapons found and weapons of other origins: what is decided about them, how they were made, their deactivation."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.marking import forms, origins
from countermark.marking.views import common
from countermark.marking.views.batches import REFS_AT_MOST
from countermark.register.checking import Refused
from countermark.register.queries import records, scope
from countermark.register.rules import WeaponState
from countermark.register.views.common import REFUSED, actor, me


@requires("marking.view")
@require_GET
def finds(request: HttpRequest) -> HttpResponse:
    """Weapons found that are not dealt with, the oldest first."""
    undecided = "undecided" in request.GET
    found = origins.finds(me(request), undecided=undecided)
    to_mark = [one for one in found if one.decision == "mark" and one.weapon.ref]
    context = {
        "found": found,
        "undecided": undecided,
        "overdue": sum(one.overdue for one in found),
        "days": origins.LONGEST_DAYS,
        "to_mark": urlencode([("ref", one.weapon.ref) for one in to_mark[:REFS_AT_MOST]]),
        "counts": sorted(origins.count_by_production().items()),
    }
    return render(request, "marking/finds.html", context)


@requires("marking.view")
@require_GET
def origin(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """One weapon: how it was made, what is decided, its certificate."""
    return _page(request, _state(me(request), weapon_id, "marking.view"))


def _state(user: User, weapon_id: Any, permission: str) -> WeaponState:
    record = records.record(str(weapon_id))
    if record is None or not scope.of(user, permission).sees(record.state):
        raise Http404(_("There is no such weapon among those you may see."))
    return record.state


def _page(request: HttpRequest, weapon: WeaponState, **sent: Any) -> HttpResponse:
    production = origins.production_of(weapon.id)
    context = {
        "weapon": weapon,
        "production": production,
        "certificate": origins.certificate(weapon.id),
        "found": weapon.status in origins.FOUND,
        "may_manage": accounts.may(me(request), "marking.manage")
        and scope.of(me(request), "marking.manage").sees(weapon),
        "produced": forms.Produced(auto_id="made_%s", initial={"production": production}),
        "decide": forms.Decide(auto_id="decide_%s"),
        "deactivated": forms.Deactivated(auto_id="off_%s"),
    }
    return render(request, "marking/origin.html", context | sent, status=REFUSED if sent else 200)


@requires("marking.manage")
@require_POST
def origin_set(request: HttpRequest, weapon_id: UUID, what: str) -> HttpResponse:
    """Records the production, a decision or a deactivation."""
    weapon = _state(me(request), weapon_id, "marking.manage")
    kinds: dict[str, tuple[str, Any]] = {
        "production": ("produced", forms.Produced(request.POST, auto_id="made_%s")),
        "decision": ("decide", forms.Decide(request.POST, auto_id="decide_%s")),
        "deactivation": ("deactivated", forms.Deactivated(request.POST, auto_id="off_%s")),
    }
    if what not in kinds:
        raise Http404(_("There is nothing of this name."))
    name, form = kinds[what]
    if not form.is_valid():
        return _page(request, weapon, **{name: form})
    try:
        _record(weapon.id, what, form.cleaned_data, request)
    except Refused as refused:
        common.show_refused(form, refused)
        return _page(request, weapon, **{name: form})
    messages.success(request, _("Recorded."))
    return redirect("marking:origin", weapon.id)


def _record(weapon_id: str, what: str, data: dict[str, Any], request: HttpRequest) -> None:
    by = actor(request)
    if what == "production":
        origins.set_production(weapon_id, data["production"], basis=data["basis"], by=by)
    elif what == "decision":
        origins.decide(weapon_id, data["decision"], reason=data["reason"], by=by)
    else:
        origins.deactivate(weapon_id, data["date"], number=data["number"], authority=data["authority"], by=by)
