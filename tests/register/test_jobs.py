"""Long jobs: taken once, held under a lease, stopped and gone on with, and done again harmlessly after a crash."""

import csv
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger import verify
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.register import jobs, projection, undo
from countermark.register import services as register
from countermark.register.loading import batches
from countermark.register.loading.options import Options
from countermark.register.models import LoadJob, Weapon

pytestmark = pytest.mark.usefixtures("store")

CHIEF = Actor("chief")
HEAD = ("ref", "maker", "component", "mark")


@pytest.fixture(autouse=True)
def _registrar(store: str) -> None:
    accounts.add_user("registrar", ["registrar"], None, "a-long-password", by=CHIEF)


def register_file(rows: Iterable[tuple[str, ...]], head: tuple[str, ...] = HEAD) -> bytes:
    lines = [",".join(head), *(",".join(row) for row in rows)]
    return "\n".join(lines).encode()


def pistols(number: int) -> list[tuple[str, ...]]:
    return [(f"R{n}", "Taurus", "frame", f"TK{n:05}") for n in range(number)]


def draft(content: bytes, kind: str = "weapons", **options: Any) -> LoadJob:
    job = jobs.receive("registrar", kind, "register.csv", [content])
    jobs.set_options(job, Options(**options))
    return job


def load(content: bytes, kind: str = "weapons", *, on_error: str = "refuse", correct: str = "") -> LoadJob:
    """A file loaded to the end."""
    job = draft(content, kind)
    jobs.start_load(job, on_error=on_error, correct=correct, since=(jobs.DRAFT,))
    assert jobs.run_next()
    return LoadJob.objects.get(pk=job.pk)


def size() -> int:
    return logs.size(ledger.require_own_log())


# Checking and loading


def test_a_check_says_what_would_change_and_changes_nothing() -> None:
    job = draft(register_file([*pistols(3), ("R9", "Rossi", "nose", "D71")]))
    before = size()
    jobs.start_check(job)
    jobs.run_next()
    job.refresh_from_db()
    assert (job.state, job.report["new"], job.report["refused"]) == (jobs.CHECKED, 3, 1)
    assert size() == before


def test_a_checked_file_is_loaded_once_however_often_it_is_asked_for() -> None:
    job = draft(register_file(pistols(3)))
    jobs.start_check(job)
    jobs.run_next()
    assert jobs.start_load(job, on_error="refuse", correct="")
    assert not jobs.start_load(job, on_error="refuse", correct="")
    jobs.run_next()
    assert not jobs.start_load(job, on_error="refuse", correct="")
    assert not jobs.run_next()
    assert Weapon.objects.count() == 3


def test_a_load_records_its_owner() -> None:
    load(register_file(pistols(1)))
    entry = list(logs.entries(ledger.require_own_log()))[-1]
    assert entry.recorded.by == ledger._person_id("registrar")


def test_refused_rows_come_back_in_their_own_columns_with_the_reason() -> None:
    job = load(register_file([*pistols(1), ("R9", "Rossi", "nose", "007")]), on_error="skip")
    with jobs.rejects_path(job).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["mark"] for row in rows] == ["007"]
    assert "component" in rows[0]["reason"]


def test_a_file_that_cannot_be_read_ends_the_job_with_the_reason() -> None:
    job = load(b"\x00\x01\x02 no table")
    assert job.state == jobs.FAILED
    assert job.report["problem"]


def test_a_column_nobody_knows_ends_the_job_and_is_named() -> None:
    job = load(register_file([("R1", "A1", "42")], ("ref", "mark", "shoe size")))
    assert job.state == jobs.FAILED
    assert "shoe size" in job.report["problem"]


def test_a_job_of_somebody_who_lost_the_role_is_not_done() -> None:
    job = draft(register_file(pistols(1)))
    jobs.start_load(job, on_error="refuse", correct="", since=(jobs.DRAFT,))
    accounts.disable_user("registrar", by=CHIEF)
    jobs.run_next()
    job.refresh_from_db()
    assert job.state == jobs.FAILED
    assert not Weapon.objects.exists()


