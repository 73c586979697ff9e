"""How far each log is replicated: what this node offers, what it has taken in, which signed heads it has seen.

A log goes out as far as its author signed and this node holds side data of it, so that whoever takes it from here misses nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from countermark.ledger import bundle, checkpoint, guard, nodes, store, tree
from countermark.ledger.bundle import BundleError, Outline
from countermark.ledger.checkpoint import Checkpoint, CheckpointError
from countermark.ledger.models import Log, Peer, Replica
from countermark.marks.sentences import Sentence


@dataclass(frozen=True)
class Offer:
    """A log this node gives out: its first `size` entries, and the signed checkpoint that vouches for them."""

    log: Log
    size: int
    note: str


@dataclass(frozen=True)
class Reach:
    """How far a log was taken in: entries with their side data, and rows of kept tables."""

    taken: int
    kept: int

    @property
    def least(self) -> int:
        """Up to where nothing is missing."""
        return min(self.taken, self.kept)


def offers() -> list[Offer]:
    """What this node gives out, its own logs first; of other States nothing."""
    own = store.own_log()
    logs = Log.objects.order_by("-own", "id")
    found = (offer(log) for log in logs if own is not None and nodes.is_one_state(own.origin, log.origin))
    return [one for one in found if one is not None]


def offer(log: Log) -> Offer | None:
    """What of a log is given out; None when nobody could verify it. Of a node that was locked out, what was held before stays."""
    try:
        note = bundle.signed_head(log)
    except BundleError:
        return None
    signed = checkpoint.read_unverified(note).size
    size = min(signed, store.size(log)) if log.own else min(signed, reach(log.origin).least)
    return Offer(log, size, note) if size else None


def reach(origin: str) -> Reach:
    """How far a log was taken in here; nothing of an unknown one."""
    found = Replica.objects.filter(origin=origin).first()
    return Reach(found.taken, found.kept) if found else Reach(0, 0)


# --- signed heads -----------------------------------------------------------------------------------------------------


def seen(origin: str, verifier_key: str) -> Checkpoint | None:
    """The signed head that a log not yet held so far must contain."""
    note = Replica.objects.filter(origin=origin).values_list("seen", flat=True).first()
    if not note:
        return None
    try:
        return checkpoint.open_note(note, [verifier_key])
    except CheckpointError:
        return None


def note_for(origin: str) -> str:
    """The longest head of a log of another node that was ever shown here: it tells that node when its store was rolled back."""
    accepted = Peer.objects.filter(origin=origin).values_list("checkpoint", flat=True).first()
    shown = Replica.objects.filter(origin=origin).values_list("seen", flat=True).first()
    return max(filter(None, (accepted, shown)), key=lambda note: checkpoint.read_unverified(note).size, default="")


def hear(notes: Mapping[str, str]) -> dict[str, Sentence]:
    """Compares signed heads another node shows with what is held; the logs that must not be exchanged, each with the reason.

    Raises `RolledBackError` when this node itself signed more of its log than it has.
    """
    refused: dict[str, Sentence] = {}
    for origin, note in notes.items():
        log = Log.objects.filter(origin=origin).first()
        if log is not None and log.own:
            _hear_own(log, note)
        elif problem := _hear_other(origin, log, note):
            refused[origin] = problem
    return refused


def _hear_own(log: Log, note: str) -> None:
    """A head of this node's own log that is longer than, or different from, what is here: the store was rolled back."""
    try:
        head = checkpoint.open_note(note, [log.verifier_key])
    except CheckpointError:
        return  # somebody else's invention
    if head.origin != log.origin or is_held(log, head):
        return
    current = store.own_log()
    if current is not None and current.id == log.id:
        guard.remember(note)
        guard.refuse_if_rolled_back(log, store.size(log))


def _hear_other(origin: str, log: Log | None, note: str) -> Sentence | None:
    peer, own = Peer.objects.filter(origin=origin).first(), store.own_log()
    if peer is None or own is None or not nodes.is_one_state(own.origin, origin):
        return Sentence("%(origin)s is no node of this State in the directory", origin=origin)
    if nodes.is_ended(origin):
        return Sentence("%(origin)s was locked out", origin=origin)
    try:
        head = checkpoint.open_note(note, [peer.verifier_key])
    except CheckpointError as error:
        return Sentence(
            "the checkpoint of %(origin)s cannot be accepted: %(problem)s", origin=origin, problem=str(error)
        )
    held = store.size(log) if log else 0
    if log is not None and head.size <= held and not is_held(log, head):
        return two_histories(origin, head.size)
    remember_head(origin, peer.verifier_key, note, held)
    return None


def two_histories(origin: str, size: int) -> Sentence:
    """Said of a node that signed a head which contradicts what it signed before."""
    return Sentence(
        "%(origin)s signed two histories: its checkpoint of %(size)d entries contradicts what is held. Nothing more of it is"
        " taken in; keep both stores for whoever investigates",
        origin=origin,
        size=size,
    )


def is_held(log: Log, head: Checkpoint) -> bool:
    """Whether a log begins with the tree of a head."""
    return head.size <= store.size(log) and tree.stored_root(head.size, store.reader(log)) == head.root


def remember_head(origin: str, verifier_key: str, note: str, held: int) -> None:
    """Keeps a verified head. One that is not reached yet is never given up for a later one: the log must pass through it."""
    known = seen(origin, verifier_key)
    if known is not None and (known.size > held or checkpoint.read_unverified(note).size <= known.size):
        return
    Replica.objects.update_or_create(origin=origin, defaults={"seen": note})


def remember_taken(found: Outline) -> None:
    """Notes that a bundle sealed to this node was taken in whole: what lies before its beginning has to be here already."""
    row, _ = Replica.objects.get_or_create(origin=found.origin)
    if found.start <= row.taken:
        row.taken = max(row.taken, found.size)
    if found.kept_from is not None and found.kept_from <= row.kept:
        row.kept = max(row.kept, found.size)
    row.save(update_fields=["taken", "kept"])


def missing(given: Iterable[tuple[str, int]]) -> int:
    """How many of the entries somebody offers, by log, are not here with all that belongs to them."""
    own = set(Log.objects.filter(own=True).values_list("origin", flat=True))
    return sum(max(0, size - reach(origin).least) for origin, size in given if origin not in own)
