"""Spreadsheets on the command line: what a spreadsheet keeps as numbers and dates, in every file that is read."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl

from tests.support.cli import Cli


def workbook(path: Path, *rows: Sequence[object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def test_a_weapon_of_which_the_spreadsheet_spoiled_one_mark_does_not_enter_with_the_others(
    run_cli: Cli, tmp_path: Path
) -> None:
    rows = ("A1", "frame", "K1"), ("A1", "barrel", 1.5), ("A2", "frame", 4711)
    file = workbook(tmp_path / "w.xlsx", ("ref", "component", "mark"), *rows)
    done = run_cli("load", "weapons", file, "--on-error", "skip", "--json")
    report = done.json()
    assert (done.code, report["new"], report["refused"]) == (1, 1, 2)
    assert [(error["row"], error["value"]) for error in report["errors"]] == [(3, "1.5"), (2, "")]


def test_events_with_numbers_and_dates_of_a_spreadsheet_are_loaded(run_cli: Cli, tmp_path: Path) -> None:
    run_cli("load", "weapons", workbook(tmp_path / "w.xlsx", ("ref", "mark"), (7, "K1")), "--json")
    head = ("ref", "event", "date", "document", "id")
    rows = (7, "import", dt.date(2001, 1, 2), 815, 12), (7, "count", 2002, None, 13)
    done = run_cli("load", "events", workbook(tmp_path / "e.xlsx", head, *rows), "--json")
    assert (done.code, done.json()["new"]) == (0, 2)


def test_readings_of_a_spreadsheet_are_answered_and_a_spoiled_one_keeps_its_name(run_cli: Cli, tmp_path: Path) -> None:
    run_cli("load", "weapons", workbook(tmp_path / "w.xlsx", ("ref", "mark"), ("A1", 4711)), "--json")
    file = workbook(tmp_path / "r.xlsx", ("query_id", "reading", "calibre"), (1, 4711, 9), (2, 1.5, 9))
    done = run_cli("trace", "--readings", file, "--out", tmp_path / "out.jsonl", "--json")
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert done.code == 1
    assert [(answer["query_id"], answer["outcome"]) for answer in answers] == [("1", "identified"), ("2", "error")]


def test_a_list_of_a_spreadsheet_is_loaded_or_refused_by_cell(run_cli: Cli, tmp_path: Path) -> None:
    good = workbook(tmp_path / "m.xlsx", ("maker", "name"), ("Rossi", 971))
    assert run_cli("load", "models", good, "--json").code == 0
    bad = run_cli("load", "makers", workbook(tmp_path / "b.xlsx", ("name", "country"), (1.5, "BR")), "--json")
    assert (bad.code, bad.json()["errors"][0]["value"]) == (1, "1.5")
