"""The benchmark of answers over the network: a real server is asked in every way, and what is beyond the search is told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from countermark.bench import http


def test_a_server_is_asked_in_every_way(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "countermark.bench.http", "--rows", "300", "--queries", "3", "--json"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COUNTERMARK_")}
    done = subprocess.run(
        command, env=environment | {"HOME": str(tmp_path)}, capture_output=True, text=True, check=True, timeout=120
    )
    figures = json.loads(done.stdout)
    assert figures["rows"] == 300
    assert all(figures["ms"][way]["p50"] > figures["ms"]["search"]["p50"] > 0 for way in http.WAYS)


def test_what_a_way_takes_beyond_the_search_is_counted_reading_by_reading() -> None:
    times = [dict.fromkeys(http.WAYS, 30.0) | {"search": 10.0}, dict.fromkeys(http.WAYS, 100.0) | {"search": 90.0}]
    figures = http._figures(times)["ms"]
    assert figures["search"] == pytest.approx({"p50": 50.0, "p95": 86.0})
    assert all(figures[way]["p95_beyond_search"] == pytest.approx(19.5) for way in http.WAYS)
