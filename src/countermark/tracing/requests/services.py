"""Drafting, releasing, receiving and delivering messages about tracing requests: each an act in the ledger.

What is said is kept as a document named by its digest; the acts name no person and no text. A second person releases what
goes out.
"""

import hashlib
import logging
import uuid
from collections.abc import Mapping
from typing import Any

from countermark.ledger import checkpoint, database, entry, guard, identity, jcs, services
from countermark.ledger.checkpoint import CheckpointError
from countermark.ledger.models import Log, Peer
from countermark.ledger.services import Actor
from countermark.marks.sentences import NotAllowed, Sentence
from countermark.tracing.requests import handling, keyring, keys, messages, queries, rules
from countermark.tracing.requests.messages import FORMAT, Envelope, MessageError
from countermark.tracing.requests.rules import Message, Side
from countermark.tracing.requests.states import Draft, Request

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/vnd.countermark.message+json"


class NotSaid(NotAllowed):
    """A message that may not be written, released or received now; `problems` says everything that is wrong."""


def refusal(message: str, /, **values: str) -> NotSaid:
    """One thing that is wrong."""
    return NotSaid([Sentence(message, **values)])


def draft(
    kind: str, body: Mapping[str, Any], *, peer: str = "", conversation: str = "", parent: str = "", by: Actor
) -> str:
    """Writes a message down for another person to release. Returns the draft's id.

    `peer`: the receiving node's origin, or a country where it has none; needed for a new request only. `parent`: the request a new
    one follows from; it stands in the act and is not told to the peer.
    """
    if conversation:
        known = _request(conversation)
    else:
        if parent:
            _request(parent)
        known = Request(str(uuid.uuid4()), "asker", _peer_of(peer), rules.fold("", []), (), (), 0)
    if problems := [*rules.refusals(known.conversation, known.side, kind, body), *handling.body_problems(body)]:
        raise NotSaid(problems)
    _refuse_onward(body, known.peer)
    draft_id = str(uuid.uuid4())
    data = jcs.encode(dict(body))
    kept = services.attachment(data, MEDIA_TYPE)
    fields: dict[str, Any] = {
        "conversation": known.id, "draft": draft_id, "kind": kind, "side": known.side, "peer": known.peer, "document": kept.key,
    }  # fmt: skip
    if parent and not conversation:
        fields |= {"parent": parent, "ties": [queries.request_tie(parent)]}
    services.append([services.timed_act("message_drafted", fields, kept=(kept,))], by=by)
    return draft_id


def _refuse_onward(body: Mapping[str, Any], peer: str) -> None:
    """Raises `NotSaid` where a message would pass on what another State told under "no onward release"."""
    held = queries.not_to_pass_on(body, peer)
    if held:
        raise NotSaid(
            [
                Sentence(
                    "%(text)s came from %(state)s (request %(request)s), which has to consent before it is passed on",
                    text=text[:100], state=state, request=conversation,
                )
                for conversation, state, text in held[:5]
            ]
        )  # fmt: skip


def hold_checkpoint(origin: str, note: str, *, by: Actor) -> int:
    """Keeps a checkpoint of a peer's log that came by another way than a message. Returns its size; raises `NotSaid`."""
    peer = Peer.objects.filter(origin=_peer_of(origin)).first()
    try:
        size = checkpoint.open_note(note, [peer.verifier_key] if peer else []).size
    except CheckpointError as error:
        raise refusal("%(why)s", why=str(error)) from error
    services.set_setting(f"peer-checkpoint:{origin}", note, by=by)
    return size


def drop(draft_id: str, *, by: Actor) -> None:
    """Gives a draft up."""
    request, found = _draft(draft_id)
    services.append([services.timed_act("message_dropped", {"conversation": request.id, "draft": found.id})], by=by)


