"""Processes that die without warning while they write: what was acknowledged stays, nothing is there by half."""

import os
import random
import time
from pathlib import Path

import pytest

from countermark.bench.load import write_register
from countermark.ledger import store as log
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import NODE
from countermark.ledger.verify import verify
from countermark.register import births, bodies, projection
from countermark.register.loading import batches
from countermark.register.loading.options import Options
from countermark.register.loading.weapons import load_weapons
from countermark.register.models import Weapon
from tests.register.children import SOURCE, bulk, capturing, started

KILLS = 10
STORES = 2 * int(os.environ.get("COUNTERMARK_TEST_SCALE", "1"))
"""20 kills, 500 in a soak: many small stores, because each kill is followed by a look at everything."""
LONGEST = 0.8
"""Seconds a process may work before it is killed."""


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many commits in little time."""
    monkeypatch.setattr(births, "CHUNK", 50)
    monkeypatch.setattr(batches, "CHUNK", 100)
    monkeypatch.setattr(batches, "MAX_BATCH", 100)


def _head(path: Path, rows: int) -> Path:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head = path.with_name("head.csv")
    head.write_text("".join(lines[: rows + 1]), encoding="utf-8")
    return head


@pytest.mark.usefixtures("store", "small_batches")
@pytest.mark.parametrize("seed", range(STORES))
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "register.csv"
    write_register(path, 300 * KILLS, seed=5)
    chance = random.Random(seed)
    load_weapons(_head(path, 3), Options(), by=NODE)
    ref = Weapon.objects.values_list("ref", flat=True)[0]
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        with started(tmp_path, bulk(path), capturing(ref)) as (loader, counter):
            time.sleep(chance.uniform(0.0, LONGEST))
            for child in chance.sample([loader, counter], 2):
                child.kill()
        acknowledged.update(event_id for event_id, _ in counter.said())
        weapons = max(loader.said(), default=0)
        assert acknowledged <= {entry.event_id for entry in log.entries_at(_positions(ref))}
        assert Weapon.objects.count() >= weapons
        assert verify().ok
    assert acknowledged
    report = load_weapons(path, Options(), by=NODE)
    assert (report.loaded, report.refused, Weapon.objects.count()) == (True, 0, report.weapons)
    rebuild_views()
    assert verify().ok


def _positions(ref: str) -> list[int]:
    return [entry.position for entry in projection.entries_of([bodies.weapon_id(SOURCE, ref)])]
