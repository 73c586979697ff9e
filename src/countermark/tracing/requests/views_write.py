"""Writing messages: a new request, each kind of message, and what a State without a node said on paper."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted
from countermark.tracing.cases import queries as cases
from countermark.tracing.cases import rules as case_rules
from countermark.tracing.cases import services as case_services
from countermark.tracing.cases.services import NotRecorded
from countermark.tracing.cases.states import Case, Item
from countermark.tracing.requests import forms, queries, rules, services, shown, views_answers
from countermark.tracing.requests.services import NotSaid
from countermark.tracing.requests.states import Request
from countermark.tracing.requests.views import request_or_404

LONGEST_READING = 1000


@requires("request.draft")
@GET_OR_POST
def request_new(request: HttpRequest) -> HttpResponse:
    """A new request: the three blocks of ITI 17 and to whom; a second person releases it."""
    data = posted(request)
    first, weapons = _prefilled(request) if data is None else ({}, [])
    count = _count(request, len(weapons))
    form, conditions = forms.Request(data, peers=shown.directory(), initial=first), forms.Conditions(data)
    rows = [forms.Weapon(data, prefix=f"w{n}", initial=weapons[n] if n < len(weapons) else {}) for n in range(count)]
    adding = data is not None and "add" in data
    if (
        data is not None
        and not adding
        and all([form.is_valid(), conditions.is_valid(), *(row.is_valid() for row in rows)])
    ):
        body = {**form.blocks, "weapons": [row.facts for row in rows], **conditions.body}
        try:
            draft_id = _asked(request, body, form.addressee)
        except (NotSaid, NotRecorded) as refused:
            forms.show_refused(form, refused.problems)
        else:
            return _drafted(request, draft_id)
    if adding:
        form, rows = _unjudged(request, count)
    is_wrong = not adding and (any(one.errors for one in (form, conditions, *rows)))
    context = {
        "form": form, "conditions": conditions, "weapons": rows, "count": count, "most": forms.MOST_WEAPONS,
    }  # fmt: skip
    return render(request, "tracing/requests/new.html", context, status=REFUSED if is_wrong else 200)


def _asked(request: HttpRequest, body: dict[str, Any], peer: str) -> str:
    """Drafts a request; one that was begun from a case belongs to it, one that follows from another to the case of that one."""
    earlier, found = _earlier(request), _case(request)
    parent = earlier.id if earlier else ""
    if found is None:
        return services.draft("request", body, peer=peer, parent=parent, by=actor(request))
    items = [] if parent else [item.id for item in _chosen(request, found)]
    return case_services.ask_with(found.id, body, peer, items, parent=parent, by=actor(request))


def _earlier(request: HttpRequest) -> Request | None:
    """The request a new one follows from."""
    named = request.GET.get("after", "")
    return queries.request(named, queries.reader(me(request))) if named else None


def _case(request: HttpRequest) -> Case | None:
    """The case a request is begun from, among those the officer works on."""
    mine = cases.offices(me(request), "case.write")
    if "case" in request.GET:
        return cases.case(request.GET["case"], mine)
    return cases.of_request(request.GET["after"], mine) if "after" in request.GET else None


def _chosen(request: HttpRequest, found: Case) -> list[Item]:
    """The weapons of the case that are asked about: those the address names, or all, as many as a request holds."""
    named = request.GET.getlist("item")
    return [item for item in found.items if item.said and (not named or item.id in named)][: forms.MOST_WEAPONS]


def _count(request: HttpRequest, given: int) -> int:
    """How many weapons the form has room for."""
    text = request.POST.get("count", "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else given
    return max(1, min(forms.MOST_WEAPONS, count + ("add" in request.POST)))


def _unjudged(request: HttpRequest, count: int) -> tuple[forms.Request, list[forms.Weapon]]:
    """The forms as they were filled in, when only room for another weapon was asked for."""
    many = {"why_illicit"}
    first = {name: request.POST.getlist(name) if name in many else value for name, value in request.POST.items()}
    rows = []
    for n in range(count):
        mine = f"w{n}-"
        initial = {name.removeprefix(mine): value for name, value in request.POST.items() if name.startswith(mine)}
        rows.append(forms.Weapon(prefix=f"w{n}", initial=initial))
    return forms.Request(peers=shown.directory(), initial=first), rows


def _prefilled(request: HttpRequest) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What an answer of the trace page, or an earlier request to another State, fills in."""
    to = request.GET.get("to", "")[:2]
    known = next((origin for origin, _label in shown.directory() if origin[:2] == to), "")
    first: dict[str, Any] = {"peer": known} if known else {"country": to}
    if "case" in request.GET and (case := _case(request)) is not None and case.facts:
        weapons = [item.said for item in _chosen(request, case) if item.said]
        body = case_rules.request_body(case.facts, weapons, confirmed=False, intended_use="")
        given = {name: body[name] for name in ("why_illicit", "circumstances")}
        return {**first, **given}, [_typed(one) for one in body["weapons"]]
    earlier = _earlier(request)
    said = next((one.envelope.body for one in earlier.kept if one.envelope.kind == "request"), {}) if earlier else {}
    if said:
        first |= {name: said.get(name) for name in ("why_illicit", "circumstances", "intended_use")}
        return first, [_typed(one) for one in said.get("weapons", []) if isinstance(one, dict)]
    weapon: dict[str, Any] = {
        name: request.GET.get(name, "").replace("\0", "")[:200] for name in ("kind", "calibre", "maker", "country")
    }
    readings = [text.replace("\0", "")[:LONGEST_READING] for text in request.GET.getlist("reading")[: forms.MOST_MARKS]]
    return first, [{**weapon, "marks": "\n".join(filter(None, readings))}]


