"""Pledges, and dated rates of exchange."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.fund import forms, queries, windows
from countermark.cooperation.fund.shapes import (
    PLEDGE,
    RATE,
    WINDOW,
    Pledge,
    Rate,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GET_OR_POST,
    VIEW,
    amount,
    button,
    known,
    page,
    state,
    stepped,
    to,
)
from countermark.cooperation.fund.views.windows.window import title_of
from countermark.cooperation.fund.windows import Promise
from countermark.cooperation.views.pages import Cell, Table, listed, once, shown
from countermark.register.views.common import actor, me, posted


@requires(FUND)
@GET_OR_POST
def pledge_add(request: HttpRequest, key: str) -> HttpResponse:
    """Notes what a donor promises to a window."""
    found = known(request, WINDOW, key)
    form = forms.PledgeForm(posted(request))

    def do(said: dict[str, Any]) -> None:
        due = forms.rows(said["due"], 2, lambda cells: (cells[0], cells[1]), "due")
        facts = forms.written(said) | form.limits() | {"window": key, "due": due}
        windows.pledge(Promise(**facts), by=actor(request), request=once(request))

    return stepped(
        request, form, do, title=_("Pledge"), label=_("Note it"), back=(to("fund_window", key), title_of(found))
    )


@requires(VIEW)
@require_GET
def pledge(request: HttpRequest, key: str) -> HttpResponse:
    """A pledge, and what was paid on it."""
    found = known(request, PLEDGE, key)
    value, texts = found.of(Pledge), acts.texts_of([found])
    paid = queries.paid_on([key]).get((key, value.currency), 0)
    facts = [
        (_("Donor"), Cell(actors.names([value.donor])[value.donor])),
        (_("Pledged"), amount(value.amount, value.currency)),
        (_("Paid"), amount(paid, value.currency)),
        (_("For"), Cell(forms.conditions(value))),
        (_("Promised on"), Cell(value.day, exact=True)),
        (_("Remark"), Cell(texts.get(value.note, ""))),
        (_("Status"), state(found)),
    ]
    rows = [[Cell(one.day, exact=True), amount(one.amount, value.currency)] for one in value.due]
    may = accounts.may(me(request), FUND) and found.state == "open"
    actions = [button(_("It will not come"), "fund_pledge_withdraw", key)] if may else []
    table = Table(_("Instalments"), [_("Due"), _("Amount")], rows)
    return shown(request, page(_("Pledge"), facts=facts, tables=[table], actions=actions))


@requires(FUND)
@GET_OR_POST
def pledge_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Notes that the rest of a pledge will not come."""
    known(request, PLEDGE, key)
    return stepped(
        request, forms.ReasonForm(posted(request)), lambda said: windows.withdraw_pledge(key, said["reason"], by=actor(request)),
        title=_("It will not come"), label=_("Note it"), back=(to("fund_pledge", key), _("Pledge")),
    )  # fmt: skip


@requires(VIEW)
@GET_OR_POST
def rates(request: HttpRequest) -> HttpResponseBase:
    """The rates entered, the newest first."""
    found = sorted(acts.subjects(RATE), key=lambda one: (one.due, one.key), reverse=True)
    texts = acts.texts_of(found)
    rows = [
        [
            Cell(one.of(Rate).day, exact=True),
            Cell(f"1 {one.of(Rate).base} = {one.of(Rate).rate} {one.of(Rate).quote}", exact=True),
            Cell(texts.get(one.of(Rate).source, "")),
        ]
        for one in found
    ]
    table = Table(
        _("Rates"),
        [_("Day"), _("Rate"), _("Source")],
        rows,
        _("No rate is entered: amounts in other currencies are not added up."),
    )
    actions = [button(_("Enter a rate"), "fund_rate_add", main=True)] if accounts.may(me(request), FUND) else []
    return listed(request, page(_("Rates"), tables=[table], actions=actions))


@requires(FUND)
@GET_OR_POST
def rate_add(request: HttpRequest) -> HttpResponse:
    """Enters a rate."""

    def do(said: dict[str, Any]) -> None:
        facts = forms.written(said)
        windows.set_rate(
            facts["base"].upper(),
            facts["quote"].upper(),
            facts["day"],
            facts["rate"],
            facts["source"],
            by=actor(request),
        )

    return stepped(
        request,
        forms.RateForm(posted(request)),
        do,
        title=_("Enter a rate"),
        label=_("Keep"),
        back=(to("fund_rates"), _("Rates")),
    )
