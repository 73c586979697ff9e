"""`countermark cooperation`: needs, offers and actors, and what else the room's modules add."""

import importlib

import click

PARTS: tuple[str, ...] = (
    "projects",
    "matching",
    "actors",
    "needs",
    "offers",
    "indicators",
    "consultations",
    "fund",
    "training",
    "evaluation",
    "iati",
)
"""Modules of this package, each with its `COMMANDS`."""


@click.group("cooperation")
def cooperation() -> None:
    """Cooperation: what States lack, what others can give, who should help whom and what came of it."""


for _part in PARTS:
    for _command in importlib.import_module(f"countermark.cli.cooperation.{_part}").COMMANDS:
        cooperation.add_command(_command)

COMMANDS: dict[str, click.Command] = {"cooperation": cooperation}
