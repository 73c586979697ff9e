"""The page of a chain, and its map as an image."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.ledger.entry import now
from countermark.register import countrynames
from countermark.register.views.common import me
from countermark.tracing.chain import drawing, queries, rules
from countermark.tracing.chain.rules import Gap, Item
from countermark.tracing.requests import queries as requests
from countermark.tracing.requests import shown
from countermark.tracing.requests.states import Request


@requires("request.view")
@require_GET
def chain(request: HttpRequest, conversation: str) -> HttpResponse:
    """What the answers of linked requests tell of one weapon: map, timeline and the same facts as a table."""
    linked, items = _of(request, conversation)
    weapons = queries.weapons(linked)
    codes = rules.places(items)
    context = {
        "found": next(one for one in linked if one.id == conversation),
        "line": shown.line(next(one for one in linked if one.id == conversation)),
        "linked": [shown.line(one) for one in linked],
        "weapons": [(one.number, min(one.marks)) for one in weapons] if len(weapons) > 1 else [],
        "weapon": _number(request),
        "items": [(item if isinstance(item, Gap) else None, item) for item in items],
        "places": [(number, code, countrynames.name(code)) for number, code in enumerate(codes, 1)],
        "legs": [
            (countrynames.name(one.origin), countrynames.name(one.target), one.known) for one in rules.legs(items)
        ],
        "unplaced": [countrynames.name(code) for code in drawing.unplaced(items)],
        "alternative": _in_words(items),
        "printing": "print" in request.GET,
        "printed": now(),
    }
    return render(request, "tracing/chain.html", context)


@requires("request.view")
@require_GET
def chain_map(request: HttpRequest, conversation: str) -> HttpResponse:
    """The map as SVG."""
    _linked, items = _of(request, conversation)
    return HttpResponse(
        drawing.svg(items), content_type="image/svg+xml", headers={"Cache-Control": "private, no-cache"}
    )


def _of(request: HttpRequest, conversation: str) -> tuple[list[Request], tuple[Item, ...]]:
    linked = queries.requests_of(conversation, requests.reader(me(request)))
    if not linked:
        raise Http404(_("There is no such request."))
    return linked, queries.chain(linked, _number(request))


def _number(request: HttpRequest) -> int:
    """Which of the weapons asked about is shown: the first one unless the address names another."""
    text = request.GET.get("weapon", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 4 else 1


def _in_words(items: tuple[Item, ...]) -> str:
    """What the map shows, for who does not see it."""
    told = [_("Map of the weapon's way.")]
    for leg in rules.legs(items):
        names = {"origin": countrynames.name(leg.origin), "target": countrynames.name(leg.target)}
        text = _("From %(origin)s to %(target)s.") if leg.known else _("From %(origin)s to %(target)s: not told how.")
        told.append(text % names)
    return " ".join(told)
