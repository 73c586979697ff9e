"""Long work asked for on a page or through the API: checking and loading files, undoing a load, verifying the ledger.

A job is a `LoadJob` row and, for files, a directory. A worker takes it under a lease that a heartbeat extends; when the
worker dies the lease runs out and the next worker does the job again, which is harmless: what the ledger has already it
recognises. `lease_until` is also the fence: a worker that finds another value there has lost the job and stops.
"""

import logging
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection, connections
from django.db.models import Q, QuerySet
from django.utils import timezone

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger import services as ledger
from countermark.ledger.reasons import OTHER, Reason
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence, packed, said
from countermark.register import checking, undo
from countermark.register.files import write
from countermark.register.files.errors import UnmappedColumns, UnreadableFile, shown
from countermark.register.loading import naming
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.register.loading.report import Report
from countermark.register.loading.weapons import load_weapons
from countermark.register.models import LoadJob
from countermark.register.queries import scope

logger = logging.getLogger("countermark.jobs")

DRAFT, WAITING, RUNNING, CANCELLING = "draft", "waiting", "running", "cancelling"
CHECKED, DONE, REFUSED, CANCELLED, FAILED = "checked", "done", "refused", "cancelled", "failed"
BUSY = (WAITING, RUNNING, CANCELLING)
FINISHED = (DONE, REFUSED, CANCELLED, FAILED)

FILES = ("weapons", "events")
PERMISSIONS = {"weapons": "load", "events": "load", "undo": "load", "verify": "ledger.view"}

LEASE = timedelta(seconds=30)
BEAT_SECONDS = 1.0
POLL_SECONDS = 0.5
ATTEMPTS = 5
KEEP = timedelta(days=7)
ERRORS_KEPT = 1000
REJECTS = "rejects.csv"
NEAR = "near.csv"

LIMIT_SETTING = "upload_limit_mb"
LIMIT_DEFAULT = "512"
NAME_BYTES = 120


class TooLarge(Exception):
    """An upload beyond the node's limit; `limit` is in megabytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the file is larger than {limit} MB, the limit of this node")


def upload_limit() -> int:
    """The largest file accepted, in megabytes: the node setting `upload_limit_mb`, or 512."""
    text = ledger.setting(LIMIT_SETTING, LIMIT_DEFAULT)
    return int(text) if text.isdecimal() and int(text) else int(LIMIT_DEFAULT)


def receive(owner: str, kind: str, name: str, chunks: Iterable[bytes], job_id: uuid.UUID | None = None) -> LoadJob:
    """Keeps an uploaded file and makes its job, a draft. Raises `TooLarge`; nothing is kept then."""
    limit = upload_limit()
    job = LoadJob(id=job_id or uuid.uuid4(), owner=owner, kind=kind, name=_plain_name(name), state=DRAFT)
    folder = directory(job)
    folder.mkdir(mode=0o700, parents=True)
    job.path = str(folder / job.name)
    try:
        _save(Path(job.path), chunks, limit)
        job.save(force_insert=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return job


def _save(path: Path, chunks: Iterable[bytes], limit: int) -> None:
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit * 1024 * 1024:
                raise TooLarge(limit)
            file.write(chunk)


def _plain_name(name: str) -> str:
    """A file name safe to keep and to show; what a person would still recognise."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in last if c.isprintable()).strip(". ")
    return plain.encode("utf-8", "ignore")[-NAME_BYTES:].decode("utf-8", "ignore") or "file"


def directory(job: LoadJob) -> Path:
    """Where a job keeps its files, outside the store."""
    return Path(settings.DATA_DIRECTORY) / "loads" / str(job.id)


def rejects_path(job: LoadJob) -> Path:
    """The rows that were refused, as a file in the owner's own columns; exists only where there were some."""
    return directory(job) / REJECTS


def near_path(job: LoadJob) -> Path:
    """The marks of a checked file that are near others, all of them; exists only where there are some."""
    return directory(job) / NEAR


def plain(options: Options) -> dict[str, Any]:
    """Options as a job keeps them; `options_of` reads them back."""
    kept: dict[str, Any] = msgspec.to_builtins(options)
    return kept


def options_of(job: LoadJob) -> Options:
    """How a job's file is to be read and loaded."""
    return msgspec.convert(job.options.get("load", {}), Options)


