"""The trace page: marks as read in, candidates with their reasons and the way on out."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from countermark.accounts.access import requires
from countermark.ledger.services import Actor
from countermark.register import countrynames
from countermark.register import services as register
from countermark.register.files.vocabulary import COMPONENTS, KINDS, MARK_KINDS
from countermark.register.models import Weapon
from countermark.register.queries import records, scope
from countermark.register.views.common import me
from countermark.register.views.record import names_open
from countermark.tracing import forms, queries, services, shown
from countermark.tracing.search.question import Query, SearchError, understand

TOKEN_SECONDS = 12 * 60 * 60


@requires("trace")
@require_GET
@vary_on_headers("HX-Request")
def trace(request: HttpRequest) -> HttpResponse:
    """The whole page, or only the answer while somebody types (htmx)."""
    asked = forms.read(request.GET, dict(request.GET.lists()))
    partial = request.headers.get("HX-Request") == "true"
    context = {"asked": asked, "evidence": asked.evidence, "partial": partial, **_answer(request, asked.query)}
    if partial:
        return render(request, "tracing/_answer.html", context)
    lists = {
        "components": COMPONENTS,
        "kinds": KINDS,
        "mark_kinds": MARK_KINDS,
        "countries": countrynames.options(asked.evidence["country"]),
        "most_marks": forms.MOST_MARKS,
    }
    return render(request, "tracing/trace.html", {**context, **lists})


def _answer(request: HttpRequest, query: Query | None) -> dict[str, Any]:
    if query is None:
        return {}
    try:
        heard, understood = understand(query, queries.reference())
        traced = queries.trace(query)
    except SearchError as error:
        return {"problem": error.message.told(_)}
    visible = _visible(request, traced)
    context = shown.answer(traced, heard, visible)
    best = next((row.weapon for row in context["likely"] if row.weapon is not None), None)
    found = best is not None and traced.answer.outcome != "none"
    record = records.record(str(best.id)) if best is not None and found else None
    return {
        **context,
        "inscription": shown.taken_from_inscription(query, understood, heard),
        "best": shown.history(record, opened=names_open(request, record)) if record is not None else None,
        "step": shown.next_step(record, understood.country, found=found),
    }


def _visible(request: HttpRequest, traced: queries.Traced) -> set[int]:
    """Which of the weapons found the reader may see: those of the reader's places, or all."""
    ids = scope.of(me(request), "trace").ids
    weapons = traced.weapons.items()
    return {key for key, weapon in weapons if ids is None or weapon.place in ids or weapon.holder in ids}


@requires("trace.decide")
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Confirms or rejects a candidate: an act in the ledger."""
    try:
        decision = signing.loads(request.POST.get("candidate", ""), salt=shown.SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("This answer is too old or was changed. Trace again, then decide."))
        return redirect("tracing:trace")
    word = request.POST.get("decision")
    if word not in ("confirm", "reject") or not _may_decide(request, decision["weapon"]):
        messages.error(request, _("Not recorded: confirm or reject a weapon held at one of your places."))
        return redirect("tracing:trace")
    confirmed = word == "confirm"
    query = queries.query_of([tuple(row) for row in decision["readings"]], **decision["evidence"])
    reason = request.POST.get("reason", "").replace("\0", "")[:2000]
    try:
        services.decide(
            decision["weapon"],
            query,
            decision["probability"],
            confirmed=confirmed,
            reason=reason,
            by=Actor(me(request).username),
        )
    except register.Refused as error:
        messages.error(request, _("Not recorded: give a reason. (%(problem)s)") % {"problem": error})
        return redirect(_again(query))
    if confirmed:
        messages.success(request, _("Confirmed and recorded in the ledger."))
        return redirect("register:weapon", decision["weapon"])
    messages.success(request, _("Rejected and recorded in the ledger."))
    return redirect(_again(query))


def _may_decide(request: HttpRequest, weapon_id: str) -> bool:
    """Whether the weapon is at one of the officer's places now: the answer may have been another's, or older than a move."""
    weapon = Weapon.objects.filter(id=weapon_id).first()
    ids = scope.of(me(request), "trace.decide").ids
    return weapon is not None and (ids is None or weapon.place in ids or weapon.holder in ids)


def _again(query: Query) -> str:
    """The address of the answer a decision was made on."""
    fields = [(name, getattr(mark, name)) for mark in query.readings for name in ("reading", "component", "mark_kind")]
    fields += [(name, getattr(query, name)) for name in forms.EVIDENCE if getattr(query, name)]
    return f"{reverse('tracing:trace')}?{urlencode(fields)}"