def test_an_upload_beyond_the_limit_leaves_nothing_behind() -> None:
    ledger.set_setting(jobs.LIMIT_SETTING, "1", by=CHIEF)
    with pytest.raises(jobs.TooLarge):
        jobs.receive("registrar", "weapons", "big.csv", [b"x" * 600_000] * 2)
    assert not LoadJob.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "", "a\x00b.csv", "я" * 300 + ".csv", "C:\\Users\\x.csv"])
def test_any_file_name_is_kept_inside_the_jobs_own_directory(name: str) -> None:
    job = jobs.receive("registrar", "weapons", name, [b"ref,mark\n"])
    assert Path(job.path).resolve().parent == jobs.directory(job).resolve()
    assert Path(job.path).is_file()


# Leases


def test_two_workers_never_take_the_same_job() -> None:
    jobs.start_check(draft(register_file(pistols(1))))
    assert jobs.claim() is not None
    assert jobs.claim() is None


def test_a_job_whose_worker_fell_silent_is_taken_over() -> None:
    jobs.start_check(draft(register_file(pistols(1))))
    first = jobs.claim()
    LoadJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = jobs.claim()
    assert first is not None
    assert second is not None
    assert second.pk == first.pk


def test_a_worker_that_lost_its_job_does_not_write_its_end() -> None:
    jobs.start_check(draft(register_file(pistols(1))))
    first = jobs.claim()
    assert first is not None
    LoadJob.objects.update(lease_until=timezone.now() + timedelta(seconds=99))
    jobs.run(first, threading.Event())
    assert LoadJob.objects.get().state == jobs.RUNNING


def test_a_job_that_never_ends_is_given_up() -> None:
    job = draft(register_file(pistols(1)))
    jobs.start_check(job)
    for _ in range(jobs.ATTEMPTS + 1):
        claimed = jobs.claim()
        LoadJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claimed is not None
    assert jobs.run_next()
    job.refresh_from_db()
    assert job.state == jobs.FAILED


def test_a_worker_asked_to_stop_leaves_the_job_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 2)
    job = draft(register_file(pistols(3)))
    jobs.start_load(job, on_error="refuse", correct="", since=(jobs.DRAFT,))
    stop = threading.Event()
    stop.set()
    jobs.run_next(stop)
    assert LoadJob.objects.get().state == jobs.WAITING
    jobs.run_next()
    assert LoadJob.objects.get().state == jobs.DONE
    assert Weapon.objects.count() == 3


# Cancelling


def test_a_job_nobody_began_is_cancelled_at_once() -> None:
    job = draft(register_file(pistols(1)))
    jobs.start_check(job)
    jobs.cancel(job)
    assert not jobs.run_next()
    assert LoadJob.objects.get().state == jobs.CANCELLED


def stopped_half_way(monkeypatch: pytest.MonkeyPatch, content: bytes) -> LoadJob:
    """A load that heard of its cancellation after its first batch."""
    from countermark.register import births

    monkeypatch.setattr(births, "CHUNK", 5)
    monkeypatch.setattr(batches.DraftBatch, "full", lambda self: True)
    job = draft(content)
    jobs.start_load(job, on_error="refuse", correct="", since=(jobs.DRAFT,))
    beat = jobs._Lease.progress

    def heard(lease: jobs._Lease, done: int, total: int) -> None:
        lease.cancelled = total > 0
        beat(lease, done, total)

    with monkeypatch.context() as patch:
        patch.setattr(jobs._Lease, "progress", heard)
        jobs.run_next()
    return LoadJob.objects.get(pk=job.pk)


def test_a_cancelled_load_keeps_whole_weapons_and_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"R{n}", "Taurus", part, f"TK{n}") for n in range(20) for part in ("frame", "slide")]
    job = stopped_half_way(monkeypatch, register_file(rows))
    assert job.state == jobs.CANCELLED
    assert (job.report["appended"], job.report["of"]) == (Weapon.objects.count(), 20)
    states = projection.states_of([str(weapon.id) for weapon in Weapon.objects.all()])
    assert {len(state.marks) for state in states.values()} == {2}


