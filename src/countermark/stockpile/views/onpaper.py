"""Lists of the end of a shift on paper: who is to bring back what, to be ticked and keyed later, and what is not home."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.ledger.entry import now
from countermark.register import papercodes, papers
from countermark.register.sheets import qr_code
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import forms, queries, unitaccounts, units
from countermark.stockpile.queries import Held
from countermark.stockpile.views import common
from countermark.stockpile.views.pages import Page, asked

HANDLE = "stock.handle"


@dataclass(frozen=True)
class Section:
    """A table of weapons on paper; `ticked` has a box for each."""

    title: str
    found: list[Held]
    ticked: bool = False

    @property
    def headers(self) -> list[str]:
        """The columns; the last is left free."""
        back = [_("Back")] if self.ticked else []
        return [_("Serial"), _("Weapon"), _("With"), _("How"), _("Back by"), *back, _("Remark")]


def due_at(request: HttpRequest, store: Place) -> list[tuple[unitaccounts.PersonLine, list[Held]]]:
    """Who is to bring what to a counter by the end of today, as far as somebody handles the stock of its site."""
    here, handled = units.of_site(store.pk), queries.visible(me(request), HANDLE)
    return unitaccounts.due_today(here if handled is None else here & handled)


@requires(HANDLE)
@GET_OR_POST
def shift_print(request: HttpRequest) -> HttpResponse:
    """Numbers a form for returns that the list is printed on: it is keyed once, and accounted for like every form."""
    store = common.store_or_404(request, HANDLE, request.GET.get("store", ""))
    form = forms.Nothing(posted(request))

    def do(_said: dict[str, Any]) -> str:
        (made,) = papers.issue("return", by=actor(request))
        return f"{reverse('stockpile:shift_paper', args=[made.code])}?{urlencode({'store': store.pk})}"

    note = _("The list gets a number: what was brought back is ticked on it, and keyed once when there is power again.")
    page = Page(_("Print the list"), "shift", above=(reverse("stockpile:shift"), _("Due today")), note=note)
    return asked(request, form, do, page, _("Print the list"))


@requires(HANDLE)
@require_GET
def shift_paper(request: HttpRequest, code: str) -> HttpResponse:
    """Who is to bring back what by the end of today, on a form for returns."""
    form = papers.find(code)
    if form is None or papercodes.kind_of(form.code) != "return" or form.state != papers.OUT:
        raise Http404(_("There is no such form."))
    store = common.store_or_404(request, HANDLE, request.GET.get("store", ""))
    sections = [Section(line.name or _("erased"), held, ticked=True) for line, held in due_at(request, store)]
    code = papercodes.shown(form.code)
    symbol, size = qr_code(code)
    context = {
        "title": _("Due today"), "code": code, "qr": symbol, "qr_size": size, "place": store.name, "moment": now(),
        "hint": _("Tick what was brought back, and key it under the code: the ticked serials, and the time written here."),
        "blanks": [_("Written on paper"), _("For the store (name, signature)"), _("Second person (name, signature)")],
        "sections": sections, "empty": _("Nobody is to bring anything back today."), "back": reverse("stockpile:shift"),
    }  # fmt: skip
    return render(request, "stockpile/list_paper.html", context)


@requires("stock.view")
@require_GET
def home_paper(request: HttpRequest) -> HttpResponse:
    """What is not home at the end of a shift, to be handed to whoever takes over. It captures nothing: its code leads back to the page."""
    out = queries.out_of(queries.visible(me(request)))
    shift = [one for one in out if one.holding and one.holding.custody == "shift"]
    others = [one for one in out if one not in shift]
    address = reverse("stockpile:all_home")
    symbol, size = qr_code(request.build_absolute_uri(address))
    named = [(_("Out for a shift"), shift), (_("Out otherwise"), others)]
    context = {
        "title": _("All home?"), "qr": symbol, "qr_size": size, "place": "", "moment": now(),
        "blanks": [_("Hands over (name, signature)"), _("Takes over (name, signature)"), _("Time")],
        "sections": [Section(title, found) for title, found in named if found],
        "empty": _("Everything is home"), "back": address,
    }  # fmt: skip
    return render(request, "stockpile/list_paper.html", context)
