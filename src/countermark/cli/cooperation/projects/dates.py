"""Meetings, the calendar, and what others do."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from countermark.cli.common import done as run
from countermark.cli.common import json_option, print_json, ready, show, write
from countermark.cli.cooperation.common import listed, told, viewer
from countermark.cli.cooperation.projects.common import request_option, says


@click.group("meeting")
def meeting() -> None:
    """Coordination meetings."""


@meeting.command("list")
@click.option("--state", default="", help="planned, held or cancelled.")
@json_option
def list_meetings(state: str, as_json: bool) -> None:
    """Lists the meetings one has called or is invited to."""
    ready()
    listed("meeting", "meetings", state, as_json)


@meeting.command("call")
@click.argument("title")
@click.option("--starts", required=True, help="With its offset: 2026-06-30T09:00+02:00.")
@click.option("--hours", default=2.0)
@click.option("--where", default="")
@click.option("--point", "agenda", multiple=True, help="A point of the agenda.")
@click.option("--invite", "invited", multiple=True, metavar="ACTOR")
@click.option("--project", default="")
@request_option
@json_option
def call_meeting(title: str, starts: str, request: str, as_json: bool, **said: Any) -> None:
    """Calls a meeting."""
    ready()
    from countermark.cooperation.projects import meetings

    try:
        when = dt.datetime.fromisoformat(starts)
    except ValueError as error:
        raise click.UsageError(f"--starts: {starts!r} is no time") from error
    if when.tzinfo is None:
        raise click.UsageError("--starts: give the offset too, such as +02:00")
    called = meetings.Called(title=title, starts=when, **said)
    told({"meeting": run(meetings.call, called, request=request, **says())}, as_json)


@click.command("calendar")
@click.option("--begin", default="", help="From this day on.")
@click.option("--end", default="", help="Until this day.")
@click.option("--ics", type=click.Path(path_type=Path), help="Write an iCalendar file (RFC 5545).")
@json_option
def calendar(begin: str, end: str, ics: Path | None, as_json: bool) -> None:
    """Shows what stands in one's calendar."""
    ready()
    from countermark.cooperation.projects import calendar as dates
    from countermark.cooperation.words import LABELS

    found = dates.entries(viewer(), begin, end)
    if ics is not None:
        write(ics, dates.feed(found, "countermark.invalid", lambda kind: LABELS["calendar"].get(kind, kind)))
    names = ("uid", "kind", "title", "day", "last", "starts", "ends")
    show([{name: getattr(one, name) for name in names} for one in found], "entries", as_json)


@click.group("elsewhere")
def elsewhere() -> None:
    """What others do, so that overlaps with it show."""


@elsewhere.command("list")
@json_option
def list_elsewhere(as_json: bool) -> None:
    """Lists what was taken in."""
    ready()
    listed("elsewhere", "elsewhere", "", as_json)


@elsewhere.command("add")
@click.argument("title")
@click.option("--stage", required=True, help="planning, implementation, closed or cancelled.")
@click.option("--begin", required=True)
@click.option("--end", required=True)
@click.option("--theme", "themes", multiple=True, required=True)
@click.option("--place", "places", multiple=True, required=True)
@click.option("--provider", "providers", multiple=True)
@click.option("--source", required=True, help="Where this is from.")
@click.option("--reference", default="", help="Its identifier there: said again it is stated anew.")
@click.option("--visibility", type=click.Choice(["private", "public"]), default="private")
@json_option
def add_elsewhere(title: str, as_json: bool, **said: Any) -> None:
    """States what somebody else does."""
    ready()
    from countermark.cooperation.projects import others

    key = run(others.state_elsewhere, title, **said, **says())
    if as_json:
        print_json({"elsewhere": key})
        return
    click.echo(key)
