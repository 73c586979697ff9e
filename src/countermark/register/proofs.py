"""The proof that one entry stands in its log, and how to check it without this program."""

from typing import Any

import msgspec

from countermark.ledger import store, tree
from countermark.ledger.models import LOG_SPAN, Log
from countermark.ledger.models import Entry as EntryRow


class Proof(msgspec.Struct, frozen=True):
    """An entry as stored, and its inclusion proof (RFC 9162, 2.1.3) in the log as it stands. Hashes are lower-case hex."""

    origin: str
    event_id: str
    data: str
    leaf_index: int
    tree_size: int
    leaf_hash: str
    proof: list[str]
    root_hash: str

    def as_dict(self) -> dict[str, Any]:
        """The contract's `ledger prove` shape, with the log and the entry."""
        named = {"log": self.origin, "eventID": self.event_id, "entry": self.data}
        plain = ("leaf_index", "tree_size", "leaf_hash", "proof", "root_hash")
        return {**{key: getattr(self, key) for key in plain}, **named}


def prove(position: int) -> Proof | None:
    """The proof of the entry at a position, or None when there is none."""
    row = EntryRow.objects.filter(id=position).values_list("data", "leaf").first()
    log = Log.objects.filter(id=position // LOG_SPAN).first() if row else None
    if row is None or log is None:
        return None
    index, size, reader = position % LOG_SPAN, store.size(log), store.reader(log)
    data = bytes(row[0])
    return Proof(
        origin=log.origin,
        event_id=str(msgspec.json.decode(data)["eventID"]),
        data=data.decode(),
        leaf_index=index,
        tree_size=size,
        leaf_hash=bytes(row[1]).hex(),
        proof=[step.hex() for step in tree.inclusion_proof(index, size, reader)],
        root_hash=tree.stored_root(size, reader).hex(),
    )
