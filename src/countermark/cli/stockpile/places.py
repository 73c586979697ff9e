"""`countermark stockpile unit|policy|board`: storage units, the rules of stores, everything in figures."""

from typing import Any

import click

from countermark.cli.common import actor, because, json_option, print_json, ready, show
from countermark.ledger.reasons import Reason


@click.group("unit")
def unit() -> None:
    """Storage units: what a place holds and may hold."""


@unit.command("set")
@click.argument("place")
@click.option("--form", required=True, help="site, building, room, rack, case, vehicle or counter.")
@click.option("--capacity", type=int, default=0, help="How many weapons it holds; 0 for not said.")
@click.option("--kind", "kinds", multiple=True, help="A kind of weapon it may hold; repeat. None: all.")
@click.option("--custodian", default="", help="Who keeps it.")
@click.option("--location", default="", help="Where exactly it lies; kept as a text only some may see.")
@click.option("--ammunition", is_flag=True, help="It may hold ammunition.")
@json_option
def set_unit(place: str, form: str, capacity: int, kinds: tuple[str, ...], custodian: str, location: str, ammunition: bool, as_json: bool) -> None:  # fmt: skip
    """Says what a place (name or id) is as a storage unit."""
    ready()
    from countermark.stockpile import units
    from countermark.stockpile.codes import house

    fields = units.UnitFields(form, capacity, kinds, custodian, location, ammunition)
    made = units.set_unit(place, fields, by=actor())
    if as_json:
        print_json({"place": place, "code": made.code, "form": made.form, "capacity": made.capacity})
        return
    click.echo(f"{place}: {made.form}, code {house.shown(made.code)}")


@unit.command("list")
@json_option
def list_units(as_json: bool) -> None:
    """Lists the storage units."""
    ready()
    from countermark.accounts.models import Place
    from countermark.stockpile import acts
    from countermark.stockpile.units import Unit

    names = dict(Place.objects.values_list("pk", "name"))
    found = [(one.key, one.of(Unit)) for one in acts.subjects("unit")]
    lines = [
        {
            "place": names.get(key, key),
            "form": one.form,
            "code": one.code,
            "capacity": one.capacity,
            "kinds": one.weapons,
        }
        for key, one in found
    ]
    show(lines, "units", as_json)


@click.command("policy")
@click.option("--place", default="", help="The place; without, the whole State.")
@click.option(
    "--second", multiple=True, help="An act that needs a second person; repeat. Given, they replace the list."
)
@click.option(
    "--preset",
    type=click.Choice(["usual", "armed_forces"]),
    help="Rules to begin with: what holds where nobody set any, or what stores of armed forces and police are advised to ask.",
)
@click.option("--requires", multiple=True, metavar="CUSTODY=WHAT,...", help="What a receiver must show; repeat.")
@click.option("--hours", multiple=True, metavar="CUSTODY=N", help="Hours until a weapon so issued is due back; repeat.")
@because("store_rules", required=False)
@json_option
def policy(
    place: str,
    second: tuple[str, ...],
    preset: str | None,
    requires: tuple[str, ...],
    hours: tuple[str, ...],
    reason: Reason,
    as_json: bool,
) -> None:
    """Shows the rules of a store or, with options, sets them."""
    ready()
    import msgspec

    from countermark.stockpile import acts, units
    from countermark.stockpile.rules.custody import PRESETS, Policy

    key = acts.place_id(place)
    if second or requires or hours or preset:
        if not reason.code.strip():
            raise click.UsageError("why? give --reason")
        asked = {kind: tuple(what.split(",")) for kind, what in map(_pair, requires)}
        due = {kind: _whole(n) for kind, n in map(_pair, hours)}
        begun = PRESETS[preset] if preset else Policy()
        said = Policy(second or begun.two_person, {**begun.requires, **asked}, {**begun.hours, **due})
        units.set_policy(said, place=place, reason=reason, by=actor())
    found: dict[str, Any] = msgspec.to_builtins(units.policy_at(key))
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise click.UsageError(f"expected NAME=VALUE, found {text!r}")
    return name, value


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise click.UsageError(f"expected a number of hours, found {text!r}")
    return int(text)


@click.command("board")
@json_option
def board(as_json: bool) -> None:
    """Every place in figures: in the store, out, on the way, missing, overdue."""
    ready()
    from countermark.stockpile import queries

    lines = [
        {
            "place": line.place.name,
            "in_store": line.in_store,
            "out": line.out,
            "transit": line.transit,
            "missing": line.missing,
            "overdue": line.overdue,
        }
        for line in queries.board(None)
    ]
    show(lines, "places", as_json)


COMMANDS = (unit, policy, board)
