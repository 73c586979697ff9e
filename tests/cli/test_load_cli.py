"""`countermark load` and `export` as other programs see them (contract, *Commands*)."""

import csv
import json
from pathlib import Path

import pytest

from tests.support.cli import Cli

SHAPE = {"rows", "weapons", "marks", "events", "new", "unchanged", "refused", "errors"}


@pytest.fixture
def weapons(tmp_path: Path) -> Path:
    file = tmp_path / "w.csv"
    file.write_text("ref,maker,component,mark\nA1,Rossi,frame,K1\nA1,Rossi,barrel,B1\nA2,Rossi,frame,K2\n", "utf-8")
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "bad.csv"
    file.write_text("ref,kind,mark\nA1,rifle,K1\nA2,cannon,K2\n", "utf-8")
    return file


def size(run_cli: Cli) -> int:
    return len(run_cli("ledger", "export").out.splitlines())


def test_a_load_is_0_in_the_shape_of_the_contract_and_so_is_the_same_again(run_cli: Cli, weapons: Path) -> None:
    first = run_cli("load", "weapons", weapons, "--json")
    assert (first.code, first.err) == (0, "")
    report = first.json()
    assert report.keys() >= SHAPE
    assert [report[name] for name in ("rows", "weapons", "marks", "new", "refused")] == [3, 2, 3, 2, 0]
    before = size(run_cli)
    again = run_cli("load", "weapons", weapons, "--json")
    assert (again.code, again.json()["unchanged"], size(run_cli)) == (0, 2, before)


def test_a_bad_row_is_1_and_named_by_its_number_with_the_header_as_1(run_cli: Cli, bad: Path) -> None:
    done = run_cli("load", "weapons", bad, "--json")
    (error,) = done.json()["errors"]
    assert (done.code, error["row"], error["column"], error["value"]) == (1, 3, "kind", "cannon")
    assert run_cli("show", "A1").code == 1


def test_skipped_rows_are_written_out_with_their_reason_and_load_once_mended(run_cli: Cli, bad: Path) -> None:
    rejects = bad.with_name("rejects.csv")
    done = run_cli("load", "weapons", bad, "--on-error", "skip", "--rejects", rejects, "--json")
    assert (done.code, done.json()["new"], done.json()["refused"]) == (1, 1, 1)
    with rejects.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["ref"] == "A2"
    assert "kind" in row["reason"]
    rejects.write_text(rejects.read_text("utf-8").replace("cannon", "rifle"), "utf-8")
    assert run_cli("load", "weapons", rejects, "--ignore-columns", "reason", "--json").json()["new"] == 1


def test_a_dry_run_tells_and_writes_nothing(run_cli: Cli, weapons: Path) -> None:
    run_cli("ledger", "checkpoint")
    before = size(run_cli)
    done = run_cli("load", "weapons", weapons, "--dry-run", "--json")
    assert (done.code, done.json()["new"], size(run_cli)) == (0, 2, before)


@pytest.mark.parametrize(
    "content", ["ref,mark,shoe size\nA1,K1,43\n", "mark\nK1\n", ""], ids=["unmapped column", "no ref", "empty"]
)
def test_what_is_no_register_file_is_2(run_cli: Cli, tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(content, "utf-8")
    done = run_cli("load", "weapons", file)
    assert (done.code, done.out, "Traceback" in done.err) == (2, "", False), done.err


def test_a_map_is_suggested_and_then_loads_the_file(run_cli: Cli, tmp_path: Path) -> None:
    file, map_ = tmp_path / "es.csv", tmp_path / "es.toml"
    file.write_text("Registro;Marca;Número de serie\nA1;Rossi;K1\n", "utf-8")
    assert run_cli("load", "weapons", file).code == 2
    map_.write_text(run_cli("load", "weapons", file, "--suggest-map").out, "utf-8")
    done = run_cli("load", "weapons", file, "--map", map_, "--json")
    assert (done.code, done.json()["new"]) == (0, 1), done.err


def test_what_is_exported_loads_back_unchanged(run_cli: Cli, weapons: Path, tmp_path: Path) -> None:
    events = tmp_path / "e.csv"
    events.write_text("ref,event,date,to\nA1,issue,2001-03,Unit 5\n", "utf-8")
    for kind, file in (("weapons", weapons), ("events", events)):
        assert run_cli("load", kind, file).code == 0
    for kind in ("weapons", "events"):
        out = tmp_path / f"out-{kind}.csv"
        assert run_cli("export", kind, out).code == 0
        report = run_cli("load", kind, out, "--json").json()
        assert (report["new"], report["changed"], report["refused"]) == (0, 0, 0), report


def test_an_export_to_a_spreadsheet_is_wrong_usage(run_cli: Cli, tmp_path: Path) -> None:
    assert run_cli("export", "weapons", tmp_path / "w.xlsx").code == 2


def test_a_correction_needs_a_reason_and_says_changed(run_cli: Cli, weapons: Path) -> None:
    run_cli("load", "weapons", weapons)
    weapons.write_text("ref,maker,component,mark\nA2,Taurus,frame,K2\n", "utf-8")
    assert run_cli("load", "weapons", weapons).code == 1
    done = run_cli("load", "weapons", weapons, "--correct", "read again", "--json")
    assert (done.code, done.json()["changed"]) == (0, 1)


def test_an_epcis_document_that_is_none_is_2_and_one_bad_event_1(run_cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "d.jsonld"
    file.write_text("{}", "utf-8")
    assert run_cli("load", "epcis", file).code in (1, 2)
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2024-01-01T00:00:00.000Z",
        "epcisBody": {"eventList": [{"type": "ObjectEvent"}]},
    }
    file.write_text(json.dumps(document), "utf-8")
    done = run_cli("load", "epcis", file, "--json")
    assert (done.code, done.json()["new"], done.json()["refused"]) == (1, 0, 1)
