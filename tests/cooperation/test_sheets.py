"""Needs and offers from spreadsheets: each fault named by row and column, nothing doubled, what was written loads back."""

import csv
import io
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from countermark.cooperation import acts, needs, queries
from countermark.cooperation.needs import Asked, Costed, Need
from countermark.cooperation.sheets import columns, loading, writing
from countermark.cooperation.sheets.columns import Kind
from countermark.register.checking import Refused
from countermark.register.files import write
from countermark.register.files.errors import UnreadableFile
from tests.cooperation.pagekit import seated, taken, text
from tests.cooperation.region import COORDINATOR, need, offer, region, said_need
from tests.register import people

pytestmark = pytest.mark.django_db

FACTS = {
    "ref": "N1", "title": "Marking of the police stocks", "theme": "marking", "gap": "no import marks", "currency": "EUR",
    "priority": "2", "begin": "2027-01-01", "end": "2028-12-31",
}  # fmt: skip
COST = {"line": "once", "category": "equipment", "amount": "40000"}


@pytest.fixture
def who() -> dict[str, str]:
    return region()


def file(directory: Path, *rows: dict[str, str], name: str = "needs.csv", kind: Kind = "needs") -> Path:
    path = directory / name
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, columns.header(kind))
        writer.writeheader()
        writer.writerows(rows)
    return path


def loaded(path: Path, actor: str = "XA", kind: Kind = "needs") -> dict[str, int]:
    return dict(loading.load(loading.check_file(path, kind, actor), actor=actor, by=COORDINATOR))  # type: ignore[arg-type]


def faults(path: Path, kind: Kind = "needs") -> list[tuple[int, str]]:
    return [(one.row, one.column) for one in loading.check_file(path, kind, "XA").errors]


def test_rows_of_one_number_are_one_need_with_its_lines(who: dict[str, str], tmp_path: Path) -> None:
    rows = (
        {**FACTS, **COST},
        {"ref": "N1", "line": "wanted", "category": "equipment", "what": "dot-peen machine", "quantity": "2"},
        {"ref": "N1", "line": "yearly", "category": "power", "amount": "1200.50", "payer": "Republic of XA"},
        {"ref": "N1", "line": "yearly", "category": "consumables", "amount": "800", "payer": who["donor"]},
    )

    assert loaded(file(tmp_path, *rows)) == {"new": 1, "changed": 0, "unchanged": 0}

    [found] = acts.subjects("need")
    value = found.of(Need)
    assert (value.amount, value.running, value.kinds) == (4000000, 200050, ("equipment",))
    assert [one.payer for one in value.yearly] == ["XA", who["donor"]]
    assert (found.parent, found.state, value.visibility) == ("actor:XA", "open", "private")


def test_a_file_loaded_twice_changes_nothing_and_an_amended_one_only_what_it_amends(
    who: dict[str, str], tmp_path: Path
) -> None:
    rows = [{**FACTS, **COST}, {**FACTS, **COST, "ref": "N2"}]
    path = file(tmp_path, *rows)
    loaded(path)

    assert loaded(path) == {"new": 0, "changed": 0, "unchanged": 2}
    rows[1]["title"] = "Marking of the customs stocks"
    assert loaded(file(tmp_path, *rows)) == {"new": 0, "changed": 1, "unchanged": 1}
    assert len(acts.subjects("need")) == 2


def test_two_actors_that_use_one_number_have_a_need_each(who: dict[str, str], tmp_path: Path) -> None:
    path = file(tmp_path, {**FACTS, **COST})

    assert loaded(path) == loaded(path, "XQ") == {"new": 1, "changed": 0, "unchanged": 0}


def test_the_id_of_another_actors_need_is_a_number_like_any_other(who: dict[str, str], tmp_path: Path) -> None:
    theirs = need("XQ")

    assert loaded(file(tmp_path, {**FACTS, **COST, "ref": theirs})) == {"new": 1, "changed": 0, "unchanged": 0}
    assert acts.texts_of([needs.mine(theirs, "XQ")])[needs.mine(theirs, "XQ").value["gap"]].startswith("A third")


