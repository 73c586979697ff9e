"""The calling side of replication: fetches what another node of the State has and this one lacks, and hands in the reverse.

Everything goes in pieces, each of them kept for good once it is taken in: a line that breaks costs one piece. What is called again was
there already or goes on where it stopped, so nothing here keeps a state of its own.
"""

import hashlib
import http.client
import io
import random
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

import msgspec

from countermark.ledger import answering, calls, contacts, guard, nodes, pieces, replicas, services
from countermark.ledger.bundle import BundleError
from countermark.ledger.calls import Asked, Call, CallError, Have, Heads, TakenIn
from countermark.ledger.checkpoint import KeyFileError
from countermark.ledger.models import Log, Peer
from countermark.ledger.replicas import Reach
from countermark.ledger.services import LedgerError
from countermark.ledger.tree import TreeError
from countermark.marks.sentences import Sentence, said

SECONDS: Final = 60
LONGEST_REST: Final = 3600.0
ROUNDS: Final = 4
"""What was handed in makes the other node note it: that is fetched in the next round. Then there is rest, if nobody works meanwhile."""
REFUSALS: Final = (BundleError, CallError, LedgerError, TreeError, KeyFileError, guard.RolledBackError)
M = TypeVar("M", bound=msgspec.Struct)


class NotReached(LedgerError):
    """The line is down, or broke: the same again later."""


class Stranger(LedgerError):
    """The other node does not admit this one, or is not who it should be."""


class Refused(LedgerError):
    """The other node refuses what was asked or handed in, or its pieces are of no use."""


class Line(Protocol):
    """How a node is called: an operation and a body in, its verified answer out. Raises `NotReached`, `Stranger`, `Refused`."""

    def call(self, operation: str, body: bytes) -> bytes: ...


class HttpLine:
    """A node at the address the directory names."""

    def __init__(self, peer: Peer, url: str) -> None:
        self._peer, self._url, self._challenge = peer, url, ""

    def call(self, operation: str, body: bytes) -> bytes:
        """As `Line`. A challenge that ran out is asked for anew."""
        for _ in range(2):
            call = self._call(operation, body)
            try:
                answered = self._post(call, body)
            except _NewChallenge as stale:
                self._challenge = stale.challenge
                continue
            return self._verified(call, answered)
        raise Stranger(Sentence("%(origin)s accepts no call", origin=self._peer.origin))

    def _call(self, operation: str, body: bytes) -> Call:
        own = services.require_own_log()
        digest = hashlib.sha256(body).hexdigest()
        return Call(own.origin, self._peer.origin, self._challenge or "none", secrets.token_hex(16), operation, digest)

    def _post(self, call: Call, body: bytes) -> "_Answered":
        headers = {
            "Authorization": calls.authorization(call, services.require_own_log()),
            "Content-Type": "application/octet-stream",
        }
        # Only an https address, or one on this machine, gets into the directory.
        asked = urllib.request.Request(f"{self._url}{calls.PATH}{call.operation}/", body, headers, method="POST")  # noqa: S310
        try:
            with nodes.opener.open(asked, timeout=SECONDS) as answered:
                return _Answered(_read(answered), answered.headers.get(calls.SIGNATURE, ""), done=True)
        except urllib.error.HTTPError as error:
            with error:
                return self._refusal(error)
        except (OSError, http.client.HTTPException) as error:
            raise NotReached(self._down(error)) from error

    def _refusal(self, error: urllib.error.HTTPError) -> "_Answered":
        try:
            content = _read(error)
        except (OSError, http.client.HTTPException) as broken:
            raise NotReached(self._down(broken)) from broken
        if error.code == 401:
            raise _NewChallenge(_member(content, "challenge"))
        if error.code == 409:
            return _Answered(content, error.headers.get(calls.SIGNATURE, ""), done=False)
        if error.code != 400 or _member(content, "status") != "refused":
            raise NotReached(self._down(error))  # a proxy, a full disk, a version that knows nothing of this
        raise Stranger(
            Sentence(
                "%(origin)s does not admit this node: its card has to be added there ('countermark peer add')",
                origin=self._peer.origin,
            )
        )

    def _down(self, error: Exception) -> Sentence:
        why = str(getattr(error, "reason", "") or error) or type(error).__name__
        return Sentence("%(origin)s is not reached: %(why)s", origin=self._peer.origin, why=why)

    def _verified(self, call: Call, answered: "_Answered") -> bytes:
        try:
            calls.verify_answer(call, answered.body, answered.signature, self._peer.verifier_key)
        except CallError as error:
            raise Stranger(
                Sentence("what answers at the address of %(origin)s is not that node", origin=self._peer.origin)
            ) from error
        if not answered.done:
            why = _member(answered.body, "problem")
            raise Refused(Sentence("%(origin)s refuses: %(why)s", origin=self._peer.origin, why=why))
        return answered.body


