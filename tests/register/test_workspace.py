"""The directories of loads: gone at their end, and taken away where a load died."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from countermark.register.workspace import LOCK, PREFIX, sweep, workspace

LATER = time.time() + 3600


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_load_leaves_nothing_behind(tmp_path: Path) -> None:
    with workspace() as directory:
        (directory / "rows").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_load_left_is_taken_away(tmp_path: Path) -> None:
    code = (
        f"import os, tempfile; tempfile.tempdir = {str(tmp_path)!r}\n"
        "from countermark.register.workspace import workspace\n"
        "with workspace(): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 1
    assert sweep(tmp_path, LATER) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_directory_of_a_load_that_runs_is_left_alone(tmp_path: Path) -> None:
    with workspace() as directory:
        assert sweep(tmp_path, LATER) == 0
        assert (directory / LOCK).exists()


def test_a_directory_made_a_moment_ago_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}new").mkdir()
    assert sweep(tmp_path, time.time() - 60) == 0


def test_a_directory_without_a_lock_is_left_for_a_day(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}old").mkdir()
    assert sweep(tmp_path, time.time() + 3600) == 0
    assert sweep(tmp_path, time.time() + 2 * 86_400) == 1


def test_nothing_else_is_touched(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    assert sweep(tmp_path, LATER) == 0
    assert (tmp_path / "letters").is_dir()
