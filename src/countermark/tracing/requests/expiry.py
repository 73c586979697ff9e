"""Erasing what another State told when the last day on which it may be seen is over (ITI 15).

The document of the message becomes a tombstone; what may still be kept of it (a name without the others, the checkpoint it brought,
where it stands in the conversation) is kept as another document that an act names. The ledger stays whole.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from countermark.ledger import entry, services
from countermark.ledger.services import NODE, Actor
from countermark.tracing.requests import handling, messages, queries
from countermark.tracing.requests.messages import Envelope
from countermark.tracing.requests.services import MEDIA_TYPE, looked_up
from countermark.tracing.requests.states import Kept, Request

REASON = "the last day on which another State let it be seen is over"


def today() -> dt.date:
    """The day by which conditions end: that of this node's clock, UTC."""
    return dt.date.fromisoformat(entry.now()[:10])


def expired(day: dt.date) -> Iterator[tuple[Request, Kept, Envelope]]:
    """Received messages of which something may not be kept on a day, with what may."""
    for request in queries.some(queries.to_expire(day.isoformat())):
        for one in request.received:
            body = handling.without_expired(one.envelope.body, day)
            if body != one.envelope.body:
                yield request, one, msgspec.structs.replace(one.envelope, body=body)


def expire(day: dt.date | None = None, *, by: Actor = NODE) -> list[tuple[str, int]]:
    """Erases it: (request, number of the message) of each. Doing so again is harmless."""
    found = list(expired(day or today()))
    for request, one, left in found:
        _erase(request, one, left, (day or today()).isoformat(), by)
    return [(request.id, one.envelope.number) for request, one, _ in found]


def _erase(request: Request, one: Kept, left: Envelope, day: str, by: Actor) -> None:
    kept = services.attachment(messages.written(left), MEDIA_TYPE)
    before = hashlib.sha256(messages.written(one.envelope)).hexdigest()
    fields: dict[str, Any] = {
        "conversation": request.id, "side": request.side, "peer": request.peer, "said_by": left.side, "number": left.number,
        "document": kept.key, **looked_up(left, day),
    }  # fmt: skip
    with services.alone():
        services.append([services.timed_act("message_expired", fields, kept=(kept,))], by=by)
        services.erase([], attachments=[before], by=by, reason=REASON)
