from pathlib import Path

import pytest

from countermark.register.files.errors import RowError, UnreadableFile
from countermark.register.files.lists import Kind, Listed, ListedCalibre, ListedMaker, ListedModel, aliases, read_list


def rows(tmp_path: Path, kind: Kind, content: str) -> list[Listed | RowError]:
    path = tmp_path / "l.csv"
    path.write_text(content, encoding="utf-8")
    return list(read_list(kind, path))


def test_makers_have_aliases_and_a_country(tmp_path: Path) -> None:
    assert rows(tmp_path, "makers", "name,aliases,country\nTaurus,Forjas Taurus| FT |Taurus|,BR\n") == [
        ListedMaker(2, "Taurus", ("Forjas Taurus", "FT"), "BR")
    ]


def test_models_name_their_control_component(tmp_path: Path) -> None:
    content = "maker,name,kind,control_component,calibre\nTaurus,PT92,self_loading_pistol,frame,9x19mm\n"
    assert rows(tmp_path, "models", content) == [
        ListedModel(2, "Taurus", "PT92", (), "self_loading_pistol", "frame", "9x19mm")
    ]


def test_calibres_have_a_diameter(tmp_path: Path) -> None:
    assert rows(tmp_path, "calibres", 'name,aliases,mm\n9x19mm,9 mm Parabellum|9 Luger,"9,01"\n') == [
        ListedCalibre(2, "9x19mm", ("9 mm Parabellum", "9 Luger"), "9.01")
    ]


@pytest.mark.parametrize("mm", ["0", "-1", "9000", "nan", "inf", "nine", "1e1", "1_0"])
def test_a_diameter_that_is_none_is_refused(tmp_path: Path, mm: str) -> None:
    (row,) = rows(tmp_path, "calibres", f"name,mm\nx,{mm}\n")
    assert isinstance(row, RowError)
    assert row.column == "mm"


def test_a_name_is_needed(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "models", "maker,name\nTaurus,\n")
    assert isinstance(row, RowError)
    assert (row.column, row.code) == ("name", "missing")
    with pytest.raises(UnreadableFile, match="maker"):
        rows(tmp_path, "models", "name\nPT92\n")


def test_an_alias_is_told_once_and_never_the_name_itself() -> None:
    assert aliases("a| b  c |a||n", "n") == ("a", "b c")
