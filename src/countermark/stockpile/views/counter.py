"""The counter: issue, return, receive and put away, scan by scan; a page loaded again shows the same desk."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger.reasons import Reason, if_said
from countermark.marks.sentences import Sentence, told
from countermark.register.checking import Refused
from countermark.register.forms.reasons import reasons_of
from countermark.register.queries import scope
from countermark.register.views.common import REFUSED, actor, me, sentence
from countermark.stockpile import acts, custody, receipts, roster, seconds
from countermark.stockpile import desk as desks
from countermark.stockpile.codes import house
from countermark.stockpile.counterauth import features
from countermark.stockpile.desk import MODES, Desk, Mode, Row
from countermark.stockpile.receipts import Counter
from countermark.stockpile.rules.custody import OUT
from countermark.stockpile.views import common, proving

HANDLE = "stock.handle"
TITLES = {
    "issue": noop("Issue"),
    "return": noop("Take back"),
    "receive": noop("Receive"),
    "move": noop("Put away"),
}

OVER = Sentence("the counter it was scanned at is not open any more: see whether it is still to be done")


@requires(HANDLE)
@require_GET
def counter(request: HttpRequest, mode: str) -> HttpResponse:
    """The page of a counter."""
    desk = _desk(request, _mode(mode), request.GET.get("store", ""))
    return render(request, "stockpile/counter.html", _context(request, desk))


@requires(HANDLE)
@require_POST
def scan(request: HttpRequest, mode: str) -> HttpResponse:
    """One scan, or a weapon chosen of several with one mark: its row, and the desk as it is then."""
    desk = _desk(request, _mode(mode))
    scan_id, within = request.POST.get("scan_id", "")[:36], scope.of(me(request))
    common.require_own(request)
    if _is_of_another(request, desk):
        return _answer(request, desk, Row("refused", Sentence("Not recorded"), request.POST.get("scan", "")[:80], OVER))
    if address := _done_before(request, desk, "scan", _scanned(request)):
        return _handed(request, desk, request.POST.get("scan", "")[:80], address)
    chosen = request.POST.get("weapon", "")
    if chosen:
        row = desks.chosen(desk, chosen, scan_id, within)
    else:
        row = desks.scanned(desk, request.POST.get("scan", ""), scan_id, within)
    desk.put(request.session)
    if row.outcome == "finish":
        return _finish(request, desk, row)
    return _answer(request, desk, row)


@requires(HANDLE)
@require_POST
def undo(request: HttpRequest, mode: str) -> HttpResponse:
    """Takes a scan off the desk."""
    common.require_own(request)
    desk = _desk(request, _mode(mode))
    taken = desks.taken_back(desk, request.POST.get("scan_id", ""))
    desk.put(request.session)
    row = Row("undone" if taken else "refused", Sentence("Taken back") if taken else Sentence("Not there"), "")
    return _answer(request, desk, row)


@requires(HANDLE)
@require_POST
def clear(request: HttpRequest, mode: str) -> HttpResponse:
    """Empties the desk."""
    desk = _desk(request, _mode(mode))
    desks.cleared(desk).put(request.session)
    return redirect("stockpile:counter", desk.mode)


@requires(HANDLE)
@require_POST
def kind(request: HttpRequest, mode: str) -> HttpResponse:
    """Chooses how weapons are issued, and shows the desk again."""
    desk = _desk(request, _mode(mode))
    if request.POST.get("kind") in OUT:
        desk.kind = request.POST["kind"]
    desk.put(request.session)
    return redirect("stockpile:counter", desk.mode)


@requires(HANDLE)
@require_POST
def done(request: HttpRequest, mode: str) -> HttpResponse:
    """Hands over what is on the desk: the receipt, for the receiver to sign, or the desk again with what is missing."""
    desk = _desk(request, _mode(mode))
    if address := _done_before(request, desk, "seen", request.POST.get("seen", "")):
        return redirect(address)
    try:
        _require_seen(request, desk)
        address = _hand_over(request, desk)
    except Refused as refused:
        context = _context(request, desk) | {"problems": [sentence(error) for error in refused.errors]}
        return render(request, "stockpile/counter.html", context, status=REFUSED)
    return redirect(address)


@requires(HANDLE)
@require_POST
def key(request: HttpRequest, mode: str) -> HttpResponse:
    """What the browser is to ask the security key of the second person."""
    return proving.second_options(request, _desk(request, _mode(mode)))


def _is_of_another(request: HttpRequest, desk: Desk) -> bool:
    """Whether a scan that waited for the line was made at a counter of another session, or at another store: this one is not what it was read for."""
    said = request.POST.get("opened", "")
    return bool(said) and said != desks.opened(request.session, desk)


def _finish(request: HttpRequest, desk: Desk, row: Row) -> HttpResponse:
    """The card that was read first was read again: what is on the desk is handed over, where nothing more is asked."""
    try:
        address = _hand_over(request, desk)
    except Refused as refused:
        errors = "; ".join(sentence(error) for error in refused.errors)
        return _answer(request, desk, Row("asked", Sentence("Not finished yet"), row.text, errors, again=True))
    return _handed(request, desk, row.text, address)


def _handed(request: HttpRequest, desk: Desk, text: str, address: str) -> HttpResponse:
    empty = _desk(request, desk.mode)
    if desk.mode == "move":
        return _answer(request, empty, Row("done", Sentence("Put away"), text, again=True))
    code = house.shown(address.rstrip("/").rpartition("/")[2])
    return _answer(request, empty, Row("done", Sentence("Handed over"), code, again=True), receipt=address)


def _require_seen(request: HttpRequest, desk: Desk) -> None:
    """Refuses to sign for what the page did not show: another window of this session has scanned meanwhile."""
    said = request.POST.get("seen", "")
    if said and said != desks.seen(desk):
        raise acts.refuse(
            "weapons", "", "the counter as it stands: it changed meanwhile, look at it once more", "changed"
        )


def _scanned(request: HttpRequest) -> str:
    """One scan, to be known again when it is sent again; empty where it has no id."""
    scan_id = request.POST.get("scan_id", "")[:36]
    return f"{scan_id} {request.POST.get('scan', '')[:80]}" if scan_id else ""


def _done_before(request: HttpRequest, desk: Desk, how: str, said: str) -> str:
    """Where the last hand-over of this counter led, if this is the same button or card said again; else the empty string."""
    last = request.session.get(f"{desks.KEY}:{desk.mode}:last", {})
    return str(last.get("address", "")) if said and last.get(how) == said else ""


def _hand_over(request: HttpRequest, desk: Desk) -> str:
    """Does it; returns the address to go on to, which the session keeps for who says it again. Raises `Refused`."""
    seen = desks.seen(desk)
    address = _handed_over(request, desk)
    last = {"seen": seen, "scan": _scanned(request), "address": address}
    request.session[f"{desks.KEY}:{desk.mode}:last"] = last
    return address


def _handed_over(request: HttpRequest, desk: Desk) -> str:
    if desk.target:
        custody.require_place(me(request), HANDLE, desk.target)
    second = _second(request, desk)
    at = Counter(desk.store, actor(request), second, desk.request, common.said(request, "happened"))
    items, note = list(desk.items), desks.remark(desk, common.said(request, "note"))
    if desk.mode == "move":
        custody.move(items, desk.target, note=note, happened=at.happened, by=at.by)
        desks.cleared(desk).put(request.session)
        return reverse("stockpile:counter", args=["move"])
    code = _receipt(request, desk, at, items, note)
    desks.cleared(desk).put(request.session)
    return reverse("stockpile:receipt", args=[code])


def _second(request: HttpRequest, desk: Desk) -> str:
    """The person id of who confirms beside the armourer; empty where nobody does. Raises `Refused`."""
    post, user = request.POST, me(request)
    if post.get("passkey"):
        asked = proving.asked_of_desk(desk)
        return seconds.confirm_key(proving.site_of(request), asked, post["passkey"], beside=user, place=desk.store)
    if post.get("second_name") or post.get("second_secret"):
        name, secret = common.said(request, "second_name"), post.get("second_secret", "")
        return seconds.confirm(name, secret, beside=user, place=desk.store)
    return ""


def _in_utc(text: str) -> str:
    """A time from a calendar field, which has no zone and means the reader's own, as RFC 3339 in UTC; anything else as it stands."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-01-01") or found.tzinfo is not None:
        return text
    return timezone.make_aware(found).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _receipt(request: HttpRequest, desk: Desk, at: Counter, items: list[str], note: str) -> str:
    if desk.mode == "issue":
        due, override = _in_utc(common.said(request, "due")), _override(request)
        return receipts.issue(at, items, desk.person, desk.kind, due=due, override=override, note=note)
    if desk.mode == "return":
        return receipts.give_back(at, items, person=desk.person, note=note)
    store = desk.target or desk.store
    return receipts.receive(
        Counter(store, at.by, at.second, at.request, at.happened),
        items,
        sender=common.said(request, "sender"),
        document=common.said(request, "document"),
        note=note,
    )


