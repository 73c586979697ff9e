"""Hand receipts: a list, one with its weapons, and how it was signed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.register.checking import Refused
from countermark.register.services import side_texts
from countermark.register.views.common import actor, me, say_refused
from countermark.stockpile import acts, queries, receipts
from countermark.stockpile.codes import house
from countermark.stockpile.counterauth import features, passkeys, pins
from countermark.stockpile.receipts import SIGNATURES, Receipt
from countermark.stockpile.states import Subject
from countermark.stockpile.views import common, proving
from countermark.stockpile.views.counter import HANDLE

SHOWN = 200


@requires("stock.view")
@require_GET
def receipt_list(request: HttpRequest) -> HttpResponse:
    """The newest receipts of the places one may see; `open` for those nobody has signed."""
    rows = common.receipts_of(me(request), unsigned=bool(request.GET.get("open")))
    found = [acts.subject_of_row(row) for row in rows[:SHOWN]]
    names = side_texts([one.person for one in found])
    shown = [(one, one.of(Receipt), names.get(one.person, ""), house.shown(one.key)) for one in found]
    return render(request, "stockpile/receipts.html", {"found": shown, "open": bool(request.GET.get("open"))})


@requires("stock.view")
@require_GET
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """One receipt."""
    known = _known(request, code)
    value = known.of(Receipt)
    names = side_texts([value.person, value.account, value.override, value.note, known.place])
    weapons = queries.shown([*map(queries.as_uuid, value.items)])
    context = {
        "known": known,
        "receipt": value,
        "code": house.shown(code),
        "person": names.get(value.person, ""),
        "account": names.get(value.account, ""),
        "override": names.get(value.override, ""),
        "note": names.get(value.note, ""),
        "store": names.get(known.place, ""),
        "weapons": weapons,
        "proof": receipts.proof_of(code),
        "signatures": SIGNATURES,
        "keys": features.is_on(features.PASSKEY, value.store),
        "pin": not value.person or pins.has_pin(value.person),
    }
    return render(request, "stockpile/receipt.html", context)


@requires(HANDLE)
@require_POST
def signed(request: HttpRequest, code: str) -> HttpResponse:
    """Signs a receipt: with card and PIN, with a security key, or by noting that the paper copy was signed."""
    known = _known(request, code)
    try:
        _sign(request, code, known)
    except Refused as refused:
        say_refused(request, refused)
    return redirect("stockpile:receipt", code)


def _sign(request: HttpRequest, code: str, known: Subject) -> None:
    post, method = request.POST, request.POST.get("method", "")
    if post.get("passkey"):
        passkeys.sign(proving.site_of(request), code, post["passkey"], by=actor(request))
    elif method == "pin":
        pins.sign(code, post.get("card", ""), post.get("pin", ""), by=actor(request))
    elif method == "paper":
        receipts.sign(code, method, known.of(Receipt).person, by=actor(request))
    else:
        raise acts.refuse("method", method, acts.one_of(("pin", "passkey", "paper")), "unknown")


def _known(request: HttpRequest, code: str) -> Subject:
    known = acts.subject("receipt", code)
    places = queries.visible(me(request))
    if known is None or (places is not None and known.place not in places):
        raise Http404(_("There is no such receipt among those you may see."))
    return known
