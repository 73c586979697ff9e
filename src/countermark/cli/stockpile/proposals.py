"""`countermark stockpile proposal`: what waits for a second person."""

import click

from countermark.cli.common import actor, because, json_option, ready
from countermark.cli.stockpile.common import done, listed
from countermark.ledger.reasons import Reason

_key = click.argument("key", metavar="PROPOSAL")


@click.group("proposal")
def proposal() -> None:
    """What waits for a second person: nobody approves their own."""


@proposal.command("list")
@click.option("--state", default="pending", show_default=True, help="pending, approved or declined; empty for all.")
@click.option("--own", is_flag=True, help="Only what who acts (--as USER) proposed themselves.")
@json_option
def list_proposals(state: str, own: bool, as_json: bool) -> None:
    """Lists proposals, the newest first."""
    ready()
    from countermark.ledger import identity

    person = identity.opaque("person", actor().name) if own else ""
    listed("proposal", "proposals", state, as_json, **({"person": person} if own else {}))


@proposal.command("approve")
@_key
@json_option
def approve(key: str, as_json: bool) -> None:
    """Approves: it is done at once."""
    ready()
    from countermark.stockpile import proposals

    proposals.approve(key, by=actor())
    done("proposal", key, as_json)


@proposal.command("decline")
@_key
@because("declined")
@json_option
def decline(key: str, reason: Reason, as_json: bool) -> None:
    """Declines; who proposed it may take it back so."""
    ready()
    from countermark.stockpile import proposals

    proposals.decline(key, reason=reason, by=actor())
    done("proposal", key, as_json)


@proposal.command("take-back")
@_key
@json_option
def take_back(key: str, as_json: bool) -> None:
    """Takes back what who acts proposed themselves, while nobody has decided."""
    ready()
    from countermark.stockpile import proposals

    proposals.take_back(key, by=actor())
    done("proposal", key, as_json)


COMMANDS = (proposal,)
