"""Hand-overs: the events of weapons that every counter, shipment, incident and disposal of this room writes.

`drafts` decides on what the register says now and gives the events; whoever calls it holds the log (`acts.alone`) and appends them with
the act they belong to. Each event names the hand-overs it follows (`register.handover`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from countermark.accounts.models import Place, User
from countermark.accounts.queries import visible_place_ids
from countermark.ledger.entry import now
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence
from countermark.register import projection, services
from countermark.register.checking import Refused
from countermark.register.files import dates
from countermark.register.files.dates import Moment
from countermark.register.files.errors import RowError
from countermark.register.handover import HandOver
from countermark.register.rules import WeaponState
from countermark.stockpile import acts, queries, units
from countermark.stockpile.rules.custody import STEPS, needs_second, problem

MOST = 500
"""How many weapons one hand-over may have: what fits one receipt and one transaction nobody waits for."""


@dataclass(frozen=True)
class Order:
    """One hand-over of some weapons. Parties and the place are ids or names; `kind` is the custody where the step leaves a choice.

    Weapons whose place is among `homes` stay there (a rack is kept for what was issued from it); others come to `store`. Where `only` is
    given, weapons of other places are refused. `why` is the code of a reason. `happened` is empty for now, else a date or time as the register reads it (paper keyed in later).
    """

    step: str
    to: str = ""
    sender: str = ""
    account: str = ""
    store: str = ""
    kind: str = ""
    due: str = ""
    receipt: str = ""
    shipment: str = ""
    document: str = ""
    note: str = ""
    why: str = ""
    happened: str = ""
    homes: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


def drafts(order: Order, weapons: Sequence[str]) -> tuple[list[Draft], dict[str, WeaponState]]:
    """The events of a hand-over, and the states it was decided on. Raises `Refused` naming every weapon it may not be done with."""
    if not 0 < len(weapons) <= MOST:
        raise acts.refuse("weapons", str(len(weapons)), Sentence("1 to %(most)d weapons", most=MOST), "range")
    acts.due_time(order.due)
    found = projection.states_of(weapons)
    _refuse_problems(order, weapons, found)
    moment = _moment(order.happened)
    return [_draft(order, found[weapon], moment) for weapon in dict.fromkeys(weapons)], found


def _refuse_problems(order: Order, weapons: Sequence[str], found: Mapping[str, WeaponState]) -> None:
    errors: list[RowError] = []
    for number, weapon in enumerate(weapons, 1):
        state = found.get(weapon)
        if state is None or state.replaced_by:
            errors.append(
                RowError(number, "weapon", weapon, Sentence("the id of a weapon in this register"), "unknown")
            )
        elif (why := problem(order.step, state.custody, state.status)) is not None:
            errors.append(RowError(number, "weapon", weapon, why, "state"))
        elif order.only is not None and state.place not in order.only:
            errors.append(RowError(number, "weapon", weapon, ELSEWHERE, "elsewhere"))
    if errors:
        raise Refused(errors)


ELSEWHERE = Sentence("a weapon of this store: this one is kept elsewhere")


def require_here(step: str, place: str, weapons: Sequence[str]) -> dict[str, WeaponState]:
    """The states of weapons of a site that a step may be done with. Raises `Refused` naming every other."""
    if not 0 < len(weapons) <= MOST:
        raise acts.refuse("weapons", str(len(weapons)), Sentence("1 to %(most)d weapons", most=MOST), "range")
    here, found = units.of_site(place), projection.states_of(weapons)
    errors = []
    for number, weapon in enumerate(weapons, 1):
        state = found.get(weapon)
        why = problem(step, state.custody, state.status) if state else Sentence("the id of a weapon in this register")
        if state and why is None and state.place not in here:
            why = ELSEWHERE
        if why is not None:
            errors.append(RowError(number, "weapon", weapon, why, "state"))
    if errors:
        raise Refused(errors)
    return {weapon: found[weapon] for weapon in dict.fromkeys(weapons)}


def _draft(order: Order, state: WeaponState, moment: dict[str, str]) -> Draft:
    step, held = STEPS[order.step], state.custody
    fields = {
        "event": step.event,
        "from": order.sender or state.holder,
        "to": order.to,
        "place": "" if state.place in order.homes else _place_name(order.store),
        "document": order.document,
        "note": order.note,
        "why": order.why,
        # A number of its own: an events file does not tell custody, and a hand-over read back from one is known by this.
        "id": acts.new_id(),
    }
    hand_over = HandOver(
        step.becomes or order.kind,
        held.heads if held else (),
        account=order.account or (held.account if held else ""),
        due=order.due,
        receipt=order.receipt,
        shipment=order.shipment,
    )
    return services.event_draft(state.id, services.own_source(), fields, moment, hand_over.body())


def _place_name(place: str) -> str:
    """A place by name, so that its side text goes with the event to whoever gets the log."""
    row = Place.objects.filter(pk=place).first() if place else None
    return row.name if row else place


def _moment(happened: str) -> dict[str, str]:
    text = happened.strip() or now()
    moment = dates.parse(text)
    if not isinstance(moment, Moment):
        raise acts.refuse("date", text, moment.expected, moment.code)
    return {"instant": moment.instant, "offset": moment.offset, "precision": moment.precision, "text": moment.text}


def due_after(hours: int, start: str = "") -> str:
    """The RFC 3339 time some hours after a date or time as the register reads it (empty: now); the empty string for no hours.

    Raises `Refused` for what is no date.
    """
    if not hours:
        return ""
    begun = datetime.fromisoformat(_moment(start)["instant"])
    return (begun + timedelta(hours=hours)).isoformat(timespec="seconds").replace("+00:00", "Z")


def require_second(place: str, step: str, second: str, beside: str) -> None:
    """Refuses a step the rules of a place ask a second person for, where none confirms or it is the same one. Both are person ids."""
    if not second and needs_second(units.policy_at(place), step):
        raise acts.refuse("second", "", "a second person who confirms", "second_person")
    if second and second == beside:
        raise acts.refuse("second", "", "somebody else than who asks for it", "second_person")


def require_place(user: User, permission: str, place: str) -> None:
    """Refuses somebody who holds a permission elsewhere only. Raises `Refused`."""
    visible = visible_place_ids(user, permission)
    if visible is not None and place not in visible:
        raise acts.refuse("place", place, "a place where you may do this", "elsewhere")


def move(weapons: Sequence[str], store: str, *, note: str = "", happened: str = "", by: Actor) -> None:
    """Puts weapons of the store somewhere else in it. Raises `Refused`, also where they would not fit or may not be kept."""
    pk = acts.place_id(acts.required("store", store, "a place of this State"))
    happened = acts.happened_at(happened)
    with acts.alone():
        events, found = drafts(Order("move", store=pk, note=note, happened=happened), weapons)
        fits(pk, found)
        acts.append(events, by=by)


def fits(place: str, weapons: Mapping[str, WeaponState]) -> None:
    """Refuses weapons of a kind a storage unit may not hold, or more than it holds. Raises `Refused`."""
    unit = units.unit(place)
    if unit is None:
        return
    if unit.weapons:
        expected = Sentence("a weapon of a kind kept there: %(kinds)s", kinds=", ".join(unit.weapons))
        wrong = [state for state in weapons.values() if state.kind not in unit.weapons]
        if wrong:
            raise Refused([RowError(0, "weapon", state.id, expected, "kind") for state in wrong])
    there = queries.count_in(place)
    coming = sum(1 for state in weapons.values() if state.place != place)
    if unit.capacity and there + coming > unit.capacity:
        values = {"coming": coming, "there": there, "capacity": unit.capacity}
        expected = Sentence("a unit with room for %(coming)d more: it holds %(there)d of %(capacity)d", **values)
        raise acts.refuse("store", place, expected, "full")
