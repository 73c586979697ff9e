"""What the commands of the stockpile share."""

from collections.abc import Sequence
from typing import Any

import click

from countermark.cli.common import print_json


def show(lines: Sequence[dict[str, Any]], what: str, as_json: bool) -> None:
    """Prints lines for a person, or one JSON object."""
    if as_json:
        print_json({what: lines})
        return
    for line in lines:
        click.echo("  ".join(str(value) for value in line.values() if value not in ("", None, [], {})))


def weapon_ids(texts: Sequence[str]) -> list[str]:
    """The weapons of record numbers, serials, codes or ids; each must be one. Raises a usage error that names the first that is not."""
    from countermark.stockpile.scanning import queries

    found = []
    for text in texts:
        weapons = queries.look(text).weapons
        if len(weapons) != 1:
            raise click.UsageError(f"{text!r} is {len(weapons) or 'no'} weapon(s) of this register; give its id")
        found.append(str(weapons[0].pk))
    return found


def party(text: str) -> str:
    """Somebody on the roster by card, name or id; a usage error for anybody else."""
    from countermark.ledger import identity
    from countermark.stockpile import roster

    one = roster.by_card(text) or roster.find(text) or roster.find(identity.opaque("party", text))
    if one is None:
        raise click.UsageError(f"{text!r} is nobody on the roster")
    return one.party
