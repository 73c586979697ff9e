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
from countermark.marking import arrivals, forms, origins
from countermark.marking.views import common
from countermark.marking.views.batches import REFS_AT_MOST
from countermark.register.checking import Refused
from countermark.register.queries import scope
from countermark.register.rules import WeaponState
from countermark.register.views.common import REFUSED, actor, me

SHOWN = 100
"""Finds of one page."""


@requires("marking.view")
@require_GET
def finds(request: HttpRequest) -> HttpResponse:
    """Weapons found that are not dealt with, the oldest first."""
    user, undecided = me(request), "undecided" in request.GET
    after = request.GET.get("after", "")
    try:
        found = origins.finds(user, undecided=undecided, after=after, limit=SHOWN + 1)
    except Refused as refused:  # the weapon was dealt with meanwhile, or the address was written by hand
        messages.error(request, common.refusal(refused))
        return redirect("marking:finds")
    counted = origins.counted(user)
    to_mark = [one for one in origins.to_mark(user) if one.weapon.ref]
    more = (
        {"after": str(found[SHOWN - 1].weapon.id), **({"undecided": 1} if undecided else {})} if found[SHOWN:] else {}
    )
    context = {
        "found": found[:SHOWN],
        "total": counted.undecided if undecided else counted.waiting,
        "undecided": undecided,
        "overdue": counted.overdue_undecided if undecided else counted.overdue,
        "first": not after,
        "following": urlencode(more),
        "days": origins.LONGEST_DAYS,
        "to_mark": urlencode([("ref", one.weapon.ref) for one in to_mark[:REFS_AT_MOST]]),
        "counts": sorted(origins.count_by_production().items()),
    }
    return render(request, "marking/finds.html", context)


@requires("marking.view")
@require_GET
def origin(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """One weapon: how it was made, what is decided, its certificate."""
    return _page(request, common.weapon_or_404(me(request), weapon_id, "marking.view"))


def _page(request: HttpRequest, weapon: WeaponState, **sent: Any) -> HttpResponse:
    production = origins.production_of(weapon.id)
    context = {
        "weapon": weapon,
        "production": production,
        "certificate": origins.certificate(weapon.id),
        "decision": origins.decision_of(weapon.id),
        "arrival": arrivals.arrival(weapon.id),
        "imported": bool(arrivals.import_marks(weapon)),
        "found": weapon.status in origins.FOUND,
        "may_manage": accounts.may(me(request), "marking.manage")
        and scope.of(me(request), "marking.manage").sees(weapon),
        "produced": forms.Produced(auto_id="made_%s", initial={"production": production}),
        "decide": forms.Decide(auto_id="decide_%s"),
        "deactivated": forms.Deactivated(auto_id="off_%s"),
        "certified": forms.CertificateFile(auto_id="paper_%s"),
    }
    return render(request, "marking/origin.html", context | sent, status=REFUSED if sent else 200)


@requires("marking.manage")
@require_POST
def origin_set(request: HttpRequest, weapon_id: UUID, what: str) -> HttpResponse:
    """Records the production, a decision, a deactivation, or the document of its certificate."""
    weapon = common.weapon_or_404(me(request), weapon_id, "marking.manage")
    kinds: dict[str, tuple[str, Any]] = {
        "production": ("produced", forms.Produced(request.POST, auto_id="made_%s")),
        "decision": ("decide", forms.Decide(request.POST, auto_id="decide_%s")),
        "deactivation": ("deactivated", forms.Deactivated(request.POST, request.FILES, auto_id="off_%s")),
        "certificate": ("certified", forms.CertificateFile(request.POST, request.FILES, auto_id="paper_%s")),
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
    elif what == "certificate":
        origins.add_document(weapon_id, data["document"].read(), by=by)
    else:
        document = data["document"].read() if data["document"] else None
        origins.deactivate(
            weapon_id, data["date"], number=data["number"], authority=data["authority"], document=document, by=by
        )


@requires("marking.view")
@require_GET
def origin_document(request: HttpRequest, deactivated: UUID) -> HttpResponse:
    """The document of a certificate of deactivation, of a weapon where the person holds the permission."""
    weapon = common.weapon_or_404(me(request), deactivated, "marking.view")
    certificate = origins.certificate(weapon.id)
    digest = certificate.document if certificate else ""
    return common.document(digest, {digest} - {""})
