"""Who stands at the counter proves it: PINs and security keys, set by their owner, reset by the commander; and what is off by default."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.register.checking import Refused
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted, say_refused, sentence
from countermark.stockpile import acts, queries, roster, seconds
from countermark.stockpile.counterauth import features, forms, passkeys, pins
from countermark.stockpile.counterauth.features import Feature
from countermark.stockpile.counterauth.passkeys import Asked, Site
from countermark.stockpile.desk import Desk
from countermark.stockpile.roster import Enrolled
from countermark.stockpile.views import common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, shown

HANDLE, COMMAND = "stock.handle", "stock.command"


def site_of(request: HttpRequest) -> Site:
    """Where the page is that asks a security key."""
    return Site(request.get_host(), request.is_secure(), request.session)


# --- set by the owner --------------------------------------------------------------------------------------------------


@requires(HANDLE)
@GET_OR_POST
def pin_set(request: HttpRequest) -> HttpResponse:
    """Somebody at the counter sets their PIN; the armourer turns the keyboard round."""
    form = forms.SetPin(posted(request))

    def do(said: dict[str, Any]) -> str:
        one = pins.set_pin(said["card"], said["current"], said["pin"], by=actor(request))
        messages.success(request, _("The PIN of %(name)s is set.") % {"name": one.name})
        return reverse("stockpile:pin_set")

    note = _(
        "For whoever the card belongs to, and nobody else. Who has no PIN yet, or has forgotten it, gets a one-time code from the commander."
    )
    return asked(request, form, do, Page(_("Set a PIN"), "people", note=note), _("Set the PIN"))


@requires(HANDLE)
@require_GET
def key_add(request: HttpRequest) -> HttpResponse:
    """The page where somebody registers a security key."""
    context = {"note": _(features.NOTES[features.PASSKEY]), "form": forms.Key()}
    return render(request, "stockpile/key_add.html", context)


@requires(HANDLE)
@require_POST
def key_options(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask a new key."""
    post = request.POST
    return _answered(
        lambda: passkeys.begin_registration(site_of(request), post.get("card", ""), post.get("current", ""))
    )


@requires(HANDLE)
@require_POST
def key_register(request: HttpRequest) -> HttpResponse:
    """Keeps the public key a new key answered with."""
    try:
        one = passkeys.register(
            site_of(request), request.POST.get("passkey", ""), request.POST.get("label", ""), by=actor(request)
        )
        messages.success(request, _("A security key of %(name)s is registered.") % {"name": one.name})
    except Refused as refused:
        say_refused(request, refused)
    return redirect("stockpile:key_add")


# --- asked at the counter ----------------------------------------------------------------------------------------------


@requires(HANDLE)
@require_POST
def receipt_options(request: HttpRequest, code: str) -> HttpResponse:
    """What the browser is to ask a key of who signs a receipt; where the receipt names nobody, of whose card was read."""

    def options() -> dict[str, Any]:
        what, person, store = passkeys.asked_of_receipt(code)
        places = queries.visible(me(request), HANDLE)
        if places is not None and store not in places:
            raise acts.refuse("receipt", code, "the code of a receipt", "unknown")
        one = roster.find(person) or roster.by_card(request.POST.get("card", ""))
        return passkeys.begin(site_of(request), what, _somebody(one), store)

    return _answered(options)


