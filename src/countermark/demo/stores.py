"""Fills the store at hand as a demonstration State: lists, weapons, events, the demonstration users, a marking workshop, cases and requests."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from countermark.accounts import services as accounts
from countermark.demo import marking, movements, region, stockpile, tags, tracing, world
from countermark.ledger import services
from countermark.ledger.services import Actor
from countermark.register import lists
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.register.loading.report import Report
from countermark.register.loading.weapons import load_weapons

READY = "demonstration_ready"
MAKER = Actor("countermark demonstration")
Say = Callable[[str], None]


def is_ready() -> bool:
    """Whether the store at hand is a finished demonstration store."""
    return services.setting(READY) == "1"


def fill(state: str, say: Say, *, seed: int = 1, weapons: int = 20_000) -> None:
    """Makes the store at hand the demonstration State `state`; what an interrupted run did is not done again."""
    if is_ready():
        return
    accounts.add_demo_users()
    with tempfile.TemporaryDirectory(prefix="countermark-demo-") as directory:
        files = world.write_files(state, Path(directory), seed, weapons)
        for kind in ("makers", "models", "calibres"):
            lists.load_list(kind, files[kind], by=MAKER)
        say(f"{state}: reference lists loaded")
        report = load_weapons(files["weapons"], Options(), by=MAKER)
        say(f"{state}: {report.weapons:,} weapons with {report.marks:,} marks loaded")
        _refuse_bad(report)
        report = load_events(files["events"], Options(), by=MAKER)
        say(f"{state}: {report.rows:,} events loaded")
        _refuse_bad(report)
    marking.furnish(state, by=MAKER)
    say(f"{state}: marking workshop furnished")
    stockpile.furnish(state, by=MAKER)
    say(f"{state}: stores furnished, the morning's weapons issued")
    movements.furnish(state, by=MAKER)
    say(f"{state}: shipments sent, a theft reported, a list for destruction half read")
    tags.furnish(by=MAKER)
    say(f"{state}: tags bound, readers described")
    tracing.furnish(state, by=MAKER)
    say(f"{state}: cases and requests made")
    # Whole or not at all: an interrupted run begins it anew.
    with services.alone():
        region.furnish(by=MAKER)
    say(f"{state}: needs, projects, the fund and courses of six States made")
    services.set_setting(READY, "1", by=MAKER)


def _refuse_bad(report: Report) -> None:
    if report.refused:
        first = report.errors[0]
        raise RuntimeError(f"the demonstration data do not load: row {first.row}, {first.column}: {first.value!r}")
