"""Keeps one view in step: which acts belong to which case, to which offices they gave it and which requests they made."""

from countermark.ledger.entry import Entry
from countermark.tracing.cases import states
from countermark.tracing.links import Link, LinkProjection

LINKS = "tracing_caselink"


def _links(entry: Entry) -> list[Link]:
    if entry.kind != "act" or entry.body.get("act") not in states.WORDS:
        return []
    body = entry.body
    return [(entry.position, str(body["case"]), str(body.get("office", "")), str(body.get("conversation", "")))]


COLUMNS = {"position": int, "case_id": str, "office": str, "conversation": str}
PROJECTION = LinkProjection("cases", LINKS, COLUMNS, b'"act":"recovery_', _links)
"""Links acts about recovered weapons to their case."""
