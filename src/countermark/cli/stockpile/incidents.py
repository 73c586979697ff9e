"""`countermark stockpile incident`: losses and thefts, their inquiry, what came back, the proposal to write off."""

from typing import Literal

import click

from countermark.cli.common import actor, because, json_option, print_json, ready
from countermark.cli.stockpile.common import done, listed, request_option, weapon_ids
from countermark.ledger.reasons import LISTS, Reason

_key = click.argument("key", metavar="INCIDENT")
_happened = click.option("--happened", default="", help="When, if it was earlier: a date or a time with its zone.")


_HOW = "; ".join(f"{of}: {', '.join(LISTS[of].codes)}" for of in ("loss", "theft"))


@click.group("incident")
def incident() -> None:
    """Losses and thefts: reported at once, looked into, closed by recovery or by somebody above the store."""


@incident.command("report")
@click.argument("what", type=click.Choice(["loss", "theft"]))
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--at", "store", required=True, help="The store that answers for them.")
@click.option("--reason", metavar="CODE", required=True, help=f"How it came about. {_HOW}")
@click.option("--circumstances", required=True, help="What is known of how it happened.")
@_happened
@request_option
@json_option
def report(what: str, weapons: tuple[str, ...], store: str, reason: str, circumstances: str, happened: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Reports weapons lost or stolen; they are on the stolen list at once."""
    ready()
    from countermark.stockpile.incidents import services

    kind: Literal["loss", "theft"] = "theft" if what == "theft" else "loss"
    said = services.Report(kind, store, weapon_ids(weapons), reason, circumstances, happened)
    done("incident", services.report(said, by=actor(), request=request), as_json)


@incident.command("list")
@click.option("--state", default="", help="open, inquiry, recovered or written_off.")
@json_option
def list_incidents(state: str, as_json: bool) -> None:
    """Lists incidents, the newest first."""
    ready()
    listed("incident", "incidents", state, as_json)


@incident.command("show")
@_key
@json_option
def show_incident(key: str, as_json: bool) -> None:
    """Shows one."""
    ready()
    done("incident", key, as_json)


@incident.command("inquire")
@_key
@click.option("--finding", default="", help="What the inquiry found.")
@click.option("--sanction", default="", help="What followed for whom.")
@json_option
def inquire(key: str, finding: str, sanction: str, as_json: bool) -> None:
    """Records what an inquiry found."""
    ready()
    from countermark.stockpile.incidents import services

    services.inquire(key, finding=finding, sanction=sanction, by=actor())
    done("incident", key, as_json)


@incident.command("recover")
@_key
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--at", "store", required=True, help="Where they are put.")
@click.option("--note", required=True, help="How they came back.")
@_happened
@json_option
def recover(key: str, weapons: tuple[str, ...], store: str, note: str, happened: str, as_json: bool) -> None:
    """Takes in weapons that came back."""
    ready()
    from countermark.stockpile.incidents import services

    services.recover(key, weapon_ids(weapons), store, note=note, happened=happened, by=actor())
    done("incident", key, as_json)


@incident.command("write-off")
@_key
@because("write_off")
@json_option
def write_off(key: str, reason: Reason, as_json: bool) -> None:
    """Proposes to write off what has not come back; somebody above the store approves."""
    ready()
    from countermark.stockpile.incidents import services

    made = services.propose_write_off(key, reason, by=actor())
    if as_json:
        print_json({"proposal": made})
        return
    click.echo(f"proposal {made}")


COMMANDS = (incident,)
