"""`countermark case`: a weapon found, seized or surrendered, from intake to the point of diversion."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, always_json, done, json_option, print_json, ready

if TYPE_CHECKING:
    from countermark.tracing.cases.states import Case


@click.group("case")
def case() -> None:
    """Cases of recovered weapons (docs/cases.md)."""


@case.command("new")
@always_json
def new() -> None:
    """Opens a case from a JSON object on standard input: how (find, seizure, surrender, recovery), date, place, circumstances, legal_ground,
    why_illicit, readings, kind, maker, model, calibre, country, import_mark, handling.
    """
    ready()
    from countermark.tracing.cases import services

    print_json(_shown(_done(services.open_case, _facts(), by=actor())))


@case.command("change")
@click.argument("case_id", metavar="ID")
@always_json
def change(case_id: str) -> None:
    """States the facts of a case anew, from a whole JSON object on standard input."""
    ready()
    from countermark.tracing.cases import services

    print_json(_shown(_done(services.change, case_id, _facts(), by=actor())))


@case.command("list")
@json_option
def list_cases(as_json: bool) -> None:
    """Lists the cases, the one that changed last first."""
    ready()
    from countermark.tracing.cases import queries

    found = list(queries.cases())
    if as_json:
        print_json({"cases": [_shown(one) for one in found]})
        return
    for one in found:
        marks = ", ".join(mark.reading for mark in one.facts.readings) if one.facts else "erased"
        click.echo(f"{one.id}  {one.facts.date if one.facts else '':10} {'closed' if one.closed else 'open':6} {marks}")


@case.command("show")
@click.argument("case_id", metavar="ID")
@always_json
def show(case_id: str) -> None:
    """Shows a case with the cases that may belong with it and the stolen or lost weapons it answers to."""
    ready()
    from countermark.tracing.cases import queries

    found = queries.case(case_id)
    if found is None:
        raise cli.Finding(f"there is no case {case_id}")
    links = [{"case": link.case, "why": link.why} for _, link in queries.links(case_id)]
    print_json({**_shown(found), "links": links, "alerts": [_alert(one) for one in queries.alerts([found])]})


@case.command("note")
@click.argument("case_id", metavar="ID")
@click.argument("text", metavar="TEXT", default="")
@click.option(
    "--photograph",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="JPEG or PNG; its metadata is taken out.",
)
@always_json
def note(case_id: str, text: str, photograph: Path | None) -> None:
    """Adds a remark or a photograph."""
    ready()
    from countermark.register import photographs
    from countermark.tracing.cases import services

    try:
        picture = photographs.without_metadata(photograph.read_bytes()) if photograph else None
    except OSError as error:
        raise click.UsageError(f"cannot read {photograph}: {error.strerror}") from error
    except ValueError as error:
        raise cli.Finding(f"expected {error}") from error
    print_json(_shown(_done(services.note, case_id, text, picture, by=actor())))


@case.command("decide")
@click.argument("case_id", metavar="ID")
@click.argument("weapon", metavar="WEAPON_ID")
@click.option("--reject", is_flag=True, help="It is not the weapon of the case.")
@click.option("--reason", required=True, help="Why.")
@click.option("--probability", type=click.FloatRange(0, 1), default=0.0, help="What the trace said.")
@always_json
def decide(case_id: str, weapon: str, reject: bool, reason: str, probability: float) -> None:
    """Confirms or rejects a weapon of the register as the one of a case; a confirmed one is recorded as recovered."""
    ready()
    from countermark.tracing.cases import services

    print_json(
        _shown(_done(services.consider, case_id, weapon, probability, confirmed=not reject, reason=reason, by=actor()))
    )


@case.command("request")
@click.argument("case_id", metavar="ID")
@click.option("--to", "peer", required=True, metavar="ORIGIN", help="A node, or a State's two letters.")
@click.option("--use", "intended_use", required=True, help="The intended use (ITI 17 c).")
@click.option("--confirmed", is_flag=True, help="You stand for marks, type and calibre; without, no State is asked.")
@always_json
def request(case_id: str, peer: str, intended_use: str, confirmed: bool) -> None:
    """Drafts the request of a case to a State; another person releases it."""
    ready()
    from countermark.tracing.cases import services

    print_json({"draft": _done(services.ask, case_id, peer, intended_use, confirmed=confirmed, by=actor())})


@case.command("close")
@click.argument("case_id", metavar="ID")
@click.argument("outcome", metavar="OUTCOME")
@click.option("--reason", default="", help="Needed where the origin was not established.")
@click.option("--last-legal-record", default="", help="The last lawful record.")
@click.option("--next-country", default="", metavar="CODE", help="State to ask next.")
@click.option("--diversion-country", default="", metavar="CODE", help="Where the weapon left lawful hands.")
@click.option("--diversion-year", default="", metavar="YEAR", help="When.")
@always_json
def close(case_id: str, **said: str) -> None:
    """Closes a case with an outcome of the closed list (A1 to A7, B1 to B14)."""
    ready()
    from countermark.tracing.cases import services
    from countermark.tracing.cases.rules import Closing

    print_json(_shown(_done(services.close, case_id, Closing(**said), by=actor())))


@case.command("alerts")
@always_json
def alerts() -> None:
    """Stolen and lost weapons that open cases answer to, whichever was recorded first."""
    ready()
    from countermark.tracing.cases import queries

    found = queries.alerts([one for one in queries.cases() if not one.closed])
    print_json({"alerts": [_alert(one) for one in found]})


def _alert(one: Any) -> dict[str, Any]:
    return {
        "case": one.case.id,
        "weapon": str(one.weapon.id),
        "status": one.weapon.status,
        "by": "weapon" if one.identified else "mark",
    }


def _facts() -> Any:
    from countermark.tracing.cases.rules import Facts

    text = "" if sys.stdin.isatty() else sys.stdin.read()
    try:
        value = json.loads(text or "{}")
        if isinstance(value, dict) and isinstance(value.get("readings"), list):
            value["readings"] = [{"reading": one} if isinstance(one, str) else one for one in value["readings"]]
        return msgspec.convert(value, Facts)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"standard input is no intake of a case: {error}") from error


def _shown(found: "Case") -> dict[str, Any]:
    return {**msgspec.to_builtins(found), "weapon": found.weapon}


def _done(do: Any, *args: Any, **named: Any) -> Any:
    from countermark.register.services import Refused

    try:
        return done(do, *args, **named)
    except Refused as refusal:
        raise cli.Finding(str(refusal)) from refusal


COMMANDS = {"case": case}
