"""Periods of a window closed by two people."""

import click

from countermark.cli.common import actor, json_option, ready
from countermark.cli.cooperation.common import told
from countermark.cli.cooperation.fund.common import fund, keeps, key_argument, request_option


@fund.command("close")
@click.argument("window")
@click.argument("through", metavar="DAY")
@request_option
@json_option
def close(window: str, through: str, request: str, as_json: bool) -> None:
    """Proposes to close the books of a window through a day; somebody else approves."""
    ready()
    keeps()
    from countermark.cooperation.fund import closing as services

    told({"closing": services.propose(window, through, by=actor(), request=request)}, as_json)


@fund.command("close-approve")
@key_argument
@json_option
def close_approve(key: str, as_json: bool) -> None:
    """Closes the books that somebody else proposed to close."""
    ready()
    keeps()
    from countermark.cooperation.fund import closing as services

    services.approve(key, by=actor())
    told({"closing": key, "state": "closed"}, as_json)


@fund.command("close-decline")
@key_argument
@click.option("--reason", required=True)
@json_option
def close_decline(key: str, reason: str, as_json: bool) -> None:
    """Declines a closing, or takes one's own back."""
    ready()
    keeps()
    from countermark.cooperation.fund import closing as services

    services.decline(key, reason, by=actor())
    told({"closing": key, "state": "declined"}, as_json)
