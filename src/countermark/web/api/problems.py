"""Refusals as problem documents (RFC 9457): what is wrong, in which column, and what was expected."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from countermark.ledger.checkpoint import CheckpointError
from countermark.ledger.guard import RolledBackError
from countermark.ledger.services import LedgerError
from countermark.ledger.tree import TreeError
from countermark.marks.sentences import NotAllowed
from countermark.register.files.errors import RowError, shown
from countermark.register.services import Refused
from countermark.tracing.search.question import SearchError

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "The request cannot be read",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "In conflict with what is recorded",
    413: "Too large",
    422: "Something in the request is not as expected",
    503: "Not available just now",
}


class Fault(Schema):
    """One thing that is wrong."""

    column: str
    value: str
    expected: str
    code: str


class ProblemDocument(Schema):
    """A refusal (RFC 9457). Nothing was stored."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault]


class Problem(Exception):
    """A refusal to be answered with `status`."""

    def __init__(self, status: int, detail: str, *errors: Fault, headers: dict[str, str] | None = None) -> None:
        self.status, self.detail, self.errors, self.headers = status, detail, errors, headers or {}
        super().__init__(detail)


def not_found(what: str) -> Problem:
    """The same for what is not there and for what somebody may not see."""
    return Problem(404, f"there is no {what} of that id, or it is not at a place you may see")


def answer(
    status: int, detail: str, errors: Sequence[Fault] = (), headers: dict[str, str] | None = None
) -> HttpResponse:
    """A problem document."""
    content = {
        "type": "about:blank",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "errors": [error.dict() for error in errors],
    }
    return JsonResponse(content, status=status, content_type=MEDIA_TYPE, headers=headers)


CONFLICTS = frozenset({"differs", "corrected", "withdrawn", "unchanged", "near"})
"""Codes that say: well formed, but at odds with what is recorded."""


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    conflict = all(error.code in CONFLICTS for error in refused.errors)
    unknown = all(error.code == "unknown" and error.column in ("weapon", "event_id") for error in refused.errors)
    status = 404 if unknown else 409 if conflict else 422
    return answer(status, "the register refuses this", [_fault(error) for error in refused.errors])


def _fault(error: RowError) -> Fault:
    column = f"marks.{error.row - 1}.{error.column}" if error.row else error.column
    return Fault(column=column, value=error.value, expected=str(error.expected), code=error.code)


def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    return answer(422, TITLES[422].lower(), [_pydantic_fault(error) for error in invalid.errors])


def _pydantic_fault(error: dict[str, Any]) -> Fault:
    place = [str(part) for part in error.get("loc", ())]
    # ("body", "<argument>", "field", ...): programs know the field, not the argument.
    column = ".".join(place[2:] if place[:1] in (["body"], ["form"], ["file"]) and len(place) > 2 else place[1:])
    value = error.get("input", "")
    text = value if isinstance(value, str) else repr(value)[:200]
    return Fault(
        column=column,
        value=shown(text.encode("utf-8", "replace").decode()),
        expected=str(error.get("msg", "")),
        code=str(error.get("type", "")),
    )


def _not_allowed(request: HttpRequest, refused: NotAllowed) -> HttpResponse:
    faults = [Fault(column="", value="", expected=str(one), code="not_allowed") for one in refused.problems]
    return answer(422, str(refused), faults)


def install(api: NinjaAPI) -> None:
    """Makes the API answer every refusal with a problem document."""
    api.exception_handler(Problem)(lambda r, e: answer(e.status, e.detail, e.errors, e.headers))
    api.exception_handler(ValidationError)(_invalid)
    api.exception_handler(Refused)(_refused)
    api.exception_handler(NotAllowed)(_not_allowed)
    api.exception_handler(SearchError)(
        lambda r, e: answer(
            422, str(e.message), [Fault(column=e.column, value="", expected=str(e.message), code="unusable_reading")]
        )
    )
    api.exception_handler(TreeError)(lambda r, e: answer(422, str(e)))
    api.exception_handler(LedgerError)(lambda r, e: answer(404, str(e)))
    api.exception_handler(RolledBackError)(lambda r, e: answer(503, str(e)))
    api.exception_handler(CheckpointError)(lambda r, e: answer(503, str(e)))
    api.exception_handler(Http404)(lambda r, e: answer(404, "there is nothing at this address"))
    api.exception_handler(RequestDataTooBig)(lambda r, e: answer(413, "the body is larger than this operation takes"))
    api.exception_handler(BadRequest)(lambda r, e: answer(400, "the request cannot be read"))
    api.exception_handler(SuspiciousOperation)(lambda r, e: answer(400, "the request cannot be read"))
    api.exception_handler(HttpError)(lambda r, e: answer(e.status_code, e.message))


RESPONSES: Any = {400: ProblemDocument, 401: ProblemDocument, 403: ProblemDocument, 422: ProblemDocument}
"""What any operation with a body may answer besides its own."""

READ: Any = {401: ProblemDocument, 403: ProblemDocument, 422: ProblemDocument}
"""What an operation that only reads may answer besides its own."""
MISSING: Any = {**READ, 404: ProblemDocument}
"""As `READ`, where the address names one thing."""
WRITE: Any = {**RESPONSES, 404: ProblemDocument, 409: ProblemDocument}
"""What an operation that changes something may answer besides its own."""
