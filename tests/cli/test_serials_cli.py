"""Serials stated twice and near marks, from the command line."""

import csv
from pathlib import Path

import pytest

from tests.support.cli import Cli

ADD = ("add", "weapon", "--kind", "revolver", "--maker", "Rossi", "--component", "frame", "--json")


@pytest.fixture
def near(tmp_path: Path) -> Path:
    file = tmp_path / "w.csv"
    file.write_text(
        "ref,kind,maker,component,mark\nA1,revolver,Rossi,frame,K1034\nA2,revolver,Rossi,frame,KI034\n", "utf-8"
    )
    return file


def test_a_serial_stated_otherwise_again_is_a_finding(run_cli: Cli) -> None:
    wrong = run_cli(*ADD, "--ref", "T-1", "--mark", "AB10", "--serial-again", "ABl0")

    assert (wrong.code, wrong.json()["errors"][0]["column"]) == (1, "serial_again")
    assert run_cli(*ADD, "--ref", "T-1", "--mark", "AB10", "--serial-again", "AB10").code == 0


def test_a_rule_is_set_asks_and_ends(run_cli: Cli) -> None:
    said = ("serials", "require", "order-7", "--source", "Order 7/2026", "--since", "2026-01-01", "--of", "programs")
    (rule,) = run_cli(*said, "--json").json()["rules"]
    once = run_cli(*ADD, "--ref", "T-1", "--mark", "AB10")
    ended = run_cli("serials", "end", "order-7", "2026-01-02", "--json").json()["rules"]

    assert (rule["since"], rule["until"], rule["of"]) == ("2026-01-01", "", ["programs"])
    assert (once.code, once.json()["errors"][0]["code"]) == (1, "once")
    assert [one["until"] for one in ended] == ["2026-01-02"]
    assert run_cli("serials", "rules", "--json").json()["rules"] == ended
    assert run_cli(*ADD, "--ref", "T-1", "--mark", "AB10").code == 0
    assert run_cli("serials", "end", "none", "2026-01-02").code == 1


def test_a_near_mark_is_asked_about_only_where_it_is_wanted(run_cli: Cli) -> None:
    run_cli(*ADD, "--ref", "T-1", "--mark", "K1034")
    asked = (*ADD, "--ref", "T-2", "--mark", "KI034", "--ask-near")

    refused = run_cli(*asked)

    assert (refused.code, refused.json()["errors"][0]["code"]) == (1, "near")
    assert run_cli(*asked, "--near-seen").code == 0
    assert run_cli(*ADD, "--ref", "T-3", "--mark", "K1O34").code == 0


def test_a_dry_run_tells_near_marks_and_writes_them_all(run_cli: Cli, near: Path) -> None:
    listed = near.with_name("near.csv")
    done = run_cli("load", "weapons", near, "--dry-run", "--near", listed, "--json")
    told = run_cli("load", "weapons", near, "--dry-run")

    assert (done.code, done.json()["near"]["rows"]) == (0, 1)
    with listed.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["mark"], row["near"], row["near_mark"], row["near_row"]) == (
        "3",
        "KI034",
        "lookalike",
        "K1034",
        "2",
    )
    assert "row 3: 'KI034' is near 'K1034' (lookalike)" in told.out
    assert run_cli("load", "weapons", near, "--near", listed).code == 2
