"""`countermark stockpile review|surplus|destruction`: what is needed, what is spare, what is destroyed."""

from pathlib import Path
from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor, because, json_option, print_json, ready, show
from countermark.cli.stockpile.common import described, done, line_of, listed, request_option, weapon_ids
from countermark.cli.stockpile.custody import confirmed
from countermark.ledger.reasons import Reason

_happened = click.option("--happened", default="", help="When, if it was earlier: a date or a time with its zone.")
_list = click.argument("key", metavar="LIST")


@click.group("surplus")
def surplus() -> None:
    """Surplus: reviews of the need, weapons declared spare, stored apart, disposed of."""


@surplus.command("review")
@click.argument("place")
@click.argument("kind")
@click.option("--held", type=click.IntRange(0), required=True)
@click.option("--needed", type=click.IntRange(0), required=True)
@because("need")
@click.option("--next", "next_review", required=True, metavar="DAY", help="The day of the next review.")
@json_option
def review(place: str, kind: str, held: int, needed: int, reason: Reason, next_review: str, as_json: bool) -> None:
    """Reviews the need of a place for a kind of weapon."""
    ready()
    from countermark.stockpile.disposal import services

    spare = services.review(place, kind, held=held, needed=needed, reason=reason, next_review=next_review, by=actor())
    if as_json:
        print_json({"place": place, "kind": kind, "surplus": spare})
        return
    click.echo(f"{spare} surplus")


@surplus.command("reviews")
@json_option
def reviews(as_json: bool) -> None:
    """Lists the reviews, the newest first."""
    ready()
    listed("review", "reviews", "", as_json)


@surplus.command("declare")
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--at", "place", required=True, help="The place they are at.")
@click.option(
    "--outcome", required=True, help="destroy, transfer_agency, donate_state, sell_state, sell_civil or keep."
)
@because("surplus")
@request_option
@json_option
def declare(weapons: tuple[str, ...], place: str, outcome: str, reason: Reason, request: str, as_json: bool) -> None:
    """Declares weapons surplus."""
    ready()
    from countermark.stockpile.disposal import services

    key = services.declare(place, weapon_ids(weapons), outcome, reason, by=actor(), request=request)
    done("surplus", key, as_json)


@surplus.command("list")
@click.option("--state", default="", help="declared, safeguarded or disposed.")
@json_option
def list_surplus(state: str, as_json: bool) -> None:
    """Lists what is declared surplus, the newest first."""
    ready()
    listed("surplus", "surplus", state, as_json)


@surplus.command("safeguard")
@click.argument("key", metavar="SURPLUS")
@click.option("--at", "store", required=True, help="Where they are stored apart.")
@json_option
def safeguard(key: str, store: str, as_json: bool) -> None:
    """Stores surplus apart."""
    ready()
    from countermark.stockpile.disposal import services

    services.safeguard(key, store, by=actor())
    done("surplus", key, as_json)


@surplus.command("dispose")
@click.argument("key", metavar="SURPLUS")
@click.option("--second", default="", help="The user who confirms; asks for their password.")
@json_option
def dispose(key: str, second: str, as_json: bool) -> None:
    """Says that surplus is disposed of as declared."""
    ready()
    from countermark.stockpile.disposal import services

    by, known = actor(), services.known_surplus(key)
    services.dispose(key, second=confirmed(second, known.place, by.name), by=by)
    done("surplus", key, as_json)


@click.group("destruction")
def destruction() -> None:
    """Destruction: a list somebody else authorises, serials read by two, a witness, a certificate."""


def _said(command: Any) -> Any:
    """What a list says beside its weapons."""
    for option in (
        click.option("--authority", required=True, help="Who has ordered it."),
        click.option(
            "--method",
            required=True,
            help="burning_or_melting, open_pit_detonation, cutting_or_shredding, bending_or_crushing, dumping_at_sea, burial or other.",
        ),
        click.option("--witness", required=True, help="The independent witness."),
        click.option("--evidence", required=True, help="Who released what was evidence, or that nothing is."),
        click.option(
            "--document", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The authority's paper."
        ),
    )[::-1]:
        command = option(command)
    return command


