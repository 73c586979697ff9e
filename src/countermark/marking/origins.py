"""Weapons of other origins: how they were made, what is decided about those that were found, and deactivation.

The way of production is recorded beside the record of a weapon and counted apart. A weapon found is marked and recorded, or
destroyed (ITI, para. 9); until that is decided it stands in a list, the oldest first. A deactivated weapon stays on the register.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args

import msgspec
from django.db.models import QuerySet

from countermark.accounts.queries import Person
from countermark.ledger import database, identity
from countermark.ledger.services import Actor, SideNote, attachment, require_own_log
from countermark.marking import acts
from countermark.marking.acts import refuse
from countermark.marking.description import Production
from countermark.marking.models import ItemRow
from countermark.marking.states import SHAPES
from countermark.register import checking, projection, services
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.rules import WeaponState

PRODUCTIONS: tuple[str, ...] = get_args(Production)
FOUND = ("found", "recovered", "seized", "confiscated", "surrendered", "collected")
"""What a weapon's status is after it was found (register, `STATUSES`)."""

Decision = Literal["mark", "destroy"]
DECISIONS: tuple[str, ...] = get_args(Decision)
LONGEST_DAYS = 30
"""After so many days an undecided find is overdue: the instrument says as soon as possible, and sets no number of days."""


class _Production(msgspec.Struct, frozen=True):
    production: Production


class _Decision(msgspec.Struct, frozen=True):
    decision: Decision


class _Certificate(msgspec.Struct, frozen=True):
    number: str
    authority: str
    date: str
    document: str


SHAPES |= {"origin": _Production, "decision": _Decision, "certificate": _Certificate}


@dataclass(frozen=True)
class Find:
    """A weapon found and not dealt with: since when, how many days, and what is decided (empty: nothing yet)."""

    weapon: Weapon
    since: str
    days: int
    decision: str

    @property
    def overdue(self) -> bool:
        """Whether it has waited too long for a decision, or for what was decided to be done."""
        return self.days > LONGEST_DAYS


def set_production(weapon_id: str, production: str, *, basis: str, by: Actor) -> bool:
    """Records how a weapon was made, and how that is known; False where it is recorded so. Raises `Refused`."""
    if production not in PRODUCTIONS:
        raise refuse("production", production, acts.one_of(PRODUCTIONS), "unknown")
    acts.required("basis", basis, "how it is known")
    state = _known(weapon_id)
    value = {"weapon": weapon_id, "production": production}
    return acts.state_record("origin", weapon_id, value, place=state.place, note=basis, by=by)


def production_of(weapon_id: str) -> str:
    """How a weapon was made; `unknown` where nobody said."""
    found = acts.record("origin", weapon_id)
    return "unknown" if found is None else str(found.value["production"])


def count_by_production() -> dict[str, int]:
    """How many weapons are recorded as made in each way; those nobody spoke of are not counted."""
    return dict(Counter(str(one.value["production"]) for one in acts.records("origin")))


def _known(weapon_id: str) -> WeaponState:
    state = projection.state_of(weapon_id)
    if state is None:
        raise refuse("weapon", weapon_id, "the id of a weapon in this register", "unknown")
    return state


def decide(weapon_id: str, decision: str, *, reason: str, by: Actor) -> bool:
    """Decides that a weapon found is marked and recorded, or destroyed; may be decided anew. Raises `Refused`."""
    if decision not in DECISIONS:
        raise refuse("decision", decision, acts.one_of(DECISIONS), "unknown")
    acts.required("reason", reason, "why it is decided so")
    state = _known(weapon_id)
    if state.status not in FOUND:
        raise refuse("weapon", weapon_id, "a weapon that was found, seized, surrendered or the like", "status")
    value = {"weapon": weapon_id, "decision": decision}
    return acts.state_record("decision", weapon_id, value, place=state.place, note=reason, by=by)


