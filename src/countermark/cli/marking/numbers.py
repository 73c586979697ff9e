"""`countermark marking number`: serials and import marks."""

from typing import Any

import click
import msgspec

from countermark.cli.common import actor, because, json_option, ready, show
from countermark.ledger.reasons import Reason


@click.group("number")
def number() -> None:
    """Serials and import marks of an authority: issued, listed, declared void."""


@number.command("open")
@click.argument("authority", metavar="AUTHORITY")
@click.option("--title", required=True)
@click.option("--purpose", required=True, help="serial, import, state_stock, extra.")
@click.option("--country", required=True, help="Two letters.")
@click.option("--pattern", required=True, help="As `{country}{yy}{number:6}{check}`.")
@click.option("--check", "system", default="", help="The system of the check characters, as `mod37_36`.")
@click.option("--start", type=int, default=1, show_default=True)
@json_option
def open_authority(authority: str, as_json: bool, **said: Any) -> None:
    """Opens an authority: who numbers how. Saying the same again is harmless."""
    ready()
    from countermark.marking import numbering

    made = numbering.open_authority(authority, said.pop("title"), **said, by=actor())
    show([msgspec.to_builtins(made)], "authorities", as_json)


@number.command("block")
@click.argument("authority", metavar="AUTHORITY")
@click.argument("size", metavar="SIZE", type=int)
@click.option(
    "--holder", default="", metavar="LOG", help="The log of the bench that gets it; this one where none is named."
)
@json_option
def block(authority: str, size: int, holder: str, as_json: bool) -> None:
    """Gives the next SIZE numbers to a node, which may then issue them without a network."""
    ready()
    from countermark.marking import numbering

    show([msgspec.to_builtins(numbering.give_block(authority, size, holder, by=actor()))], "blocks", as_json)


@number.command("issue")
@click.argument("authority", metavar="AUTHORITY")
@click.option("--count", type=int, default=1, show_default=True)
@click.option("--request", default="", help="Asked again with the same text, the same numbers are the answer.")
@json_option
def issue(authority: str, count: int, request: str, as_json: bool) -> None:
    """Issues the next numbers of this node's blocks."""
    ready()
    from countermark.marking import numbering

    show([_number(one) for one in numbering.issue(authority, count, request=request, by=actor())], "numbers", as_json)


@number.command("list")
@click.argument("authority", metavar="AUTHORITY")
@click.option("--state", default="", type=click.Choice(["", "issued", "used", "voided"]))
@json_option
def list_numbers(authority: str, state: str, as_json: bool) -> None:
    """Lists the numbers issued, at most 1,000."""
    ready()
    from countermark.marking import numbering

    key = numbering.authority(authority).key
    show([_number(one) for one in numbering.issued(key, state=state)], "numbers", as_json)


@number.command("void")
@click.argument("authority", metavar="AUTHORITY")
@click.argument("running", metavar="NUMBER", type=int)
@because("number_voided")
@json_option
def void(authority: str, running: int, reason: Reason, as_json: bool) -> None:
    """Declares a number void that will not be put on."""
    ready()
    from countermark.marking import numbering

    show([_number(numbering.void(authority, running, reason=reason, by=actor()))], "numbers", as_json)


def _number(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("text", "number", "authority", "state", "request", "time")}


COMMANDS = (number,)
