"""What is not needed: reviews of the need, declarations of surplus, and what becomes of the weapons."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.register import reasons
from countermark.register.forms.reasons import why_of
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import forms, seconds, units
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Surplus
from countermark.stockpile.rules.custody import needs_second
from countermark.stockpile.templatetags.stockpile_words import stock_word
from countermark.stockpile.views import common
from countermark.stockpile.views.disposal.common import COMMAND, page_of
from countermark.stockpile.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    known,
    once,
    shown,
    weapon_cells,
    weapons_of_lines,
)


@requires(COMMAND)
@GET_OR_POST
def review_add(request: HttpRequest) -> HttpResponse:
    """Reviews the need for a kind of weapon."""
    form = forms.Review(common.places_of(me(request), COMMAND), posted(request))

    def do(said: dict[str, Any]) -> str:
        disposal.review(
            said["place"], said["kind"], held=said["held"], needed=said["needed"], reason=why_of(said),
            next_review=said["next_review"].isoformat(), by=actor(request),
        )  # fmt: skip
        return reverse("stockpile:disposal")

    return asked(request, form, do, page_of(_("Review a need")), _("Record"))


@requires(COMMAND)
@GET_OR_POST
def surplus_add(request: HttpRequest) -> HttpResponse:
    """Declares weapons surplus."""
    user = me(request)
    form = forms.Declare(common.places_of(user, COMMAND), posted(request))

    def do(said: dict[str, Any]) -> str:
        weapons = weapons_of_lines(user, said["weapons"])
        key = disposal.declare(
            said["place"], weapons, said["outcome"], why_of(said), by=actor(request), request=once(request)
        )
        return reverse("stockpile:surplus", args=[key])

    return asked(request, form, do, page_of(_("Declare surplus")), _("Declare"))


@requires("stock.view")
@require_GET
def surplus(request: HttpRequest, key: str) -> HttpResponse:
    """One declaration of surplus."""
    user, one = me(request), known(request, "surplus", key)
    value = one.of(Surplus)
    names = side_texts([value.reason, one.place])
    stores = dict(Place.objects.filter(pk=value.safeguarded).values_list("pk", "name"))
    facts = [
        (_("Store"), Cell(names.get(one.place, ""))),
        (_("To become of them"), Cell(stock_word(value.outcome, "outcome"))),
        (_("Reason"), Cell(reasons.told(value.reason_code, "surplus", names.get(value.reason, "")))),
        (_("Stored apart in"), Cell(stores.get(value.safeguarded, ""))),
        (_("Status"), Cell(stock_word(one.state, "surplus_state"))),
    ]
    actions = []
    if one.state != "disposed" and accounts.may_at(user, COMMAND, one.place):
        actions = [
            Action(_("Store apart"), reverse("stockpile:surplus_step", args=[key, "safeguard"])),
            Action(_("Disposed of"), reverse("stockpile:surplus_step", args=[key, "dispose"])),
        ]
    table = Table(_("Weapons"), [_("Serial"), _("Weapon")], weapon_cells(value.weapons))
    page = Page(
        _("Surplus"),
        "disposal",
        facts=facts,
        tables=[table],
        actions=actions,
        above=(reverse("stockpile:disposal"), _("Surplus and destruction")),
    )
    return shown(request, page)


@requires(COMMAND)
@GET_OR_POST
def surplus_step(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """Stores surplus apart, or says that it is disposed of."""
    one, user = known(request, "surplus", key, COMMAND), me(request)
    back = reverse("stockpile:surplus", args=[key])

    def safeguarded(said: dict[str, Any]) -> str:
        disposal.safeguard(key, said["store"], by=actor(request))
        return back

    def disposed(said: dict[str, Any]) -> str:
        disposal.dispose(key, second=seconds.of_form(said, beside=user, place=one.place), by=actor(request))
        return back

    if step == "safeguard":
        form = forms.offer_stores(forms.Store(posted(request)), common.places_of(user, COMMAND))
        return asked(request, form, safeguarded, page_of(_("Store apart"), back), _("Store apart"))
    if step != "dispose":
        raise Http404
    outcome = stock_word(one.of(Surplus).outcome, "outcome")
    with_second = disposal.seconded(one) and needs_second(units.policy_at(one.place), "dispose")
    dispose = forms.Second(posted(request)) if with_second else forms.Nothing(posted(request))
    return asked(request, dispose, disposed, page_of(outcome, back), _("They are disposed of"))
