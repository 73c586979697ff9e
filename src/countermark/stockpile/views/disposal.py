"""Surplus, destruction and ammunition: lists, records, and the forms that move them on."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger import identity
from countermark.marks.sentences import told
from countermark.marks.text import canonical
from countermark.register import reasons
from countermark.register.forms.reasons import why_of
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.register.words import label as register_label
from countermark.stockpile import acts, forms, proposals, queries, roster, seconds, units
from countermark.stockpile.ammunition import queries as lot_queries
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.queries import Moved
from countermark.stockpile.ammunition.rules import elsewhere
from countermark.stockpile.ammunition.services import Lot, Move
from countermark.stockpile.codes import house
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Destruction, Item, Plan, Review, Surplus
from countermark.stockpile.proposals import Proposal
from countermark.stockpile.queries import visible_rows
from countermark.stockpile.rules.custody import needs_second
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common
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

HANDLE, COMMAND = "stock.handle", "stock.command"


@requires("stock.view")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Reviews of the need, what is surplus, and the lists of what is destroyed."""
    user = me(request)
    names = dict(Place.objects.values_list("pk", "name"))
    actions = []
    if accounts.may(user, COMMAND):
        actions = [
            Action(_("Review a need"), reverse("stockpile:review_add")),
            Action(_("Declare surplus"), reverse("stockpile:surplus_add")),
        ]
    if accounts.may(user, HANDLE):
        actions.append(Action(_("List for destruction"), reverse("stockpile:destruction_add"), main=True))
    tables = [_destructions(user, names), _surpluses(user, names), _reviews(user, names)]
    return shown(request, Page(_("Surplus and destruction"), "disposal", tables=tables, actions=actions))


def _destructions(user: User, names: dict[str, str]) -> Table:
    rows = []
    for one in visible_rows(user, "destruction"):
        value, balance = one.of(Destruction), disposal.balance_of(one.key)
        rows.append([
            Cell(when(one.since), reverse("stockpile:destruction", args=[one.key])),
            Cell(names.get(one.place, "")),
            Cell(stock_word(value.method, "method")),
            Cell(f"{balance.planned} = {balance.destroyed} + {balance.withdrawn} + {balance.open}", exact=True),
            Cell(stock_word(one.state, "destruction_state")),
        ])  # fmt: skip
    headers = [_("List"), _("Store"), _("Method"), _("Planned = destroyed + withdrawn + open"), _("Status")]
    return Table(_("Destruction"), headers, rows, _("No list yet."), id="destruction")


def _surpluses(user: User, names: dict[str, str]) -> Table:
    rows = [
        [
            Cell(when(one.since), reverse("stockpile:surplus", args=[one.key])),
            Cell(names.get(one.place, "")),
            Cell(str(len(value.weapons)), amount=True),
            Cell(stock_word(value.outcome, "outcome")),
            Cell(stock_word(one.state, "surplus_state")),
        ]
        for one in visible_rows(user, "surplus")
        for value in [one.of(Surplus)]
    ]
    return Table(
        _("Surplus"),
        [_("Declared"), _("Store"), _("Weapons"), _("To become of them"), _("Status")],
        rows,
        _("Nothing is declared surplus."),
        id="surplus",
    )


def _reviews(user: User, names: dict[str, str]) -> Table:
    today = timezone.localdate().isoformat()
    rows = [
        [
            Cell(_(register_label(value.kind, "kind"))),
            Cell(names.get(one.place, "")),
            Cell(f"{value.held:,}", amount=True),
            Cell(f"{value.needed:,}", amount=True),
            Cell(f"{max(0, value.held - value.needed):,}", amount=True),
            Cell(when(value.next), tone="alarm" if value.next < today else ""),
        ]
        for one in visible_rows(user, "review")
        for value in [one.of(Review)]
    ]
    headers = [_("Kind"), _("Store"), _("Held"), _("Needed"), _("Surplus"), _("Next review")]
    return Table(_("Reviews of the need"), headers, rows, _("No need was reviewed yet."), id="reviews")


@requires(COMMAND)
@GET_OR_POST
def review_add(request: HttpRequest) -> HttpResponse:
    """Reviews the need for a kind of weapon."""
    form = forms.Review(common.places_of(me(request), COMMAND), posted(request))

    def do(said: dict[str, Any]) -> str:
        disposal.review(
            said["place"], said["kind"], held=said["held"], needed=said["needed"], reason=said["reason"],
            next_review=said["next_review"].isoformat(), by=actor(request),
        )  # fmt: skip
        return reverse("stockpile:disposal")

    return asked(request, form, do, _page(_("Review a need")), _("Record"))