@dataclass(frozen=True)
class _Answered:
    body: bytes
    signature: str
    done: bool


class _NewChallenge(Exception):
    def __init__(self, challenge: str) -> None:
        super().__init__(challenge)
        self.challenge = challenge


def _read(answered: Any) -> bytes:
    data: bytes = answered.read(calls.LONGEST_PIECE + 1)
    if len(data) > calls.LONGEST_PIECE:
        raise http.client.HTTPException("the answer is too long")
    return data


def _member(content: bytes, name: str) -> str:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
    text = found.get(name, "") if isinstance(found, dict) else ""
    return text if isinstance(text, str) and text.isprintable() and len(text) < 2000 else ""


# --- one exchange -----------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What one exchange with a node did: entries new here and new there, what is still missing on either side, and why.

    `unknown` logs were offered and not taken; `refused` says for each log that was given up why: it stands in no other's way.
    """

    peer: str
    reached: bool = False
    pulled: int = 0
    pushed: int = 0
    behind: int | None = None
    ahead: int | None = None
    unknown: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def never() -> bool:
    """Nobody asks to stop."""
    return False


def exchange_with(peer: Peer, line: Line, stop: Callable[[], bool] = never, *, most: int = pieces.BYTES) -> Outcome:
    """Fetches and hands in everything, in pieces of at most `most` bytes, until nothing is missing, it breaks off or `stop` says so.

    Never raises what the other side or the line may cause: the outcome says it, and so does the state of the contact.
    """
    outcome = Outcome(peer.origin)
    try:
        for _ in range(ROUNDS):
            theirs, refused = _hear(line, outcome)
            moved = _pull_all(line, theirs, refused, outcome, most, stop)
            moved |= _push_all(line, theirs, outcome, peer.origin, most, stop)
            if not moved or stop():
                break
        outcome.behind, outcome.ahead = answering.missing(theirs, refused), answering.ahead(theirs)
        outcome.problem = contacts.two_histories(refused) or next(iter(outcome.refused.values()), "")
        contacts.reached(peer.origin, outcome.behind, outcome.ahead, outcome.problem)
    except REFUSALS as error:
        outcome.problem = said(error)
        contacts.failed(peer.origin, outcome.problem)
    return outcome


def _hear(line: Line, outcome: Outcome) -> tuple[Heads, dict[str, Sentence]]:
    theirs = _decoded(line.call("heads", msgspec.json.encode(answering.own_heads())), Heads)
    outcome.reached = True
    refused = replicas.hear({**theirs.shown, **answering.notes_of(theirs)})
    outcome.unknown = sorted(set(theirs.logs) & set(refused))
    return theirs, refused


def _pull_all(
    line: Line, theirs: Heads, refused: dict[str, Sentence], outcome: Outcome, most: int, stop: Callable[[], bool]
) -> bool:
    own = set(Log.objects.filter(own=True).values_list("origin", flat=True))
    moved = False
    for origin, head in theirs.logs.items():
        if origin in refused or origin in own or origin in outcome.refused:
            continue
        with _giving_up(origin, outcome):
            while not stop() and (reach := replicas.reach(origin)).least < head.size:
                _pull(line, origin, reach, outcome, most)
                moved = True
    return moved


@contextmanager
def _giving_up(origin: str, outcome: Outcome) -> Iterator[None]:
    """A log that is refused stands in no other's way; a line that is down, or a store that was rolled back, ends everything."""
    try:
        yield
    except (BundleError, CallError, TreeError, Refused) as error:
        outcome.refused[origin] = said(error)


