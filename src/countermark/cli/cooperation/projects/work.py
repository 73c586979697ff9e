"""Deliverables, risks, indicators and what came of it."""

from typing import Any

import click

from countermark.cli.common import json_option, ready
from countermark.cli.cooperation.projects.common import (
    day_option,
    did,
    item_argument,
    key_argument,
    maybe_option,
    project,
    request_option,
    words_option,
)


@project.command("deliverable")
@key_argument
@click.option("--kind", required=True, help="equipment, training, knowledge, software, legal or works.")
@click.option("--title", required=True)
@click.option("--due", required=True)
@click.option("--owner", default="", help="The provider that delivers it.")
@click.option("--quantity", default=1)
@click.option("--language", default="", help="Of a training (ISO 639).")
@click.option("--maintenance", default="", help="How equipment is maintained.")
@click.option("--fallback", default="", help="How the work goes on by hand while it stands still.")
@click.option("--item", default="", help="One stated before, said anew.")
@request_option
@json_option
def deliverable(key: str, item: str, request: str, as_json: bool, **said: Any) -> None:
    """States something to be delivered."""
    ready()
    from countermark.cooperation.projects import delivering

    due = delivering.DueSaid(**said)
    did(delivering.set_deliverable, key, due, item=item, request=request, as_json=as_json)


@project.command("deliver")
@key_argument
@item_argument
@day_option
@maybe_option
@json_option
def deliver(key: str, item: str, day: str, words: str, as_json: bool) -> None:
    """Says that something was delivered."""
    ready()
    from countermark.cooperation.projects import delivering

    did(delivering.deliver, key, item, day, note=words, as_json=as_json)


@project.command("accept")
@key_argument
@item_argument
@day_option
@maybe_option
@click.option("--register", type=click.Choice(["machine", "reader"]), help="Where equipment is entered.")
@click.option("--name", default="")
@click.option("--kind", default="", help="Of the machine or reader.")
@click.option("--place", default="")
@click.option("--serial", default="")
@click.option("--address", default="")
@click.option("--days", type=click.IntRange(1, 3660), help="Between two maintenances.")
@json_option
def accept(key: str, item: str, day: str, words: str, register: str | None, as_json: bool, **entered: Any) -> None:
    """Accepts what was delivered, as the recipient; equipment is entered in its register at once."""
    ready()
    from countermark.cooperation.projects import delivering

    where = delivering.Registered(register, **entered) if register else None
    did(delivering.accept, key, item, day, register=where, note=words, as_json=as_json)


@project.command("refuse")
@key_argument
@item_argument
@words_option
@json_option
def refuse(key: str, item: str, words: str, as_json: bool) -> None:
    """Does not accept what was delivered, as the recipient."""
    ready()
    from countermark.cooperation.projects import delivering

    did(delivering.refuse_delivery, key, item, words=words, as_json=as_json)


@project.command("drop")
@key_argument
@item_argument
@words_option
@json_option
def drop(key: str, item: str, words: str, as_json: bool) -> None:
    """Does without something that was to be delivered, as the recipient."""
    ready()
    from countermark.cooperation.projects import delivering

    did(delivering.drop, key, item, words=words, as_json=as_json)


@project.command("risk")
@key_argument
@click.option("--what", required=True)
@click.option("--likelihood", type=click.IntRange(1, 3), required=True)
@click.option("--impact", type=click.IntRange(1, 3), required=True)
@click.option("--answer", required=True, help="What is done about it.")
@click.option("--owner", default="")
@click.option("--item", default="", help="One stated before, said anew.")
@request_option
@json_option
def risk(
    key: str, what: str, likelihood: int, impact: int, answer: str, owner: str, item: str, request: str, as_json: bool
) -> None:
    """States a risk."""
    ready()
    from countermark.cooperation.projects import delivering

    said = (what, likelihood, impact, answer)
    did(delivering.set_risk, key, *said, owner=owner, risk=item, request=request, as_json=as_json)


@project.command("indicator")
@key_argument
@click.option("--what", required=True)
@click.option("--baseline", default="")
@click.option("--target", required=True)
@click.option("--due", required=True)
@click.option("--unit", default="")
@click.option("--source", default="")
@click.option("--figure", default="", help="A figure of this register it is read from.")
@click.option("--item", default="", help="One stated before, said anew.")
@request_option
@json_option
def indicator(key: str, item: str, request: str, as_json: bool, **said: Any) -> None:
    """States an indicator."""
    ready()
    from countermark.cooperation.projects import delivering

    target = delivering.TargetSaid(**said)
    did(delivering.set_indicator, key, target, indicator=item, request=request, as_json=as_json)


@project.command("read")
@key_argument
@item_argument
@click.option("--day", default="")
@click.option("--value", default="", help="Empty: read from the figure of the register, today.")
@click.option("--source", default="")
@json_option
def read(key: str, item: str, day: str, value: str, source: str, as_json: bool) -> None:
    """Records what an indicator stood at."""
    ready()
    from countermark.cooperation.projects import delivering

    did(delivering.read_indicator, key, item, day=day, value=value, source=source, as_json=as_json)


@project.command("outcome")
@key_argument
@words_option
@json_option
def outcome(key: str, words: str, as_json: bool) -> None:
    """Says what came of a project, as the recipient."""
    ready()
    from countermark.cooperation.projects import delivering

    did(delivering.evaluate, key, words, as_json=as_json)
