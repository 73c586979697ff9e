"""The group of the commands about projects, and what they share."""

from collections.abc import Callable
from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor
from countermark.cli.common import done as run
from countermark.cli.cooperation.common import speaking, told, viewer

key_argument = click.argument("key", metavar="PROJECT")
item_argument = click.argument("item")
words_option = click.option("--words", required=True, help="In words; kept beside the ledger.")
maybe_option = click.option("--words", default="", help="In words; kept beside the ledger.")
day_option = click.option("--day", required=True, help="The day, as 2026-01-31.")
request_option = click.option("--request", default="", metavar="KEY", help="Said twice with one key, done once.")


def says() -> dict[str, Any]:
    """For whom and by whom something is done to a project."""
    return {"actor": speaking(), "by": actor()}


def whole(key: str) -> dict[str, Any]:
    """All of a project that who looks may see. Raises `Finding` for one they may not."""
    from countermark.cooperation import queries
    from countermark.cooperation.projects import telling

    who = viewer()
    found = queries.known(who, "project", key)
    if found is None:
        raise cli.Finding(f"{key} is no project among those you may see")
    return telling.whole(found, who)


def did(call: Callable[..., Any], key: str, *args: Any, as_json: bool, **named: Any) -> None:
    """Does something to a project, and prints what has become of it."""
    run(call, key, *args, **named, **says())
    told(whole(key), as_json)


@click.group("project")
def project() -> None:
    """Projects: proposed, agreed, delivered, evaluated. Only the authority the recipient has named passes their gates."""
