"""How this room writes: acts about its subjects, through the one door, and what they say now."""

from countermark.ledger.services import alone
from countermark.marks.sentences import Sentence
from countermark.register.acts import (
    append,
    day,
    document,
    draft,
    due_time,
    happened_at,
    id_for,
    moment,
    new_id,
    one_of,
    own_origin,
    place_id,
    place_notes,
    plain,
    reason_of,
    request_id,
    required,
)
from countermark.register.checking import Refused, refuse
from countermark.register.records import Records, subject_of_row
from countermark.stockpile.models import SubjectRow

__all__ = [
    "Refused",
    "alone",
    "append",
    "day",
    "document",
    "draft",
    "due_time",
    "happened_at",
    "id_for",
    "known",
    "moment",
    "new_id",
    "one_of",
    "own_origin",
    "place_id",
    "place_notes",
    "plain",
    "reason_of",
    "record_draft",
    "refuse",
    "request_id",
    "required",
    "rows",
    "state_record",
    "subject",
    "subject_of_row",
    "subjects",
]  # fmt: skip

RECORDS: Records[SubjectRow] = Records("stockpile", SubjectRow)
state_record, record_draft = RECORDS.state, RECORDS.draft
rows, subject, known, subjects = RECORDS.rows, RECORDS.subject, RECORDS.known, RECORDS.subjects


def no_weapon(line: str) -> Sentence:
    """What was expected of a line that names no weapon."""
    return Sentence("a weapon one may see; %(line)s is none", line=line)


def several(line: str) -> Sentence:
    """What was expected of a line that names more than one."""
    return Sentence("one weapon; several bear %(line)s: give the record's code or id", line=line)
