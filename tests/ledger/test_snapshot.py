"""Others go on writing while a store is verified, exported or backed up."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from countermark.ledger import backup, services
from countermark.ledger import store as logs
from countermark.ledger.services import append, timed_act
from countermark.ledger.snapshot import snapshot
from countermark.ledger.verify import verify
from tests.ledger.foreign import ANN


@pytest.fixture
def busy(store: str) -> Iterator[threading.Event]:
    """A store another thread appends to until it is told to stop; the event says that it has begun."""
    services.require_own_log()
    begun, stop = threading.Event(), threading.Event()
    failures: list[Exception] = []

    def write() -> None:
        try:
            number = 0
            while not stop.is_set():
                number += 1
                append(
                    [timed_act("setting_changed", {"n": number}, kept=(services.setting_write("n", str(number)),))],
                    by=ANN,
                )
                begun.set()
        except Exception as error:  # noqa: BLE001 (shown below)
            failures.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    yield begun
    stop.set()
    writer.join()
    assert not failures


def test_verify_sees_one_moment_of_a_store_that_is_written_to(busy: threading.Event) -> None:
    assert busy.wait(20)
    for _ in range(5):
        report = verify()
        assert report.ok, report.first_difference


def test_a_backup_is_of_one_moment(busy: threading.Event, tmp_path: Path) -> None:
    assert busy.wait(20)
    backup.write(tmp_path / "busy.backup")
    with (tmp_path / "busy.backup").open("rb") as file:
        manifest = backup._read_back(file)
    settings = next(table for table in manifest.tables if table.name == "ledger_nodesetting")
    assert settings.rows == 2, "the node's secret and the one that is written again and again"
    assert manifest.logs[0].size > 1


def test_what_is_read_inside_does_not_change(busy: threading.Event) -> None:
    assert busy.wait(20)
    log = services.require_own_log()
    with snapshot():
        before = logs.size(log)
        seen = {logs.size(log) for _ in range(200)}
    assert seen == {before}


def test_afterwards_the_connection_writes_as_before(store: str) -> None:
    services.require_own_log()
    with snapshot():
        verify()
    with pytest.raises(ZeroDivisionError), snapshot():
        raise ZeroDivisionError
    services.set_setting("colour", "green", by=ANN)
    assert verify().ok
