"""Periods of a window closed by two people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation.forms import SureForm
from countermark.cooperation.fund import closing, forms, queries
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.rules.money import shown as written
from countermark.cooperation.fund.shapes import (
    CLOSING,
    WINDOW,
    ClosingFacts,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GET_OR_POST,
    VIEW,
    button,
    known,
    page,
    state,
    stepped,
    to,
)
from countermark.cooperation.fund.views.windows.window import title_of
from countermark.cooperation.views.pages import Cell, Table, once, shown
from countermark.register.views.common import actor, me, posted


@requires(FUND)
@GET_OR_POST
def closing_add(request: HttpRequest, key: str) -> HttpResponse:
    """Proposes to close the books of a window."""
    found = known(request, WINDOW, key)

    def do(said: dict[str, Any]) -> None:
        closing.propose(key, forms.written(said)["through"], by=actor(request), request=once(request))

    note = _(
        "Somebody else who keeps the books closes them. A closed period never changes; corrections are dated after it."
    )
    return stepped(
        request, forms.ThroughForm(posted(request)), do, title=_("Close the books"), label=_("Propose it"),
        back=(to("fund_window", key), title_of(found)), note=note,
    )  # fmt: skip


@requires(VIEW)
@require_GET
def closing_page(request: HttpRequest, key: str) -> HttpResponse:
    """A closing: through when, whether it waits."""
    found = known(request, CLOSING, key)
    value = found.of(ClosingFacts)
    facts = [
        (_("Through"), Cell(value.through, exact=True)),
        (_("Status"), state(found)),
        (_("Digest of the balances"), Cell(value.digest, exact=True)),
    ]
    waits = found.state == "proposed" and accounts.may(me(request), FUND)
    own = value.by == me(request).person
    actions = [button(_("Close the books"), "fund_closing_approve", key, main=True)] if waits and not own else []
    actions += [button(_("Decline"), "fund_closing_decline", key)] if waits else []
    note = _("You proposed it; somebody else closes the books.") if waits and own else ""
    back = (to("fund_window", value.window), _("Window"))
    return shown(
        request,
        page(_("Closing of the books"), back, facts=[one for one in facts if one[1].text], actions=actions, note=note),
    )


@requires(FUND)
@GET_OR_POST
def closing_approve(request: HttpRequest, key: str) -> HttpResponse:
    """Closes the books, for a second person."""
    found = known(request, CLOSING, key)
    value = found.of(ClosingFacts)
    sums = books.Balances(queries.lines(one for one in queries.journal([value.window]) if one.day <= value.through))
    rows = [
        [
            Cell(str(books.CHART[account].number), exact=True),
            Cell(_(books.CHART[account].text)),
            Cell(written(sums.total(account, currency), currency), amount=True),
        ]
        for account in books.CHART
        for currency in sums.currencies()
        if sums.total(account, currency)
    ]
    table = Table(_("What they come to"), [_("Number"), _("Account"), _("Balance")], rows)
    return stepped(
        request, SureForm(posted(request)), lambda _said: closing.approve(key, by=actor(request)),
        title=_("Close the books"), label=_("Close the books"), back=(to("fund_closing", key), value.through), tables=[table],
    )  # fmt: skip


@requires(FUND)
@GET_OR_POST
def closing_decline(request: HttpRequest, key: str) -> HttpResponse:
    """Declines a closing."""
    found = known(request, CLOSING, key)
    return stepped(
        request, forms.ReasonForm(posted(request)), lambda said: closing.decline(key, said["reason"], by=actor(request)),
        title=_("Decline"), label=_("Decline"), back=(to("fund_closing", key), found.of(ClosingFacts).through),
    )  # fmt: skip
