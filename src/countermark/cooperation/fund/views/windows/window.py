"""A window of the fund: what is available, whose money it is, and where it went."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.forms import SureForm
from countermark.cooperation.forms import listed as parts
from countermark.cooperation.fund import forms, queries, windows
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.shapes import (
    AWARD,
    CLOSING,
    WINDOW,
    Award,
    ClosingFacts,
    Window,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GET_OR_POST,
    VIEW,
    amount,
    button,
    known,
    look,
    page,
    state,
    stepped,
    to,
)
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Table, asked, listed, once
from countermark.register.views.common import actor, me, posted


@requires(FUND)
@GET_OR_POST
def window_add(request: HttpRequest) -> HttpResponse:
    """Opens a window."""

    def do(said: dict[str, Any]) -> str:
        facts = forms.written(said) | {"regions": parts(said["regions"])}
        return to("fund_window", windows.open_window(**facts, request=once(request), by=actor(request)))

    return asked(request, forms.WindowForm(posted(request)), do, page(_("Open a window")), _("Open it"))


@requires(VIEW)
@GET_OR_POST
def window(request: HttpRequest, key: str) -> HttpResponseBase:
    """A window: what is in it for who keeps the books, what became of one's own money for a donor."""
    found, reader = known(request, WINDOW, key), look(request)
    value, title = found.of(Window), title_of(found)
    through = queries.closed_through(key)
    facts = [
        (_("Financed by"), Cell(aid_word(value.model, "fundmodel"))),
        (_("Regions"), Cell(", ".join(value.regions))),
        (_("Reports in"), Cell(value.currency, exact=True)),
        *_days(value),
        (_("Books kept at"), Cell(value.books, exact=True)),
        (_("Closed through"), Cell(through or _("not yet"), exact=bool(through))),
        (_("Status"), state(found)),
    ]
    sums = queries.balances(key)
    own = _of_money(key, queries.purses_of(reader, key), sums)
    tables = [_available(key, value, sums, through)] if reader.books else []
    tables += [own, _granted(key, reader)]
    if reader.books:
        tables += [_closings(key), _findings(key)]
    keeps = accounts.may(me(request), FUND) and found.state == "open"
    actions = [button(_("Journal"), "fund_journal", key)] if reader.books else []
    return listed(
        request, page(title, facts=facts, tables=tables, actions=[*(_posting(key, value) if keeps else []), *actions])
    )


def _days(value: Window) -> list[tuple[str, Cell]]:
    days = [(_("From"), value.begin), (_("Until"), value.end)]
    return [(label, Cell(day, exact=True)) for label, day in days if day]


def _posting(key: str, value: Window) -> list[Action]:
    assessed = [
        button(_("Assessment"), "fund_post", key, "assessment"),
        button(_("Assessed, paid"), "fund_post", key, "collection"),
    ]
    return [
        button(_("Contribution"), "fund_post", key, "contribution", main=True),
        button(_("Pledge"), "fund_pledge_add", key),
        *(assessed if value.model == "regular" else []),
        button(_("Change money"), "fund_post", key, "exchange"),
        button(_("Bank fee"), "fund_post", key, "fee"),
        button(_("Pay back"), "fund_post", key, "repayment"),
        button(_("Close the books"), "fund_closing_add", key),
        button(_("End the window"), "fund_window_end", key),
    ]


def title_of(found: Subject) -> str:
    """What a window is called."""
    return acts.texts_of([found]).get(found.of(Window).title, found.key)


def _available(key: str, value: Window, sums: books.Balances, through: str) -> Table:
    rows = [
        [
            Cell(currency, exact=True),
            amount(sums.total(books.BANK, currency), currency),
            amount(sums.total(books.COMMITTED, currency), currency),
            amount(sums.available(currency), currency),
            amount(sums.total(books.ADVANCES, currency), currency),
        ]
        for currency in sums.currencies()
    ]
    held = {currency: sums.available(currency) for currency in sums.currencies()}
    worth = queries.valued(held, value.currency, today())
    if rows and len(held) > 1:
        whole = (
            amount(worth, value.currency) if worth is not None else Cell(_("no data: a rate is missing"), amount=True)
        )
        amountless = Cell("", amount=True)
        rows.append([Cell(_("available in all, at today's rates")), amountless, amountless, whole, amountless])
    headers = [_("Currency"), _("In the bank"), _("Committed"), _("Available"), _("Paid, not accounted for")]
    return Table(_("What is there"), headers, rows, _("Nothing is posted yet."), id="available")


