"""The program as everybody starts it, with nothing imported: most other tests fork what has imported it (`tests.support.prepared`)."""

from pathlib import Path

import pytest

from tests.support.cli import Cli, sqlite_node

WEAPON = ("weapon", "--ref", "T-1", "--kind", "revolver", "--mark", "AB 1234")
FILES = ("weapons.csv", "diverted")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("node")
    (directory / "weapons.csv").write_text("ref,mark\nT-2,CD 5678\n", encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def node(home: Path) -> Cli:
    """A node with one weapon, on SQLite whatever else the run is on: what is imported when does not depend on it."""
    made = sqlite_node(home)
    assert made("add", *WEAPON).code == 0
    return made


@pytest.mark.parametrize(
    "words",
    [
        ("user", "disable", "nobody"),
        ("load", "weapons", "weapons.csv", "--dry-run"),
        ("add", *WEAPON),
        ("trace", "--reading", "AB1Z34"),
        ("forms", "list", "--json"),
        ("ledger", "verify", "--json"),
        ("marking", "batch", "list", "--json"),
        ("request", "list", "--json"),
        ("blind", "take", "weapons.csv"),
        ("case", "list", "--json"),
        ("interpol", "diverted", "--output", "diverted"),
        ("chain", "00000000-0000-4000-8000-000000000000"),
    ],
    ids=" ".join,
)
def test_a_command_answers_alike_whether_or_not_the_program_was_imported_before(
    node: Cli, home: Path, words: tuple[str, ...]
) -> None:
    words = tuple(str(home / word) if word in FILES else word for word in words)
    fresh = node.fresh(*words)
    assert "Traceback" not in fresh.err
    assert fresh == node(*words)
