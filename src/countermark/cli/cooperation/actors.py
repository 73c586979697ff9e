"""`countermark cooperation actors`: who takes part, and who speaks for whom."""

from typing import Any

import click

from countermark.cli.common import actor, json_option, ready, show
from countermark.cli.cooperation.common import told


@click.group("actors")
def actors_group() -> None:
    """States, donors, organisations and facilities, and who speaks for them."""


def _line(key: str) -> dict[str, Any]:
    from countermark.cooperation import actors
    from countermark.cooperation.actors import ActorFacts

    found = actors.known_actor(key)
    facts = found.of(ActorFacts)
    line = {"id": key, "name": actors.names([key])[key], "kind": facts.kind, "country": facts.country}
    return {**line, "regions": list(facts.regions), "iati": facts.iati}


@actors_group.command("list")
@click.option("--kind", default="", help="state, donor, regional, centre, un, ngo, industry or facility.")
@json_option
def list_actors(kind: str, as_json: bool) -> None:
    """Lists the actors."""
    ready()
    from countermark.cooperation import acts

    rows = acts.rows("actor").order_by("key")
    keys = list((rows.filter(state=kind) if kind else rows).values_list("key", flat=True))
    show([_line(key) for key in keys], "actors", as_json)


@actors_group.command("show")
@click.argument("key", metavar="ACTOR")
@json_option
def show_actor(key: str, as_json: bool) -> None:
    """Shows one."""
    ready()
    told(_line(key), as_json)


@actors_group.command("set")
@click.argument("name")
@click.argument("kind")
@click.option("--key", default="", help="The actor to describe anew.")
@click.option("--country", default="", help="Two letters; a State needs them, and they are its key.")
@click.option("--region", "regions", multiple=True, help="A region it belongs to or works in.")
@click.option("--iati", default="", help="Its identifier in IATI files.")
@json_option
def set_actor(name: str, kind: str, key: str, country: str, regions: tuple[str, ...], iati: str, as_json: bool) -> None:
    """Enters or describes an actor; its contact stays as it is."""
    ready()
    from countermark.cooperation import actors

    made = actors.set_actor(key, name, kind, country_code=country, regions=regions, iati=iati, by=actor())
    told(_line(made), as_json)


@actors_group.command("seat")
@click.argument("username", metavar="USER")
@click.argument("key", metavar="ACTOR", default="")
@json_option
def seat(username: str, key: str, as_json: bool) -> None:
    """Lets somebody speak for an actor; without ACTOR, for none."""
    ready()
    from countermark.accounts.models import User
    from countermark.cooperation import actors

    user = User.objects.filter(username=username).first()
    if user is None:
        raise click.UsageError(f"there is no user {username!r}")
    actors.seat(user, key, by=actor())
    told({"user": username, "actor": key}, as_json)


COMMANDS = (actors_group,)
