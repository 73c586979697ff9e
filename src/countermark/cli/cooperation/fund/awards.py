"""Awards, their tranches and reports."""

import click

from countermark.cli.common import actor, json_option, ready
from countermark.cli.cooperation.common import described, described_each, speaking, told
from countermark.cli.cooperation.fund.common import (
    day_option,
    fund,
    gate,
    keeps,
    key_argument,
    known_one,
    listed,
    note_option,
    reader,
    request_option,
    state_option,
)


@fund.command("grant")
@click.argument("application")
@click.option("--amount", required=True)
@day_option
@click.option("--begin", required=True, metavar="DAY")
@click.option("--end", required=True, metavar="DAY")
@click.option("--tranche", "tranches", multiple=True, required=True, nargs=3, metavar="AMOUNT DAY REPORTS", help="Repeat; REPORTS accepted reports it waits for.")  # fmt: skip
@click.option("--terms", default="")
@click.option("--despite", default="", help="Why in spite of missing scores or conditions.")
@request_option
@json_option
def grant(application: str, amount: str, day: str, begin: str, end: str, tranches: tuple[tuple[str, str, str], ...], terms: str, despite: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Grants an application and commits the money."""
    ready()
    keeps()
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
@state_option
@json_option
def awards(state: str, as_json: bool) -> None:
    """Lists awards one may see."""
    ready()
    from countermark.cooperation.fund import queries

    listed(queries.awards(reader(), **({"state": state} if state else {})), "awards", as_json)


@fund.command("award")
@key_argument
@json_option
def award(key: str, as_json: bool) -> None:
    """Shows an award: what is committed, paid, accounted for, given back, and its reports."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.fund import queries
    from countermark.cooperation.fund.rules import money
    from countermark.cooperation.fund.shapes import AWARD, REPORT

    found, sums = known_one(AWARD, key), queries.award_sums(key)
    names = ("committed", "paid", "spent", "refunded", "open")
    amounts = {name: money.written(getattr(sums, name), found.value["currency"]) for name in names}
    reports = described_each(acts.subjects(REPORT, parent=found.name))
    told(described(found) | amounts | {"tranches_paid": queries.tranches_paid(key), "reports": reports}, as_json)


@fund.command("accept")
@key_argument
@json_option
def accept(key: str, as_json: bool) -> None:
    """The State an award is for accepts it, by its authority."""
    ready()
    from countermark.cooperation.fund import awards as services

    services.accept(key, speaks_for=gate(), by=actor())
    told({"award": key, "state": "accepted"}, as_json)


@fund.command("disburse")
@key_argument
@day_option
@note_option
@request_option
@json_option
def disburse(key: str, day: str, note: str, request: str, as_json: bool) -> None:
    """Pays the next tranche of an award, if the reports it waits for are accepted."""
    ready()
    keeps()
    from countermark.cooperation.fund import awards as services

    told({"entry": services.disburse(key, day=day, note=note, by=actor(), request=request)}, as_json)


@fund.command("report")
@click.argument("award_id", metavar="AWARD")
@click.option("--begin", required=True, metavar="DAY")
@click.option("--end", required=True, metavar="DAY")
@click.option("--spent", required=True, help="Of what was paid, since the report before.")
@click.option("--narrative", required=True)
@request_option
@json_option
def report(award_id: str, begin: str, end: str, spent: str, narrative: str, request: str, as_json: bool) -> None:
    """Reports on an award, for the actor one speaks for."""
    ready()
    from countermark.cooperation.fund import awards as services

    said = services.ReportSaid(award=award_id, begin=begin, end=end, spent=spent, narrative=narrative)
    told({"report": services.report(said, speaks_for=speaking(), by=actor(), request=request)}, as_json)


@fund.command("report-accept")
@key_argument
@day_option
@click.option("--answer", default="")
@json_option
def report_accept(key: str, day: str, answer: str, as_json: bool) -> None:
    """Accepts a report, and posts what was spent."""
    ready()
    keeps()
    from countermark.cooperation.fund import awards as services

    services.accept_report(key, day=day, answer=answer, by=actor())
    told({"report": key, "state": "accepted"}, as_json)


@fund.command("report-return")
@key_argument
@click.option("--answer", required=True, help="What is missing.")
@json_option
def report_return(key: str, answer: str, as_json: bool) -> None:
    """Returns a report, and says what is missing."""
    ready()
    keeps()
    from countermark.cooperation.fund import awards as services

    services.return_report(key, answer, by=actor())
    told({"report": key, "state": "returned"}, as_json)


@fund.command("refund")
@key_argument
@click.argument("amount")
@day_option
@click.option("--to-donors", is_flag=True, help="Paid on to the donors, in proportion.")
@note_option
@request_option
@json_option
def refund(key: str, amount: str, day: str, to_donors: bool, note: str, request: str, as_json: bool) -> None:
    """Posts what a recipient gave back."""
    ready()
    keeps()
    from countermark.cooperation.fund import awards as services

    told(
        {"entry": services.refund(key, amount, day=day, to_donors=to_donors, note=note, by=actor(), request=request)},
        as_json,
    )


@fund.command("award-end")
@key_argument
@day_option
@click.option("--reason", required=True)
@json_option
def award_end(key: str, day: str, reason: str, as_json: bool) -> None:
    """Ends an award: what was not paid is available again."""
    ready()
    keeps()
    from countermark.cooperation.fund import awards as services

    services.end(key, reason, day=day, by=actor())
    told({"award": key, "state": "ended"}, as_json)
