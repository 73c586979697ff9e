"""Ammunition on pages: lots, and the movements of their rounds."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.register import reasons
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import acts, forms, queries, roster, seconds, units
from countermark.stockpile.ammunition import queries as lot_queries
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.queries import Moved
from countermark.stockpile.ammunition.rules import elsewhere
from countermark.stockpile.ammunition.services import Lot, Move
from countermark.stockpile.codes import house
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, once, shown

HANDLE = "stock.handle"


@requires("stock.view")
@require_GET
def lots(request: HttpRequest) -> HttpResponse:
    """Lots of ammunition with what is on hand at the places one may see."""
    user = me(request)
    places = queries.visible(user)
    names = dict(Place.objects.values_list("pk", "name"))
    rows = []
    for one in acts.subjects("lot"):
        value = one.of(Lot)
        here = {place: n for place, n in value.on_hand.items() if places is None or place in places}
        if elsewhere(value.on_hand, places):
            continue
        where = "; ".join(f"{names.get(place, '')}: {n:,}" for place, n in here.items())
        rows.append([
            Cell(value.lot, reverse("stockpile:lot", args=[one.key]), exact=True),
            Cell(value.maker),
            Cell(value.calibre, exact=True),
            Cell(value.year, exact=True),
            Cell(stock_word(value.condition, "condition"), tone="" if value.condition == "serviceable" else "alarm"),
            Cell(f"{sum(here.values()):,}", amount=True),
            Cell(where, tone="alarm" if one.finding else ""),
        ])  # fmt: skip
    actions = (
        [Action(_("Describe a lot"), reverse("stockpile:lot_add"), main=True)] if accounts.may(user, HANDLE) else []
    )
    headers = [_("Lot"), _("Maker"), _("Calibre"), _("Year"), _("Condition"), _("Rounds"), _("Where")]
    table = Table(
        _("Ammunition by lot"),
        headers,
        rows,
        _("No lot yet. Describe the first as its package is marked, then receive its rounds."),
    )
    return shown(request, Page(_("Ammunition"), "ammunition", tables=[table], actions=actions))


@requires("stock.view")
@require_GET
def lot(request: HttpRequest, key: str) -> HttpResponse:
    """One lot, with what is on hand at the places one may see."""
    one, places = acts.subject("lot", key), queries.visible(me(request))
    if one is None or elsewhere(one.of(Lot).on_hand, places):
        raise Http404(_("There is no such lot among those you may see."))
    value = one.of(Lot)
    names = dict(Place.objects.values_list("pk", "name"))
    facts = [
        (_("Maker"), Cell(value.maker)),
        (_("Calibre"), Cell(value.calibre, exact=True)),
        (_("Lot"), Cell(value.lot, exact=True)),
        (_("Year"), Cell(value.year, exact=True)),
        (_("Condition"), Cell(stock_word(value.condition, "condition"))),
    ]
    rows = [
        [Cell(names.get(place, "")), Cell(f"{n:,}", tone="alarm" if n < 0 else "", amount=True)]
        for place, n in value.on_hand.items()
        if places is None or place in places
    ]
    actions = []
    if accounts.may(me(request), HANDLE):
        actions = [
            Action(_("Record a movement"), reverse("stockpile:lot_move", args=[key]), main=True),
            Action(_("Change the condition"), f"{reverse('stockpile:lot_add')}?lot={key}"),
        ]
    note = _("Two nodes took more than there was: count it.") if one.finding else ""
    table = Table(_("On hand"), [_("Place"), _("Rounds")], rows, _("None."))
    moved = _movements(lot_queries.movements_of(key, places), names)
    page = Page(
        value.lot,
        "ammunition",
        facts=facts,
        tables=[table, moved],
        actions=actions,
        above=(reverse("stockpile:lots"), _("Ammunition")),
        note=note,
    )
    return shown(request, page)


def _movements(found: list[Moved], places: dict[str, str]) -> Table:
    texts = side_texts([urn for one in found for urn in (one.party, one.note, one.by, one.second)])
    rows = [
        [
            Cell(when(one.time)),
            Cell(stock_word(one.word, "lot_word")),
            Cell(f"{one.quantity:+,}" if one.word != "move" else f"{abs(one.quantity):,}", exact=True, amount=True),
            Cell(places.get(one.place, "")),
            Cell(places.get(one.to, "") or texts.get(one.party, "")),
            Cell(reasons.told(one.why, "rounds", texts.get(one.note, ""))),
            Cell(texts.get(one.by, "")),
            Cell(texts.get(one.second, "")),
        ]
        for one in found
    ]
    headers = [
        _("When"), _("What"), _("Rounds"), _("Place"), _("To or from"), _("Remark"), _("By"), _("Second person"),
    ]  # fmt: skip
    return Table(_("Movements"), headers, rows, _("None yet."), id="movements")


@requires(HANDLE)
@GET_OR_POST
def lot_add(request: HttpRequest) -> HttpResponse:
    """Describes a lot, or says anew what condition it is in."""
    one, places = acts.subject("lot", request.GET.get("lot", "")), queries.visible(me(request))
    known_ = one is not None and not elsewhere(one.of(Lot).on_hand, places)
    form = forms.Lot(posted(request), initial=one.value if one and known_ else None)

    def do(said: dict[str, Any]) -> str:
        key = ammunition.describe(Lot(**said), by=actor(request))
        # A lot that lies elsewhere has no page here before some of it came.
        return _lot_or_list(request, key, reverse("stockpile:lot_move", args=[key]))[0]

    return asked(
        request,
        form,
        do,
        Page(_("Describe a lot"), "ammunition", above=(reverse("stockpile:lots"), _("Ammunition"))),
        _("Save"),
    )


@requires(HANDLE)
@GET_OR_POST
def lot_move(request: HttpRequest, key: str) -> HttpResponse:
    """Records a movement of a lot."""
    one = acts.subject("lot", key)
    if one is None:
        raise Http404(_("There is no such lot."))
    form = forms.Movement(common.places_of(me(request), HANDLE), posted(request))

    def do(said: dict[str, Any]) -> str:
        to = _other_side(said["word"], said["to"])
        second = seconds.of_form(said, beside=me(request), place=said["place"])
        move = Move(
            said["word"],
            said["place"],
            said["quantity"],
            to,
            said["note"],
            said["happened"],
            once(request),
            second,
            why=said["why"],
        )
        ammunition.move(key, move, by=actor(request))
        return _lot_or_list(request, key)[0]

    page = Page(_("Record a movement"), "ammunition", above=_lot_or_list(request, key))
    return asked(request, form, do, page, _("Record"))


def _other_side(word: str, text: str) -> str:
    """Who receives rounds or the place they go to, by what was scanned or typed."""
    if word == "issue":
        found = roster.by_card(text) or roster.find(identity.opaque("party", text))
        return found.party if found else text
    code = house.parse(text) if word == "move" else None
    place = units.place_of_code(code[1]) if code and code[0] == "place" else None
    return str(place.pk) if place else text


def _lot_or_list(request: HttpRequest, key: str, instead: str = "") -> tuple[str, str]:
    """The page of a lot, as (address, name); the list of lots (or `instead`) where nothing of it lies where somebody may see it."""
    one = acts.subject("lot", key)
    if one is None or elsewhere(one.of(Lot).on_hand, queries.visible(me(request))):
        return instead or reverse("stockpile:lots"), _("Ammunition")
    return reverse("stockpile:lot", args=[key]), one.of(Lot).lot
