"""The first page of the room: every store in figures, and what is out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.register.views.common import me
from countermark.stockpile import acts, queries

SHOWN = 12


@requires("stock.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Stores in figures, overdue weapons, proposals that wait."""
    user = me(request)
    places = queries.visible(user)
    lines = queries.board(places)
    waiting = acts.rows("proposal").filter(state="pending")
    if places is not None:
        waiting = waiting.filter(place__in=list(places))
    out = queries.out_of(places, most=SHOWN)
    context = {
        "lines": lines,
        "out": out,
        "in_store": sum(line.in_store for line in lines),
        "out_count": sum(line.out for line in lines),
        "transit": sum(line.transit for line in lines),
        "missing": sum(line.missing for line in lines),
        "overdue": sum(line.overdue for line in lines),
        "waiting": waiting.count(),
    }
    return render(request, "stockpile/home.html", context)


@requires("stock.view")
@require_GET
def all_home(request: HttpRequest) -> HttpResponse:
    """End of shift, at one glance: is everything home, and if not, who has what."""
    places = queries.visible(me(request))
    out = queries.out_of(places)
    lines = [line for line in queries.board(places) if line.out or line.missing or line.transit]
    shift = [one for one in out if one.holding and one.holding.custody == "shift"]
    return render(request, "stockpile/all_home.html", {"out": out, "shift": shift, "lines": lines})
