"""`countermark marking batch`: work orders of the store at hand."""

from collections.abc import Sequence
from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.marking.common import item_line, weapon_id, whole_state


@click.group("batch")
def batch() -> None:
    """Work orders: planned, moved on, listed, written for a machine."""


@batch.command("add")
@click.argument("weapons", metavar="[WEAPON]...", nargs=-1)
@click.option("--name", required=True)
@click.option(
    "--occasion", required=True, help="manufacture, import, state_to_civil, state_holding, found, deactivation."
)
@click.option("--profile", "profiles", multiple=True, metavar="ID", help="May be repeated; all of them where none is.")
@click.option("--authority", default="", metavar="KEY", help="Whose numbers are put on.")
@click.option("--element", "elements", multiple=True, metavar="NAME=TEXT", help="What the marks say. May be repeated.")
@click.option("--place", default="", help="Of the bench.")
@click.option("--maker", default="", help="Instead of WEAPON...: those that have this, and the following, in common.")
@click.option("--model", default="")
@click.option("--kind", default="")
@click.option("--status", default="")
@click.option("--at", default="", metavar="PLACE", help="Where they are kept: name or id.")
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
    **common: str,
) -> None:
    """Plans the marks of weapons of the register (record numbers or ids) and makes a work order of them."""
    told = dict(element.partition("=")[::2] for element in elements)
    ready()
    from countermark.marking import batches, planning

    if unknown := planning.unknown_profiles(profiles):
        raise click.UsageError(f"no profile is called {', '.join(unknown)}")
    found = [weapon_id(text) for text in weapons] or _in_common(common)
    drafts, documents = planning.for_weapons(found, occasion, profiles, elements=told, authority=authority)
    made = batches.make(
        name, occasion, drafts, profiles=profiles, authority=authority, place=place, documents=documents, by=actor()
    )
    show([_order(made)], "batches", as_json)


def _in_common(common: dict[str, str]) -> list[str]:
    """The weapons that have something in common, as the list of weapons asks for it."""
    from countermark.marking import acts, planning
    from countermark.register.queries.listing import Asked

    filters = {name: text for name, text in common.items() if text and name != "at"}
    if common["at"]:
        filters["place"] = acts.place_id(common["at"])[-64:]
    if not filters:
        raise click.UsageError("name weapons, or what they have in common")
    return planning.selected(Asked(filters), whole_state())


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

    show([_order(one) for one in batches.batches_of_rows(BatchRow.objects.order_by("-time"))], "batches", as_json)


@batch.command("move")
@click.argument("batch_id", metavar="BATCH")
@click.argument("state", type=click.Choice(["released", "running", "inspected", "closed"]))
@json_option
def move(batch_id: str, state: str, as_json: bool) -> None:
    """Takes a work order one step on."""
    ready()
    from countermark.marking import batches

    show([_order(batches.move(batch_id, state, by=actor()))], "batches", as_json)


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


@batch.command("show")
@click.argument("batch_id", metavar="BATCH")
@json_option
def show_batch(batch_id: str, as_json: bool) -> None:
    """Lists the weapons of a work order and how far each has come."""
    ready()
    from countermark.marking import batches, queries

    found = queries.items(batches.batch(batch_id).id, limit=batches.MOST_ITEMS)
    show([item_line(one) for one in found], "weapons", as_json)


@batch.command("numbers")
@click.argument("batch_id", metavar="BATCH")
@json_option
def assign_numbers(batch_id: str, as_json: bool) -> None:
    """Assigns a number to every weapon that needs one, for machines and paper."""
    ready()
    from countermark.marking import batches, bench

    count = bench.assign_numbers(batches.batch(batch_id).id, by=actor())
    if as_json:
        print_json({"batch": batch_id, "assigned": count})
        return
    click.echo(f"{count} assigned")


@batch.command("sheet")
@click.argument("batch_id", metavar="BATCH")
@json_option
def sheet(batch_id: str, as_json: bool) -> None:
    """Prints what stands on the paper sheet: code, record number, old serial, and the marks to put on."""
    ready()
    from countermark.marking import sheets

    lines = [
        {"code": line.code, "position": line.position, "ref": line.ref, "serial": line.serial, "marks": _marks(line)}
        for line in sheets.sheet(batch_id).lines
    ]
    show(lines, "lines", as_json)


def _marks(line: Any) -> list[dict[str, str]]:
    return [{"component": component, "text": text} for component, text in line.marks]


COMMANDS = (batch,)
