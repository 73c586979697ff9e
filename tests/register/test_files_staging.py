from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks.sentences import Sentence
from countermark.register.files import staging
from countermark.register.files.errors import RowError
from countermark.register.files.staging import Staged, StagedWeapon, control_finding, settle, stage
from countermark.register.files.tables import Typed
from countermark.register.files.weapons import Facts, MarkRow, WeaponRow

RIFLE = Facts("rifle")


def mark(
    text: str = "", component: str = "frame", role: str = "", kind: str = "manufacture", condition: str = ""
) -> MarkRow:
    return MarkRow(component, "part", role, kind, text, "", condition)


def row(number: int, ref: str, text: str = "1", facts: Facts = RIFLE, component: str = "frame") -> WeaponRow:
    return WeaponRow(number, ref, facts, mark(text, component))


def staged(directory: Path, rows: Iterable[WeaponRow | RowError]) -> tuple[list[StagedWeapon], list[RowError], Staged]:
    found = stage(rows, directory)
    return list(found), list(found.errors), found


BAD = RowError(3, "kind", "x", Sentence("one of ..."), "unknown_code", "A")


def test_rows_of_one_ref_are_one_weapon_wherever_they_stand(tmp_path: Path) -> None:
    weapons, errors, found = staged(tmp_path, [row(2, "A", "1"), row(3, "B", "2"), row(4, "A", "3", component="slide")])
    assert [(w.ref, w.first_row, w.row_numbers) for w in weapons] == [("A", 2, [2, 4]), ("B", 3, [3])]
    assert [m.mark for m in weapons[0].marks] == ["1", "3"]
    assert not errors
    assert (found.rows, found.weapons, found.marks, found.refused) == (3, 2, 3, 0)


def test_a_staged_file_can_be_read_again(tmp_path: Path) -> None:
    found = stage([row(2, "A"), row(3, "B"), row(4, "A", "7")], tmp_path)
    assert list(found) == list(found)


def test_a_refused_cell_of_a_spreadsheet_is_named_like_any_other(tmp_path: Path) -> None:
    refused = RowError(2, "mark", Typed("1.5", "fraction"), Sentence("digits as on the metal"), "spreadsheet_fraction")
    assert staged(tmp_path, [refused])[1] == [refused]


def test_an_empty_file_has_no_weapons(tmp_path: Path) -> None:
    assert staged(tmp_path, [])[:2] == ([], [])


def test_rows_that_disagree_are_refused_naming_both_values(tmp_path: Path) -> None:
    weapons, errors, found = staged(
        tmp_path, [row(2, "A", facts=Facts(maker="Rossi")), row(3, "B"), row(4, "A", facts=Facts(maker="Taurus"))]
    )
    assert [w.ref for w in weapons] == ["B"]
    (disagrees, held_back) = errors
    assert (disagrees.row, disagrees.column, disagrees.value, disagrees.code) == (4, "maker", "Taurus", "disagrees")
    assert "Rossi" in disagrees.expected
    assert (held_back.row, held_back.code) == (2, "held_back")
    assert found.refused == 2


def test_what_one_row_leaves_empty_another_may_state(tmp_path: Path) -> None:
    weapons, errors, _ = staged(
        tmp_path, [row(2, "A", facts=Facts(maker="Rossi")), row(3, "A", "2", facts=Facts(calibre=".38"))]
    )
    assert not errors
    assert weapons[0].facts == Facts(maker="Rossi", calibre=".38")


def test_a_weapon_enters_whole_or_not_at_all(tmp_path: Path) -> None:
    weapons, errors, found = staged(tmp_path, [row(2, "A"), BAD, row(4, "B")])
    assert [w.ref for w in weapons] == ["B"]
    assert [(e.row, e.code) for e in errors] == [(3, "unknown_code"), (2, "held_back")]
    assert (found.rows, found.refused) == (1, 2)


