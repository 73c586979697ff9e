"""View rows of a weapon: pure functions of its state."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register import rows
from countermark.register.rules import MarkState, WeaponState

CONTROL = MarkState(1, component="frame", role="control", text="TKD 48213")
PISTOL = WeaponState("w", kind="self_loading_pistol", maker="Taurus", model="PT92", calibre="9x19mm", marks=(CONTROL,))


def changed(**fields: Any) -> WeaponState:
    return msgspec.structs.replace(PISTOL, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"maker": "TAURUS "},
        {"maker": " taurus"},
        {"model": "pt92"},
        {"marks": (msgspec.structs.replace(CONTROL, text="tkd-48213"),)},
        {"year": "1994"},
        {"country": "BR"},
        {"ref": "other"},
    ],
)
def test_what_does_not_tell_weapons_apart_gives_one_identity(fields: dict[str, Any]) -> None:
    assert rows.identity_key(changed(**fields)) == rows.identity_key(PISTOL)


@pytest.mark.parametrize(
    "fields",
    [
        {"maker": "Rossi"},
        {"model": "PT99"},
        {"kind": "revolver"},
        {"calibre": ".40"},
        {"marks": (msgspec.structs.replace(CONTROL, text="TKD 48214"),)},
        {"maker": "Taurus PT92", "model": ""},
    ],
)
def test_what_tells_them_apart_gives_another(fields: dict[str, Any]) -> None:
    assert rows.identity_key(changed(**fields)) != rows.identity_key(PISTOL)


@pytest.mark.parametrize(
    "fields",
    [
        {"marks": ()},
        {"marks": (msgspec.structs.replace(CONTROL, text="", condition="obliterated"),)},
        {"marks": (msgspec.structs.replace(CONTROL, role="other"),)},
        {"replaced_by": "v"},
    ],
)
def test_a_weapon_nobody_can_name_collides_with_none(fields: dict[str, Any]) -> None:
    assert list(rows.identity_rows(changed(**fields))) == []


@given(st.text(max_size=30))
def test_a_code_is_small_positive_and_the_same_however_spaced_and_capitalised(text: str) -> None:
    code = rows.code_of(text)
    assert 0 <= code < 2**31
    assert (code == 0) == (not text.strip())
    assert rows.code_of(f"  {text} ") == code


def test_the_serial_of_a_weapon_is_its_control_mark() -> None:
    (row,) = rows.weapon_rows(changed(marks=(MarkState(1, text="B7"), msgspec.structs.replace(CONTROL, number=2))))
    assert row[rows.WEAPON_COLUMNS.index("serial")] == "TKD 48213"


def test_a_mark_is_found_in_its_canonical_form_and_an_unreadable_one_not_at_all() -> None:
    marks = (CONTROL, MarkState(2, condition="obliterated"), MarkState(3, text="B-7", condition="worn"))
    place = rows.MARK_COLUMNS.index("canonical")
    assert [row[place] for row in rows.mark_rows(changed(marks=marks))] == ["TKD48213", "", "B7"]


def test_each_row_has_a_value_for_each_column() -> None:
    assert {len(row) for row in rows.weapon_rows(PISTOL)} == {len(rows.WEAPON_COLUMNS)}
    assert {len(row) for row in rows.mark_rows(PISTOL)} == {len(rows.MARK_COLUMNS)}
