"""How this room writes: acts about its subjects, through the one door, and what they say now. Free text stands beside the log."""

from collections.abc import Iterable, Iterator
from typing import Any

from countermark.cooperation.models import SubjectRow
from countermark.cooperation.states import ROOM, Subject
from countermark.ledger import identity, services
from countermark.ledger.services import SideNote, alone
from countermark.marks.sentences import Sentence
from countermark.register.acts import (
    append,
    day,
    document,
    draft,
    happened_at,
    id_for,
    new_id,
    one_of,
    own_origin,
    plain,
    request_id,
    required,
)
from countermark.register.checking import Refused, refuse
from countermark.register.records import Records, subject_of_row
from countermark.register.services import side_texts

__all__ = [
    "Refused",
    "Words",
    "alone",
    "append",
    "day",
    "document",
    "draft",
    "happened_at",
    "id_for",
    "known",
    "new_id",
    "one_of",
    "own_origin",
    "plain",
    "record_draft",
    "refuse",
    "request_id",
    "required",
    "rows",
    "state_record",
    "subject",
    "subject_of_row",
    "subjects",
    "texts_of",
]  # fmt: skip

RECORDS: Records[SubjectRow] = Records(ROOM, SubjectRow)
state_record, record_draft = RECORDS.state, RECORDS.draft
rows, subject, known, subjects = RECORDS.rows, RECORDS.subject, RECORDS.known, RECORDS.subjects

LONGEST = 5000
"""Characters of what somebody writes into one field."""


class Words:
    """Takes what people wrote out of a record: `words(text)` is the id the record names it by; `notes` are the texts beside the log."""

    def __init__(self) -> None:
        services.require_own_log()
        self.notes: list[SideNote] = []

    def __call__(self, text: str, kind: str = "note", *, column: str = "") -> str:
        """The id of a text, empty for none. Raises `Refused` for one no record can hold."""
        if not text.strip():
            return ""
        if len(text) > LONGEST:
            raise refuse(
                column or kind, text[:40], Sentence("a text of at most %(most)d characters", most=LONGEST), "range"
            )
        kept = required(column or kind, text, "a text")
        self.notes.append(SideNote(kind, kept))
        return identity.opaque(kind, kept)


def texts_of(subjects: Iterable[Subject | None]) -> dict[str, str]:
    """The texts that the values of some subjects name, by id; what was erased is left out."""
    return side_texts(list(dict.fromkeys(_named([one.value for one in subjects if one is not None]))))


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if identity.is_opaque(value):
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _named(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _named(one)
