"""The office behind the counter: storage units, roster, rules of stores, proposals that wait, contradictions to settle."""

from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger import identity
from countermark.register.forms.reasons import why_of
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.register.words import label as register_label
from countermark.stockpile import acts, forms, handing, proposals, queries, roster, units
from countermark.stockpile import asked as record
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.codes import house
from countermark.stockpile.handing import HandOver
from countermark.stockpile.proposals import EXECUTORS, Proposal
from countermark.stockpile.roster import Enrolled
from countermark.stockpile.rules.custody import ARMED_FORCES, QUALIFICATIONS, Policy, Qualification, needs_second
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.units import Unit
from countermark.stockpile.views import asked as asked_page
from countermark.stockpile.views import changes, common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, shown, weapon_cells

COMMAND, HANDLE = "stock.command", "stock.handle"


# --- storage units -----------------------------------------------------------------------------------------------------


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


# --- rules of stores ---------------------------------------------------------------------------------------------------


@requires("stock.view")
@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """The rules in force, of the State and of every place that has its own."""
    places = queries.visible(me(request))
    said = [("", _("The whole State"))]
    said += [
        (one.key, "")
        for one in acts.subjects("policy")
        if one.key != units.NATIONAL and (places is None or one.key in places)
    ]
    names = dict(Place.objects.values_list("pk", "name"))
    may = {place.pk for place in common.places_of(me(request), COMMAND)}
    if queries.visible(me(request), COMMAND) is None and accounts.may(me(request), COMMAND):
        may.add("")
    rows = [_policy_row(key, name or names.get(key, key), change=key in may) for key, name in said]
    actions = (
        [Action(_("Set rules"), reverse("stockpile:policy_set"), main=True)]
        if accounts.may(me(request), COMMAND)
        else []
    )
    table = Table(
        _("What the stores ask"),
        [_("Where"), _("A second person confirms"), _("Asked of receivers"), _("Back after hours")],
        rows,
    )
    return shown(
        request,
        Page(
            _("Rules of the stores"),
            "rules",
            tables=[table, changes.tables(me(request), "policy", [key or units.NATIONAL for key, _name in said])],
            actions=actions,
            note=_(_ALONE_NOTE) if any(not needs_second(units.policy_at(key), "issue") for key, _name in said) else "",
            above=(reverse("stockpile:units"), _("Storage units")),
        ),
    )


_ALONE_NOTE = noop(
    "Where no second person confirms an issue, whoever is at the counter can hand a weapon out alone. Stores of armed forces and police are advised to have issues and returns confirmed by two: the form for rules opens so."
)


def _policy_row(key: str, name: str, *, change: bool) -> list[Cell]:
    found = units.policy_at(key)
    second = ", ".join(stock_word(step, "step") for step in found.two_person)
    required = "; ".join(
        f"{stock_word(kind, 'kind')}: {', '.join(stock_word(what, 'qualification') for what in asked_for)}"
        for kind, asked_for in sorted(found.requires.items())
    )
    hours = ", ".join(f"{stock_word(kind, 'kind')}: {n}" for kind, n in sorted(found.hours.items()))
    url = f"{reverse('stockpile:policy_set')}?place={key}" if change else ""
    return [Cell(name, url), Cell(second), Cell(required), Cell(hours)]


_ASKED = ("shift", "assignment", "loan")
"""The kinds of custody the form of a store's rules asks about."""
_TIMED = ("shift", "loan", "repair", "evidence")
"""The kinds of custody that are due back; an assignment is for good."""


