"""`countermark marking rule`: what the State adds to the laws and instruments known, or ends."""

import datetime as dt
from pathlib import Path

import click
import msgspec

from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.marking.common import FILE, text_of


@click.group("rule")
def rule() -> None:
    """The State's own rules: added, changed, ended, each with its reason."""


@rule.command("list")
@json_option
def list_rules(as_json: bool) -> None:
    """Lists what the State has added or ended."""
    ready()
    from countermark.marking import staterules

    show(
        [
            {"profile": one.profile, "rule": one.rule, "added": bool(one.text), "ended": one.ended}
            for one in staterules.changes()
        ],
        "rules",
        as_json,
    )


@rule.command("show")
@click.argument("profile", metavar="PROFILE")
@json_option
def show_profile(profile: str, as_json: bool) -> None:
    """Shows a law or instrument as it stands in this store."""
    ready()
    from countermark.marking import staterules

    found = next((one for one in staterules.known() if one.id == profile), None)
    if found is None:
        raise click.UsageError(f"no profile is called {profile}")
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    click.echo(f"{found.title} ({found.force}), from {found.from_}{f' to {found.to}' if found.to else ''}")
    for one in found.rules:
        click.echo(f"{one.id:22} {one.title} [{one.source}]{f' to {one.to}' if one.to else ''}")


@rule.command("add")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--reason", required=True)
@json_option
def add(file: Path, reason: str, as_json: bool) -> None:
    """Adds a profile, or changes rules of one (TOML; `countermark schema marking-profile`, `marking-change`)."""
    text = text_of(file)
    ready()
    from countermark.marking import staterules

    found = staterules.add(text, reason=reason, by=actor())
    show([{"profile": found.id, "title": found.title, "rules": len(found.rules)}], "profiles", as_json)


@rule.command("end")
@click.argument("profile", metavar="PROFILE")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY")
@click.option("--rule", "rule_id", default="", metavar="ID", help="One rule; all of them where none is named.")
@click.option("--reason", required=True)
@json_option
def end(profile: str, day: dt.datetime, rule_id: str, reason: str, as_json: bool) -> None:
    """Ends a law or instrument, or one of its rules; DAY is the last in force."""
    ready()
    from countermark.marking import staterules

    staterules.end(profile, day.date(), rule=rule_id, reason=reason, by=actor())
    show([{"profile": profile, "rule": rule_id, "ended": day.date().isoformat()}], "rules", as_json)


COMMANDS = (rule,)
