"""`countermark demo`: the demonstration States, each with its own store."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click

from countermark import cli
from countermark.cli.common import json_option, print_json, ready

STATES = ("XA", "XB")


@click.group()
def demo() -> None:
    """Demonstration States XA and XB: invented weapons, real makers and serial shapes."""


@demo.command()
@click.option("--weapons", default=20_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@json_option
def fill(weapons: int, seed: int, as_json: bool) -> int:
    """Makes the store at hand a demonstration store of its State."""
    ready()
    from django.conf import settings

    from countermark.demo import stores

    state = settings.ENVIRONMENT.state
    stores.fill(state, lambda line: click.echo(line, err=True), seed=seed, weapons=weapons)
    if as_json:
        print_json({"state": state, "ready": True})
    return cli.OK


@demo.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--weapons", default=20_000, show_default=True, help="Weapons in each State.")
@click.option("--serve/--no-serve", default=True, show_default=True)
@json_option
def run(port: int, weapons: int, serve: bool, as_json: bool) -> int:
    """Makes both stores if they are missing, traces the sample readings, and serves XA."""
    command = [sys.executable, "-m", "countermark.cli"]
    for state in STATES:
        subprocess.run([*command, "demo", "fill", "--weapons", str(weapons)], env=environment(state), check=True)
    _trace_samples(command, weapons, as_json)
    if serve:
        _become_server(command, port)
    return cli.OK


@demo.command()
@click.option("--dir", "directory", required=True, metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@json_option
def exchange(directory: Path, as_json: bool) -> int:
    """Plays a whole case between two nodes, XA and XB, started for it; leaves the released answer in DIR/answer.json."""
    from countermark.demo import exchange as play

    if directory.exists() and any(directory.iterdir()):
        raise click.UsageError(f"{directory} is not empty")
    directory.mkdir(parents=True, exist_ok=True)
    try:
        outcome = play.play(directory, lambda line: click.echo(line, err=True))
    except play.ExchangeFailed as failure:
        raise cli.Finding(str(failure)) from failure
    if as_json:
        print_json(outcome)
        return cli.OK
    for message in outcome["messages"]:
        click.echo(f"{message['from']} -> {message['to']}: {message['type']}")
    point = outcome["point_of_diversion"]
    click.echo(
        f"case {outcome['case']}; point of diversion: {point['country']}, {point['year']}" if point else outcome["case"]
    )
    return cli.OK


def _become_server(command: list[str], port: int) -> NoReturn:
    sys.stdout.flush()
    os.execve(sys.executable, [*command, "serve", "--port", str(port)], environment("XA"))  # noqa: S606 - becomes the server


def environment(state: str) -> dict[str, str]:
    """The environment of a demonstration State: its own store and key in the user's data directory."""
    from countermark.environment import user_data_directory

    directory = user_data_directory(os.environ) / "demonstration" / state
    directory.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "COUNTERMARK_DATABASE_URL": f"sqlite:///{directory}/store.db",
        "COUNTERMARK_KEY": f"{directory}/node.key",
        "COUNTERMARK_STATE": state,
        "COUNTERMARK_NODE": "main",
    }


def _trace_samples(command: list[str], weapons: int, as_json: bool) -> None:
    """Prints what the sample readings of XA lead to, as a table or as the answers themselves."""
    from countermark.demo import world

    with tempfile.TemporaryDirectory(prefix="countermark-demo-") as directory:
        files = world.write_files("XA", Path(directory), 1, weapons)
        out = Path(directory) / "answers.jsonl"
        arguments = ["trace", "--readings", str(files["readings"]), "--out", str(out), "--json"]
        subprocess.run([*command, *arguments], env=environment("XA"), check=False, stdout=subprocess.DEVNULL)
        if as_json:
            answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
            print_json({"states": list(STATES), "answers": answers})
        else:
            click.echo(_table(files["readings"], out))


def _table(readings: Path, answers: Path) -> str:
    import csv

    read: dict[str, list[str]] = {}
    with readings.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            read.setdefault(row["query_id"], []).append(row["reading"])
    lines = [f"{'reading':<34} {'answer':<12} {'best weapon':<44} {'probability':>11}  {'not here':>8}"]
    for line in answers.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        best = next(iter(answer.get("candidates", [])), None)
        shown = f"{best['maker']} {best['model']} {best['mark']}".strip() if best else "-"
        probability = f"{best['probability']:.1%}" if best else "-"
        text = " + ".join(read[answer["query_id"]])
        absent = f"{answer.get('not_registered', 0):.1%}"
        lines.append(f"{text[:34]:<34} {answer['outcome']:<12} {shown[:44]:<44} {probability:>11}  {absent:>8}")
    return "\n".join(lines)


COMMANDS: dict[str, click.Command] = {"demo": demo}