def finds(user: Person, *, undecided: bool = False, limit: int = 500) -> list[Find]:
    """Weapons found that a person may see and that are not dealt with yet, the oldest first, at most `limit`."""
    seen = scope.of(user, "marking.view")
    rows = seen.narrow(Weapon.objects.filter(replaced_by=None).exclude(status="active").filter(status__in=FOUND))
    decided = {one.key: str(one.value["decision"]) for one in acts.records("decision")}
    to_mark = [key for key in decided if decided[key] == "mark"]
    accepted = {
        weapon
        for some in database.chunks(to_mark, 5000)
        for weapon in ItemRow.objects.filter(state="accepted", weapon__in=some).values_list("weapon", flat=True)
    }
    waiting = _waiting(rows.order_by("last_time", "id"), decided, accepted)
    found = (one for one in waiting if not (undecided and one.decision))
    return sorted(islice(found, limit), key=lambda one: (one.since, str(one.weapon.id)))


def _waiting(rows: QuerySet[Weapon], decided: Mapping[str, str], accepted: Collection[str]) -> Iterator[Find]:
    """What is not dealt with; a weapon that was destroyed is no find any more."""
    for row in rows.iterator(chunk_size=500):
        weapon = str(row.id)
        decision = decided.get(weapon, "")
        if decision != "mark" or not (weapon in accepted or _is_marked(weapon)):
            yield _find(row, decision)


def _find(row: Weapon, decision: str) -> Find:
    # An event of unknown date says nothing of how long a weapon has waited: the record does.
    since = row.last_time if row.last_time[:4] != "0001" else row.first_recorded
    days = (dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(since)).days
    return Find(row, since, max(days, 0), decision)


def _is_marked(weapon_id: str) -> bool:
    state = projection.state_of(weapon_id)
    return state is not None and any(mark.mark_kind == "found" and mark.text and not mark.until for mark in state.marks)


@dataclass(frozen=True)
class Certificate:
    """A certificate of deactivation: its number, who issued it, the day, and the document's digest if one was attached."""

    weapon: str
    number: str
    authority: str
    date: str
    document: str


def deactivate(
    weapon_id: str,
    date: str,
    *,
    number: str,
    authority: str,
    document: tuple[bytes, str] | None = None,
    by: Actor,
) -> Certificate:
    """Records a deactivation with its certificate: the event of the weapon and the certificate, both or neither.

    The weapon stays on the register. Said again, the same is harmless. Raises `Refused` for an unknown weapon, a date that is none,
    and without a number or an authority.
    """
    number = acts.required("number", number, "the number of the certificate")
    authority = acts.required("authority", authority, "who verified the deactivation")
    fields = {"event": "deactivation", "date": date, "document": number}
    checking.event(fields)
    require_own_log()
    kept = [attachment(*document)] if document else []
    value = {
        "weapon": weapon_id,
        "number": identity.opaque("document", number),
        "authority": identity.opaque("party", authority),
        "date": date,
        "document": kept[0].key if kept else "",
    }
    texts = (SideNote("document", number), SideNote("party", authority))
    with acts.alone():
        state = _known(weapon_id)
        services.add_event(weapon_id, fields, by=by)
        acts.state_record("certificate", weapon_id, value, place=state.place, texts=texts, kept=kept, by=by)
    return Certificate(weapon_id, number, authority, date, value["document"])


def certificate(weapon_id: str) -> Certificate | None:
    """The certificate of a deactivated weapon; names that were erased are empty."""
    found = acts.record("certificate", weapon_id)
    if found is None:
        return None
    value = {name: str(text) for name, text in found.value.items()}
    names = services.side_texts([value["number"], value["authority"]])
    return Certificate(
        weapon_id, names.get(value["number"], ""), names.get(value["authority"], ""), value["date"], value["document"]
    )


def needing_marks(user: Person) -> int:
    """How many finds a person may see are to be marked and stand in no batch that is still open."""
    decided = [one.weapon for one in finds(user) if one.decision == "mark"]
    in_work = ItemRow.objects.filter(weapon__in=[str(weapon.id) for weapon in decided]).exclude(state="withdrawn")
    return len(decided) - len(set(in_work.values_list("weapon", flat=True)))
