"""Work orders: the list, a new one from the register, one with its weapons, files for machines, the paper sheet."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.ledger.models import Attachment
from countermark.marking import (
    acts,
    batches,
    bench,
    equipment,
    forms,
    machinefiles,
    numbering,
    planning,
    queries,
    sheets,
    staterules,
)
from countermark.marking.batches import ItemDraft
from countermark.marking.machinefiles import NotReadyError
from countermark.marking.states import CRITERIA, Batch
from countermark.marking.views import common, tools
from countermark.marks.sentences import said, told
from countermark.register.checking import Refused, refuse
from countermark.register.models import Weapon
from countermark.register.queries import listing, scope
from countermark.register.queries.listing import Asked
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted

SHOWN = 50
LISTED = 500
"""Weapons of a work order that stand on its page."""
REFS_AT_MOST = 200
"""Record numbers that may stand in an address."""
NEXT_STEP = {"draft": "released", "running": "inspected", "inspected": "closed"}
"""The step a person takes from each state; the first serial keyed sets a released batch running by itself."""


@requires("marking.view")
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """The work orders a person may see."""
    state = request.GET.get("state", "")
    some = queries.batch_list(me(request), state=state, limit=LISTED + 1)
    found = [(one, queries.progress(one.id)) for one in some[:LISTED]]
    context = {"found": found, "more": len(some) > LISTED, "state": state, "states": forms.choices("batch_state")}
    return render(request, "marking/orders.html", context)


@requires("marking.manage")
@GET_OR_POST
def order_add(request: HttpRequest) -> HttpResponse:
    """A new work order from the register; first shown as it would be, then made."""
    form = _order_form(request)
    shown: list[ItemDraft] | None = None
    ids: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            ids = _chosen(me(request), form)
            shown, documents = _planned(form, ids)
            if request.POST.get("action") == "make":
                made = _make(request, form, shown, documents)
                messages.success(request, _("The work order was made. Release it when the plan is right."))
                return redirect("marking:order", made.id)
        except Refused as refused:
            common.show_refused(form, refused)
    context = {
        "form": form,
        "shown": (shown or [])[:SHOWN],
        "count": None if shown is None else len(shown),
        "asked": len(ids),
        "once": request.POST.get("once", "")[:64] or acts.new_id(),
    }
    return render(request, "marking/order_add.html", context, status=REFUSED if form.errors else 200)


def _order_form(request: HttpRequest) -> forms.Order:
    """The form; opened from a list of weapons it has that list's filters."""
    asked = request.GET
    refs = asked.getlist("ref")[:REFS_AT_MOST]
    initial = {name: asked.get(name, "") for name in ("maker", "model", "kind", "status", "occasion")}
    initial |= {"refs": "\n".join(refs), "name": refs[0] if len(refs) == 1 else ""}
    if place := asked.get("place", ""):
        initial["at"] = listing.urn("place", place)
    return forms.Order(
        posted(request),
        profiles=[(one.id, _(one.title)) for one in staterules.known()],
        authorities=[(one.key, one.title) for one in numbering.authorities()],
        places=common.places(me(request), "marking.manage"),
        initial=initial,
    )


def _chosen(user: User, form: forms.Order) -> list[str]:
    """The ids of the weapons asked for, as far as the person may see them; in the order they were named. Raises `Refused`."""
    seen = scope.of(user)
    refs = list(dict.fromkeys(filter(None, (line.strip() for line in form.cleaned_data["refs"].splitlines()))))
    if refs:
        return [_one(seen, ref) for ref in refs[: batches.MOST_ITEMS + 1]]
    if not form.filters:
        raise refuse("refs", "", "record numbers, or what the weapons have in common", "missing")
    rows = listing.selection(Asked(form.filters), seen).filter(replaced_by=None).order_by("ref", "id")
    return [str(pk) for pk in rows.values_list("pk", flat=True)[: batches.MOST_ITEMS + 1]]


def _one(seen: scope.Scope, ref: str) -> str:
    found = [str(pk) for pk in seen.narrow(Weapon.objects.filter(ref=ref)).values_list("pk", flat=True)[:2]]
    if len(found) != 1:
        raise refuse("refs", ref, "the record number of one weapon you may see", "unknown")
    return found[0]


def _planned(form: forms.Order, ids: list[str]) -> tuple[list[ItemDraft], list[bytes]]:
    data = form.cleaned_data
    return planning.for_weapons(
        ids,
        data["occasion"],
        data["profiles"],
        elements=form.elements,
        authority=data["authority"],
        day=data["date"],
    )


def _make(request: HttpRequest, form: forms.Order, drafts: list[ItemDraft], documents: list[bytes]) -> Batch:
    data = form.cleaned_data
    return batches.make(
        data["name"],
        data["occasion"],
        drafts,
        profiles=data["profiles"],
        day=data["date"],
        authority=data["authority"],
        place=data["place"],
        note=data["note"],
        documents=documents,
        batch_id=_once(request),
        by=actor(request),
    )


def _once(request: HttpRequest) -> str:
    """The id of the work order that this form makes however often it is sent; changed and sent again it is another one."""
    if not request.POST.get("once"):
        return ""
    fields = sorted(one for one in request.POST.lists() if one[0] != "csrfmiddlewaretoken")
    return batches.id_of_request(me(request).username, json.dumps(fields))


