"""After marking: marks that may not last and are looked at again, and import marks put on abroad that are confirmed on arrival."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.ledger.services import Actor
from countermark.marking import arrivals, bench, forms, queries
from countermark.marking.states import Item
from countermark.marking.views import common
from countermark.register.checking import Refused, refuse
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted

SHOWN = 200


@requires("marking.view")
@require_GET
def later(request: HttpRequest) -> HttpResponse:
    """What is due: the longest first."""
    user = me(request)
    due, arriving = queries.to_look_at_again(user), arrivals.unconfirmed(user)
    context = {
        "due": due[:SHOWN],
        "more_due": len(due) - SHOWN,
        "arriving": arriving[:SHOWN],
        "more_arriving": len(arriving) - SHOWN,
    }
    return render(request, "marking/later.html", context)


@requires("marking.bench")
@require_POST
def look_again(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """An accepted mark was looked at again after some time."""
    item = common.item_or_404(me(request), item_id, "marking.bench")
    form = forms.LookedAgain(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("marking:item", item.id)
    try:
        looked = _look(item.id, form.cleaned_data, actor(request))
    except Refused as refused:
        messages.error(request, common.refusal(refused))
    else:
        if looked.finding:
            messages.warning(request, _("The marks have not lasted; the weapon stands among the findings."))
        else:
            messages.success(request, _("The marks have lasted."))
    return redirect("marking:item", item.id)


def _look(item_id: str, data: dict[str, Any], by: Actor) -> Item:
    if problem := common.too_large(data["photographs"]):
        raise refuse("photographs", "", problem, "range")
    taken = [file.read() for file in data["photographs"]]
    return bench.look_again(
        item_id, data["criteria"], seen=data["seen"], photographs_taken=taken, note=data["note"], by=by
    )


@requires("marking.bench")
@GET_OR_POST
def arrival(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """The import mark of a weapon that arrived, read off it twice; what its record tells of is not shown before."""
    weapon = common.weapon_or_404(me(request), weapon_id, "marking.bench")
    form = forms.Arrived(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            read = arrivals.confirm(
                weapon.id, form.cleaned_data["first"], form.cleaned_data["second"], by=actor(request)
            )
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            if read.agrees:
                messages.success(request, _("It is the import mark on record."))
            else:
                messages.warning(request, _("This is no import mark its record tells of; what was read is kept."))
            return redirect("marking:origin", weapon.id)
    context = {"weapon": weapon, "form": form, "read": arrivals.arrival(weapon.id)}
    return render(request, "marking/arrival.html", context, status=REFUSED if form.errors else 200)
