"""Long jobs as programs see them: how far they are and how they ended. Verifying the ledger is one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from countermark.accounts.models import User
from countermark.register import jobs
from countermark.register.models import LoadJob
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import MISSING, not_found

router = Router(tags=["loads"])


class Job(Schema):
    """A job. `done` of `total` counts rows or weapons (`total` 0: not known yet); `report` is the contract's `load --json`
    shape once it ended; `problem` says why it failed.
    """

    id: UUID
    kind: str
    name: str
    state: str
    done: int
    total: int
    created: datetime
    problem: str
    report: dict[str, Any]


def shown(job: LoadJob) -> dict[str, Any]:
    """A job as `Job`."""
    report = {key: value for key, value in job.report.items() if key != "problem"}
    return {
        "id": job.id,
        "kind": job.kind,
        "name": job.name,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "created": job.created,
        "problem": job.report.get("problem", ""),
        "report": report,
    }


def find(user: User, job_id: UUID) -> LoadJob:
    """A job somebody may see; the same refusal for one that is not there."""
    job = jobs.visible(user).filter(pk=job_id).first()
    if job is None:
        raise not_found("job")
    return job


@router.get("/loads/{uuid:job_id}", response={200: Job, **MISSING}, auth=Token("load"))
def load(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """How a load is getting on. Permission: `load`."""
    return shown(find(person(request), job_id))


@router.post("/loads/{uuid:job_id}/cancel", response={200: Job, **MISSING}, auth=Token("load"))
def cancel(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """Stops a load at the next whole weapon; what was appended stays and can be undone. Permission: `load`."""
    job = find(person(request), job_id)
    jobs.cancel(job)
    job.refresh_from_db()
    return shown(job)


@router.get(
    "/loads/{uuid:job_id}/rejects",
    response={200: None, **MISSING},
    auth=Token("load"),
    openapi_extra={"x-media-type": "text/csv"},
)
def rejects(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The refused rows in the file's own columns with their reason, as CSV. Permission: `load`."""
    path = jobs.rejects_path(find(person(request), job_id))
    if not path.exists():
        raise not_found("file of refused rows")
    return HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")


@router.get(
    "/loads/{uuid:job_id}/near",
    response={200: None, **MISSING},
    auth=Token("load"),
    openapi_extra={"x-media-type": "text/csv"},
)
def near(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The marks of a file that are near others, as its dry run found them, as CSV. Permission: `load`."""
    path = jobs.near_path(find(person(request), job_id))
    if not path.exists():
        raise not_found("file of near marks")
    return HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")


@router.post("/ledger/verify", response={202: Job, **MISSING}, auth=Token("ledger.view"))
def verify(request: HttpRequest) -> Status[dict[str, Any]]:
    """Asks for everything stored to be recomputed. Permission: `ledger.view`."""
    return Status(202, shown(jobs.ask_verify(person(request).username)))


@router.get("/ledger/verify/{uuid:job_id}", response={200: Job, **MISSING}, auth=Token("ledger.view"))
def verified(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """How a verification is getting on, or what it found. Permission: `ledger.view`."""
    return shown(find(person(request), job_id))
