"""What the commands of the marking room share."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from countermark.accounts.models import User
    from countermark.marking.states import Item

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


def text_of(file: Path) -> str:
    """A text in UTF-8, of standard input for `-`."""
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {file}: {error}") from error


def weapon_id(text: str) -> str:
    """The id of the one weapon with a record number; what is no such number is taken as an id."""
    from countermark.register.models import Weapon

    found = list(Weapon.objects.filter(ref=text, replaced_by=None).values_list("id", flat=True)[:2])
    return str(found[0]) if len(found) == 1 else text


def whole_state() -> "User":
    """Who works at the store itself sees all of it."""
    from countermark.accounts.models import User
    from countermark.accounts.rules import Grant

    seer = User(username="store")
    seer.grants = (Grant("marking", None, None),)
    return seer


def item_line(item: "Item") -> dict[str, Any]:
    """A weapon of a work order and how far it has come."""
    names = ("id", "position", "ref", "state", "attempt", "keyed", "number", "finding")
    texts = [item.text_of(number) for number in item.missing]
    return {name: getattr(item, name) for name in names} | {"to_put_on": texts}
