"""What is posted to a window, and what it comes to."""

import click

from countermark import cli
from countermark.cli.common import actor, json_option, ready, show
from countermark.cli.cooperation.common import told
from countermark.cli.cooperation.fund.common import (
    day_option,
    fund,
    keeps,
    key_argument,
    known_one,
    note_option,
    project_option,
    reader,
    region_option,
    request_option,
    theme_option,
)


@fund.command("receive")
@click.argument("window")
@click.option("--kind", default="contribution", help="contribution, assessment or collection.")
@click.option("--donor", required=True, help="The key of the actor.")
@click.option("--currency", required=True)
@click.option("--amount", required=True)
@click.option("--fee", default="", help="What a bank kept of it.")
@click.option("--pledge", default="", help="The pledge it is paid on.")
@day_option
@theme_option
@region_option
@project_option
@note_option
@request_option
@json_option
def receive(window: str, kind: str, donor: str, currency: str, amount: str, fee: str, pledge: str, day: str, themes: tuple[str, ...], regions: tuple[str, ...], projects: tuple[str, ...], note: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Posts money of a donor."""
    ready()
    keeps()
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
@day_option
@note_option
@request_option
@json_option
def exchange(window: str, sold: tuple[str, str], bought: tuple[str, str], rate: str, purse: str, day: str, note: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Posts money changed at a bank."""
    ready()
    keeps()
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
@day_option
@note_option
@request_option
@json_option
def fee(window: str, currency: str, amount: str, purse: str, day: str, note: str, request: str, as_json: bool) -> None:
    """Posts a bank's fee."""
    ready()
    keeps()
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
@day_option
@note_option
@request_option
@json_option
def repay(
    window: str, currency: str, amount: str, purse: str, day: str, note: str, request: str, as_json: bool
) -> None:
    """Pays a donor back."""
    ready()
    keeps()
    from countermark.cooperation.fund import entries

    told(
        {"entry": entries.repay(window, purse, currency, amount, day=day, note=note, by=actor(), request=request)},
        as_json,
    )


@fund.command("reverse")
@key_argument
@day_option
@click.option("--reason", required=True)
@json_option
def reverse(key: str, day: str, reason: str, as_json: bool) -> None:
    """Takes an entry back, once; both stay to be read."""
    ready()
    keeps()
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

    known_one(WINDOW, window)
    if not reader().books:
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
    wanted = queries.seen(reader(), asked)
    lines = [
        {"account": one.account, "number": books.CHART[one.account].number, "currency": one.currency}
        | {
            name: money.written(getattr(one, name), one.currency)
            for name in ("brought", "debits", "credits", "carried")
        }
        for one in (queries.statement(wanted) if wanted else [])
    ]
    show(lines, "statement", as_json)
