"""`countermark cooperation fund`: windows, pledges, postings, calls, awards, reports, closings, statements, ways to fund compared."""

from typing import TYPE_CHECKING, Any

import click

from countermark import cli
from countermark.cli.common import actor, done, json_option, print_json, ready, show
from countermark.cli.cooperation.common import described, described_each, may, person, speaking, told, viewer

if TYPE_CHECKING:
    from countermark.cooperation.fund.queries import Reader
    from countermark.cooperation.states import Subject

_day = click.option("--day", required=True, metavar="DAY", help="YYYY-MM-DD.")
_note = click.option("--note", default="", help="A remark; it stands beside the log.")
_request = click.option("--request", default="", metavar="KEY", help="Said twice with one key, done once.")
_state = click.option("--state", default="", help="Only those in one state.")
_theme = click.option("--theme", "themes", multiple=True, help="Only for this theme; repeat.")
_region = click.option("--region", "regions", multiple=True, help="Only for this region or country; repeat.")
_project = click.option("--project", "projects", multiple=True, help="Only for this project; repeat.")
_key = click.argument("key", metavar="ID")


@click.group("fund")
def fund() -> None:
    """The trust fund: who gave what for what, what was granted and paid, and what became of it."""


def _look() -> "Reader":
    """Who looks: without `--as` whoever keeps this store, who sees all its books."""
    from countermark.cooperation.fund import queries

    return queries.reader(viewer(), keeps=may("aid.fund"))


def _keeps() -> None:
    """Refuses somebody named by `--as` who does not keep the books."""
    if not may("aid.fund"):
        raise cli.Finding("this needs somebody who keeps the books of the fund")


def _gate() -> str:
    """The State whose authority acts."""
    if not may("aid.gate"):
        raise cli.Finding("this needs the named authority of the State")
    return speaking()


def _known(kind: str, key: str) -> "Subject":
    from countermark.cooperation.fund import queries

    found = queries.find(_look(), kind, key)
    if found is None:
        raise cli.Finding(f"{key} is no {kind.removeprefix('fund')} among those you may see")
    return found


def _listed(found: list["Subject"], what: str, as_json: bool) -> None:
    show(described_each(found), what, as_json)


@fund.command("windows")
@_state
@json_option
def windows(state: str, as_json: bool) -> None:
    """Lists the windows of the fund."""
    ready()
    from countermark.cooperation.fund import queries

    _listed(queries.windows(state), "windows", as_json)


