"""Keeps two views in step: which acts belong to which request, and what ties requests to each other."""

from countermark.ledger import subjects
from countermark.ledger.entry import Body, Entry
from countermark.tracing.links import Link, LinkProjection
from countermark.tracing.requests import rules, states

LINKS = "tracing_requestlink"
COLUMNS = {
    "position": int, "conversation": str, "draft": str, "peer": str, "held": int, "guarded": bool, "expires": str,
    "sent": int, "reached": int,
}  # fmt: skip
TIES = "tracing_requesttie"
UNSAID = ""
"""What is tied to nothing anybody knows of: an act of before, which does not say."""
LONG_PAST = "0000-00-00"
"""The last day of a message whose act does not say: it is looked at."""


def _links(entry: Entry) -> list[Link]:
    conversation = states.conversation_of(entry)
    if not conversation:
        return []
    body = entry.body
    is_received = body["act"] in ("message_received", "message_expired")
    held = int(body.get("held", 0 if body.get("paper") else -1)) if is_received else 0
    draft = str(body["draft"]) if body["act"] == "message_drafted" else ""
    expires = str(body.get("expires", LONG_PAST))[:10] if is_received else ""
    looked_up = (draft, str(body.get("peer", "")), held, bool(body.get("guarded")), expires, *_delivery(body))
    return [(entry.position, conversation, *looked_up)]


def _delivery(body: Body) -> tuple[int, int]:
    """The number of the message of ours that an act sends to a node, and up to which number the other side has ours."""
    match body["act"]:
        case "message_sent" if not body.get("paper"):
            return subjects.count(body, "number") or 0, 0
        case "message_delivered":
            return 0, subjects.count(body, "number") or 0
        case "message_received":
            return 0, subjects.count(body, "received") or 0
    return 0, 0


def _ties(entry: Entry) -> list[Link]:
    conversation = states.conversation_of(entry)
    if not conversation:
        return []
    ties = entry.body.get("ties")
    if isinstance(ties, list):
        return [
            (entry.position, conversation, tie)
            for tie in ties
            if isinstance(tie, str) and 0 < len(tie) <= rules.LONGEST_TIE
        ]
    says = entry.body["act"] in ("message_sent", "message_received") and entry.body.get("kind") in rules.TYING
    return [(entry.position, conversation, UNSAID)] if says else []


PROJECTION = LinkProjection("requests", LINKS, COLUMNS, b'"act":"message_', _links)
"""Links acts about messages to their request."""

TIED = LinkProjection(
    "requestties", TIES, {"position": int, "conversation": str, "tie": str}, b'"act":"message_', _ties
)
"""Links requests to each other: the marks they ask about, the request another one follows from, those they name."""
