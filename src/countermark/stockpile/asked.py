"""What somebody asks for on a record that would take a weapon out of the hands it is in: it waits for whoever commands there (`register.asking`)."""

from collections.abc import Mapping
from typing import Any

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.register import asking
from countermark.register.asking import Asked
from countermark.stockpile import acts, proposals, units
from countermark.stockpile.proposals import Approval, Proposal

ACT = "record"
COMMAND = "stock.command"


def propose(asked: Asked, by: Actor) -> str:
    """Proposes it at the place the weapon is at; the proposal that waits already, where who asks asked the same before.

    Somebody else's is another proposal: who asks follows their own, and is told of nobody else's.
    """
    place, person = asked.places[0], identity.opaque("person", by.name)
    command = asked.command | ({proposals.PLACES: list(asked.places)} if len(asked.places) > 1 else {})
    with acts.alone():
        waits = _same_waiting(command, place, person)
        return waits or proposals.propose(ACT, command, place=place, reason=None, by=by, texts=asked.texts)


def _same_waiting(command: Mapping[str, Any], place: str, person: str) -> str:
    found = acts.subjects("proposal", state="pending", place=place, person=person)
    values = ((one.key, one.of(Proposal)) for one in found)
    return next((key for key, value in values if value.act == ACT and value.command == command), "")


def waiting(weapon: str, place: str) -> int:
    """How many changes of the record of a weapon that is at a place wait for a second person."""
    values = acts.rows("proposal").filter(state="pending", place__in=[place, ""]).values_list("value", flat=True)
    commands = [value["command"] for value in values if value["act"] == ACT]
    return sum(1 for command in commands if weapon in _about(command))


def own_waiting(weapon: str, person: str) -> str:
    """The newest change of the record of a weapon that somebody (person id) asked for and that waits; empty where there is none."""
    rows = acts.rows("proposal").filter(state="pending", person=person).order_by("-since", "key")
    found = (one for one in map(acts.subject_of_row, rows) if one.of(Proposal).act == ACT)
    return next((one.key for one in found if weapon in _about(one.of(Proposal).command)), "")


def _about(command: Mapping[str, Any]) -> tuple[Any, ...]:
    return command.get("weapon"), command.get("survivor")


@proposals.executor(ACT)
def _do(command: dict[str, Any], approval: Approval) -> None:
    user = User.objects.filter(username=approval.by.name, disabled=False).first()

    def may(place: str) -> bool:
        return user is not None and accounts.may_at(user, COMMAND, place or None)

    by = Actor(approval.by.name, via=approval.by.via, asked_by=approval.proposer)
    asking.done(command, by=by, may=may)


def is_kept(place: str) -> bool:
    """Whether a place is a storage unit."""
    return units.unit(place) is not None


def register() -> None:
    """Called once, when the program starts."""
    asking.PROPOSE[:] = [propose]
    asking.PROPOSALS[:] = [lambda: acts.rows("proposal")]
    asking.FOLLOWED[:] = ["stockpile:own"]
    asking.KEPT_BY_STORES[:] = [is_kept]
