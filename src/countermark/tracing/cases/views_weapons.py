"""Pages of one weapon of a case: its marks, the register's answer to them, which weapon it was found to be."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.register.queries import scope
from countermark.register.services import Refused
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted
from countermark.tracing.cases import files, forms, queries, rules, services, shown
from countermark.tracing.cases.services import NotRecorded
from countermark.tracing.cases.states import Case, Item
from countermark.tracing.cases.views import case_or_404
from countermark.tracing.requests.forms import show_refused


@requires("case.view")
@require_GET
def weapon(request: HttpRequest, case_id: str, item: str) -> HttpResponse:
    """One weapon of a case."""
    case, found = _found(request, case_id, item, "case.view")
    among = queries.offices(me(request))
    mine = queries.offices(me(request), "case.write")
    context = {
        "case": case,
        "one": shown.found(case, found, me(request)),
        "links": [(one, [rules.WHY[name] for name in link.why]) for one, link in queries.links(case.id, among, item)],
        "hits": [hit for hit in shown.hits(case, me(request)) if hit.alert.item.id == item],
        "drop": forms.Dropped(),
        "may_write": mine is None or case.office in mine,
        "printing": "print" in request.GET,
    }
    return render(request, "tracing/cases/weapon.html", context)


def _found(request: HttpRequest, case_id: str, item: str, permission: str = "case.write") -> tuple[Case, Item]:
    case = case_or_404(request, case_id, permission)
    found = case.item(item)
    if found is None:
        raise Http404(_("There is no such weapon in this case."))
    return case, found


@requires("case.write")
@GET_OR_POST
def weapon_new(request: HttpRequest, case_id: str) -> HttpResponse:
    """Adds another weapon of the same find."""
    case = case_or_404(request, case_id, "case.write")
    form = forms.Weapon(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_weapon(case_id, form.said, by=actor(request))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("Recorded."))
            return _next(request, case_id, made.id)
    return _form(request, {"form": form, "many": forms.Many(), "case": case})


@requires("case.write")
@require_POST
def weapons_file(request: HttpRequest, case_id: str) -> HttpResponse:
    """Adds the weapons of a large find from a file."""
    case = case_or_404(request, case_id, "case.write")
    many = forms.Many(request.POST, request.FILES)
    if many.is_valid():
        file = many.cleaned_data["file"]
        try:
            files.add(case_id, file.read(files.LONGEST + 1), str(file.name), by=actor(request))
        except NotRecorded as refused:
            show_refused(many, refused.problems)
        else:
            messages.success(request, _("Recorded."))
            return redirect("tracing:case", case_id)
    return _form(request, {"form": forms.Weapon(), "many": many, "case": case})


def _next(request: HttpRequest, case_id: str, item: str) -> HttpResponse:
    if "another" in request.POST:
        return redirect("tracing:case_weapon_new", case_id)
    return redirect("tracing:case_weapon", case_id, item)


def _form(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    wrong = any(context[name].errors for name in ("form", "many") if name in context)
    status = REFUSED if wrong else 200
    return render(request, "tracing/cases/weapon_form.html", context, status=status)


@requires("case.write")
@GET_OR_POST
def weapon_change(request: HttpRequest, case_id: str, item: str) -> HttpResponse:
    """States one weapon of a case anew."""
    case, found = _found(request, case_id, item)
    form = forms.Weapon(posted(request), initial=forms.initial_of(found.said), before=found.said)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_weapon(case_id, item, form.said, by=actor(request))
        except NotRecorded as refused:
            show_refused(form, refused.problems)
        else:
            messages.success(request, _("Recorded."))
            return redirect("tracing:case_weapon", case_id, item)
    return _form(request, {"form": form, "case": case, "item": found})


@requires("case.write")
@require_POST
def weapon_drop(request: HttpRequest, case_id: str, item: str) -> HttpResponse:
    """Takes out a weapon that was recorded by mistake."""
    _found(request, case_id, item)
    try:
        services.drop_weapon(case_id, item, request.POST.get("reason", ""), by=actor(request))
    except NotRecorded as refused:
        messages.error(request, _("Not done: %(why)s.") % {"why": refused.problems[0].told(_)})
        return redirect("tracing:case_weapon", case_id, item)
    messages.success(request, _("Taken out of the case."))
    return redirect("tracing:case", case_id)


@requires("case.write")
@require_POST
def weapon_consider(request: HttpRequest, case_id: str, item: str) -> HttpResponse:
    """Confirms or rejects a weapon of the register as one of the case, or withdraws what was confirmed."""
    case, found = _found(request, case_id, item)
    chosen, decision = request.POST.get("weapon", ""), request.POST.get("decision")
    probability = _probability(request, found, chosen)
    if probability is None or decision not in ("confirm", "reject"):
        messages.error(request, _("Not recorded: choose one of the weapons shown."))
        return redirect("tracing:case_weapon", case_id, item)
    reason = request.POST.get("reason", "").replace("\0", "")[:2000]
    try:
        is_confirmed = decision == "confirm"
        services.consider(case_id, item, chosen, probability, confirmed=is_confirmed, reason=reason, by=actor(request))
    except Refused as refused:
        messages.error(request, _("Not recorded: give a reason. (%(problem)s)") % {"problem": refused})
    except NotRecorded as refused:
        messages.error(request, _("Not done: %(why)s.") % {"why": refused.problems[0].told(_)})
    else:
        messages.success(request, _("Recorded."))
    if len(case.items) == 1:
        return redirect("tracing:case", case_id)
    return redirect("tracing:case_weapon", case_id, item)


def _probability(request: HttpRequest, found: Item, chosen: str) -> float | None:
    """What the trace says of a weapon shown to the officer; None for any other. One that was confirmed may be withdrawn."""
    seen = scope.of(me(request), "case.write")
    rows = [row for row in shown.candidates(found, seen) if row.weapon is not None and str(row.weapon.id) == chosen]
    if rows:
        return rows[0].probability
    return 0.0 if chosen and chosen == found.weapon else None
