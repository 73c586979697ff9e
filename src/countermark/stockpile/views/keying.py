"""Paper forms of the counter, keyed later."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from countermark.accounts.access import requires
from countermark.ledger.reasons import if_said
from countermark.register import papercodes, papers
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import acts, forms, roster, seconds
from countermark.stockpile.papers import keyed
from countermark.stockpile.papers.keyed import HandOver
from countermark.stockpile.receipts import Counter
from countermark.stockpile.views import common
from countermark.stockpile.views.pages import Page, asked, weapons_of_lines

HANDLE = "stock.handle"


@requires(HANDLE)
@GET_OR_POST
def form_key(request: HttpRequest, code: str) -> HttpResponse:
    """An issue or a return as it was written on a form."""
    form = papers.find(code)
    if form is None or papercodes.kind_of(form.code) not in ("issue", "return"):
        raise Http404(_("There is no such form."))
    if form.state != papers.OUT:
        return redirect("register:paper", form.code)
    user, issued = me(request), papercodes.kind_of(form.code) == "issue"
    asking = (forms.KeyedIssue if issued else forms.KeyedReturn)(common.places_of(user, HANDLE), posted(request))

    def do(said: dict[str, Any]) -> str:
        second = seconds.of_form(said, beside=user, place=said["place"])
        override = if_said(said.get("override_code", ""), said.get("override", ""))
        made = HandOver(
            Counter(said["place"], actor(request), second, happened=said["happened"]),
            weapons_of_lines(user, said["weapons"]), said["written"], person_of(said["person"]), said.get("kind", ""),
            said.get("due", ""), override, said["note"],
        )  # fmt: skip
        return reverse("stockpile:receipt", args=[keyed.key(form.code, made)])

    page = Page(
        f"{capfirst(_(papers.title(form)))}: {papercodes.shown(form.code)}",
        "counter",
        above=(reverse("register:papers"), _("Paper forms")),
    )
    return asked(request, asking, do, page, _("Record"))


def person_of(text: str) -> str:
    """Somebody on the roster by card, user name or name; empty for nobody. Raises `Refused`."""
    if not text.strip():
        return ""
    one = seconds.on_roster(text.strip()) or roster.find(roster.party_of(text))
    if one is None:
        raise acts.refuse("person", text, "somebody on the roster", "unknown")
    return one.party
