import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermark.register.files.errors import RowError, UnmappedColumns, UnreadableFile
from countermark.register.files.mapping import parse_map
from countermark.register.files.weapons import Facts, WeaponRow, read_weapons

HEADER = ("ref", "kind", "maker", "country", "year", "component", "role", "mark", "mark_condition")
GOOD = {"ref": "A1", "kind": "revolver", "maker": "Rossi", "country": "BR", "year": "1987", "mark": "D713302"}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_rows(
        *rows: dict[str, str], header: Sequence[str] = HEADER, name: str = "w.csv", delimiter: str = ","
    ) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, restval="", delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write_rows


def one(path: Path) -> WeaponRow | RowError:
    (row,) = read_weapons(path, this_year=2026)
    return row


def error(path: Path) -> RowError:
    row = one(path)
    assert isinstance(row, RowError)
    return row


def good(path: Path) -> WeaponRow:
    row = one(path)
    assert isinstance(row, WeaponRow), row
    return row


def test_a_good_row_gives_facts_and_a_mark(write: Write) -> None:
    row = good(write(GOOD))
    assert (row.row, row.ref) == (2, "A1")
    assert row.facts == Facts("revolver", "Rossi", "", "", "BR", "1987")
    assert (row.mark.mark, row.mark.carrier, row.mark.mark_kind) == ("D713302", "part", "manufacture")


def test_the_columns_may_stand_in_any_order(write: Write) -> None:
    assert good(write(GOOD)) == good(write(GOOD, header=HEADER[::-1]))


def test_a_kind_that_is_not_in_the_list_is_refused_with_the_list(write: Write) -> None:
    found = error(write(GOOD | {"kind": "blunderbuss"}))
    assert (found.row, found.column, found.value, found.code) == (2, "kind", "blunderbuss", "unknown_code")
    assert "revolver" in found.expected
    assert found.ref == "A1"


def test_every_error_of_a_row_is_reported(write: Write) -> None:
    found = list(
        read_weapons(write(GOOD | {"kind": "x", "country": "Brasil", "year": "19", "ref": ""}), this_year=2026)
    )
    assert [e.column for e in found if isinstance(e, RowError)] == ["ref", "kind", "country", "year"]


def test_a_row_without_ref_is_refused(write: Write) -> None:
    assert (error(write(GOOD | {"ref": " "})).column, error(write(GOOD | {"ref": ""})).code) == ("ref", "missing")


def test_a_row_without_mark_or_condition_is_refused(write: Write) -> None:
    found = error(write(GOOD | {"mark": ""}))
    assert (found.column, found.code) == ("mark", "missing")


def test_a_condition_alone_is_enough(write: Write) -> None:
    assert good(write(GOOD | {"mark": "", "mark_condition": "obliterated"})).mark.mark_condition == "obliterated"


def test_a_mark_with_condition_none_is_a_contradiction(write: Write) -> None:
    assert error(write(GOOD | {"mark_condition": "none"})).code == "contradiction"


@pytest.mark.parametrize("placeholder", ["NSN", "UNK", "S/N"])
def test_a_placeholder_is_no_mark(write: Write, placeholder: str) -> None:
    mark = good(write(GOOD | {"mark": placeholder})).mark
    assert (mark.mark, mark.mark_condition) == ("", "none")


def test_star_and_question_mark_are_literal_in_a_mark(write: Write) -> None:
    assert good(write(GOOD | {"mark": "*AB?12"})).mark.mark == "*AB?12"


def test_a_plate_is_read_as_a_frame_with_carrier_plate(write: Write) -> None:
    mark = good(write(GOOD | {"component": "plate"})).mark
    assert (mark.component, mark.carrier) == ("frame", "plate")


def test_an_unknown_maker_is_taken_as_written(write: Write) -> None:
    assert good(write(GOOD | {"maker": "  Fábrica Nacional & Cía.  "})).facts.maker == "Fábrica Nacional & Cía."


def test_a_control_character_is_refused_and_made_visible(write: Write) -> None:
    found = error(write(GOOD | {"maker": "Ros\x00si"}))
    assert (found.column, found.value, found.code) == ("maker", "Ros\\x00si", "control_character")


