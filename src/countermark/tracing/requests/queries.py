"""Reading requests: one, all, what is owed, what waits to be delivered; and who may see what of them."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger import checkpoint, database, entry, identity, jcs, services, store
from countermark.ledger.checkpoint import CheckpointError
from countermark.ledger.entry import Entry
from countermark.ledger.models import Attachment, Peer
from countermark.tracing.requests import handling, messages, rules, states
from countermark.tracing.requests.handling import Reader
from countermark.tracing.requests.messages import MessageError
from countermark.tracing.requests.projection import LINKS, TIES, UNSAID
from countermark.tracing.requests.states import Request


def reader(user: User, day: dt.date | None = None) -> Reader:
    """Who looks: the roles held now, the organisations of the places they are held at, and the day by the clock (UTC)."""
    grants = accounts.grants(user)
    names = user.roles.filter(withdrawn=False, place__organisation__isnull=False).values_list(
        "place__organisation__name", flat=True
    )
    return Reader(
        frozenset(grant.role for grant in grants), frozenset(names), day or dt.date.fromisoformat(entry.now()[:10])
    )


def request(conversation_id: str, reader: Reader | None = None) -> Request | None:
    """One request, or None for an unknown id. For people always with a `reader`: without, it is the node that reads."""
    rows = database.select_in(f"SELECT position FROM {LINKS}", "conversation", [conversation_id])  # noqa: S608
    entries = store.entries_at([int(row[0]) for row in rows])
    return next(_folded({conversation_id: entries}, reader), None)


def some(ids: Collection[str], reader: Reader | None = None) -> Iterator[Request]:
    """Those of some requests that are known, the newest first; read together."""
    rows = database.select_in(f"SELECT conversation, position FROM {LINKS}", "conversation", sorted(ids))  # noqa: S608
    positions: dict[str, list[int]] = {}
    for conversation_id, position in sorted(rows, key=lambda row: -int(row[1])):
        positions.setdefault(str(conversation_id), []).append(int(position))
    for group in database.chunks(positions, AT_ONCE):
        wanted = [position for conversation_id in group for position in positions[conversation_id]]
        entries = {one.position: one for one in store.entries_at(wanted)}
        yield from _folded({name: [entries[at] for at in positions[name] if at in entries] for name in group}, reader)


AT_ONCE = 100
"""Requests read together."""


def _folded(groups: Mapping[str, Sequence[Entry]], reader: Reader | None) -> Iterator[Request]:
    """The request that each group of acts tells, as far as a reader may see it; documents are read together."""
    digests = {str(one.body["document"]) for group in groups.values() for one in group if one.body.get("document")}
    held = documents(digests)
    for conversation_id, group in groups.items():
        found = states.fold(conversation_id, group, held)
        if found is not None:
            yield found if reader is None else states.seen_by(found, reader)


def documents(digests: Collection[str]) -> dict[str, bytes]:
    """The documents with these digests; an erased one is empty."""
    return {row.digest: bytes(row.data) for row in Attachment.objects.filter(digest__in=list(digests))}


def requests(reader: Reader | None = None) -> Iterator[Request]:
    """Every request, the newest first; for people with a `reader`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT conversation, max(position) FROM {LINKS} GROUP BY conversation ORDER BY 2 DESC")  # noqa: S608
        ids = [str(row[0]) for row in cursor.fetchall()]
    for group in database.chunks(ids, AT_ONCE):
        yield from some(group, reader)


def tied(conversation_id: str) -> set[str]:
    """The requests that may belong to the trace of one: tied to it, and to those, by a mark, a parent or a name.

    Those whose acts are of before and say no ties are among them: who reads them decides.
    """
    known: set[str] = set()
    waiting = {conversation_id, *_conversations("tie", [UNSAID])}
    while waiting:
        known |= waiting
        rows = database.select_in(f"SELECT tie FROM {TIES}", "conversation", sorted(waiting))  # noqa: S608
        ties = {str(row[0]) for row in rows} | {request_tie(name) for name in waiting}
        waiting = _conversations("tie", sorted(ties - {UNSAID})) - known
    return known


def request_tie(conversation_id: str) -> str:
    """What ties others to a request."""
    return f"request:{identity.ref('request', conversation_id)}"


def _conversations(column: str, values: Sequence[str]) -> set[str]:
    rows = database.select_in(f"SELECT conversation FROM {TIES}", column, values)  # noqa: S608
    return {str(row[0]) for row in rows}


def following(conversation_id: str) -> list[str]:
    """The requests that were made because of one, the newest first."""
    naming = _conversations("tie", [request_tie(conversation_id)])
    return [one.id for one in some(naming) if one.parent == conversation_id]