def test_a_row_that_stands_twice_is_one_mark(tmp_path: Path) -> None:
    weapons, _, found = staged(tmp_path, [row(2, "A"), row(3, "A"), row(4, "B"), row(5, "A")])
    assert len(weapons[0].marks) == 1
    assert found.duplicates == 2


@pytest.mark.parametrize("scattered", [False, True])
def test_a_ref_with_absurdly_many_marks_is_refused(tmp_path: Path, scattered: bool) -> None:
    refs = ("A", "B") if scattered else ("A",)
    weapons, errors, _ = staged(tmp_path, (row(2 + i, refs[i % len(refs)], str(i)) for i in range(3000)))
    assert not weapons
    assert {e.ref for e in errors if e.code == "too_many_marks"} == set(refs)


rows_of_file = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 9), st.sampled_from(["frame", "slide"])), max_size=25
)


@given(rows_of_file, st.randoms())
def test_the_order_of_the_rows_does_not_change_the_weapons(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, str]], random: st.DataObject
) -> None:
    def weapons(order: list[tuple[str, int, str]]) -> set[tuple[str, Facts, tuple[MarkRow, ...]]]:
        numbered = (row(n, ref, str(text), component=part) for n, (ref, text, part) in enumerate(order, 2))
        return {(w.ref, w.facts, tuple(w.marks)) for w in stage(numbered, tmp_path_factory.mktemp("s"))}

    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert weapons(rows) == weapons(shuffled)


@given(rows_of_file)
def test_refs_whose_hashes_collide_stay_apart(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, str]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "hash", lambda _: 0, raising=False)
        weapons = list(stage((row(n, r, str(t)) for n, (r, t, _) in enumerate(rows, 2)), tmp_path_factory.mktemp("s")))
    assert [w.ref for w in weapons] == list(dict.fromkeys(ref for ref, _, _ in rows))
    assert [n for w in weapons for n in w.row_numbers] == [
        n for ref in dict.fromkeys(r for r, _, _ in rows) for n, (r, _, _) in enumerate(rows, 2) if r == ref
    ]


def roles(*marks: MarkRow, named: str | None = None) -> list[str]:
    weapon = settle(StagedWeapon("A", 2, Facts(), list(marks), [2]), lambda _: named)
    return [f"{m.component}:{m.role}" for m in weapon.marks]


def test_an_empty_role_is_control_for_receiver_frame_and_no_component() -> None:
    assert roles(mark("1", "slide"), mark("2", "frame")) == ["frame:control", "slide:other"]
    assert roles(mark("1", "barrel"), mark("2", "receiver")) == ["receiver:control", "barrel:other"]
    assert roles(mark("1", "barrel"), mark("2", "")) == [":control", "barrel:other"]


def test_the_only_mark_is_control_whatever_its_component() -> None:
    assert roles(mark("1", "barrel")) == ["barrel:control"]


def test_the_part_the_model_names_is_control() -> None:
    assert roles(mark("1", "upper_receiver"), mark("2", "barrel"), named="upper_receiver") == [
        "upper_receiver:control",
        "barrel:other",
    ]


def test_a_stated_role_is_kept() -> None:
    assert roles(mark("1", "frame", "other"), mark("2", "slide", "control")) == ["slide:control", "frame:other"]


@pytest.mark.parametrize(
    ("marks", "clear"),
    [
        ([mark("TK1", role="control")], True),
        ([mark("TK1", role="control"), mark("TK-1", "receiver", "control")], True),
        ([mark("(1)TK1", role="control"), mark("TK1", "receiver", "control")], True),
        ([mark("TK1", role="control"), mark("TK2", "receiver", "control")], False),
        ([mark("TK1", role="control"), mark("XA 94 7", role="control", kind="import")], True),
        ([mark("", role="control", condition="obliterated")], True),
        ([mark("TK1", "slide", "other")], False),
        ([], False),
    ],
)
def test_control_is_unclear_without_a_control_mark_or_with_two_that_differ(marks: list[MarkRow], clear: bool) -> None:
    assert (control_finding(marks) is None) == clear
