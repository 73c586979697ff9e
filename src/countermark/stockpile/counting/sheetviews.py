"""The counter's own page: one field for every scan, what was scanned, how far it is; and the sheet on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.register.checking import Refused
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.sheets import qr_code
from countermark.register.views.common import REFUSED, actor, me
from countermark.stockpile import acts
from countermark.stockpile.codes import house
from countermark.stockpile.counting import queries, radio, rules, services
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.counting.reading import Answer, Scan
from countermark.stockpile.counting.rules import Line, Sight
from countermark.stockpile.counting.states import RECOUNT, SAMPLE, Sheet
from countermark.stockpile.counting.views import count_or_404, page_of, refusal
from countermark.stockpile.views import common

COUNT = "stock.count"
RECENT = 20
LEFT = 50
PAPER_LINES = 2000
EMPTY_LINES = 40


@dataclass(frozen=True)
class Row:
    """One scan as it is shown."""

    outcome: str
    word: str
    text: str
    place: str = ""
    detail: str = ""
    near: Sequence[Weapon] = ()


@requires(COUNT)
@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Takes a sheet of a count: of a counter, of the recount, or of the sample."""
    found, by = count_or_404(request, code, COUNT), actor(request)
    number = request.POST.get("sheet", "")
    try:
        if number == RECOUNT:
            services.begin_recount(found.key, by=by)
        elif number == SAMPLE:
            services.begin_sample(found.key, by=by)
        else:
            services.begin(found.key, by=by)
    except Refused as refused:
        messages.error(request, refusal(refused))
        return redirect("stockpile:count", house.shown(found.key))
    return redirect("stockpile:count_sheet", house.shown(found.key))


@requires(COUNT)
@require_GET
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """One's own sheet. Nobody sees another's."""
    found, own = _own(request, code)
    if "place" in request.GET:
        _stand(request, found, request.GET["place"])
    return render(request, "stockpile/count_sheet.html", _context(request, found, own))


@requires(COUNT)
@require_POST
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """Takes one scan: its row and how far the sheet is, or the page for a browser without scripts."""
    common.require_own(request)
    found, own = _own(request, code)
    post = request.POST
    if "stood" in post:
        _stand(request, found, post["stood"])
    one = Scan(
        post.get("weapon", "") or post.get("scan", ""),
        post.get("scan_id", "") or acts.new_id(),
        place=_standing(request, found),
        how=post.get("scan_how", "") or "typed",
        at=post.get("scan_at", ""),
        what=post.get("what", "") or rules.SEEN,
        eye=post.get("eye", ""),
        sure=post.get("sure") == "1",
    )
    try:
        [answer] = services.scan(found.key, own.number, [one], by=actor(request))
        row = _row(request, answer)
    except Refused as refused:
        row = Row("refused", _("Not recorded"), one.text[:80], detail=refusal(refused))
    else:
        if answer.place:
            _stand(request, found, answer.place.pk)
    return _answered(request, found, own, row)


@requires(COUNT)
@require_POST
def undo(request: HttpRequest, code: str) -> HttpResponse:
    """Takes the scan with an id back."""
    common.require_own(request)
    found, own = _own(request, code)
    key = request.POST.get("scan_id", "")
    line = next((one for one in queries.lines(f"{found.key}.{own.number}") if one.id == key), None)
    try:
        taken = services.take_back(found.key, own.number, [key], by=actor(request))
    except Refused as refused:
        return _answered(request, found, own, Row("refused", _("Not recorded"), "", detail=refusal(refused)))
    if not taken:
        return _answered(request, found, own, Row("asked", _("Nothing was counted by it"), ""))
    return _answered(request, found, own, Row("undone", _("Taken back"), _texts([line])[0] if line else ""))


