"""Projects as a list, one whole, and those that are proposed or described."""

from typing import Any

import click

from countermark import cli
from countermark.cli.common import done as run
from countermark.cli.common import json_option, ready, show
from countermark.cli.cooperation.common import MOST, told, viewer
from countermark.cli.cooperation.projects.common import did, key_argument, project, request_option, says, whole


@project.command("list")
@click.option("--stage", default="", help="planning, design, implementation, evaluation, closed or cancelled.")
@click.option("--theme", default="")
@click.option("--actor", "of", default="", help="Recipient or provider.")
@click.option("--text", default="", help="Words in the title.")
@json_option
def list_projects(stage: str, theme: str, of: str, text: str, as_json: bool) -> None:
    """Lists projects, the newest first."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.projects import queries, telling
    from countermark.cooperation.states import Subject

    found = queries.found(viewer(), queries.Sought(text, stage, theme, of))[:MOST]
    titles = acts.texts_of([Subject("", "", {"titles": [value.title for _one, value in found]})])
    show([telling.line(one, titles.get(value.title, "")) for one, value in found], "projects", as_json)


@project.command("show")
@key_argument
@json_option
def show_project(key: str, as_json: bool) -> None:
    """Shows one, with what the next gate asks for."""
    ready()
    told(whole(key), as_json)


@project.command("history")
@key_argument
@json_option
def show_history(key: str, as_json: bool) -> None:
    """Shows what happened to one, the newest first."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.projects import history, queries
    from countermark.cooperation.projects.rules.shapes import Project

    found = acts.subject("project", key)
    if found is None or not queries.is_inner(found.of(Project), viewer()):
        raise cli.Finding(f"{key} is no project of your side")
    names = ("time", "act", "actor", "words", "event", "why")
    show([{name: getattr(one, name) for name in names} for one in history.of(found, viewer())], "acts", as_json)


@project.command("propose")
@click.argument("title")
@click.argument("needs", nargs=-1, required=True, metavar="NEED...")
@click.option("--giver", "givers", multiple=True, metavar="ACTOR=AMOUNT", help="A provider and what it brings.")
@click.option("--begin", default="", help="Empty: the first day of the needs.")
@click.option("--end", default="")
@request_option
@json_option
def propose(
    title: str, needs: tuple[str, ...], givers: tuple[str, ...], begin: str, end: str, request: str, as_json: bool
) -> None:
    """Proposes a project that answers needs of one State, as its recipient or a provider."""
    ready()
    from countermark.cooperation import queries
    from countermark.cooperation.needs import amount
    from countermark.cooperation.projects import services
    from countermark.cooperation.projects.rules.shapes import Giver

    first = queries.known(viewer(), "need", needs[0])
    if first is None:
        raise cli.Finding(f"{needs[0]} is no need among those you may see")
    parted = [one.partition("=") for one in givers]
    brought = [
        Giver(one, run(amount, "giver", minor, str(first.value["currency"])) if minor else 0)
        for one, _equals, minor in parted
    ]
    key = run(
        services.plan, title, recipient=queries.owner(first), needs_answered=needs, givers=brought, begin=begin, end=end,
        request=request, **says(),
    )  # fmt: skip
    told(whole(key), as_json)


@project.command("describe")
@key_argument
@click.option("--title", required=True)
@click.option("--aims", required=True)
@click.option("--begin", required=True)
@click.option("--end", required=True)
@click.option("--need", "needs", multiple=True)
@click.option("--theme", "themes", multiple=True)
@click.option("--place", "places", multiple=True, help="A country (two letters) or region.")
@click.option("--language", "languages", multiple=True, help="A language of the recipient (ISO 639).")
@json_option
def describe(key: str, as_json: bool, **said: Any) -> None:
    """Says anew, whole, what a project is about. Signatures and the look for overlaps are due anew afterwards."""
    ready()
    from countermark.cooperation.projects import services

    currency = str(whole(key)["currency"])
    did(services.describe, key, services.Said(currency=currency, **said), as_json=as_json)
