"""`countermark bench`: what the program measures of itself, next to its peers in the same run."""

from typing import Any

import click

from countermark import cli


@click.group()
def bench() -> None:
    """Measures tracing and loading, each next to its peers in one run, on invented data in a store of its own."""


@bench.command()
@click.option("--rows", type=click.IntRange(1), default=100_000, show_default=True, help="Rows of the invented file.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--database-url", default="", help="An empty store to load into (default: a temporary SQLite file).")
@click.option("--events", is_flag=True, help="Load an events file instead of a register file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def load(rows: int, seed: int, database_url: str, events: bool, as_json: bool) -> int:
    """Rows a second of the whole path into a store, and of the raw database."""
    from countermark.bench import load as measured

    arguments = ["--rows", str(rows), "--seed", str(seed), "--database-url", database_url]
    return measured.main([*arguments, *(["--events"] if events else []), *(["--json"] if as_json else [])])


@bench.command()
@click.option("--seconds", type=click.IntRange(1), default=60, show_default=True, help="Of the readers' time.")
@click.option("--rate", type=click.IntRange(1), default=5000, show_default=True, help="Reads in each second.")
@click.option("--readers", type=click.IntRange(2, 1000), default=8, show_default=True)
@click.option("--tags", type=click.IntRange(2), default=4000, show_default=True)
@click.option("--bound", type=click.IntRange(0), default=400, show_default=True, help="Tags that are on weapons.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--database-url", default="", help="An empty store to write to (default: a temporary SQLite file).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def tags(as_json: bool, **asked: Any) -> int:
    """Reads of tags a second into observations and events derived from them, and plain inserts."""
    from countermark.bench import tags as measured

    arguments = [part for name, value in asked.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    return measured.main([*arguments, *(["--json"] if as_json else [])])


@bench.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def trace(arguments: tuple[str, ...]) -> int:
    """Recall, calibration and time of tracing (--help names its options)."""
    from countermark.bench import trace as measured

    try:
        return measured.main(arguments)
    except SystemExit as stopped:
        return cli.OK if not stopped.code else cli.USAGE


@bench.command("http")
@click.option(
    "--rows", type=click.IntRange(10), default=150_000, show_default=True, help="Marks of the invented register."
)
@click.option("--queries", type=click.IntRange(1), default=300, show_default=True, help="Readings that are timed.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--database-url", default="", help="An empty store to load into (default: a temporary SQLite file).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def http(as_json: bool, **asked: Any) -> int:
    """What a person or a program waits for an answer, and what the search of it took."""
    from countermark.bench import http as measured

    arguments = [part for name, value in asked.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    return measured.main([*arguments, *(["--json"] if as_json else [])])


@bench.command("blind")
@click.option(
    "--marks", type=click.IntRange(1), default=100_000, show_default=True, help="Marks of the invented register."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object (as without it).")
def blind(marks: int, as_json: bool) -> int:
    """Time, memory and bytes of a blind check against a register of so many marks."""
    from countermark.bench import blind as measured

    return measured.main(["--marks", str(marks)])


@bench.command("count")
@click.option("--sizes", default="1000,10000,100000", show_default=True, help="Items of each store, smallest first.")
@click.option("--database-url", default="", help="An empty store to write to (default: a temporary SQLite file).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def count(sizes: str, database_url: str, as_json: bool) -> int:
    """Time of a count by the size of the store: freezing, scans, differences, and the page of them."""
    from countermark.bench import count as measured

    if not all(size.isdecimal() and int(size) >= 100 for size in sizes.split(",")):
        raise click.UsageError("--sizes are numbers from 100 on, such as 1000,10000")
    return measured.main(["--sizes", sizes, "--database-url", database_url, *(["--json"] if as_json else [])])


@bench.command("board")
@click.option("--sizes", default="10000,100000,500000", show_default=True, help="Receipts, the smallest first.")
@click.option("--database-url", default="", help="An empty store to write to (default: a temporary SQLite file).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def board(sizes: str, database_url: str, as_json: bool) -> int:
    """Time of the live board and the list of receipts by how many receipts there are, without the indexes they go by and with them."""
    from countermark.bench import board as measured

    if not all(size.isdecimal() and int(size) >= 100 for size in sizes.split(",")):
        raise click.UsageError("--sizes are numbers from 100 on, such as 1000,10000")
    return measured.main(["--sizes", sizes, "--database-url", database_url, *(["--json"] if as_json else [])])


@bench.command("match")
@click.option("--sizes", default="100,1000,10000", show_default=True, help="Needs, and as many offers, smallest first.")
@click.option("--money", default="0.5,1", show_default=True, help="Offered for each that is asked, about.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def match(sizes: str, money: str, seed: int, as_json: bool) -> int:
    """Needs and offers matched as one optimisation, and one need after the other in the same run."""
    from countermark.bench import match as measured

    if not all(size.isdecimal() and 0 < int(size) <= 100_000 for size in sizes.split(",")):
        raise click.UsageError("--sizes are numbers from 1 to 100000, such as 100,1000")
    arguments = ["--sizes", sizes, "--money", money, "--seed", str(seed)]
    return measured.main([*arguments, *(["--json"] if as_json else [])])


COMMANDS: dict[str, click.Command] = {"bench": bench}
