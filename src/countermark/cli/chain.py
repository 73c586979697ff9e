"""`countermark chain`: what the answers of linked requests tell of one weapon, and its map."""

from pathlib import Path

import click
import msgspec

from countermark import cli
from countermark.cli.common import always_json, print_json, ready, write


@click.command("chain")
@click.argument("request", metavar="REQUEST")
@click.option(
    "--map", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Draws the map too."
)
@click.option(
    "--weapon", type=click.IntRange(1), default=1, show_default=True, help="Which of the weapons asked about."
)
@always_json
def chain(request: str, file: Path | None, weapon: int) -> None:
    """Prints the chain of a weapon as States told it: steps and gaps, in order, and the requests they come from."""
    ready()
    from countermark.tracing.chain import drawing, queries, rules

    linked = queries.requests_of(request)
    if not linked:
        raise cli.Finding(f"there is no request {request}")
    items = queries.chain(linked, weapon)
    if file is not None:
        write(file, drawing.svg(items))
    shown = [{"gap" if isinstance(one, rules.Gap) else "step": msgspec.to_builtins(one)} for one in items]
    print_json({"requests": [one.id for one in linked], "chain": shown})


COMMANDS = {"chain": chain}
