"""What the commands of cooperation share: for whom a command speaks, and what it may see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from countermark import cli
from countermark.cli.common import print_json, show

if TYPE_CHECKING:
    from countermark.accounts.models import User
    from countermark.cooperation.queries import Viewer
    from countermark.cooperation.states import Subject

MOST = 500
"""Lines of a list."""


def viewer() -> "Viewer":
    """Whom a command speaks for: with `--as USER` the actor of that person; else this State, as whoever keeps its store sees everything."""
    from countermark.cooperation import actors, queries

    user = person()
    return queries.Viewer(actors.own_state(), all=True) if user is None else queries.viewer(user)


def person() -> "User | None":
    """Who is named with `--as USER`; None for whoever keeps this store. Raises a finding for a name nobody has."""
    from countermark.accounts.models import User

    named = (click.get_current_context().find_root().obj or {}).get("as")
    user = User.objects.filter(username=named, disabled=False).first() if named else None
    if named and user is None:
        raise cli.Finding(f"{named} is no user of this store")
    return user


def may(permission: str) -> bool:
    """Whether whom a command speaks for may do something; whoever keeps the store may."""
    from countermark.accounts import queries as accounts

    user = person()
    return user is None or accounts.may(user, permission)


def today() -> str:
    """The day of whoever asks."""
    from countermark.cooperation import queries

    return queries.today()


def speaking() -> str:
    """The actor a command speaks for. Raises a finding for somebody who speaks for none."""
    found = viewer().actor
    if not found:
        raise cli.Finding("you speak for no actor: who keeps the list of actors gives you a seat")
    return found


def known(kind: str, key: str) -> "Subject":
    """A subject that may be seen; one finding for *not yours* and *absent*."""
    from countermark.cooperation import queries

    found = queries.known(viewer(), kind, key)
    if found is None:
        raise cli.Finding(f"{key} is no {kind} among those you may see")
    return found


def described(found: "Subject") -> dict[str, Any]:
    """A subject as a command prints it, its texts spelled out, an erased one as an empty text."""
    return described_each([found])[0]


def described_each(found: Sequence["Subject"]) -> list[dict[str, Any]]:
    """Some subjects as a command prints them."""
    from countermark.cooperation import acts

    who, texts = viewer(), acts.texts_of(found)
    return [_described(who, one, texts) for one in found]


def _described(who: "Viewer", found: "Subject", texts: dict[str, str]) -> dict[str, Any]:
    from countermark.cooperation import queries

    line = {"id": found.key, "state": found.state, "actor": queries.owner(found), "since": found.since}
    said = {**line, "time": found.time, **queries.spelled(found.value, texts)}
    if not who.all and not who.may_change(found):
        # With whom else it is shared, and who was reminded, its owner alone is told.
        said = {name: value for name, value in said.items() if name not in ("partners", "states", "reminders")}
    return said


def listed(kind: str, what: str, state: str, as_json: bool) -> None:
    """Prints the subjects of a kind that may be seen, the newest first; of one state where it is named."""
    from countermark.cooperation import queries

    found = queries.visible(viewer(), kind, **({"state": state} if state else {}))
    lines(described_each(found[:MOST]), what, as_json)


BRIEF = ("id", "actor", "state", "end", "title")


def lines(found: list[dict[str, Any]], what: str, as_json: bool) -> None:
    """Prints records: whole as JSON; for a person a line each, of those with a title the title and what finds the rest."""
    brief = [{name: line[name] for name in BRIEF if name in line} if "title" in line else line for line in found]
    show(found if as_json else brief, what, as_json)


def told(line: dict[str, Any], as_json: bool) -> None:
    """Prints one thing."""
    if as_json:
        print_json(line)
        return
    for name, value in line.items():
        if value not in ("", None, [], {}):
            click.echo(f"{name}: {value}")