def _override(request: HttpRequest) -> Reason | None:
    """Why somebody not eligible receives all the same, where somebody says so."""
    return if_said(common.said(request, "override_code"), common.said(request, "override"))


def _mode(text: str) -> Mode:
    for mode in MODES:
        if mode == text:
            return mode
    raise Http404


def _desk(request: HttpRequest, mode: Mode, asked: str = "") -> Desk:
    store: Place = common.store_or_404(request, HANDLE, asked)
    desk = desks.taken(request.session, mode, store.pk)
    desk.put(request.session)
    return desk


def _context(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    return {
        "shown": desks.shown(desk),
        "hidden": [("opened", desks.opened(request.session, desk))],
        "seen": desks.seen(desk),
        "mode": desk.mode,
        "title": _(TITLES[desk.mode]),
        "kinds": OUT,
        "modes": [(mode, _(TITLES[mode])) for mode in MODES],
        "places": _counters(me(request)),
        "sent": request.POST,
        "overrides": reasons_of("override"),
        "keys": features.is_on(features.PASSKEY, desk.store),
        "unsigned": partial(common.unsigned, me(request)),
        # Who never said which card is theirs is not known for the receiver when it is they.
        "no_card": lambda: roster.by_user(me(request)) is None,
    }


def _counters(user: User) -> list[Place]:
    """Where a counter may stand: not in a rack or a case."""
    inner = [row.key for row in acts.rows("unit") if row.value["form"] in ("rack", "case")]
    return [place for place in common.places_of(user, HANDLE) if place.pk not in inner]


def _answer(request: HttpRequest, desk: Desk, row: Row, receipt: str = "") -> HttpResponse:
    """For the script: a row, and the desk; for a browser without one: the page."""
    context = _context(request, desk) | {"receipt": receipt}
    if request.headers.get("HX-Request") != "true":
        return render(request, "stockpile/counter.html", context | {"row": _told(row)})
    html = render_to_string("stockpile/counter_row.html", context | {"row": _told(row)}, request)
    html += render_to_string("stockpile/counter_into.html", context, request)
    return HttpResponse(html)


def _told(row: Row) -> dict[str, Any]:
    detail = told(row.detail, _)
    return {
        "outcome": row.outcome,
        "word": told(row.word, _),
        "text": row.text,
        "detail": detail,
        "weapons": row.weapons,
        "again": row.again,
    }
