"""Windows of the fund, rates and pledges."""

from typing import Any

import click

from countermark.cli.common import actor, done, json_option, ready
from countermark.cli.cooperation.common import described, told
from countermark.cli.cooperation.fund.common import (
    day_option,
    fund,
    keeps,
    key_argument,
    known_one,
    listed,
    note_option,
    project_option,
    reader,
    region_option,
    request_option,
    state_option,
    theme_option,
)


@fund.command("windows")
@state_option
@json_option
def windows(state: str, as_json: bool) -> None:
    """Lists the windows of the fund."""
    ready()
    from countermark.cooperation.fund import queries

    listed(queries.windows(state), "windows", as_json)


@fund.command("open")
@click.option("--title", required=True)
@click.option("--model", required=True, help="dedicated, regular, regional or existing.")
@click.option("--currency", required=True, help="The currency it reports in.")
@click.option("--region", "regions", multiple=True)
@click.option("--facility", default="", help="The code of the facility whose conditions hold.")
@request_option
@json_option
def open_window(title: str, model: str, currency: str, regions: tuple[str, ...], facility: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Opens a window whose books this node keeps."""
    ready()
    keeps()
    from countermark.cooperation.fund import windows as services

    made = done(
        services.open_window, title, model, currency, regions=regions, facility=facility, request=request, by=actor()
    )
    told({"window": made}, as_json)


@fund.command("show")
@key_argument
@json_option
def show_window(key: str, as_json: bool) -> None:
    """Shows a window: what is there, what became of the money one may see, what does not fit together."""
    ready()
    from countermark.cooperation.fund import queries
    from countermark.cooperation.fund.rules import books, money
    from countermark.cooperation.fund.shapes import WINDOW

    found, look = known_one(WINDOW, key), reader()
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
@key_argument
@json_option
def end_window(key: str, as_json: bool) -> None:
    """Ends a window with nothing left in it."""
    ready()
    keeps()
    from countermark.cooperation.fund import windows as services

    services.close_window(key, by=actor())
    told({"window": key, "state": "closed"}, as_json)


@fund.command("rate")
@click.argument("base")
@click.argument("quote")
@click.argument("rate")
@day_option
@click.option("--source", required=True, help="Who published it.")
@json_option
def rate(base: str, quote: str, rate: str, day: str, source: str, as_json: bool) -> None:
    """Enters a dated rate: one BASE is so many QUOTE."""
    ready()
    keeps()
    from countermark.cooperation.fund import windows as services

    told({"rate": services.set_rate(base, quote, day, rate, source, by=actor())}, as_json)


@fund.command("pledges")
@state_option
@json_option
def pledges(state: str, as_json: bool) -> None:
    """Lists pledges: a donor's own, or all."""
    ready()
    from countermark.cooperation.fund import queries

    listed(queries.pledges(reader(), **({"state": state} if state else {})), "pledges", as_json)


@fund.command("pledge")
@click.argument("window")
@click.option("--donor", required=True, help="The key of the actor.")
@click.option("--currency", required=True)
@click.option("--amount", required=True)
@day_option
@click.option("--due", "due", multiple=True, nargs=2, metavar="DAY AMOUNT", help="An instalment; repeat.")
@theme_option
@region_option
@project_option
@note_option
@request_option
@json_option
def pledge(window: str, donor: str, currency: str, amount: str, day: str, due: tuple[tuple[str, str], ...], themes: tuple[str, ...], regions: tuple[str, ...], projects: tuple[str, ...], note: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Notes what a donor promises."""
    ready()
    keeps()
    from countermark.cooperation.fund import windows as services

    said = services.Promise(
        window=window, donor=donor, currency=currency, amount=amount, day=day, due=due, themes=themes, regions=regions,
        projects=projects, note=note,
    )  # fmt: skip
    told({"pledge": services.pledge(said, by=actor(), request=request)}, as_json)


@fund.command("pledge-withdraw")
@key_argument
@click.option("--reason", required=True)
@json_option
def pledge_withdraw(key: str, reason: str, as_json: bool) -> None:
    """Notes that the rest of a pledge will not come."""
    ready()
    keeps()
    from countermark.cooperation.fund import windows as services

    services.withdraw_pledge(key, reason, by=actor())
    told({"pledge": key, "state": "withdrawn"}, as_json)
