"""Reports on an award."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import acts
from countermark.cooperation.fund import awards, forms
from countermark.cooperation.fund.awards import ReportSaid
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.shapes import (
    AWARD,
    REPORT,
    Award,
    Report,
)
from countermark.cooperation.fund.views.common import (
    FUND,
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
from countermark.cooperation.fund.views.grants.awards import award_above
from countermark.cooperation.states import Subject
from countermark.cooperation.views.pages import Cell, once, shown
from countermark.register.views.common import actor, me, posted


@requires(WRITE)
@GET_OR_POST
def report_add(request: HttpRequest, key: str) -> HttpResponse:
    """Reports on an award."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        facts = forms.written(said) | {"award": key}
        awards.report(ReportSaid(**facts), speaks_for=speaks(request), by=actor(request), request=once(request))

    return stepped(
        request, forms.ReportForm(posted(request)), do, title=_("Report"), label=_("Hand it in"), back=award_above(key)
    )


def _report(request: HttpRequest, key: str) -> tuple[Subject, Report, Award]:
    found = known(request, REPORT, key)
    value = found.of(Report)
    return found, value, known(request, AWARD, value.award).of(Award)


@requires(VIEW)
@require_GET
def report(request: HttpRequest, key: str) -> HttpResponse:
    """A report on an award."""
    found, value, grant = _report(request, key)
    texts = acts.texts_of([found])
    facts = [
        (_("From"), Cell(value.begin, exact=True)),
        (_("Until"), Cell(value.end, exact=True)),
        (_("Spent"), amount(value.spent, grant.currency)),
        (_("What was done"), Cell(texts.get(value.narrative, ""))),
        (_("Answer"), Cell(texts.get(value.answer, ""))),
        (_("Status"), state(found)),
    ]
    may = accounts.may(me(request), FUND) and found.state == "made"
    actions = (
        [button(_("Accept"), "fund_report_accept", key, main=True), button(_("Return"), "fund_report_return", key)]
        if may
        else []
    )
    title = _("Report %(number)d") % {"number": value.number}
    return shown(
        request, page(title, award_above(value.award), facts=[one for one in facts if one[1].text], actions=actions)
    )


@requires(FUND)
@GET_OR_POST
def report_accept(request: HttpRequest, key: str) -> HttpResponse:
    """Accepts a report, and posts what was spent."""
    _report(request, key)

    def do(said: dict[str, Any]) -> None:
        awards.accept_report(key, **forms.written(said), by=actor(request))

    form = forms.AnswerForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("Accept"), label=_("Accept"), back=(to("fund_report", key), _("Report")))


@requires(FUND)
@GET_OR_POST
def report_return(request: HttpRequest, key: str) -> HttpResponse:
    """Returns a report."""
    _report(request, key)
    return stepped(
        request, forms.ReturnForm(posted(request)), lambda said: awards.return_report(key, said["answer"], by=actor(request)),
        title=_("Return"), label=_("Return it"), back=(to("fund_report", key), _("Report")),
    )  # fmt: skip
