"""The measurement of the blind check: what it says of a register it invents."""

from pathlib import Path

import pytest

from countermark.bench import blind
from countermark.tracing.blind import setups


def test_every_part_is_made_sealed_and_looked_into(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setups, "PART", 100)
    found = blind.measured(300, node)
    assert (found["marks"], found["parts"], found["hit"]) == (300, 3, True)
    assert 2 < found["bytes_a_mark"] < 10
