"""The nodes of the directory with which logs are replicated: who is admitted, who is locked out, where each answers.

A node of the directory is believed when it signs its own log; that alone gives it nothing. It is given logs, and may hand some
in, once it is admitted. Locking it out ends both, whatever comes with its signature and by whatever road.
"""

import urllib.parse
import urllib.request
from typing import Any, Final

import msgspec

from countermark.ledger import reasons, services, store
from countermark.ledger.drafts import Actor
from countermark.ledger.models import Log, Peer
from countermark.ledger.reasons import Reason
from countermark.ledger.services import LedgerError
from countermark.marks.sentences import Sentence

ADMISSION: Final = "node:"
ADMITTED: Final = "admitted"
ENDED: Final = "ended"
ADDRESS: Final = "peer-url:"
ERASES: Final = "node-erases:"
FORMAT: Final = "countermark-node/1"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one node tells another so as to be admitted: its log's origin and its two public keys."""

    format: str
    origin: str
    verifier_key: str
    encryption_key: str


def own_card() -> Card:
    """The card of this node."""
    from countermark.ledger import sealing

    log = services.require_own_log()
    return Card(FORMAT, log.origin, log.verifier_key, sealing.own_public_key())


def read_card(data: bytes) -> Card:
    """Raises `LedgerError` for a file that is no card."""
    try:
        card = msgspec.json.decode(data, type=Card)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LedgerError(f"this is no card of a node: {error}; 'countermark peer card' prints one") from error
    if card.format != FORMAT:
        raise LedgerError(f"this is no card of a node: expected {FORMAT}, found {card.format}")
    return card


def is_one_state(origin: str, other: str) -> bool:
    """Whether two logs are of one State."""
    return origin.partition("/")[0] == other.partition("/")[0]


def admit(card: Card, *, by: Actor, again: bool = False) -> None:
    """Adds a node of this State to the directory and lets it replicate; one that was locked out only with `again`.

    Raises `LedgerError` with the reason.
    """
    from countermark.ledger import exchange

    own = services.require_own_log()
    if not is_one_state(own.origin, card.origin):
        raise LedgerError(
            Sentence("%(origin)s is of another State: nothing is replicated with it, only messages", origin=card.origin)
        )
    if is_ended(card.origin) and not again:
        raise LedgerError(Sentence("%(origin)s was locked out; a new machine gets a new name", origin=card.origin))
    exchange.trust(card.origin, card.verifier_key, card.encryption_key, by=by)
    if _admission(card.origin) != ADMITTED:
        row = services.setting_write(ADMISSION + card.origin, ADMITTED)
        services.append([services.timed_act("peer_admitted", {"origin": card.origin}, kept=(row,))], by=by)


def end(origin: str, reason: Reason | str, *, by: Actor) -> None:
    """Locks a node out: it is given nothing any more, and nothing new of its log is taken in. `reason` is of the list `peer_ended`.

    Raises `LedgerError`.
    """
    try:
        why = reasons.read("peer_ended", reason)
    except reasons.NoReason as problem:
        raise LedgerError(
            Sentence("locking a node out needs a reason: %(expected)s", expected=problem.expected)
        ) from problem
    if not Peer.objects.filter(origin=origin).exists():
        raise LedgerError(Sentence("%(origin)s is not in the node directory", origin=origin))
    log = Log.objects.filter(origin=origin).first()
    fields = {"origin": origin, "size": store.size(log) if log else 0, reasons.FIELD: why.code}
    row = services.setting_write(ADMISSION + origin, ENDED)
    services.append([services.timed_act("peer_ended", fields, kept=(row,), note=why.words)], by=by)


def _admission(origin: str) -> str:
    return services.setting(ADMISSION + origin)


def is_ended(origin: str) -> bool:
    """Whether a node was locked out here."""
    return _admission(origin) == ENDED


def let_erase(origin: str, *, by: Actor) -> None:
    """What that node erases is erased here too, even what was written here first. Raises `LedgerError` for one not admitted."""
    if admitted(origin) is None:
        raise LedgerError(Sentence("%(origin)s is not admitted", origin=origin))
    if not may_erase(origin):
        services.set_setting(ERASES + origin, "yes", by=by)


def may_erase(origin: str) -> bool:
    """Whether this node carries out what that one erases, even of what was written here first."""
    return services.setting(ERASES + origin) == "yes" and _admission(origin) == ADMITTED


def admissions() -> dict[str, str]:
    """`admitted` or `ended`, by the origin of a node, for those that were ever admitted or locked out."""
    return services.settings_of(ADMISSION)


def admitted(origin: str) -> Peer | None:
    """The row of a node that may replicate with this one; None for every other."""
    own = store.own_log()
    if own is None or not is_one_state(own.origin, origin) or _admission(origin) != ADMITTED:
        return None
    return Peer.objects.filter(origin=origin).exclude(encryption_key="").first()


# --- where a node answers ---------------------------------------------------------------------------------------------


def is_address(url: str) -> bool:
    """Whether a URL may be kept as a node's address: `https`, or `http` on this machine."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def set_address(origin: str, url: str, *, by: Actor) -> None:
    """Where a node answers; empty takes it away. Raises `LedgerError` for an address that is not `https` (or loopback)."""
    if url and not is_address(url):
        raise LedgerError(Sentence("an address begins with https:// (%(url)s does not)", url=url))
    if address(origin) != url.rstrip("/"):
        services.set_setting(f"{ADDRESS}{origin}", url.rstrip("/"), by=by)


def address(origin: str) -> str:
    """Where a node answers, or nothing."""
    return services.setting(f"{ADDRESS}{origin}")


class _Straight(urllib.request.HTTPRedirectHandler):
    """What is said to a node goes to the address in the directory and nowhere else."""

    def redirect_request(self, *_args: object, **_kwargs: Any) -> None:
        return None


opener = urllib.request.build_opener(_Straight, urllib.request.ProxyHandler({}))
