"""What the commands of the stockpile share."""

from collections.abc import Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from countermark import cli
from countermark.cli.common import Command, print_json, show
from countermark.ledger.reasons import LISTS, if_said

if TYPE_CHECKING:
    from countermark.stockpile.states import Subject


def override_options(command: Command) -> Command:
    """Options that say why somebody not eligible receives all the same; the command is given both as `override`, None where nobody says so."""

    @wraps(command)
    def asked(*args: Any, override: str, override_code: str, **more: Any) -> Any:
        return command(*args, override=if_said(override_code, override), **more)

    codes = ", ".join(LISTS["override"].codes)
    said = f"Why somebody not eligible receives all the same: {codes}."
    option = click.option("--override-code", metavar="CODE", default="", help=said)
    return option(click.option("--override", metavar="TEXT", default="", help="The same in words; needed.")(asked))


def weapon_ids(texts: Sequence[str]) -> list[str]:
    """The weapons of record numbers, serials, codes or ids; each must be one. Raises a usage error that names the first that is not."""
    from countermark.stockpile.scanning import queries

    found = []
    for text in texts:
        weapons = queries.surviving(queries.look(text).weapons)
        if len(weapons) != 1:
            raise click.UsageError(f"{text!r} is {len(weapons) or 'no'} weapon(s) of this register; give its id")
        found.append(weapons[0])
    return found


def party(text: str) -> str:
    """Somebody on the roster by card, name or id; a usage error for anybody else."""
    from countermark.ledger import identity
    from countermark.stockpile import roster

    one = roster.by_card(text) or roster.find(text) or roster.find(identity.opaque("party", text))
    if one is None:
        raise click.UsageError(f"{text!r} is nobody on the roster")
    return one.party


KEPT = ("route",)
"""Texts that only who may see exact locations reads: commands print their id."""


def described(kind: str, key: str) -> dict[str, Any]:
    """A subject as a command prints it, its texts spelled out. Raises a finding for an id that is none."""
    from countermark.stockpile import acts

    one = acts.subject(kind, key)
    if one is None:
        raise cli.Finding(f"{key} is no {kind} of this store")
    return line_of(one)


def line_of(one: "Subject") -> dict[str, Any]:
    """A subject in one line: id, state, place, times, finding, and what it says."""
    from countermark.accounts.models import Place
    from countermark.register.services import side_texts

    texts = [text for name, text in one.value.items() if isinstance(text, str) and name not in KEPT]
    names = side_texts([text for text in texts if text.startswith("urn:")])
    place = Place.objects.filter(pk=one.place).first() if one.place else None
    said = {
        name: names.get(text, text) if name not in KEPT and isinstance(text, str) else text
        for name, text in one.value.items()
    }
    times = {"since": one.since, "due": one.due}
    return {
        "id": one.key,
        "state": one.state,
        "place": place.name if place else "",
        **times,
        "finding": one.finding,
        **said,
    }


def listed(kind: str, what: str, state: str, as_json: bool, **columns: str) -> None:
    """Prints the subjects of a kind, the newest first; of one state where it is named, and whose other columns are as given."""
    from countermark.stockpile import acts

    rows = acts.rows(kind).filter(**columns).order_by("-since", "key")
    found = [line_of(acts.subject_of_row(row)) for row in (rows.filter(state=state) if state else rows)[:MOST]]
    show(found, what, as_json)


MOST = 500
"""Lines of a list."""


def done(kind: str, key: str, as_json: bool) -> None:
    """Prints what has become of a subject."""
    line = described(kind, key)
    if as_json:
        print_json(line)
        return
    for name, value in line.items():
        if value not in ("", None, [], {}):
            click.echo(f"{name}: {value}")


def request_option(command: Any) -> Any:
    """`--request KEY`: said twice with one key it is done once."""
    return click.option("--request", "request", default="", metavar="KEY", help="Said twice with one key, done once.")(
        command
    )
