"""The trace page: marks as read in, candidates with their reasons and the way on out."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as people
from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.ledger.services import Actor
from countermark.register import custody, projection
from countermark.register import services as register
from countermark.register.files import countries
from countermark.register.files.vocabulary import COMPONENTS, KINDS, MARK_KINDS
from countermark.register.models import Weapon
from countermark.register.rules import history
from countermark.tracing import forms, queries, rules, services
from countermark.tracing.search import Candidate, Query, SearchError

SALT = "tracing.decide"
TOKEN_SECONDS = 12 * 60 * 60


@dataclass(frozen=True)
class Cell:
    """One place of the alignment: what was read above what is registered."""

    read: str
    mark: str
    why: str = ""


@dataclass(frozen=True)
class Row:
    """One candidate as the page shows it; `weapon` is None for one outside the reader's places."""

    candidate: Candidate
    weapon: Weapon | None
    mark: str
    reasons: list[str]
    alignments: list[list[Cell]]
    token: str

    @property
    def percent(self) -> float:
        return 100 * self.candidate.probability


@requires("trace")
@require_GET
def trace(request: HttpRequest) -> HttpResponse:
    """The whole page, or only the answer while somebody types (htmx)."""
    asked = forms.read(request.GET, dict(request.GET.lists()))
    context: dict[str, Any] = {
        "asked": asked,
        "evidence": asked.evidence,
        "components": COMPONENTS,
        "kinds": KINDS,
        "mark_kinds": MARK_KINDS,
        "countries": sorted(countries.all_codes().items(), key=lambda item: item[1]),
        **_answer(request, asked.query),
    }
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "tracing/_answer.html" if partial else "tracing/trace.html", context)


def _answer(request: HttpRequest, query: Query | None) -> dict[str, Any]:
    if query is None:
        return {}
    try:
        traced = queries.trace(query)
    except SearchError as error:
        return {"problem": error.message}
    visible = _visible(request, traced)
    rows = [_row(traced, candidate, visible) for candidate in traced.answer.candidates]
    best = next((row.weapon for row in rows if row.weapon is not None), None)
    return {
        "query": query,
        "answer": traced.answer,
        "rows": rows,
        "absent_percent": 100 * traced.answer.not_registered,
        "restore": _restore(query, traced.answer.restore_next, traced.answer.restore_next_reading),
        "best": _history(best) if best is not None and traced.answer.outcome != "none" else None,
        "step": _step(best, traced),
    }


def _visible(request: HttpRequest, traced: queries.Traced) -> set[int]:
    """Which of the weapons found the reader may see: those of the reader's places, or all."""
    assert isinstance(request.user, User)
    places = people.visible_place_ids(request.user, "trace")
    return {key for key, weapon in traced.weapons.items() if places is None or weapon.place in places}


def _row(traced: queries.Traced, candidate: Candidate, visible: set[int]) -> Row:
    weapon = traced.weapons.get(candidate.weapon_key) if candidate.weapon_key in visible else None
    if weapon is None:
        return Row(candidate, None, "", [], [], "")
    decision = {
        "weapon": str(weapon.id),
        "probability": candidate.probability,
        "readings": [[r.component, r.reading, r.mark_kind] for r in traced.query.readings],
        "evidence": {name: getattr(traced.query, name) for name in forms.EVIDENCE},
    }
    reasons = rules.in_words(candidate, traced.query)
    conflicts = [_other(traced, c.weapon_key, visible) for c in candidate.conflicts]
    reasons += [text for text in conflicts if text]
    alignments = [_cells(candidate, number, mark.reading) for number, mark in enumerate(traced.query.readings)]
    token = signing.dumps(decision, salt=SALT, compress=True)
    return Row(candidate, weapon, queries.engraved(weapon, candidate), reasons, alignments, token)


def _other(traced: queries.Traced, key: int | None, visible: set[int]) -> str:
    other = traced.weapons.get(key) if key is not None and key in visible else None
    return _("It fits record %(ref)s (%(maker)s).") % {"ref": other.ref, "maker": other.maker} if other else ""


def _cells(candidate: Candidate, number: int, reading: str) -> list[Cell]:
    """Reading and registered mark side by side, place by place; empty where the reading is not of this weapon."""
    if any(conflict.reading == number and conflict.why == "foreign_part" for conflict in candidate.conflicts):
        return []
    differences = [d for n, d in candidate.differences if n == number]
    at = 0
    cells: list[Cell] = []
    for difference in sorted(differences, key=lambda d: d.at):
        cells += [Cell(char, char) for char in reading[at : difference.at]]
        cells.append(Cell(difference.read, difference.mark, difference.why))
        consumed = 0 if difference.why == "dropped" else max(1, len(difference.read))
        at = difference.at + consumed
    return cells + [Cell(char, char) for char in reading[at:]]


def _restore(query: Query, place: int | None, reading: int | None) -> dict[str, Any] | None:
    if place is None or reading is None:
        return None
    text = query.readings[reading].reading
    return {"before": text[:place], "place": text[place : place + 1], "after": text[place + 1 :], "number": place + 1}


def _history(weapon: Weapon) -> dict[str, Any]:
    """The custody history of the best candidate, gaps included."""
    weapon_id = str(weapon.id)
    lines = history(projection.entries_of([weapon_id]))
    names = register.side_texts([name for line in lines for name in (line.sender, line.receiver, line.place)])
    standing = [line for line in lines if not line.corrected]
    return {"weapon": weapon, "lines": [_line(item, names) for item in custody.timeline(standing)]}


def _line(line: custody.Item, names: dict[str, str]) -> dict[str, Any]:
    if isinstance(line, custody.Gap):
        return {"gap": line}
    return {
        "event": line.event,
        "date": {"text": line.date, "precision": line.precision},
        "sender": names.get(line.sender, ""),
        "receiver": names.get(line.receiver, ""),
        "place": names.get(line.place, ""),
        "country": line.country,
    }


def _step(best: Weapon | None, traced: queries.Traced) -> dict[str, Any]:
    own = settings.ENVIRONMENT.state
    if best is None or traced.answer.outcome == "none":
        step = rules.not_found_step(traced.query.country, own)
    else:
        weapon_id = str(best.id)
        state = projection.state_of(weapon_id)
        if state is None:
            step = rules.not_found_step(traced.query.country, own)
        else:
            step = rules.next_step(state, history(projection.entries_of([weapon_id])), own)
    return {"what": step.what, "why": step.why, "states": [(code, countries.name(code)) for code in step.states]}


@requires("trace.decide")
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Confirms or rejects a candidate: an act in the ledger."""
    try:
        decision = signing.loads(request.POST.get("candidate", ""), salt=SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("This answer is too old or was changed. Trace again, then decide."))
        return redirect("tracing:trace")
    confirmed = request.POST.get("decision") == "confirm"
    query = queries.query_of([tuple(row) for row in decision["readings"]], **decision["evidence"])
    assert isinstance(request.user, User)
    try:
        services.decide(
            decision["weapon"],
            query,
            decision["probability"],
            confirmed=confirmed,
            reason=request.POST.get("reason", "")[:2000],
            by=Actor(request.user.username),
        )
    except register.Refused as error:
        messages.error(request, _("Not recorded: give a reason. (%(problem)s)") % {"problem": error})
        return redirect("tracing:trace")
    done = _("Confirmed and recorded in the ledger.") if confirmed else _("Rejected and recorded in the ledger.")
    messages.success(request, done)
    return redirect("register:weapon", decision["weapon"])
