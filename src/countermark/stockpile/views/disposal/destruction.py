"""Lists for destruction: authorised, read by two people, destroyed, reconciled."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.marks.sentences import told
from countermark.marks.text import canonical
from countermark.register.forms.reasons import why_of
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import acts, forms, proposals
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Destruction, Item, Plan
from countermark.stockpile.proposals import Proposal
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common
from countermark.stockpile.views.disposal.common import HANDLE, page_of
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, known, once, shown, weapons_of_lines


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
    return asked(request, form, do, page_of(_("List for destruction"), note=note), _("Make the list"))


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
    page = page_of(_("Correct the list"), reverse("stockpile:destruction", args=[one.key]), note)
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
