"""`countermark stockpile account|due`: what a unit answers for, and who is to bring what back today."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, show, write

if TYPE_CHECKING:
    from countermark.stockpile.unitaccounts import Account, Where

_where = click.option("--where", type=click.Choice(["store", "out", "transit", "missing"]), default=None)


@click.group("account")
def account() -> None:
    """Accounts of the units: what each answers for, and where it is."""


@account.command("list")
@json_option
def list_accounts(as_json: bool) -> None:
    """Lists the accounts in figures."""
    ready()
    from countermark.stockpile import unitaccounts

    lines = [
        {"unit": one.site.name, "total": figures.total, **asdict(figures)}
        for one, figures in unitaccounts.overview(None)
    ]
    show(lines, "accounts", as_json)


@account.command("show")
@click.argument("unit")
@json_option
def show_account(unit: str, as_json: bool) -> None:
    """One unit (name or id of its site): figures, and who has what, the first due first. People by their ids."""
    ready()
    from countermark.stockpile import unitaccounts

    of = _account(unit)
    figures = unitaccounts.figures(of)
    people = [
        {"person": one.party, "weapons": one.weapons, "overdue": one.overdue, "due": one.due}
        for one in unitaccounts.by_person(of)
    ]
    line = {"unit": of.site.name, "total": figures.total, **asdict(figures)}
    if as_json:
        print_json({**line, "people": people})
        return
    show([line, *people], "account", False)


@account.command("export")
@click.argument("unit")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--purpose", required=True, help="What the file is for; stands in the ledger with the number of rows.")
@_where
@json_option
def export(unit: str, file: Path, purpose: str, where: "Where | None", as_json: bool) -> None:
    """Writes the account of a unit as CSV (or XLSX, by the name of FILE), with the names of who has what."""
    ready()
    from countermark.register import listfiles
    from countermark.stockpile import unitaccounts

    of = _account(unit)
    if unitaccounts.weapons(of, where)[: listfiles.ROWS_AT_MOST + 1].count() > listfiles.ROWS_AT_MOST:
        raise click.UsageError(f"more than {listfiles.ROWS_AT_MOST} rows: name one --where")
    format_ = "xlsx" if file.suffix.lower() == ".xlsx" else "csv"
    rows, query = unitaccounts.every_line(of, where), {"account": of.site.pk, "where": where or ""}
    stream, count = listfiles.write(format_, unitaccounts.COLUMNS, rows, purpose=purpose, query=query, by=actor())
    with stream:
        write(file, stream.read())
    if as_json:
        print_json({"file": str(file), "rows": count})
        return
    click.echo(f"{count} rows in {file}")


@click.command("due")
@click.option("--at", "store", required=True, help="The place of the counter.")
@json_option
def due(store: str, as_json: bool) -> None:
    """Lists who is to bring back what by the end of today, what is overdue first. People by their ids."""
    ready()
    from countermark.stockpile import acts, unitaccounts, units

    places = units.of_site(acts.place_id(acts.required("at", store, "a place of this State")))
    lines = [
        {
            "person": line.party,
            "due": line.due,
            "overdue": line.overdue,
            "weapons": [one.weapon.serial or one.weapon.ref for one in held],
        }
        for line, held in unitaccounts.due_today(places)
    ]
    show(lines, "due", as_json)


def _account(unit: str) -> "Account":
    from countermark.stockpile import acts, unitaccounts

    found = unitaccounts.account(acts.place_id(acts.required("unit", unit, "a site of this State")), None)
    if found is None:
        raise cli.Finding(f"{unit} is within another site: name that one")
    return found


COMMANDS = (account, due)
