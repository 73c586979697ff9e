"""The ledger for the auditor. These pages stand here because the ledger itself stands below `accounts`."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.ledger import guard, reasons, services, store
from countermark.ledger.entry import Entry
from countermark.ledger.models import Log
from countermark.marks.sentences import said
from countermark.marks.sentences import told as sentence_told
from countermark.register import jobs, proofs
from countermark.register.forms.review import Look, Period
from countermark.register.models import LoadJob
from countermark.register.queries import logs as queries
from countermark.register.queries.logs import Asked
from countermark.register.reasons import told
from countermark.register.rules import is_weapon_id, weapons_of
from countermark.register.services import side_texts
from countermark.register.views.common import changed_query, me

JOBS_SHOWN = 5


@dataclass(frozen=True)
class Line:
    """An entry in the table: where it stands, what it is about, when and by whom it was recorded."""

    entry: Entry
    index: int
    word: str
    by: str
    weapon: str
    reason: str = ""


@requires("ledger.view")
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The logs held here and their entries, the newest first."""
    held = queries.logs()
    form = Look(request.GET, origins=[line.log.origin for line in held])
    form.is_valid()
    origin = form.cleaned_data.get("log")
    chosen = next((line.log for line in held if line.log.origin == origin), held[0].log if held else None)
    asked = _asked(request, form.cleaned_data)
    page = queries.entries(chosen, asked) if chosen else queries.EntryPage()
    context = {
        "form": form,
        "logs": held,
        "chosen": chosen,
        "lines": _lines(page.entries),
        "following": changed_query(request.GET, before=page.following) if page.following is not None else "",
        "first_page": asked.before is None,
        "looked_at": page.looked_at,
        "jobs": LoadJob.objects.filter(kind="verify").order_by("-created")[:JOBS_SHOWN],
    }
    return render(request, "register/log.html", context)


def _asked(request: HttpRequest, said: dict[str, Any]) -> Asked:
    before = request.GET.get("before", "")
    return Asked(
        kind=said.get("kind") or "",
        word=said.get("word") or "",
        reason=said.get("reason") or "",
        person=said.get("person") or "",
        since=said["since"].isoformat() if said.get("since") else "",
        until=said["until"].isoformat() if said.get("until") else "",
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
    )


def _lines(entries: list[Entry]) -> list[Line]:
    names = side_texts([entry.recorded.by for entry in entries if entry.recorded.by])
    return [
        Line(
            entry=entry,
            index=store.index_of(entry.position),
            word=queries.word_of(entry),
            by=names.get(entry.recorded.by, ""),
            weapon=_weapon(entry),
            reason=_reason(entry),
        )
        for entry in entries
    ]


def _reason(entry: Entry) -> str:
    stated = reasons.stated(entry.kind, entry.body)
    return told(stated[1], stated[0]) if stated else ""


COUNTED = 200_000
"""Entries the page of reasons looks through; a command counts all."""


@requires("ledger.view")
@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """How often each reason was given, by what it was given for; nobody's words are opened."""
    held = queries.logs()
    form = Period(request.GET, origins=[line.log.origin for line in held])
    form.is_valid()
    data = form.cleaned_data
    chosen = next((line.log for line in held if line.log.origin == data.get("log")), held[0].log if held else None)
    since, until = (data[name].isoformat() if data.get(name) else "" for name in ("since", "until"))
    found = queries.count_reasons(chosen, since, until, most=COUNTED) if chosen else queries.Counted()
    period = {"log": chosen.origin if chosen else "", "since": since, "until": until}
    lines = [
        (_(reasons.title(of)), told(code, of), n, urlencode({**period, "reason": f"{of}.{code}"}))
        for (of, code), n in found.reasons
    ]
    context = {"form": form, "lines": lines, "whole": found.whole, "most": COUNTED}
    return render(request, "register/log_reasons.html", context)


def _weapon(entry: Entry) -> str:
    named = weapons_of(entry.body) if entry.kind == "event" else [str(entry.body.get("weapon", ""))]
    return next((name for name in named if is_weapon_id(name)), "")


@requires("ledger.view")
@require_GET
def entry(request: HttpRequest, position: int) -> HttpResponse:
    """One entry as stored, with the proof that it stands in its log; as JSON with `format=json`."""
    found = queries.entry_at(position)
    proof = proofs.prove(position) if found else None
    if found is None or proof is None:
        raise Http404(_("There is no such entry."))
    if request.GET.get("format") == "json":
        return JsonResponse(
            proof.as_dict(), headers={"Content-Disposition": f'attachment; filename="proof-{position}.json"'}
        )
    context = {"line": _lines([found])[0], "proof": proof, "kept": sorted(found.recorded.kept.items())}
    return render(request, "register/entry.html", context)


@requires("ledger.view")
@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed checkpoint of the node's own log, as a file to be kept elsewhere."""
    own: Log = services.require_own_log()
    try:
        note = guard.sign_current(own)
    except guard.RolledBackError as error:
        return render(request, "register/rolled_back.html", {"problem": sentence_told(said(error), _)}, status=409)
    name = own.origin.replace("/", "-")
    return HttpResponse(
        note,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.checkpoint"'},
    )


@requires("ledger.view")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for everything to be recomputed; a second click while that is under way changes nothing."""
    if not LoadJob.objects.filter(kind="verify", state__in=jobs.BUSY).exists():
        jobs.ask_verify(me(request).username)
    messages.success(request, _("Verification was asked for. This page shows how far it is when it is loaded again."))
    return redirect("ledger:log")