def _of_money(key: str, keys: list[str], sums: books.Balances) -> Table:
    names, purses = actors.names(), queries.purses(key)
    columns = {
        "given": _("Given"), "owed": _("Still owed"), "changed": _("Changed"), "fees": _("Fees and differences"), "committed": _("Committed"),
        "paid": _("Paid to recipients"), "repaid": _("Paid back"), "available": _("Available"),
    }  # fmt: skip
    found = [
        one
        for one in queries.of_purses(key, keys, sums)
        if one.purse in purses and any(getattr(one, name) for name in columns)
    ]
    # What stands nowhere needs no column.
    told = [name for name in columns if name in ("given", "available") or any(getattr(one, name) for one in found)]
    rows = [
        [
            Cell(names.get(purses[one.purse].donor, purses[one.purse].donor)),
            Cell(forms.conditions(purses[one.purse])),
            *(amount(getattr(one, name), one.currency) for name in told),
        ]
        for one in found
    ]
    headers = [_("Donor"), _("For"), *(columns[name] for name in told)]
    return Table(_("What became of the money"), headers, rows, _("There is none you may see."), id="purses")


def _granted(key: str, reader: queries.Reader) -> Table:
    """Where the money one may see went. The award itself is for who keeps the books and its recipient."""
    names, purses = actors.names(), queries.purses(key)
    granted = queries.of_awards(key, [purse for purse, facts in purses.items() if reader.sees_purse(facts)])
    awards = {
        row.key: acts.subject_of_row(row) for row in acts.rows(AWARD).filter(key__in={one.award for one in granted})
    }
    rows = []
    for one in granted:
        found = awards.get(one.award)
        if found is None or one.purse not in purses:
            continue
        value = found.of(Award)
        rows.append(
            [
                Cell(names.get(purses[one.purse].donor, purses[one.purse].donor)),
                Cell(
                    names.get(value.recipient, value.recipient),
                    to("fund_award", one.award) if reader.sees(found) else "",
                ),
                Cell(", ".join(aid_word(theme, "theme") for theme in value.themes)),
                *(amount(each, one.currency) for each in (one.committed, one.open, one.spent)),
            ]
        )
    headers = [_("Donor"), _("For"), _("Theme"), _("Committed"), _("Paid, not accounted for"), _("Accounted for")]
    return Table(_("Where it went"), headers, rows, _("None of it was granted yet."), id="granted")


def _closings(key: str) -> Table:
    found = sorted(acts.subjects(CLOSING, parent=f"{WINDOW}:{key}"), key=lambda one: one.due)
    rows = [[Cell(one.of(ClosingFacts).through, to("fund_closing", one.key), exact=True), state(one)] for one in found]
    return Table(_("Periods"), [_("Through"), _("Status")], rows, _("The books were never closed."), id="closings")


def _findings(key: str) -> Table:
    words = {
        "below_nothing": _("more was promised or paid than there is"),
        "closed_differs": _("a closed period is not as it was closed"),
        "reversed_twice": _("an entry was reversed twice"),
        "other_books": _("somebody else than who keeps the books reversed an entry"),
    }
    rows = []
    for one in queries.findings(key):
        code, _colon, about = one.partition(":")
        rows.append([Cell(words.get(code, code), tone="alarm"), Cell(about, exact=True)])
    return Table(
        _("What does not fit together"), [_("Finding"), _("What it concerns")], rows, _("Nothing."), id="findings"
    )


@requires(FUND)
@GET_OR_POST
def window_end(request: HttpRequest, key: str) -> HttpResponse:
    """Ends a window."""
    found = known(request, WINDOW, key)
    return stepped(
        request, SureForm(posted(request)), lambda _said: windows.close_window(key, by=actor(request)),
        title=_("End the window"), label=_("End it"), back=(to("fund_window", key), title_of(found)),
    )  # fmt: skip
