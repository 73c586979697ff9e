"""Reference lists: loading, loading again, what verify says."""

from pathlib import Path

import pytest

from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.register import lists
from countermark.register.files.errors import UnmappedColumns, UnreadableFile
from countermark.register.models import Term, TermAlias
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db


def written(path: Path, text: str) -> Path:
    file = path / "list.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_list_is_loaded_with_its_aliases_and_loading_it_again_appends_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, "name,aliases,country\nZastava,Zavodi Crvena Zastava|Zastava Oruzje,RS\nColt,,US\n")

    first = lists.load_list("makers", file, CHIEF)
    size = sum(1 for _ in store.all_entries())
    second = lists.load_list("makers", file, CHIEF)

    assert (first.new, first.loaded, second.new, second.unchanged) == (2, True, 0, 2)
    assert sum(1 for _ in store.all_entries()) == size
    assert Term.objects.get(name="Zastava").details == {"country": "RS"}
    assert set(TermAlias.objects.values_list("normalised", flat=True)) == {"zavodi crvena zastava", "zastava oruzje"}
    assert verify().ok


def test_a_later_list_adds_aliases_and_takes_none_away(tmp_path: Path) -> None:
    lists.load_list("makers", written(tmp_path, "name,aliases\nColt,Colt's\n"), CHIEF)

    report = lists.load_list("makers", written(tmp_path, "name,aliases\nColt,Colt Firearms\nColt,CFC\n"), CHIEF)

    (term,) = lists.terms("maker")
    assert (report.changed, term.aliases) == (1, ("CFC", "Colt Firearms", "Colt's"))


def test_models_of_one_name_by_two_makers_are_two_terms(tmp_path: Path) -> None:
    lists.load_list("models", written(tmp_path, "maker,name,kind\nColt,1911,self_loading_pistol\nRossi,1911,\n"), CHIEF)

    assert [(term.name, term.maker) for term in lists.terms("model")] == [("1911", "Colt"), ("1911", "Rossi")]


def test_one_bad_row_and_nothing_is_loaded(tmp_path: Path) -> None:
    report = lists.load_list("calibres", written(tmp_path, "name,aliases,mm\n9mm,,9\n.38,,many\n"), CHIEF)

    assert (report.refused, report.loaded, report.errors[0].row, report.errors[0].column) == (1, False, 3, "mm")
    assert not Term.objects.exists()


def test_a_changed_alias_is_found_by_verify(tmp_path: Path) -> None:
    lists.load_list("makers", written(tmp_path, "name,aliases\nColt,Colt's\n"), CHIEF)
    TermAlias.objects.update(spelling="Other", normalised="other")

    found = verify()

    assert not found.ok
    assert found.first_difference is not None


def test_a_file_that_is_no_list_is_named_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        lists.load_list("makers", written(tmp_path, "aliases\nx\n"), CHIEF)
    with pytest.raises(UnmappedColumns):
        lists.load_list("makers", written(tmp_path, "name,shoe size\nx,1\n"), CHIEF)


def test_an_alias_that_is_looked_up_by_another_text_than_it_says_is_found_by_verify(tmp_path: Path) -> None:
    lists.load_list("makers", written(tmp_path, "name,aliases\nColt,Colt's\n"), CHIEF)
    TermAlias.objects.update(normalised="zastava")

    assert not verify().ok
