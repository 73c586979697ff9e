"""Import marks put on at manufacture for a known end user, confirmed when the weapon arrives (A/70/115, para. 14).

The State that imports needs no bench then, but it needs to know that the mark is there: somebody reads it twice off the metal.
"""

from dataclasses import dataclass

import msgspec

from countermark.accounts.queries import Person
from countermark.ledger.services import Actor
from countermark.marking import acts
from countermark.marking.acts import refuse
from countermark.marking.models import ItemRow, RecordRow
from countermark.marking.states import SHAPES
from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical
from countermark.register import projection
from countermark.register.queries import scope
from countermark.register.rules import WeaponState


@dataclass(frozen=True)
class Arrival:
    """What was read on a weapon that arrived: whether it is an import mark its record tells of."""

    weapon: str
    text: str
    agrees: bool


class _Arrival(msgspec.Struct, frozen=True):
    text: str
    agrees: bool


SHAPES["arrival"] = _Arrival


def import_marks(state: WeaponState) -> list[str]:
    """The texts of the import marks a weapon bears, as they stand on it."""
    return [m.inscription or m.text for m in state.marks if m.mark_kind == "import" and m.text and not m.until]


def confirm(weapon_id: str, first: str, second: str, *, by: Actor) -> Arrival:
    """Records the import mark read off a weapon that arrived, keyed twice. One that its record does not tell of is kept as read.

    Raises `Refused` with `again` where the two differ, for an unknown weapon, and where nothing was read.
    """
    text = acts.required("first", first, "the mark as it is read off the weapon")
    if canonical(first) != canonical(second):
        raise refuse("second", second, Sentence("the same as keyed first, %(first)s", first=first), "again")
    state = projection.state_of(weapon_id)
    if state is None:
        raise refuse("weapon", weapon_id, "the id of a weapon in this register", "unknown")
    known = {
        canonical(mark) for mark in (*import_marks(state), *(m.text for m in state.marks if m.mark_kind == "import"))
    }
    value = {"weapon": weapon_id, "text": text, "agrees": canonical(text) in known - {""}}
    acts.state_record("arrival", weapon_id, value, place=state.place, by=by)
    return Arrival(weapon_id, text, bool(value["agrees"]))


def arrival(weapon_id: str) -> Arrival | None:
    """What was read when a weapon arrived; None where nobody has read it yet."""
    found = acts.record("arrival", weapon_id)
    return None if found is None else Arrival(weapon_id, str(found.value["text"]), found.value["agrees"] is True)


def unconfirmed(user: Person, limit: int = 500) -> list[WeaponState]:
    """Weapons a person may see whose import mark was put on at manufacture here and which nobody has confirmed yet."""
    confirmed = set(RecordRow.objects.filter(kind="arrival").values_list("key", flat=True))
    rows = ItemRow.objects.filter(state="accepted").exclude(weapon="").order_by("time")
    waiting = [
        row.weapon
        for row in rows.iterator()
        if row.weapon not in confirmed and {"manufacture", "import"} <= {mark["mark_kind"] for mark in row.marks}
    ]
    seen = scope.of(user, "marking.view")
    states = projection.states_of(waiting[: 4 * limit])
    return [states[weapon] for weapon in waiting if weapon in states and seen.sees(states[weapon])][:limit]
