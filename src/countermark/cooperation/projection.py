"""Keeps the view of this room's subjects in step with the logs."""

from countermark.cooperation import states
from countermark.cooperation.models import ActLink, SubjectRow
from countermark.cooperation.states import Subject
from countermark.ledger import projections
from countermark.ledger.subjectviews import SubjectProjection, Table

PROJECTION = SubjectProjection(states.ROOM, ActLink, (Table(Subject, SubjectRow, ("kind", "key")),), states.fold)

projections.register(PROJECTION)
