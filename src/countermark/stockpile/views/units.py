"""Storage units on pages: what each place is, how full, and where exactly it lies for who may see that."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.register.words import label as register_label
from countermark.stockpile import acts, forms, queries, units
from countermark.stockpile.codes import house
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.units import Unit
from countermark.stockpile.views import changes, common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, shown

COMMAND = "stock.command"


@requires("stock.view")
@require_GET
def unit_list(request: HttpRequest) -> HttpResponse:
    """Every place one may see, with what it is as a storage unit and how full."""
    user = me(request)
    places = queries.visible(user)
    said = {one.key: one.of(Unit) for one in acts.subjects("unit")}
    held = {line.place.pk: line for line in queries.board(places)}
    rows = [_unit_row(line.place, said.get(pk), line.in_store) for pk, line in held.items()]
    actions = (
        [Action(_("Describe a unit"), reverse("stockpile:unit_set"), main=True)] if accounts.may(user, COMMAND) else []
    )
    actions.append(Action(_("Rules of the stores"), reverse("stockpile:policies")))
    headers = [_("Place"), _("Is a"), _("Code"), _("Holds"), _("Room for"), _("Kinds"), _("Custodian")]
    table = Table(_("Places of the stockpile"), headers, rows, _("There are no places yet."))
    return shown(request, Page(_("Storage units"), "units", tables=[table], actions=actions))


def _unit_row(place: Place, unit: Unit | None, count: int) -> list[Cell]:
    name = Cell(place.name, reverse("stockpile:unit", args=[place.pk]))
    if unit is None:
        return [name, Cell(""), Cell(""), Cell(f"{count:,}", amount=True), Cell(""), Cell(""), Cell("")]
    full = bool(unit.capacity) and count > unit.capacity
    custodian = side_texts([unit.custodian]).get(unit.custodian, "")
    return [
        name,
        Cell(stock_word(unit.form, "unit")),
        Cell(house.shown(unit.code), exact=True),
        Cell(f"{count:,}", tone="alarm" if full else "", amount=True),
        Cell(f"{unit.capacity:,}" if unit.capacity else "", amount=True),
        Cell(_kinds(unit)),
        Cell(custodian),
    ]


def _kinds(unit: Unit) -> str:
    return ", ".join(_(register_label(kind, "kind")) for kind in unit.weapons) or _("all")


@requires("stock.view")
@require_GET
def unit(request: HttpRequest, place: str) -> HttpResponse:
    """One storage unit; where exactly it lies only for who may see that, by a step of its own that is recorded."""
    user, here = me(request), _place(request, place)
    found = units.unit(here.pk)
    facts = [(_("Place"), Cell(accounts.place_path(here))), (_("Holds"), Cell(f"{queries.count_in(here.pk):,}"))]
    if found is not None:
        facts += [
            (_("Is a"), Cell(stock_word(found.form, "unit"))),
            (_("Code"), Cell(house.shown(found.code), exact=True)),
        ]
        facts += [
            (_("Room for"), Cell(f"{found.capacity:,}" if found.capacity else "")),
            (_("Kinds"), Cell(_kinds(found))),
        ]
        facts.append((_("Custodian"), Cell(side_texts([found.custodian]).get(found.custodian, ""))))
    if found is not None and found.location:
        facts.append((_("Exact location"), _location(request, here)))
    actions = []
    if accounts.may_at(user, COMMAND, here.pk):
        actions.append(Action(_("Change"), f"{reverse('stockpile:unit_set')}?place={here.pk}", main=True))
    page = Page(
        here.name,
        "units",
        facts=facts,
        tables=[changes.table(user, "unit", here.pk), *_looks(user, here)],
        actions=actions,
        above=(reverse("stockpile:units"), _("Storage units")),
    )
    return shown(request, page)


def _looks(user: User, place: Place) -> list[Table]:
    """Who looked at the exact location, for those who may see it themselves."""
    if not accounts.may_at(user, "stock.location", place.pk):
        return []
    found = units.looks(place.pk)
    names = side_texts([by for _time, by in found])
    rows = [[Cell(when(time), exact=True), Cell(names.get(by, ""))] for time, by in found]
    headers, empty = [_("When"), _("Who")], _("Nobody yet.")
    return [Table(_("Who looked at the exact location"), headers, rows, empty, id="looks")]


def _location(request: HttpRequest, place: Place) -> Cell:
    """Where the exact location is to be asked for."""
    if not accounts.may_at(me(request), "stock.location", place.pk):
        return Cell(_("kept from you"))
    return Cell(_("Show, and record that you looked"), reverse("stockpile:unit_location", args=[place.pk]))


@requires("stock.location")
@GET_OR_POST
def unit_location(request: HttpRequest, place: str) -> HttpResponse:
    """Where exactly a unit lies, once it was asked for: an act says who looked."""
    here = _place(request, place)
    found = units.unit(here.pk)
    above = (reverse("stockpile:unit", args=[here.pk]), here.name)
    if found is None or not accounts.may_at(me(request), "stock.location", here.pk):
        raise Http404(_("There is no such place among those you may see."))
    if request.method != "POST":
        page = Page(_("Exact location"), "units", above=above, note=_("That you looked is recorded."))
        return asked(request, forms.Nothing(), lambda _said: above[0], page, _("Show it"))
    units.looked_at(here.pk, by=actor(request))
    return shown(
        request, Page(here.name, "units", facts=[(_("Exact location"), Cell(units.location(found)))], above=above)
    )


@requires(COMMAND)
@GET_OR_POST
def unit_set(request: HttpRequest) -> HttpResponse:
    """Says what a place is as a storage unit."""
    places = common.places_of(me(request), COMMAND)
    asked_for = request.GET.get("place", "")
    known = units.unit(asked_for) if asked_for in {one.pk for one in places} else None
    initial: dict[str, Any] = {"place": asked_for}
    if known is not None:
        names = side_texts([known.custodian])
        initial |= {
            "form": known.form,
            "capacity": known.capacity,
            "weapons": list(known.weapons),
            "ammunition": known.ammunition,
        }
        initial["custodian"] = names.get(known.custodian, "")
    form = forms.Unit(places, posted(request), initial=initial)

    def do(said: dict[str, Any]) -> str:
        before = units.unit(said["place"])
        location = said["location"] or (before.location if before else "")
        fields = units.UnitFields(
            said["form"], said["capacity"], tuple(said["weapons"]), said["custodian"], location, said["ammunition"]
        )
        units.set_unit(said["place"], fields, by=actor(request))
        return reverse("stockpile:unit", args=[said["place"]])

    note = _("Where it lies stays as it was said before unless you write it anew.") if known and known.location else ""
    page = Page(
        _("Describe a storage unit"), "units", above=(reverse("stockpile:units"), _("Storage units")), note=note
    )
    return asked(request, form, do, page, _("Save"))


def _place(request: HttpRequest, place: str) -> Place:
    found = Place.objects.filter(pk=place).first()
    places = queries.visible(me(request))
    if found is None or (places is not None and place not in places):
        raise Http404(_("There is no such place among those you may see."))
    return found
