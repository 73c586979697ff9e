"""The group of the fund's commands, and what they share."""

from typing import TYPE_CHECKING

import click

from countermark import cli
from countermark.cli.common import show
from countermark.cli.cooperation.common import described_each, may, speaking, viewer

if TYPE_CHECKING:
    from countermark.cooperation.fund.queries import Reader
    from countermark.cooperation.states import Subject

day_option = click.option("--day", required=True, metavar="DAY", help="YYYY-MM-DD.")
note_option = click.option("--note", default="", help="A remark; it stands beside the log.")
request_option = click.option("--request", default="", metavar="KEY", help="Said twice with one key, done once.")
state_option = click.option("--state", default="", help="Only those in one state.")
theme_option = click.option("--theme", "themes", multiple=True, help="Only for this theme; repeat.")
region_option = click.option("--region", "regions", multiple=True, help="Only for this region or country; repeat.")
project_option = click.option("--project", "projects", multiple=True, help="Only for this project; repeat.")
key_argument = click.argument("key", metavar="ID")


@click.group("fund")
def fund() -> None:
    """The trust fund: who gave what for what, what was granted and paid, and what became of it."""


def reader() -> "Reader":
    """Who looks: without `--as` whoever keeps this store, who sees all its books."""
    from countermark.cooperation.fund import queries

    return queries.reader(viewer(), keeps=may("aid.fund"))


def keeps() -> None:
    """Refuses somebody named by `--as` who does not keep the books."""
    if not may("aid.fund"):
        raise cli.Finding("this needs somebody who keeps the books of the fund")


def gate() -> str:
    """The State whose authority acts."""
    if not may("aid.gate"):
        raise cli.Finding("this needs the named authority of the State")
    return speaking()


def known_one(kind: str, key: str) -> "Subject":
    """A subject of the fund that who looks may see. Raises `Finding` for any other."""
    from countermark.cooperation.fund import queries

    found = queries.find(reader(), kind, key)
    if found is None:
        raise cli.Finding(f"{key} is no {kind.removeprefix('fund')} among those you may see")
    return found


def listed(found: list["Subject"], what: str, as_json: bool) -> None:
    """Prints subjects, each described, as the list `what`."""
    show(described_each(found), what, as_json)
