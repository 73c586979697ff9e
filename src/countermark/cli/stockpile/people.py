"""`countermark stockpile person`: the roster."""

from collections.abc import Sequence
from typing import Any

import click

from countermark.cli.common import actor, because, json_option, print_json, ready, show
from countermark.cli.stockpile.common import party
from countermark.ledger.reasons import Reason


@click.group("person")
def person() -> None:
    """The roster: who may be handed a weapon, their cards and qualifications."""


_qualified = click.option(
    "--qualified", multiple=True, metavar="WHAT[:KIND,...][@UNTIL]",
    help="licence, training, medical or unit; for kinds of weapon; until a day. Repeat.",
)  # fmt: skip


_reason = because("card")


def _read(texts: Sequence[str]) -> list[Any]:
    from countermark.stockpile.rules.custody import Qualification

    found = []
    for text in texts:
        said, _, until = text.partition("@")
        what, _, kinds = said.partition(":")
        found.append(Qualification(what, tuple(kind for kind in kinds.split(",") if kind), until))
    return found


@person.command("enrol")
@click.argument("name")
@click.option("--place", required=True, help="Whose roster.")
@click.option("--unit", default="", help="The unit they belong to.")
@click.option("--user", default="", help="The user they are, if they sign in.")
@_qualified
@json_option
def enrol(name: str, place: str, unit: str, user: str, qualified: tuple[str, ...], as_json: bool) -> None:
    """Puts somebody on the roster of a place; prints the code of a new card once."""
    ready()
    from countermark.stockpile import roster
    from countermark.stockpile.codes import house

    one, code = roster.enrol(
        name, place=place, unit=unit, username=user, qualifications=_read(qualified) if qualified else None, by=actor()
    )
    if as_json:
        print_json({"party": one.party, "name": one.name, "card": code})
        return
    click.echo(f"{one.name}: " + (f"card {house.shown(code)}" if code else "has a card"))


@person.command("qualify")
@click.argument("who")
@_qualified
@json_option
def qualify(who: str, qualified: tuple[str, ...], as_json: bool) -> None:
    """States what somebody (card, name or id) is qualified for: all of it, what is not named is taken away."""
    ready()
    from countermark.stockpile import roster

    changed = roster.qualify(party(who), _read(qualified), by=actor())
    if as_json:
        print_json({"changed": changed})


@person.command("card")
@click.argument("who")
@_reason
@json_option
def card(who: str, reason: Reason, as_json: bool) -> None:
    """Gives somebody a new card; the old one opens nothing any more."""
    ready()
    from countermark.stockpile import roster
    from countermark.stockpile.codes import house

    code = roster.new_card(party(who), reason=reason, by=actor())
    if as_json:
        print_json({"card": code})
        return
    click.echo(f"card {house.shown(code)}")


@person.command("leave")
@click.argument("who")
@_reason
@json_option
def leave(who: str, reason: Reason, as_json: bool) -> None:
    """Takes somebody off the roster; what they hold they still hold."""
    ready()
    from countermark.stockpile import roster

    changed = roster.leave(party(who), reason=reason, by=actor())
    if as_json:
        print_json({"changed": changed})


@person.command("list")
@json_option
def list_people(as_json: bool) -> None:
    """Lists the roster."""
    ready()
    import msgspec

    from countermark.stockpile import roster

    lines = [
        {
            "name": one.name,
            "active": one.active,
            "qualifications": msgspec.to_builtins(one.person.qualifications),
            "party": one.party,
        }
        for one in roster.at(None)
    ]
    show(lines, "people", as_json)


COMMANDS = (person,)