def set_options(job: LoadJob, options: Options) -> None:
    """Remembers how a draft's file is to be read; a checked one becomes a draft again."""
    job.options = {**job.options, "load": plain(options)}
    LoadJob.objects.filter(pk=job.pk, state__in=(DRAFT, CHECKED, FAILED, REFUSED)).update(
        options=job.options, state=DRAFT, report={}, done=0, total=0
    )


def start_check(job: LoadJob) -> bool:
    """Asks for the dry run of a draft. False when it was asked for already."""
    return _start(job, (DRAFT,), "check")


def start_load(job: LoadJob, *, on_error: str, correct: str, since: tuple[str, ...] = (CHECKED,)) -> bool:
    """Asks for the load of a checked file. False when that was asked for already: a second click changes nothing."""
    chosen = msgspec.structs.replace(options_of(job), on_error=on_error, correct=correct, dry_run=False)
    job.options = {**job.options, "load": plain(chosen)}
    return _start(job, since, "load")


def go_on(job: LoadJob) -> bool:
    """Asks for the rest of a load that was cancelled or failed; what is there already is recognised."""
    return job.options.get("step") == "load" and _start(job, (CANCELLED, FAILED), "load")


def discard(job: LoadJob) -> None:
    """Forgets a draft and its file."""
    shutil.rmtree(directory(job), ignore_errors=True)
    LoadJob.objects.filter(pk=job.pk, state=DRAFT).delete()


def _start(job: LoadJob, since: tuple[str, ...], step: str) -> bool:
    options = {**job.options, "step": step, "attempts": 0, "problem": ""}
    found = LoadJob.objects.filter(pk=job.pk, state__in=since)
    return bool(found.update(state=WAITING, options=options, report={}, done=0, total=0, lease_until=None))


def ask_undo(owner: str, load: str, reason: Reason | str, name: str) -> LoadJob:
    """Asks for a load to be taken back. Asking again for the same load while that is under way gives the same job. Raises `Refused` for what is
    no reason of the list `load_undone`.
    """
    why = checking.reason("load_undone", reason)
    under_way = LoadJob.objects.filter(kind="undo", state__in=BUSY, options__load_id=load).first()
    if under_way is not None:
        return under_way
    options = {"load_id": load, "reason": why.code, "words": why.words}
    return LoadJob.objects.create(
        id=uuid.uuid4(), owner=owner, kind="undo", name=name, path="", options=options, state=WAITING
    )


def ask_verify(owner: str) -> LoadJob:
    """Asks for the whole ledger to be verified."""
    return LoadJob.objects.create(id=uuid.uuid4(), owner=owner, kind="verify", name="", path="", state=WAITING)


def cancel(job: LoadJob) -> None:
    """Stops a job: at once when nobody works on it, else at the next whole weapon. What was appended stays."""
    LoadJob.objects.filter(pk=job.pk, state__in=(DRAFT, WAITING, CHECKED)).update(state=CANCELLED)
    LoadJob.objects.filter(pk=job.pk, state=RUNNING).update(state=CANCELLING)


def visible(user: User) -> QuerySet[LoadJob]:
    """The jobs somebody may see: one's own, and everybody's for those who may load for the whole State."""
    seen = LoadJob.objects.order_by("-created")
    if accounts.may(user, "load") and accounts.visible_place_ids(user, "load") is None:
        return seen.filter(Q(owner=user.username) | Q(kind__in=(*FILES, "undo")))
    return seen.filter(owner=user.username)


def work(stop: threading.Event) -> None:
    """Works on jobs until asked to stop; a store that is away for a while is waited for."""
    tidied = 0.0
    while not stop.is_set():
        try:
            if timezone.now().timestamp() - tidied > 3600:
                tidy()
                tidied = timezone.now().timestamp()
            busy = run_next(stop)
            close_old_connections()
        except (DatabaseError, InterfaceError):
            logger.exception("the store cannot be used; trying again")
            connections.close_all()
            stop.wait(5)
            continue
        if not busy:
            stop.wait(POLL_SECONDS)
    connections.close_all()


def run_next(stop: threading.Event | None = None) -> bool:
    """Takes the next job and does it. False when there was none."""
    job = claim()
    if job is None:
        return False
    run(job, stop or threading.Event())
    return True


