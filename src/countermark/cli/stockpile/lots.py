"""`countermark stockpile lot`: lots of ammunition, described once, moved in quantities."""

import click

from countermark.cli.common import actor, json_option, print_json, ready
from countermark.cli.stockpile.common import done, listed, party, request_option
from countermark.cli.stockpile.custody import confirmed
from countermark.ledger.reasons import LISTS


@click.group("lot")
def lot() -> None:
    """Ammunition by lot: maker, calibre, year and number as on the package, and rounds by place."""


@lot.command("describe")
@click.option("--maker", required=True)
@click.option("--calibre", required=True)
@click.option("--lot", "number", required=True, help="The number of the lot.")
@click.option("--year", default="")
@click.option("--kind", default="", help="Kind of round.")
@click.option("--country", default="")
@click.option("--condition", default="serviceable", show_default=True, help="serviceable, suspended or unserviceable.")
@json_option
def describe(maker: str, calibre: str, number: str, year: str, kind: str, country: str, condition: str, as_json: bool) -> None:  # fmt: skip
    """Describes a lot, or says anew what condition it is in."""
    ready()
    from countermark.stockpile.ammunition import services

    value = services.Lot(maker, calibre, number, year, kind, country, condition)
    done("lot", services.describe(value, by=actor()), as_json)


@lot.command("list")
@json_option
def list_lots(as_json: bool) -> None:
    """Lists the lots, the newest first, with rounds by place."""
    ready()
    listed("lot", "lots", "", as_json)


@lot.command("move")
@click.argument("key", metavar="LOT")
@click.argument("word", metavar="receive|issue|return|use|move|count|dispose")
@click.argument("quantity", type=int)
@click.option("--at", "place", required=True, help="The place it happens at.")
@click.option("--to", default="", help="The place they go to, or who receives them (card, name or id).")
@click.option("--note", default="", help="A remark.")
@click.option(
    "--why",
    default="",
    help=f"For what is disposed of, or a count finds otherwise: {', '.join(LISTS['rounds'].codes)}.",
)
@click.option("--happened", default="", help="When, if it was earlier: a date or a time with its zone.")
@click.option("--second", default="", help="The user who confirms; asks for their password.")
@request_option
@json_option
def move(key: str, word: str, quantity: int, place: str, to: str, note: str, why: str, happened: str, second: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Records rounds that come, go or are counted; prints what is on hand then."""
    ready()
    from countermark.stockpile.ammunition import services

    goes_to = party(to) if word in ("issue", "return") and to else to
    by = actor()
    said = services.Move(
        word, place, quantity, goes_to, note, happened, request, confirmed(second, place, by.name), why=why
    )
    on_hand = services.move(key, said, by=by)
    if as_json:
        print_json({"lot": key, "on_hand": on_hand})
        return
    click.echo(f"{on_hand} on hand")


COMMANDS = (lot,)
