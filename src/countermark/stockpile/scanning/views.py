"""The page that says what anything scanned is, and the reading of photographed codes for every page that scans."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from countermark.accounts.access import requires
from countermark.marks.sentences import told
from countermark.register import photographs as pictures
from countermark.register.queries import scope
from countermark.register.views.common import me
from countermark.stockpile.codes import scanning
from countermark.stockpile.scanning import leads, photographs, queries
from countermark.stockpile.views import common

KINDS = {
    "weapon": noop("Weapon"),
    "asset": noop("Asset number"),
    "item": noop("Product with serial number"),
    "product": noop("Product"),
    "shipment": noop("Shipment"),
    "place": noop("Storage place"),
    "person": noop("Person"),
    "document": noop("Document"),
    "kit": noop("Kit"),
    "receipt": noop("Hand receipt"),
    "count": noop("Count"),
    "manifest": noop("Manifest of a shipment"),
    "destruction": noop("Certificate of destruction"),
    "form": noop("Paper form"),
    "message": noop("Message to another State"),
    "elements": noop("GS1 data"),
    "tag": noop("Tag"),
    "serial": noop("Serial"),
    "link": noop("Web address"),
    "nothing": noop("Nothing"),
    "refused": noop("Not a valid code"),
}


@requires("weapon.view")
@require_http_methods(["GET", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    """The page; with `scan` posted, its row: alone for a script, in the whole page for a browser without one."""
    if request.method == "GET":
        return render(request, "stockpile/scan.html", {})
    common.require_own(request)
    row = _row(request)
    if request.headers.get("HX-Request") == "true":
        return render(request, "stockpile/scan_answer.html", row)
    return render(request, "stockpile/scan.html", {"answer": row})


@requires("weapon.view")
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The scans that wait in this browser for whoever looks, to be sent or discarded. The server knows none of them: a script fills the page."""
    return render(request, "stockpile/waiting.html", {})


def _row(request: HttpRequest) -> dict[str, Any]:
    text = request.POST.get("scan", "")[: scanning.LONGEST + 1]
    found = queries.look(text, scope.of(request.user))
    lead = leads.page_of(me(request), found.meaning)
    return {
        "found": found,
        "lead": lead,
        "outcome": "done" if lead else found.outcome,
        "text": found.meaning.value or text[:80],
        "kind": _(KINDS[found.meaning.kind]),
        "word": _("Known") if lead else _word(found),
    }


def _word(found: queries.Found) -> str:
    if found.alarming:
        return _("Reported lost or stolen")
    if len(found.weapons) > 1:
        return _("Several weapons")
    if found.weapons or found.form:
        return _("Known")
    if found.near:
        return _("Is it one of these?")
    if not found.meaning.usable:
        return _("Not a valid code")
    return _("Not known here") if found.meaning.kind in queries.OF_WEAPONS else _("Read")


@requires("weapon.view")
@require_POST
def photograph(request: HttpRequest) -> JsonResponse:
    """The codes on a photograph: `{"texts": [...], "message": "..."}`."""
    file = request.FILES.get("photograph")
    if file is None or (file.size or 0) > pictures.LONGEST:
        return JsonResponse({"texts": [], "message": _("Choose a JPEG or PNG picture of at most 8 MiB.")}, status=422)
    try:
        texts = photographs.codes(file.read())
    except photographs.Unreadable as problem:
        return JsonResponse({"texts": [], "message": told(problem.args[0], _)}, status=422)
    return JsonResponse(
        {"texts": texts, "message": "" if texts else _("There is no code to be seen on the photograph.")}
    )
