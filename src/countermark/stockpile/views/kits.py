"""Kits: a list, one with what belongs to it, putting together, changing, taking apart."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import forms, kits, queries
from countermark.stockpile.codes import house
from countermark.stockpile.kits import KitFields, Packed
from countermark.stockpile.queries import Held
from countermark.stockpile.scanning import queries as scanning
from countermark.stockpile.templatetags.stockpile_words import stock_word
from countermark.stockpile.views import changes, common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, known, shown, weapons_of_lines

HANDLE = "stock.handle"


@requires("stock.view")
@require_GET
def kit_list(request: HttpRequest) -> HttpResponse:
    """The kits of the places one may see."""
    user = me(request)
    found = kits.at(queries.visible(user))
    names = dict(Place.objects.filter(pk__in={one.subject.place for one in found}).values_list("pk", "name"))
    rows = [
        (
            Cell(one.name or house.shown(one.code), _address(one.code)),
            Cell(house.shown(one.code), exact=True),
            Cell(names.get(one.subject.place, "")),
            Cell(f"{len(one.kit.weapons)}", amount=True),
            Cell(one.contents),
        )
        for one in found
    ]
    actions = (
        [Action(_("Put a kit together"), reverse("stockpile:kit_add"), main=True)] if accounts.may(user, HANDLE) else []
    )
    headers = [_("Kit"), _("Code"), _("Store"), _("Weapons"), _("Along with them")]
    empty = _("There is no kit yet. Put the first together; one scan of its code then puts all of it on the counter.")
    return shown(request, Page(_("Kits"), "kits", tables=[Table(_("Kits"), headers, rows, empty)], actions=actions))


@requires("stock.view")
@require_GET
def kit(request: HttpRequest, code: str) -> HttpResponse:
    """One kit: its weapons and where each is, and what goes along."""
    one = _known(request, code)
    place = Place.objects.filter(pk=one.subject.place).first()
    facts = [
        (_("Code"), Cell(house.shown(one.code), exact=True)),
        (_("Store"), Cell(place.name if place else "")),
        (_("Status"), Cell(_("in use") if one.in_use else _("taken apart"), tone="" if one.in_use else "alarm")),
    ]
    held = _held(request, one)
    tables = [
        Table(_("Weapons"), [_("Serial"), _("Weapon"), _("Now"), _("With")], [_weapon_row(item) for item in held]),
        Table(
            _("Along with them"),
            [_("What"), _("How many")],
            [(Cell(what), Cell(f"{n:,}", amount=True)) for what, n in one.accessories],
            _("Nothing."),
            id="accessories",
        ),
        changes.table(me(request), "kit", one.code),
    ]
    page = Page(
        one.name or house.shown(one.code),
        "kits",
        facts=facts,
        tables=tables,
        actions=_actions(request, one),
        above=(reverse("stockpile:kits"), _("Kits")),
        note=_lacking(one, held) if one.in_use else "",
    )
    return shown(request, page)


def _held(request: HttpRequest, one: Packed) -> list[Held]:
    """The weapons of a kit that somebody may see."""
    seen = scope.of(me(request)).narrow(Weapon.objects.filter(pk__in=one.kit.weapons)).values_list("pk", flat=True)
    wanted = {str(pk): pk for pk in seen}
    return queries.shown([wanted[weapon] for weapon in one.kit.weapons if weapon in wanted])


def _weapon_row(item: Held) -> list[Cell]:
    custody = item.holding.custody if item.holding else "store"
    return [
        Cell(item.weapon.serial or item.weapon.ref, f"/weapons/{item.weapon.pk}/", exact=True),
        Cell(f"{item.weapon.maker} {item.weapon.model}".strip()),
        Cell(stock_word(custody, "custody"), tone="alarm" if custody in ("missing", "destroyed") else ""),
        Cell(item.holder if custody != "store" else ""),
    ]


def _lacking(one: Packed, held: Iterable[Held]) -> str:
    """What is said of a kit that is not whole: some of it is not where the rest is."""
    found = [item.holding.custody if item.holding else "store" for item in held]
    together = max((found.count(custody) for custody in found), default=0)
    apart = len(one.kit.weapons) - together
    if not apart:
        return ""
    said = ngettext("Not complete: %(n)d weapon is elsewhere.", "Not complete: %(n)d weapons are elsewhere.", apart)
    return said % {"n": apart}


def _actions(request: HttpRequest, one: Packed) -> list[Action]:
    if not one.in_use:
        return []
    address = f"{reverse('stockpile:labels')}?{urlencode({'codes': house.shown(one.code)})}"
    label = [Action(_("Print its label"), address)]
    if not accounts.may_at(me(request), HANDLE, one.subject.place):
        return label
    shown_code = house.shown(one.code)
    return [
        Action(_("Change"), reverse("stockpile:kit_change", args=[shown_code]), main=True),
        Action(_("Take apart"), reverse("stockpile:kit_dissolve", args=[shown_code])),
        *label,
    ]


@requires(HANDLE)
@GET_OR_POST
def kit_add(request: HttpRequest) -> HttpResponse:
    """Puts a kit together; its page has the code to print."""
    form = forms.Kit(common.places_of(me(request), HANDLE), posted(request))
    page = Page(_("Put a kit together"), "kits", above=(reverse("stockpile:kits"), _("Kits")))
    return asked(request, form, lambda said: _set(request, said), page, _("Put together"))


@requires(HANDLE)
@GET_OR_POST
def kit_change(request: HttpRequest, code: str) -> HttpResponse:
    """Says anew what a kit is."""
    one = _known(request, code, HANDLE)
    initial = {
        "place": one.subject.place,
        "name": one.name,
        "weapons": "\n".join(_line(request, item) for item in _held(request, one)),
        "accessories": "\n".join(f"{n} {what}" for what, n in one.accessories),
    }
    form = forms.Kit(common.places_of(me(request), HANDLE), posted(request), initial=initial)
    page = Page(_("Change the kit"), "kits", above=(_address(one.code), one.name or house.shown(one.code)))
    return asked(request, form, lambda said: _set(request, said, one.code), page, _("Save"))


@requires(HANDLE)
@GET_OR_POST
def kit_dissolve(request: HttpRequest, code: str) -> HttpResponse:
    """Takes a kit apart."""
    one = _known(request, code, HANDLE)

    def do(_said: dict[str, Any]) -> str:
        kits.dissolve(one.code, by=actor(request))
        return _address(one.code)

    note = _("Its code then means nothing any more. The weapons stay where they are.")
    page = Page(
        _("Take the kit apart"), "kits", above=(_address(one.code), one.name or house.shown(one.code)), note=note
    )
    return asked(request, forms.Nothing(posted(request)), do, page, _("Take apart"))


def _set(request: HttpRequest, said: dict[str, Any], code: str = "") -> str:
    weapons = weapons_of_lines(me(request), said["weapons"])
    fields = KitFields(said["name"], said["place"], weapons, kits.accessories_of_text(said["accessories"]))
    return _address(kits.set_kit(fields, code=code, by=actor(request)))


def _line(request: HttpRequest, item: Held) -> str:
    """How a weapon is written in the form: by its serial where that says which, else by its code."""
    serial = item.weapon.serial
    alone = serial and len(scanning.look(serial, scope.of(me(request))).weapons) == 1
    return serial if alone else house.shown(house.weapon_code(item.weapon.pk))


def _known(request: HttpRequest, code: str, permission: str = "stock.view") -> Packed:
    parsed = house.parse(code)
    if parsed is None or parsed[0] != "kit":
        raise Http404(_("There is no such record among those you may see."))
    return kits.packed([known(request, "kit", parsed[1], permission)])[0]


def _address(code: str) -> str:
    return reverse("stockpile:kit", args=[house.shown(code)])
