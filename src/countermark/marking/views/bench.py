"""The bench: one weapon at a time, one field in sight, every step by keyboard or scanner; a form sent twice counts once."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.marking import bench, equipment, forms, queries
from countermark.marking.states import FINISHED, Batch, Item
from countermark.marking.views import common, tools
from countermark.register.checking import Refused
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me

TOOL = "marking_tool"
"""In the session: what this person last marked with."""
KEYS = tuple(enumerate(("exposed", "conspicuous", "recognisable", "readable", "durable", "recoverable"), 1))
"""The key that ticks each criterion."""


@requires("marking.bench")
@GET_OR_POST
def screen(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The next weapon of a work order, or the one scanned."""
    user = me(request)
    order = common.batch_or_404(user, batch_id, "marking.bench")
    scanned = request.POST.get("scan", "").strip()
    if scanned:
        found = queries.find_item(order.id, scanned)
        if found is not None:
            return redirect(_at(found))
        messages.error(request, _("No weapon of this work order has this number. Scan it again, or key it."))
    shown = _shown(user, order, request.GET)
    return _render(request, order, shown, {})


def _shown(user: User, order: Batch, asked: Any) -> Item | None:
    if "item" in asked:
        found = queries.visible_item(user, asked["item"], "marking.bench")
        return found if found is not None and found.batch == order.id else None
    after = asked.get("after", "0")
    return queries.next_item(order.id, int(after) if after.isdecimal() and len(after) < 9 else 0)


def _render(request: HttpRequest, order: Batch, item: Item | None, forms_sent: dict[str, Any]) -> HttpResponse:
    """The screen; `forms_sent` are forms that were sent and refused."""
    offered = tools.choices(me(request))
    tool = request.session.get(TOOL, "")
    context: dict[str, Any] = {
        "batch": order,
        "progress": queries.progress(order.id),
        "item": item,
        "at_work": order.state in ("released", "running"),
        "keys": KEYS,
        "down": forms.Down(),
        "running": [(key, name) for key, name in offered if key],
        "why": forms.Why(auto_id="why_%s"),
        "changed": forms.WhyChanged(auto_id="changed_%s"),
    }
    if item is not None:
        initial = {"attempt": item.attempt, "plates": 0, "tool": tool if tool in dict(offered) else ""}
        context |= {
            **tools.item_context(item, me(request)),
            "serial": forms.Serial(),
            "applied": forms.Applied(tools=offered, initial=initial),
            "inspected": forms.Inspected(initial=initial),
        }
    context |= forms_sent
    return render(request, "marking/bench.html", context, status=REFUSED if forms_sent else 200)


def _at(item: Item) -> str:
    return f"{reverse('marking:bench', args=[item.batch])}?item={item.id}"


def _after(item: Item) -> str:
    """Where one goes from a weapon: it itself while there is something to do, else the next one."""
    if item.state in FINISHED:
        return f"{reverse('marking:bench', args=[item.batch])}?after={item.position}"
    return _at(item)


def _step(request: HttpRequest, item: Item, step: Callable[[], Item], name: str, form: Any) -> HttpResponse:
    """Takes a step and goes on; a refusal shows the form again with what was wrong."""
    try:
        return redirect(_after(step()))
    except Refused as refused:
        common.show_refused(form, refused)
    order = common.batch_or_404(me(request), item.batch, "marking.bench")
    return _render(request, order, common.item_or_404(me(request), item.id, "marking.bench"), {name: form})


