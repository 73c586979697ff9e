"""`countermark marking batch|number|machine`: work orders, numbers and equipment of the store at hand."""

from collections.abc import Sequence
from typing import Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready


@click.group("batch")
def batch() -> None:
    """Work orders: planned, moved on, listed, written for a machine."""


@batch.command("add")
@click.argument("weapons", metavar="WEAPON...", nargs=-1, required=True)
@click.option("--name", required=True)
@click.option(
    "--occasion", required=True, help="manufacture, import, state_to_civil, state_holding, found, deactivation."
)
@click.option("--profile", "profiles", multiple=True, metavar="ID", help="May be repeated; all of them where none is.")
@click.option("--authority", default="", metavar="KEY", help="Whose numbers are put on.")
@click.option("--element", "elements", multiple=True, metavar="NAME=TEXT", help="What the marks say. May be repeated.")
@click.option("--place", default="", help="Of the bench.")
@json_option
def add(
    weapons: Sequence[str],
    name: str,
    occasion: str,
    profiles: Sequence[str],
    authority: str,
    elements: Sequence[str],
    place: str,
    as_json: bool,
) -> None:
    """Plans the marks of weapons of the register (record numbers or ids) and makes a work order of them."""
    told = dict(element.partition("=")[::2] for element in elements)
    ready()
    from countermark.marking import batches, planning

    if unknown := planning.unknown_profiles(profiles):
        raise click.UsageError(f"no profile is called {', '.join(unknown)}")
    found = [_weapon_id(text) for text in weapons]
    drafts, documents = planning.for_weapons(found, occasion, profiles, elements=told, authority=authority)
    made = batches.make(
        name, occasion, drafts, profiles=profiles, authority=authority, place=place, documents=documents, by=actor()
    )
    _show([_order(made)], "batches", as_json)


def _weapon_id(text: str) -> str:
    from countermark.register.models import Weapon

    found = list(Weapon.objects.filter(ref=text, replaced_by=None).values_list("id", flat=True)[:2])
    return str(found[0]) if len(found) == 1 else text


def _order(made: Any) -> dict[str, Any]:
    from countermark.marking import queries

    shown = {name: getattr(made, name) for name in ("id", "name", "occasion", "profiles", "authority", "state")}
    return {**shown, "weapons": made.items, "counts": queries.progress(made.id).counts}


@batch.command("list")
@json_option
def list_batches(as_json: bool) -> None:
    """Lists every work order, the last changed first."""
    ready()
    from countermark.marking import batches
    from countermark.marking.models import BatchRow

    _show([_order(one) for one in batches.batches_of_rows(BatchRow.objects.order_by("-time"))], "batches", as_json)


@batch.command("move")
@click.argument("batch_id", metavar="BATCH")
@click.argument("state", type=click.Choice(["released", "running", "inspected", "closed"]))
@json_option
def move(batch_id: str, state: str, as_json: bool) -> None:
    """Takes a work order one step on."""
    ready()
    from countermark.marking import batches

    _show([_order(batches.move(batch_id, state, by=actor()))], "batches", as_json)


@batch.command("file")
@click.argument("batch_id", metavar="BATCH")
@click.argument("kind", metavar="KIND")
@json_option
def file(batch_id: str, kind: str, as_json: bool) -> None:
    """Prints the marks to put on for a machine of a kind (CSV; docs/marking-machines.md), or as `text`."""
    ready()
    from countermark.marking import batches, machinefiles, queries

    if kind != "text" and kind not in machinefiles.COLUMNS:
        raise click.UsageError(f"KIND is text or one of {', '.join(machinefiles.COLUMNS)}")
    items = queries.items(batches.batch(batch_id).id, limit=batches.MOST_ITEMS)
    try:
        text = machinefiles.as_text(items) if kind == "text" else machinefiles.as_csv(items, kind)
    except machinefiles.NotReadyError as error:
        raise cli.Finding(str(error)) from error
    if as_json:
        print_json({"batch": batch_id, "kind": kind, "text": text})
        return
    click.echo(text, nl=False)


@click.group("number")
def number() -> None:
    """Serials and import marks of an authority: issued, listed, declared void."""


@number.command("open")
@click.argument("authority", metavar="AUTHORITY")
@click.option("--title", required=True)
@click.option("--purpose", required=True, help="serial, import, state_stock, extra.")
@click.option("--country", required=True, help="Two letters.")
@click.option("--pattern", required=True, help="As `{country}{yy}{number:6}{check}`.")
@click.option("--check", "system", default="", help="The system of the check characters, as `mod37_36`.")
@click.option("--start", type=int, default=1, show_default=True)
@json_option
def open_authority(authority: str, as_json: bool, **said: Any) -> None:
    """Opens an authority: who numbers how. Saying the same again is harmless."""
    ready()
    from countermark.marking import numbering

    made = numbering.open_authority(authority, said.pop("title"), **said, by=actor())
    _show([msgspec.to_builtins(made)], "authorities", as_json)