def _typed(weapon: dict[str, Any]) -> dict[str, Any]:
    """A weapon of an earlier request as the form has it; what was confirmed then is confirmed anew."""
    marks = weapon.get("marks")
    lines = [shown.plain(one) for one in marks] if isinstance(marks, list) else [shown.plain(marks or "")]
    return {**weapon, "marks": "\n".join(lines), "confirmed": False}


@requires("request.draft")
@GET_OR_POST
def request_say(request: HttpRequest, conversation: str, kind: str) -> HttpResponse:
    """One message of a kind; one that answers begins with the weapon, or says that there is no record."""
    found = _may_be_said(request, conversation, kind)
    data = posted(request)
    form, conditions = forms.Say(kind, data, initial=_first(request, found, kind)), forms.Conditions(data)
    answers = "answer" in rules.table().messages[kind].needs
    if data is not None and form.is_valid() and conditions.is_valid():
        body = {**form.body, **({"answer": {"records": []}} if answers else {}), **conditions.body}
        try:
            draft_id = services.draft(kind, body, conversation=found.id, by=actor(request))
        except NotSaid as refused:
            forms.show_refused(form, refused.problems)
        else:
            return _drafted(request, draft_id)
    context = {
        "found": found,
        "line": shown.line(found),
        "kind": kind,
        "title": shown.title(kind),
        "form": form,
        "conditions": conditions,
        "answers": answers,
        "weapons": views_answers.asked(request, found) if answers else [],
    }
    return render(request, "tracing/requests/say.html", context, status=REFUSED if form.errors else 200)


def _first(request: HttpRequest, found: Request, kind: str) -> dict[str, str]:
    """What the form of a message begins with: a notice of forwarding names the request that was made because of this one."""
    following = queries.following(found.id) if kind == "forwarding" else []
    goes_on = queries.request(following[0]) if following else None
    if goes_on is not None:
        return {"linked_request": goes_on.id, "next_country": goes_on.peer[:2]}
    return _asked_about(request)


def _asked_about(request: HttpRequest) -> dict[str, str]:
    """The message a request for consent, or a decision on one, is about."""
    return {name: request.GET.get(name, "").replace("\0", "")[:200] for name in ("about", "next_country")}


