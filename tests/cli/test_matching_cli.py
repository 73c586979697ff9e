"""`countermark cooperation match` (contract, *Cooperation*)."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from countermark.bench import match as bench
from countermark.cli import cli

FILE: dict[str, Any] = {
    "needs": [
        {"id": "N1", "amount": 100, "theme": "t", "region": "r", "priority": 1, "from": "2027-01-01", "to": "2027-12-31", "kinds": ["a"], "min_share": 0.5},
        {"id": "N2", "amount": 100, "theme": "u", "region": "r", "priority": 5, "from": "2027-01-01", "to": "2027-12-31", "kinds": [], "min_share": 0},
    ],
    "offers": [{"id": "O1", "budget": 120, "themes": ["t"], "regions": [], "from": "2027-06-01", "to": "2028-01-01", "kinds": []}],
}  # fmt: skip


def run(tmp_path: Path, file: Any, *arguments: str) -> Any:
    """The command on a file."""
    path = tmp_path / "market.json"
    path.write_text(file if isinstance(file, str) else json.dumps(file))
    return CliRunner().invoke(cli, ["cooperation", "match", str(path), *arguments], standalone_mode=False)


def test_the_answer_is_that_of_the_contract(tmp_path: Path) -> None:
    """With what goes beyond it beside."""
    found = json.loads(run(tmp_path, FILE, "--json").stdout)
    [match] = found["matches"]
    assert (match["need"], match["offer"], match["amount"]) == ("N1", "O1", 100)
    assert match["reasons"]
    assert [(one["need"], one["amount"], one["why"]) for one in found["unmet"]] == [
        ("N2", 100, "no offer is for theme u")
    ]
    assert found["objective"] == pytest.approx(5)


def test_without_json_it_is_a_table_for_people(tmp_path: Path) -> None:
    """Each match with its reasons, each unmet need with what stops it, the totals and how good the answer is."""
    said = run(tmp_path, FILE).stdout
    assert "N1  from O1  100" in said
    assert "N2  lacks 100: no offer is for theme u" in said
    assert "objective 5, which is the best there is" in said


def test_overrides_come_from_a_file_of_their_own_too(tmp_path: Path) -> None:
    """And what they cost is said."""
    overrides = tmp_path / "overrides.json"
    overrides.write_text(json.dumps([{"need": "N1", "offer": "O1", "limit": 60}]))
    found = json.loads(run(tmp_path, FILE, "--overrides", str(overrides), "--json").stdout)
    assert found["overrides"]["cost"] == pytest.approx(2)
    assert "the overrides cost 2" in run(tmp_path, FILE, "--overrides", str(overrides)).stdout


@pytest.mark.parametrize("file", ["{", {"needs": [{"id": "N1"}], "offers": []}])
def test_an_unreadable_file_is_wrong_usage(tmp_path: Path, file: Any) -> None:
    """Exit status 2, and the message says where."""
    result = run(tmp_path, file)
    assert type(result.exception).__name__ == "UsageError"


def test_the_bench_measures_both_in_one_run() -> None:
    """A small one: the optimum is at least the other's."""
    figures = bench.measure(60, 0.5, seed=1)
    assert figures["objective_ratio"] >= 1
    assert figures["gap"] < 1e-8
    assert any("greedy" in line for line in bench.lines([figures]))
