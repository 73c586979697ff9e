"""Keeps the views of this room in step with the logs."""

from countermark.ledger import projections
from countermark.ledger.entry import Entry
from countermark.ledger.subjectviews import SubjectProjection, Table
from countermark.marking import states
from countermark.marking.models import ActLink, BatchRow, ItemRow, NumberRow, RecordRow
from countermark.marking.states import Batch, Item, Number, Record

PROJECTION = SubjectProjection(
    "marking",
    ActLink,
    (
        Table(Record, RecordRow, ("kind", "key")),
        Table(Number, NumberRow, ("subject",)),
        Table(Batch, BatchRow, ("id",)),
        Table(Item, ItemRow, ("id",)),
    ),
    states.fold,
)


def entries_about(subject: str) -> list[Entry]:
    """Every act about a subject, in the order of the fold."""
    return states.ordered(PROJECTION.entries_about(subject))


projections.register(PROJECTION)