def test_an_absurdly_long_mark_is_refused(write: Write) -> None:
    assert error(write(GOOD | {"mark": "1" * 300})).code == "too_long"


@pytest.mark.parametrize(
    ("written", "year", "stored"),
    [("SU", "1975", "SUHH"), ("SUHH", "", "SUHH"), ("CS", "1980", "CSHH"), ("CS", "2004", "CSXX"), ("YU", "", "YUCS"),
     ("DD", "1970", "DDDE"), ("XA", "", "XA"), ("QZ", "", "QZ"), ("ZZ", "", "ZZ"), ("", "", "")],
)  # fmt: skip
def test_countries_of_today_and_of_the_past_are_known(write: Write, written: str, year: str, stored: str) -> None:
    assert good(write(GOOD | {"country": written, "year": year})).facts.country == stored


def test_an_old_code_of_two_states_needs_the_year(write: Write) -> None:
    found = error(write(GOOD | {"country": "CS", "year": ""}))
    assert "CSHH" in found.expected
    assert "CSXX" in found.expected


@pytest.mark.parametrize("year", ["1399", "2028", "87", "19870", "MCMLXXXVII", "-1987", "1987.5"])
def test_an_implausible_year_is_refused(write: Write, year: str) -> None:
    assert error(write(GOOD | {"year": year})).expected == "a year from 1400 to 2027, or empty"


def test_a_year_in_the_digits_of_another_script_is_the_same_year(write: Write) -> None:
    assert good(write(GOOD | {"year": "١٩٨٧"})).facts.year == "1987"


def test_an_unknown_column_stops_the_reading_before_the_first_row(write: Write) -> None:
    with pytest.raises(UnmappedColumns, match="owner shoe size") as raised:
        read_weapons(write(GOOD, header=(*HEADER, "owner shoe size")))
    assert raised.value.names == ("owner shoe size",)


def test_an_unknown_column_can_be_dismissed(write: Write) -> None:
    path = write(GOOD, header=(*HEADER, "owner shoe size"))
    (row,) = read_weapons(path, ignore_columns=["owner shoe size"])
    assert isinstance(row, WeaponRow)


def test_a_map_translates_columns_and_values(write: Write) -> None:
    path = write(
        {"Nº": "A1", "Tipo": "PISTOLA", "País": "Brasil", "Serie": "123"}, header=("Nº", "Tipo", "País", "Serie")
    )
    mapping = parse_map("""
        [columns]
        "Nº" = "ref"
        Tipo = "kind"
        country = "País"
        Serie = "mark"
        [values.kind]
        pistola = "self_loading_pistol"
        [values.country]
        Brasil = "BR"
    """)
    (row,) = read_weapons(path, mapping=mapping)
    assert isinstance(row, WeaponRow)
    assert row.facts == Facts("self_loading_pistol", country="BR")


def test_two_columns_cannot_be_read_as_one(write: Write) -> None:
    path = write({"Serie": "1"}, header=("ref", "mark", "Serie"))
    with pytest.raises(UnreadableFile, match="'mark' and 'Serie' are both read as"):
        read_weapons(path, mapping=parse_map('[columns]\nSerie = "mark"'))


def test_a_file_without_ref_is_unreadable(write: Write) -> None:
    with pytest.raises(UnreadableFile, match="needs a column ref"):
        read_weapons(write({"mark": "1"}, header=("mark",)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(write: Write, delimiter: str) -> None:
    assert good(write(GOOD | {"maker": 'a,b;c|d\t"e"'.replace("\t", " ")}, delimiter=delimiter)).ref == "A1"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(content=st.binary(max_size=400) | st.text(alphabet="ref,mak;\t|\"\n\r\x00é漢1'=", max_size=300).map(str.encode))
def test_any_bytes_get_an_answer(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    try:
        rows = list(read_weapons(path))
    except (UnreadableFile, UnmappedColumns):
        return
    assert all(isinstance(row, WeaponRow | RowError) for row in rows)
