import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.files.events import EventRow, read_events
from countermark.register.files.staging import StagedWeapon, stage
from countermark.register.files.text import clean, clean_lines, escape, unescape
from countermark.register.files.vocabulary import COMPONENTS, CONDITIONS, EVENTS, KINDS, MARK_KINDS, ROLES
from countermark.register.files.weapons import Facts, MarkRow, WeaponRow, read_weapons
from countermark.register.files.write import reasons, write_events, write_rejects, write_weapons

texts = st.text(max_size=12).map(clean).map(lambda text: text or "")
lines = st.text(max_size=12).map(clean_lines).map(lambda text: text or "")
marks = st.builds(
    MarkRow, st.sampled_from([c for c in COMPONENTS if c != "plate"]), st.sampled_from(["part", "plate"]),
    st.sampled_from(ROLES), st.sampled_from(MARK_KINDS), st.text("AB0=+-@'", max_size=5).map(lambda t: t + "7"), lines,
    st.sampled_from(["", *(c for c in CONDITIONS if c != "none")]),
)  # fmt: skip
weapons = st.builds(
    lambda ref, facts, marks: StagedWeapon(ref, 0, facts, marks, []),
    st.text("AB0=+-@'é", min_size=1, max_size=6),
    st.builds(Facts, st.sampled_from(["", *KINDS]), texts, texts, texts, st.sampled_from(["", "BR", "SUHH"]), st.just("1987")),
    st.lists(marks, min_size=1, max_size=3, unique=True),
)  # fmt: skip


@given(st.text())
def test_an_escape_is_undone_exactly(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.text())
def test_an_escaped_cell_is_never_a_formula(text: str) -> None:
    assert escape(text)[:1] not in tuple("=+-@\t\r")


def test_ordinary_serial_numbers_are_not_touched() -> None:
    assert [escape(t) for t in ("TKD48213", "'quoted'", "12-34", "", "★1")] == [
        "TKD48213",
        "'quoted'",
        "12-34",
        "",
        "★1",
    ]


@given(st.lists(weapons, max_size=5, unique_by=lambda weapon: weapon.ref))
def test_exported_weapons_load_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, exported: list[StagedWeapon]
) -> None:
    directory = tmp_path_factory.mktemp("w")
    write_weapons(directory / "w.csv", exported)
    found = stage(read_weapons(directory / "w.csv"), directory)
    assert not list(found.errors)
    assert [(w.ref, w.facts, set(w.marks)) for w in found] == [(w.ref, w.facts, set(w.marks)) for w in exported]


@given(
    st.lists(
        st.tuples(st.sampled_from(EVENTS), st.sampled_from(["", "1994-06", "1994-06-30T08:15:00+02:00"]), texts, lines),
        max_size=5,
    )
)
def test_exported_events_load_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, given_rows: list[tuple[str, str, str, str]]
) -> None:
    first, second = (tmp_path_factory.mktemp("e") / name for name in ("1.csv", "2.csv"))
    with first.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ref", "event", "date", "from", "note", "component"])
        writer.writerows(
            ["A1", event, date, escape(who), escape(note), "barrel"] for event, date, who, note in given_rows
        )
    events = [row for row in read_events(first) if isinstance(row, EventRow)]
    assert len(events) == len(given_rows)
    write_events(second, events)
    assert list(read_events(second)) == events


def test_refused_rows_are_given_back_with_the_reason(tmp_path: Path) -> None:
    source, rejects = tmp_path / "s.csv", tmp_path / "r.csv"
    source.write_text("Serie;ref;kind\n1;A1;rifle\n'=2;A2;blunderbuss\n3;A3\n", encoding="utf-8")
    source.write_text(source.read_text(encoding="utf-8").replace("Serie", "mark"), encoding="utf-8")
    errors = [row for row in read_weapons(source) if not isinstance(row, WeaponRow)]
    assert write_rejects(rejects, source, reasons(errors)) == 2
    with rejects.open(newline="", encoding="utf-8") as file:
        header, first, second = csv.reader(file)
    assert header == ["mark", "ref", "kind", "reason"]
    assert first[:3] == ["'=2", "A2", "blunderbuss"]
    assert first[3].startswith("kind: expected one of revolver")
    assert second == ["3", "A3", "", "expected 3 cells, as many as row 1 has columns, not '2 cells'"]


def test_a_mended_rejects_file_loads(tmp_path: Path) -> None:
    source, rejects = tmp_path / "s.csv", tmp_path / "r.csv"
    source.write_text("ref,kind,mark\nA1,x,'=7\n", encoding="utf-8")
    write_rejects(rejects, source, {2: "kind: expected ..."})
    rejects.write_text(rejects.read_text(encoding="utf-8").replace(",x,", ",rifle,"), encoding="utf-8")
    (row,) = read_weapons(rejects, ignore_columns=["reason"])
    assert isinstance(row, WeaponRow)
    assert (row.facts.kind, row.mark.mark) == ("rifle", "=7")


def test_a_file_that_could_not_be_finished_is_not_left_behind(tmp_path: Path) -> None:
    def failing() -> list[StagedWeapon]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_weapons(tmp_path / "w.csv", (weapon for _ in (1,) for weapon in failing()))
    assert not list(tmp_path.iterdir())