@destruction.command("plan")
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--at", "place", required=True, help="The place they are at.")
@_said
@request_option
@json_option
def plan(weapons: tuple[str, ...], place: str, authority: str, method: str, witness: str, evidence: str, document: Path | None, request: str, as_json: bool) -> None:  # fmt: skip
    """Makes a list and proposes it to a second person."""
    ready()
    from countermark.stockpile.disposal import services

    paper = document.read_bytes() if document else None
    said = services.Plan(place, weapon_ids(weapons), authority, method, witness, evidence, paper)
    done("destruction", services.plan(said, by=actor(), request=request), as_json)


@destruction.command("correct")
@_list
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@_said
@request_option
@json_option
def correct(key: str, weapons: tuple[str, ...], authority: str, method: str, witness: str, evidence: str, document: Path | None, request: str, as_json: bool) -> None:  # fmt: skip
    """Says a list anew that somebody declined to authorise, all of it, and proposes it again."""
    ready()
    from countermark.stockpile.disposal import services

    paper = document.read_bytes() if document else None
    said = services.Plan("", weapon_ids(weapons), authority, method, witness, evidence, paper)
    services.correct(key, said, by=actor(), request=request)
    done("destruction", key, as_json)


@destruction.command("list")
@click.option("--state", default="", help="planned, authorised or closed.")
@json_option
def list_lists(state: str, as_json: bool) -> None:
    """Lists the lists, the newest first."""
    ready()
    listed("destruction", "destructions", state, as_json)


@destruction.command("show")
@_list
@json_option
def show_list(key: str, as_json: bool) -> None:
    """Shows one with its weapons."""
    ready()
    from countermark.stockpile.disposal import services

    line = described("destruction", key)
    items = [line_of(one) for one in services.items_of(key)]
    if as_json:
        print_json({**line, "items": items})
        return
    show([line, *items], "destruction", as_json)


@destruction.command("read")
@_list
@click.argument("weapon")
@click.argument("serial")
@json_option
def read(key: str, weapon: str, serial: str, as_json: bool) -> None:
    """Records the serial as somebody reads it on a weapon, just before its destruction."""
    ready()
    from countermark.stockpile.disposal import services

    (found,) = weapon_ids([weapon])
    missing = services.read(key, found, serial, by=actor())
    if as_json:
        print_json({"weapon_id": found, "missing": str(missing) if missing else ""})
        return
    click.echo(f"still missing: {missing}" if missing else "ready")


@destruction.command("destroy")
@_list
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--confirmed", type=int, required=True, help="How many, typed by hand: it cannot be taken back.")
@_happened
@json_option
def destroy(key: str, weapons: tuple[str, ...], confirmed: int, happened: str, as_json: bool) -> None:
    """Records the destruction of weapons that two people have read."""
    ready()
    from countermark.stockpile.disposal import services

    services.destroy(key, weapon_ids(weapons), confirmed=confirmed, happened=happened, by=actor())
    done("destruction", key, as_json)


@destruction.command("withdraw")
@_list
@click.argument("weapon")
@because("not_destroyed")
@json_option
def withdraw(key: str, weapon: str, reason: Reason, as_json: bool) -> None:
    """Takes a weapon off the list."""
    ready()
    from countermark.stockpile.disposal import services

    (found,) = weapon_ids([weapon])
    services.withdraw(key, found, reason, by=actor())
    done("destruction", key, as_json)


@destruction.command("close")
@_list
@click.option("--residue", required=True, help="What became of the scrap.")
@_happened
@json_option
def close(key: str, residue: str, happened: str, as_json: bool) -> None:
    """Closes a list whose every weapon is destroyed or withdrawn."""
    ready()
    from countermark.stockpile.disposal import services

    services.close(key, residue, happened=happened, by=actor())
    done("destruction", key, as_json)


@destruction.command("certificate")
@_list
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def certificate(key: str, file: Path, as_json: bool) -> None:
    """Writes the certificate of a closed list as PDF."""
    ready()
    from countermark.stockpile import acts
    from countermark.stockpile.papers import destruction as papers
    from countermark.stockpile.papers.typesetting import NoPaper

    described("destruction", key)
    one = acts.subject("destruction", key)
    assert one is not None  # noqa: S101 -- described above
    try:
        file.write_bytes(papers.pdf(one))
    except NoPaper as problem:
        raise cli.Finding(str(problem)) from problem
    if as_json:
        print_json({"id": key, "file": str(file)})


COMMANDS = (surplus, destruction)
