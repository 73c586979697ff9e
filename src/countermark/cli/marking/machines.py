"""`countermark marking machine`: marking equipment."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
import msgspec

from countermark.cli.common import actor, json_option, print_json, ready, show


@click.group("machine")
def machine() -> None:
    """Marking equipment: added, changed, maintained, down, running again."""


_FACTS = (
    click.option("--method", "methods", multiple=True, metavar="ID", help="How it marks. May be repeated."),
    click.option("--place", default=None, help="Where it stands: the name or id of a place."),
    click.option("--serial", default=None),
    click.option("--power", "power_w", type=click.IntRange(0, 1_000_000), default=None, metavar="WATTS"),
    click.option("--maintenance-days", type=click.IntRange(1, 10_000), default=None, help="Days between maintenance."),
    click.option("--spare-part", "spare_parts", multiple=True, help="At hand. May be repeated."),
    click.option("--consumable", "consumables", multiple=True, help="It needs. May be repeated."),
)


def _facts(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is known of a machine."""
    for option in reversed(_FACTS):
        command = option(command)
    return command


def _said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, lists as lists."""
    told = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    return {name: value for name, value in told.items() if value not in (None, [])}


@machine.command("add")
@click.argument("name")
@click.option(
    "--kind", required=True, help="laser, dot_peen, hand_stamp...; a wrong one is answered with those there are."
)
@_facts
@json_option
def add_machine(name: str, kind: str, as_json: bool, **given: Any) -> None:
    """Adds a piece of equipment."""
    ready()
    from countermark.marking import equipment

    made = equipment.Machine("", name, kind, **_said(given))
    show([_machine(equipment.add_machine(made, by=actor()))], "machines", as_json)


@machine.command("change")
@click.argument("machine_id", metavar="MACHINE")
@click.option("--name", default=None)
@click.option("--retired/--in-use", default=None)
@_facts
@json_option
def change(machine_id: str, as_json: bool, **given: Any) -> None:
    """Changes what is known of a machine; what is not given stays."""
    ready()
    from countermark.marking import equipment

    made = msgspec.structs.replace(equipment.machine_of(machine_id), **_said(given))
    show([_machine(equipment.add_machine(made, by=actor()))], "machines", as_json)


@machine.command("maintained")
@click.argument("machine_id", metavar="MACHINE")
@click.argument("what", metavar="WHAT")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Today where none is given.")
@click.option("--part", "parts", multiple=True, help="That was replaced. May be repeated.")
@click.option("--note", default="")
@json_option
def maintained(
    machine_id: str, what: str, date: dt.datetime | None, parts: Sequence[str], note: str, as_json: bool
) -> None:
    """Records maintenance: routine, repair, calibration or parts_replaced."""
    ready()
    from countermark.marking import equipment

    day = (date or dt.datetime.now(dt.UTC)).date()
    equipment.maintained(machine_id, day, what, parts=parts, note=note, by=actor())
    show([_machine(equipment.machine_of(machine_id))], "machines", as_json)


@machine.command("show")
@click.argument("machine_id", metavar="MACHINE")
@json_option
def show_machine(machine_id: str, as_json: bool) -> None:
    """Shows one machine: what is known of it, when it stood still, what was done to it, what it did."""
    ready()
    from countermark.marking import equipment, queries

    found = equipment.machine_of(machine_id)
    page = {
        **msgspec.to_builtins(found),
        **_machine(found),
        "downtimes": msgspec.to_builtins(equipment.downtimes(found.id)),
        "maintenances": msgspec.to_builtins(equipment.maintenances(found.id)),
        "done": msgspec.to_builtins(queries.throughput(queries.all_items(), found.id)),
    }
    if as_json:
        print_json(page)
        return
    for name, value in page.items():
        if value not in ("", None, [], {}):
            click.echo(f"{name:18} {value}")


@machine.command("list")
@json_option
def list_machines(as_json: bool) -> None:
    """Lists the equipment and which of it stands still."""
    ready()
    from countermark.marking import equipment

    show([_machine(one) for one in equipment.machines()], "machines", as_json)


@machine.command("down")
@click.argument("machine_id", metavar="MACHINE")
@click.argument("reason")
@json_option
def down(machine_id: str, reason: str, as_json: bool) -> None:
    """Records that a machine stands still, and why (a code; a wrong one is answered with those there are)."""
    ready()
    from countermark.marking import equipment

    equipment.down(machine_id, reason, by=actor())
    show([_machine(equipment.machine_of(machine_id))], "machines", as_json)


@machine.command("up")
@click.argument("machine_id", metavar="MACHINE")
@json_option
def up(machine_id: str, as_json: bool) -> None:
    """Records that a machine runs again."""
    ready()
    from countermark.marking import equipment

    equipment.running_again(machine_id, by=actor())
    show([_machine(equipment.machine_of(machine_id))], "machines", as_json)


def _machine(one: Any) -> dict[str, Any]:
    from countermark.marking import equipment

    standing = equipment.standing_still(one.id)
    due = equipment.next_maintenance(one)
    known = {"id": one.id, "name": one.name, "kind": one.kind, "methods": msgspec.to_builtins(one.methods)}
    down_for = {"down_since": standing.since, "reason": standing.reason} if standing else {}
    return {**known, **down_for, **({"next_maintenance": due.isoformat()} if due else {})}


COMMANDS = (machine,)
