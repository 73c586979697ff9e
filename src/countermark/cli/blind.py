"""`countermark blind`: whether another State knows a mark, without telling it the mark or being told its register."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from countermark.cli.common import actor, always_json, done, print_json, ready, text_of, write

if TYPE_CHECKING:
    from countermark.tracing.blind.services import Outcome

_path = click.Path(path_type=Path, dir_okay=False)


@click.group("blind")
def blind() -> None:
    """Asks States whether they know a mark without telling it, and answers them (docs/blind-check.md)."""


@blind.command("setup")
@always_json
def setup(**_: Any) -> None:
    """Makes the set-up of this register as it stands: what is registered later is not in it. Again each night, say."""
    ready()
    from countermark.tracing.blind import services

    made = services.make_setup(by=actor())
    print_json({"version": made.version, "marks": made.marks, "made": made.made})


@blind.command("open")
@click.argument("origin", metavar="ORIGIN")
@click.option("--no", "closed", is_flag=True, help="Its questions are not answered any more.")
@click.option("--per-day", type=click.IntRange(min=0), help="Questions of any one node answered on a day.")
@always_json
def open_(origin: str, closed: bool, per_day: int | None) -> None:
    """Says whether questions of another State's node are answered: nobody's are until then."""
    ready()
    from countermark.tracing.blind import services

    done(services.open_to, origin, answered=not closed, by=actor())
    if per_day is not None:
        services.set_limit(per_day, by=actor())
    print_json({"origin": origin, "answered": services.is_open_to(origin), "per_day": services.limit()})


@blind.command("ask")
@click.argument("origin", metavar="ORIGIN")
@click.argument("reading", metavar="READING")
@click.option("--output", "file", type=_path, metavar="FILE", help="Writes the question to a file instead of asking.")
@always_json
def ask(origin: str, reading: str, file: Path | None) -> None:
    """Asks a node whether it knows a mark; `?` is a place that was not read."""
    ready()
    from countermark.tracing.blind import http, services

    if file is None:
        print_json(_told(done(http.ask, origin, reading, by=actor())))
        return
    question, token = done(services.ask, origin, reading, by=actor())
    write(file, token)
    print_json({"question": question, "file": str(file)})


@blind.command("answer")
@click.argument("file", metavar="FILE", type=_path)
@click.option("--output", type=_path, metavar="FILE", required=True, help="Where the reply goes.")
@always_json
def answer(file: Path, output: Path) -> None:
    """Answers the question in a file."""
    ready()
    from countermark.ledger.wholefile import whole_file
    from countermark.tracing.blind import files

    lines = done(files.answered, text_of(file, "ascii"), by=actor())
    try:
        with whole_file(output) as made:
            for line in iter(lambda: done(next, lines, ""), ""):
                made.write(line.encode())
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from error
    print_json({"file": str(output)})


@blind.command("take")
@click.argument("file", metavar="FILE", type=_path)
@always_json
def take(file: Path) -> None:
    """Takes in the reply in a file and says what it tells."""
    ready()
    from countermark.tracing.blind import files

    try:
        with file.open("rb") as lines:
            print_json(_told(done(files.taken, lines, by=actor())))
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error


@blind.command("asked")
@always_json
def asked(**_: Any) -> None:
    """The questions of this node and what was told, the newest first."""
    ready()
    from countermark.tracing.blind import queries

    names = ("id", "peer", "reading", "asked", "taken", "known", "made")
    print_json({"questions": [{name: getattr(one, name) for name in names} for one in queries.questions()]})


@blind.command("off")
@click.option("--on", is_flag=True, help="Questions of the nodes that were opened to are answered again.")
@always_json
def off(on: bool) -> None:
    """Answers no blind question of anybody, whatever was opened."""
    ready()
    from countermark.tracing.blind import services

    services.set_answering(on, by=actor())
    print_json({"answering": services.is_answering()})


def _told(outcome: "Outcome") -> dict[str, Any]:
    return {
        "peer": outcome.peer, "reading": outcome.reading, "hit": bool(outcome.known), "known": outcome.known, "as_of": outcome.made,
    }  # fmt: skip


COMMANDS = {"blind": blind}
