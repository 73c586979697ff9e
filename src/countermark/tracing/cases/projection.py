"""Keeps one view in step: which acts belong to which case, and to which offices they gave it."""

from countermark.ledger.entry import Entry
from countermark.tracing.cases import states
from countermark.tracing.links import Link, LinkProjection

LINKS = "tracing_caselink"


def _link(entry: Entry) -> Link | None:
    if entry.kind != "act" or entry.body.get("act") not in states.WORDS:
        return None
    return entry.position, str(entry.body["case"]), str(entry.body.get("office", ""))


PROJECTION = LinkProjection(
    "cases", LINKS, {"position": int, "case_id": str, "office": str}, b'"act":"recovery_', _link
)
"""Links acts about recovered weapons to their case."""
