"""`countermark marking work`: one weapon after another at the bench."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, always_json, because, json_option, print_json, ready, show
from countermark.cli.marking.common import item_line, whole_state
from countermark.ledger.reasons import Reason

if TYPE_CHECKING:
    from countermark.marking.states import Item

_item = click.argument("item_id", metavar="WEAPON")
_batch = click.argument("batch_id", metavar="BATCH")
_reason = click.option("--reason", required=True)
_attempt = click.option(
    "--attempt", type=int, default=None, help="Which attempt this is for; the one the weapon is at where none is named."
)
_happened = click.option("--happened", default="", metavar="TIME", help="For what was written on paper: ISO 8601.")
_machine = click.option("--machine", default="", metavar="ID", help="By hand where none is named.")
_method = click.option("--method", default="", metavar="ID", help="Of several that the machine has.")
_plates = click.option("--plates", type=click.IntRange(0, 100), default=0, help="How many were used.")
_criteria = click.option(
    "--holds",
    "criteria",
    multiple=True,
    metavar="CRITERION",
    help="Of ITI 7; `all`, or one of them, which may be repeated.",
)
_note = click.option("--note", default="", help="What is to be done again.")
_photographs = click.option(
    "--photograph",
    "photographs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="JPEG or PNG; metadata is taken out. May be repeated.",
)


@click.group("work")
def work() -> None:
    """The bench: the next weapon, its old serial, the marks put on, the inspection. Each step counts once."""


@work.command("next")
@_batch
@click.option("--after", type=click.IntRange(0, 1_000_000), default=0, help="A position.")
@click.option("--scan", default="", help="A record number, serial, number or id.")
@json_option
def following(batch_id: str, after: int, scan: str, as_json: bool) -> None:
    """Shows the next weapon that is not finished, or the one scanned."""
    ready()
    from countermark.marking import batches, queries

    order = batches.batch(batch_id)
    found = queries.find_item(order.id, scan) if scan else queries.next_item(order.id, after)
    if scan and found is None:
        raise cli.Finding(f"no weapon of this work order has the number {scan}")
    if found is not None:
        _show(found, as_json)
    elif as_json:
        print_json({"weapon": None})
    else:
        click.echo("nothing is left to do")


@work.command("serial")
@_item
@click.argument("first")
@click.argument("second")
@_happened
@json_option
def serial(item_id: str, first: str, second: str, happened: str, as_json: bool) -> None:
    """Confirms the old serial, read off the weapon and keyed twice (both empty: it bears none), and assigns a number."""
    ready()
    from countermark.marking import acts, bench

    with acts.alone():
        found = _numbered(bench.key_serial(item_id, first, second, happened=happened, by=actor()))
    _show(found, as_json)
    if found.state == "stopped":
        raise cli.Finding(f"the record says {found.serial!r}: the weapon is stopped")


@work.command("go-on")
@_item
@_reason
@json_option
def go_on(item_id: str, reason: str, as_json: bool) -> None:
    """Lets a stopped weapon go on although its serial is not what the record says."""
    ready()
    from countermark.marking import acts, bench

    with acts.alone():
        found = _numbered(bench.go_on(item_id, reason=reason, by=actor()))
    _show(found, as_json)


@work.command("apply")
@_item
@_attempt
@_machine
@_method
@_plates
@click.option(
    "--mark", "marks", type=int, multiple=True, help="A planned mark by its number from 0; all that are missing."
)
@_happened
@json_option
def apply(item_id: str, attempt: int | None, marks: Sequence[int], as_json: bool, **said: Any) -> None:
    """Records that the marks were put on."""
    ready()
    from countermark.marking import acts, batches, bench

    tool = _tool(said.pop("machine"), said.pop("method"))
    with acts.alone():
        found = _numbered(batches.item(item_id))
        at = found.attempt if attempt is None else attempt
        found = bench.apply(item_id, list(marks) or None, attempt=at, **tool, **said, by=actor())
    _show(found, as_json)


@work.command("inspect")
@_item
@click.argument("decision", type=click.Choice(["accept", "rework"]))
@_attempt
@_criteria
@_photographs
@_note
@_happened
@json_option
def inspect(
    item_id: str,
    decision: str,
    attempt: int | None,
    criteria: Sequence[str],
    photographs: Sequence[Path],
    as_json: bool,
    **said: str,
) -> None:
    """Records an inspection: accepted, or to be done again."""
    ready()
    from countermark.marking import batches, bench

    at = batches.item(item_id).attempt if attempt is None else attempt
    found = bench.inspect(
        item_id,
        _held(criteria),
        attempt=at,
        accepted=decision == "accept",
        photographs_taken=[file.read_bytes() for file in photographs],
        **said,
        by=actor(),
    )
    _show(found, as_json)


@work.command("look-again")
@_item
@_criteria
@_photographs
@_note
@json_option
def look_again(item_id: str, criteria: Sequence[str], photographs: Sequence[Path], note: str, as_json: bool) -> None:
    """Records that an accepted mark was looked at again after some time."""
    ready()
    from countermark.marking import batches, bench

    seen = len(batches.item(item_id).inspections)
    taken = [file.read_bytes() for file in photographs]
    looked = bench.look_again(item_id, _held(criteria), seen=seen, photographs_taken=taken, note=note, by=actor())
    _show(looked, as_json)


@work.command("renumber")
@_item
@click.argument("number")
@because("number_voided")
@json_option
def renumber(item_id: str, number: str, reason: Reason, as_json: bool) -> None:
    """Assigns another number instead of NUMBER, which becomes void."""
    ready()
    from countermark.marking import bench

    _show(bench.renumber(item_id, number, reason=reason, by=actor()), as_json)


@work.command("withdraw")
@_item
@because("number_voided")
@json_option
def withdraw(item_id: str, reason: Reason, as_json: bool) -> None:
    """Takes a weapon out of its work order."""
    ready()
    from countermark.marking import bench

    _show(bench.withdraw(item_id, reason=reason, by=actor()), as_json)


@work.command("key")
@_batch
@click.argument("code")
@click.argument("first")
@click.argument("second")
@click.option("--marked", required=True, metavar="TIME", help="As written on the sheet, ISO 8601 with its offset.")
@click.option("--inspected", default="", metavar="TIME")
@click.option("--accepted", is_flag=True)
@_criteria
@_machine
@_method
@_plates
@_note
@json_option
def key(batch_id: str, code: str, first: str, second: str, criteria: Sequence[str], as_json: bool, **said: Any) -> None:
    """Keys a line of the paper sheet back: its code and the old serial twice, with the times that were written."""
    ready()
    from countermark.marking import sheets

    tool = _tool(said.pop("machine"), said.pop("method"))
    written = sheets.Written(first, second, criteria=frozenset(_held(criteria)), **tool, **said)
    _show(sheets.key_back(sheets.find(batch_id, code).id, written, by=actor()), as_json)


@work.command("plan")
@_item
@always_json
def plan(item_id: str) -> None:
    """Prints the plan of a weapon as it was kept: JSON, with the digests of the rules it was made under."""
    ready()
    from countermark.marking import batches, queries

    document = queries.plan_of(batches.item(item_id))
    if document is None:
        raise cli.Finding("the plan is not kept here")
    print_json(msgspec.json.decode(document))


@work.command("due")
@json_option
def due(as_json: bool) -> None:
    """Lists accepted marks that may not last on their material and are to be looked at again by today."""
    ready()
    from countermark.marking import queries

    lines = [
        {
            "id": one.item.id,
            "ref": one.item.ref,
            "material": one.material,
            "method": one.method,
            "durability": one.durability,
            "due": one.due.isoformat(),
        }
        for one in queries.to_look_at_again(whole_state())
    ]
    show(lines, "weapons", as_json)


def _tool(machine_id: str, method: str) -> dict[str, Any]:
    from countermark.marking import bench, equipment

    if not machine_id:
        return {"machine": "", "method": method or bench.HAND}
    machine = equipment.machine_of(machine_id)
    return {"machine": machine.id, "method": method or (machine.methods[0] if machine.methods else machine.kind)}


def _held(criteria: Sequence[str]) -> list[str]:
    from countermark.marking.states import CRITERIA

    return list(CRITERIA) if "all" in criteria else list(criteria)


def _numbered(found: "Item") -> "Item":
    from countermark.marking import bench

    ready_for_one = found.needs_number and found.state in ("confirmed", "rework")
    return bench.assign_number(found.id, by=actor()) if ready_for_one else found


def _show(found: "Item", as_json: bool) -> None:
    line = item_line(found)
    if as_json:
        print_json({"weapon": line})
        return
    click.echo(
        f"{line['position']}  {line['ref']}  {line['state']}  attempt {line['attempt']}  {line['number']}".rstrip()
    )
    for text in line["to_put_on"]:
        click.echo(f"   to put on: {text or '(no number yet)'}")


COMMANDS = (work,)
