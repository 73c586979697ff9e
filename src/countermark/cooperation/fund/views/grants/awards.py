"""An award: its tranches, and what became of the money."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.forms import SureForm
from countermark.cooperation.fund import awards, forms, queries
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.shapes import (
    AWARD,
    REPORT,
    Award,
    Report,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GATE,
    GET_OR_POST,
    VIEW,
    WRITE,
    amount,
    button,
    known,
    page,
    speaks,
    state,
    stepped,
    to,
)
from countermark.cooperation.states import Subject
from countermark.cooperation.views.pages import Action, Cell, Table, listed, once
from countermark.register.views.common import actor, me, posted


@requires(VIEW)
@GET_OR_POST
def award(request: HttpRequest, key: str) -> HttpResponseBase:
    """An award: its tranches, its reports, what became of the money."""
    found = known(request, AWARD, key)
    value, sums, texts = found.of(Award), queries.award_sums(key), acts.texts_of([found])
    names, paid = actors.names([value.applicant, value.recipient]), queries.tranches_paid(key)
    facts = [
        (_("For"), Cell(names[value.recipient])),
        (_("Paid to"), Cell(names[value.applicant])),
        (_("Award"), amount(value.amount, value.currency)),
        (_("Still committed"), amount(sums.committed, value.currency)),
        (_("Paid"), amount(sums.paid, value.currency)),
        (_("Accounted for"), amount(sums.spent, value.currency)),
        (_("Given back"), amount(sums.refunded, value.currency)),
        (_("Paid, not accounted for"), amount(sums.open, value.currency)),
        (_("From"), Cell(value.begin, exact=True)),
        (_("Until"), Cell(value.end, exact=True)),
        (_("Terms"), Cell(texts.get(value.terms, ""))),
        (_("Accepted by the State"), Cell(_("yes") if value.accepted_by else _("not yet"))),
        (_("Why it ended"), Cell(texts.get(value.ended, ""))),
        (_("Status"), state(found)),
    ]
    tranches = [
        [
            Cell(str(one.number)),
            amount(one.amount, value.currency),
            Cell(one.due, exact=True),
            Cell(str(one.reports), amount=True),
            Cell(_("paid"), tone="good") if one.number in paid else Cell(_("not yet")),
        ]
        for one in value.tranches
    ]
    tables = [
        Table(
            _("Tranches"),
            [_("Number"), _("Amount"), _("Planned for"), _("After reports"), _("Paid")],
            tranches,
            id="tranches",
        ),
        _reports(key, value),
    ]
    return listed(
        request,
        page(
            _("Award"),
            facts=[one for one in facts if one[1].text],
            tables=tables,
            actions=_award_steps(request, found, value),
        ),
    )


def _reports(key: str, value: Award) -> Table:
    found = sorted(acts.subjects(REPORT, parent=f"{AWARD}:{key}"), key=lambda one: one.of(Report).number)
    rows = [
        [
            Cell(str(one.of(Report).number), to("fund_report", one.key)),
            Cell(one.of(Report).begin, exact=True),
            Cell(one.of(Report).end, exact=True),
            amount(one.of(Report).spent, value.currency),
            state(one),
        ]
        for one in found
    ]
    return Table(
        _("Reports"),
        [_("Number"), _("From"), _("Until"), _("Spent"), _("Status")],
        rows,
        _("There are none yet."),
        id="reports",
    )


def _award_steps(request: HttpRequest, found: Subject, value: Award) -> list[Action]:
    own, user, key = speaks(request), me(request), found.key
    actions = []
    if found.state == "offered" and accounts.may(user, GATE) and own == value.recipient:
        actions.append(button(_("Accept for the State"), "fund_award_accept", key, main=True))
    if found.state == "accepted" and accounts.may(user, WRITE) and own in (value.applicant, value.recipient):
        actions.append(button(_("Report"), "fund_report_add", key, main=True))
    if accounts.may(user, FUND):
        if found.state == "accepted" and len(queries.tranches_paid(key)) < len(value.tranches):
            actions.append(button(_("Pay the next tranche"), "fund_disburse", key, main=True))
        if found.state == "accepted" or (found.state == "ended" and queries.award_sums(key).open):
            actions.append(button(_("Refund"), "fund_refund", key))
        if found.state in ("offered", "accepted"):
            actions.append(button(_("End the award"), "fund_award_end", key))
    return actions


def award_above(key: str) -> tuple[str, str]:
    """The page above those of an award."""
    return to("fund_award", key), _("Award")


@requires(GATE)
@GET_OR_POST
def award_accept(request: HttpRequest, key: str) -> HttpResponse:
    """The State an award is for accepts it and its terms."""
    found = known(request, AWARD, key)
    terms = acts.texts_of([found]).get(found.of(Award).terms, "")
    return stepped(
        request, SureForm(posted(request)), lambda _said: awards.accept(key, speaks_for=speaks(request), by=actor(request)),
        title=_("Accept for the State"), label=_("Accept"), back=award_above(key), note=terms,
    )  # fmt: skip


@requires(FUND)
@GET_OR_POST
def disburse(request: HttpRequest, key: str) -> HttpResponse:
    """Pays the next tranche."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        awards.disburse(key, **forms.written(said), by=actor(request), request=once(request))

    form = forms.DayForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("Pay the next tranche"), label=_("Pay it"), back=award_above(key))


@requires(FUND)
@GET_OR_POST
def refund(request: HttpRequest, key: str) -> HttpResponse:
    """Posts what a recipient gave back."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        awards.refund(key, **forms.written(said), by=actor(request), request=once(request))

    form = forms.RefundForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("Refund"), label=_("Post"), back=award_above(key))


@requires(FUND)
@GET_OR_POST
def award_end(request: HttpRequest, key: str) -> HttpResponse:
    """Ends an award."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        awards.end(key, said["reason"], day=forms.written(said)["day"], by=actor(request))

    form = forms.EndForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("End the award"), label=_("End it"), back=award_above(key))