@requires("marking.view")
@require_GET
def order(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One work order: its weapons, how far it has come, what may be done next."""
    user = me(request)
    found = common.batch_or_404(user, batch_id)
    everything = queries.items(found.id, limit=batches.MOST_ITEMS)
    state = request.GET.get("state", "")
    listed = [one for one in everything if state in ("", one.state)]
    context = {
        "batch": found,
        "progress": queries.progress(found.id),
        "items": listed[:LISTED],
        "more": len(listed) > LISTED,
        "state": state,
        "next_step": NEXT_STEP.get(found.state, ""),
        "profiles": [one for one in staterules.known() if one.id in found.profiles],
        "may_manage": common.owned(user, "marking.manage", found.place) and accounts.may(user, "marking.manage"),
        "may_bench": common.owned(user, "marking.bench", found.place) and accounts.may(user, "marking.bench"),
        "at_work": found.state in ("released", "running"),
        "done_by": tools.throughput(everything),
        "kinds": forms.choices("machine"),
        "waiting_for_numbers": sum(1 for one in everything if one.needs_number),
    }
    return render(request, "marking/order.html", context)


@requires("marking.manage")
@require_POST
def order_move(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Takes a work order one step on."""
    found = common.batch_or_404(me(request), batch_id, "marking.manage")
    try:
        batches.move(found.id, request.POST.get("state", ""), by=actor(request))
    except Refused as refused:
        messages.error(request, common.refusal(refused))
    return redirect("marking:order", found.id)


@requires("marking.bench")
@require_POST
def order_numbers(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Assigns a number to every weapon that needs one, for machines and paper."""
    found = common.batch_or_404(me(request), batch_id, "marking.bench")
    try:
        count = bench.assign_numbers(found.id, by=actor(request))
    except Refused as refused:
        messages.error(request, common.refusal(refused))
    else:
        text = ngettext("%(n)d number was assigned.", "%(n)d numbers were assigned.", count)
        messages.success(request, text % {"n": count})
    return redirect("marking:order", found.id)


@requires("marking.view")
@require_GET
def order_file(request: HttpRequest, batch_id: UUID, kind: str) -> HttpResponse:
    """The marks to put on as a machine reads them: CSV with the columns of its kind, or `text`."""
    found = common.batch_or_404(me(request), batch_id)
    items = queries.items(found.id, limit=batches.MOST_ITEMS)
    try:
        if kind == "text":
            return common.attached(
                machinefiles.as_text(items), "text/plain; charset=utf-8", f"marks-{found.id[:8]}.txt"
            )
        if kind not in equipment.KINDS:
            raise Http404(_("There is no file of this kind."))
        return common.attached(
            machinefiles.as_csv(items, kind), "text/csv; charset=utf-8", f"marks-{found.id[:8]}-{kind}.csv"
        )
    except NotReadyError as error:
        messages.error(request, _("Not ready: %(why)s.") % {"why": told(said(error), _)})
        return redirect("marking:order", found.id)


@requires("marking.view")
@require_GET
def order_sheet(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The paper sheet of a bench without power."""
    found = common.batch_or_404(me(request), batch_id)
    return render(request, "marking/sheet.html", {"sheet": sheets.sheet(found.id), "criteria": CRITERIA})


@requires("marking.bench")
@GET_OR_POST
def order_key(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Keys a paper sheet back, line by line, with the times that were written on it."""
    found = common.batch_or_404(me(request), batch_id, "marking.bench")
    form = forms.Line(posted(request), tools=tools.choices(me(request)))
    if request.method == "POST" and form.is_valid():
        try:
            line = sheets.find(found.id, form.cleaned_data["code"])
            kept = sheets.key_back(line.id, _written(form.cleaned_data), by=actor(request))
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            said_of = {"position": kept.position, "state": tools.state_word(kept)}
            messages.success(request, _("Weapon %(position)d: %(state)s.") % said_of)
            return redirect("marking:order_key", found.id)
    context = {"batch": found, "form": form, "progress": queries.progress(found.id)}
    return render(request, "marking/sheet_key.html", context, status=REFUSED if form.errors else 200)


def _written(data: dict[str, Any]) -> sheets.Written:
    tool = tools.of(data["tool"])
    return sheets.Written(
        serial=data["serial"],
        again=data["again"],
        marked=data["marked"],
        method=tool.method,
        machine=tool.machine,
        plates=data["plates"] or 0,
        inspected=data["inspected"],
        criteria=frozenset(data["criteria"]),
        accepted=data["accepted"],
        note=data["note"],
    )


@requires("marking.view")
@require_GET
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One weapon of a work order: planned, put on, inspected; its plan and the rules as they were then."""
    found = common.item_or_404(me(request), item_id)
    order = batches.batch(found.batch)
    again = found.state == "accepted" and accounts.may_at(me(request), "marking.bench", order.place or None)
    form = forms.LookedAgain(auto_id="again_%s", initial={"seen": len(found.inspections)}) if again else None
    return render(request, "marking/item.html", {**tools.item_context(found, me(request)), "again": form})


@requires("marking.view")
@require_GET
def item_plan(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The plan of a weapon as it was kept."""
    found = common.item_or_404(me(request), item_id)
    document = queries.plan_of(found)
    if document is None:
        raise Http404(_("The plan is not kept here."))
    return common.attached(document, "application/json", f"plan-{found.id[:8]}.json")


@requires("marking.view")
@require_GET
def photograph(request: HttpRequest, item_id: UUID, digest: str) -> HttpResponse:
    """A photograph of an inspection."""
    found = common.item_or_404(me(request), item_id)
    row = Attachment.objects.filter(digest=digest).first()
    if row is None or not row.data or all(digest not in look.photographs for look in found.inspections):
        raise Http404(_("There is no such photograph."))
    return HttpResponse(bytes(row.data), content_type=row.media_type)
