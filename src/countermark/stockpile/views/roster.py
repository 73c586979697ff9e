"""The roster on pages: who may be handed a weapon, what they are qualified for, their card."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.register.forms.reasons import why_of
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import acts, forms, queries, roster
from countermark.stockpile.codes import house
from countermark.stockpile.roster import Enrolled
from countermark.stockpile.rules.custody import QUALIFICATIONS, Qualification
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import changes, common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, shown

COMMAND = "stock.command"


@requires("stock.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """The roster of the places one may see: who may be handed a weapon, and until when."""
    user = me(request)
    found = roster.at(queries.visible(user))
    names = dict(Place.objects.values_list("pk", "name"))
    rows = [
        (
            Cell(one.name, reverse("stockpile:person", args=[identity.ref_of(one.party)])),
            Cell(names.get(one.place, "")),
            *[_qualified(one, what) for what in QUALIFICATIONS],
            Cell(_("yes") if one.active else _("has left"), tone="" if one.active else "alarm"),
        )
        for one in found
    ]
    headers = [_("Name"), _("Store"), *[stock_word(what, "qualification") for what in QUALIFICATIONS], _("Card in use")]
    actions = (
        [Action(_("Enter a person"), reverse("stockpile:person_add"), main=True)] if accounts.may(user, COMMAND) else []
    )
    if accounts.may(user, "stock.handle"):
        actions.append(Action(_("Set a PIN"), reverse("stockpile:pin_set")))
        actions.append(Action(_("Register a security key"), reverse("stockpile:key_add")))
    actions.append(Action(_("My card"), reverse("stockpile:my_card")))
    actions.append(Action(_("Features with a risk"), reverse("stockpile:features")))
    table = Table(
        _("Who may be handed a weapon"),
        headers,
        rows,
        _("Nobody is on the roster yet. Enter the first person; they get a card to scan."),
    )
    return shown(request, Page(_("Roster"), "people", tables=[table], actions=actions))


def _qualified(one: Enrolled, what: str) -> Cell:
    held = [q for q in one.person.qualifications if q.what == what]
    if not held:
        return Cell("")
    until = max(q.until or "9999" for q in held)
    if until == "9999":
        return Cell(_("✓ no end"), tone="good")
    over = until < timezone.localdate().isoformat()
    return Cell(
        (_("✗ ended %(day)s") if over else _("✓ until %(day)s")) % {"day": when(until)},
        tone="alarm" if over else "good",
    )


@requires("stock.view")
@require_GET
def person(request: HttpRequest, ref: str) -> HttpResponse:
    """One person: what they are qualified for, and what they hold from the stores one may see."""
    one, places = _person(request, ref), queries.visible(me(request))
    facts = [(stock_word(what, "qualification"), _qualified(one, what)) for what in QUALIFICATIONS]
    facts.append((_("Card in use"), Cell(_("yes") if one.active else _("has left"))))
    held = [
        (
            Cell(item.weapon.serial or item.weapon.ref, f"/weapons/{item.weapon.pk}/", exact=True),
            Cell(f"{item.weapon.maker} {item.weapon.model}"),
            Cell(stock_word(item.holding.custody, "custody") if item.holding else ""),
            Cell(when(item.holding.due) if item.holding else "", tone="alarm" if item.overdue else ""),
        )
        for item in queries.of_person(one.party)
        if places is None or (item.holding and item.holding.store in places)
    ]
    table = Table(_("Holds"), [_("Serial"), _("Weapon"), _("How"), _("Back by")], held, _("Nothing."))
    actions = []
    if accounts.may_at(me(request), "export", one.place):
        actions.append(Action(_("Take as a file"), reverse("stockpile:person_export", args=[ref])))
    if accounts.may_at(me(request), COMMAND, one.place):
        actions += [
            Action(_("Qualifications"), reverse("stockpile:person_qualify", args=[ref])),
            Action(_("Card"), reverse("stockpile:person_card", args=[ref])),
            Action(_("PIN and security keys"), reverse("stockpile:proofs", args=[ref])),
        ]
    return shown(
        request,
        Page(
            one.name,
            "people",
            facts=facts,
            tables=[table, changes.table(me(request), "person", ref)],
            actions=actions,
            above=(reverse("stockpile:people"), _("Roster")),
        ),
    )


@requires(COMMAND)
@GET_OR_POST
def person_add(request: HttpRequest) -> HttpResponse:
    """Enters somebody; the code of the card is shown once."""
    form = forms.Enrol(common.places_of(me(request), COMMAND), posted(request))

    def do(said: dict[str, Any]) -> str:
        _require_not_elsewhere(request, said["name"])
        one, code = roster.enrol(said["name"], place=said["place"], unit=said["unit"], by=actor(request))
        if code:
            _say_card(request, one.name, code)
        return reverse("stockpile:person_qualify", args=[identity.ref_of(one.party)])

    return asked(
        request,
        form,
        do,
        Page(_("Enter a person"), "people", above=(reverse("stockpile:people"), _("Roster"))),
        _("Enter"),
    )


def _require_not_elsewhere(request: HttpRequest, name: str) -> None:
    """Who has a card of a store elsewhere is taken off its roster there first: nobody changes the roster of another's store."""
    one, places = roster.find(roster.party_of(name)), queries.visible(me(request), COMMAND)
    if one is not None and one.active and places is not None and one.place not in places:
        raise acts.refuse("name", name, "somebody who is on no other roster: they leave that one first", "elsewhere")


