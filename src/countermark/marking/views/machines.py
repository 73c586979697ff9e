"""Equipment: what there is and whether it works, what it needs, what buying more would cost, whom the State asked."""

from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.marking import comparison, consultations, equipment, forms, methods, queries
from countermark.marking.comparison import Option, Stock
from countermark.marking.consultations import Consultation
from countermark.marking.equipment import Machine
from countermark.marking.views import common
from countermark.register.checking import Refused, refuse
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted


@requires("marking.view")
@require_GET
def machines(request: HttpRequest) -> HttpResponse:
    """The equipment a person may see."""
    today = timezone.localdate()
    found = [
        (one, equipment.standing_still(one.id), due, due is not None and due < today)
        for one in queries.machine_list(me(request))
        for due in (equipment.next_maintenance(one),)
    ]
    return render(request, "marking/machines.html", {"found": found})


def _methods() -> list[tuple[str, str]]:
    return [(one.id, _(one.title)) for one in methods.known()]


@requires("marking.manage")
@GET_OR_POST
def machine_add(request: HttpRequest) -> HttpResponse:
    """A new machine."""
    return _edit(request, None)


@requires("marking.manage")
@GET_OR_POST
def machine_edit(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """What is known of a machine, changed."""
    return _edit(request, _machine(me(request), machine_id, "marking.manage"))


def _edit(request: HttpRequest, known: Machine | None) -> HttpResponse:
    initial: dict[str, Any] = msgspec.to_builtins(known) if known else {}
    initial |= {name: ", ".join(initial.get(name, [])) for name in ("spare_parts", "consumables")}
    places = common.places(me(request), "marking.manage")
    form = forms.MachineForm(posted(request), places=places, methods=_methods(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = equipment.add_machine(Machine(known.id if known else "", **form.values()), by=actor(request))
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect("marking:machine", made.id)
    context = {"form": form, "machine": known}
    return render(request, "marking/machine_edit.html", context, status=REFUSED if form.errors else 200)


def _machine(user: User, machine_id: Any, permission: str) -> Machine:
    """A machine where the person holds the permission; the same 404 for *not yours* and *absent*."""
    found = next((one for one in equipment.machines() if one.id == str(machine_id)), None)
    if found is None or not common.owned(user, permission, found.place):
        raise Http404(_("There is no such machine among those you may see."))
    return found


@requires("marking.view")
@require_GET
def machine(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """One machine: when it stood still, what was done to it, what it did."""
    return _page(request, _machine(me(request), machine_id, "marking.view"), forms.Maintained(auto_id="done_%s"))


def _page(request: HttpRequest, found: Machine, form: forms.Maintained) -> HttpResponse:
    user = me(request)
    context = {
        "machine": found,
        "standing": equipment.standing_still(found.id),
        "downtimes": list(reversed(equipment.downtimes(found.id))),
        "maintenances": list(reversed(equipment.maintenances(found.id))),
        "due": equipment.next_maintenance(found),
        "done_by": [(found.name, queries.throughput(queries.all_items(), found.id))],
        "down": forms.Down(auto_id="down_%s"),
        "maintained": form,
        "may_manage": accounts.may_at(user, "marking.manage", found.place or None),
        "may_bench": accounts.may_at(user, "marking.bench", found.place or None),
    }
    return render(request, "marking/machine.html", context, status=REFUSED if form.errors else 200)


@requires("marking.bench")
@require_POST
def machine_state(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """It stands still, or runs again."""
    found = _machine(me(request), machine_id, "marking.bench")
    if request.POST.get("action") == "running":
        equipment.running_again(found.id, by=actor(request))
        messages.success(request, _("The machine runs again."))
        return redirect("marking:machine", found.id)
    form = forms.Down(request.POST)
    if form.is_valid():
        equipment.down(found.id, form.cleaned_data["reason"], by=actor(request))
        messages.warning(request, _("The machine stands still. Marks are put on by hand until it runs again."))
    return redirect("marking:machine", found.id)


@requires("marking.manage")
@require_POST
def machine_maintained(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """What was done to a machine."""
    found = _machine(me(request), machine_id, "marking.manage")
    form = forms.Maintained(request.POST, auto_id="done_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            equipment.maintained(
                found.id, data["date"], data["what"], parts=form.replaced, note=data["note"], by=actor(request)
            )
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect("marking:machine", found.id)
    return _page(request, found, form)


# What it would cost

OPTIONS_AT_MOST = 8
USUAL = ("laser", "dot_peen", "hand_stamp")
_OPTIONAL = ("purchase", "life_years", "yearly", "per_weapon", "transport", "weapons_an_hour", "power_w")


@requires("marking.view")
@GET_OR_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Ways to mark a stock beside each other: cost over the years, time, what the material allows."""
    stock = forms.StockForm(posted(request))
    count = request.POST.get("options", "")
    wanted = min(int(count), OPTIONS_AT_MOST) if count.isdecimal() and len(count) < 4 else len(USUAL)
    offered = _methods()
    options = [
        forms.OptionForm(
            posted(request), methods=offered, prefix=f"o{n}", initial={"method": USUAL[n] if n < len(USUAL) else ""}
        )
        for n in range(wanted)
    ]
    if request.POST.get("action") == "add" and wanted < OPTIONS_AT_MOST:
        options.append(forms.OptionForm(methods=offered, prefix=f"o{wanted}"))
    context: dict[str, Any] = {"stock": stock, "options": options}
    judged = request.method == "POST" and request.POST.get("action") != "add"
    if judged and stock.is_valid() and all(one.is_valid() for one in options):
        try:
            context["found"] = comparison.compare([_option(one.cleaned_data) for one in options], _stock(stock))
        except ValueError:
            stock.add_error("steel", _("Expected at least one weapon to mark."))
    wrong = judged and "found" not in context
    return render(request, "marking/compare.html", context, status=REFUSED if wrong else 200)


def _stock(form: forms.StockForm) -> Stock:
    data = form.cleaned_data
    weapons = {name: data[name] for name in ("steel", "aluminium", "polymer") if data[name]}
    power = {"true": True, "false": False}.get(data["has_power"])
    return Stock(
        weapons=weapons,  # type: ignore[arg-type]
        years=data["years"],
        hours_a_year=data["hours_a_year"],
        wage_an_hour=data["wage_an_hour"],
        energy_price=data["energy_price"],
        has_power=power,
    )


def _option(data: dict[str, Any]) -> Option:
    known = {name: data[name] for name in _OPTIONAL if data[name] is not None}
    title = dict(_methods()).get(data["method"], "")
    return Option(
        name=data["name"] or title,
        method=data["method"],
        outsourced=data["outsourced"],
        units=data["units"] or 1,
        people=1 if data["people"] is None else data["people"],
        **known,
    )


# Whom the State asked


@requires("marking.view")
@require_GET
def consulted(request: HttpRequest) -> HttpResponse:
    """The consultations with industry."""
    return render(request, "marking/consultations.html", {"found": consultations.consultations()})


@requires("marking.rules")
@GET_OR_POST
def consulted_add(request: HttpRequest) -> HttpResponse:
    """One more consultation: it concerns the whole State."""
    return _consult(request, None)


@requires("marking.rules")
@GET_OR_POST
def consulted_change(request: HttpRequest, consultation_id: UUID) -> HttpResponse:
    """What became of a consultation: the answer, letters, photographs."""
    return _consult(request, _consultation(consultation_id))


def _consultation(consultation_id: UUID) -> Consultation:
    found = consultations.find(str(consultation_id))
    if found is None:
        raise Http404(_("There is no such consultation."))
    return found


def _consult(request: HttpRequest, known: Consultation | None) -> HttpResponse:
    names = ("date", "topic", "partner", "asked", "answered")
    initial = {name: getattr(known, name) for name in names} if known else {}
    form = forms.Consulted(posted(request), request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _record(request, form, known)
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect("marking:consultations")
    context = {"form": form, "known": known}
    return render(request, "marking/consultation_add.html", context, status=REFUSED if form.errors else 200)


def _record(request: HttpRequest, form: forms.Consulted, known: Consultation | None) -> None:
    data = form.cleaned_data
    if problem := common.too_large(data["documents"]):
        raise refuse("documents", "", problem, "range")
    consultations.record(
        data["date"],
        data["topic"],
        data["partner"],
        asked=data["asked"],
        answered=data["answered"],
        documents=[file.read() for file in data["documents"]],
        consultation=known.id if known else "",
        by=actor(request),
    )


@requires("marking.view")
@require_GET
def consulted_document(request: HttpRequest, consultation_id: UUID, digest: str) -> HttpResponse:
    """A letter or photograph of a consultation."""
    return common.document(digest, _consultation(consultation_id).documents)
