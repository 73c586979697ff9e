"""The last exchange with each node of the directory, for people: when, how far apart the two are, what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from countermark.ledger import entry, nodes, replicas, store
from countermark.ledger.models import Contact, Log, Peer
from countermark.marks import sentences
from countermark.marks.sentences import Sentence

SILENT: Final = timedelta(days=7)


@dataclass(frozen=True)
class State:
    """A node of this State in the directory. `held` entries of its log are here, `reach.least` with all that belongs to them.

    `behind` and `ahead` are None before the first exchange; `problem` is empty when the last one went well.
    """

    origin: str
    verifier_key: str
    admission: str
    address: str
    held: int
    taken: int
    tried: str
    reached: str
    behind: int | None
    ahead: int | None
    problem: str


def reached(origin: str, behind: int, ahead: int, problem: str = "") -> None:
    """Notes an exchange that came about, and how many entries either side lacks."""
    now = entry.now()
    told = sentences.packed(problem)
    fields = {"tried": now, "reached": now, "behind": behind, "ahead": ahead, "problem": told}
    Contact.objects.update_or_create(origin=origin, defaults=fields)


def failed(origin: str, problem: str) -> None:
    """Notes an exchange that did not come about, or broke off."""
    fields = {"tried": entry.now(), "problem": sentences.packed(problem)}
    Contact.objects.update_or_create(origin=origin, defaults=fields)


def two_histories(refused: Mapping[str, Sentence]) -> str:
    """Of the reasons not to exchange a log the one that somebody must know of: a log that is unknown here is none."""
    grave = replicas.two_histories("", 0).message
    return next((reason for reason in refused.values() if reason.message == grave), "")


def states() -> list[State]:
    """The nodes of this State in the directory, by origin."""
    own = store.own_log()
    if own is None:
        return []
    contacts = Contact.objects.in_bulk()
    admissions = nodes.admissions()
    peers = [one for one in Peer.objects.order_by("origin") if nodes.is_one_state(own.origin, one.origin)]
    return [_state(one, contacts.get(one.origin) or Contact(), admissions.get(one.origin, "")) for one in peers]


def in_trouble() -> int:
    """How many admitted nodes had a problem at the last exchange, or were not reached for `SILENT`."""
    limit = (datetime.fromisoformat(entry.now()) - SILENT).isoformat()[:19]
    admitted = [one for one in states() if one.admission == nodes.ADMITTED]
    return sum(1 for one in admitted if one.problem or one.reached < limit)


def _state(peer: Peer, contact: Contact, admission: str) -> State:
    log = Log.objects.filter(origin=peer.origin).first()
    return State(
        origin=peer.origin,
        verifier_key=peer.verifier_key,
        admission=admission,
        address=nodes.address(peer.origin),
        held=store.size(log) if log else 0,
        taken=replicas.reach(peer.origin).least,
        tried=contact.tried,
        reached=contact.reached,
        behind=contact.behind,
        ahead=contact.ahead,
        problem=sentences.unpacked(contact.problem) if contact.problem else "",
    )
