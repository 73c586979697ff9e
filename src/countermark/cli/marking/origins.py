"""`countermark marking find|origin|arrival|describe`: weapons found and of other origins."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, always_json, json_option, print_json, ready, show
from countermark.cli.marking.common import weapon_id, whole_state

if TYPE_CHECKING:
    from countermark.register.rules import WeaponState

_weapon = click.argument("weapon", metavar="WEAPON")


@click.group("find")
def find() -> None:
    """Weapons found: to be marked and recorded, or destroyed (ITI, para. 9)."""


@find.command("list")
@click.option("--undecided", is_flag=True, help="Only those of which nothing is decided.")
@json_option
def list_finds(undecided: bool, as_json: bool) -> None:
    """Lists the weapons found that are not dealt with, the oldest first."""
    ready()
    from countermark.marking import origins

    found = [
        {
            "weapon_id": str(one.weapon.id),
            "ref": one.weapon.ref,
            "status": one.weapon.status,
            "since": one.since,
            "days": one.days,
            "decision": one.decision,
            "overdue": one.overdue,
        }
        for one in origins.finds(whole_state(), undecided=undecided, limit=None)
    ]
    show(found, "finds", as_json)


@find.command("decide")
@_weapon
@click.argument("decision", type=click.Choice(["mark", "destroy"]))
@click.option("--reason", required=True)
@json_option
def decide(weapon: str, decision: str, reason: str, as_json: bool) -> None:
    """Decides what becomes of a weapon found (record number or id); may be decided anew."""
    ready()
    from countermark.marking import origins

    found = weapon_id(weapon)
    changed = origins.decide(found, decision, reason=reason, by=actor())
    _told({"weapon_id": found, "decision": decision, "changed": changed}, as_json)


@click.group("origin")
def origin() -> None:
    """How a weapon was made, and its deactivation."""


@origin.command("show")
@_weapon
@json_option
def show_origin(weapon: str, as_json: bool) -> None:
    """Shows how a weapon was made, what is decided where it was found, and its certificate of deactivation."""
    ready()
    from countermark.marking import acts, origins

    found = _state(weapon).id
    decided = acts.record("decision", found)
    certificate = origins.certificate(found)
    line = {
        "weapon_id": found,
        "production": origins.production_of(found),
        "decision": decided.value["decision"] if decided else "",
        "certificate": msgspec.to_builtins(certificate),
    }
    _told(line, as_json)


@origin.command("set")
@_weapon
@click.argument("production")
@click.option("--basis", required=True, help="How it is known.")
@json_option
def set_production(weapon: str, production: str, basis: str, as_json: bool) -> None:
    """Records how a weapon was made: industrial, craft, converted, reactivated, private, additive, unknown."""
    ready()
    from countermark.marking import origins

    found = weapon_id(weapon)
    changed = origins.set_production(found, production, basis=basis, by=actor())
    _told({"weapon_id": found, "production": production, "changed": changed}, as_json)


@origin.command("count")
@json_option
def count(as_json: bool) -> None:
    """Counts the weapons of each way of production that was recorded."""
    ready()
    from countermark.marking import origins

    _told(origins.count_by_production(), as_json)


@origin.command("deactivate")
@_weapon
@click.option("--date", required=True, metavar="DAY")
@click.option("--number", required=True, help="Of the certificate.")
@click.option("--authority", required=True, help="Who verified the deactivation.")
@click.option(
    "--document",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The certificate: JPEG, PNG or PDF.",
)
@json_option
def deactivate(weapon: str, date: str, number: str, authority: str, document: Path | None, as_json: bool) -> None:
    """Records a deactivation with its certificate; the weapon stays on the register."""
    ready()
    from countermark.marking import origins

    kept = document.read_bytes() if document else None
    made = origins.deactivate(weapon_id(weapon), date, number=number, authority=authority, document=kept, by=actor())
    _told(msgspec.to_builtins(made), as_json)


@click.group("arrival")
def arrival() -> None:
    """Import marks put on at manufacture for a known end user, confirmed when the weapon arrives (A/70/115, para. 14)."""


@arrival.command("list")
@json_option
def list_arrivals(as_json: bool) -> None:
    """Lists the weapons whose import mark nobody has confirmed yet."""
    ready()
    from countermark.marking import arrivals

    found = [{"weapon_id": one.id, "ref": one.ref} for one in arrivals.unconfirmed(whole_state())]
    show(found, "arrivals", as_json)


@arrival.command("confirm")
@_weapon
@click.argument("first")
@click.argument("second")
@json_option
def confirm(weapon: str, first: str, second: str, as_json: bool) -> None:
    """Records the import mark read off a weapon that arrived, keyed twice."""
    ready()
    from countermark.marking import arrivals

    read = arrivals.confirm(weapon_id(weapon), first, second, by=actor())
    _told({"weapon_id": read.weapon, "text": read.text, "agrees": read.agrees}, as_json)
    if not read.agrees:
        raise cli.Finding("the record tells of no such import mark; it is kept as read")


@click.command("describe")
@_weapon
@click.argument("occasion")
@click.option("--profile", "profiles", multiple=True, metavar="ID", help="May be repeated; all of them where none is.")
@always_json
def describe(weapon: str, occasion: str, profiles: Sequence[str]) -> None:
    """Prints what the register and the registry of models know of a weapon, as `check` and `plan` read it (JSON)."""
    ready()
    from countermark.marking import planning

    print_json(planning.described(_state(weapon), occasion, profiles))


def _state(weapon: str) -> "WeaponState":
    from countermark.register import projection

    state = projection.state_of(weapon_id(weapon))
    if state is None:
        raise cli.Finding(f"no weapon of this register is called {weapon}")
    return state


def _told(line: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(line)
        return
    for name, value in line.items():
        click.echo(f"{name:12} {value}")


@click.command("document")
@click.argument("digest", metavar="SHA-256")
@click.argument("out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def document(digest: str, out: Path, as_json: bool) -> None:
    """Writes a document of this room (of a certificate, a consultation or an inspection) to FILE, by the digest the others print."""
    ready()
    from countermark.marking import acts

    found = acts.stored(digest)
    if found is None:
        raise cli.Finding(f"{digest} is no document of this room, or it was erased")
    data, media_type = found
    out.write_bytes(data)
    if as_json:
        print_json({"file": str(out), "media_type": media_type, "bytes": len(data)})


COMMANDS = (find, origin, arrival, describe, document)
