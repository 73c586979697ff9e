"""`countermark serials`: the State's rules that programs and files state serials twice."""

import datetime as dt

import click
import msgspec

from countermark.cli.common import actor, json_option, ready, show

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def serials() -> None:
    """The State's rules that programs and files state the serials of new weapons twice; none is shipped."""


@serials.command("rules")
@json_option
def list_rules(as_json: bool) -> None:
    """Lists the rules, ended ones too."""
    _show(as_json)


def _show(as_json: bool) -> None:
    ready()
    from countermark.register import serialrules

    show([msgspec.to_builtins(rule) for rule in serialrules.known()], "rules", as_json)


@serials.command("require")
@click.argument("rule_id", metavar="ID")
@click.option("--source", required=True, help="The law or order that says so, and where.")
@click.option("--since", required=True, type=DAY, help="The first day in force.")
@click.option("--until", type=DAY, help="The last day in force.")
@click.option(
    "--of", multiple=True, type=click.Choice(["programs", "files"]), help="Whom it asks (default: both); repeat."
)
@json_option
def require(
    rule_id: str, source: str, since: dt.datetime, until: dt.datetime | None, of: tuple[str, ...], as_json: bool
) -> None:
    """Sets a rule, or states one anew."""
    ready()
    from countermark.register import serialrules
    from countermark.register.files.again import WAYS, SerialRule

    days = since.date().isoformat(), until.date().isoformat() if until else ""
    serialrules.require(SerialRule(rule_id, source, *days, of or WAYS), by=actor())
    _show(as_json)


@serials.command("end")
@click.argument("rule_id", metavar="ID")
@click.argument("day", type=DAY, metavar="DAY")
@json_option
def end(rule_id: str, day: dt.datetime, as_json: bool) -> None:
    """Ends a rule; DAY is the last in force."""
    ready()
    from countermark.register import serialrules

    serialrules.end(rule_id, day.date(), by=actor())
    _show(as_json)


COMMANDS: dict[str, click.Command] = {"serials": serials}