def _may_be_said(request: HttpRequest, conversation: str, kind: str) -> Request:
    """A request in which we may say this now; for anything else there is no page."""
    found = request_or_404(request, conversation)
    if kind not in rules.allowed(found.conversation, found.side) or not found.kept:
        raise Http404(_("This cannot be said in the request now."))
    return found


def _drafted(request: HttpRequest, draft_id: str) -> HttpResponse:
    known = queries.of_draft(draft_id)
    text = _("Written down. Somebody else than you has to release it.")
    if not accounts.may(me(request), "request.release"):
        text = _("Written down. The national point of contact has to release it.")
    messages.success(request, text)
    return redirect("tracing:request", known.id) if known else redirect("tracing:requests")


@requires("request.draft")
@GET_OR_POST
def request_paper(request: HttpRequest, conversation: str, kind: str) -> HttpResponse:
    """Records what a State without a node said in a letter."""
    found = request_or_404(request, conversation)
    theirs = rules.other(found.side)
    if not found.on_paper or kind not in rules.allowed(found.conversation, theirs):
        raise Http404(_("This cannot be said in the request now."))
    data = posted(request)
    answers = "answer" in rules.table().messages[kind].needs
    letter, form = forms.Letter(data, marks=_asked_marks(found) if answers else ()), forms.Say(kind, data)
    events = [forms.LetterEvent(data, prefix=f"e{n}") for n in range(forms.PAPER_EVENTS if answers else 0)]
    if data is not None and all([letter.is_valid(), form.is_valid(), *(one.is_valid() for one in events)]):
        told = {"answer": {**letter.about, "events": [one.facts for one in events if one.facts]}} if answers else {}
        time = f"{letter.cleaned_data['day'].isoformat()}T00:00:00.000Z"
        try:
            services.note_paper(found.id, kind, {**form.body, **told}, time, by=actor(request))
        except NotSaid as refused:
            forms.show_refused(form, refused.problems)
        else:
            messages.success(request, _("Taken down."))
            return redirect("tracing:request", found.id)
    is_wrong = any(one.errors for one in (letter, form, *events))
    context = {
        "found": found,
        "line": shown.line(found),
        "title": shown.title(kind),
        "letter": letter,
        "form": form,
        "events": events,
        "own": settings.ENVIRONMENT.state,
    }
    return render(request, "tracing/requests/paper.html", context, status=REFUSED if is_wrong else 200)


def _asked_marks(found: Request) -> list[str]:
    """The first mark of each weapon a request asks about."""
    said = next((one.envelope.body for one in found.kept if one.envelope.kind == "request"), {})
    listed = said.get("weapons")
    weapons = [_typed(one) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return list(dict.fromkeys(filter(None, (str(one["marks"]).partition("\n")[0] for one in weapons))))


@requires("request.draft")
@GET_OR_POST
def message_take(request: HttpRequest) -> HttpResponse:
    """Takes in a message that came as a file: by e-mail, on a stick, in a bag. The same one again is harmless."""
    form = forms.Taken(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            known = services.receive(form.cleaned_data["file"], by=actor(request))
        except NotSaid as refused:
            forms.show_refused(form, refused.problems)
        else:
            messages.success(request, _("Taken in."))
            return redirect("tracing:request", known.id)
    return render(request, "tracing/requests/take.html", {"form": form}, status=REFUSED if form.errors else 200)


@requires("request.release")
@require_GET
def message_file(request: HttpRequest, conversation: str, number: int) -> HttpResponse:
    """A released message, sealed to its receiver, as a file."""
    found = request_or_404(request, conversation)
    try:
        token = services.sealed(found, number)
    except NotSaid as refused:
        raise Http404(" ".join(problem.told(_) for problem in refused.problems)) from refused
    name = f"message-{found.id[:8]}-{number}.jose"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(f"{token}\n", content_type="application/jose", headers=headers)
