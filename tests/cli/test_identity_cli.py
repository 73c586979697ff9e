"""Whose store it is, in whose name one acts, whose weapons a file holds."""

import csv
from pathlib import Path

import pytest

from tests.support.cli import Cli


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["ref", "kind", "mark"], ["A1", "revolver", "TKD48213"]])
    return path


def test_a_store_cannot_be_made_another_states_register(run_cli: Cli, register_file: Path) -> None:
    assert run_cli("load", "weapons", register_file).code == 0
    elsewhere = Cli({**run_cli.environment, "COUNTERMARK_STATE": "QQ"})
    refused = elsewhere("load", "weapons", register_file)
    assert (refused.code, "QQ" in refused.err) == (2, True), refused.err


def test_a_store_knows_its_state_where_the_variable_is_forgotten(run_cli: Cli, register_file: Path) -> None:
    theirs = Cli({**run_cli.environment, "COUNTERMARK_STATE": "QQ"})
    assert theirs("load", "weapons", register_file).code == 0
    forgotten = Cli({k: v for k, v in run_cli.environment.items() if k != "COUNTERMARK_STATE"})
    again = forgotten("load", "weapons", register_file, "--json").json()
    assert (again["new"], again["unchanged"]) == (0, 1)


def test_nobody_acts_in_the_name_of_a_user_the_store_does_not_know(run_cli: Cli, register_file: Path) -> None:
    assert run_cli("user", "add", "alice", "--role", "registrar").code == 0
    assert run_cli("--as", "alcie", "load", "weapons", register_file).code == 2
    assert run_cli("--as", "alice", "load", "weapons", register_file).code == 0


def test_an_export_of_several_sources_asks_which(run_cli: Cli, register_file: Path, tmp_path: Path) -> None:
    for source in ("OLD1", "OLD2"):
        assert run_cli("load", "weapons", register_file, "--source", source).code == 0
    refused = run_cli("export", "weapons", tmp_path / "all.csv")
    assert (refused.code, "OLD1, OLD2" in refused.err) == (2, True), refused.err
    assert run_cli("export", "weapons", tmp_path / "old.csv", "--source", "OLD1").code == 0
    assert run_cli("load", "weapons", tmp_path / "old.csv", "--source", "OLD1", "--json").json()["unchanged"] == 1
