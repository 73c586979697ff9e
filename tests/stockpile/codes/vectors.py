"""Where the conformance material of GS1 lies, when it is at hand."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

DATA = (
    Path(os.environ.get("COUNTERMARK_CONFORMANCE_DATA", Path(__file__).parents[4] / "shared" / "data")) / "gs1" / "open"
)


def _file(name: str) -> Path:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"the conformance material is not here: {path}")
    return path


def files(folder: str) -> list[Path]:
    """The files below a folder; skips the test where it is not there."""
    found = sorted(path for path in (DATA / folder).rglob("*") if path.is_file())
    if not found:
        pytest.skip(f"the conformance material is not here: {DATA / folder}")
    return found


def lines(name: str) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file; skips the test where it is not there."""
    return [json.loads(line) for line in _file(name).read_text(encoding="utf-8").splitlines()]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of tab separated values; skips the test where it is not there."""
    with _file(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def text(name: str) -> str:
    """A text file; skips the test where it is not there."""
    return _file(name).read_text(encoding="utf-8")
