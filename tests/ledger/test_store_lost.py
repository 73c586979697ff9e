"""The store goes away, fills up, is locked or torn in the middle: nothing is half done, and the next try works."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import DatabaseError, connection

from countermark.ledger import guard, projections, services, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference
from countermark.ledger.services import Actor, Draft, SideNote, timed_act
from countermark.ledger.unusable import is_unusable
from countermark.ledger.verify import verify
from countermark.register import services as register
from tests.support.cli import PROGRAM, Cli

ANN = Actor("ann")


def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def a_draft() -> Draft:
    return timed_act("export", {"kind": "weapons"}, texts=(SideNote("party", "Unit 5"),))


def size() -> int:
    log = store.own_log()
    return store.size(log) if log else 0


@dataclass
class Mishap:
    """A projection during which something happens to the store: entries and tiles are written, nothing is committed."""

    happening: list[Any] = field(default_factory=list)
    name: str = "mishap"

    def apply(self, entries: Sequence[Entry]) -> None:
        if self.happening:
            self.happening.pop()()

    def rebuild(self) -> None:
        """There is nothing to build."""

    def compare(self) -> Iterator[Difference]:
        yield from ()


@pytest.fixture
def mishap(monkeypatch: pytest.MonkeyPatch) -> Mishap:
    made = Mishap()
    monkeypatch.setattr(projections, "PROJECTIONS", [*projections.PROJECTIONS, made])
    return made


def assert_nothing_half_done_and_the_next_try_works(before: int) -> None:
    connection.close()
    assert size() == before
    register.add_weapon("A1", {"maker": "Rossi"}, [{"component": "frame", "mark": "K1"}], by=ANN)
    report = verify()
    assert report.ok, report.first_difference
    assert report.tree_size > before


def fails_on_append(before: int) -> None:
    with pytest.raises(DatabaseError) as lost:
        services.append([a_draft(), a_draft()], by=ANN)
    assert is_unusable(lost.value), lost.value
    assert_nothing_half_done_and_the_next_try_works(before)


@pytest.fixture
def server(store: str) -> str:
    if not on_postgresql():
        pytest.skip("what a database server does")
    services.require_own_log()
    return store


def run(url: str, statement: str, *parameters: object) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(statement, parameters)


def test_a_connection_ended_in_the_middle_of_appending(server: str, mishap: Mishap) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    mishap.happening = [lambda: run(server, "SELECT pg_terminate_backend(%s)", pid)]
    before = size()
    with pytest.raises(DatabaseError) as lost:
        services.append([a_draft()], by=ANN)
    assert is_unusable(lost.value)
    assert_nothing_half_done_and_the_next_try_works(before)


def _slowly() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def _set(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {setting}")


def test_a_statement_past_its_time_out(server: str, mishap: Mishap) -> None:
    before = size()
    _set("statement_timeout = 200")
    mishap.happening = [_slowly]
    fails_on_append(before)


def test_a_log_locked_past_the_time_out_on_a_server(server: str) -> None:
    before = size()
    _set("lock_timeout = 100")
    log = services.require_own_log()
    with psycopg.connect(server) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", (0x434D, log.id))
        with pytest.raises(DatabaseError) as locked:
            services.append([a_draft()], by=ANN)
    assert is_unusable(locked.value)
    assert_nothing_half_done_and_the_next_try_works(before)


def test_a_server_that_turned_read_only(server: str) -> None:
    before = size()
    _set("default_transaction_read_only = on")
    fails_on_append(before)


def test_a_servers_full_disk_is_a_store_that_cannot_be_used() -> None:
    from django.db.utils import OperationalError

    assert issubclass(psycopg.errors.DiskFull, psycopg.OperationalError)
    assert is_unusable(OperationalError("could not extend file: No space left on device"))


@pytest.fixture
def file(store: str) -> Path:
    if on_postgresql():
        pytest.skip("what happens to the file of an embedded store")
    services.require_own_log()
    return Path(str(connection.settings_dict["NAME"]))


def test_a_disk_that_is_full_in_the_middle_of_appending(file: Path) -> None:
    before = size()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    drafts = [timed_act("export", {"kind": "x" * 3000}) for _ in range(200)]
    with pytest.raises(DatabaseError) as full:
        services.append(drafts, by=ANN)
    assert is_unusable(full.value)
    assert_nothing_half_done_and_the_next_try_works(before)


def test_a_store_locked_past_the_time_out(file: Path) -> None:
    before = size()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError) as locked:
            services.append([a_draft()], by=ANN)
    assert is_unusable(locked.value)
    assert_nothing_half_done_and_the_next_try_works(before)


@contextmanager
def torn(file: Path, log: bytes, to: int) -> Iterator[None]:
    """The store as a power cut leaves it: the last commit's part of the write-ahead log stands up to a byte only."""
    connection.close()
    Path(f"{file}-wal").write_bytes(log[:to])
    Path(f"{file}-shm").unlink(missing_ok=True)
    guard._checked.clear()
    yield


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999, 1.0])
def test_a_power_cut_tears_off_only_what_was_not_acknowledged(file: Path, tmp_path: Path, share: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
    services.append([a_draft()], by=ANN)
    acknowledged, base = size(), tmp_path / "base.db"
    before = Path(f"{file}-wal").read_bytes()
    shutil.copy(file, base)
    services.append([a_draft() for _ in range(20)], by=ANN)
    after = Path(f"{file}-wal").read_bytes()
    cut = len(before) + int((len(after) - len(before)) * share)
    connection.close()
    shutil.copy(base, file)
    with torn(file, after, cut):
        assert size() == (acknowledged + 20 if share == 1.0 else acknowledged)
        assert_nothing_half_done_and_the_next_try_works(size())


def test_a_load_into_a_file_that_may_not_grow_is_3_and_completed_by_the_next(run_cli: Cli, tmp_path: Path) -> None:
    if run_cli.environment["COUNTERMARK_DATABASE_URL"].startswith("postgres"):
        pytest.skip("what happens to the file of an embedded store")
    rows = tmp_path / "w.csv"
    rows.write_text("ref,mark\n" + "".join(f"R{n},K{n:06}\n" for n in range(3000)), encoding="utf-8")
    assert run_cli("ledger", "checkpoint").code == 0
    # In blocks of 512 bytes: room to check the file, none to write all of it down.
    command: list[str | Path] = ["/bin/sh", "-c", 'ulimit -f 4000; exec "$@"', "sh", PROGRAM, "load", "weapons", rows]
    done = subprocess.run(command, env=run_cli.environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr
    assert run_cli("ledger", "verify", "--json").json()["ok"]
    assert run_cli("load", "weapons", rows).code == 0
    assert run_cli("ledger", "verify", "--json").json()["ok"]


@pytest.mark.parametrize("years", [-2, 2])
def test_time_never_goes_back_in_a_log_whatever_the_clock_says(store: str, years: int) -> None:
    services.append([a_draft()], by=ANN)
    now = datetime.now(UTC)
    for moment in (now + timedelta(days=365 * years), now + timedelta(minutes=1)):
        with time_machine.travel(moment, tick=False):
            services.append([a_draft()], by=ANN)
    recorded = [entry.recorded for entry in _entries()]
    times = [one.time for one in recorded]
    assert times == sorted(times)
    behind = recorded[-2] if years < 0 else recorded[-1]
    assert behind.device_time is not None
    assert behind.device_time < behind.time
    assert verify().ok


def _entries() -> list[Entry]:
    return sorted(store.all_entries(), key=lambda entry: entry.position)
