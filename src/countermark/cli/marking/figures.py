"""`countermark marking coverage|compare|consultation`: what is duly marked, what marking would cost, whom the State asked."""

import datetime as dt
from decimal import InvalidOperation
from pathlib import Path
from typing import Any

import click
import msgspec

from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.marking.common import FILE, text_of, whole_state


@click.command("coverage")
@click.option(
    "--state-mark/--no-state-mark",
    default=None,
    help="States from now on whether a weapon of the State must bear a mark of its stock to count as duly marked.",
)
@json_option
def covered(state_mark: bool | None, as_json: bool) -> None:
    """How much of what each agency holds is duly marked, what is left, and when that will be done at the present speed."""
    ready()
    from countermark.marking import coverage

    if state_mark is not None:
        coverage.require_state_mark(state_mark, by=actor())
    today = dt.datetime.now(dt.UTC).date()
    names = ("agency", "held", "marked", "backlog", "share", "a_day")
    lines = [
        {name: getattr(one, name) for name in names} | {"done_by": one.done_by(today)}
        for one in coverage.coverage(whole_state(), today)
        if one.held
    ]
    if as_json:
        print_json({"state_mark_required": coverage.state_mark_required(), "agencies": lines})
        return
    for line in lines:
        until = f", done by {line['done_by']}" if line["done_by"] and line["backlog"] else ""
        told = f"{line['marked']:,} of {line['held']:,}, {line['backlog']:,} left"
        click.echo(f"{line['agency'] or 'others':30} {told}{until}")


@click.command("compare")
@click.argument("file", metavar="FILE", type=FILE)
@json_option
def compare(file: Path, as_json: bool) -> None:
    """Ways to mark a stock of weapons beside each other, from FILE (JSON; `countermark schema marking-comparison`).

    Needs no store.
    """
    from countermark.marking import comparison
    from countermark.marking.schemas import Comparing

    try:
        asked = msgspec.json.decode(text_of(file), type=Comparing)
        found = comparison.compare(asked.options, asked.stock)
    except (ValueError, InvalidOperation) as error:
        raise click.UsageError(f"{file}: {error}") from error
    if as_json:
        print_json({"options": msgspec.to_builtins(found)})
        return
    for one in found:
        needed = "" if one.years_needed is None else f", {one.years_needed} years"
        unknown = f" at least, not known: {', '.join(one.unknown)}" if one.unknown else ""
        click.echo(f"{one.option.name}: {one.total}{unknown}{needed}")
        for problem in one.problems:
            click.echo(f"   {comparison.PROBLEMS[problem]}")


@click.group("consultation")
def consultation() -> None:
    """The log of consultations with industry (A/70/115, paras. 16 and 61(a))."""


@consultation.command("list")
@json_option
def list_consultations(as_json: bool) -> None:
    """Lists the consultations, the newest first."""
    ready()
    from countermark.marking import consultations

    show([msgspec.to_builtins(one) for one in consultations.consultations()], "consultations", as_json)


@consultation.command("add")
@click.option("--date", required=True, metavar="DAY")
@click.option(
    "--topic", required=True, help="polymer, durability, plates...; a wrong one is answered with those there are."
)
@click.option("--partner", required=True, help="Who was asked.")
@click.option("--asked", required=True)
@click.option("--answered", default="")
@click.option("--id", "consultation", default="", help="What became of one that is recorded already.")
@click.option(
    "--document",
    "documents",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A letter or photograph (JPEG, PNG or PDF); kept beside those there are.",
)
@json_option
def add(date: str, topic: str, partner: str, documents: tuple[Path, ...], as_json: bool, **said: Any) -> None:
    """Records whom the State asked about marking, and what they said."""
    ready()
    from countermark.marking import consultations

    kept = [path.read_bytes() for path in documents]
    key = consultations.record(date, topic, partner, **said, documents=kept, by=actor())
    show([{"id": key}], "consultations", as_json)


COMMANDS = (covered, compare, consultation)