@requires("marking.bench")
@require_POST
def serial(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The old serial: asked for once, and then once more; the second time it is recorded."""
    item = common.item_or_404(me(request), item_id, "marking.bench")
    form = forms.Serial(request.POST)
    if not form.is_valid():
        return _again(request, item, form)
    data = form.cleaned_data
    if request.POST.get("action") == "none":
        return _step(request, item, lambda: _confirmed(request, item, "", ""), "serial", form)
    if not data["first"]:
        form.add_error("first", _("Key the serial, or say that the weapon bears none."))
        return _again(request, item, form)
    if not data["keyed"]:
        order = common.batch_or_404(me(request), item.batch, "marking.bench")
        once = forms.Serial(initial={"first": data["first"], "keyed": True})
        once.fields["second"].widget.attrs["autofocus"] = True
        context = {"serial": once, "second": True}
        response = _render(request, order, item, context)
        response.status_code = 200
        return response
    return _step(request, item, lambda: _confirmed(request, item, data["first"], data["second"]), "serial", form)


def _again(request: HttpRequest, item: Item, form: forms.Serial) -> HttpResponse:
    order = common.batch_or_404(me(request), item.batch, "marking.bench")
    return _render(request, order, item, {"serial": form})


def _confirmed(request: HttpRequest, item: Item, first: str, second: str) -> Item:
    found = bench.key_serial(item.id, first, second, by=actor(request))
    if found.state == "stopped":
        messages.warning(request, _("This is not the serial on record. The weapon is stopped: nothing is marked."))
        return found
    return bench.assign_number(item.id, by=actor(request)) if found.needs_number else found


@requires("marking.bench")
@require_POST
def apply(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The marks are on."""
    item = common.item_or_404(me(request), item_id, "marking.bench")
    form = forms.Applied(request.POST, tools=tools.choices(me(request)))
    if not form.is_valid():
        order = common.batch_or_404(me(request), item.batch, "marking.bench")
        return _render(request, order, item, {"applied": form})
    data = form.cleaned_data
    request.session[TOOL] = data["tool"]

    def step() -> Item:
        tool = tools.of(data["tool"])
        if item.needs_number:
            bench.assign_number(item.id, by=actor(request))
        return bench.apply(
            item.id,
            attempt=data["attempt"],
            method=tool.method,
            machine=tool.machine,
            plates=data["plates"] or 0,
            by=actor(request),
        )

    return _step(request, item, step, "applied", form)


@requires("marking.bench")
@require_POST
def inspect(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Accepted, or to be done again."""
    item = common.item_or_404(me(request), item_id, "marking.bench")
    form = forms.Inspected(request.POST, request.FILES)
    if not form.is_valid():
        order = common.batch_or_404(me(request), item.batch, "marking.bench")
        return _render(request, order, item, {"inspected": form})
    files = form.cleaned_data["photographs"]
    if problem := common.too_large(files):
        form.add_error("photographs", problem)
        order = common.batch_or_404(me(request), item.batch, "marking.bench")
        return _render(request, order, item, {"inspected": form})
    accepted = request.POST.get("action") != "rework"

    def step() -> Item:
        found = bench.inspect(
            item.id,
            form.cleaned_data["criteria"],
            attempt=form.cleaned_data["attempt"],
            accepted=accepted,
            photographs_taken=[file.read() for file in files],
            note=form.cleaned_data["note"],
            by=actor(request),
        )
        if found.state == "accepted":
            messages.success(request, _("Weapon %(position)d is accepted.") % {"position": found.position})
        return found

    return _step(request, item, step, "inspected", form)


@requires("marking.bench")
@require_POST
def change(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What is not usual, each with its reason: going on with another serial, another number, taking a weapon out."""
    item = common.item_or_404(me(request), item_id, "marking.bench")
    action = request.POST.get("action", "")
    if action == "go_on":
        why = forms.Why(request.POST, auto_id="why_%s")
        return _changed(request, item, "why", why, lambda: _gone_on(request, item, why.cleaned_data["reason"]))
    form, number = forms.WhyChanged(request.POST, auto_id="changed_%s"), request.POST.get("number", "")
    steps: dict[str, Callable[[], Item]] = {
        "renumber": lambda: bench.renumber(item.id, number, reason=form.why, by=actor(request)),
        "withdraw": lambda: bench.withdraw(item.id, reason=form.why, by=actor(request)),
    }
    return _changed(request, item, "changed", form, steps.get(action, lambda: item))


def _changed(request: HttpRequest, item: Item, name: str, form: Form, step: Callable[[], Item]) -> HttpResponse:
    if not form.is_valid():
        order = common.batch_or_404(me(request), item.batch, "marking.bench")
        return _render(request, order, item, {name: form})
    return _step(request, item, step, name, form)


def _gone_on(request: HttpRequest, item: Item, reason: str) -> Item:
    found = bench.go_on(item.id, reason=reason, by=actor(request))
    return bench.assign_number(item.id, by=actor(request)) if found.needs_number else found


@requires("marking.bench")
@require_POST
def machine_down(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """A machine stands still: recorded in one press, and the stamps are taken up."""
    order = common.batch_or_404(me(request), batch_id, "marking.bench")
    machine = request.POST.get("machine", "")
    if machine not in {one.id for one in queries.machine_list(me(request))}:
        messages.error(request, _("There is no such machine among those you may see."))
        return redirect("marking:bench", order.id)
    form = forms.Down(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else "other"
    equipment.down(machine, reason, by=actor(request))
    request.session[TOOL] = ""
    messages.warning(request, _("The machine stands still. Marks are put on by hand until it runs again."))
    item = request.POST.get("item", "")
    query = f"?{urlencode({'item': item})}" if item else ""
    return redirect(reverse("marking:bench", args=[order.id]) + query)


@requires("marking.bench")
@require_GET
def next_weapon(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Leaves a weapon for later."""
    item = common.item_or_404(me(request), item_id, "marking.bench")
    return redirect(f"{reverse('marking:bench', args=[item.batch])}?after={item.position}")