def claim() -> LoadJob | None:
    """Takes the oldest job that waits or whose worker let its lease run out."""
    now = timezone.now()
    free = Q(state=WAITING) | Q(state__in=(RUNNING, CANCELLING), lease_until__lt=now)
    for job in LoadJob.objects.filter(free).order_by("created")[:10]:
        if job.state == CANCELLING:
            _end(job, job.lease_until, CANCELLED, job.report)
            continue
        options = {**job.options, "attempts": int(job.options.get("attempts", 0)) + 1}
        lease = now + LEASE
        same = LoadJob.objects.filter(pk=job.pk, state=job.state, lease_until=job.lease_until)
        if same.update(state=RUNNING, lease_until=lease, options=options, done=0, total=0):
            job.state, job.lease_until, job.options = RUNNING, lease, options
            return job
    return None


class _Lost(Exception):
    """Another worker has the job now."""


class _Cancelled(Exception):
    """A person asked for the job to stop."""


class _Stopped(Exception):
    """The worker is asked to stop; the job goes on later."""


@dataclass
class _Lease:
    """Holds a job while it is worked on: a thread extends the lease, tells how far it is and hears of a cancellation."""

    job: LoadJob
    stop: threading.Event
    done: int = 0
    total: int = 0
    lost: bool = False
    cancelled: bool = False
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._beat_on, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def progress(self, done: int, total: int) -> None:
        """Called by the work between whole steps; raises when it must not go on."""
        self.done, self.total = done, total
        if self.lost:
            raise _Lost
        if self.cancelled:
            raise _Cancelled
        if self.stop.is_set():
            raise _Stopped

    def _beat_on(self) -> None:
        try:
            while not self._end.wait(BEAT_SECONDS):
                try:
                    self._beat()
                except OperationalError:
                    # A busy store: the lease has time for several more tries.
                    logger.warning("job %s could not extend its lease yet", self.job.pk)
        finally:
            connection.close()

    def _beat(self) -> None:
        lease = timezone.now() + LEASE
        held = LoadJob.objects.filter(pk=self.job.pk, lease_until=self.job.lease_until)
        if not held.update(lease_until=lease, done=self.done, total=self.total):
            self.lost = True
            return
        self.job.lease_until = lease
        self.cancelled = LoadJob.objects.filter(pk=self.job.pk, state=CANCELLING).exists()


Outcome = tuple[str, dict[str, Any]]
"""The state a job ends in, and its report."""


def run(job: LoadJob, stop: threading.Event) -> None:
    """Does a job that was claimed, and writes down how it ended."""
    with _Lease(job, stop) as lease:
        try:
            state, report = _attempt(job, lease)
        except _Lost:
            return
        except _Stopped:
            state, report = WAITING, job.report
        except _Cancelled:
            state, report = CANCELLED, _cancelled(job, lease)
        except Exception as error:  # noqa: BLE001 -- whatever it was, the job must end and say so
            state, report = _failed(job, error)
    _end(job, job.lease_until, state, report, lease.done, lease.total)


def _attempt(job: LoadJob, lease: _Lease) -> Outcome:
    if job.options["attempts"] > ATTEMPTS:
        return FAILED, _problem(Sentence("the job was begun %(times)d times and never ended", times=ATTEMPTS))
    if not _still_allowed(job):
        return FAILED, _problem(Sentence("%(person)s may no longer do this", person=job.owner))
    return _WORK[job.kind](job, lease)


def _problem(why: str) -> dict[str, Any]:
    """Why a job failed: in English for programs, and so that a page can say it in its reader's language."""
    return {"problem": str(why), "said": packed(why)}


def _still_allowed(job: LoadJob) -> bool:
    user = User.objects.filter(username=job.owner).first()
    return user is not None and accounts.may(user, PERMISSIONS[job.kind])


def _file_job(job: LoadJob, lease: _Lease) -> Outcome:
    check = job.options.get("step") != "load"
    options = msgspec.structs.replace(options_of(job), dry_run=check)
    path, by = Path(job.path), Actor(job.owner)
    if job.kind == "weapons":
        seen = scope.of(User.objects.get(username=job.owner))
        report = load_weapons(path, options, by=by, progress=lease.progress, scope=seen)
    else:
        report = load_events(path, options, by=by, progress=lease.progress)
    _write_rejects(job, options, report)
    if check:
        _write_near(job, report)
        return CHECKED, _report(report)
    return DONE if report.loaded else REFUSED, _report(report)


