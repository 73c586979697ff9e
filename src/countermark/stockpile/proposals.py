"""Acts that wait for a second person: one proposes, another, who may, approves or declines; nobody approves their own.

What is asked for where no second person can show that it is them there and then (a program with one person's token) waits here too.
A room's module that owns such an act says how it is done (`executor`). What was proposed is done in the transaction that approves it, as
the register stands then: what has become impossible meanwhile is refused, and the proposal stays.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place, User
from countermark.ledger import identity
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, SideNote
from countermark.marks.sentences import Sentence
from countermark.stockpile import acts, states, units
from countermark.stockpile.states import Subject, to


class Proposal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be done: `act` names an executor, `command` is what it is given (no text of anybody's: ids of notes). `by` is the person id of who proposes, `reason` and `answer` (why it was declined) of notes, beside their codes where they have some."""

    act: str
    command: dict[str, Any]
    by: str
    reason: str = ""
    reason_code: str = ""
    decided_by: str = ""
    answer: str = ""
    answer_code: str = ""


states.machine(
    "proposal",
    "stockpile_proposed",
    {
        "stockpile_approved": to("approved", after=("pending",), decided_by="decided_by"),
        "stockpile_declined": to(
            "declined", after=("pending",), decided_by="decided_by", answer="answer", answer_code="reason_code"
        ),
    },
    state="pending",
    shape=Proposal,
)


Standing = Literal["pending", "approved", "declined", "withdrawn"]
TAKEN_BACK = "taken_back"
"""The code, of the list `declined`, of a proposal that who made it took back."""


def standing(known: Subject) -> Standing:
    """How a proposal stands; `withdrawn` is one that who made it declined."""
    value = known.of(Proposal)
    if known.state == "declined":
        return "withdrawn" if value.decided_by == value.by else "declined"
    return "approved" if known.state == "approved" else "pending"


@dataclass(frozen=True)
class Approval:
    """Who does what was approved, and where: `by` approves, `proposer` and `second` are person ids, `place` is that of the proposal."""

    by: Actor
    proposer: str
    second: str
    place: str


Do = Callable[[dict[str, Any], Approval], None]


@dataclass(frozen=True)
class Executor:
    """How a proposed act is done once it is approved; who approves holds one of `permissions` at the place, or, for `higher`, above it."""

    do: Do
    permissions: tuple[str, ...] = ("stock.command",)
    higher: bool = False


EXECUTORS: dict[str, Executor] = {}
"""By the name of the act."""


def executor(act: str, *permissions: str, higher: bool = False) -> Callable[[Do], Do]:
    """Says how a proposed act is done once it is approved, and by whose permission: any of some, `stock.command` where none is named."""

    def keep(do: Do) -> Do:
        EXECUTORS[act] = Executor(do, permissions or ("stock.command",), higher)
        return do

    return keep


def propose(
    act: str,
    command: dict[str, Any],
    *,
    place: str,
    reason: Reason | str | None,
    by: Actor,
    texts: Iterable[SideNote] = (),
    request: str = "",
) -> str:
    """Proposes an act at a place; returns the id of the proposal. `texts` are those the command names by their ids.

    `reason` is a text (an authority), or a reason of a list, and None where the rules of the place are the reason. Said twice with one `request`, it is proposed once. Raises `Refused` without
    a reason or for an act nobody can do.
    """
    if act not in EXECUTORS:
        raise acts.refuse("act", act, acts.one_of(sorted(EXECUTORS)), "unknown")
    code, text = _said(reason)
    key, person = acts.id_for(request), identity.opaque("person", by.name)
    value = Proposal(act, command, person, identity.note(text), code)
    fields = {"value": msgspec.to_builtins(value), "place": place, "person": person, FIELD: code}
    told = (*([SideNote("note", text)] if text else []), *texts)
    with acts.alone():
        if acts.subject("proposal", key) is None:
            acts.append([acts.draft("stockpile_proposed", [f"proposal:{key}"], fields, texts=told)], by=by)
    return key


def _said(reason: Reason | str | None) -> tuple[str, str]:
    """The code and the words of why something is proposed."""
    if isinstance(reason, Reason):
        return reason.code, reason.words
    return "", "" if reason is None else acts.required("reason", reason, "why it is to be done")


