"""`countermark marking model|policy`: which part is the weapon."""

import datetime as dt
from pathlib import Path
from typing import Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.marking.common import FILE, text_of


@click.group("model")
def model() -> None:
    """The registry of models: control component, essential parts, materials."""


@model.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """Lists the models, by maker and name."""
    ready()
    from countermark.marking import catalogue

    found = catalogue.models()
    if as_json:
        print_json({"models": msgspec.to_builtins(found)})
        return
    for one in found:
        click.echo(f"{one.maker} {one.model}  {one.control_component or 'undecided'}  {one.state}")


@model.command("file")
@json_option
def file(as_json: bool) -> None:
    """Prints the registry as CSV, as it can be loaded again."""
    ready()
    from countermark.marking import catalogue

    text = catalogue.write_csv(catalogue.models())
    if as_json:
        print_json({"text": text})
        return
    click.echo(text, nl=False)


@model.command("load")
@click.argument("file", metavar="FILE", type=FILE)
@json_option
def load(file: Path, as_json: bool) -> None:
    """Loads a registry (CSV, `-` for standard input); one bad row and nothing is loaded."""
    text = text_of(file)
    ready()
    from countermark.marking import catalogue

    changed, problems = catalogue.load_csv(text, by=actor())
    errors = [dict(zip(("row", "column", "value", "expected"), map(str, one), strict=True)) for one in problems]
    if as_json:
        print_json({"changed": changed, "errors": [{**one, "row": int(one["row"])} for one in errors]})
    else:
        click.echo(f"{changed} new or changed")
    for error in errors:
        click.echo("row {row}, {column}: {value!r}; expected {expected}".format(**error), err=True)
    if errors:
        click.get_current_context().exit(cli.FINDINGS)


@model.command("set")
@click.argument("maker")
@click.argument("name", metavar="MODEL")
@click.option("--kind", default=None)
@click.option("--control-component", default=None, metavar="COMPONENT", help="Which part its maker designates.")
@click.option("--source", default=None, help="Who says so.")
@json_option
def set_model(maker: str, name: str, as_json: bool, **given: Any) -> None:
    """States what is known of a model; what is not given stays."""
    ready()
    from countermark.marking import catalogue

    known = catalogue.find(maker, name) or catalogue.Model(maker, name)
    said = {key: value for key, value in given.items() if value is not None}
    try:
        stated = msgspec.convert(msgspec.to_builtins(known) | said, catalogue.Model)
    except msgspec.ValidationError as error:
        raise click.UsageError(str(error)) from error
    _changed(catalogue.set_model(stated, by=actor()), as_json)


@model.command("review")
@click.argument("maker")
@click.argument("name", metavar="MODEL")
@json_option
def review(maker: str, name: str, as_json: bool) -> None:
    """Says that a provisional model was checked."""
    ready()
    from countermark.marking import catalogue

    _changed(catalogue.review_model(maker, name, by=actor()), as_json)


@click.command("policy")
@click.argument("policy", required=False, type=click.Choice(["control", "essential", "one_part", "undecided"]))
@click.option("--source", default="", help="The law or decision it rests on.")
@click.option("--from", "from_", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DAY")
@json_option
def policy(policy: str | None, source: str, from_: dt.datetime | None, as_json: bool) -> None:
    """Shows how this State tells modular weapons apart; with POLICY, states it."""
    ready()
    from django.conf import settings

    from countermark.marking import catalogue

    country = settings.ENVIRONMENT.state
    if policy is not None:
        day = from_.date().isoformat() if from_ else ""
        said = {"country": country, "policy": policy, "source": source, "from": day}
        stated = msgspec.convert(said, catalogue.IdentityPolicy)
        catalogue.set_policy(stated, by=actor())
    show([msgspec.to_builtins(catalogue.policy(country))], "policies", as_json)


def _changed(changed: bool, as_json: bool) -> None:
    if as_json:
        print_json({"changed": changed})
        return
    click.echo("recorded" if changed else "recorded already")


COMMANDS = (model, policy)
