"""`countermark stockpile`: stores, roster, hand-overs, and what else the room's modules add."""

import importlib

import click

PARTS = (
    "places",
    "custody",
    "people",
    "counting",
    "proving",
    "assessing",
    "storage",
    "shipments",
    "incidents",
    "disposal",
    "lots",
    "proposals",
    "papers",
    "kits",
    "unitaccounts",
    "changes",
)


@click.group("stockpile")
def stockpile() -> None:
    """The stockpile: stores and their rules, the roster, hand-overs and receipts, what is where."""


for _part in PARTS:
    for _command in importlib.import_module(f"countermark.cli.stockpile.{_part}").COMMANDS:
        stockpile.add_command(_command)

COMMANDS: dict[str, click.Command] = {"stockpile": stockpile}
