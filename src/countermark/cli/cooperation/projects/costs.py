"""Who pays what, and who sees it."""

from typing import Any

import click

from countermark.cli.common import json_option, ready
from countermark.cli.cooperation.projects.common import did, key_argument, project, request_option


@project.command("budget")
@key_argument
@click.option("--category", default="", help="equipment, training, travel ...")
@click.option("--amount", default="")
@click.option("--payer", default="", help="The actor that pays it.")
@click.option("--what", default="")
@click.option(
    "--line",
    type=click.IntRange(1, 1000),
    help="Say this line anew, counted from 1; without an amount it is taken out.",
)
@request_option
@json_option
def budget(
    key: str, category: str, amount: str, payer: str, what: str, line: int | None, request: str, as_json: bool
) -> None:
    """Adds a line to the budget, says one anew or takes it out."""
    ready()
    from countermark.cooperation.needs import Costed
    from countermark.cooperation.projects import services

    if not amount and line is None:
        raise click.UsageError("--amount: say what the line costs")
    said = Costed(category, amount, payer, what) if amount else None
    did(services.set_line, key, said, at=None if line is None else line - 1, request=request, as_json=as_json)


@project.command("giver")
@key_argument
@click.argument("giver")
@click.argument("amount", default="")
@click.option("--offer", default="", help="The offer it comes from.")
@json_option
def giver(key: str, giver: str, amount: str, offer: str, as_json: bool) -> None:
    """Says what a provider brings; without an amount it is taken out."""
    ready()
    from countermark.cooperation.projects import services

    did(services.set_giver, key, giver, amount, offer=offer, as_json=as_json)


@project.command("share")
@key_argument
@click.argument("visibility", type=click.Choice(["partners", "public"]))
@click.option("--partner", "partners", multiple=True, metavar="ACTOR")
@click.option(
    "--hint",
    type=click.Choice(["none", "exists", "named"]),
    default="none",
    help="What others whose project overlaps are told.",
)
@json_option
def share(key: str, visibility: str, partners: tuple[str, ...], hint: str, as_json: bool) -> None:
    """Says who may see a project besides its sides; the recipient does."""
    ready()
    from countermark.cooperation.projects import services

    did(services.share, key, visibility, partners, hint, as_json=as_json)


@project.command("running")
@key_argument
@click.argument("lines", nargs=-1, metavar="CATEGORY,AMOUNT,FIRST,LAST[,PAYER]...")
@json_option
def running(key: str, lines: tuple[str, ...], as_json: bool) -> None:
    """Plans the running costs, whole: each line an amount a year from the first year through the last."""
    ready()
    from countermark.cooperation.projects import agreeing

    did(agreeing.plan_running, key, [_running(one) for one in lines], as_json=as_json)


def _running(text: str) -> Any:
    from countermark.cooperation.projects.agreeing import RunningCost

    parts = [one.strip() for one in text.split(",")]
    if not len("....") <= len(parts) <= len(".....") or not (parts[2].isdigit() and parts[3].isdigit()):
        raise click.UsageError(
            f"{text!r}: expected CATEGORY,AMOUNT,FIRST,LAST[,PAYER], such as power,1200,2026,2028,XA"
        )
    return RunningCost(parts[0], parts[1], "".join(parts[4:]), first=int(parts[2]), last=int(parts[3]))
