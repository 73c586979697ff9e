"""Hand receipts: a list, one with its weapons, and how it was signed."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.ledger.models import Log
from countermark.register.checking import Refused
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted, say_refused
from countermark.stockpile import acts, queries, receipts, roster
from countermark.stockpile.codes import house
from countermark.stockpile.counterauth import features, passkeys, pins
from countermark.stockpile.forms import line
from countermark.stockpile.papers import languages
from countermark.stockpile.receipts import SIGNATURES, Receipt
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common, proving
from countermark.stockpile.views.counter import HANDLE
from countermark.stockpile.views.pages import Action, Cell, Page, asked, shown

SHOWN = 200


@requires("stock.view")
@require_GET
def receipt_list(request: HttpRequest) -> HttpResponse:
    """The newest receipts of the places one may see; `open` for those nobody has signed."""
    found = common.receipts_of(me(request), SHOWN, unsigned=bool(request.GET.get("open")))
    names = side_texts([one.person for one in found])
    shown = [(one, one.of(Receipt), names.get(one.person, ""), house.shown(one.key)) for one in found]
    return render(request, "stockpile/receipts.html", {"found": shown, "open": bool(request.GET.get("open"))})


class Proof(forms.Form):
    """What the large code of a printed receipt holds."""

    proof = line(lazy("The large code"), exact=True, help_text=lazy("Scan it from the printed copy."))


@requires("stock.view")
@GET_OR_POST
def check(request: HttpRequest) -> HttpResponse:
    """Whether the proof a printed receipt bears is genuine, by the keys this node holds, and says what the record here says. Needs no network."""
    proof, url = request.GET.get("proof", "").strip(), reverse("stockpile:receipt_check")
    page = Page(_("Check a printed receipt"), "receipts", above=(reverse("stockpile:receipts"), _("Receipts")))
    if proof:
        again = [Action(_("Check another"), url)]
        return shown(request, replace(page, facts=_checked(request, proof), actions=again))

    def do(said: dict[str, Any]) -> str:
        return f"{url}?{urlencode({'proof': said['proof']})}"

    return asked(request, Proof(posted(request)), do, page, _("Check"))


def _checked(request: HttpRequest, proof: str) -> list[tuple[str, Cell]]:
    try:
        found = receipts.verify(proof, Log.objects.values_list("verifier_key", flat=True))
    except ValueError:
        said = _("✗ not genuine: no node whose log is held here has signed this")
        return [(_("Proof"), Cell(said, tone="alarm"))]
    facts = [
        (_("Proof"), Cell(_("✓ genuine"), tone="good")),
        (_("Signed by"), Cell(found.origin, exact=True)),
        (_("Receipt"), Cell(house.shown(found.code), exact=True)),
        (_("What"), Cell(stock_word(found.direction, "direction"))),
        (_("Weapons"), Cell(f"{found.items:,}")),
        (_("Recorded"), Cell(when(found.time))),
    ]
    known, places = acts.subject("receipt", found.code), queries.visible(me(request))
    if known is None or (places is not None and known.place not in places):
        return [*facts, (_("Record"), Cell(_("not among those you may see here: compare with what is printed")))]
    same = receipts.digest_of(known.of(Receipt)) == found.digest
    said = (
        _("✓ weapons and person are those of the record")
        if same
        else _("✗ weapons or person are not those of the record")
    )
    url = reverse("stockpile:receipt", args=[found.code])
    return [*facts, (_("Record"), Cell(said, url, tone="good" if same else "alarm"))]


@requires("stock.view")
@require_GET
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """One receipt."""
    known = _known(request, code)
    value = known.of(Receipt)
    maker = receipts.maker_of(code)
    names = side_texts([value.person, value.account, value.override, value.note, known.place, value.second, maker])
    weapons = queries.shown([*map(queries.as_uuid, value.items)])
    context = {
        "known": known,
        "receipt": value,
        "code": house.shown(code),
        "person": names.get(value.person, ""),
        "account": names.get(value.account, ""),
        "override": told(value.override_code, "override", names.get(value.override, "")),
        "note": names.get(value.note, ""),
        "store": names.get(known.place, ""),
        "by": names.get(maker, ""),
        "second": names.get(value.second, ""),
        "languages": languages.offered().items(),
        "weapons": weapons,
        "proof": receipts.proof_of(code),
        "signatures": SIGNATURES,
        "keys": features.is_on(features.PASSKEY, value.store),
        "pin": not value.person or pins.has_pin(value.person),
        # A maker or a carrier who stands on no roster has no card to set a PIN for.
        "enrolled": lambda: roster.find(value.person) is not None,
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