@number.command("block")
@click.argument("authority", metavar="AUTHORITY")
@click.argument("size", metavar="SIZE", type=int)
@click.option(
    "--holder", default="", metavar="LOG", help="The log of the bench that gets it; this one where none is named."
)
@json_option
def block(authority: str, size: int, holder: str, as_json: bool) -> None:
    """Gives the next SIZE numbers to a node, which may then issue them without a network."""
    ready()
    from countermark.marking import numbering

    _show([msgspec.to_builtins(numbering.give_block(authority, size, holder, by=actor()))], "blocks", as_json)


@number.command("issue")
@click.argument("authority", metavar="AUTHORITY")
@click.option("--count", type=int, default=1, show_default=True)
@click.option("--request", default="", help="Asked again with the same text, the same numbers are the answer.")
@json_option
def issue(authority: str, count: int, request: str, as_json: bool) -> None:
    """Issues the next numbers of this node's blocks."""
    ready()
    from countermark.marking import numbering

    _show([_number(one) for one in numbering.issue(authority, count, request=request, by=actor())], "numbers", as_json)


@number.command("list")
@click.argument("authority", metavar="AUTHORITY")
@click.option("--state", default="", type=click.Choice(["", "issued", "used", "voided"]))
@json_option
def list_numbers(authority: str, state: str, as_json: bool) -> None:
    """Lists the numbers issued, at most 1,000."""
    ready()
    from countermark.marking import numbering

    key = numbering.authority(authority).key
    _show([_number(one) for one in numbering.issued(key, state=state)], "numbers", as_json)


@number.command("void")
@click.argument("authority", metavar="AUTHORITY")
@click.argument("running", metavar="NUMBER", type=int)
@click.option("--reason", required=True)
@json_option
def void(authority: str, running: int, reason: str, as_json: bool) -> None:
    """Declares a number void that will not be put on."""
    ready()
    from countermark.marking import numbering

    _show([_number(numbering.void(authority, running, reason=reason, by=actor()))], "numbers", as_json)


def _number(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("text", "number", "authority", "state", "request", "time")}


@click.group("machine")
def machine() -> None:
    """Marking equipment: listed, down, running again."""


@machine.command("add")
@click.argument("name")
@click.option(
    "--kind", required=True, help="laser, dot_peen, hand_stamp...; a wrong one is answered with those there are."
)
@click.option("--method", "methods", multiple=True, metavar="ID", help="How it marks. May be repeated.")
@click.option("--serial", default="")
@click.option("--power", type=int, default=None, metavar="WATTS")
@json_option
def add_machine(name: str, kind: str, methods: Sequence[str], serial: str, power: int | None, as_json: bool) -> None:
    """Adds a piece of equipment."""
    ready()
    from countermark.marking import equipment

    made = equipment.Machine("", name, kind, list(methods), serial=serial, power_w=power)
    _show([_machine(equipment.add_machine(made, by=actor()))], "machines", as_json)


@machine.command("list")
@json_option
def list_machines(as_json: bool) -> None:
    """Lists the equipment and which of it stands still."""
    ready()
    from countermark.marking import equipment

    _show([_machine(one) for one in equipment.machines()], "machines", as_json)


@machine.command("down")
@click.argument("machine_id", metavar="MACHINE")
@click.argument("reason")
@json_option
def down(machine_id: str, reason: str, as_json: bool) -> None:
    """Records that a machine stands still, and why (a code; a wrong one is answered with those there are)."""
    ready()
    from countermark.marking import equipment

    equipment.down(machine_id, reason, by=actor())
    _show([_machine(equipment.machine_of(machine_id))], "machines", as_json)


@machine.command("up")
@click.argument("machine_id", metavar="MACHINE")
@json_option
def up(machine_id: str, as_json: bool) -> None:
    """Records that a machine runs again."""
    ready()
    from countermark.marking import equipment

    equipment.running_again(machine_id, by=actor())
    _show([_machine(equipment.machine_of(machine_id))], "machines", as_json)


def _machine(one: Any) -> dict[str, Any]:
    from countermark.marking import equipment

    standing = equipment.standing_still(one.id)
    down_for = {"down_since": standing.since, "reason": standing.reason} if standing else {}
    return {"id": one.id, "name": one.name, "kind": one.kind, "methods": msgspec.to_builtins(one.methods), **down_for}


def _show(lines: list[dict[str, Any]], what: str, as_json: bool) -> None:
    if as_json:
        print_json({what: lines})
        return
    for line in lines:
        click.echo("  ".join(str(value) for value in line.values() if value not in ("", [], {})))


GROUPS = (batch, number, machine)
