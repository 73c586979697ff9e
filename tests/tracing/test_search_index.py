"""Rows of the search table."""

import sqlite3
from uuid import uuid4

import msgspec
import pytest

from countermark.marks import skeleton
from countermark.register.rows import code_of
from countermark.register.rules import MarkState, WeaponState
from countermark.tracing import index


def state(*texts: str) -> WeaponState:
    marks = tuple(MarkState(number=n, component="frame", text=text) for n, text in enumerate(texts, start=1))
    return WeaponState(id=str(uuid4()), kind="rifle", maker="Imbel", calibre="7.62x51", country="BR", marks=marks)


def test_each_readable_mark_has_one_row() -> None:
    first, second = index.rows(state("AB-123", "AB124"))
    assert (first.canonical, second.canonical) == ("AB123", "AB124")
    assert (first.number, second.number) == (1, 2)


@pytest.mark.parametrize("text", ["", "S/N", "UNKNOWN", " - "])
def test_a_mark_that_says_nothing_is_never_indexed(text: str) -> None:
    assert index.rows(state(text)) == []


def marked(mark_kind: str, text: str) -> WeaponState:
    mark = MarkState(number=1, component="frame", mark_kind=mark_kind, text=text)
    return msgspec.structs.replace(state(), marks=(mark,))


@pytest.mark.parametrize("text", ["XA 26", "BR2019", "FRA 98", "DE"])
@pytest.mark.parametrize("mark_kind", ["import", "state_stock", "proof"])
def test_a_mark_that_tells_only_a_state_and_a_year_points_at_no_weapon(mark_kind: str, text: str) -> None:
    assert index.rows(marked(mark_kind, text)) == []
    assert index.patterns(marked(mark_kind, text)) == []


@pytest.mark.parametrize("text", ["XA 26 000123", "BR 2019 7", "QQQ 26", "1234"])
def test_an_import_mark_with_a_number_of_its_own_is_searched(text: str) -> None:
    assert len(index.rows(marked("import", text))) == 1


def test_a_makers_serial_is_searched_though_it_looks_like_a_state_and_a_year() -> None:
    assert len(index.rows(marked("manufacture", "BR 26"))) == 1


def test_the_mark_of_a_part_that_was_taken_off_is_not_the_weapons_any_more() -> None:
    whole = state("AB123", "CD4567")
    off = msgspec.structs.replace(whole.marks[1], until="2020-01-01T00:00:00.000Z")
    bare = msgspec.structs.replace(whole, marks=(whole.marks[0], off))
    assert [row.canonical for row in index.rows(bare)] == ["AB123"]
    assert index.patterns(bare) == [(skeleton.pattern("AB123"),)]


def test_the_number_of_a_set_before_a_mark_is_not_part_of_it() -> None:
    (row,) = index.rows(state("(2)AB123"))
    assert row.canonical == "AB123"


def test_a_row_carries_the_keys_of_its_canonical_text() -> None:
    (row,) = index.rows(state("AB123456"))
    assert row.skeleton == skeleton.key("AB123456")
    assert row.rskeleton < 2**30


def test_a_weapon_key_is_signed_and_keeps_the_order_of_ids() -> None:
    low, high = (
        index.weapon_key("00000000-0000-4000-8000-000000000000"),
        index.weapon_key("ffffffff-ffff-4fff-bfff-ffffffffffff"),
    )
    assert 0 <= low < high < 2**63


def test_case_and_spacing_do_not_change_a_code() -> None:
    assert code_of("Forjas  Taurus") == code_of("FORJAS taurus")
    assert code_of("Taurus") != code_of("Rossi")
    assert code_of(" ") == 0


@pytest.mark.parametrize(
    ("country", "known"), [("BR", True), ("SUHH", True), ("ZZ", False), ("", False), ("??", False)]
)
def test_a_country_has_a_code_unless_it_is_unknown(country: str, known: bool) -> None:
    assert bool(index.country_code(country)) is known


def test_every_word_of_the_contract_has_its_code() -> None:
    assert index.kind_code("manpads")
    assert index.component_code("plate")
    assert index.mark_kind_code("covert")
    assert index.kind_code("catapult") == index.component_code("handle") == 0


def test_patterns_change_with_the_rows() -> None:
    old, new = index.rows(state("AC123")), index.rows(state("AC123", "AC1234"))
    changes = index.pattern_changes(old, new)
    assert changes == {skeleton.pattern("AC1234"): 1}
    assert index.pattern_changes(new, []) == {skeleton.pattern("AC123"): -1, skeleton.pattern("AC1234"): -1}


def test_rows_fit_the_tables_and_come_back_by_both_keys() -> None:
    connection = sqlite3.connect(":memory:")
    for statement in index.ddl("sqlite"):
        connection.execute(statement)
    (row,) = index.rows(state("AB123456"))
    connection.execute(f"insert into tracing_mark values ({', '.join('?' * len(row))})", row)
    assert connection.execute(
        "select canonical from tracing_mark where rskeleton = ?", (row.rskeleton,)
    ).fetchall() == [("AB123456",)]
    connection.close()


def test_postgres_indexes_carry_the_whole_row() -> None:
    statements = index.ddl("postgresql")
    assert all(column in statements[0] and column in statements[1] for column in ("canonical", "calibre", "mark_kind"))


def test_a_state_that_changes_nothing_gives_equal_rows() -> None:
    one = state("AB123456")
    assert index.rows(one) == index.rows(msgspec.structs.replace(one, status="found"))
