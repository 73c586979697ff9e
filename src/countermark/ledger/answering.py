"""The answering side of replication: what another node of the State is given, and what is taken from it. Knows no HTTP."""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeVar

import msgspec

from countermark.ledger import bundle, calls, contacts, exchange, guard, nodes, pieces, replicas, services
from countermark.ledger.bundle import BundleError
from countermark.ledger.calls import Asked, Call, CallError, Have, Heads, TakenIn
from countermark.ledger.models import Log, Peer
from countermark.ledger.services import NODE, LedgerError
from countermark.ledger.tree import TreeError
from countermark.marks.sentences import said

JSON: Final = "application/json"
PACKED: Final = "application/gzip"
SPOOLED: Final = 1 << 20
M = TypeVar("M", bound=msgspec.Struct)

_logger = logging.getLogger(__name__)


class Unknown(Exception):
    """Whoever calls is not admitted, or did not sign what came. It is told nothing else."""


class Stale(Exception):
    """The call carries no fresh challenge: it is given one."""


@dataclass(frozen=True)
class Answer:
    """What is answered to a node that is admitted; `done` says whether its wish was met."""

    body: bytes
    media_type: str
    signature: str
    done: bool


def answer(header: str, operation: str, body: IO[bytes]) -> Answer:
    """Answers a call. Raises `Stale` or `Unknown`, before the body is looked at where that is possible."""
    call, peer, own = _caller(header, operation)
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as received:
        _receive(body, received, call)
        try:
            content, media_type = _OPERATIONS[operation](peer, received)
            done = True
        except (BundleError, CallError, LedgerError, TreeError, guard.RolledBackError) as error:
            _logger.warning("%s, called by %s: %s", operation, peer.origin, error)
            contacts.failed(peer.origin, said(error))
            content, media_type, done = msgspec.json.encode({"problem": str(error)}), JSON, False
    return Answer(content, media_type, calls.answer_signature(call, content, own), done)


def _caller(header: str, operation: str) -> tuple[Call, Peer, Log]:
    try:
        call, note = calls.read(header)
    except CallError as error:
        raise Stale from error
    if not calls.is_fresh(call.challenge):
        raise Stale
    own = services.require_own_log()
    peer = nodes.admitted(call.sender)
    if peer is None:
        raise Unknown(f"{call.sender} is not admitted")
    try:
        calls.verify(call, note, peer.verifier_key)
    except CallError as error:
        raise Unknown(str(error)) from error
    if call.receiver != own.origin or call.operation != operation or operation not in _OPERATIONS:
        raise Unknown(f"a call to {call.receiver} for {call.operation}")
    return call, peer, own


def _receive(body: IO[bytes], out: IO[bytes], call: Call) -> None:
    longest = calls.LONGEST_PIECE if call.operation == "push" else calls.LONGEST_MESSAGE
    digest, size = hashlib.sha256(), 0
    while part := body.read(1 << 16):
        size += len(part)
        if size > longest:
            raise Unknown("the body is too long")
        digest.update(part)
        out.write(part)
    if digest.hexdigest() != call.digest:
        raise Unknown("the body is not the one that was signed")
    out.seek(0)


# --- operations -------------------------------------------------------------------------------------------------------


def _heads(peer: Peer, body: IO[bytes]) -> tuple[bytes, str]:
    theirs = _decoded(body.read(), Heads)
    refused = replicas.hear({**theirs.shown, **notes_of(theirs)})
    contacts.reached(peer.origin, missing(theirs, refused), ahead(theirs), contacts.two_histories(refused))
    return msgspec.json.encode(own_heads()), JSON


def _pull(peer: Peer, body: IO[bytes]) -> tuple[bytes, str]:
    asked = _decoded(body.read(), Asked)
    log = Log.objects.filter(origin=asked.log).first()
    found = replicas.offer(log) if log else None
    if log is None or found is None or asked.taken < 0 or asked.kept < 0:
        raise LedgerError(f"{asked.log} is not given out here")
    start = min(asked.taken, found.size)
    most = max(pieces.SMALLEST, min(asked.most, pieces.BYTES))
    made = pieces.piece(log, start, min(asked.kept, found.size), peer.origin, most=most)
    return calls.packed(made.data), PACKED


def _push(peer: Peer, body: IO[bytes]) -> tuple[bytes, str]:
    origin, new = take_piece(body)
    reach = replicas.reach(origin)
    return msgspec.json.encode(TakenIn(Have(reach.taken, reach.kept), new)), JSON


_OPERATIONS: dict[str, Callable[[Peer, IO[bytes]], tuple[bytes, str]]] = {
    "heads": _heads,
    "pull": _pull,
    "push": _push,
}


def _decoded(data: bytes, kind: type[M]) -> M:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise CallError(f"a message that is none: {error}") from error


# --- what both sides do -----------------------------------------------------------------------------------------------


def own_heads() -> Heads:
    """What this node says of itself."""
    own = services.require_own_log()
    known = [one for one in Peer.objects.order_by("origin") if nodes.is_one_state(own.origin, one.origin)]
    shown = {one.origin: replicas.note_for(one.origin) for one in known}
    reach = {one.origin: replicas.reach(one.origin) for one in known if not nodes.is_ended(one.origin)}
    return Heads(
        {one.log.origin: calls.Head(one.size, one.note) for one in replicas.offers()},
        {origin: Have(found.taken, found.kept) for origin, found in reach.items()},
        {origin: note for origin, note in shown.items() if note},
    )


def notes_of(heads: Heads) -> dict[str, str]:
    """The signed heads of the logs a node gives out."""
    return {origin: head.note for origin, head in heads.logs.items()}


def missing(theirs: Heads, refused: Container[str]) -> int:
    """Entries another node gives out that are not here and could be."""
    return replicas.missing((origin, head.size) for origin, head in theirs.logs.items() if origin not in refused)


def ahead(theirs: Heads) -> int:
    """Entries this node gives out that another does not have and could."""
    offered = [(one, theirs.have[one.log.origin]) for one in replicas.offers() if one.log.origin in theirs.have]
    return sum(max(0, one.size - min(have.taken, have.kept)) for one, have in offered)


def take_piece(packed: IO[bytes], expected: str = "") -> tuple[str, int]:
    """Takes in a piece as it travelled; its log and how many entries were new. Raises `CallError`, BundleError and what `take_in` does."""
    own = services.require_own_log()
    with tempfile.TemporaryDirectory(prefix="countermark-") as directory:
        path = Path(directory) / "piece"
        with path.open("w+b") as file:
            calls.unpack(packed, file)
            file.seek(0)
            origin = bundle.outline(file, None).origin
        if not nodes.is_one_state(own.origin, origin) or (expected and origin != expected):
            raise CallError(f"a piece of {origin}, which was not asked for")
        taken = exchange.take_in(path, by=NODE)
    return origin, taken.new
