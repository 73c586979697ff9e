"""The first page of the fund: windows, calls, pledges, applications and awards as far as one may see them."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.fund import forms, queries
from countermark.cooperation.fund.shapes import (
    CALL,
    Application,
    Award,
    Call,
    Pledge,
    Window,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GET_OR_POST,
    VIEW,
    amount,
    button,
    look,
    speaks,
    state,
    to,
)
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Cell, Page, Table, listed
from countermark.register.views.common import me


@requires(VIEW)
@GET_OR_POST
def fund(request: HttpRequest) -> HttpResponseBase:
    """Windows and calls, which everybody in the room sees, and one's own pledges, applications and awards."""
    reader = look(request)
    names = actors.names()
    tables = [
        _windows(),
        _calls(),
        _pledges(queries.pledges(reader), names),
        _applications(reader, names),
        _awards(reader, names),
    ]
    keeps = accounts.may(me(request), FUND)
    actions = [button(_("Ways to fund compared"), "fund_models"), button(_("Statements"), "fund_statements")]
    if keeps:
        actions = [
            button(_("Open a window"), "fund_window_add", main=True),
            button(_("Call for proposals"), "fund_call_add"),
            button(_("Rates"), "fund_rates"),
            *actions,
        ]
    actions.append(button(_("Facilities"), "fund_facilities"))
    own = names.get(speaks(request), "") or _("nobody: ask the assistance coordinator for a seat")
    return listed(
        request, Page(_("Trust fund"), "fund", facts=[(_("You speak for"), Cell(own))], tables=tables, actions=actions)
    )


def _windows() -> Table:
    found = queries.windows()
    texts = acts.texts_of(found)
    rows = [
        [
            Cell(texts.get(one.of(Window).title, one.key), to("fund_window", one.key)),
            Cell(aid_word(one.of(Window).model, "fundmodel")),
            Cell(", ".join(one.of(Window).regions)),
            Cell(one.of(Window).currency, exact=True),
            state(one),
        ]
        for one in found
    ]
    headers = [_("Window"), _("Financed by"), _("Regions"), _("Reports in"), _("Status")]
    return Table(_("Windows"), headers, rows, _("No window is open yet."), id="windows")


def _calls() -> Table:
    found = acts.subjects(CALL)
    texts = acts.texts_of(found)
    rows = [
        [
            Cell(texts.get(one.of(Call).title, one.key), to("fund_call", one.key)),
            amount(one.of(Call).budget, one.of(Call).currency),
            Cell(one.of(Call).opens, exact=True),
            Cell(one.of(Call).closes, exact=True),
            state(one),
        ]
        for one in sorted(found, key=lambda one: one.due, reverse=True)
    ]
    return Table(
        _("Calls for proposals"),
        [_("Call"), _("Budget"), _("Opens"), _("Closes"), _("Status")],
        rows,
        _("There are none."),
        id="calls",
    )


def _pledges(found: list[Subject], names: dict[str, str]) -> Table:
    paid = queries.paid_on([one.key for one in found])
    rows = []
    for one in found:
        value = one.of(Pledge)
        rows.append(
            [
                Cell(names.get(value.donor, value.donor), to("fund_pledge", one.key)),
                amount(value.amount, value.currency),
                amount(paid.get((one.key, value.currency), 0), value.currency),
                Cell(forms.conditions(value)),
                Cell(one.due, exact=True),
                state(one),
            ]
        )
    headers = [_("Donor"), _("Pledged"), _("Paid"), _("For"), _("Last due"), _("Status")]
    return Table(_("Pledges"), headers, rows, _("There are none you may see."), id="pledges")


def _applications(reader: queries.Reader, names: dict[str, str]) -> Table:
    found = queries.applications(reader)
    texts = acts.texts_of(found)
    rows = []
    for one in found:
        value = one.of(Application)
        rows.append(
            [
                Cell(texts.get(value.title, one.key), to("fund_application", one.key)),
                Cell(names.get(value.applicant, value.applicant)),
                Cell(names.get(value.recipient, value.recipient)),
                amount(value.amount, value.currency),
                state(one),
            ]
        )
    headers = [_("Application"), _("Of"), _("For"), _("Asked for"), _("Status")]
    return Table(_("Applications"), headers, rows, _("There are none you may see."), id="applications")


def _awards(reader: queries.Reader, names: dict[str, str], **columns: str) -> Table:
    found = queries.awards(reader, **columns)
    every = queries.sums_of_awards([one.key for one in found])
    rows = []
    for one in found:
        value, sums = one.of(Award), every[one.key]
        rows.append(
            [
                Cell(names.get(value.recipient, value.recipient), to("fund_award", one.key)),
                Cell(names.get(value.applicant, value.applicant)),
                amount(value.amount, value.currency),
                amount(sums.paid, value.currency),
                amount(sums.spent, value.currency),
                state(one),
            ]
        )
    headers = [_("For"), _("Paid to"), _("Award"), _("Paid"), _("Accounted for"), _("Status")]
    return Table(_("Awards"), headers, rows, _("There are none you may see."), id="awards")