@pytest.mark.parametrize(
    ("change", "row", "column"),
    [
        ({"ref": ""}, 2, "ref"),
        ({"theme": "everything"}, 2, "theme"),
        ({"currency": "XYZ"}, 2, "currency"),
        ({"priority": "high"}, 2, "priority"),
        ({"priority": "9"}, 2, "priority"),
        ({"end": "31.12.2028"}, 2, "end"),
        ({"end": "2026-12-31"}, 2, "end"),
        ({"amount": "1,500"}, 2, "amount"),
        ({"category": "machines"}, 2, "category"),
        ({"line": "monthly"}, 2, "line"),
        ({"quantity": "2"}, 2, "quantity"),
        ({"payer": "Somebody"}, 2, "payer"),
        ({"state": "planned"}, 2, "state"),
        ({"actor": "XQ"}, 2, "actor"),
        ({"rules": "four"}, 2, "rules"),
        ({"languages": "xx1"}, 2, "languages"),
        ({"visibility": "partners"}, 2, "partners"),
        ({"indicator": "requests_unanswered"}, 2, "indicator"),
        ({"indicator": "missing", "indicator_value": "12"}, 2, "indicator_value"),
        ({"title": ""}, 2, "title"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column_and_nothing_is_kept(
    who: dict[str, str], tmp_path: Path, change: dict[str, str], row: int, column: str
) -> None:
    people.weapon("W0", "AB1000")
    path = file(tmp_path, {**FACTS, **COST, **change}, {**FACTS, **COST, "ref": "N2"})

    assert (row, column) in faults(path)
    with pytest.raises(Refused):
        loaded(path)
    assert acts.subjects("need") == []


def test_a_fault_stands_in_the_row_of_its_line_and_a_contradiction_in_the_second(
    who: dict[str, str], tmp_path: Path
) -> None:
    path = file(
        tmp_path,
        {**FACTS, **COST},
        {"ref": "N1", **COST, "amount": "1e5"},
        {"ref": "N1", "title": "Something else", **COST},
    )

    assert faults(path) == [(3, "amount"), (4, "title")]


@pytest.mark.parametrize(
    "header", ["ref,title", "ref,ref,title", "ref,title,theme,gap,currency,priority,begin,end,colour", ""]
)
def test_a_file_whose_columns_are_not_these_is_refused_as_a_whole(
    who: dict[str, str], tmp_path: Path, header: str
) -> None:
    path = tmp_path / "needs.csv"
    path.write_text(f"{header}\n1,2\n")

    with pytest.raises(UnreadableFile):
        loading.check_file(path, "needs", "XA")


def test_a_workbook_with_numbers_and_dates_is_read_as_what_it_shows(who: dict[str, str], tmp_path: Path) -> None:
    import datetime as dt

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    values: dict[str, Any] = {**FACTS, **COST, "priority": 2, "amount": 40000.5, "begin": dt.date(2027, 1, 1)}
    sheet.append(list(values))
    sheet.append(list(values.values()))
    book.save(tmp_path / "needs.xlsx")

    assert loaded(tmp_path / "needs.xlsx")["new"] == 1
    [found] = acts.subjects("need")
    assert (found.of(Need).amount, found.of(Need).begin) == (4000050, "2027-01-01")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
"""Files are read in NFC."""


@given(
    title=WORDS, sites=st.lists(WORDS, max_size=2), amounts=st.lists(st.integers(0, 10**12), min_size=1, max_size=3),
    payer=st.sampled_from(["", "XA", "XQ"]), state=st.sampled_from(["draft", "open", "met", "withdrawn"]),
)  # fmt: skip
def test_needs_written_into_a_file_load_back_unchanged(
    title: str, sites: list[str], amounts: list[int], payer: str, state: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    region()
    said = said_need(
        title=title, sites=sites, once=[Costed("equipment", str(amount + 1)) for amount in amounts],
        yearly=[Costed("power", str(amount), payer, title) for amount in amounts], wanted=[Asked("training", title, 3)],
    )  # fmt: skip
    needs.state_need(said, actor="XA", by=COORDINATOR, state=state)
    path = tmp_path_factory.mktemp("sheets") / "needs.csv"
    found = acts.subjects("need")
    write.write_rows(path, columns.header("needs"), writing.rows("needs", found))

    checked = loading.check_file(path, "needs", "XA")
    assert checked.errors == []
    assert {one.verdict for one in checked.items} == {"unchanged"}
    assert len(checked.items) == len(found)


test_needs_written_into_a_file_load_back_unchanged = settings(max_examples=6, phases=[Phase.generate])(
    test_needs_written_into_a_file_load_back_unchanged
)


def test_offers_written_into_a_file_load_back_unchanged(who: dict[str, str], tmp_path: Path) -> None:
    offer(who["donor"], standards=["ISO 1", "ISO 2"], ceiling="5000", eligible=["XA"], co_funding=10, conditions="=1+1")
    path = tmp_path / "offers.csv"
    write.write_rows(path, columns.header("offers"), writing.rows("offers", acts.subjects("offer")))

    assert loaded(path, who["donor"], "offers") == {"new": 0, "changed": 0, "unchanged": 1}


def test_a_file_is_shown_first_and_loaded_once_that_is_confirmed(who: dict[str, str], tmp_path: Path) -> None:
    pelia = seated("pelia", "XA", "assistance")
    data = file(tmp_path, {**FACTS, **COST}).read_bytes()

    shown = pelia.post("/cooperation/sheets/needs/", {"file": SimpleUploadedFile("needs.csv", data)})
    page = shown.content.decode()
    assert "Nothing is wrong with this file" in page
    assert "Marking of the police stocks" in page
    assert acts.subjects("need") == []

    signed = page.partition('name="checked" value="')[2].partition('"')[0]
    answer = pelia.post("/cooperation/sheets/needs/", {"checked": signed})
    assert answer.headers["Location"] == "/cooperation/needs/"
    assert len(acts.subjects("need")) == 1
    assert "1 new" in text(pelia, "needs/")


def test_a_file_with_faults_is_shown_with_them_and_what_was_shown_to_another_is_not_loaded(
    who: dict[str, str], tmp_path: Path
) -> None:
    pelia, donor = seated("pelia", "XA", "assistance"), seated("ingrid", who["donor"])
    data = file(tmp_path, {**FACTS, **COST, "theme": "everything"}).read_bytes()
    shown = pelia.post("/cooperation/sheets/needs/", {"file": SimpleUploadedFile("needs.csv", data)})
    assert shown.status_code == 422
    assert "one of legislation" in shown.content.decode()

    good = file(tmp_path, {**FACTS, **COST}).read_bytes()
    page = pelia.post("/cooperation/sheets/needs/", {"file": SimpleUploadedFile("needs.csv", good)}).content.decode()
    signed = page.partition('name="checked" value="')[2].partition('"')[0]
    donor.post("/cooperation/sheets/needs/", {"checked": signed})
    pelia.post("/cooperation/sheets/needs/", {"checked": signed + "x"})
    assert acts.subjects("need") == []


@pytest.mark.parametrize("kind", ["needs", "offers"])
def test_the_blank_file_has_every_column_and_its_example_loads(who: dict[str, str], tmp_path: Path, kind: Kind) -> None:
    pelia = seated("pelia", "XA", "assistance")
    for suffix in ("csv", "xlsx"):
        path = tmp_path / f"blank.{suffix}"
        path.write_bytes(pelia.get(f"/cooperation/sheets/{kind}/blank.{suffix}").content)
        assert faults(path, kind) == []


def test_ones_own_needs_are_taken_away_and_nobody_elses(who: dict[str, str]) -> None:
    need(title="Ours")
    need("XQ", title="Theirs", visibility="public")

    rows = list(csv.DictReader(io.StringIO(taken(seated("pelia", "XA", "assistance"), "sheets/needs/own/"))))

    assert {row["title"] for row in rows} - {""} == {"Ours"}
    assert {row["ref"] for row in rows} == {
        one.key for one in queries.visible(queries.Viewer("XA"), "need", parent="actor:XA")
    }