def _page(title: str, above: str = "", note: str = "") -> Page:
    return Page(
        title, "disposal", above=(above or reverse("stockpile:disposal"), _("Surplus and destruction")), note=note
    )


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

    return asked(request, form, do, _page(_("Declare surplus")), _("Declare"))


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
        return asked(request, form, safeguarded, _page(_("Store apart"), back), _("Store apart"))
    if step != "dispose":
        raise Http404
    outcome = stock_word(one.of(Surplus).outcome, "outcome")
    with_second = disposal.seconded(one) and needs_second(units.policy_at(one.place), "dispose")
    dispose = forms.Second(posted(request)) if with_second else forms.Nothing(posted(request))
    return asked(request, dispose, disposed, _page(outcome, back), _("They are disposed of"))


# --- destruction -------------------------------------------------------------------------------------------------------


@requires(HANDLE)
@GET_OR_POST
def destruction_add(request: HttpRequest) -> HttpResponse:
    """A new list; a second person authorises it."""
    user = me(request)
    form = forms.Destruction(common.places_of(user, HANDLE), posted(request), request.FILES or None)

    def do(said: dict[str, Any]) -> str:
        document = said["document"].read() if said["document"] else None
        plan = Plan(
            said["place"], weapons_of_lines(user, said["weapons"]), said["authority"], said["method"], said["witness"],
            said["evidence"], document,
        )  # fmt: skip
        return reverse("stockpile:destruction", args=[disposal.plan(plan, by=actor(request), request=once(request))])

    note = _("Nothing is destroyed before somebody else has authorised the list and two people have read every serial.")
    return asked(request, form, do, _page(_("List for destruction"), note=note), _("Make the list"))


@requires("stock.view")
@require_GET
def destruction(request: HttpRequest, key: str) -> HttpResponse:
    """One list: who authorised it, how far each weapon has come, and whether the figures agree."""
    user, one = me(request), known(request, "destruction", key)
    value, balance = one.of(Destruction), disposal.balance_of(key)
    names = side_texts([value.authority, value.evidence, value.witness, value.residue, value.approved_by, one.place])
    facts = [
        (_("Store"), Cell(names.get(one.place, ""))),
        (_("Authority"), Cell(names.get(value.authority, ""))),
        (_("Authorised by"), _authorised_by(key, names.get(value.approved_by, ""))),
        (_("Method"), Cell(stock_word(value.method, "method"))),
        (_("Release of evidence"), Cell(names.get(value.evidence, ""))),
        (_("Independent witness"), Cell(names.get(value.witness, ""))),
        (_("Planned"), Cell(str(balance.planned))),
        (_("Destroyed"), Cell(str(balance.destroyed))),
        (_("Withdrawn"), Cell(str(balance.withdrawn))),
        (_("Open"), Cell(str(balance.open), tone="alarm" if balance.open and one.state == "closed" else "")),
        (_("What became of the scrap"), Cell(names.get(value.residue, ""))),
    ]
    page = Page(
        _list_title(one),
        "disposal",
        facts=facts,
        tables=[_item_table(key)],
        actions=_destruction_actions(user, one, balance.even),
        above=(reverse("stockpile:disposal"), _("Surplus and destruction")),
        steps=[
            (_("List"), True),
            (_("Authorised"), bool(value.approved_by)),
            (_("Reconciled"), balance.even),
            (_("Closed"), one.state == "closed"),
        ],
    )
    return shown(request, page)


def _list_title(one: Subject) -> str:
    return _("List for destruction, %(day)s") % {"day": when(one.since)}


def _authorised_by(key: str, name: str) -> Cell:
    if disposal.declined(key):
        return Cell(stock_word("declined", "proposal_state"), reverse("stockpile:proposals"), tone="alarm")
    return Cell(name)


def _item_table(key: str) -> Table:
    rows = []
    for item in disposal.items_of(key):
        value = item.of(Item)
        missing = disposal.still_missing(item) if item.state == "planned" else None
        read = len(value.readings)
        said = ngettext("read by %(n)d person", "read by %(n)d people", read) % {"n": read}
        state = stock_word(item.state, "item_state")
        if item.state == "planned":
            state = (
                _("ready: %(said)s") % {"said": said}
                if missing is None
                else _("%(said)s; needed: %(missing)s") % {"said": said, "missing": told(missing, _)}
            )
        rows.append([
            Cell(value.serial or value.weapon[:8], f"/weapons/{value.weapon}/", exact=True),
            Cell(state, tone="alarm" if missing is not None and read > 1 else ""),
            Cell(_("two nodes contradict each other") if item.finding else "", tone="alarm"),
        ])  # fmt: skip
    return Table(_("Weapons"), [_("Serial on record"), _("Status"), _("Finding")], rows)


def _destruction_actions(user: User, one: Subject, even: bool) -> list[Action]:
    if one.state == "closed":
        return [Action(_("Print the certificate"), reverse("stockpile:destruction_pdf", args=[one.key]), main=True)]
    if not accounts.may_at(user, HANDLE, one.place):
        return []
    if disposal.declined(one.key):
        return [Action(_("Correct and ask again"), reverse("stockpile:destruction_correct", args=[one.key]), main=True)]
    if one.state != "authorised":
        return []
    steps = [
        ("read", _("Read a serial"), not even),
        ("destroy", _("Weapons destroyed"), not even),
        ("withdraw", _("Take off the list"), not even),
    ]
    steps.append(("close", _("Close the list"), even))
    return [
        Action(label, reverse("stockpile:destruction_step", args=[one.key, step]), main=step in ("read", "close"))
        for step, label, may in steps
        if may
    ]


