"""Facilities behind windows, and ways to fund compared."""

from typing import Any

import click

from countermark.cli.common import actor, done, json_option, ready, show
from countermark.cli.cooperation.common import told, viewer
from countermark.cli.cooperation.fund.common import fund, keeps


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
    keeps()
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
