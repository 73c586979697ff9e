"""Acts that wait for a second person: one proposes, another, who may, approves or declines; nobody approves their own.

A room's module that owns such an act says how it is done (`executor`). What was proposed is done in the transaction that approves it, as
the register stands then: what has become impossible meanwhile is refused, and the proposal stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from countermark.ledger import identity
from countermark.ledger.services import Actor, SideNote
from countermark.stockpile import acts, states
from countermark.stockpile.states import Subject, to


class Proposal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be done: `act` names an executor, `command` is what it is given. `by` is the person id of who proposes, `reason` of a note."""

    act: str
    command: dict[str, Any]
    by: str
    reason: str = ""
    decided_by: str = ""


states.machine(
    "proposal",
    "stockpile_proposed",
    {
        "stockpile_approved": to("approved", after=("pending",), decided_by="decided_by"),
        "stockpile_declined": to("declined", after=("pending",), decided_by="decided_by"),
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


Executor = Callable[[dict[str, Any], Approval], None]
EXECUTORS: dict[str, tuple[str, Executor]] = {}
"""Names of acts -> the permission their approval asks for, and how they are done."""


def executor(act: str, permission: str = "stock.command") -> Callable[[Executor], Executor]:
    """Says how a proposed act is done once it is approved, and by whose permission."""

    def keep(done: Executor) -> Executor:
        EXECUTORS[act] = (permission, done)
        return done

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
    """Does what was proposed. Raises `Refused` for one's own proposal, one that is decided, and what the act itself refuses."""
    with acts.alone():
        known, proposal, person = _pending(key, by)
        acts.append([acts.draft("stockpile_approved", [known.name], {"decided_by": person})], by=by)
        EXECUTORS[proposal.act][1](proposal.command, Approval(by, proposal.by, person))


def decline(key: str, *, reason: str, by: Actor) -> None:
    """Declines what was proposed; who proposed it may take it back so. Raises `Refused`."""
    acts.required("reason", reason, "why it is declined")
    with acts.alone():
        known, _, person = _pending(key, by, own=True)
        acts.append([acts.draft("stockpile_declined", [known.name], {"decided_by": person}, note=reason)], by=by)


def _pending(key: str, by: Actor, *, own: bool = False) -> tuple[Subject, Proposal, str]:
    known = acts.subject("proposal", key)
    if known is None or known.state != "pending":
        raise acts.refuse("proposal", key, "a proposal that waits for a decision", "decided")
    proposal, person = known.of(Proposal), identity.opaque("person", by.name)
    if proposal.by == person and not own:
        raise acts.refuse("proposal", key, "a proposal somebody else made", "second_person")
    return known, proposal, person
