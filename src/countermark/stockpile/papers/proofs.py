"""The entry that a paper stands on, its proof in the log, and the checkpoint this node signs over it now."""

from countermark.ledger import checkpoint, guard, store
from countermark.ledger.entry import Entry
from countermark.marks.sentences import Sentence
from countermark.register.proofs import Proof, prove
from countermark.stockpile.papers.typesetting import NoPaper
from countermark.stockpile.projection import PROJECTION


def of(name: str, act: str) -> tuple[Entry, Proof, str]:
    """The first entry with an act about a subject, with its proof; the checkpoint is empty for the log of another node. Raises `NoPaper`."""
    found = [one for one in PROJECTION.entries_about(name) if one.body["act"] == act]
    if not found:
        raise NoPaper(Sentence("there is no entry to prove"))
    entry = min(found, key=lambda one: (one.recorded.time, one.log, one.position))
    own = store.own_log()
    try:
        note = guard.sign_current(own) if own and own.origin == entry.log else ""
    except (checkpoint.KeyFileError, guard.RolledBackError, OSError) as error:
        raise NoPaper(Sentence("no checkpoint can be signed: %(problem)s", problem=str(error))) from error
    proof = prove(entry.position)
    if proof is None:
        raise NoPaper(Sentence("the entry that closed the list is not in a log of this node"))
    return entry, proof, note
