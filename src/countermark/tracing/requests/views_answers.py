"""Answers: choosing the weapon, deciding event by event and name by name what is told, and reading what another State told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.ledger import jcs
from countermark.ledger import services as ledger
from countermark.ledger.models import LOG_SPAN
from countermark.register.files.vocabulary import KINDS
from countermark.register.models import Weapon
from countermark.register.queries import personal, scope
from countermark.register.queries.records import Record, named
from countermark.register.rules import HistoryEvent
from countermark.register.views.common import GET_OR_POST, REFUSED, Name, actor, me, posted, record_or_404
from countermark.register.views.common import named as name_of
from countermark.register.views.record import names_open
from countermark.tracing import queries as tracing
from countermark.tracing.requests import answers, forms, queries, rules, services, shown
from countermark.tracing.requests.proofs import Answer
from countermark.tracing.requests.rules import Message
from countermark.tracing.requests.services import NotSaid
from countermark.tracing.requests.states import Request
from countermark.tracing.requests.views import request_or_404
from countermark.tracing.search.question import SearchError
from countermark.tracing.shown import percent

SHOWN = 5
TELLABLE = ("party", "place", "document")
IN_ORDER = (*TELLABLE, "note", "person")
"""Kinds of names that are told unless somebody decides otherwise; persons, officers and remarks never are."""


@dataclass(frozen=True)
class Asked:
    """A weapon that is asked about, and what this register has that may be it."""

    marks: str
    facts: tuple[tuple[Any, str], ...]
    candidates: list[tuple[str, Weapon]]
    elsewhere: int
    problem: str = ""


def asked(request: HttpRequest, found: Request) -> list[Asked]:
    """The weapons of a request, each traced by its marks in this register."""
    body = next((one.envelope.body for one in found.kept if one.envelope.kind == "request"), {})
    weapons = body.get("weapons")
    return [_asked(request, one) for one in weapons if isinstance(one, dict)] if isinstance(weapons, list) else []


def _asked(request: HttpRequest, weapon: dict[str, Any]) -> Asked:
    given = weapon.get("marks")
    read = [_read(one) for one in (given if isinstance(given, list) else [given])]
    marks = [mark for mark in read if mark.strip()][: forms.MOST_MARKS]
    text = " · ".join(marks)
    facts = shown.parts({"weapons": [weapon]})[0].weapons[0]
    try:
        traced = tracing.trace(tracing.query_of([("", mark, "") for mark in marks], **_evidence(weapon)))
    except SearchError as error:
        return Asked(text, facts, [], 0, error.message.told(_))
    ids = scope.of(me(request), "weapon.view").ids
    candidates = [(percent(one.probability), traced.weapons.get(one.weapon_key)) for one in traced.answer.candidates]
    visible = [(chance, one) for chance, one in candidates if one and (ids is None or {one.place, one.holder} & ids)]
    return Asked(text, facts, visible[:SHOWN], len(candidates) - len(visible))


def _read(mark: Any) -> str:
    """A mark as another program may have written it: a text, or the mark of a component."""
    text = mark.get("mark") or mark.get("reading") or mark.get("inscription") if isinstance(mark, dict) else mark
    return shown.plain(text or "")[:1000]


def _evidence(weapon: dict[str, Any]) -> dict[str, str]:
    found = {name: shown.plain(weapon.get(name) or "")[:200] for name in ("maker", "country", "kind", "calibre")}
    return {**found, "kind": found["kind"] if found["kind"] in KINDS else ""}


@dataclass(frozen=True)
class NameLine:
    """A name of the history, told or withheld wherever it stands."""

    field: str
    what: Any
    text: str
    told: bool
    handled: bool


@dataclass(frozen=True)
class EventLine:
    """One event of the history on the release screen; `tell` is `whole`, `partly` or `not`."""

    event: HistoryEvent
    date: dict[str, str]
    names: tuple[Name, ...]
    facts: tuple[tuple[str, Any, bool], ...]
    tell: str
    provable: bool
    handled: bool


@requires("request.draft")
@GET_OR_POST
def request_answer(request: HttpRequest, conversation: str, kind: str, weapon: UUID) -> HttpResponse:
    """The release screen: what is told of a weapon's history, what is withheld and what that costs; then a draft."""
    found = request_or_404(request, conversation)
    if kind not in rules.allowed(found.conversation, found.side) or "answer" not in rules.table().messages[kind].needs:
        raise Http404(_("This cannot be said in the request now."))
    record = record_or_404(request, weapon)
    opened = names_open(request, record)
    data = posted(request)
    form, conditions = forms.Say(kind, data), forms.AnswerConditions(data)
    answer = _chosen(request, found, record, conditions, opened=opened) if data is not None else None
    if answer is not None and request.POST.get("action") == "draft" and form.is_valid() and conditions.is_valid():
        body = {**form.body, "answer": msgspec.to_builtins(answer)}
        try:
            services.draft(kind, body, conversation=found.id, by=actor(request))
        except NotSaid as refused:
            forms.show_refused(form, refused.problems)
        else:
            messages.success(request, _("Written down. Somebody else than you has to release it."))
            return redirect("tracing:request", found.id)
    is_draft = request.POST.get("action") == "draft"
    context = {
        "found": found,
        "line": shown.line(found),
        "kind": kind,
        "title": shown.title(kind),
        "form": form if is_draft else forms.Say(kind, initial=_kept_so_far(form, request)),
        "conditions": conditions,
        "record": record,
        "lines": list(_lines(request, record, opened=opened)),
        "names": list(_names(request, record, opened=opened)),
        "hidden": _hidden(record, opened=opened),
        "opened": opened,
        "preview": shown.preview(answer) if answer is not None else None,
    }
    return render(request, "tracing/requests/answer.html", context, status=REFUSED if is_draft else 200)


