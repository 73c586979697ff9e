"""The first page of the fund, its windows, rates, pledges, and what is posted to a window."""

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.forms import SureForm
from countermark.cooperation.forms import listed as parts
from countermark.cooperation.fund import closing, entries, forms, queries, windows
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.entries import Change, Income
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.rules.money import shown as written
from countermark.cooperation.fund.shapes import (
    AWARD,
    CALL,
    CLOSING,
    ENTRY,
    PLEDGE,
    RATE,
    WINDOW,
    Application,
    Award,
    Call,
    ClosingFacts,
    EntryFacts,
    Pledge,
    Rate,
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
    missing,
    page,
    speaks,
    state,
    stepped,
    to,
)
from countermark.cooperation.fund.windows import Promise
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Page, Table, asked, listed, once, shown
from countermark.register.views.common import actor, me, posted


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
    value, title = found.of(Window), _title(found)
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


def _title(found: Subject) -> str:
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
        title=_("End the window"), label=_("End it"), back=(to("fund_window", key), _title(found)),
    )  # fmt: skip


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

    back = (to("fund_window", key), _title(found))
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
        request, page(_("Journal"), (to("fund_window", key), _title(found)), tables=[table], filter=form, note=note)
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
        request, form, do, title=_("Pledge"), label=_("Note it"), back=(to("fund_window", key), _title(found))
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
        back=(to("fund_window", key), _title(found)), note=note,
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