def to_expire(day: str) -> set[str]:
    """The requests in which something another State told may be seen until a day before `day`, or that do not say."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT conversation FROM {LINKS} WHERE expires < %s AND NOT expires = ''", [day])  # noqa: S608
        return {str(row[0]) for row in cursor.fetchall()}


def undelivered() -> Iterator[Request]:
    """The requests with a message of ours that the other side has not said it has, the newest first; the others are not read.

    Where an act of before does not say up to which number the other side had ours, its request is read to see.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT conversation FROM {LINKS} GROUP BY conversation HAVING max(sent) > max(reached)")  # noqa: S608
        ids = {str(row[0]) for row in cursor.fetchall()}
    yield from (one for one in some(ids) if one.undelivered)


def of_draft(draft_id: str) -> Request | None:
    """The request a draft belongs to."""
    rows = database.select_in(f"SELECT conversation FROM {LINKS}", "draft", [draft_id])  # noqa: S608
    found = next((request(str(row[0])) for row in rows), None) if draft_id else None
    return found if found is not None and any(one.id == draft_id for one in found.drafts) else None


def as_message(found: Request, draft_id: str) -> messages.Envelope | None:
    """A draft as the message it would be if it were released now; None where it is none, or its text was erased."""
    draft = next((one for one in found.drafts if one.id == draft_id), None)
    data = documents([draft.digest]).get(draft.digest) if draft else None
    body = jcs.decode(data) if data else None
    if draft is None or not isinstance(body, dict):
        return None
    said, log = found.conversation, store.own_log()
    return messages.Envelope(
        messages.FORMAT, log.origin if log else "", found.peer, found.id, found.side, said.seen(found.side) + 1, said.clock + 1,
        draft.kind, draft.time, body,
    )  # fmt: skip


def largest_held(origin: str) -> int:
    """The size of the largest tree of a peer's log of which a checkpoint is held here; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(held), min(held) FROM {LINKS} WHERE peer = %s", [origin])  # noqa: S608
        most, least = cursor.fetchone()
    unsaid = [-1] if least is not None and least < 0 else []
    return max([int(most or 0), 0, *checkpoints_of(origin, unsaid)])


def checkpoints_of(origin: str, sizes: Collection[int]) -> dict[int, str]:
    """The checkpoints of a peer's log of these tree sizes, as far as they came with its messages; and the one taken in by hand.

    What an answer's dates are proven by.
    """
    peer = Peer.objects.filter(origin=origin).first()
    if peer is None:
        return {}
    found: dict[int, str] = {}
    for note in (services.setting(f"peer-checkpoint:{origin}"), *_notes(origin, sizes)):
        try:
            found[checkpoint.open_note(note, [peer.verifier_key]).size] = note
        except CheckpointError:
            continue
    return found


def _notes(origin: str, sizes: Collection[int]) -> list[str]:
    wanted = sorted({-1, *(size for size in sizes if size)})
    marks = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT position FROM {LINKS} WHERE peer = %s AND held IN ({marks})", [origin, *wanted])  # noqa: S608
        positions = [int(row[0]) for row in cursor.fetchall()]
    return [envelope.checkpoint for envelope in _received(positions).values()]


def count_held(origin: str) -> int:
    """How many checkpoints of a peer's log are held here."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT held) FROM {LINKS} WHERE peer = %s AND held <> 0", [origin])  # noqa: S608
        return int(cursor.fetchone()[0]) + bool(services.setting(f"peer-checkpoint:{origin}"))


def _received(positions: Collection[int]) -> dict[tuple[str, int], messages.Envelope]:
    """Messages by conversation and position, without those whose document was erased."""
    entries = store.entries_at(list(positions))
    held = documents({str(one.body.get("document", "")) for one in entries})
    found = {}
    for one in entries:
        try:
            found[str(one.body["conversation"]), one.position] = messages.read(held.get(one.body["document"], b""))
        except MessageError:
            continue
    return found


def not_to_pass_on(body: Mapping[str, Any], peer: str) -> list[tuple[str, str, str]]:
    """What a message to `peer` would pass on without consent: (request, State it came from, text)."""
    country = peer[:2]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT position FROM {LINKS} WHERE guarded AND peer NOT LIKE %s",  # noqa: S608
            [f"{country}%"],
        )
        positions = [int(row[0]) for row in cursor.fetchall()]
    found = []
    for (conversation_id, _), envelope in sorted(_received(positions).items()):
        texts = handling.carried(body, handling.guarded(envelope.body))
        if texts and not _may_go_on(conversation_id, envelope, country):
            found += [(conversation_id, envelope.sender[:2], text) for text in texts]
    return found


def _may_go_on(conversation_id: str, envelope: messages.Envelope, country: str) -> bool:
    known = request(conversation_id)
    side: rules.Side = envelope.side
    return known is not None and (envelope.number, country) in handling.consents(known.conversation, side)