@fund.command("open")
@click.option("--title", required=True)
@click.option("--model", required=True, help="dedicated, regular, regional or existing.")
@click.option("--currency", required=True, help="The currency it reports in.")
@click.option("--region", "regions", multiple=True)
@click.option("--facility", default="", help="The code of the facility whose conditions hold.")
@_request
@json_option
def open_window(title: str, model: str, currency: str, regions: tuple[str, ...], facility: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Opens a window whose books this node keeps."""
    ready()
    _keeps()
    from countermark.cooperation.fund import windows as services

    made = done(
        services.open_window, title, model, currency, regions=regions, facility=facility, request=request, by=actor()
    )
    told({"window": made}, as_json)


@fund.command("show")
@_key
@json_option
def show_window(key: str, as_json: bool) -> None:
    """Shows a window: what is there, what became of the money one may see, what does not fit together."""
    ready()
    from countermark.cooperation.fund import queries
    from countermark.cooperation.fund.rules import books, money
    from countermark.cooperation.fund.shapes import WINDOW

    found, look = _known(WINDOW, key), _look()
    sums = queries.balances(key)
    available = {currency: money.written(sums.available(currency), currency) for currency in sums.currencies()}
    bank = {currency: money.written(sums.total(books.BANK, currency), currency) for currency in sums.currencies()}
    line = described(found) | {"closed_through": queries.closed_through(key)}
    if look.books:
        line |= {"bank": bank, "available": available, "findings": queries.findings(key)}
    line["purses"] = [_purse(one) for one in queries.of_purses(key, queries.purses_of(look, key), sums)]
    told(line, as_json)


def _purse(one: Any) -> dict[str, str]:
    from countermark.cooperation.fund.rules import money

    names = ("given", "owed", "changed", "fees", "committed", "paid", "repaid", "available")
    amounts = {name: money.written(getattr(one, name), one.currency) for name in names}
    return {"purse": one.purse, "currency": one.currency} | amounts


@fund.command("end")
@_key
@json_option
def end_window(key: str, as_json: bool) -> None:
    """Ends a window with nothing left in it."""
    ready()
    _keeps()
    from countermark.cooperation.fund import windows as services

    services.close_window(key, by=actor())
    told({"window": key, "state": "closed"}, as_json)


@fund.command("rate")
@click.argument("base")
@click.argument("quote")
@click.argument("rate")
@_day
@click.option("--source", required=True, help="Who published it.")
@json_option
def rate(base: str, quote: str, rate: str, day: str, source: str, as_json: bool) -> None:
    """Enters a dated rate: one BASE is so many QUOTE."""
    ready()
    _keeps()
    from countermark.cooperation.fund import windows as services

    told({"rate": services.set_rate(base, quote, day, rate, source, by=actor())}, as_json)


@fund.command("pledges")
@_state
@json_option
def pledges(state: str, as_json: bool) -> None:
    """Lists pledges: a donor's own, or all."""
    ready()
    from countermark.cooperation.fund import queries

    _listed(queries.pledges(_look(), **({"state": state} if state else {})), "pledges", as_json)


@fund.command("pledge")
@click.argument("window")
@click.option("--donor", required=True, help="The key of the actor.")
@click.option("--currency", required=True)
@click.option("--amount", required=True)
@_day
@click.option("--due", "due", multiple=True, nargs=2, metavar="DAY AMOUNT", help="An instalment; repeat.")
@_theme
@_region
@_project
@_note
@_request
@json_option
def pledge(window: str, donor: str, currency: str, amount: str, day: str, due: tuple[tuple[str, str], ...], themes: tuple[str, ...], regions: tuple[str, ...], projects: tuple[str, ...], note: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Notes what a donor promises."""
    ready()
    _keeps()
    from countermark.cooperation.fund import windows as services

    said = services.Promise(
        window=window, donor=donor, currency=currency, amount=amount, day=day, due=due, themes=themes, regions=regions,
        projects=projects, note=note,
    )  # fmt: skip
    told({"pledge": services.pledge(said, by=actor(), request=request)}, as_json)


@fund.command("pledge-withdraw")
@_key
@click.option("--reason", required=True)
@json_option
def pledge_withdraw(key: str, reason: str, as_json: bool) -> None:
    """Notes that the rest of a pledge will not come."""
    ready()
    _keeps()
    from countermark.cooperation.fund import windows as services

    services.withdraw_pledge(key, reason, by=actor())
    told({"pledge": key, "state": "withdrawn"}, as_json)


@fund.command("receive")
@click.argument("window")
@click.option("--kind", default="contribution", help="contribution, assessment or collection.")
@click.option("--donor", required=True, help="The key of the actor.")
@click.option("--currency", required=True)
@click.option("--amount", required=True)
@click.option("--fee", default="", help="What a bank kept of it.")
@click.option("--pledge", default="", help="The pledge it is paid on.")
@_day
@_theme
@_region
@_project
@_note
@_request
@json_option
def receive(window: str, kind: str, donor: str, currency: str, amount: str, fee: str, pledge: str, day: str, themes: tuple[str, ...], regions: tuple[str, ...], projects: tuple[str, ...], note: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Posts money of a donor."""
    ready()
    _keeps()
    from countermark.cooperation.fund import entries

    said = entries.Income(
        window=window, donor=donor, currency=currency, amount=amount, fee=fee, pledge=pledge, day=day, themes=themes, regions=regions,
        projects=projects, note=note,
    )  # fmt: skip
    told({"entry": entries.contribute(said, kind=kind, by=actor(), request=request)}, as_json)


@fund.command("exchange")
@click.argument("window")
@click.option("--sold", nargs=2, required=True, metavar="CURRENCY AMOUNT")
@click.option("--bought", nargs=2, required=True, metavar="CURRENCY AMOUNT")
@click.option("--rate", default="", help="The dated rate; else the last one entered.")
@click.option("--purse", default="", help="Whose money; else what was given for anything.")
@_day
@_note
@_request
@json_option
def exchange(window: str, sold: tuple[str, str], bought: tuple[str, str], rate: str, purse: str, day: str, note: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Posts money changed at a bank."""
    ready()
    _keeps()
    from countermark.cooperation.fund import entries

    said = entries.Change(
        window=window, day=day, sold=sold[0], sold_amount=sold[1], bought=bought[0], bought_amount=bought[1], purse=purse, rate=rate,
        note=note,
    )  # fmt: skip
    told({"entry": entries.exchange(said, by=actor(), request=request)}, as_json)


@fund.command("fee")
@click.argument("window")
@click.argument("currency")
@click.argument("amount")
@click.option("--purse", default="", help="Whose money; else what was given for anything.")
@_day
@_note
@_request
@json_option
def fee(window: str, currency: str, amount: str, purse: str, day: str, note: str, request: str, as_json: bool) -> None:
    """Posts a bank's fee."""
    ready()
    _keeps()
    from countermark.cooperation.fund import entries

    told(
        {"entry": entries.fee(window, currency, amount, day=day, purse=purse, note=note, by=actor(), request=request)},
        as_json,
    )


@fund.command("repay")
@click.argument("window")
@click.argument("currency")
@click.argument("amount")
@click.option("--purse", required=True, help="Whose money.")
@_day
@_note
@_request
@json_option
def repay(
    window: str, currency: str, amount: str, purse: str, day: str, note: str, request: str, as_json: bool
) -> None:
    """Pays a donor back."""
    ready()
    _keeps()
    from countermark.cooperation.fund import entries

    told(
        {"entry": entries.repay(window, purse, currency, amount, day=day, note=note, by=actor(), request=request)},
        as_json,
    )


@fund.command("reverse")
@_key
@_day
@click.option("--reason", required=True)
@json_option
def reverse(key: str, day: str, reason: str, as_json: bool) -> None:
    """Takes an entry back, once; both stay to be read."""
    ready()
    _keeps()
    from countermark.cooperation.fund import entries

    entries.reverse(key, day=day, reason=reason, by=actor())
    told({"entry": key, "state": "reversed"}, as_json)


@fund.command("journal")
@click.argument("window")
@json_option
def journal(window: str, as_json: bool) -> None:
    """Lists every line of the books of a window, by the day it counts for."""
    ready()
    from countermark.cooperation.fund import queries
    from countermark.cooperation.fund.rules import books, money
    from countermark.cooperation.fund.shapes import WINDOW

    _known(WINDOW, window)
    if not _look().books:
        raise cli.Finding("the journal is for who keeps the books")
    names = ("entry", "line", "kind", "reversal", "account", "currency", "purse", "award")
    lines = [
        {"day": one.day}
        | {name: getattr(one, name) for name in names}
        | {"number": books.CHART[one.account].number, "amount": money.written(one.amount, one.currency)}
        for one in queries.journal([window])
    ]
    show(lines, "journal", as_json)


@fund.command("statement")
@click.option("--window", default="")
@click.option("--donor", default="", help="The key of the actor.")
@click.option("--award", default="")
@click.option("--currency", default="")
@click.option("--begin", default="", metavar="DAY")
@click.option("--end", default="", metavar="DAY")
@json_option
def statement(window: str, donor: str, award: str, currency: str, begin: str, end: str, as_json: bool) -> None:
    """States the accounts over a period, as far as one may see them."""
    ready()
    from countermark.cooperation.fund import queries
    from countermark.cooperation.fund.rules import books, money

    keys = tuple(one.key for one in queries.windows() if window in ("", one.key))
    own = frozenset(purse for key in keys for purse, facts in queries.purses(key).items() if facts.donor == donor)
    asked = queries.Wanted(keys, begin, end, own if donor else None, frozenset([award]) if award else None, currency)
    wanted = queries.seen(_look(), asked)
    lines = [
        {"account": one.account, "number": books.CHART[one.account].number, "currency": one.currency}
        | {
            name: money.written(getattr(one, name), one.currency)
            for name in ("brought", "debits", "credits", "carried")
        }
        for one in (queries.statement(wanted) if wanted else [])
    ]
    show(lines, "statement", as_json)


@fund.command("calls")
@_state
@json_option
def calls(state: str, as_json: bool) -> None:
    """Lists calls for proposals."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.fund.shapes import CALL

    _listed(acts.subjects(CALL, **({"state": state} if state else {})), "calls", as_json)


@fund.command("call")
@click.argument("window")
@click.option("--title", required=True)
@click.option("--currency", required=True)
@click.option("--budget", required=True)
@click.option("--ceiling", default="", help="At most for one award.")
@click.option("--opens", required=True, metavar="DAY")
@click.option("--closes", required=True, metavar="DAY")
@click.option("--criterion", "criteria", multiple=True, required=True, nargs=4, metavar="CODE LABEL WEIGHT BEST", help="Repeat; weights add up to 100.")  # fmt: skip
@click.option("--scorer", "scorers", multiple=True, required=True, help="A user; repeat.")
@_theme
@_region
@click.option("--conditions", default="")
@_request
@json_option
def call(window: str, title: str, currency: str, budget: str, ceiling: str, opens: str, closes: str, criteria: tuple[tuple[str, str, str, str], ...], scorers: tuple[str, ...], themes: tuple[str, ...], regions: tuple[str, ...], conditions: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Opens a call for proposals."""
    ready()
    _keeps()
    from countermark.cooperation.fund import calls as services

    try:
        judged = [(code, label, int(weight), int(best)) for code, label, weight, best in criteria]
    except ValueError as error:
        raise click.UsageError("--criterion: weight and best mark are whole numbers") from error
    said = services.CallSaid(
        window=window, title=title, currency=currency, budget=budget, ceiling=ceiling, opens=opens, closes=closes, criteria=judged,
        scorers=scorers, themes=themes, regions=regions, conditions=conditions,
    )  # fmt: skip
    told({"call": done(services.open_call, said, by=actor(), request=request)}, as_json)


@fund.command("call-close")
@_key
@json_option
def call_close(key: str, as_json: bool) -> None:
    """Ends a call."""
    ready()
    _keeps()
    from countermark.cooperation.fund import calls as services

    services.close_call(key, by=actor())
    told({"call": key, "state": "closed"}, as_json)


@fund.command("apply")
@click.argument("call_id", metavar="CALL")
@click.option("--for", "recipient", required=True, help="The key of the State it is for.")
@click.option("--title", required=True)
@click.option("--amount", required=True)
@click.option("--months", required=True, type=int)
@click.option("--theme", required=True)
@click.option("--summary", required=True)
@click.option(
    "--cost", "budget", multiple=True, nargs=2, metavar="CATEGORY AMOUNT", help="A line of the budget; repeat."
)
@click.option("--project", default="")
@click.option("--fact", "facts", multiple=True, nargs=2, metavar="NAME VALUE", help="What a rule asks: yes, no or a value; repeat. What is not said is not known.")  # fmt: skip
@_request
@json_option
def apply(call_id: str, recipient: str, title: str, amount: str, months: int, theme: str, summary: str, budget: tuple[tuple[str, str], ...], project: str, facts: tuple[tuple[str, str], ...], request: str, as_json: bool) -> None:  # fmt: skip
    """Applies to a call, for the actor one speaks for."""
    ready()
    from countermark.cooperation.fund import calls as services

    for name, _value in facts:
        if name not in services.ASKED:
            raise click.UsageError(f"--fact: {name!r} is none of {', '.join(services.ASKED)}")
    said = services.ApplicationSaid(
        call=call_id, recipient=recipient, title=title, amount=amount, months=months, theme=theme, summary=summary, budget=budget,
        project=project, facts={name: _fact(value) for name, value in facts},
    )  # fmt: skip
    told({"application": services.apply(said, applicant=speaking(), by=actor(), request=request)}, as_json)


def _fact(text: str) -> bool | int | str:
    if text in ("yes", "no"):
        return text == "yes"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


@fund.command("applications")
@click.option("--call", "call_id", default="")
@json_option
def applications(call_id: str, as_json: bool) -> None:
    """Lists applications one may see."""
    ready()
    from countermark.cooperation.fund import queries

    _listed(queries.applications(_look(), call_id), "applications", as_json)


@fund.command("judge")
@_key
@json_option
def judge(key: str, as_json: bool) -> int:
    """Says what the dated rules of the facility say of an application; exit status 1 where it is not eligible, or cannot be said."""
    ready()
    from countermark.cooperation.fund import calls as services
    from countermark.cooperation.fund.rules import eligibility
    from countermark.cooperation.fund.shapes import APPLICATION

    found = services.findings(_known(APPLICATION, key))
    verdict = eligibility.verdict(found)
    lines = [
        {
            "rule": one.rule,
            "result": one.result,
            "force": one.force,
            "message": one.message,
            "fact": one.fact,
            "source": one.source,
        }
        for one in found
    ]
    if as_json:
        print_json({"verdict": verdict, "findings": lines})
    else:
        click.echo(verdict)
        show(lines, "findings", as_json=False)
    return cli.OK if verdict == "eligible" else cli.FINDINGS


@fund.command("agree")
@_key
@json_option
def agree(key: str, as_json: bool) -> None:
    """The State an application is for agrees to it, by its authority."""
    ready()
    from countermark.cooperation.fund import calls as services

    services.agree(key, speaks_for=_gate(), by=actor())
    told({"application": key, "state": "agreed"}, as_json)


@fund.command("score")
@_key
@click.option("--mark", "marks", multiple=True, required=True, nargs=2, metavar="CODE MARK", help="Repeat.")
@click.option("--comment", default="")
@json_option
def score(key: str, marks: tuple[tuple[str, str], ...], comment: str, as_json: bool) -> None:
    """Gives one's marks, once, as the scorer named by `--as`."""
    ready()
    from countermark.cooperation.fund import calls as services

    user = person()
    if user is None:
        raise click.UsageError("a scorer is named with --as")
    try:
        given = {code: int(mark) for code, mark in marks}
    except ValueError as error:
        raise click.UsageError("--mark: a whole number") from error
    services.score(key, given, comment, scorer=user, speaks_for=viewer().actor, by=actor())
    told({"application": key}, as_json)


@fund.command("reject")
@_key
@click.option("--reason", required=True)
@json_option
def reject(key: str, reason: str, as_json: bool) -> None:
    """Rejects an application."""
    ready()
    _keeps()
    from countermark.cooperation.fund import calls as services

    services.reject(key, reason, by=actor())
    told({"application": key, "state": "rejected"}, as_json)


@fund.command("withdraw")
@_key
@click.option("--reason", required=True)
@json_option
def withdraw(key: str, reason: str, as_json: bool) -> None:
    """Takes back an application of the actor one speaks for."""
    ready()
    from countermark.cooperation.fund import calls as services

    services.withdraw(key, reason, speaks_for=speaking(), by=actor())
    told({"application": key, "state": "withdrawn"}, as_json)


@fund.command("grant")
@click.argument("application")
@click.option("--amount", required=True)
@_day
@click.option("--begin", required=True, metavar="DAY")
@click.option("--end", required=True, metavar="DAY")
@click.option("--tranche", "tranches", multiple=True, required=True, nargs=3, metavar="AMOUNT DAY REPORTS", help="Repeat; REPORTS accepted reports it waits for.")  # fmt: skip
@click.option("--terms", default="")
@click.option("--despite", default="", help="Why in spite of missing scores or conditions.")
@_request
@json_option
def grant(application: str, amount: str, day: str, begin: str, end: str, tranches: tuple[tuple[str, str, str], ...], terms: str, despite: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Grants an application and commits the money."""
    ready()
    _keeps()
    from countermark.cooperation.fund import awards as services

    try:
        parts = [(part, due, int(reports)) for part, due, reports in tranches]
    except ValueError as error:
        raise click.UsageError("--tranche: REPORTS is a whole number") from error
    said = services.AwardSaid(
        application=application,
        amount=amount,
        day=day,
        begin=begin,
        end=end,
        tranches=parts,
        terms=terms,
        despite=despite,
    )
    told({"award": services.award(said, by=actor(), request=request)}, as_json)


@fund.command("awards")
@_state
@json_option
def awards(state: str, as_json: bool) -> None:
    """Lists awards one may see."""
    ready()
    from countermark.cooperation.fund import queries

    _listed(queries.awards(_look(), **({"state": state} if state else {})), "awards", as_json)


@fund.command("award")
@_key
@json_option
def award(key: str, as_json: bool) -> None:
    """Shows an award: what is committed, paid, accounted for, given back, and its reports."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.fund import queries
    from countermark.cooperation.fund.rules import money
    from countermark.cooperation.fund.shapes import AWARD, REPORT

    found, sums = _known(AWARD, key), queries.award_sums(key)
    names = ("committed", "paid", "spent", "refunded", "open")
    amounts = {name: money.written(getattr(sums, name), found.value["currency"]) for name in names}
    reports = described_each(acts.subjects(REPORT, parent=found.name))
    told(described(found) | amounts | {"tranches_paid": queries.tranches_paid(key), "reports": reports}, as_json)


@fund.command("accept")
@_key
@json_option
def accept(key: str, as_json: bool) -> None:
    """The State an award is for accepts it, by its authority."""
    ready()
    from countermark.cooperation.fund import awards as services

    services.accept(key, speaks_for=_gate(), by=actor())
    told({"award": key, "state": "accepted"}, as_json)


@fund.command("disburse")
@_key
@_day
@_note
@_request
@json_option
def disburse(key: str, day: str, note: str, request: str, as_json: bool) -> None:
    """Pays the next tranche of an award, if the reports it waits for are accepted."""
    ready()
    _keeps()
    from countermark.cooperation.fund import awards as services

    told({"entry": services.disburse(key, day=day, note=note, by=actor(), request=request)}, as_json)


@fund.command("report")
@click.argument("award_id", metavar="AWARD")
@click.option("--begin", required=True, metavar="DAY")
@click.option("--end", required=True, metavar="DAY")
@click.option("--spent", required=True, help="Of what was paid, since the report before.")
@click.option("--narrative", required=True)
@_request
@json_option
def report(award_id: str, begin: str, end: str, spent: str, narrative: str, request: str, as_json: bool) -> None:
    """Reports on an award, for the actor one speaks for."""
    ready()
    from countermark.cooperation.fund import awards as services

    said = services.ReportSaid(award=award_id, begin=begin, end=end, spent=spent, narrative=narrative)
    told({"report": services.report(said, speaks_for=speaking(), by=actor(), request=request)}, as_json)


@fund.command("report-accept")
@_key
@_day
@click.option("--answer", default="")
@json_option
def report_accept(key: str, day: str, answer: str, as_json: bool) -> None:
    """Accepts a report, and posts what was spent."""
    ready()
    _keeps()
    from countermark.cooperation.fund import awards as services

    services.accept_report(key, day=day, answer=answer, by=actor())
    told({"report": key, "state": "accepted"}, as_json)


@fund.command("report-return")
@_key
@click.option("--answer", required=True, help="What is missing.")
@json_option
def report_return(key: str, answer: str, as_json: bool) -> None:
    """Returns a report, and says what is missing."""
    ready()
    _keeps()
    from countermark.cooperation.fund import awards as services

    services.return_report(key, answer, by=actor())
    told({"report": key, "state": "returned"}, as_json)


@fund.command("refund")
@_key
@click.argument("amount")
@_day
@click.option("--to-donors", is_flag=True, help="Paid on to the donors, in proportion.")
@_note
@_request
@json_option
def refund(key: str, amount: str, day: str, to_donors: bool, note: str, request: str, as_json: bool) -> None:
    """Posts what a recipient gave back."""
    ready()
    _keeps()
    from countermark.cooperation.fund import awards as services

    told(
        {"entry": services.refund(key, amount, day=day, to_donors=to_donors, note=note, by=actor(), request=request)},
        as_json,
    )


@fund.command("award-end")
@_key
@_day
@click.option("--reason", required=True)
@json_option
def award_end(key: str, day: str, reason: str, as_json: bool) -> None:
    """Ends an award: what was not paid is available again."""
    ready()
    _keeps()
    from countermark.cooperation.fund import awards as services

    services.end(key, reason, day=day, by=actor())
    told({"award": key, "state": "ended"}, as_json)


@fund.command("close")
@click.argument("window")
@click.argument("through", metavar="DAY")
@_request
@json_option
def close(window: str, through: str, request: str, as_json: bool) -> None:
    """Proposes to close the books of a window through a day; somebody else approves."""
    ready()
    _keeps()
    from countermark.cooperation.fund import closing as services

    told({"closing": services.propose(window, through, by=actor(), request=request)}, as_json)


@fund.command("close-approve")
@_key
@json_option
def close_approve(key: str, as_json: bool) -> None:
    """Closes the books that somebody else proposed to close."""
    ready()
    _keeps()
    from countermark.cooperation.fund import closing as services

    services.approve(key, by=actor())
    told({"closing": key, "state": "closed"}, as_json)


@fund.command("close-decline")
@_key
@click.option("--reason", required=True)
@json_option
def close_decline(key: str, reason: str, as_json: bool) -> None:
    """Declines a closing, or takes one's own back."""
    ready()
    _keeps()
    from countermark.cooperation.fund import closing as services

    services.decline(key, reason, by=actor())
    told({"closing": key, "state": "declined"}, as_json)


@fund.command("facilities")
@json_option
def facilities(as_json: bool) -> None:
    """Lists the facilities whose conditions are known here."""
    ready()
    from countermark.cooperation.fund import facilities as known

    lines = [
        {"id": key, "title": one.title, "source": one.source, "rules": len(one.rules)}
        for key, one in known.everything().items()
    ]
    show(lines, "facilities", as_json)


@fund.command("facility-add")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@json_option
def facility_add(file: Any, as_json: bool) -> None:
    """Adds the conditions of a facility (TOML)."""
    ready()
    _keeps()
    from countermark.cooperation.fund import facilities as known

    told({"facility": known.add(file.read(), by=actor()).id}, as_json)


@fund.command("models")
@click.option("--first", type=click.IntRange(1950, 9000), required=True, help="The first year.")
@click.option("--count", type=click.IntRange(1, 10), default=5, help="How many years.")
@click.option("--currency", default="USD")
@json_option
def models(first: int, count: int, currency: str, as_json: bool) -> None:
    """Compares ways to fund, as far as the store knows; null is no data."""
    ready()
    from countermark.cooperation.fund import figures
    from countermark.cooperation.fund.rules import money, scenarios

    code = done(money.require_currency, currency)
    known = figures.figures(viewer(), list(range(first, first + count)), code)
    found = scenarios.compared(known.asked(), [known.model(kind) for kind in scenarios.MODELS])
    lines = [
        {
            "model": one.kind, "known": one.known, "adequacy": one.adequacy, "worst": one.worst, "predictability": one.predictability,
            "steadiness": one.steadiness, "years": [year.adequacy for year in one.years],
        }
        for one in found
    ]  # fmt: skip
    show(lines, "models", as_json)


COMMANDS = (fund,)
