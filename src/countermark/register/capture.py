"""Capturing an EPCIS 2.0 document: every event of it or none; the document itself is kept as an attachment."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from countermark.ledger import epcis, services, store
from countermark.ledger.entry import effective_id, event_id_of, is_disguised
from countermark.ledger.epcis import Document, Problem
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import said, sentence
from countermark.register import handover
from countermark.register.files.errors import UnreadableFile

MEDIA_TYPE = "application/ld+json"
OFFICERS_ONLY = frozenset({"same_as"})
"""Events an officer of this node states with a reason; no document may."""


def load_document(data: bytes, by: Actor) -> dict[str, Any]:
    """Captures an EPCISDocument or EPCISQueryDocument (JSON).

    Returns `{"events", "new", "refused", "errors"}`; one bad event and none is captured. Capturing it again changes nothing.
    Raises `UnreadableFile` for what is no such document.
    """
    try:
        document = epcis.read_document(data)
    except epcis.DocumentError as error:
        raise UnreadableFile(sentence(said(error))) from error
    problems = [*document.problems, *_reserved(document)] or [*_disguised(document), *_handed_over(document)]
    if problems:
        return _report(max(1, len(document.events)), 0, problems)
    drafts = [Draft(kind="event", body=body) for body in document.bodies()]
    try:
        return _report(len(drafts), _append(drafts, data, by), [])
    except _Differs as differing:
        return _report(len(drafts), 0, differing.problems)


class _Differs(Exception):
    """Events of the document have the identity of events recorded before, and say something else."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} events")
        self.problems = problems


def _append(drafts: Sequence[Draft], data: bytes, by: Actor) -> int:
    """Appends the events and, when any is new, the document. Returns how many were new."""
    if not drafts:
        return 0
    row = services.attachment(data, MEDIA_TYPE)
    with services.alone():
        captured = services.append(drafts, by=by)
        differing = [number for number, one in enumerate(captured) if one.differs]
        if differing:
            raise _Differs([_differs(number, captured[number].event_id) for number in differing])
        new = sum(one.new for one in captured)
        if new:
            fields = {"document": f"sha256:{hashlib.sha256(data).hexdigest()}", "events": len(drafts)}
            services.append([services.act("document_captured", fields, kept=(row,))], by=by)
    return new


def _differs(number: int, event_id: str) -> Problem:
    expected = (
        f"an event that differs from {event_id} by more than how a number is written, or says the same: by its CBV hash it is"
        " that event (007 and 7 count as one), so it would be lost"
    )
    return Problem(f"$.eventList[{number}]", expected)


def _reserved(document: Document) -> Iterator[Problem]:
    for number, event in enumerate(document.events):
        if event.get("countermark:event") in OFFICERS_ONLY:
            yield Problem(f"$.eventList[{number}]", "an event that a document may state")


def _handed_over(document: Document) -> Iterator[Problem]:
    """Hand-overs that no log here has: a store records its own, beside a second person or a receipt, and no document does so for it."""
    for number, body in enumerate(document.bodies()):
        if handover.stated(body) is not None and not store.find(effective_id(body, event_id_of("event", body))):
            yield Problem(
                f"$.eventList[{number}]",
                "an event that a document may state: a hand-over is recorded by the store that makes it",
            )


def _disguised(document: Document) -> Iterator[Problem]:
    for number, body in enumerate(document.bodies()):
        if is_disguised(body):
            yield Problem(
                f"$.eventList[{number}]", "countermark:writing nowhere but as the digest of this event as written"
            )


def _report(events: int, new: int, problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "events": events,
        "new": new,
        "refused": events if problems else 0,
        "errors": [
            {
                "row": _number(problem.path),
                "column": problem.path,
                "value": "",
                "expected": problem.message,
                "code": "invalid",
            }
            for problem in problems
        ],
    }


def _number(path: str) -> int:
    """The event (from 1) a problem's path is in, or 0 for the document as a whole."""
    _, bracket, rest = path.partition("ventList[")
    digits = rest.partition("]")[0]
    return int(digits) + 1 if bracket and digits.isdecimal() else 0
