"""`countermark stockpile assess`: the security of sites by the seven elements of PoA II.17."""

from typing import Any

import click

from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.stockpile.common import request_option


@click.group("assess")
def assess() -> None:
    """The security of sites: questions, assessments, what is late, what is to be put right."""


@assess.command("questions")
@json_option
def questions(as_json: bool) -> None:
    """Lists the questions of each element; `assess record` takes an answer for each."""
    from countermark.stockpile.assessment.elements import ELEMENTS

    lines = [
        {"element": element.key, "item": item.key, "critical": item.critical, "text": item.text}
        for element in ELEMENTS
        for item in element.items
    ]
    show(lines, "questions", as_json)


@assess.command("record")
@click.argument("file", type=click.File("rb"))
@json_option
def record(file: Any, as_json: bool) -> None:
    """Records an assessment from a JSON file: site, day, answers, next_day; owner and due where something is answered no; risk, remarks."""
    ready()
    import msgspec

    from countermark.stockpile.assessment import services
    from countermark.stockpile.assessment.services import Said

    class Paper(msgspec.Struct, forbid_unknown_fields=True):
        site: str
        day: str
        answers: dict[str, str]
        next_day: str
        owner: str = ""
        due: str = ""
        risk: tuple[int, int, int] = (0, 0, 0)
        remarks: dict[str, str] = {}

    try:
        said = msgspec.json.decode(file.read(), type=Paper)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file.name}: {error}") from error
    given = Said(said.day, said.answers, said.next_day, said.owner, said.due, said.risk, said.remarks)
    key = services.assess(said.site, given, by=actor())
    if as_json:
        print_json({"assessment": key})
        return
    click.echo(f"assessment {key}")


@assess.command("list")
@click.option("--late", is_flag=True, help="Only sites whose assessment, or something to be put right, is late.")
@json_option
def list_sites(late: bool, as_json: bool) -> None:
    """Lists sites with their last assessment, its weakest element, and what is late."""
    ready()
    from countermark.stockpile.assessment import queries

    lines = [
        {
            "site": line.place.name,
            "assessed": line.value.day if line.value else "",
            "weakest": line.overall,
            "trend": line.trend,
            "scores": line.value.scores if line.value else {},
            "open": line.open,
            "late": line.late,
            "next": line.last.due if line.last else "",
            "overdue": line.overdue,
        }
        for line in queries.sites(None)
        if not late or line.overdue or line.late
    ]
    show(lines, "sites", as_json)


@assess.command("actions")
@json_option
def actions(as_json: bool) -> None:
    """Lists what is still to be put right, the longest overdue first."""
    ready()
    from countermark.stockpile.assessment import queries
    from countermark.stockpile.assessment.services import Correction

    found = queries.open_corrections(None)
    texts = queries.texts_of(found)
    lines = [
        {
            "action": one.key,
            "what": queries.what(one.of(Correction), texts),
            "owner": texts.get(one.person, ""),
            "due": one.due,
            "late": one.due < queries.today(),
        }
        for one in found
    ]
    show(lines, "actions", as_json)


@assess.command("order")
@click.argument("site")
@click.argument("what")
@click.option("--owner", required=True, help="Who puts it right.")
@click.option("--due", required=True, metavar="DAY", help="The day by which.")
@request_option
@json_option
def order(site: str, what: str, owner: str, due: str, request: str, as_json: bool) -> None:
    """Orders something put right at a site that no question asks for."""
    ready()
    from countermark.stockpile.assessment import services

    key = services.order(site, what, owner, due, by=actor(), request=request)
    if as_json:
        print_json({"action": key})
        return
    click.echo(f"action {key}")


@assess.command("done")
@click.argument("action")
@click.option("--how", required=True, help="How it was put right.")
@json_option
def done(action: str, how: str, as_json: bool) -> None:
    """Says that something is put right."""
    ready()
    from countermark.stockpile.assessment import services

    services.done(action, how, by=actor())
    if as_json:
        print_json({"action": action, "state": "done"})


COMMANDS = (assess,)
