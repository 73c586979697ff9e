"""`countermark case`: weapons found, seized or surrendered, from intake to the point of diversion."""

import json
import sys
from collections.abc import Callable, Sequence
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
@click.option(
    "--office", default="", metavar="PLACE", help="Whose case it is: a place by name; by default the whole State's."
)
@always_json
def new(office: str) -> None:
    """Opens a case from a JSON object on standard input: how (find, seizure, surrender, recovery), date, place, circumstances, legal_ground,
    why_illicit, handling, and weapons: a list of objects with readings, kind, maker, model, calibre, country, import_mark. What is said of
    the only weapon may stand beside the facts.
    """
    ready()
    from countermark.tracing.cases import services

    facts, weapons = _intake()
    print_json(_shown(_done(services.open_case, facts, weapons, _place(office), by=actor())))


@case.command("change")
@click.argument("case_id", metavar="ID")
@always_json
def change(case_id: str) -> None:
    """States the facts of a case anew, from a whole JSON object on standard input; what is said of its only weapon may stand beside them."""
    ready()
    from countermark.tracing.cases import services

    facts, weapons = _intake()
    items = _case(case_id).items
    if weapons and len(weapons) + len(items) != 2:
        raise click.UsageError("the case has not exactly one weapon: say the weapon with 'case weapon'")
    stated = dict(zip((item.id for item in items), weapons, strict=False))
    print_json(_shown(_done(services.change, case_id, facts, stated, by=actor())))


@case.command("weapon")
@click.argument("case_id", metavar="ID")
@click.option(
    "--item", default="", metavar="ITEM", help="The weapon of the case that is stated anew; by default another one."
)
@click.option("--drop", is_flag=True, help="It was recorded by mistake.")
@click.option("--reason", default="", help="Why it is dropped.")
@always_json
def weapon(case_id: str, item: str, drop: bool, reason: str) -> None:
    """Adds a weapon to a case, from a JSON object on standard input; states one anew; or takes one out."""
    ready()
    from countermark.tracing.cases import services

    if drop:
        print_json(_shown(_done(services.drop_weapon, case_id, item, reason, by=actor())))
        return
    said = _weapon()
    if item:
        _done(services.change_weapon, case_id, item, said, by=actor())
    else:
        item = _done(services.add_weapon, case_id, said, by=actor()).id
    print_json({"item": item, **_shown(_case(case_id))})


@case.command("weapons")
@click.argument("case_id", metavar="ID")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@always_json
def weapons(case_id: str, file: Path) -> None:
    """Adds every weapon of a readings file to a case, or none: the rows of one query_id are one weapon."""
    ready()
    from countermark.tracing.cases import files

    try:
        data = file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error
    print_json(_shown(_done(files.add, case_id, data, file.name, by=actor())))


@case.command("office")
@click.argument("case_id", metavar="ID")
@click.argument("place", metavar="[PLACE]", default="")
@always_json
def office(case_id: str, place: str) -> None:
    """Gives a case to another office, a place by name, or to the whole State."""
    ready()
    from countermark.tracing.cases import services

    print_json(_shown(_done(services.hand_over, case_id, _place(place), by=actor())))


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
        said = [item.said for item in one.items]
        marks = (
            ", ".join(mark.reading for weapon in said if weapon for mark in weapon.readings) if one.facts else "erased"
        )
        click.echo(f"{one.id}  {one.facts.date if one.facts else '':10} {'closed' if one.closed else 'open':6} {marks}")


