"""Keeps one view in step: which acts belong to which request."""

from countermark.ledger.entry import Entry
from countermark.tracing.links import Link, LinkProjection
from countermark.tracing.requests import states

LINKS = "tracing_requestlink"
COLUMNS = {"position": int, "conversation": str, "draft": str, "peer": str, "held": int, "guarded": bool}


def _link(entry: Entry) -> Link | None:
    conversation = states.conversation_of(entry)
    if not conversation:
        return None
    body = entry.body
    is_drafted, is_received = body["act"] == "message_drafted", body["act"] == "message_received"
    held = int(body.get("held", 0 if body.get("paper") else -1)) if is_received else 0
    draft = str(body["draft"]) if is_drafted else ""
    return entry.position, conversation, draft, str(body.get("peer", "")), held, bool(body.get("guarded"))


PROJECTION = LinkProjection("requests", LINKS, COLUMNS, b'"act":"message_', _link)
"""Links acts about messages to their request."""