def release(draft_id: str, *, by: Actor) -> Request:
    """Sends a draft: a person other than its writer releases it. Raises `NotSaid` where it fits no longer."""
    log = services.require_own_log()
    with database.write_transaction(log.id):
        request, found = _draft(draft_id)
        if found.by == identity.opaque("person", by.name):
            raise NotSaid([Sentence("somebody else than its writer releases a message")])
        body = jcs.decode(_document(found.digest))
        _refuse_onward(body, request.peer)
        said = rules.say(request.conversation, request.side, found.kind, body, entry.now())
        if not isinstance(said, Message):
            raise NotSaid(said)
        said = Message(request.id, said.side, said.number, said.clock, said.kind, said.time, said.body)
        _append(
            "message_sent",
            _envelope(said, request, log),
            request.side,
            request.peer,
            by,
            draft=found.id,
            paper=request.on_paper,
        )
    return _request(request.id)


def receive(token: str, *, by: Actor) -> Request:
    """Takes in a sealed message. The same one again is harmless. Raises `NotSaid` with the reason it is refused."""
    log = services.require_own_log()
    try:
        unsealed = messages.unsealed(token)
        known = keyring.of_peer(unsealed.origin)
        learnt = keys.learn(known, unsealed.origin, unsealed.announced, entry.now())
        valid = [one.verifier_key for one in keys.valid(learnt, entry.now())]
        log_key = Peer.objects.filter(origin=unsealed.origin).values_list("verifier_key", flat=True).first() or ""
        envelope, _ = messages.verified(unsealed, valid, log_key)
    except MessageError as error:
        raise NotSaid([Sentence("%(why)s", why=str(error))]) from error
    if not Log.objects.filter(origin=envelope.receiver, own=True).exists():
        raise NotSaid([Sentence("the message is for %(receiver)s", receiver=envelope.receiver)])
    with database.write_transaction(log.id):
        keyring.keep(envelope.sender, learnt, by=by)
        _take(envelope, envelope.sender, paper=False, by=by)
    return _request(envelope.conversation)


def note_paper(conversation: str, kind: str, body: Mapping[str, Any], time: str, *, by: Actor) -> Request:
    """Records what a State without a node said on paper, as the next message of its side."""
    log = services.require_own_log()
    with database.write_transaction(log.id):
        request = _request(conversation)
        if not request.on_paper:
            raise NotSaid([Sentence("%(peer)s has a node: it speaks for itself", peer=request.peer)])
        theirs = rules.other(request.side)
        said = rules.say(request.conversation, theirs, kind, body, time)
        if not isinstance(said, Message):
            raise NotSaid(said)
        envelope = Envelope(
            FORMAT, request.peer, log.origin, conversation, theirs, said.number, said.clock, kind, time, dict(body)
        )
        _take(envelope, request.peer, paper=True, by=by)
    return _request(conversation)


def _take(envelope: Envelope, peer: str, *, paper: bool, by: Actor) -> None:
    try:
        messages.read(messages.written(envelope))
    except MessageError as error:
        raise refusal("%(why)s", why=str(error)) from error
    known = queries.request(envelope.conversation)
    ours = rules.other(envelope.side)
    if known is not None and (known.peer, known.side) != (peer, ours):
        raise NotSaid([Sentence("the request is between other parties")])
    if known is None and envelope.side != "asker":
        raise NotSaid([Sentence("nothing was asked under this number")])
    problems = (
        [] if envelope.kind not in rules.table().messages else rules.content_problems(envelope.kind, envelope.body)
    )
    if problems:
        raise NotSaid(problems)
    for one in known.received if known else ():
        if one.envelope.number == envelope.number:
            if one.digest != hashlib.sha256(messages.written(envelope)).hexdigest():
                raise NotSaid([Sentence("another message of this number came before: this one is not believed")])
            return
    _append("message_received", envelope, ours, peer, by, paper=paper)


def delivered(conversation: str, number: int, *, by: Actor) -> None:
    """Notes that the other side has our messages up to a number."""
    request = _request(conversation)
    if number > request.delivered and number <= len(request.sent):
        fields = {"conversation": conversation, "number": number}
        services.append([services.timed_act("message_delivered", fields)], by=by)


