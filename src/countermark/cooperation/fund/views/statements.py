"""Statements of the fund, and the conditions of facilities."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.fund import facilities, forms, queries
from countermark.cooperation.fund.queries import Reader, Wanted
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.shapes import Award, Window
from countermark.cooperation.fund.views.common import (
    FUND,
    GET_OR_POST,
    VIEW,
    amount,
    button,
    look,
    missing,
    page,
    to,
)
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Cell, Table, asked, listed, shown
from countermark.register.views.common import actor, me, posted


@requires(VIEW)
@GET_OR_POST
def statements(request: HttpRequest) -> HttpResponseBase:
    """The accounts of windows over a year, by donor, award and currency: all for who keeps the books, a donor's own purses, a recipient's own awards."""
    reader = look(request)
    form = forms.StatementFilter(_choices(reader), request.GET or None)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = _wanted(reader, said)
    rows = [
        [
            Cell(str(books.CHART[one.account].number), exact=True),
            Cell(_(books.CHART[one.account].text)),
            Cell(one.currency, exact=True),
            amount(one.brought, one.currency),
            amount(one.debits, one.currency),
            amount(one.credits, one.currency),
            amount(one.carried, one.currency),
        ]
        for one in (queries.statement(wanted) if wanted else [])
    ]
    headers = [
        _("Number"),
        _("Account"),
        _("Currency"),
        _("Brought forward"),
        _("Debits"),
        _("Credits"),
        _("Carried forward"),
    ]
    table = Table(_("Statement"), headers, rows, _("Nothing is posted that you may see."))
    return listed(request, page(_("Statements"), tables=[table], filter=form))


def _choices(reader: Reader) -> dict[str, list[tuple[str, str]]]:
    found, names = queries.windows(), actors.names()
    texts = acts.texts_of(found)
    donors = {facts.donor for one in found for facts in queries.purses(one.key).values() if reader.sees_purse(facts)}
    grants = [(one.key, one.of(Award)) for one in queries.awards(reader)]
    labels = [
        (
            key,
            f"{names.get(value.recipient, value.recipient)}, {value.begin}"
            + (f", {value.project}" if value.project else ""),
        )
        for key, value in grants
    ]
    return {
        "window": [(one.key, texts.get(one.of(Window).title, one.key)) for one in found],
        "donor": sorted((one, names.get(one, one)) for one in donors),
        "award": labels,
    }


def _wanted(reader: Reader, said: dict[str, Any]) -> Wanted | None:
    """Of what is asked for what somebody may see; None for nothing."""
    keys = tuple(one.key for one in queries.windows() if not said.get("window") or one.key == said["window"])
    donor, award, year = said.get("donor"), said.get("award"), said.get("year")
    of_donor = frozenset(purse for key in keys for purse, facts in queries.purses(key).items() if facts.donor == donor)
    return queries.seen(
        reader,
        Wanted(
            keys,
            begin=f"{year:04d}-01-01" if year else "",
            end=f"{year:04d}-12-31" if year else "",
            purses=of_donor if donor else None,
            awards=frozenset([award]) if award else None,
            currency=str(said.get("currency") or "").upper(),
        ),
    )


@requires(VIEW)
@require_GET
def facility_list(request: HttpRequest) -> HttpResponse:
    """The facilities whose conditions are known here."""
    rows = [
        [
            Cell(one.title, to("fund_facility", key)),
            Cell(key, exact=True),
            Cell(one.source),
            Cell(str(len(one.rules)), amount=True),
        ]
        for key, one in facilities.everything().items()
    ]
    table = Table(_("Facilities"), [_("Facility"), _("Code"), _("Source"), _("Rules")], rows)
    actions = [button(_("Add conditions"), "fund_facility_add", main=True)] if accounts.may(me(request), FUND) else []
    return shown(request, page(_("Facilities"), tables=[table], actions=actions))


@requires(VIEW)
@require_GET
def facility(request: HttpRequest, key: str) -> HttpResponse:
    """The rules of a facility with their dates and sources."""
    found = facilities.everything().get(key)
    if found is None:
        raise missing()
    rows = [
        [
            Cell(one.text),
            Cell(aid_word(one.force, "force")),
            Cell(one.from_, exact=True),
            Cell(one.to, exact=True),
            Cell(one.source),
        ]
        for one in found.rules
    ]
    table = Table(_("Rules"), [_("Rule"), _("Force"), _("From"), _("Until"), _("Source")], rows)
    facts = [(_("Code"), Cell(key, exact=True)), (_("Source"), Cell(found.source))]
    return shown(
        request,
        page(found.title, (to("fund_facilities"), _("Facilities")), facts=facts, tables=[table], note=found.note),
    )


@requires(FUND)
@GET_OR_POST
def facility_add(request: HttpRequest) -> HttpResponse:
    """Takes conditions of one's own."""
    form = forms.RulesForm(posted(request), initial={"rules": facilities.template()})
    back = (to("fund_facilities"), _("Facilities"))
    return asked(
        request, form, lambda said: to("fund_facility", facilities.add(said["rules"], by=actor(request)).id),
        page(_("Add conditions"), back), _("Keep"),
    )  # fmt: skip
