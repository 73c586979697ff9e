"""The kinds of subjects of this room: units, people on the roster, receipts, shipments, counts ... (`ledger/states.py`). Pure."""

from countermark.ledger.states import Kinds, Step, Subject, opened, reads, to

__all__ = [
    "FOLDERS",
    "KINDS",
    "OPENING",
    "ROOM",
    "Step",
    "Subject",
    "fold",
    "machine",
    "opened",
    "reads",
    "record",
    "to",
]

ROOM = "stockpile"
KINDS = Kinds(ROOM)
fold, record, machine = KINDS.fold, KINDS.record, KINDS.machine
FOLDERS, OPENING = KINDS.folders, KINDS.opening