@requires(HANDLE)
@GET_OR_POST
def destruction_step(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """One step of a destruction: a serial read, weapons destroyed, one taken off, the list closed."""
    one = known(request, "destruction", key, HANDLE)
    back, by, user = reverse("stockpile:destruction", args=[key]), actor(request), me(request)
    above = back, _list_title(one)
    page = {name: Page(title, "disposal", above=above) for name, title in _step_titles().items()}.get(step)
    if page is None:
        raise Http404

    def read(said: dict[str, Any]) -> str:
        disposal.read(key, _item(user, key, said["weapon"]), said["serial"], by=by)
        return reverse("stockpile:destruction_step", args=[key, "read"])

    def destroyed(said: dict[str, Any]) -> str:
        weapons = weapons_of_lines(user, said["weapons"])
        disposal.destroy(key, weapons, confirmed=said["confirmed"], happened=said["happened"], by=by)
        return back

    def withdrawn(said: dict[str, Any]) -> str:
        for weapon in weapons_of_lines(user, said["weapons"]):
            disposal.withdraw(key, weapon, why_of(said), by=by)
        return back

    def closed(said: dict[str, Any]) -> str:
        disposal.close(key, said["residue"], happened=said["happened"], by=by)
        return back

    if step == "read":
        page = replace(page, tables=[_item_table(key)], note=_("Read the weapon, not the list."))
        return asked(request, forms.Read(posted(request)), read, page, _("Read"))
    if step == "destroy":
        return asked(request, forms.Destroy(posted(request)), destroyed, page, _("They are destroyed"))
    if step == "withdraw":
        return asked(request, forms.Withdraw(posted(request)), withdrawn, page, _("Take off the list"))
    return asked(request, forms.Close(posted(request)), closed, page, _("Close the list"))


def _step_titles() -> dict[str, str]:
    return {
        "read": _("Read a serial"),
        "destroy": _("Weapons destroyed"),
        "withdraw": _("Take off the list"),
        "close": _("Close the list"),
    }


@requires(HANDLE)
@GET_OR_POST
def destruction_correct(request: HttpRequest, key: str) -> HttpResponse:
    """A list somebody declined, with what it says to be changed; it is asked for again."""
    one, user = known(request, "destruction", key, HANDLE), me(request)
    value = one.of(Destruction)
    names = side_texts([value.authority, value.witness, value.evidence])
    listed = [item.of(Item) for item in disposal.items_of(one.key) if item.state == "planned"]
    initial = {
        "weapons": "\n".join(item.serial or item.weapon for item in listed), "method": value.method,
        **{name: names.get(getattr(value, name), "") for name in ("authority", "witness", "evidence")},
    }  # fmt: skip
    form = forms.Destruction([], posted(request), request.FILES or None, initial=initial)
    del form.fields["place"]

    def do(said: dict[str, Any]) -> str:
        weapons = weapons_of_lines(user, said["weapons"], [item.weapon for item in listed])
        document = said["document"].read() if said["document"] else None
        plan = Plan(one.place, weapons, said["authority"], said["method"], said["witness"], said["evidence"], document)
        disposal.correct(one.key, plan, by=actor(request), request=once(request))
        return reverse("stockpile:destruction", args=[one.key])

    note = _("It was declined: %(why)s") % {"why": "; ".join(_why_declined(one)) or "–"}
    page = _page(_("Correct the list"), reverse("stockpile:destruction", args=[one.key]), note)
    return asked(request, form, do, page, _("Ask again"))


def _why_declined(one: Subject) -> list[str]:
    """What was said each time the list was declined, the last first."""
    asked_ = sorted(proposals.of_kind("destruction", "destruction", one.key, one.place), key=lambda each: each.time)
    answers = [each.of(Proposal).answer for each in reversed(asked_)]
    texts = side_texts(answers)
    return [texts[answer] for answer in answers if answer in texts]


def _item(user: User, key: str, text: str) -> str:
    """The weapon of a list that a scan or the serial on the list means. Raises `Refused`."""
    wanted = canonical(text)
    of_list = [one.of(Item) for one in disposal.items_of(key)]
    named = [one.weapon for one in of_list if canonical(one.serial) == wanted or one.weapon == text.strip()]
    if len(named) == 1:
        return named[0]
    (found,) = weapons_of_lines(user, text) or [""]
    if found not in {one.weapon for one in of_list}:
        raise acts.refuse("weapon", text, "a weapon of this list", "unknown")
    return found


# --- ammunition --------------------------------------------------------------------------------------------------------


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