def sealed(request: Request, number: int) -> str:
    """A message of ours as it travels. Raises `NotSaid` where the receiver has no key to seal to."""
    log = services.require_own_log()
    found = next((one for one in request.sent if one.envelope.number == number), None)
    to = keyring.sealed_to(request.peer)
    if found is None or not to:
        raise NotSaid([Sentence("no message to seal, or %(peer)s has no key in the directory", peer=request.peer)])
    written, key = messages.written(found.envelope), keyring.signing_key(log)
    return messages.sealed(written, key, log.origin, to, keyring.announcements())


def _envelope(said: Message, request: Request, log: Log) -> Envelope:
    return Envelope(
        FORMAT, log.origin, request.peer, said.conversation, said.side, said.number, said.clock, said.kind, said.time, said.body,
        checkpoint=guard.sign_current(log),
        holds=queries.largest_held(request.peer),
        received=request.conversation.seen(rules.other(request.side)),
    )  # fmt: skip


def _append(
    word: str, envelope: Envelope, side: Side, peer: str, by: Actor, *, draft: str = "", paper: bool = False
) -> None:
    kept = services.attachment(messages.written(envelope), MEDIA_TYPE)
    fields: dict[str, Any] = {
        "conversation": envelope.conversation, "side": side, "peer": peer, "said_by": envelope.side, "number": envelope.number,
        "clock": envelope.clock, "kind": envelope.kind, "document": kept.key,
    }  # fmt: skip
    fields |= {"draft": draft} if draft else {}
    fields |= {"paper": True} if paper else {}
    fields |= {"ties": ties(envelope.conversation, envelope.body)} if envelope.kind in rules.TYING else {}
    if word == "message_received":
        fields |= looked_up(envelope)
    services.append([services.timed_act(word, fields, kept=(kept,))], by=by)


MOST_TIES = 500


def ties(conversation: str, body: Mapping[str, Any]) -> list[str]:
    """What ties a request to others, for its act: itself, requests named and marks asked about, as opaque ids: no text stands in an act."""
    requests = (queries.request_tie(name) for name in {conversation, *rules.named_in(body)})
    marks = (f"mark:{identity.ref('mark', mark)}" for mark in rules.marks_of(body))
    return [*sorted(requests), *sorted(marks)][:MOST_TIES]


def looked_up(envelope: Envelope, after: str = "") -> dict[str, Any]:
    """What a received message is looked up by, for its act: the checkpoint it brought, up to which number its sender had ours, whether it may go
    on, its first last day `after` one.
    """
    days = [day for day in handling.last_days(envelope.body) if day >= after]
    held = checkpoint.read_unverified(envelope.checkpoint).size if envelope.checkpoint else 0
    guarded = {"guarded": True} if handling.is_guarded(envelope.body) else {}
    return {"held": held, "received": envelope.received, "expires": days[0] if days else "", **guarded}


def _peer_of(peer: str) -> str:
    is_country = len(peer) == 2 and peer.isascii() and peer.isupper()
    if is_country or Peer.objects.filter(origin=peer).exists():
        return peer
    raise NotSaid(
        [Sentence("%(peer)s is not in the directory; for a State without a node give its two letters", peer=peer)]
    )


def _request(conversation: str) -> Request:
    found = queries.request(conversation)
    if found is None:
        raise NotSaid([Sentence("there is no request %(id)s", id=conversation)])
    return found


def _draft(draft_id: str) -> tuple[Request, Draft]:
    request = queries.of_draft(draft_id)
    if request is None:
        raise NotSaid([Sentence("there is no draft %(id)s", id=draft_id)])
    return request, next(one for one in request.drafts if one.id == draft_id)


def _document(digest: str) -> bytes:
    from countermark.ledger.models import Attachment

    return bytes(Attachment.objects.get(pk=digest).data)