def test_a_cancelled_load_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    job = stopped_half_way(monkeypatch, register_file(pistols(20)))
    assert jobs.go_on(job)
    jobs.run_next()
    job.refresh_from_db()
    assert job.state == jobs.DONE
    assert Weapon.objects.count() == 20


def test_a_cancelled_load_can_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    job = stopped_half_way(monkeypatch, register_file(pistols(20)))
    undone = undo.undo_load(job.report["load"], Reason("wrong_file", "stopped on purpose"), by=CHIEF)
    assert undone.events == job.report["appended"]


# Undoing


def standing() -> set[str]:
    return {ref for ref in Weapon.objects.values_list("ref", flat=True) if ref}


def test_undoing_declares_everything_the_load_appended_an_error() -> None:
    register.add_weapon("KEPT", {"maker": "Rossi"}, [{"component": "frame", "mark": "D7"}], by=CHIEF)
    job = load(register_file(pistols(5)))
    undone = undo.undo_load(job.report["load"], Reason("wrong_file", "wrong file"), by=CHIEF)
    assert (undone.events, undone.later) == (5, 0)
    assert standing() == {"KEPT"}
    assert verify.verify().ok


def test_an_undo_that_was_asked_for_before_reasons_were_codes_is_done() -> None:
    asked = jobs.ask_undo("registrar", load(register_file(pistols(2))).report["load"], "wrong_file", "register.csv")
    asked.options = {"load_id": asked.options["load_id"], "reason": "the wrong file"}
    asked.save()
    assert jobs.run_next()
    asked.refresh_from_db()
    assert (asked.state, asked.report["events"]) == (jobs.DONE, 2)


def test_undoing_twice_changes_nothing_more() -> None:
    job = load(register_file(pistols(3)))
    undo.undo_load(job.report["load"], Reason("wrong_file", "wrong file"), by=CHIEF)
    before = size()
    again = undo.undo_load(job.report["load"], Reason("wrong_file", "wrong file"), by=CHIEF)
    assert (again.events, again.corrected) == (0, 3)
    assert size() == before


def test_a_weapon_with_something_recorded_later_is_left_alone_and_named() -> None:
    job = load(register_file(pistols(2)))
    weapon = Weapon.objects.get(ref="R0")
    register.add_event(str(weapon.id), {"event": "loss", "date": "2024"}, by=CHIEF)
    undone = undo.undo_load(job.report["load"], Reason("wrong_file", "wrong file"), by=CHIEF)
    assert (undone.events, undone.later, undone.weapons) == (1, 1, [str(weapon.id)])
    assert standing() == {"R0"}


def test_what_was_recorded_later_and_withdrawn_does_not_stand_in_the_way() -> None:
    job = load(register_file(pistols(1)))
    weapon = Weapon.objects.get(ref="R0")
    event = register.add_event(str(weapon.id), {"event": "loss", "date": "2024"}, by=CHIEF)
    register.correct_event(event.event_id, None, reason="never lost", by=CHIEF)
    assert undo.undo_load(job.report["load"], Reason("wrong_file", "wrong file"), by=CHIEF).events == 1


def test_undoing_a_correction_puts_back_what_it_replaced() -> None:
    load(register_file(pistols(1)))
    job = load(register_file([("R0", "Rossi", "frame", "TK00000")]), correct="read again")
    assert Weapon.objects.get().maker == "Rossi"
    undo.undo_load(job.report["load"], Reason("wrong_file", "it was Taurus after all"), by=CHIEF)
    assert Weapon.objects.get().maker == "Taurus"
    assert verify.verify().ok


def test_undoing_an_events_load_leaves_the_weapons() -> None:
    load(register_file(pistols(2)))
    events = register_file(
        [("R0", "loss", "2024"), ("R0", "find", "2025"), ("R1", "theft", "2024")], ("ref", "event", "date")
    )
    job = load(events, "events")
    assert Weapon.objects.get(ref="R1").status == "stolen"
    assert undo.undo_load(job.report["load"], Reason("wrong_file", "wrong list"), by=CHIEF).events == 3
    assert set(Weapon.objects.values_list("status", flat=True)) == {"active"}


