"""What waits for a second person, on pages: the list, one of them, and deciding it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import MissingPermission, requires
from countermark.accounts.models import Place
from countermark.register.forms.reasons import why_of
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import asked as record
from countermark.stockpile import forms, handing, proposals, queries
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.handing import HandOver
from countermark.stockpile.proposals import EXECUTORS, Proposal
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import asked as asked_page
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, known, shown, weapon_cells

COMMAND, HANDLE = "stock.command", "stock.handle"
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
            Cell(stock_word(proposals.standing(one), "proposal_state"), tone="alarm" if one.state == "pending" else ""),
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
    found = known(request, "proposal", key, side="place")
    value, actions, tables = found.of(Proposal), _decisions(request, found), []
    hand_over = handing.of_command(value.command, found.place) if value.act == "hand_over" else None
    if hand_over:
        tables = [Table(_("Weapons"), [_("Serial"), _("Weapon")], weapon_cells(hand_over.weapons))]
    if value.act == record.ACT:
        names = asked_page.names(request, found)
        tables = asked_page.tables(value.command, names, asked_page.listed(request, found))
        if names.hidden and asked_page.may_open(request, found):
            actions.append(Action(_("Show names"), reverse("stockpile:proposal_names", args=[key])))
    facts = [(_("What"), _about(value)), *_facts(found, hand_over)]
    title, above = stock_word(value.act, "proposal"), (reverse("stockpile:proposals"), _("For a second person"))
    return shown(request, Page(title, "proposals", facts=facts, tables=tables, actions=actions, above=above))


def _facts(found: Subject, hand_over: HandOver | None) -> list[tuple[str, Cell]]:
    """What is asked for, by whom, and what became of it."""
    value = found.of(Proposal)
    names = side_texts([value.by, value.reason, value.decided_by, value.answer])
    answer = told(value.answer_code, "declined", names.get(value.answer, ""))
    decided = [(_("Decided by"), Cell(names.get(value.decided_by, "")))] if found.state != "pending" else []
    why = told(value.reason_code, "write_off", names.get(value.reason, ""))
    return [
        *(_hand_over(hand_over) if hand_over else []),
        *(_rounds(value, found.place) if value.act == "rounds" else []),
        *(asked_page.facts(value.command) if value.act == record.ACT else [_why(why)]),
        (_("Proposed by"), Cell(names.get(value.by, ""))),
        (_("When"), Cell(when(found.since))),
        (_("Status"), Cell(stock_word(proposals.standing(found), "proposal_state"))),
        *decided,
        *([(_("Reason"), Cell(answer))] if decided and answer else []),
    ]


def _decisions(request: HttpRequest, found: Subject) -> list[Action]:
    """Where somebody decides it, who may."""
    if found.state != "pending":
        return []
    for permission, name in ((COMMAND, "proposal_decide"), (HANDLE, "proposal_confirm")):
        if _decides(request, found, permission) and accounts.may_at(me(request), permission, found.place):
            return [Action(_("Decide"), reverse(f"stockpile:{name}", args=[found.key]), main=True)]
    return []


@requires("stock.view")
@GET_OR_POST
def proposal_names(request: HttpRequest, key: str) -> HttpResponse:
    """Opens the names of a proposed change of a record, with a reason."""
    found = known(request, "proposal", key, side="place")
    if found.of(Proposal).act != record.ACT:
        raise Http404(_("There is no such record among those you may see."))
    if not asked_page.may_open(request, found):
        raise MissingPermission("person.view")
    above = (reverse("stockpile:proposal", args=[key]), stock_word(record.ACT, "proposal"))
    return asked_page.open_names(request, found, Page(_("Show names"), "proposals", above=above))


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
    found = known(request, "proposal", key, permission, side="place")
    if not _decides(request, found, permission):
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
        above=(reverse("stockpile:proposal", args=[key]), stock_word(found.of(Proposal).act, "proposal")),
    )
    return asked(request, form, do, page, _("Decide"))


def _decides(request: HttpRequest, found: Subject, permission: str) -> bool:
    """Whether a permission is one to decide this with; whoever proposed it may take it back."""
    value = found.of(Proposal)
    asked_ = EXECUTORS.get(value.act)
    fits = asked_ is not None and permission in asked_.permissions
    return fits or permission == COMMAND or value.by == me(request).person
