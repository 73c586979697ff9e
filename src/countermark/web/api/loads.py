"""Loading files: an upload becomes a job."""

import uuid
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from ninja import File, Form, Router, Status, UploadedFile
from pydantic import Field

from countermark.accounts.models import User
from countermark.register import jobs
from countermark.register.files import mapping
from countermark.register.loading.options import Options
from countermark.register.models import LoadJob
from countermark.web.api.allowed import Token, person
from countermark.web.api.jobs import Job, find, shown
from countermark.web.api.problems import MISSING, RESPONSES, Fault, Problem, ProblemDocument
from countermark.web.api.texts import Because, Long, Short, Strict, Word

router = Router(tags=["loads"])

KEYS = uuid.UUID("a7a5a0de-4e06-57e5-8ac2-5b8f6d0f4d11")
"""The namespace of job ids made from an `Idempotency-Key`."""
KEY_LONGEST = 200


class LoadForm(Strict):
    """How to load the file; the words are those of `countermark load`. `map` is the text of a map file (TOML)."""

    kind: Literal["weapons", "events"]
    source: Short = ""
    on_error: Literal["refuse", "skip"] = "refuse"
    correct: Word = ""
    correct_words: Word = ""
    dry_run: bool = False
    map: Annotated[Long, Field(max_length=10_000)] = ""
    ignore_columns: Word = ""
    encoding: Short = ""
    delimiter: Annotated[Short, Field(max_length=10)] = ""
    untyped: bool = False


@router.post("/loads", response={200: Job, 202: Job, 413: ProblemDocument, **RESPONSES}, auth=Token("load"))
def load_file(request: HttpRequest, asked: Form[LoadForm], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Loads a register or events file (CSV, XLSX, ODS): answers at once with a job to ask after. Permission: `load`. With an
    `Idempotency-Key` the same request sent again is answered with the job it made the first time.
    """
    user = person(request)
    options = _options(asked)
    options.why()  # What is no reason is refused at once, not by the job.
    job_id = _job_id(request, user)
    known = LoadJob.objects.filter(pk=job_id, owner=user.username).first()
    if known is not None:
        return Status(200, shown(known))
    job = _receive(user, asked.kind, file, job_id)
    job.options = {"load": jobs.plain(options)}
    start = jobs.start_check if asked.dry_run else _start_load(options)
    start(job)
    job.refresh_from_db()
    return Status(202, shown(job))


@router.post("/loads/{uuid:job_id}/undo", response={202: Job, 409: ProblemDocument, **MISSING}, auth=Token("load"))
def undo(request: HttpRequest, job_id: UUID, asked: Because) -> Status[dict[str, Any]]:
    """Declares everything a load appended in error; weapons of which something was recorded later are left alone. Permission:
    `load`.
    """
    user = person(request)
    job = find(user, job_id)
    load = str(job.report.get("load", ""))
    if not load or job.state not in jobs.FINISHED:
        raise Problem(409, "this job appended nothing that could be undone")
    return Status(202, shown(jobs.ask_undo(user.username, load, asked.why, job.name)))


def _start_load(options: Options) -> Any:
    return lambda job: jobs.start_load(job, on_error=options.on_error, correct=options.correct, since=(jobs.DRAFT,))


def _options(asked: LoadForm) -> Options:
    try:
        mapped = mapping.parse_map(asked.map) if asked.map else mapping.NO_MAP
    except ValueError as error:
        raise Problem(422, "the map cannot be used", _fault("map", "", str(error))) from error
    ignored = tuple(name.strip() for name in asked.ignore_columns.split(",") if name.strip())
    return Options(
        source=asked.source,
        on_error=asked.on_error,
        correct=asked.correct,
        words=asked.correct_words,
        mapping=mapped,
        ignore_columns=ignored,
        encoding=asked.encoding or None,
        delimiter=asked.delimiter or None,
        untyped=asked.untyped,
    )


def _job_id(request: HttpRequest, user: User) -> UUID:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > KEY_LONGEST:
        raise Problem(
            422, "the key is too long", _fault("Idempotency-Key", key[:20], f"at most {KEY_LONGEST} characters")
        )
    return uuid.uuid5(KEYS, f"{user.username}\x1f{key}") if key else uuid.uuid4()


def _receive(user: User, kind: str, file: UploadedFile, job_id: UUID) -> LoadJob:
    try:
        with transaction.atomic():
            return jobs.receive(user.username, kind, file.name or "", file.chunks(), job_id)
    except jobs.TooLarge as error:
        raise Problem(413, str(error)) from error
    except (IntegrityError, FileExistsError) as error:
        raise Problem(409, "a request with this Idempotency-Key is being answered") from error


def _fault(column: str, value: str, expected: str) -> Fault:
    return Fault(column=column, value=value, expected=expected, code="unusable")