def _report(report: Report) -> dict[str, Any]:
    shown_only = report.as_dict()
    errors = zip(shown_only["errors"][:ERRORS_KEPT], report.errors, strict=False)
    shown_only["errors"] = [{**shown_error, "said": packed(error.expected)} for shown_error, error in errors]
    return {**shown_only, "more_errors": max(0, len(report.errors) - ERRORS_KEPT), "loaded": report.loaded}


def _write_rejects(job: LoadJob, options: Options, report: Report) -> None:
    path = rejects_path(job)
    path.unlink(missing_ok=True)
    if report.errors:
        why = write.reasons(report.errors)
        write.write_rejects(path, Path(job.path), why, options.encoding, options.delimiter)


def _write_near(job: LoadJob, report: Report) -> None:
    path = near_path(job)
    path.unlink(missing_ok=True)
    if report.near is not None and report.near.marks:
        write.write_near(path, report.near.marks)


def _undo_job(job: LoadJob, lease: _Lease) -> Outcome:
    by = Actor(job.owner)
    said = job.options["reason"]
    # One that was asked for before reasons were codes has its reason in words alone.
    why = Reason(said, job.options["words"]) if "words" in job.options else Reason(OTHER, said)
    undone = undo.undo_load(job.options["load_id"], why, by=by, progress=lease.progress)
    return DONE, msgspec.to_builtins(undone)


def _verify_job(job: LoadJob, lease: _Lease) -> Outcome:
    from countermark.ledger import verify

    report = verify.verify(None, quick=False, progress=lease.progress)
    found = {"ok": report.ok, "tree_size": report.tree_size, "root_hash": report.root_hash}
    first = report.first_difference
    return DONE, {**found, "first_difference": None if first is None else msgspec.to_builtins(first)}


_WORK: dict[str, Callable[[LoadJob, _Lease], Outcome]] = {
    "weapons": _file_job,
    "events": _file_job,
    "undo": _undo_job,
    "verify": _verify_job,
}


def _cancelled(job: LoadJob, lease: _Lease) -> dict[str, Any]:
    """How far it came: whole weapons only, and by which name what was appended can be taken back."""
    if job.kind not in FILES or job.options.get("step") != "load" or not lease.total:
        return {}
    act = naming.load_act(job.kind, naming.file_digest(Path(job.path)), options_of(job))
    return {"load": naming.load_id(act), "appended": lease.done, "of": lease.total}


def _failed(job: LoadJob, error: Exception) -> Outcome:
    if isinstance(error, UnreadableFile | UnmappedColumns | undo.UnknownLoad):
        return FAILED, _problem(said(error))
    if isinstance(error, ledger.LedgerError) or type(error).__name__ == "RolledBackError":
        return FAILED, _problem(said(error))
    if isinstance(error, OperationalError | InterfaceError) and job.options["attempts"] < ATTEMPTS:
        logger.warning("job %s is tried again: %s", job.pk, error)
        return WAITING, job.report
    logger.error("job %s failed", job.pk, exc_info=error)
    return FAILED, _problem(Sentence("a fault of the program ended this: %(problem)s", problem=shown(str(error))))


def _end(
    job: LoadJob, lease: datetime | None, state: str, report: dict[str, Any], done: int = 0, total: int = 0
) -> None:
    """Writes the end down, unless another worker has the job by now."""
    held = LoadJob.objects.filter(pk=job.pk, lease_until=lease)
    if state == WAITING:
        # Somebody may have asked to cancel in the last moment: that is heard.
        held.filter(state=CANCELLING).update(state=CANCELLED, lease_until=None)
        attempts = max(0, int(job.options.get("attempts", 1)) - 1)
        held.filter(state=RUNNING).update(
            state=WAITING, lease_until=None, options={**job.options, "attempts": attempts}
        )
        return
    held.update(state=state, report=report, done=done, total=total, lease_until=None)


def tidy() -> None:
    """Deletes the files of jobs that ended, and drafts nobody went on with, after a week."""
    old = LoadJob.objects.filter(created__lt=timezone.now() - KEEP).exclude(state__in=BUSY)
    for job in old:
        shutil.rmtree(directory(job), ignore_errors=True)
    old.filter(state__in=(DRAFT, CHECKED)).update(state=CANCELLED)