@requires(COUNT)
@require_POST
def from_readers(request: HttpRequest, code: str) -> HttpResponse:
    """Takes onto one's own sheet what the readers of the place saw since the count began."""
    found, own = _own(request, code)
    try:
        taken = radio.take(found.key, own.number, by=actor(request))
    except Refused as refused:
        messages.error(request, refusal(refused))
        return redirect("stockpile:count_sheet", house.shown(found.key))
    n = len(taken.answers)
    said = ngettext("%(n)d weapon taken from the readers.", "%(n)d weapons taken from the readers.", n) % {"n": n}
    if taken.strange:
        some = len(taken.strange)
        said += " " + ngettext(
            "%(n)d tag is on no weapon, or on several, and was left out.",
            "%(n)d tags are on no weapon, or on several, and were left out.",
            some,
        ) % {"n": some}
    messages.success(request, said)
    return redirect("stockpile:count_sheet", house.shown(found.key))


@requires(COUNT)
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Ends one's own sheet, once its counter has ticked that everything is counted: a stray return key ends none."""
    found, own = _own(request, code)
    if request.POST.get("sure") != "1":
        messages.error(
            request, _("Tick that you have counted everything first: nothing is added to the sheet after that.")
        )
        return redirect("stockpile:count_sheet", house.shown(found.key))
    try:
        services.end(found.key, own.number, by=actor(request), happened=request.POST.get("happened", ""))
    except Refused as refused:
        messages.error(request, refusal(refused))
        return redirect("stockpile:count_sheet", house.shown(found.key))
    return redirect("stockpile:count", house.shown(found.key))


@requires(COUNT)
@require_POST
def key(request: HttpRequest, code: str) -> HttpResponse:
    """Keys what stands on a paper sheet, with the time written on it: one weapon a line."""
    found, own = _own(request, code)
    post, happened = request.POST, request.POST.get("happened", "")
    texts = [text.strip() for text in post.get("lines", "").splitlines() if text.strip()]
    once = post.get("once", "")[:32] or acts.new_id()
    scans = [
        Scan(text, f"{once}-{number}", place=_standing(request, found), how="paper")
        for number, text in enumerate(texts)
    ]
    try:
        if not happened.strip():
            raise acts.refuse("happened", "", "the time written on the sheet", "missing")
        answers = services.scan(found.key, own.number, scans, by=actor(request), happened=happened)
    except Refused as refused:
        context = _context(request, found, own) | {"problem": refusal(refused), "sent": post}
        return render(request, "stockpile/count_sheet.html", context, status=REFUSED)
    left = [answer.text for answer in answers if answer.outcome in ("asked", "refused")]
    if left:
        messages.warning(request, _("To be looked at and keyed singly: %(texts)s") % {"texts": ", ".join(left[:20])})
    return redirect("stockpile:count_sheet", house.shown(found.key))


@requires(COUNT)
@require_GET
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet to print: what is to be there, to be ticked, or empty lines for who counts blind."""
    found, own = _own(request, code)
    listed = queries.not_yet_seen(found, own.number, most=PAPER_LINES)
    names = _names([one.expected for one in listed])
    symbol, size = qr_code(house.shown(found.key))
    context = {
        "found": found,
        "own": own,
        "code": house.shown(found.key),
        "qr": symbol,
        "qr_size": size,
        "place": _names([found.place]).get(found.place, ""),
        "lines": [(one, weapon, names.get(one.expected, "")) for one, weapon in queries.shown(listed)],
        "empty": range(EMPTY_LINES if not listed else 10),
    }
    return render(request, "stockpile/count_paper.html", context)


def _own(request: HttpRequest, code: str) -> tuple[Counting, Sheet]:
    """The count, and one's own open sheet of it."""
    found = count_or_404(request, code, COUNT)
    own = found.sheet_of(me(request).person)
    if own is None or own.ended or found.subject.state != "open":
        raise Http404(_("You have no open sheet of this count."))
    try:
        queries.expected_of(found)
    except Refused as refused:
        raise Http404(refusal(refused)) from refused
    return found, own


