"""Near marks of a file: told in a dry run, of the same maker and kind, within its time and what its asker may see."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from countermark.register import lists
from countermark.register import services as register
from countermark.register.loading.options import Options
from countermark.register.loading.weapons import load_weapons
from countermark.register.queries import nearmarks, twins
from countermark.register.queries.nearmarks import Near, NearMark
from countermark.register.queries.scope import EVERYTHING, Scope
from tests.register.files import CLERK, FACTS, Loader, Row, row, size, write

FRAME = {"component": "frame", "mark": "TKD48213"}


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    return Loader(tmp_path)


def near(load: Loader, *rows: Row, scope: Scope = EVERYTHING) -> Near:
    report = load_weapons(write(load.directory / "w.csv", rows), Options(dry_run=True), by=CLERK, scope=scope)
    assert report.near is not None
    return report.near


def known(mark: str = "TKD48213", **facts: str) -> str:
    said = {"component": "frame", "mark": mark}
    return register.add_weapon("K1", {**FACTS, **facts}, [said], by=CLERK).weapon_id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mark", "why"),
    [
        ("TKD48213", "same"),
        ("tkd-48213", "same"),
        ("TKD4B213", "lookalike"),
        ("TKDA8213", ""),
        ("TKD42813", "swapped"),
        ("TKD482133", "dropped"),
        ("TKD4821", "added"),
    ],
)
def test_a_mark_of_the_register_is_near_by_what_is_misread_or_miskeyed(load: Loader, mark: str, why: str) -> None:
    weapon = known()
    found = near(load, row("A1", mark))

    assert [(one.row, one.why, one.weapon_id) for one in found.marks] == ([(2, why, weapon)] if why else [])
    assert found.rows == bool(why)
    assert not found.bounded


@pytest.mark.django_db
def test_the_number_that_follows_is_not_near(load: Loader) -> None:
    known("TKD48213")

    assert near(load, row("A1", "TKD48214"), row("A2", "TKD48215")).marks == []


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"maker": "Rossi"}, {"kind": "revolver"}])
def test_another_maker_or_kind_is_another_weapon(load: Loader, facts: dict[str, str]) -> None:
    known(**facts)

    assert near(load, row("A1", "TKD4B213")).marks == []


@pytest.mark.django_db
def test_a_maker_is_compared_by_every_spelling_of_its_list_and_a_kind_that_is_not_stated_may_be_any(
    load: Loader, tmp_path: Path
) -> None:
    makers = tmp_path / "makers.csv"
    makers.write_text("name,aliases,country\nForjas Taurus,Taurus,BR\n", "utf-8")
    lists.load_list("makers", makers, by=CLERK)
    known(maker="forjas  taurus", kind="")

    assert [one.why for one in near(load, row("A1", "TKD4B213")).marks] == ["lookalike"]


@pytest.mark.django_db
def test_two_rows_of_a_file_are_told_at_the_later_one_however_they_differ(load: Loader) -> None:
    found = near(load, row("A1", "K1034"), row("A2", "KI034"), row("A3", "K10344"), row("A4", "K9999"))

    assert found.marks == [
        NearMark(3, "A2", "KI034", "lookalike", "K1034", "A1", 2),
        NearMark(4, "A3", "K10344", "dropped", "K1034", "A1", 2),
    ]
    assert near(load, row("A3", "K10344"), row("A1", "K1034")).marks == [
        NearMark(3, "A1", "K1034", "added", "K10344", "A3", 2)
    ]


@pytest.mark.django_db
def test_of_many_near_marks_the_nearest_are_told_wherever_they_are(load: Loader) -> None:
    weapon = known()
    shorter = ["KD48213", "TD48213", "TK48213", "TKD8213", "TKD4213"]

    found = near(load, *(row(f"A{n}", mark) for n, mark in enumerate(shorter)), row("A9", "TKD48213"))

    told = [(one.why, one.weapon_id) for one in found.marks if one.ref == "A9"]
    assert told == [("same", weapon), *[("dropped", "")] * 4]


@pytest.mark.django_db
def test_the_marks_of_one_weapon_are_not_near_each_other_nor_to_its_own_record(load: Loader) -> None:
    known()

    assert near(load, row("K1"), row("A1", "K1034"), row("A1", "KI034", component="slide")).marks == []


@pytest.mark.django_db
@pytest.mark.parametrize("mark", ["103", "NSN", ""])
def test_what_is_too_short_or_no_mark_is_not_looked_at(load: Loader, mark: str) -> None:
    found = near(load, *(row(ref, mark, mark_condition="" if mark else "worn") for ref in ("A1", "A2")))

    assert (found.of, found.marks) == (0, [])


@pytest.mark.django_db
def test_the_register_tells_only_of_weapons_its_asker_may_see(load: Loader) -> None:
    known()

    assert near(load, row("A1"), scope=Scope(frozenset({"somewhere"}))).marks == []


@pytest.mark.django_db
def test_a_look_that_has_no_time_left_says_how_far_it_came(load: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 1.0, 1.0, 99.0])
    monkeypatch.setattr("countermark.register.queries.nearmarks.time.monotonic", lambda: next(clock))
    monkeypatch.setattr(nearmarks, "BLOCK", 1)

    found = near(load, row("A1", "K1034"), row("A2", "KI034"))

    assert (found.bounded, found.looked_at, found.longer, found.of) == (True, 1, 0, 2)


@pytest.mark.django_db
def test_of_a_larger_file_than_memory_is_spared_for_the_first_weapons_are_looked_at(
    load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearmarks, "MOST", 2)
    monkeypatch.setattr(nearmarks, "BLOCK", 1)

    found = near(load, row("A1", "K1034"), row("A2", "KI034"), row("A3", "K1O34"))

    assert (found.bounded, found.looked_at, found.of, found.rows) == (True, 2, 3, 1)


@pytest.mark.django_db
def test_a_block_is_one_question_however_many_weapons_it_has(load: Loader) -> None:
    known()

    def questions(weapons: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            near(load, *(row(f"A{n}", f"TKD{n:05}") for n in range(weapons)))
        return len(asked)

    assert questions(45) == questions(2)


@pytest.mark.django_db
def test_a_large_file_finds_what_a_small_one_finds(load: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    known()
    rows = [row("A1", "TKD4821"), row("A2", "TKD4B213"), row("A3", "KD48213")]
    small = near(load, *rows)
    monkeypatch.setattr(nearmarks, "ASKED_LONGER", 0)
    monkeypatch.setattr(nearmarks, "BLOCK", 1)

    assert near(load, *rows) == small
    assert [one.why for one in small.marks] == ["added", "lookalike", "added"]


@pytest.mark.django_db
def test_near_marks_stand_in_the_report_of_a_dry_run_and_of_no_load(load: Loader) -> None:
    known()
    before = size()
    rows = [row("A1", "TKD4B213")]

    told = load.weapons(*rows, dry_run=True).as_dict()["near"]

    assert (told["rows"], told["by"]["lookalike"], told["bounded"]) == (1, 1, False)
    assert told["marks"][0]["near_mark"] == "TKD48213"
    assert size() == before
    assert "near" not in load.weapons(*rows).as_dict()


PLAIN = st.text("0O1IB8AK", min_size=4, max_size=8)


@given(PLAIN, PLAIN)
def test_near_is_the_same_from_either_side(one: str, other: str) -> None:
    def of(mark: str) -> set[str]:
        return {*twins.forms(mark), *twins.longer(mark)} if len(mark) > 4 else set()

    if len(one) > 4 and len(other) > 4:
        assert (other in of(one)) == (one in of(other))