@requires(COMMAND)
@GET_OR_POST
def policy_set(request: HttpRequest) -> HttpResponse:
    """Sets the rules of a place; who commands the whole State may set its rules too."""
    user = me(request)
    places = common.places_of(user, COMMAND)
    asked_for = request.GET.get("place", "")
    place = asked_for if asked_for in {one.pk for one in places} else ""
    asked_above = units.policy_at(place)
    now = units.own_policy(place) or msgspec.structs.replace(asked_above, two_person=ARMED_FORCES.two_person)
    initial: dict[str, Any] = {"place": place, "two_person": list(now.two_person)}
    initial |= {f"{kind}_hours": now.hours.get(kind, 0) for kind in _TIMED}
    initial |= {kind: list(now.requires.get(kind, ())) for kind in _ASKED}
    form = forms.Policy(places, posted(request), initial=initial)
    if queries.visible(user, COMMAND) is None:
        field: Any = form.fields["place"]
        field.choices = [("", _("The whole State")), *[(place.pk, place.name) for place in places]]
        field.required = False

    def do(said: dict[str, Any]) -> str:
        # What the form does not ask for was set elsewhere, and stays.
        before = units.own_policy(said["place"]) or Policy()
        requires_ = {kind: what for kind, what in before.requires.items() if kind not in _ASKED}
        requires_ |= {kind: tuple(said[kind]) for kind in _ASKED if said[kind]}
        hours = dict(before.hours) | {kind: n for kind in _TIMED if (n := said[f"{kind}_hours"]) is not None}
        hours = {kind: n for kind, n in hours.items() if n}
        policy = Policy(tuple(said["two_person"]), requires_, hours)
        units.set_policy(policy, place=said["place"], reason=why_of(said), by=actor(request))
        return reverse("stockpile:policies")

    return asked(
        request,
        form,
        do,
        Page(_("Rules of a store"), "rules", above=(reverse("stockpile:policies"), _("Rules of the stores"))),
        _("Save"),
    )


# --- roster ------------------------------------------------------------------------------------------------------------


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
    from django.utils import timezone

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


# --- proposals ---------------------------------------------------------------------------------------------------------

_STATE_NOTE = noop("What waits for a second person. Nobody approves what they proposed themselves.")


