"""Reading requests: one, all, what is owed, what waits to be delivered."""

from collections.abc import Iterator

from django.db import connection

from countermark.ledger import checkpoint, database, services, store
from countermark.ledger.checkpoint import CheckpointError
from countermark.ledger.models import Attachment, Peer
from countermark.tracing.requests import states
from countermark.tracing.requests.projection import LINKS
from countermark.tracing.requests.states import Request


def request(conversation_id: str) -> Request | None:
    """One request, or None for an unknown id."""
    rows = database.select_in(f"SELECT position FROM {LINKS}", "conversation", [conversation_id])  # noqa: S608
    entries = store.entries_at([int(row[0]) for row in rows])
    digests = {str(entry.body["document"]) for entry in entries if entry.body.get("document")}
    documents = {row.digest: bytes(row.data) for row in Attachment.objects.filter(digest__in=digests)}
    return states.fold(conversation_id, entries, documents)


def requests() -> Iterator[Request]:
    """Every request, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT conversation, max(position) FROM {LINKS} GROUP BY conversation ORDER BY 2 DESC")  # noqa: S608
        ids = [str(row[0]) for row in cursor.fetchall()]
    for conversation_id in ids:
        found = request(conversation_id)
        if found is not None:
            yield found


def of_draft(draft_id: str) -> Request | None:
    """The request a draft belongs to."""
    return next((one for one in requests() if any(draft.id == draft_id for draft in one.drafts)), None)


def checkpoints_of(origin: str) -> dict[int, str]:
    """The checkpoints of a peer's log that came with its messages or by hand, by tree size: what an answer's dates are proven by."""
    peer = Peer.objects.filter(origin=origin).first()
    if peer is None:
        return {}
    notes = [kept.envelope.checkpoint for one in requests() if one.peer == origin for kept in one.received]
    found: dict[int, str] = {}
    for note in (services.setting(f"peer-checkpoint:{origin}"), *notes):
        try:
            found[checkpoint.open_note(note, [peer.verifier_key]).size] = note
        except CheckpointError:
            continue
    return found
