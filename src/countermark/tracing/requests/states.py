"""A request as its acts tell it: drafts, messages sent and received, what was delivered. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from countermark.ledger.entry import Entry
from countermark.tracing.requests import handling, messages, rules
from countermark.tracing.requests.handling import Reader
from countermark.tracing.requests.messages import Envelope, MessageError
from countermark.tracing.requests.rules import Conversation, Message, Side

WORDS = frozenset(
    {"message_drafted", "message_dropped", "message_sent", "message_received", "message_delivered", "message_expired"}
)


class Draft(msgspec.Struct, frozen=True):
    """A message somebody wrote that nobody has released yet."""

    id: str
    kind: str
    by: str
    digest: str
    time: str


class Kept(msgspec.Struct, frozen=True):
    """A message as it is kept here; `paper` when it came or went on paper."""

    envelope: Envelope
    digest: str
    time: str
    by: str
    paper: bool


class Request(msgspec.Struct, frozen=True):
    """One tracing request between two States, as this node knows it. `side` is ours; `peer` an origin, or a country on paper.

    `parent` is the request of our own or of another State that this one follows from; it is not told to the peer.
    """

    id: str
    side: Side
    peer: str
    conversation: Conversation
    kept: tuple[Kept, ...]
    drafts: tuple[Draft, ...]
    delivered: int
    parent: str = ""

    @property
    def sent(self) -> tuple[Kept, ...]:
        return tuple(one for one in self.kept if one.envelope.side == self.side)

    @property
    def received(self) -> tuple[Kept, ...]:
        return tuple(one for one in self.kept if one.envelope.side != self.side)

    @property
    def undelivered(self) -> tuple[Kept, ...]:
        """Messages of ours of which the other side has not said that it has them."""
        known = max([self.delivered, *(one.envelope.received for one in self.received)])
        return tuple(one for one in self.sent if one.envelope.number > known and not one.paper)

    @property
    def on_paper(self) -> bool:
        return "/" not in self.peer


def seen_by(request: Request, reader: Reader) -> Request:
    """The request as a reader may see it: what the other side told, as far as its handling conditions let them."""
    hidden = {one.envelope.message.key: _seen(one, reader) for one in request.received}
    conversation = request.conversation
    return msgspec.structs.replace(
        request,
        kept=tuple(hidden.get(one.envelope.message.key, one) for one in request.kept),
        conversation=msgspec.structs.replace(
            conversation,
            said=_messages(conversation.said, hidden),
            crossed=_messages(conversation.crossed, hidden),
            waiting=_messages(conversation.waiting, hidden),
        ),
    )


def _seen(one: Kept, reader: Reader) -> Kept:
    body = handling.seen(one.envelope.body, reader)
    return msgspec.structs.replace(one, envelope=msgspec.structs.replace(one.envelope, body=body))


def _messages(messages: Iterable[Message], seen: Mapping[tuple[str, int], Kept]) -> tuple[Message, ...]:
    return tuple(seen[one.key].envelope.message if one.key in seen else one for one in messages)


def conversation_of(entry: Entry) -> str:
    """The conversation an act belongs to; empty for any other entry."""
    if entry.kind != "act" or entry.body.get("act") not in WORDS:
        return ""
    return str(entry.body.get("conversation", ""))


def fold(conversation_id: str, entries: Iterable[Entry], documents: Mapping[str, bytes]) -> Request | None:
    """A request from its acts and the documents they name (by digest); None where there is none."""
    side: Side = "asker"
    peer, parent, delivered = "", "", 0
    kept: dict[tuple[str, int], Kept] = {}
    expired: dict[tuple[str, int], str] = {}
    drafts: dict[str, Draft] = {}
    for entry in sorted(entries, key=lambda one: one.position):
        body = entry.body
        side, peer = body.get("side", side), body.get("peer", peer)
        match body["act"]:
            case "message_drafted":
                parent = parent or str(body.get("parent", ""))
                drafts[body["draft"]] = Draft(
                    body["draft"], body["kind"], entry.recorded.by, body["document"], body["time"]
                )
            case "message_dropped":
                drafts.pop(body["draft"], None)
            case "message_delivered":
                delivered = max(delivered, int(body["number"]))
            case "message_expired":
                expired[body["said_by"], int(body["number"])] = str(body["document"])
            case _:
                drafts.pop(body.get("draft", ""), None)
                one = _kept(entry, str(body["document"]), documents)
                kept.setdefault((one.envelope.side, one.envelope.number), one)
    if not peer:
        return None
    for key, digest in expired.items():
        if key in kept:
            kept[key] = msgspec.structs.replace(
                kept[key], envelope=_read(documents.get(digest, b"")) or kept[key].envelope
            )
    said = rules.fold(conversation_id, [one.envelope.message for one in kept.values()])
    return Request(conversation_id, side, peer, said, tuple(kept.values()), tuple(drafts.values()), delivered, parent)


def _read(data: bytes) -> Envelope | None:
    try:
        return messages.read(data)
    except MessageError:
        return None


def _kept(entry: Entry, digest: str, documents: Mapping[str, bytes]) -> Kept:
    body = entry.body
    envelope = _read(documents.get(digest, b""))
    if envelope is None:
        # Its document was erased: the conversation stays whole, what was said is gone.
        envelope = Envelope(
            messages.FORMAT,
            "",
            "",
            body["conversation"],
            body["said_by"],
            body["number"],
            body["clock"],
            body["kind"],
            body["time"],
            {},
        )
    return Kept(envelope, digest, entry.recorded.time, entry.recorded.by, bool(body.get("paper")))
