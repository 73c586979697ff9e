"""Register and events files as people bring them, and what a load of them did."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register import bodies, projection
from countermark.register import services as register
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.register.loading.report import Report
from countermark.register.loading.weapons import load_weapons
from countermark.register.rules import WeaponState

CLERK = Actor("clerk")
Row = Mapping[str, str]
FACTS = {
    "kind": "self_loading_pistol",
    "maker": "Taurus",
    "model": "PT92",
    "calibre": "9x19mm",
    "country": "BR",
    "year": "1994",
}


def row(ref: str, mark: str = "TKD48213", **columns: str) -> dict[str, str]:
    """One row of a register file."""
    return {"ref": ref, **FACTS, "component": "frame", "mark": mark, **columns}


def write(path: Path, rows: Iterable[Row]) -> Path:
    """A CSV file with the columns that any of the rows has."""
    listed = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for one in listed for key in one)), restval="")
        writer.writeheader()
        writer.writerows(listed)
    return path


class Loader:
    """Loads rows given in a test; the file's name plays no part."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def weapons(self, *rows: Row, **options: Any) -> Report:
        return load_weapons(write(self.directory / "weapons.csv", rows), Options(**options), by=CLERK)

    def events(self, *rows: Row, **options: Any) -> Report:
        return load_events(write(self.directory / "events.csv", rows), Options(**options), by=CLERK)


def weapon_id(ref: str = "A1", source: str = "") -> str:
    return bodies.weapon_id(source or register.own_source(), ref)


def state(ref: str = "A1", source: str = "") -> WeaponState:
    """The weapon as a fresh fold gives it."""
    found = projection.state_of(weapon_id(ref, source))
    assert found is not None
    return found


def texts(ref: str = "A1") -> list[str]:
    """The marks of a weapon."""
    return [mark.text for mark in state(ref).marks]


def size() -> int:
    """Entries of the node's own log."""
    return logs.size(ledger.require_own_log())


def acts(word: str) -> int:
    """How often something was done."""
    return sum(entry.body.get("act") == word for entry in logs.all_entries())


def assert_sound() -> None:
    """Everything stored is as the logs say."""
    report = verify()
    assert report.ok, report.first_difference


def codes(report: Report) -> list[str]:
    """Why rows were refused."""
    return [error.code for error in report.errors]