def _standing(request: HttpRequest, found: Counting) -> str:
    """Where the counter stands, as last scanned or chosen."""
    return str(request.session.get(f"count_place_{found.key}", ""))


def _stand(request: HttpRequest, found: Counting, place: str) -> None:
    if place == "" or place in accounts.places_below(found.place):
        request.session[f"count_place_{found.key}"] = place


def _context(request: HttpRequest, found: Counting, own: Sheet) -> dict[str, Any]:
    here = _standing(request, found)
    below = Place.objects.filter(pk__in=accounts.places_below(found.place)).order_by("name")
    start = (page_of(request) - 1) * LEFT
    left = queries.not_yet_seen(found, own.number, start, LEFT + 1)
    names = _names([one.expected for one in left])
    return {
        "found": found,
        "own": own,
        "code": house.shown(found.key),
        "place": _names([found.place]).get(found.place, ""),
        "places": below,
        "here": here,
        "hidden": [("stood", here)],
        "progress": queries.progress(found, own.number),
        "left": [(one, weapon, names.get(one.expected, "")) for one, weapon in queries.shown(left[:LEFT])],
        "following": start // LEFT + 2 if len(left) > LEFT else 0,
        "recent": _recent(found, own),
        "once": acts.new_id().replace("-", "")[:24],
        "readers": own.role == "counter" and bool(radio.readers_of(found.place)),
        "secret": found.blind and own.number not in (RECOUNT, SAMPLE),
    }


def _recent(found: Counting, own: Sheet) -> list[Row]:
    """The last scans of the sheet, the newest first."""
    last = queries.lines(f"{found.key}.{own.number}")[-RECENT:]
    expected, tree, names = queries.expected_of(found).items, queries.tree(), _names([line.place for line in last])
    rows = []
    for line, text in zip(last, _texts(last), strict=True):
        sight = Sight(line.what, line.place, line.text, line.eye, line.weapon)
        word = rules.outcome(expected.get(line.weapon), sight, tree.apart)
        word = "unknown" if word == "unexpected" and not line.weapon else word
        rows.append(Row("done" if word == "found" else "asked", word, text, names.get(line.place, "")))
    return rows[::-1]


def _texts(lines: Sequence[Line]) -> list[str]:
    weapons = {str(pk): one for pk, one in Weapon.objects.in_bulk([x.weapon for x in lines if x.weapon]).items()}
    return [
        (known.serial or known.ref) if (known := weapons.get(line.weapon)) and not line.text else line.text
        for line in lines
    ]


def _row(request: HttpRequest, answer: Answer) -> Row:
    """What became of a scan. Weapons of other places are named only to who may see them."""
    seen = scope.of(me(request))
    ids = [weapon.pk for weapon in answer.near]
    near = list(seen.narrow(Weapon.objects.filter(pk__in=ids)).order_by("maker", "model", "id")) if ids else []
    outcome = answer.outcome
    if outcome == "done" and answer.word not in ("found", "place"):
        outcome = "asked"
    place = answer.place.name if answer.place else ""
    text = answer.text
    if answer.line and answer.line.weapon:
        text = _texts([answer.line])[0] or text
    return Row(outcome, answer.word, place or text, "", "", near)


def _answered(request: HttpRequest, found: Counting, own: Sheet, row: Row) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        context = _context(request, found, own) | {"row": row}
        context["recent"] = (
            context["recent"] if row.near or row.outcome in ("refused", "again") else context["recent"][1:]
        )
        return render(request, "stockpile/count_sheet.html", context)
    here = _standing(request, found)
    context = {
        "row": row,
        "hidden": [("stood", here)],
        "code": house.shown(found.key),
        "progress": queries.progress(found, own.number),
        "here": _names([here]).get(here, ""),
        "forget": row.word == "place",
    }
    return HttpResponse(render_to_string("stockpile/count_answer.html", context, request))


def _names(places: Sequence[str]) -> dict[str, str]:
    return dict(Place.objects.filter(pk__in={one for one in places if one}).values_list("pk", "name"))