def approve(key: str, *, by: Actor) -> None:
    """Does what was proposed. Raises `Refused` for one's own proposal, one that is decided, somebody who may not, and what the act refuses."""
    with acts.alone():
        known, proposal, person = _pending(key, by)
        if not may_approve(by, proposal.act, known.place):
            raise acts.refuse("approver", by.name, "somebody who may approve this, at the place or above it", "unknown")
        acts.append([acts.draft("stockpile_approved", [known.name], {"decided_by": person})], by=by)
        EXECUTORS[proposal.act].do(proposal.command, Approval(by, proposal.by, person, known.place))


def of_kind(act: str, name: str, key: str, place: str) -> list[Subject]:
    """The proposals of an act at a place whose command names something (`name` is the field, `key` the id)."""
    found = [(one, one.of(Proposal)) for one in acts.subjects("proposal", place=place)]
    return [one for one, value in found if value.act == act and value.command.get(name) == key]


def require_none_waits(act: str, name: str, key: str, place: str, request: str = "") -> None:
    """Refuses what is proposed already and waits, but for the same `request` said again. Raises `Refused`."""
    own = acts.id_for(request) if request else ""
    waiting = [one for one in of_kind(act, name, key, place) if one.state == "pending" and one.key != own]
    if waiting:
        raise acts.refuse(name, key, "one that does not wait for a second person already", "proposed")


def may_approve(by: Actor, act: str, place: str) -> bool:
    """Whether a user of this store may approve an act at a place."""
    user, asked = User.objects.filter(username=by.name, disabled=False).first(), EXECUTORS.get(act)
    if user is None or asked is None:
        return False
    if not asked.higher:
        return any(accounts.may_at(user, one, place) for one in asked.permissions)
    here = Place.objects.filter(pk=place).first()
    site = units.site_of(here) if here else None
    return any(accounts.may_at(user, one, site.parent_id if site else None) for one in asked.permissions)


def decline(key: str, *, reason: Reason | str, by: Actor) -> None:
    """Declines what was proposed; who proposed it may take it back so. `reason` is of the list `declined`. Raises `Refused`."""
    why = acts.reason_of("declined", reason)
    with acts.alone():
        known, _, person = _pending(key, by, own=True)
        note = identity.note(why.words)
        fields = {"decided_by": person, FIELD: why.code, "answer": note}
        told = [SideNote("note", why.words)] if note else []
        acts.append([acts.draft("stockpile_declined", [known.name], fields, texts=told)], by=by)


def take_back(key: str, *, by: Actor) -> None:
    """Takes back what one proposed oneself and nobody has decided. Raises `Refused`, for a proposal of anybody else with the words for none."""
    with acts.alone():
        _known, proposal, person = _pending(key, by, own=True)
        if proposal.by != person:
            raise acts.refuse("proposal", key, _WAITS, "decided")
        decline(key, reason=Reason(TAKEN_BACK), by=by)


PLACES = "places"
"""The field of a command that names the places at each of which who approves it must be one who may, where there are several."""


def places_of(known: Subject) -> tuple[str, ...]:
    """The places of a proposal, its own first."""
    return tuple(dict.fromkeys([known.place, *known.of(Proposal).command.get(PLACES, ())]))


def deciders(known: Subject) -> list[User]:
    """Who of the users of this store may approve a proposal, without who made it: the nearest to its place first."""
    value, places = known.of(Proposal), places_of(known)
    asked = EXECUTORS.get(value.act)
    near = [user for one in asked.permissions for user in accounts.nearest_with(one, known.place)] if asked else []
    others = [user for user in dict.fromkeys(near) if user.person != value.by]
    return [user for user in others if all(may_approve(Actor(user.username), value.act, one) for one in places)]


_WAITS = Sentence("a proposal that waits for a decision")


def _pending(key: str, by: Actor, *, own: bool = False) -> tuple[Subject, Proposal, str]:
    known = acts.subject("proposal", key)
    if known is None or known.state != "pending":
        raise acts.refuse("proposal", key, _WAITS, "decided")
    proposal, person = known.of(Proposal), identity.opaque("person", by.name)
    if proposal.by == person and not own:
        raise acts.refuse("proposal", key, "a proposal somebody else made", "second_person")
    return known, proposal, person