def test_a_file_that_was_undone_can_be_loaded_again_and_undone_again() -> None:
    content = register_file(pistols(3))
    undo.undo_load(load(content).report["load"], Reason("wrong_file", "too early"), by=CHIEF)
    again = load(content)
    assert (again.report["new"], standing()) == (3, {"R0", "R1", "R2"})
    assert undo.undo_load(again.report["load"], Reason("wrong_file", "still too early"), by=CHIEF).events == 3
    assert standing() == set()
    assert verify.verify().ok


def test_a_load_that_is_not_there_cannot_be_undone() -> None:
    with pytest.raises(undo.UnknownLoad):
        undo.undo_load("0123456789abcdef", Reason("wrong_file", "typed wrong"), by=CHIEF)


def test_undoing_is_a_job_asked_for_once() -> None:
    job = load(register_file(pistols(2)))
    first = jobs.ask_undo("registrar", job.report["load"], Reason("wrong_file", "wrong file"), job.name)
    second = jobs.ask_undo("registrar", job.report["load"], Reason("wrong_file", "wrong file"), job.name)
    assert first.pk == second.pk
    jobs.run_next()
    first.refresh_from_db()
    assert (first.state, first.report["events"]) == (jobs.DONE, 2)


# Other jobs, tidying


def test_the_ledger_is_verified_as_a_job() -> None:
    accounts.add_user("auditor", ["auditor"], None, "a-long-password", by=CHIEF)
    job = jobs.ask_verify("auditor")
    jobs.run_next()
    job.refresh_from_db()
    assert job.report["ok"]
    assert job.report["tree_size"] == size()


def test_files_of_jobs_that_ended_are_deleted_after_a_week() -> None:
    old, new = load(register_file(pistols(1))), load(register_file(pistols(2)))
    LoadJob.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=8))
    jobs.tidy()
    assert not jobs.directory(old).exists()
    assert jobs.directory(new).exists()


# A crash

WORKER = """
import sys, threading
import django
django.setup()
from countermark.register import jobs
sys.stdout.write("ready\\n"); sys.stdout.flush()
jobs.work(threading.Event())
"""


def worker(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    started = subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stdout=subprocess.PIPE)
    assert started.stdout is not None
    assert started.stdout.readline() == b"ready\n"
    return started


@pytest.fixture
def environment(store: str, node: Path) -> dict[str, str]:
    return {
        **os.environ,
        "COUNTERMARK_DATABASE_URL": store,
        "COUNTERMARK_KEY": str(node / "node.key"),
        "DJANGO_SETTINGS_MODULE": "countermark.settings",
    }


def wait(ready: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def killed_and_completed(environment: dict[str, str], rows: Sequence[tuple[str, ...]]) -> None:
    """A load whose worker is killed after its first weapons, and which another worker completes."""
    loaded = Weapon.objects.count()
    job = draft(register_file(rows))
    jobs.start_load(job, on_error="refuse", correct="", since=(jobs.DRAFT,))
    first = worker(environment)
    try:
        wait(lambda: Weapon.objects.count() > loaded)
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    assert LoadJob.objects.get(pk=job.pk).state == jobs.RUNNING
    # Nobody waits for the lease in a test.
    LoadJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    second = worker(environment)
    try:
        wait(lambda: LoadJob.objects.get(pk=job.pk).state == jobs.DONE)
    finally:
        second.kill()
        second.communicate()


def test_a_killed_workers_load_is_completed_by_the_next_without_duplicates(
    environment: dict[str, str], scale: int
) -> None:
    number = 6000
    for _ in range(max(1, scale // 5)):
        prefix = uuid.uuid4().hex[:6]
        before, loaded = size(), Weapon.objects.count()
        rows = [(f"{prefix}-{n}", "Taurus", "frame", f"{prefix}{n:05}") for n in range(number)]
        killed_and_completed(environment, rows)
        assert Weapon.objects.count() == loaded + number
        # Each weapon once, and the act of the load.
        assert size() == before + number + 1
    assert verify.verify().ok
