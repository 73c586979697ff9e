"""`countermark stockpile storage`: safe storage at civilian holders."""

from typing import Any

import click

from countermark.cli.common import actor, json_option, print_json, ready, show


@click.group("storage")
def storage() -> None:
    """Safe storage at civilian holders: rules, inspections, faults. Nobody's name is printed."""


@storage.command("rules")
@json_option
def list_rules(as_json: bool) -> None:
    """Lists the sets of rules with their sources and dates."""
    ready()
    from countermark.stockpile.civilian import catalogue

    found = catalogue.everything().values()
    if as_json:
        print_json({"rules": [catalogue.plain(one) for one in found]})
        return
    for one in found:
        click.echo(f"{one.id}  {one.jurisdiction}  {one.force}  {one.start.isoformat()}  {one.title} ({one.source})")


@storage.command("template")
@json_option
def template(as_json: bool) -> None:
    """Prints the file to copy for rules of one's own."""
    from countermark.stockpile.civilian import catalogue

    text = catalogue.template()
    if as_json:
        print_json({"template": text})
        return
    click.echo(text, nl=False)


@storage.command("add")
@click.argument("file", type=click.File("rb"))
@json_option
def add(file: Any, as_json: bool) -> None:
    """Takes a FILE of rules (TOML, as `storage template` prints) into the register."""
    ready()
    from countermark.stockpile.civilian import catalogue, rules

    found = catalogue.add(file.read(rules.LONGEST_FILE + 1).decode("utf-8", "replace"), by=actor())
    if as_json:
        print_json({"rules": found.id})
        return
    click.echo(f"rules {found.id}")


@storage.command("record")
@click.argument("file", type=click.File("rb"))
@json_option
def record(file: Any, as_json: bool) -> None:
    """Records an inspection from a JSON FILE: holder, office, day, rulesets, weapons (handguns, others), answers by set/requirement; address, remark, next_day."""
    ready()
    import msgspec

    from countermark.stockpile.civilian import services
    from countermark.stockpile.civilian.rules import Weapons
    from countermark.stockpile.civilian.services import Said

    class Paper(msgspec.Struct, forbid_unknown_fields=True):
        holder: str
        office: str
        day: str
        rulesets: list[str]
        answers: dict[str, str]
        weapons: Weapons
        address: str = ""
        remark: str = ""
        next_day: str = ""

    try:
        paper = msgspec.json.decode(file.read(), type=Paper)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file.name}: {error}") from error
    said = Said(
        paper.holder, paper.office, paper.day, paper.rulesets, paper.answers, paper.weapons,
        paper.address, paper.remark, paper.next_day,
    )  # fmt: skip
    key = services.inspect(said, by=actor())
    if as_json:
        print_json({"visit": key})
        return
    click.echo(f"inspection {key}")


@storage.command("list")
@json_option
def list_visits(as_json: bool) -> None:
    """Lists the last inspection of each holder, those that are due again first."""
    ready()
    from countermark.stockpile.civilian import queries
    from countermark.stockpile.civilian.services import Visit

    lines = [
        {"holder": queries.holder_code(one.person), "day": one.of(Visit).day, "next": one.due, "visit": one.key}
        for one in queries.latest(None)
    ]
    show(lines, "visits", as_json)


@storage.command("faults")
@json_option
def faults(as_json: bool) -> None:
    """Lists the faults that are open, the longest overdue first."""
    ready()
    from countermark.stockpile.civilian import queries
    from countermark.stockpile.civilian.services import Fault

    lines = [
        {
            "fault": one.key,
            "holder": queries.holder_code(one.person),
            "requirement": one.of(Fault).requirement,
            "text": one.of(Fault).text,
            "due": one.due,
            "late": one.due < queries.today(),
        }
        for one in queries.open_faults(None)
    ]
    show(lines, "faults", as_json)


@storage.command("settle")
@click.argument("fault")
@click.argument("outcome", type=click.Choice(["remedied", "referred", "withdrawn"]))
@click.option("--how", required=True, help="How it was settled.")
@json_option
def settle(fault: str, outcome: str, how: str, as_json: bool) -> None:
    """Settles a fault."""
    ready()
    from countermark.stockpile.civilian import services

    services.settle(fault, outcome, how, by=actor())
    if as_json:
        print_json({"fault": fault, "outcome": outcome})


COMMANDS = (storage,)