@case.command("show")
@click.argument("case_id", metavar="ID")
@always_json
def show(case_id: str) -> None:
    """Shows a case with the cases that may belong with it and the stolen or lost weapons it answers to."""
    ready()
    from countermark.tracing.cases import queries

    found = _case(case_id)
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
@click.option("--item", default="", metavar="ITEM", help="Which weapon of the case; needed where it has several.")
@click.option("--reject", is_flag=True, help="It is not the weapon of the case.")
@click.option("--reason", required=True, help="Why.")
@click.option("--probability", type=click.FloatRange(0, 1), default=0.0, help="What the trace said.")
@always_json
def decide(case_id: str, weapon: str, item: str, reject: bool, reason: str, probability: float) -> None:
    """Confirms or rejects a weapon of the register as one of a case; a confirmed one is recorded as recovered, and no more when it is
    rejected later.
    """
    ready()
    from countermark.tracing.cases import services

    items = [one.id for one in _case(case_id).items]
    if not item and len(items) != 1:
        raise click.UsageError("the case has not exactly one weapon: name one with --item")
    chosen = (case_id, item or items[0], weapon, probability)
    print_json(_shown(_done(services.consider, *chosen, confirmed=not reject, reason=reason, by=actor())))


@case.command("request")
@click.argument("case_id", metavar="ID")
@click.option("--to", "peer", required=True, metavar="ORIGIN", help="A node, or a State's two letters.")
@click.option("--use", "intended_use", required=True, help="The intended use (ITI 17 c).")
@click.option(
    "--item", "items", multiple=True, metavar="ITEM", help="A weapon it is about; by default all. May be repeated."
)
@click.option(
    "--after", "parent", default="", metavar="ID", help="The request this one follows from; its peer is not told."
)
@click.option("--confirmed", is_flag=True, help="You stand for marks, type and calibre; without, no State is asked.")
@always_json
def request(case_id: str, peer: str, intended_use: str, items: Sequence[str], parent: str, confirmed: bool) -> None:
    """Drafts the request of a case to a State; another person releases it."""
    ready()
    from countermark.tracing.cases import services

    said = {"confirmed": confirmed, "parent": parent}
    draft = _done(services.ask, case_id, peer, intended_use, items, **said, by=actor())
    print_json({"draft": draft})


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

    print_json({"alerts": [_alert(one) for one in queries.alerts() if one.open]})


def _alert(one: Any) -> dict[str, Any]:
    return {
        "case": one.case.id,
        "item": one.item.id,
        "weapon": str(one.weapon.id),
        "status": one.weapon.status,
        "by": "weapon" if one.identified else "mark" if one.exact else "look-alike",
        "reported": one.reported,
    }


def _intake() -> Any:
    from countermark.tracing.cases import rules

    return _read(rules.intake)


def _weapon() -> Any:
    from countermark.tracing.cases import rules

    return _read(rules.weapon)


def _read(read: Callable[[Any], Any]) -> Any:
    text = "" if sys.stdin.isatty() else sys.stdin.read()
    try:
        value = json.loads(text or "{}")
        if not isinstance(value, dict):
            raise ValueError("expected a JSON object")  # noqa: TRY301, TRY004 - told like any other input that cannot be read
        return read(value)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"standard input is no intake of a case: {error}") from error


def _place(name: str) -> str:
    from countermark.accounts.models import Place

    if not name:
        return ""
    found = Place.objects.filter(name=name).first()
    if found is None:
        raise cli.Finding(f"there is no place {name}")
    return str(found.id)


def _case(case_id: str) -> "Case":
    from countermark.tracing.cases import queries

    found = queries.case(case_id)
    if found is None:
        raise cli.Finding(f"there is no case {case_id}")
    return found


def _shown(found: "Case") -> dict[str, Any]:
    """A case as JSON: its weapons with what they were found to be, and as `weapon` the first of those."""
    whole = msgspec.to_builtins(found)
    items = [{**msgspec.to_builtins(item), "weapon": item.weapon} for item in found.items]
    del whole["every"]
    return {
        **whole, "items": items, "requests": list(found.requests), "weapons": list(found.weapons), "weapon": next(iter(found.weapons), ""),
    }  # fmt: skip


def _done(do: Any, *args: Any, **named: Any) -> Any:
    from countermark.register.services import Refused

    try:
        return done(do, *args, **named)
    except Refused as refusal:
        raise cli.Finding(str(refusal)) from refusal


COMMANDS = {"case": case}