def _kept_so_far(form: forms.Say, request: HttpRequest) -> dict[str, Any]:
    """What stands in the form while only the preview is asked for: nothing is judged yet."""
    return {
        name: request.POST.getlist(name) if name == "grounds" else request.POST.get(name)
        for name in form.fields
        if name in request.POST
    }


def _chosen(
    request: HttpRequest, found: Request, record: Record, conditions: forms.AnswerConditions, *, opened: bool
) -> Answer | None:
    choice = forms.choice(request.POST, record, conditions, opened=opened)
    held = [one.envelope.holds for one in found.received]
    return answers.build(record.state.id, found.id, choice, held)


def _lines(request: HttpRequest, record: Record, *, opened: bool) -> Iterator[EventLine]:
    log = ledger.require_own_log()
    usual = record.names if opened else personal.impersonal(record.names)
    data = request.POST if request.method == "POST" else None
    for line in record.history:
        tell = "not" if answers.is_left_out(line) else "whole"
        yield EventLine(
            event=line,
            date={"text": line.date, "precision": line.precision},
            names=tuple(name_of(urn, record.names, usual) for urn in _urns(line)),
            facts=tuple((fact, shown.FACTS[fact], _is_given(data, line, fact)) for fact in answers.FACTS),
            tell=tell if data is None else data.get(f"tell-{line.position}", "not"),
            provable=line.position // LOG_SPAN == log.id,
            handled=data is not None and forms.handled_field(str(line.position)) in data,
        )


def _urns(line: HistoryEvent) -> list[str]:
    return [urn for urn in (line.sender, line.receiver, line.place, line.document) if urn]


def _is_given(data: QueryDict | None, line: HistoryEvent, fact: str) -> bool:
    """Whether a fact would be told in part: all are until somebody takes one away."""
    if data is None or data.get(f"tell-{line.position}") != "partly":
        return True
    return f"fact-{line.position}-{fact}" in data


def _names(request: HttpRequest, record: Record, *, opened: bool) -> Iterator[NameLine]:
    """The names the officer may tell; those of bodies, places and documents are told unless somebody decides otherwise."""
    usual = personal.impersonal(record.names)
    data = request.POST if request.method == "POST" else None
    known = record.names if opened else usual
    urns = dict.fromkeys(urn for line in record.history for urn in named(line) if urn in known)
    for urn in sorted(urns, key=lambda urn: IN_ORDER.index(urn.split(":")[2])):
        kind, field = urn.split(":")[2], forms.name_field(urn)
        told = kind in TELLABLE and urn in usual if data is None else field in data
        yield NameLine(
            field,
            shown.FACTS.get(f"name:{kind}", kind),
            record.names[urn],
            told,
            data is not None and forms.handled_field(field) in data,
        )


def _hidden(record: Record, *, opened: bool) -> int:
    """How many names the officer has not opened, which cannot be told."""
    urns = {urn for line in record.history for urn in named(line) if urn in record.names}
    return 0 if opened else len(urns - set(personal.impersonal(record.names)))


@requires("request.view")
@require_GET
def request_told(request: HttpRequest, conversation: str, side: str, number: int) -> HttpResponse:
    """An answer as people read it, verified at once: what is genuine, what was there before, what is told without proof."""
    found, message = _message_or_404(request, conversation, side, number)
    ours = message.side == found.side
    context = {
        "found": found,
        "line": shown.line(found),
        "message": message,
        "title": shown.title(message.kind),
        "told": shown.told(message.body["answer"], found, ours=ours),
        "ours": ours,
        "held": queries.count_held(found.peer) if not ours else 0,
        "printing": "print" in request.GET,
    }
    return render(request, "tracing/requests/told.html", context)


@requires("request.view")
@require_GET
def request_told_file(request: HttpRequest, conversation: str, side: str, number: int) -> HttpResponse:
    """The answer as a file, to be verified elsewhere with `countermark verify-answer`."""
    found, message = _message_or_404(request, conversation, side, number)
    name = f"answer-{found.id[:8]}-{number}.json"
    return HttpResponse(
        jcs.encode(message.body["answer"]),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _message_or_404(request: HttpRequest, conversation: str, side: str, number: int) -> tuple[Request, Message]:
    found = request_or_404(request, conversation)
    for one in found.kept:
        message = one.envelope.message
        if (message.side, message.number) == (side, number) and isinstance(message.body.get("answer"), dict):
            return found, message
    raise Http404(_("There is no such answer."))
