"""What is keyed by hand is held to the rules of a file's row: the same facts accepted, the same refused."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register import checking
from countermark.register.checking import Refused
from countermark.register.files import staging, vocabulary
from countermark.register.files.staging import StagedWeapon
from countermark.register.files.weapons import read_weapons

CELLS = {
    "kind": st.sampled_from(["", "rifle", "catapult"]),
    "maker": st.sampled_from(["", "Colt", "x" * 501]),
    "country": st.sampled_from(["", "XA", "SUHH", "SU", "Atlantis"]),
    "year": st.sampled_from(["", "1994", "12", "٢٠٠١", "3000"]),
    "component": st.sampled_from(["", "frame", "plate", "barrel", "wheel"]),
    "role": st.sampled_from(["", "control", "other", "main"]),
    "mark_kind": st.sampled_from(["", "import", "nonsense"]),
    "mark": st.sampled_from(["", "AB 1", "NSN", "*", "x\u0007"]),
    "mark_condition": st.sampled_from(["", "none", "worn", "shiny"]),
    "carrier": st.sampled_from(["", "plate", "paper"]),
}


def from_file(row: dict[str, str]) -> StagedWeapon | None:
    """What a file with this one row comes to; None when the row is refused."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "one.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["ref", *row])
            writer.writeheader()
            writer.writerow({"ref": "R1", **row})
        return next(iter(staging.stage(read_weapons(folder / "one.csv"), folder)), None)


def by_hand(row: dict[str, str]) -> StagedWeapon | None:
    facts = {column: row[column] for column in vocabulary.WEAPON_FACTS if column in row}
    mark = {column: row[column] for column in vocabulary.MARK_COLUMNS if column in row}
    try:
        return checking.weapon("R1", facts, [mark])
    except Refused:
        return None


@given(st.fixed_dictionaries(CELLS))
def test_a_weapon_keyed_by_hand_is_judged_as_a_row_of_a_file(row: dict[str, str]) -> None:
    filed, keyed = from_file(row), by_hand(row)

    assert (keyed and (keyed.facts, keyed.marks)) == (filed and (filed.facts, filed.marks))


@pytest.mark.parametrize(
    ("marks", "row", "column"),
    [([], 0, "mark"), ([{}], 1, "mark"), ([{"mark": "A"}, {"mark": "B", "colour": "red"}], 2, "colour")],
)
def test_a_refusal_names_the_mark_it_is_about(marks: list[dict[str, str]], row: int, column: str) -> None:
    with pytest.raises(Refused) as refused:
        checking.weapon("R1", {}, marks)
    assert (refused.value.errors[0].row, refused.value.errors[0].column) == (row, column)


def test_every_mistake_of_a_weapon_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        checking.weapon("", {"kind": "catapult", "year": "12"}, [{"component": "wheel"}])

    assert {error.column for error in refused.value.errors} == {"ref", "kind", "year", "component"}


@given(st.dictionaries(st.sampled_from(checking.EVENT_FIELDS), st.text(max_size=30)))
def test_any_event_is_accepted_or_refused_with_reasons(fields: dict[str, str]) -> None:
    try:
        good, moment = checking.event(fields)
    except Refused as refused:
        reasons = [error.expected for error in refused.errors]
    else:
        reasons = []
        assert good["event"] in vocabulary.EVENTS
        assert moment["instant"].endswith("Z")
    assert all(reasons)
