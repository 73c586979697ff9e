"""What is posted to a window, its journal, and an entry that is reversed."""

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.fund import entries, forms, queries
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.entries import Change, Income
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.shapes import (
    ENTRY,
    WINDOW,
    EntryFacts,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GET_OR_POST,
    VIEW,
    amount,
    button,
    known,
    look,
    missing,
    page,
    state,
    stepped,
    to,
)
from countermark.cooperation.fund.views.windows.window import title_of
from countermark.cooperation.views.pages import Cell, Table, listed, once, shown
from countermark.register.views.common import actor, me, posted


@requires(FUND)
@GET_OR_POST
def post(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """Posts money that came, was changed, cost something or went back."""
    found = known(request, WINDOW, key)
    if kind not in TITLES:
        raise missing()
    form = _form(kind, key, request)

    def do(said: dict[str, Any]) -> None:
        facts = forms.written(said) | {"window": key}
        by, request_ = actor(request), once(request)
        if kind in ("contribution", "assessment", "collection"):
            limits = form.limits() if isinstance(form, forms.Earmarked) else {}
            entries.contribute(Income(**(facts | limits)), kind=kind, by=by, request=request_)
        elif kind == "exchange":
            entries.exchange(Change(**facts), by=by, request=request_)
        elif kind == "fee":
            entries.fee(**facts, by=by, request=request_)
        else:
            entries.repay(**facts, by=by, request=request_)

    back = (to("fund_window", key), title_of(found))
    return stepped(request, form, do, title=str(TITLES[kind]()), label=_("Post"), back=back)


TITLES = {
    "contribution": lambda: _("Contribution"),
    "assessment": lambda: _("Assessment"),
    "collection": lambda: _("Assessed contribution paid"),
    "exchange": lambda: _("Change money"),
    "fee": lambda: _("Bank fee"),
    "repayment": lambda: _("Pay a donor back"),
}


def _form(kind: str, key: str, request: HttpRequest) -> django_forms.Form:
    if kind == "contribution":
        return forms.IncomeForm(key, posted(request))
    if kind in ("assessment", "collection"):
        return forms.AssessedForm(posted(request))
    if kind == "exchange":
        return forms.ExchangeForm(key, posted(request))
    return forms.CostForm(key, posted(request))


@requires(VIEW)
@GET_OR_POST
def journal(request: HttpRequest, key: str) -> HttpResponseBase:
    """Every line of the books of a window, by the day it counts for."""
    found = known(request, WINDOW, key)
    if not look(request).books:
        raise missing()
    form = forms.Between(request.GET or None, initial={"begin": f"{today()[:4]}-01-01"})
    form.is_valid()
    said = forms.written(getattr(form, "cleaned_data", {"begin": f"{today()[:4]}-01-01"}), "begin", "end")
    every = queries.journal([key], begin=said.get("begin", ""), end=said.get("end", ""))
    note = ""
    if len(every) > MOST_LINES:
        note = _("The last %(most)d lines are shown; narrow the days for the others.") % {"most": MOST_LINES}
    table = Table(
        _("Journal"), _journal_heads(), _journal_rows(key, every[-MOST_LINES:]), _("Nothing is posted on these days.")
    )
    return listed(
        request, page(_("Journal"), (to("fund_window", key), title_of(found)), tables=[table], filter=form, note=note)
    )


MOST_LINES = 1000


def _journal_rows(key: str, found: list[queries.Booked]) -> list[list[Cell]]:
    names, purses = actors.names(), queries.purses(key)
    donors = {purse: names.get(facts.donor, facts.donor) for purse, facts in purses.items()}
    rows = []
    for one in found:
        kind = _(books.KINDS.get(one.kind, one.kind))
        rows.append(
            [
                Cell(one.day, to("fund_entry", one.entry), exact=True),
                Cell(_("reversed: %(what)s") % {"what": kind} if one.reversal else kind),
                Cell(str(books.CHART[one.account].number), exact=True),
                Cell(_(books.CHART[one.account].text)),
                amount(one.amount, one.currency) if one.amount > 0 else Cell("", amount=True),
                amount(-one.amount, one.currency) if one.amount < 0 else Cell("", amount=True),
                Cell(donors.get(one.purse, one.purse)),
            ]
        )
    return rows


def _journal_heads() -> list[str]:
    return [_("Day"), _("Entry"), _("Number"), _("Account"), _("Debit"), _("Credit"), _("Whose money")]


@requires(VIEW)
@require_GET
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """One entry with its lines, and its reversal."""
    found = known(request, ENTRY, key)
    value, texts = found.of(EntryFacts), acts.texts_of([found])
    rows = [
        [
            Cell(f"{books.CHART[one.account].number}", exact=True),
            Cell(_(books.CHART[one.account].text)),
            amount(one.amount, one.currency) if one.amount > 0 else Cell("", amount=True),
            amount(-one.amount, one.currency) if one.amount < 0 else Cell("", amount=True),
        ]
        for one in value.lines
    ]
    facts = [
        (_("Day"), Cell(value.day, exact=True)),
        (_("Award"), Cell(value.award, to("fund_award", value.award), exact=True) if value.award else Cell("")),
        (_("Rate"), Cell(value.rate, exact=True)),
        (_("Remark"), Cell(texts.get(value.note, ""))),
        (_("Status"), state(found)),
        (_("Reversed on"), Cell(value.reversed_on, exact=True)),
        (_("What was wrong with it"), Cell(texts.get(value.reason, ""))),
    ]
    table = Table(_("Lines"), [_("Number"), _("Account"), _("Debit"), _("Credit")], rows)
    may = accounts.may(me(request), FUND) and found.state == "posted"
    actions = [button(_("Reverse"), "fund_entry_reverse", key)] if may else []
    back = (to("fund_journal", value.window), _("Journal"))
    return shown(
        request,
        page(
            _(books.KINDS.get(value.kind, value.kind)).capitalize(),
            back,
            facts=[one for one in facts if one[1].text],
            tables=[table],
            actions=actions,
        ),
    )


@requires(FUND)
@GET_OR_POST
def entry_reverse(request: HttpRequest, key: str) -> HttpResponse:
    """Takes an entry back."""
    known(request, ENTRY, key)
    form = forms.ReverseForm(posted(request))

    def do(said: dict[str, Any]) -> None:
        entries.reverse(key, **forms.written(said), by=actor(request))

    note = _("Nothing is edited: the same lines are posted on the other side, and both stay to be read.")
    return stepped(
        request,
        form,
        do,
        title=_("Reverse"),
        label=_("Reverse it"),
        back=(to("fund_entry", key), _("Entry")),
        note=note,
    )
