"""Keeps one view in step: which acts belong to which case, to which offices they gave it and which requests they made."""

from countermark.ledger.entry import Entry
from countermark.tracing.cases import states
from countermark.tracing.links import Link, LinkProjection

LINKS = "tracing_caselink"
LONGEST = 100
"""Characters of an id; a longer one is none of this program's."""


def _links(entry: Entry) -> list[Link]:
    if entry.kind != "act" or entry.body.get("act") not in states.WORDS:
        return []
    body = entry.body
    case, office, conversation = (str(body.get(name, ""))[:LONGEST] for name in ("case", "office", "conversation"))
    return [(entry.position, case, office, conversation)]


COLUMNS = {"position": int, "case_id": str, "office": str, "conversation": str}
PROJECTION = LinkProjection("cases", LINKS, COLUMNS, b'"act":"recovery_', _links)
"""Links acts about recovered weapons to their case."""
