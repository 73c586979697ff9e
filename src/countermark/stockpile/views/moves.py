"""Shipments between sites, losses and thefts: lists, records, and the forms that move them on."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger.entry import now
from countermark.ledger.reasons import OTHER
from countermark.register.forms.reasons import why_of
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import forms, seconds, units
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Incident, Report
from countermark.stockpile.queries import visible_rows
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import ON_THE_WAY, Manifest, Shipment
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common
from countermark.stockpile.views.pages import (
    Action,
    Cell,
    Page,
    Side,
    Table,
    asked,
    known,
    once,
    shown,
    weapon_cells,
    weapons_of_lines,
)

HANDLE, COMMAND = "stock.handle", "stock.command"


def split(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


# --- shipments ---------------------------------------------------------------------------------------------------------


@requires("stock.view")
@require_GET
def shipment_list(request: HttpRequest) -> HttpResponse:
    """What is prepared, on its way and arrived, the newest first; what is late is said."""
    user = me(request)
    found = visible_rows(user, "shipment")
    names = dict(Place.objects.values_list("pk", "name"))
    rows = [_shipment_row(one, names) for one in found]
    actions = (
        [Action(_("New shipment"), reverse("stockpile:shipment_add"), main=True)] if accounts.may(user, HANDLE) else []
    )
    headers = [_("Shipment"), _("From"), _("To"), _("Weapons"), _("To arrive by"), _("Status")]
    table = Table(
        _("Shipments"),
        headers,
        rows,
        _("Nothing was sent yet. A manifest names each weapon; what arrives is read in full."),
    )
    return shown(request, Page(_("Shipments"), "shipments", tables=[table], actions=actions))


def _shipment_row(one: Subject, names: dict[str, str]) -> list[Cell]:
    value = one.of(Shipment)
    return [
        Cell(when(one.since), reverse("stockpile:shipment", args=[one.key])),
        Cell(names.get(value.sender, "")),
        Cell(names.get(value.receiver, "")),
        Cell(
            f"{len(value.received)} / {len(value.weapons)}" if value.received else str(len(value.weapons)), amount=True
        ),
        Cell(when(one.due), tone="alarm" if is_late(one) else ""),
        _shipment_state(one),
    ]


def _shipment_state(one: Subject) -> Cell:
    said = stock_word(one.state, "shipment_state")
    if is_late(one):
        said = _("%(state)s, overdue") % {"state": said}
    if one.finding:
        said = f"{said}: {stock_word(one.finding, 'shipment_finding')}"
    return Cell(said, tone="alarm" if one.finding or is_late(one) else "")


def is_late(one: Subject) -> bool:
    """Whether a shipment was to have arrived by now."""
    return one.state in ON_THE_WAY and bool(one.due) and one.due < now()[: max(10, len(one.due))]


@requires("stock.view")
@require_GET
def shipment(request: HttpRequest, key: str) -> HttpResponse:
    """One shipment with its manifest."""
    user, one = me(request), known(request, "shipment", key)
    value = one.of(Shipment)
    urns = [value.authority, value.route, value.escort, value.vehicle, value.ammunition]
    names = side_texts(
        [*urns, *[part.get(name, "") for part in value.passed for name in ("party", "where", "condition")]]
    )
    places = dict(Place.objects.filter(pk__in=[value.sender, value.receiver]).values_list("pk", "name"))
    route = Cell(names.get(value.route, ""))
    if value.route and not accounts.may_at(user, "stock.location", one.place):
        route = Cell(_("kept from you"))
    facts = [
        (_("Status"), _shipment_state(one)),
        (_("From"), Cell(places.get(value.sender, ""))),
        (_("To"), Cell(places.get(value.receiver, ""))),
        (_("To arrive by"), Cell(when(one.due))),
        (_("Ordered by"), Cell(names.get(value.authority, ""))),
        (_("Read as it was loaded"), Cell(f"{value.loaded:,}" if value.loaded else "")),
        (_("Seals"), Cell(", ".join(value.seals), exact=True)),
        *_seals_found(value),
        (_("Vehicle"), Cell(names.get(value.vehicle, ""))),
        (_("Escort"), Cell(names.get(value.escort, ""))),
        (_("Route"), route),
        (_("Ammunition sent apart"), Cell(names.get(value.ammunition, ""))),
    ]
    page = Page(
        _title(one),
        "shipments",
        facts=facts,
        tables=[*_manifest(value), *_hands(value, names)],
        actions=_shipment_actions(user, one),
        above=(reverse("stockpile:shipments"), _("Shipments")),
        steps=[(_("Manifest"), True), (_("Sent off"), bool(value.dispatched)), (_("Arrived"), one.state == "arrived")],
    )
    return shown(request, page)


def _seals_found(value: Shipment) -> list[tuple[str, Cell]]:
    """The seals that were found, where they are not those that were set."""
    if not value.seals_missing and not value.seals_foreign:
        return []
    whole = [one for one in value.seals if one not in value.seals_missing]
    return [(_("Seals found"), Cell(", ".join([*whole, *value.seals_foreign]), exact=True, tone="alarm"))]


def _manifest(value: Shipment) -> list[Table]:
    arrived, headers = set(value.received), [_("Serial"), _("Weapon"), _("Arrived")]
    here = _("✓ arrived"), _("not yet")
    rows = [
        [*cells, Cell(here[0] if weapon in arrived else here[1], tone="good" if weapon in arrived else "")]
        for weapon, cells in zip(value.weapons, weapon_cells(value.weapons), strict=False)
    ]
    found = [Table(_("Manifest"), headers, rows, id="manifest")]
    if value.surplus:
        rows_ = [[*cells] for cells in weapon_cells(value.surplus)]
        found.append(Table(_("Came with it unannounced"), headers[:2], rows_, id="surplus"))
    return found


def _hands(value: Shipment, names: dict[str, str]) -> list[Table]:
    if not value.passed:
        return []
    rows = [
        [
            Cell(when(one.get("time", ""))),
            *[Cell(names.get(one.get(name, ""), "")) for name in ("party", "where", "condition")],
        ]
        for one in value.passed
    ]
    return [
        Table(
            _("From hand to hand"),
            [_("When"), _("Taken over by"), _("Where"), _("Seals and condition")],
            rows,
            id="hands",
        )
    ]


def _shipment_actions(user: User, one: Subject) -> list[Action]:
    sends = accounts.may_at(user, HANDLE, one.place)
    takes = accounts.may_at(user, HANDLE, one.person)
    may = {
        "prepared": [("dispatch", _("Send off"), sends), ("cancel", _("Cancel"), sends)],
        "dispatched": [("arrive", _("Arrived"), takes), ("pass", _("Handed over on the way"), sends or takes)],
        "short": [("arrive", _("Something came late"), takes), ("close", _("Close"), takes)],
    }
    paper = Action(_("Print the manifest"), reverse("stockpile:manifest_pdf", args=[one.key]))
    return [
        Action(label, reverse("stockpile:shipment_step", args=[one.key, step]), main=not number)
        for number, (step, label, allowed) in enumerate(may.get(one.state, []))
        if allowed
    ] + [paper]


@requires(HANDLE)
@GET_OR_POST
def shipment_add(request: HttpRequest) -> HttpResponse:
    """A new manifest."""
    user = me(request)
    form = forms.Shipment(common.places_of(user, HANDLE), posted(request))
    receiver: Any = form.fields["receiver"]
    receiver.choices = [("", "–"), *Place.objects.order_by("name").values_list("pk", "name")]

    def do(said: dict[str, Any]) -> str:
        manifest = Manifest(
            said["place"], said["receiver"], weapons_of_lines(user, said["weapons"]), said["due"].isoformat(), split(said["seals"]),
            said["authority"], said["route"], said["escort"], said["vehicle"], said["ammunition"],
        )  # fmt: skip
        return reverse(
            "stockpile:shipment", args=[shipments.prepare(manifest, by=actor(request), request=once(request))]
        )

    return asked(
        request,
        form,
        do,
        Page(_("New shipment"), "shipments", above=(reverse("stockpile:shipments"), _("Shipments"))),
        _("Write the manifest"),
    )


_SIDES: dict[str, Side] = {
    "dispatch": "place",
    "cancel": "place",
    "pass": "either",
    "arrive": "person",
    "close": "person",
}
"""Whose step it is: the sender's (`place` of a shipment), the receiver's (`person`), or of either."""


@requires(HANDLE)
@GET_OR_POST
def shipment_step(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """One step of a shipment: sent off, handed over on the way, arrived, cancelled, closed; each by the side whose step it is."""
    one = known(request, "shipment", key, HANDLE, _side_of(step))
    page = Page(_step_titles()[step], "shipments", above=(reverse("stockpile:shipment", args=[key]), _title(one)))
    do = _doers(request, one)[step]
    if step == "dispatch":
        return asked(request, forms.Dispatch(posted(request)), do, page, _("Send off"))
    if step == "pass":
        return asked(request, forms.Pass(posted(request)), do, page, _("Record"))
    if step == "arrive":
        stores = Place.objects.filter(pk__in=units.of_site(one.of(Shipment).receiver)).order_by("name")
        return asked(request, forms.offer_stores(forms.Arrive(posted(request)), stores), do, page, _("Take in"))
    if step == "cancel":
        return asked(request, forms.WhyCancelled(posted(request)), do, page, _("Cancel it"))
    return asked(request, forms.WhyClosed(posted(request)), do, page, _("Close"))


def _title(one: Subject) -> str:
    return _("Shipment of %(day)s") % {"day": when(one.since)}


def _step_titles() -> dict[str, str]:
    return {
        "dispatch": _("Send off"),
        "pass": _("Handed over on the way"),
        "arrive": _("Arrived"),
        "cancel": _("Cancel the shipment"),
        "close": _("Close the shipment"),
    }


def _doers(request: HttpRequest, one: Subject) -> dict[str, Callable[[dict[str, Any]], str]]:
    """What each step does with what its form says; where it leads is the shipment."""
    key, user, by = one.key, me(request), actor(request)
    back = reverse("stockpile:shipment", args=[key])

    def dispatch(said: dict[str, Any]) -> str:
        second = seconds.of_form(said, beside=user, place=one.place)
        read = weapons_of_lines(user, said["weapons"], one.of(Shipment).weapons)
        shipments.dispatch(key, read, second=second, happened=said["happened"], account=said["account"], by=by)
        return back

    def passed(said: dict[str, Any]) -> str:
        shipments.pass_on(
            key, said["party"], said["where"], condition=said["condition"], happened=said["happened"], by=by
        )
        return back

    def arrived(said: dict[str, Any]) -> str:
        read = weapons_of_lines(user, said["weapons"], one.of(Shipment).weapons)
        second = seconds.of_form(said, beside=user, place=said["store"])
        shipments.arrive(
            key, read, said["store"], seals=split(said["seals"]), note=said["note"], happened=said["happened"], second=second, by=by
        )  # fmt: skip
        return back

    def cancelled(said: dict[str, Any]) -> str:
        shipments.cancel(key, why_of(said), by=by)
        return back

    def closed(said: dict[str, Any]) -> str:
        shipments.close_short(key, why_of(said), by=by)
        return back

    return {"dispatch": dispatch, "pass": passed, "arrive": arrived, "cancel": cancelled, "close": closed}


def _side_of(step: str) -> Side:
    if step not in _SIDES:
        raise Http404
    return _SIDES[step]


# --- incidents ---------------------------------------------------------------------------------------------------------


@requires("stock.view")
@require_GET
def incident_list(request: HttpRequest) -> HttpResponse:
    """Losses and thefts, the newest first."""
    user = me(request)
    names = dict(Place.objects.values_list("pk", "name"))
    rows = []
    for one in visible_rows(user, "incident"):
        value = one.of(Incident)
        missing = len(value.missing)
        said = ngettext("%(n)d missing", "%(n)d missing", missing) % {"n": missing} if missing else _("all back")
        rows.append([
            Cell(_incident_title(one), reverse("stockpile:incident", args=[one.key])),
            Cell(names.get(one.place, "")),
            Cell(said, tone="alarm" if missing and one.state in incidents.OPEN else ""),
            Cell(stock_word(one.state, "incident_state")),
        ])  # fmt: skip
    actions = (
        [Action(_("Report a loss or theft"), reverse("stockpile:incident_add"), main=True)]
        if accounts.may(user, HANDLE)
        else []
    )
    table = Table(
        _("Losses and thefts"),
        [_("What"), _("Store"), _("Weapons"), _("Status")],
        rows,
        _("Nothing is reported missing."),
    )
    return shown(request, Page(_("Losses and thefts"), "incidents", tables=[table], actions=actions))


@requires("stock.view")
@require_GET
def incident(request: HttpRequest, key: str) -> HttpResponse:
    """One loss or theft: what is missing, what the inquiry found, what came back."""
    user, one = me(request), known(request, "incident", key)
    value = one.of(Incident)
    names = side_texts([value.circumstances, value.finding, value.sanction, one.place])
    facts = [
        (_("What"), Cell(stock_word(value.what, "incident_what"))),
        (_("Status"), Cell(stock_word(one.state, "incident_state"))),
        (_("Store"), Cell(names.get(one.place, ""))),
        (_("Reason"), Cell(told(value.reason_code, value.what) if value.reason_code != OTHER else "")),
        (_("Circumstances"), Cell(names.get(value.circumstances, ""))),
        (_("Happened"), Cell(when(value.happened))),
        (_("Reported"), Cell(when(one.since))),
        (_("Finding of the inquiry"), Cell(names.get(value.finding, ""))),
        (_("What followed for whom"), Cell(names.get(value.sanction, ""))),
    ]
    back = set(value.recovered)
    rows = [
        [*cells, Cell(_("✓ back") if weapon in back else _("missing"), tone="good" if weapon in back else "alarm")]
        for weapon, cells in zip(value.weapons, weapon_cells(value.weapons), strict=False)
    ]
    table = Table(_("Weapons"), [_("Serial"), _("Weapon"), _("Now")], rows)
    page = Page(
        _incident_title(one),
        "incidents",
        facts=facts,
        tables=[table],
        actions=_incident_actions(user, one),
        above=(reverse("stockpile:incidents"), _("Losses and thefts")),
        steps=[
            (_("Reported"), True),
            (_("Inquiry"), bool(value.finding)),
            (_("Closed"), one.state not in incidents.OPEN),
        ],
    )
    return shown(request, page)


def _incident_actions(user: User, one: Subject) -> list[Action]:
    value, commands = one.of(Incident), accounts.may_at(user, COMMAND, one.place)
    handles = accounts.may_at(user, HANDLE, one.place)
    offered = [
        ("inquire", _("Record the inquiry"), commands and one.state in incidents.OPEN),
        ("recover", _("Something came back"), handles and bool(value.missing)),
        (
            "write_off",
            _("Propose to write off"),
            (handles or commands) and one.state == "inquiry" and bool(value.finding),
        ),
    ]
    return [
        Action(label, reverse("stockpile:incident_step", args=[one.key, step])) for step, label, may in offered if may
    ]


@requires(HANDLE)
@GET_OR_POST
def incident_add(request: HttpRequest) -> HttpResponse:
    """Reports a loss or theft: the weapons are on the stolen list at once."""
    user = me(request)
    form = forms.Report(common.places_of(user, HANDLE), posted(request))

    def do(said: dict[str, Any]) -> str:
        weapons = weapons_of_lines(user, said["weapons"])
        report = Report(said["what"], said["place"], weapons, said["reason"], said["circumstances"], said["happened"])
        return reverse("stockpile:incident", args=[incidents.report(report, by=actor(request), request=once(request))])

    note = _("The weapons are reported lost or stolen at once; every counter and every trace will say so.")
    page = Page(
        _("Report a loss or theft"),
        "incidents",
        above=(reverse("stockpile:incidents"), _("Losses and thefts")),
        note=note,
    )
    return asked(request, form, do, page, _("Report"))


def _incident_above(one: Subject) -> tuple[str, str]:
    return reverse("stockpile:incident", args=[one.key]), _incident_title(one)


def _incident_title(one: Subject) -> str:
    words = {"what": stock_word(one.of(Incident).what, "incident_what"), "day": when(one.since)}
    return _("%(what)s, %(day)s") % words


@requires("stock.view")
@GET_OR_POST
def incident_step(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """One step of an incident: inquiry, recovery, the proposal to write off."""
    permission = COMMAND if step == "inquire" else HANDLE
    user = me(request)
    if step == "write_off" and not accounts.may(user, HANDLE):
        permission = COMMAND
    above, by = _incident_above(known(request, "incident", key, permission)), actor(request)
    back, titles = above[0], {"inquire": _("Record the inquiry"), "recover": _("Something came back")}
    page = Page(titles.get(step, _("Propose to write off")), "incidents", above=above)

    def inquired(said: dict[str, Any]) -> str:
        incidents.inquire(key, finding=said["finding"], sanction=said["sanction"], by=by)
        return back

    def recovered(said: dict[str, Any]) -> str:
        weapons = weapons_of_lines(user, said["weapons"])
        incidents.recover(key, weapons, said["store"], note=said["note"], happened=said["happened"], by=by)
        return back

    def proposed(said: dict[str, Any]) -> str:
        return reverse("stockpile:proposal", args=[incidents.propose_write_off(key, why_of(said), by=by)])

    if step == "inquire":
        return asked(request, forms.Inquiry(posted(request)), inquired, page, _("Record"))
    if step == "recover":
        form = forms.offer_stores(forms.Recover(posted(request)), common.places_of(user, HANDLE))
        return asked(request, form, recovered, page, _("Back in the store"))
    if step != "write_off":
        raise Http404
    return asked(request, forms.WhyWrittenOff(posted(request)), proposed, page, _("Propose"))
