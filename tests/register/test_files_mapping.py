import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.files.errors import RowError, UnmappedColumns, UnreadableFile
from countermark.register.files.mapping import (
    NO_MAP,
    FileMap,
    guess_column,
    guess_value,
    parse_map,
    place_columns,
    read_map,
    suggest_map,
)
from countermark.register.files.tables import Table, open_table
from countermark.register.files.vocabulary import WEAPON_COLUMNS
from countermark.register.files.weapons import Facts, WeaponRow, read_weapons


def table(tmp_path: Path, *rows: Sequence[str]) -> Table:
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return open_table(path)


def test_headers_are_known_without_regard_to_case_and_spaces(tmp_path: Path) -> None:
    assert place_columns(table(tmp_path, ["Ref", "Mark Condition", "MARK-KIND"]), WEAPON_COLUMNS) == {
        "ref": 0,
        "mark_condition": 1,
        "mark_kind": 2,
    }


def test_an_unknown_column_is_named_with_a_guess(tmp_path: Path) -> None:
    with pytest.raises(UnmappedColumns) as raised:
        place_columns(table(tmp_path, ["ref", "Número de serie", "shoe"]), WEAPON_COLUMNS)
    assert raised.value.names == ("Número de serie", "shoe")
    assert "'Número de serie' (perhaps mark)" in str(raised.value)


def test_a_map_can_dismiss_columns(tmp_path: Path) -> None:
    mapping = parse_map('ignore = ["shoe"]')
    assert place_columns(table(tmp_path, ["ref", "shoe"]), WEAPON_COLUMNS, mapping) == {"ref": 0}


def test_two_columns_may_swap_names(tmp_path: Path) -> None:
    mapping = parse_map('[columns]\nmaker = "model"\nmodel = "maker"')
    assert place_columns(table(tmp_path, ["maker", "model"]), WEAPON_COLUMNS, mapping) == {"model": 0, "maker": 1}


def test_a_column_without_a_name_must_be_dismissed_too(tmp_path: Path) -> None:
    opened = table(tmp_path, ["ref", "", "mark"])
    with pytest.raises(UnmappedColumns, match="column 2"):
        place_columns(opened, WEAPON_COLUMNS)
    assert place_columns(opened, WEAPON_COLUMNS, NO_MAP, ["column 2"]) == {"ref": 0, "mark": 2}


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "[colums]\na = 'ref'",
        "[columns]\na = 1",
        "columns = 3",
        "ignore = 'x'",
        "[values.kind]\npistola = 'gun'",
        "[values.maker]\na = 'b'",
        "[values.country]\nBrasil = 'Brazil'",
        "[dates]\ncalendar = 'mayan'",
        "[dates]\nformat = 'DD/MM'",
        "[dates]\nzone = 'Moon/Crater'",
    ],
)
def test_a_map_with_a_mistake_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"map map\.toml"):
        read_map(path)


def test_an_absent_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read_map(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Serial No.", "mark"), ("Número de serie", "mark"), ("N° de série", "mark"), ("Fabricante", "maker"),
        ("Pays d'origine", "country"), ("Калибр", "calibre"), ("Год выпуска", "year"), ("Заводской номер", "mark"),
        ("الرقم التسلسلي", "mark"), ("نوع السلاح", "kind"), ("shoe size", None), ("", None),
    ],
)  # fmt: skip
def test_usual_headers_of_six_languages_are_guessed(header: str, column: str | None) -> None:
    assert guess_column(header, WEAPON_COLUMNS) == column


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("kind", "Pistola", "self_loading_pistol"), ("kind", "Assault Rifle", "assault_rifle"), ("kind", "револьвер", "revolver"),
        ("country", "Brazil", "BR"), ("country", "br", "BR"), ("component", "Canon", "barrel"), ("kind", "blunderbuss", None),
    ],
)  # fmt: skip
def test_usual_values_are_guessed(column: str, value: str, code: str | None) -> None:
    assert guess_value(column, value) == code


def test_a_suggested_map_leaves_what_it_does_not_understand_to_the_person(tmp_path: Path) -> None:
    opened = table(
        tmp_path,
        ["Nº registro", "Tipo", "País", "Serie", "zapato"],
        ["A1", "Pistola", "Brazil", "TK1", "43"],
        ["A2", "Trabuco", "", "TK2", ""],
    )
    suggestion = suggest_map(opened, WEAPON_COLUMNS)
    assert '# ignore = ["zapato"]' in suggestion
    assert '# "Trabuco" = ""' in suggestion
    with pytest.raises(UnmappedColumns, match="zapato"):
        read_weapons(opened.path, mapping=parse_map(suggestion))
    row, refused = read_weapons(opened.path, mapping=parse_map(suggestion), ignore_columns=["zapato"])
    assert isinstance(refused, RowError)
    assert isinstance(row, WeaponRow)
    assert (row.ref, row.mark.mark, row.facts) == ("A1", "TK1", Facts("self_loading_pistol", country="BR"))


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6), st.lists(st.text(max_size=8), max_size=6))
def test_a_suggested_map_is_always_valid(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], values: list[str]
) -> None:
    directory = tmp_path_factory.mktemp("m")
    path = directory / "t.csv"
    with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
        csv.writer(file).writerows([["kind", *header], [*values]])
    try:
        opened = open_table(path)
    except UnreadableFile:
        return
    assert isinstance(parse_map(suggest_map(opened, WEAPON_COLUMNS)), FileMap)