def _pull(line: Line, origin: str, reach: Reach, outcome: Outcome, most: int) -> None:
    asked = Asked(origin, reach.taken, reach.kept, most)
    packed = line.call("pull", msgspec.json.encode(asked))
    _, new = answering.take_piece(io.BytesIO(packed), origin)
    outcome.pulled += new
    if replicas.reach(origin) == reach:
        raise Refused(_stuck(origin))


def _push_all(line: Line, theirs: Heads, outcome: Outcome, recipient: str, most: int, stop: Callable[[], bool]) -> bool:
    moved = False
    for offer in replicas.offers():
        origin, have = offer.log.origin, theirs.have.get(offer.log.origin)
        if origin in outcome.refused:
            continue
        with _giving_up(origin, outcome):
            while not stop() and have is not None and min(have.taken, have.kept) < offer.size:
                after = _push(line, offer.log, have, outcome, recipient, most)
                if after == have:
                    raise Refused(_stuck(origin))
                have, moved = after, True
    return moved


def _stuck(origin: str) -> Sentence:
    return Sentence("the pieces of %(origin)s do not go on where they ended", origin=origin)


def _push(line: Line, log: Log, have: Have, outcome: Outcome, recipient: str, most: int) -> Have:
    found = replicas.offer(log)
    size = found.size if found else 0
    made = pieces.piece(log, min(have.taken, size), min(have.kept, size), recipient, most=most)
    taken = _decoded(line.call("push", calls.packed(made.data)), TakenIn)
    outcome.pushed += taken.new
    return taken.have


def _decoded(data: bytes, kind: type[M]) -> M:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Refused(f"an answer that is none: {error}") from error


# --- again and again --------------------------------------------------------------------------------------------------


@dataclass
class Pace:
    """When a node is called next, and how large pieces may be: rarer and smaller while its line is bad."""

    every: float
    rest: float = 0.0
    most: int = pieces.BYTES

    def after(self, outcome: Outcome) -> float:
        """Seconds until the next exchange."""
        if outcome.reached and not outcome.problem:
            self.rest, self.most = self.every, min(pieces.BYTES, self.most * 2)
        else:
            self.rest = min(max(LONGEST_REST, self.every), max(self.rest, self.every) * 2)
            self.most = max(pieces.SMALLEST, self.most // 4) if outcome.reached else self.most
        # Depots whose power came back together do not call together.
        return self.rest * random.uniform(0.9, 1.1)  # noqa: S311 - no secret


def to_call(origin: str = "") -> list[tuple[Peer, str]]:
    """The admitted nodes that have an address, or the one that was named. Raises `LedgerError` when that one cannot be called."""
    if origin:
        peer = nodes.admitted(origin)
        if peer is None:
            raise LedgerError(f"{origin} is not admitted here; 'countermark peer add CARD' does that")
        if not nodes.address(origin):
            raise LedgerError(f"there is no address of {origin}; 'countermark peer address {origin} URL' adds one")
        return [(peer, nodes.address(origin))]
    found = [nodes.admitted(one) for one in nodes.admissions()]
    return [(peer, url) for peer in found if peer is not None and (url := nodes.address(peer.origin))]


def once(peer: Peer, url: str, pace: Pace, stop: Callable[[], bool] = never) -> Outcome:
    """One exchange with a node of the directory over HTTP."""
    return exchange_with(peer, HttpLine(peer, url), stop, most=pace.most)
