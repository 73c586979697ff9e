"""Hand-overs as programs ask for them: done at once, or, where a second person is asked for, proposed and done when somebody else approves.

At a counter the second person shows there and then that it is them (`seconds`); a program has one person's token and no second one at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from countermark.ledger import identity
from countermark.ledger.reasons import OTHER, Reason, if_said
from countermark.ledger.services import Actor, SideNote
from countermark.ledger.subjects import text, texts
from countermark.register import projection
from countermark.register.services import side_texts
from countermark.stockpile import acts, custody, proposals, receipts, units
from countermark.stockpile.custody import Order
from countermark.stockpile.proposals import Approval
from countermark.stockpile.receipts import Counter, Direction
from countermark.stockpile.rules.custody import needs_second

STEPS: dict[Direction, str] = {"in": "receive", "out": "issue", "back": "return"}


@dataclass(frozen=True)
class HandOver:
    """What is to be handed over at the counter of a `store` (an id). `person` is a party of the roster, `override_code` and `override` why somebody
    not eligible receives all the same; `sender`, `document`, `note` and `override` are texts, or their ids.
    """

    direction: Direction
    store: str
    weapons: Sequence[str]
    person: str = ""
    kind: str = ""
    due: str = ""
    sender: str = ""
    document: str = ""
    happened: str = ""
    note: str = ""
    override: str = ""
    override_code: str = ""

    @property
    def overridden(self) -> Reason | None:
        """Why somebody not eligible receives all the same; None where nobody says so. Raises `Refused` for what is no reason."""
        why = if_said(self.override_code, self.override.strip())
        return acts.reason_of("override", why) if why else None


def seconded(said: HandOver, by: Actor) -> bool:
    """Whether a second person is asked for: by the rules of the store, by an override, or because who asks hands weapons to themselves."""
    if said.overridden or needs_second(units.policy_at(said.store), STEPS[said.direction]):
        return True
    found = projection.states_of(said.weapons).values()
    return receipts.own_hands(said.direction, said.person, found, identity.opaque("person", by.name))


def done(at: Counter, said: HandOver) -> str:
    """Does it; returns the code of the receipt. Raises `Refused`."""
    if said.direction == "out":
        return receipts.issue(
            at, said.weapons, said.person, said.kind, due=said.due, override=said.overridden, note=said.note
        )
    if said.direction == "back":
        return receipts.give_back(at, said.weapons, person=said.person, note=said.note)
    return receipts.receive(at, said.weapons, sender=said.sender, document=said.document, note=said.note)


_NAMED = {"sender": "party", "document": "document", "note": "note", "override": "note"}


def propose(said: HandOver, *, request: str, by: Actor) -> str:
    """Asks a second person for a hand-over; returns the proposal. Said twice with one `request` it is asked once. Raises `Refused` for weapons
    that may not go this way as things stand.
    """
    given = {name: (kind, getattr(said, name).strip()) for name, kind in _NAMED.items()}
    named = {name: _named(kind, words) for name, (kind, words) in given.items() if words}
    command = {
        "request": request, "direction": said.direction, "weapons": list(dict.fromkeys(said.weapons)),
        **{name: value for name in ("person", "kind", "due", "happened", "override_code") if (value := getattr(said, name).strip())},
        **named,
    }  # fmt: skip
    told = [SideNote(kind, words) for kind, words in given.values() if words and not identity.is_opaque(words)]
    with acts.alone():
        if acts.subject("proposal", acts.id_for(request)) is None:
            _require_possible(said)
        return proposals.propose(
            "hand_over", command, place=said.store, reason=None, by=by, texts=told, request=request
        )


def _require_possible(said: HandOver) -> None:
    """Refuses what could not be done now, were there a second person: nobody is asked to approve it. Raises `Refused`."""
    here = units.of_site(said.store)
    out = said.direction == "out"
    if out:
        receipts.require_receiver(said.person, said.kind)
    order = Order(
        STEPS[said.direction], store=said.store, kind=said.kind, due=said.due, happened=acts.happened_at(said.happened),
        only=here if out else None,
    )  # fmt: skip
    _events, found = custody.drafts(order, said.weapons)
    if out:
        receipts.require_eligible(said.person, said.kind, said.store, found, said.overridden)


def of_command(command: dict[str, Any], store: str) -> HandOver | None:
    """What a proposal asks for; None where this version does not know it. What was written is empty where it was erased meanwhile."""
    said = {name: text(command, name) for name in HandOver.__dataclass_fields__ if name not in ("weapons", "store")}
    written = side_texts([said["note"], said["override"]])
    said |= {name: written.get(said[name], "") for name in ("note", "override")}
    if said["override"] and not said["override_code"]:
        said["override_code"] = OTHER  # It was asked for before there were codes.
    word = said.pop("direction")
    direction = next((one for one in STEPS if one == word), None)
    return HandOver(direction, store, texts(command, "weapons"), **said) if direction else None


@proposals.executor("hand_over", "stock.handle", "stock.command")
def _hand_over(command: dict[str, Any], approval: Approval) -> None:
    said = of_command(command, approval.place)
    if said is None:
        raise acts.refuse("direction", text(command, "direction"), acts.one_of(STEPS), "unknown")
    at = Counter(
        approval.place,
        approval.by,
        approval.second,
        text(command, "request"),
        said.happened,
        asked_by=approval.proposer,
    )
    done(at, said)


def _named(kind: str, words: str) -> str:
    return words if identity.is_opaque(words) else identity.opaque(kind, words)
