"""A long load, eight writers and readers together (design, *Storage*)."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from countermark.bench.load import write_register
from countermark.ledger import database, services
from countermark.ledger import store as log
from countermark.ledger.services import NODE
from countermark.ledger.verify import verify
from countermark.register.loading.batches import TARGET_SECONDS
from countermark.register.loading.options import Options
from countermark.register.loading.weapons import load_weapons
from countermark.register.models import Weapon
from tests.register.children import Say, bulk, capturing, reading, started

LONGEST_WAIT = 2.0
CAPTURES = 5


def _registered(tmp_path: Path, rows: int) -> Path:
    """A register file whose first weapons are in the store already."""
    path = tmp_path / "register.csv"
    write_register(path, rows, seed=9)
    head = tmp_path / "head.csv"
    head.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:21]), encoding="utf-8")
    load_weapons(head, Options(), by=NODE)
    return path


@pytest.mark.usefixtures("store")
def test_a_person_does_not_wait_for_a_long_load(tmp_path: Path, scale: int) -> None:
    path = _registered(tmp_path, 12_000 * scale)
    ref = Weapon.objects.values_list("ref", flat=True)[0]
    with started(tmp_path, bulk(path), capturing(ref, pause=0.1)) as (loader, person):
        loader.process.join()
        waits = [seconds for _, seconds in person.said()]
    assert loader.process.exitcode == 0
    assert len(waits) >= CAPTURES
    assert max(waits) < LONGEST_WAIT


def _holding(batches: int) -> Callable[[Say], None]:
    """A load at its fullest: it holds the write lock for a third of a second and takes it again at once."""

    def work(_: Say) -> None:
        with database.bulk():
            for _batch in range(batches):
                with database.write_transaction(services.require_own_log().id):
                    time.sleep(TARGET_SECONDS)
                database.settle()

    return work


@pytest.mark.usefixtures("store")
def test_who_waits_for_the_lock_goes_before_a_load_that_takes_it_again_at_once(tmp_path: Path) -> None:
    _registered(tmp_path, 100)
    ref = Weapon.objects.values_list("ref", flat=True)[0]
    with started(tmp_path, _holding(2 * CAPTURES), capturing(ref, pause=0.05)) as (holder, person):
        holder.process.join()
        waits = [seconds for _, seconds in person.said()]
    assert len(waits) >= CAPTURES
    assert max(waits) < LONGEST_WAIT


@pytest.mark.usefixtures("store")
def test_a_load_eight_writers_and_readers_together_meet_no_lock(tmp_path: Path, scale: int) -> None:
    path = _registered(tmp_path, 3_000 * scale)
    refs = list(Weapon.objects.values_list("ref", flat=True)[:8])
    before = log.total_size()
    each = CAPTURES * scale
    works = [bulk(path), *(capturing(ref, each, 0.02) for ref in refs), *(reading(ref, 4 * each) for ref in refs)]
    with started(tmp_path, *works) as children:
        for child in children:
            child.process.join()
    assert [child.process.exitcode for child in children] == [0] * len(works)
    acknowledged = [event_id for writer in children[1:9] for event_id, _ in writer.said()]
    assert len(set(acknowledged)) == 8 * each
    assert log.total_size() > before + 8 * each
    assert verify().ok