def second_options(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the browser is to ask a key of the second person, who is named by user name or card."""

    def options() -> dict[str, Any]:
        one = seconds.on_roster(request.POST.get("second_name", ""))
        return passkeys.begin(site_of(request), asked_of_desk(desk), _somebody(one), desk.store)

    return _answered(options)


def asked_of_desk(desk: Desk) -> Asked:
    """What the second person signs: the desk as it stands, this hand-over only."""
    said = {name: value for name, value in vars(desk).items() if name != "items"}
    return Asked("second", desk.request, identity.digest({**said, "items": " ".join(sorted(desk.items))}))


def _somebody(one: Enrolled | None) -> Enrolled:
    if one is None or not one.active:
        raise acts.refuse("passkey", "", "somebody on the roster with a card in use", "unknown")
    return one


def _answered(options: Callable[[], dict[str, Any]]) -> HttpResponse:
    try:
        return JsonResponse(options())
    except Refused as refused:
        return JsonResponse({"problem": "; ".join(map(sentence, refused.errors))}, status=REFUSED)


# --- by the commander --------------------------------------------------------------------------------------------------


@requires(COMMAND)
@require_GET
def proofs(request: HttpRequest, ref: str) -> HttpResponse:
    """What somebody on the roster proves with who they are."""
    one = _person(request, ref)
    rows = [(Cell(row.label or _("security key")), Cell(row.key[-12:], exact=True)) for row in passkeys.of(one.party)]
    table = Table(_("Security keys"), [_("Name"), _("Ends in")], rows, _("None."))
    facts = [(_("PIN"), Cell(_("set") if pins.has_pin(one.party) else _("not set")))]
    actions = [Action(_("Give a one-time code"), reverse("stockpile:proof_code", args=[ref]), main=True)]
    if rows:
        actions.append(Action(_("Take a key out of use"), reverse("stockpile:proof_remove", args=[ref])))
    title, above = _("How %(name)s signs") % {"name": one.name}, (reverse("stockpile:person", args=[ref]), one.name)
    return shown(request, Page(title, "people", facts=facts, tables=[table], actions=actions, above=above))


@requires(COMMAND)
@GET_OR_POST
def proof_code(request: HttpRequest, ref: str) -> HttpResponse:
    """Resets a PIN: a one-time code, shown once."""
    one = _person(request, ref)

    def do(_said: dict[str, Any]) -> str:
        code = pins.issue_code(one.party, by=actor(request))
        said = _("One-time code of %(name)s: %(code)s. It is good for 24 hours and is not shown again.")
        messages.success(request, said % {"name": one.name, "code": code})
        return reverse("stockpile:proofs", args=[ref])

    page = Page(_("One-time code"), "people", above=(reverse("stockpile:proofs", args=[ref]), one.name))
    return asked(request, forms.Confirm(posted(request)), do, page, _("Give a code"))


@requires(COMMAND)
@GET_OR_POST
def proof_remove(request: HttpRequest, ref: str) -> HttpResponse:
    """Takes a lost security key out of use."""
    one = _person(request, ref)
    form = forms.Remove(passkeys.of(one.party), posted(request))

    def do(said: dict[str, Any]) -> str:
        passkeys.remove(said["key"], by=actor(request))
        return reverse("stockpile:proofs", args=[ref])

    page = Page(_("Take a key out of use"), "people", above=(reverse("stockpile:proofs", args=[ref]), one.name))
    return asked(request, form, do, page, _("Take out of use"))


@requires("stock.view")
@require_GET
def feature_list(request: HttpRequest) -> HttpResponse:
    """What is off by default, with the note of its risk, and where it is on."""
    names = dict(Place.objects.values_list("pk", "name"))
    places = queries.visible(me(request))
    rows = [
        (Cell(names.get(one.place) or _("The whole State")), Cell(_("on") if one.of(Feature).on else _("off")))
        for one in acts.subjects("feature")
        if places is None or not one.place or one.place in places
    ]
    table = Table(
        _("Security keys at the counter"),
        [_("Place"), _("Status")],
        rows,
        _("Off everywhere: nobody has switched it on."),
    )
    may = accounts.may(me(request), COMMAND)
    actions = [Action(_("Switch on or off"), reverse("stockpile:feature_set"), main=True)] if may else []
    page = Page(
        _("Features with a risk"), "features", tables=[table], actions=actions, note=_(features.NOTES[features.PASSKEY])
    )
    return shown(request, page)


@requires(COMMAND)
@GET_OR_POST
def feature_set(request: HttpRequest) -> HttpResponse:
    """Switches security keys on or off at a place; the note of the risk stands above the button."""
    form = forms.Switch(common.places_of(me(request), COMMAND), posted(request))

    def do(said: dict[str, Any]) -> str:
        features.switch(
            features.PASSKEY, said["state"] == "on", place=said["place"], read=said["read"], by=actor(request)
        )
        return reverse("stockpile:features")

    above = (reverse("stockpile:features"), _("Features with a risk"))
    page = Page(_("Security keys at the counter"), "features", above=above, note=_(features.NOTES[features.PASSKEY]))
    return asked(request, form, do, page, _("Save"))


def _person(request: HttpRequest, ref: str) -> Enrolled:
    one = roster.find(f"{identity.PREFIX}party:{ref}") if len(ref) == 64 else None
    places = queries.visible(me(request), COMMAND)
    if one is None or (places is not None and one.place not in places):
        raise Http404(_("There is nobody of that name among those you may see."))
    return one
