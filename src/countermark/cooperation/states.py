"""The kinds of subjects of this room: actors, needs, offers, projects, meetings ... (`ledger/states.py`). Pure."""

from countermark.ledger.states import Kinds, Step, Subject, opened, reads, to

__all__ = ["KINDS", "ROOM", "Step", "Subject", "fold", "machine", "opened", "reads", "record", "to"]

ROOM = "cooperation"
KINDS = Kinds(ROOM)
fold, record, machine = KINDS.fold, KINDS.record, KINDS.machine
