"""Acts that wait for a second person: one proposes, another, who may, approves or declines; nobody approves their own.

A room's module that owns such an act says how it is done (`executor`). What was proposed is done in the transaction that approves it, as
the register stands then: what has become impossible meanwhile is refused, and the proposal stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place, User
from countermark.ledger import identity
from countermark.ledger.services import Actor, SideNote
from countermark.stockpile import acts, states, units
from countermark.stockpile.states import Subject, to


class Proposal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be done: `act` names an executor, `command` is what it is given. `by` is the person id of who proposes, `reason` and `answer` (why it was declined) of notes."""

    act: str
    command: dict[str, Any]
    by: str
    reason: str = ""
    decided_by: str = ""
    answer: str = ""


states.machine(
    "proposal",
    "stockpile_proposed",
    {
        "stockpile_approved": to("approved", after=("pending",), decided_by="decided_by"),
        "stockpile_declined": to("declined", after=("pending",), decided_by="decided_by", answer="answer"),
    },
    state="pending",
    shape=Proposal,
)


@dataclass(frozen=True)
class Approval:
    """Who does what was approved: `by` approves, `proposer` and `second` are person ids."""

    by: Actor
    proposer: str
    second: str


Do = Callable[[dict[str, Any], Approval], None]


@dataclass(frozen=True)
class Executor:
    """How a proposed act is done once it is approved; who approves holds `permission` at the place, or, for `higher`, above it."""

    do: Do
    permission: str = "stock.command"
    higher: bool = False


EXECUTORS: dict[str, Executor] = {}
"""By the name of the act."""


def executor(act: str, permission: str = "stock.command", *, higher: bool = False) -> Callable[[Do], Do]:
    """Says how a proposed act is done once it is approved, and by whose permission."""

    def keep(do: Do) -> Do:
        EXECUTORS[act] = Executor(do, permission, higher)
        return do

    return keep


def propose(act: str, command: dict[str, Any], *, place: str, reason: str, by: Actor) -> str:
    """Proposes an act at a place; returns the id of the proposal. Raises `Refused` without a reason or for an act nobody can do."""
    if act not in EXECUTORS:
        raise acts.refuse("act", act, acts.one_of(sorted(EXECUTORS)), "unknown")
    text = acts.required("reason", reason, "why it is to be done")
    key, person = acts.new_id(), identity.opaque("person", by.name)
    value = Proposal(act, command, person, identity.opaque("note", text))
    fields = {"value": msgspec.to_builtins(value), "place": place, "person": person}
    with acts.alone():
        acts.append(
            [acts.draft("stockpile_proposed", [f"proposal:{key}"], fields, texts=(SideNote("note", text),))], by=by
        )
    return key


def approve(key: str, *, by: Actor) -> None:
    """Does what was proposed. Raises `Refused` for one's own proposal, one that is decided, somebody who may not, and what the act refuses."""
    with acts.alone():
        known, proposal, person = _pending(key, by)
        if not may_approve(by, proposal.act, known.place):
            raise acts.refuse("approver", by.name, "somebody who may approve this, at the place or above it", "unknown")
        acts.append([acts.draft("stockpile_approved", [known.name], {"decided_by": person})], by=by)
        EXECUTORS[proposal.act].do(proposal.command, Approval(by, proposal.by, person))


def may_approve(by: Actor, act: str, place: str) -> bool:
    """Whether a user of this store may approve an act at a place."""
    user, asked = User.objects.filter(username=by.name, disabled=False).first(), EXECUTORS.get(act)
    if user is None or asked is None:
        return False
    if not asked.higher:
        return accounts.may_at(user, asked.permission, place)
    here = Place.objects.filter(pk=place).first()
    site = units.site_of(here) if here else None
    return accounts.may_at(user, asked.permission, site.parent_id if site else None)


def decline(key: str, *, reason: str, by: Actor) -> None:
    """Declines what was proposed; who proposed it may take it back so. Raises `Refused`."""
    words = acts.required("reason", reason, "why it is declined")
    with acts.alone():
        known, _, person = _pending(key, by, own=True)
        fields = {"decided_by": person, "answer": identity.opaque("note", words)}
        told = (SideNote("note", words),)
        acts.append([acts.draft("stockpile_declined", [known.name], fields, texts=told)], by=by)


def _pending(key: str, by: Actor, *, own: bool = False) -> tuple[Subject, Proposal, str]:
    known = acts.subject("proposal", key)
    if known is None or known.state != "pending":
        raise acts.refuse("proposal", key, "a proposal that waits for a decision", "decided")
    proposal, person = known.of(Proposal), identity.opaque("person", by.name)
    if proposal.by == person and not own:
        raise acts.refuse("proposal", key, "a proposal somebody else made", "second_person")
    return known, proposal, person
