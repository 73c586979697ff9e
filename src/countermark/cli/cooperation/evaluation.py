"""`countermark cooperation evaluation`: figures, check-backs, snapshots, reports."""

from pathlib import Path
from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.cooperation.common import known, listed, speaking, today, told, viewer

_state = click.option("--state", default="", help="Only of one State.")
_region = click.option("--region", default="")
_theme = click.option("--theme", default="")
_first = click.option("--from", "first", default=0, metavar="YEAR")
_last = click.option("--to", "last", default=0, metavar="YEAR")
_currency = click.option(
    "--currency", default="", help="What amounts are measured in; that of most needs, if none is named."
)


@click.group("evaluation")
def evaluation() -> None:
    """Whether assistance was adequate, effective and sustainable."""


@evaluation.command("figures")
@_state
@_region
@_theme
@_first
@_last
@_currency
@click.option("--by", default="", type=click.Choice(["", "state", "region", "theme", "year"]), help="Side by side.")
@json_option
def figures(state: str, region: str, theme: str, first: int, last: int, currency: str, by: str, as_json: bool) -> None:
    """Every figure with part, whole and source; "no data" where there is none."""
    ready()
    from countermark.cooperation.evaluation import rules, sources

    code = currency.upper() or sources.usual_currency(viewer())
    scope = rules.Scope(state, region, theme, first, last)
    found = rules.narrowed(sources.facts(viewer(), code, today()), scope)
    groups = rules.groups(found, by) if by else {"": found}  # type: ignore[arg-type]
    lines = [_line(one, value) for value, some in groups.items() for one in rules.figures(some, today())]
    if as_json:
        print_json({"as_of": today(), "currency": code, "figures": lines})
        return
    for line in lines:
        share = "no data" if line["share"] is None else f"{line['share']:.0%}"
        name = f"{line['group']}: " if line["group"] else ""
        click.echo(
            f"{name}{line['text']}: {share} ({line['part']} of {line['whole']} {line['counts']}; {line['source']})"
        )


def _line(one: Any, group: str) -> dict[str, Any]:
    from countermark.cooperation.evaluation.rules import MEASURES

    measure = MEASURES[one.key]
    return {
        "group": group, "key": one.key, "text": measure.text, "criterion": measure.criterion, "share": one.share,
        "part": one.part, "whole": one.whole, "left_out": one.left_out, "counts": measure.counts, "source": measure.source,
    }  # fmt: skip


@evaluation.command("due")
@json_option
def due(as_json: bool) -> None:
    """Check-backs that are due."""
    ready()
    from countermark.cooperation.evaluation import services

    found = services.due_checks(viewer(), today())
    show([{"project": one.project.key, "years": one.years, "day": one.day} for one in found], "due", as_json)


@evaluation.command("check-back")
@click.argument("project")
@click.option("--on", "day", required=True, metavar="DAY")
@click.option("--runs", required=True, type=click.Choice(["yes", "partly", "no"]))
@click.option("--payer", default="", help="Who pays for running it.")
@click.option("--broke", default="", help="What broke, and was it mended.")
@click.option("--words", default="")
@json_option
def check_back(project: str, day: str, runs: str, payer: str, broke: str, words: str, as_json: bool) -> None:
    """The recipient says whether a project still runs."""
    ready()
    from countermark.cooperation.evaluation import services

    said = services.Said(day, runs, payer, broke, words)
    told({"checkback": services.check_back(project, said, actor=speaking(), by=actor())}, as_json)


@evaluation.command("snapshot")
@json_option
def snapshot(as_json: bool) -> None:
    """Keeps the figures of this register as they are today; a few of them make a trend."""
    ready()
    from countermark.cooperation import actors
    from countermark.cooperation.evaluation import services

    if speaking() != actors.own_state():
        raise cli.Finding("these are figures of this State: who speaks for it keeps them")
    told({"snapshot": services.snapshot(today(), by=actor())}, as_json)


@evaluation.command("snapshots")
@json_option
def snapshots(as_json: bool) -> None:
    """Lists the snapshots."""
    ready()
    listed("snapshot", "snapshots", "", as_json)


@evaluation.command("reports")
@json_option
def reports(as_json: bool) -> None:
    """Lists reports."""
    ready()
    listed("evaluation", "reports", "", as_json)


@evaluation.command("draft")
@click.option("--title", required=True)
@_state
@_region
@_theme
@_first
@_last
@_currency
@json_option
def draft(title: str, state: str, region: str, theme: str, first: int, last: int, currency: str, as_json: bool) -> None:
    """Drafts a report: its figures are frozen as they are now."""
    ready()
    from countermark.cooperation.evaluation import services, sources
    from countermark.cooperation.evaluation.rules import Scope

    who, code = viewer(), currency or sources.usual_currency(viewer())
    scope = Scope(state, region, theme, first, last)
    made = services.draft(title, scope, code, who=who, today=today(), by=actor())
    told({"report": made}, as_json)


@evaluation.command("print")
@click.argument("report")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def print_report(report: str, file: Path, as_json: bool) -> None:
    """Writes a report as PDF."""
    ready()
    from countermark.cooperation.evaluation import papers

    file.write_bytes(papers.pdf(known("evaluation", report)))
    told({"report": report, "file": str(file)}, as_json)


COMMANDS = (evaluation,)
