"""Whatever happened to weapons, their exported files tell another register the same: its own exports are the same files."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import identity
from countermark.register import bodies, exporting, projection, services
from countermark.register.files.write import write_rows
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.register.loading.weapons import load_weapons
from countermark.register.rules import WeaponState
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db

COPY = "XB/copy"
DATES = ["", "1994", "1994-06", "1994-06-30", "1994-06-30T08:15:00+02:00", "2001-02-03"]
DONE = st.fixed_dictionaries({
    "do": st.sampled_from(["record", "record", "record", "correct", "withdraw", "correct_weapon", "add_mark"]),
    "weapon": st.sampled_from(["R 1", "=R2"]),
    "which": st.integers(0, 9),
    "event": st.sampled_from(["transfer", "issue", "return", "loss", "find", "mark", "install", "remove", "count"]),
    "date": st.sampled_from(DATES),
    "to": st.sampled_from(["", "7th Battery", "Kordian"]),
    "note": st.sampled_from(["", "seen", "+ again"]),
    "id": st.sampled_from(["", "", "", "007", "7"]),
    "component": st.sampled_from(["", "barrel", "slide"]),
    "mark": st.sampled_from(["", "B7", "B 9"]),
    "layer": st.sampled_from(["", "covert"]),
})  # fmt: skip
Step = dict[str, Any]


@contextmanager
def forgotten() -> Iterator[None]:
    """A store that is as it was afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    identity.forget_secret()


class Lives:
    """Weapons and what happens to them; what is refused does not happen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for ref in ("R 1", "=R2"):
            services.add_weapon(ref, {"maker": "Rossi"}, [{"component": "frame", "mark": "F1"}], by=CHIEF)

    def happen(self, step: Step) -> None:
        weapon = bodies.weapon_id(services.own_source(), step["weapon"])
        with suppress(services.Refused):
            getattr(self, step["do"])(weapon, step)

    def record(self, weapon: str, step: Step) -> None:
        services.add_event(weapon, fields(step), by=CHIEF)

    def correct(self, weapon: str, step: Step) -> None:
        columns = fields(step)
        columns.pop("id")
        services.correct_event(self.event(weapon, step), columns, reason="typo", by=CHIEF)

    def withdraw(self, weapon: str, step: Step) -> None:
        services.correct_event(self.event(weapon, step), None, reason="never was", by=CHIEF)

    def correct_weapon(self, weapon: str, step: Step) -> None:
        marks = [{"component": "frame", "mark": f"F{step['which']}"}]
        services.correct_weapon(weapon, {"maker": "Rossi"}, marks, reason="read again", by=CHIEF)

    def add_mark(self, weapon: str, step: Step) -> None:
        file = self.folder / "marks.csv"
        write_rows(
            file,
            ["ref", "component", "mark", "layer"],
            [[step["weapon"], "barrel", step["mark"] or "B1", step["layer"]]],
        )
        load_weapons(file, Options(), by=CHIEF)

    def event(self, weapon: str, step: Step) -> str:
        events = [
            e for e in projection.entries_of([weapon]) if "ilmd" not in e.body and "errorDeclaration" not in e.body
        ]
        return events[step["which"] % len(events)].event_id if events else "none"


def fields(step: Step) -> dict[str, str]:
    said = {name: step[name] for name in ("event", "date", "to", "note", "id", "component", "mark")}
    # A part is taken off after it was marked: of an undated removal before that no file could tell.
    return said | {"date": "2002"} if said["event"] == "remove" else said


def exported(folder: Path, source: str) -> list[bytes]:
    """The two files of a source."""
    for kind in ("weapons", "events"):
        exporting.export(kind, folder / f"{kind}.csv", CHIEF, source=source)
    return [(folder / f"{kind}.csv").read_bytes() for kind in ("weapons", "events")]


def told(ref: str, source: str) -> WeaponState:
    """What is known of a weapon, without what names the register it stands in."""
    state = projection.state_of(bodies.weapon_id(source, ref))
    assert state is not None
    # Which of several marks on a part was the first, by which a removal may name it, no file tells.
    marks = tuple(sorted((msgspec.structs.replace(m, event_id="", number=0, until="") for m in state.marks), key=str))
    return msgspec.structs.replace(
        state,
        id="",
        source="",
        first_recorded="",
        status_since="",
        entries=0,
        marks=marks,
        components=(),
        replaced_by="",
    )


@given(steps=st.lists(DONE, max_size=8))
def test_exported_lives_loaded_elsewhere_are_the_same_lives(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as directory, forgotten():
        folder = Path(directory)
        lives = Lives(folder)
        for step in steps:
            lives.happen(step)
        files = exported(folder, services.own_source())
        for kind, load in (("weapons", load_weapons), ("events", load_events)):
            report = load(folder / f"{kind}.csv", Options(source=COPY), by=CHIEF)
            assert report.refused == 0, report.errors
        assert exported(folder, COPY) == files
        assert [told(ref, COPY) for ref in ("R 1", "=R2")] == [
            told(ref, services.own_source()) for ref in ("R 1", "=R2")
        ]


@given(steps=st.lists(DONE, max_size=8))
def test_exported_lives_loaded_again_change_nothing(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as directory, forgotten():
        folder = Path(directory)
        lives = Lives(folder)
        for step in steps:
            lives.happen(step)
        exported(folder, services.own_source())
        for kind, load in (("weapons", load_weapons), ("events", load_events)):
            report = load(folder / f"{kind}.csv", Options(), by=CHIEF)
            assert (report.new, report.changed, report.refused) == (0, 0, 0), report
