"""Keeps the view of this room's subjects in step with the logs."""

from countermark.ledger import projections
from countermark.ledger.subjectviews import SubjectProjection, Table
from countermark.stockpile import states
from countermark.stockpile.models import ActLink, SubjectRow
from countermark.stockpile.states import Subject

PROJECTION = SubjectProjection(states.ROOM, ActLink, (Table(Subject, SubjectRow, ("kind", "key")),), states.fold)

projections.register(PROJECTION)