@requires("stock.view")
@GET_OR_POST
def my_card(request: HttpRequest) -> HttpResponse:
    """A user says which card is theirs, so that what they sign and confirm with it is known to be theirs."""
    mine = roster.by_user(me(request))
    form = forms.MyCard(posted(request))

    def do(said: dict[str, Any]) -> str:
        one = roster.link(said["card"], by=actor(request))
        return reverse("stockpile:person", args=[identity.ref_of(one.party)])

    note = _("Your card: %(name)s.") % {"name": mine.name} if mine else ""
    page = Page(_("My card"), "people", above=(reverse("stockpile:people"), _("Roster")), note=note)
    return asked(request, form, do, page, _("This is my card"))


def _say_card(request: HttpRequest, name: str, code: str) -> None:
    said = _("The card of %(name)s: %(code)s. Print it now: it is not shown again.")
    messages.success(request, said % {"name": name, "code": house.shown(code)})


@requires(COMMAND)
@GET_OR_POST
def person_qualify(request: HttpRequest, ref: str) -> HttpResponse:
    """States what somebody is qualified for."""
    one = _person(request, ref, COMMAND)
    held = {q.what: q for q in one.person.qualifications}
    initial = {what: what in held for what in QUALIFICATIONS} | {
        f"{what}_until": q.until or None for what, q in held.items()
    }
    form = forms.Qualify(posted(request), initial=initial)

    def do(said: dict[str, Any]) -> str:
        stated = [
            Qualification(
                what,
                held[what].weapons if what in held else (),
                until.isoformat() if (until := said[f"{what}_until"]) else "",
            )
            for what in QUALIFICATIONS
            if said[what]
        ]
        roster.qualify(one.party, stated, by=actor(request))
        return reverse("stockpile:person", args=[ref])

    return asked(
        request,
        form,
        do,
        Page(_("What %(name)s is qualified for") % {"name": one.name}, "people", above=_above(ref, one)),
        _("Save"),
    )


@requires(COMMAND)
@GET_OR_POST
def person_card(request: HttpRequest, ref: str) -> HttpResponse:
    """A new card for a lost one, or none for who leaves; the old one opens nothing any more."""
    one = _person(request, ref, COMMAND)
    form = forms.Card(posted(request))

    def do(said: dict[str, Any]) -> str:
        if said["what"] == "new":
            _say_card(request, one.name, roster.new_card(one.party, reason=why_of(said), by=actor(request)))
        else:
            roster.leave(one.party, reason=why_of(said), by=actor(request))
        return reverse("stockpile:person", args=[ref])

    page = Page(_("Card of %(name)s") % {"name": one.name}, "people", above=_above(ref, one))
    return asked(request, form, do, page, _("Do it"))


def _above(ref: str, one: Enrolled) -> tuple[str, str]:
    return reverse("stockpile:person", args=[ref]), one.name


def _person(request: HttpRequest, ref: str, permission: str = "stock.view") -> Enrolled:
    one = roster.find(f"{identity.PREFIX}party:{ref}") if len(ref) == 64 else None
    places = queries.visible(me(request), permission)
    if one is None or (places is not None and one.place not in places):
        raise Http404(_("There is nobody of that name among those you may see."))
    return one
