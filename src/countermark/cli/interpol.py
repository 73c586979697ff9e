"""`countermark interpol`: trace requests, stolen and lost weapons as a file for an NCB, and the reference it gives back."""

import sys
from pathlib import Path

import click

from countermark import cli
from countermark.cli.common import actor, always_json, done, print_json, ready, write

_output = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Where the file goes.",
)


@click.group("interpol")
def interpol() -> None:
    """Exports for INTERPOL, with the least that identifies a weapon (docs/interpol.md)."""


@interpol.command("request")
@click.argument("conversation", metavar="ID")
@_output
@always_json
def request(conversation: str, output: Path) -> None:
    """Writes the weapons of a released request; refuses, saying what is missing, where one cannot be identified."""
    ready()
    from countermark.tracing import interpol as service
    from countermark.tracing.requests import queries

    found = queries.request(conversation)
    if found is None:
        raise cli.Finding(f"there is no request {conversation}")
    records = done(service.of_request, found, by=actor())
    write(output, service.lines(records))
    print_json({"records": len(records), "file": str(output)})


@interpol.command("diverted")
@_output
@always_json
def diverted(output: Path) -> None:
    """Writes the stolen and lost weapons; says which cannot be identified and are left out."""
    ready()
    from countermark.tracing import interpol as service

    records, left_out = done(service.of_diverted, by=actor())
    write(output, service.lines(records))
    print_json({"records": len(records), "left_out": left_out, "file": str(output)})


@interpol.command("note")
@click.argument("about", metavar="ID")
@click.argument("reference", metavar="REFERENCE")
@always_json
def note(about: str, reference: str) -> None:
    """Keeps the reference INTERPOL gave to a request or weapon."""
    ready()
    from countermark.tracing import interpol as service

    done(service.note, about, reference, by=actor())
    print_json({"about": about, "reference": service.reference_of(about)})


@interpol.command("kinds")
@always_json
def kinds() -> None:
    """Names the State's codes of kinds, from lines such as rifle = "R" on standard input; without input prints them."""
    ready()
    from countermark.tracing import interpol as service

    text = "" if sys.stdin.isatty() else sys.stdin.read()
    if text.strip():
        done(service.set_kind_codes, text, by=actor())
    print_json({"kinds": dict(service.kind_codes())})


COMMANDS = {"interpol": interpol}