@requires("stock.view")
@require_GET
def proposal_list(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what was decided."""
    states = ("pending", "approved", "declined")
    found = [one for state in states for one in queries.visible_rows(me(request), "proposal", state=state)]
    values = [(one, one.of(Proposal)) for one in found]
    names = side_texts([urn for _one, value in values for urn in (value.by, value.reason)])
    rows = [
        (
            Cell(stock_word(value.act, "proposal"), reverse("stockpile:proposal", args=[one.key])),
            Cell(told(value.reason_code, "write_off", names.get(value.reason, ""))),
            Cell(names.get(value.by, "")),
            Cell(when(one.since)),
            Cell(stock_word(one.state, "proposal_state"), tone="alarm" if one.state == "pending" else ""),
        )
        for one, value in values
    ]
    table = Table(
        _("Proposals"), [_("What"), _("Why"), _("Proposed by"), _("When"), _("Status")], rows, _("Nothing waits.")
    )
    return shown(
        request, Page(_("For a second person"), "proposals", tables=[table], note="" if rows else _(_STATE_NOTE))
    )


@requires("stock.view")
@GET_OR_POST
def proposal(request: HttpRequest, key: str) -> HttpResponse:
    """One proposal: approve it or decline it, with a reason."""
    known = acts.subject("proposal", key)
    places = queries.visible(me(request))
    if known is None or (places is not None and known.place not in places):
        raise Http404(_("There is no such record among those you may see."))
    value = known.of(Proposal)
    names = side_texts([value.by, value.reason, known.place, value.decided_by, value.answer])
    hand_over = handing.of_command(value.command, known.place) if value.act == "hand_over" else None
    why = told(value.reason_code, "write_off", names.get(value.reason, ""))
    facts = [
        (_("What"), _about(value)),
        *(_hand_over(hand_over) if hand_over else []),
        *(_rounds(value, known.place) if value.act == "rounds" else []),
        *(asked_page.facts(value.command) if value.act == record.ACT else [_why(why)]),
        (_("Proposed by"), Cell(names.get(value.by, ""))),
        (_("When"), Cell(when(known.since))),
        (_("Status"), Cell(stock_word(known.state, "proposal_state"))),
    ]
    above = (reverse("stockpile:proposals"), _("For a second person"))
    actions = []
    if known.state != "pending":
        facts.append((_("Decided by"), Cell(names.get(value.decided_by, ""))))
        answer = told(value.answer_code, "declined", names.get(value.answer, ""))
        facts += [(_("Reason"), Cell(answer))] if answer else []
    elif accounts.may_at(me(request), COMMAND, known.place):
        actions = [Action(_("Decide"), reverse("stockpile:proposal_decide", args=[key]), main=True)]
    elif _decides(request, known, HANDLE) and accounts.may_at(me(request), HANDLE, known.place):
        actions = [Action(_("Decide"), reverse("stockpile:proposal_confirm", args=[key]), main=True)]
    tables = []
    if hand_over:
        tables = [Table(_("Weapons"), [_("Serial"), _("Weapon")], weapon_cells(hand_over.weapons))]
    if value.act == record.ACT:
        tables = asked_page.tables(value.command)
    title = stock_word(value.act, "proposal")
    return shown(request, Page(title, "proposals", facts=facts, tables=tables, actions=actions, above=above))


def _why(text: str) -> tuple[str, Cell]:
    return _("Why"), Cell(text or _("The rules ask for a second person."))


def _hand_over(said: HandOver) -> list[tuple[str, Cell]]:
    """What somebody is to confirm of a hand-over."""
    names = side_texts([said.person, said.store, said.sender, said.document])
    facts = [
        (_("The hand-over"), stock_word(said.direction, "direction")),
        (_("Store"), names.get(said.store, "")),
        (_("With"), names.get(said.person or said.sender, "")),
        (_("Issued for"), stock_word(said.kind, "kind") if said.kind else ""),
        (_("Back by"), when(said.due)),
        (_("Happened"), when(said.happened)),
        (_("Not eligible; why all the same"), told(said.override_code, "override", said.override)),
        (_("Remark"), said.note),
    ]
    return [(label, Cell(text)) for label, text in facts if text]


def _rounds(value: Proposal, place: str) -> list[tuple[str, Cell]]:
    """What somebody is to confirm of a movement of ammunition."""
    said = ammunition.of_command(value.command, place)
    names = side_texts([place, said.to]) | dict(Place.objects.filter(pk=said.to).values_list("pk", "name"))
    facts = [
        (_("What happens"), stock_word(said.word, "lot_word")),
        (_("Rounds"), f"{said.quantity:,}"),
        (_("Place"), names.get(place, "")),
        (_("To or from"), names.get(said.to, "")),
        (_("Happened"), when(said.happened)),
        (_("Reason"), told(said.why, "rounds")),
        (_("Remark"), said.note),
    ]
    return [(label, Cell(text)) for label, text in facts if text]


def _about(value: Proposal) -> Cell:
    label = stock_word(value.act, "proposal")
    for name in ("incident", "destruction", "shipment", "surplus", "lot"):
        if name in value.command:
            return Cell(label, reverse(f"stockpile:{name}", args=[value.command[name]]))
    return Cell(label)


@requires(COMMAND)
@GET_OR_POST
def proposal_decide(request: HttpRequest, key: str) -> HttpResponse:
    """Approves or declines; what is approved is done at once."""
    return _decide(request, key, COMMAND)


@requires(HANDLE)
@GET_OR_POST
def proposal_confirm(request: HttpRequest, key: str) -> HttpResponse:
    """As `proposal_decide`, for another armourer: a hand-over or a shipment needs a second person, not a higher one."""
    return _decide(request, key, HANDLE)


def _decide(request: HttpRequest, key: str, permission: str) -> HttpResponse:
    known = acts.subject("proposal", key)
    places = queries.visible(me(request), permission)
    if known is None or (places is not None and known.place not in places) or not _decides(request, known, permission):
        raise Http404(_("There is no such record among those you may see."))
    form = forms.Decide(posted(request))

    def do(said: dict[str, Any]) -> str:
        if said["decision"] == "approve":
            proposals.approve(key, by=actor(request))
        else:
            proposals.decline(key, reason=why_of(said), by=actor(request))
        return reverse("stockpile:proposal", args=[key])

    page = Page(
        _("Decide"),
        "proposals",
        above=(reverse("stockpile:proposal", args=[key]), stock_word(known.of(Proposal).act, "proposal")),
    )
    return asked(request, form, do, page, _("Decide"))


def _decides(request: HttpRequest, known: Subject, permission: str) -> bool:
    """Whether a permission is one to decide this with; whoever proposed it may take it back."""
    value = known.of(Proposal)
    asked_ = EXECUTORS.get(value.act)
    fits = asked_ is not None and permission in asked_.permissions
    return fits or permission == COMMAND or value.by == me(request).person


def _place(request: HttpRequest, place: str) -> Place:
    found = Place.objects.filter(pk=place).first()
    places = queries.visible(me(request))
    if found is None or (places is not None and place not in places):
        raise Http404(_("There is no such place among those you may see."))
    return found
