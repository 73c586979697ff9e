"""Exports load back unchanged, here and in an empty store."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.register import bodies, exporting, services
from countermark.register.files.write import write_rows
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.register.loading.weapons import load_weapons
from countermark.register.queries import records
from tests.register import people
from tests.register.people import CHIEF, NORTH

pytestmark = pytest.mark.django_db


def a_life() -> str:
    """A weapon with several marks, a part exchanged, and dates of every precision."""
    marks = [{"component": "frame", "mark": "=F-1"}, {"component": "barrel", "mark": "'B 7", "mark_condition": "worn"}]
    weapon = people.weapon("R 1", marks=marks)
    people.event(weapon, event="transfer", date="1994-06", from_="Rossi", to="7th Battery", document="+D1", place=NORTH)
    people.event(weapon, event="remove", date="1996", component="barrel", mark="'B 7")
    people.event(weapon, event="install", date="1996-05-06", component="barrel", mark="B 99", other_ref="R 2")
    people.event(weapon, event="count", note="seen")
    people.event(weapon, event="loss", date="2001-02-03T04:05:06+02:00")
    return weapon


def test_what_is_exported_loads_back_unchanged(tmp_path: Path) -> None:
    a_life()
    people.weapon("R 2", marks=[{"component": "frame", "mark_condition": "obliterated"}])

    for kind, load in (("weapons", load_weapons), ("events", load_events)):
        file = tmp_path / f"{kind}.csv"
        rows = exporting.export(kind, file, CHIEF)  # type: ignore[arg-type]
        report = load(file, Options(), by=CHIEF)
        assert (report.rows, report.new, report.changed, report.refused) == (rows, 0, 0, 0), report.errors


def test_an_exported_register_makes_the_same_weapon_under_another_source(tmp_path: Path) -> None:
    weapon = a_life()
    exporting.export("weapons", tmp_path / "w.csv", CHIEF)
    exporting.export("events", tmp_path / "e.csv", CHIEF)

    load_weapons(tmp_path / "w.csv", Options(source="COPY"), by=CHIEF)
    load_events(tmp_path / "e.csv", Options(source="COPY"), by=CHIEF)

    found = [records.record(one) for one in (weapon, bodies.weapon_id("COPY", "R 1"))]
    told = [records.as_json(record) for record in found if record is not None]
    for record in told:
        for name in ("weapon_id", "source"):
            record.pop(name)
        for line in record["history"]:
            for name in ("eventID", "recorded", "weapon_id", "by"):
                line.pop(name)
    assert told[0] == told[1]


def test_corrected_events_are_left_out(tmp_path: Path) -> None:
    weapon = people.weapon("R 1")
    wrong = people.event(weapon, event="transfer", date="1990", to="1st Regiment")
    services.correct_event(wrong, None, reason="never was", by=CHIEF)

    assert exporting.export("events", tmp_path / "e.csv", CHIEF) == 0


def test_an_act_says_who_exported_how_many_rows_of_which_file(tmp_path: Path) -> None:
    people.weapon("R 1")

    exporting.export("weapons", tmp_path / "w.csv", CHIEF, purpose="yearly copy")

    (act,) = [entry for entry in store.all_entries() if entry.body.get("act") == "export"]
    assert (act.body["kind"], act.body["rows"], act.body["source"]) == ("weapons", 1, "XA/main")
    assert act.recorded.note


def test_a_file_that_cannot_be_written_leaves_no_act(tmp_path: Path) -> None:
    people.weapon("R 1")

    with pytest.raises(OSError, match="absent"):
        exporting.export("weapons", tmp_path / "absent" / "w.csv", CHIEF)
    assert not [entry for entry in store.all_entries() if entry.body.get("act") == "export"]


def test_an_export_nobody_can_answer_for_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people.weapon("R 1")

    def refuse(*_: object, **__: object) -> None:
        raise ledger.LedgerError("the log is closed")

    monkeypatch.setattr(ledger, "append", refuse)
    with pytest.raises(ledger.LedgerError):
        exporting.export("weapons", tmp_path / "w.csv", CHIEF)
    assert not (tmp_path / "w.csv").exists()


@given(st.text(min_size=1, max_size=8, alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_any_record_number_survives_export_and_load(ref: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "w.csv"
        write_rows(file, ["ref", "mark"], [[ref, "AB 1"]])
        first = load_weapons(file, Options(), by=CHIEF)
        exporting.export("weapons", file, CHIEF)
        again = load_weapons(file, Options(), by=CHIEF)
    assert first.refused == 0
    assert (again.new, again.changed, again.refused) == (0, 0, 0)
