"""Inspections of civilian holders: what was seen by which rules, and a fault with a day for everything that was not as asked.

The holder is a party and the address a note: both stand in side texts, are shown for a reason only, and can be erased.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from countermark.ledger import identity
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, Draft, SideNote, timed_act
from countermark.stockpile import acts, states
from countermark.stockpile.civilian import catalogue, rules
from countermark.stockpile.civilian.rules import SEPARATOR, Requirement, Weapons
from countermark.stockpile.states import Subject, to

NAMESPACE = uuid.UUID("0f3f5a58-7a0a-5a44-8ad3-0a0c5b0f4c11")
OUTCOMES = ("remedied", "referred", "withdrawn")
"""Put right; handed on to who decides about the licence; or it was no fault."""


class Visit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A holder inspected on a `day`, by whom, by which `rulesets`. `answers` by `<set>/<requirement>`; `address` and `remark` are ids of notes."""

    day: str
    by: str
    rulesets: tuple[str, ...]
    answers: dict[str, str]
    weapons: Weapons
    address: str = ""
    remark: str = ""
    document: str = ""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was not as asked: the requirement, its words and source as they were, and how it was settled (`how` is a note)."""

    requirement: str
    text: str
    source: str
    grave: bool = False
    outcome: str = ""
    how: str = ""
    closed_by: str = ""


states.record("visit", Visit)
states.machine(
    "visitfinding",
    "stockpile_visitfinding_opened",
    {
        "stockpile_visitfinding_closed": to(
            "closed", after=("open",), outcome="outcome", how="how", closed_by="closed_by"
        )
    },
    state="open",
    shape=Fault,
)


@dataclass(frozen=True)
class Said:
    """What an inspector says. `holder` and `address` are names, `office` the place in charge, `next_day` when to come again (empty: not said)."""

    holder: str
    office: str
    day: str
    rulesets: Sequence[str]
    answers: Mapping[str, str]
    weapons: Weapons = field(default_factory=Weapons)
    address: str = ""
    remark: str = ""
    next_day: str = ""
    document: bytes | None = None


def inspect(said: Said, *, by: Actor) -> str:
    """Records an inspection and a fault for everything answered no; said again by that office for that holder and day it replaces what was said.

    Two offices that inspect one holder on one day made two inspections. Returns its key. Raises `Refused`.
    """
    holder, office = (
        acts.required("holder", said.holder, "who holds the weapons"),
        acts.required("place", said.office, "a place of this State"),
    )
    pk, party = acts.place_id(office), identity.opaque("party", holder)
    asked = _asked(said)
    key = str(uuid.uuid5(NAMESPACE, f"{party}|{pk}|{said.day}"))
    kept = [acts.document("document", said.document)] if said.document else []
    value = Visit(
        said.day, identity.opaque("person", by.name) if by.name else "", tuple(sorted(said.rulesets)), {one: said.answers[one] for one in asked},
        said.weapons, _note(said.address), _note(said.remark), kept[0].key if kept else "",
    )  # fmt: skip
    texts = [
        SideNote("party", holder),
        *(SideNote("note", text.strip()) for text in (said.address, said.remark) if text.strip()),
    ]
    faults = [one for one in asked if said.answers[one] == "no"]
    with acts.alone():
        acts.state_record(
            "visit",
            key,
            value,
            state="inspected",
            place=pk,
            person=party,
            due=said.next_day,
            texts=texts,
            kept=kept,
            by=by,
        )
        drafts = [_opened(key, pk, party, one, asked[one], said.day) for one in faults]
        acts.append([draft for draft in drafts if draft is not None], by=by)
    return key


def settle(key: str, outcome: str, how: str, *, by: Actor) -> None:
    """Settles a fault: how, and with what outcome (`OUTCOMES`). Raises `Refused`."""
    text = acts.required("how", how, "how it was settled")
    if outcome not in OUTCOMES:
        raise acts.refuse("outcome", outcome, acts.one_of(OUTCOMES), "unknown")
    with acts.alone():
        known = acts.subject("visitfinding", key)
        if known is None or known.state != "open":
            raise acts.refuse("fault", key, "a fault that is open", "decided")
        fields = {
            "outcome": outcome,
            "how": identity.opaque("note", text),
            "closed_by": identity.opaque("person", by.name),
        }
        acts.append(
            [acts.draft("stockpile_visitfinding_closed", [known.name], fields, texts=[SideNote("note", text)])], by=by
        )


def looked_at(visit: Subject, reason: Reason | str, *, by: Actor) -> None:
    """Records that somebody looked at the name and address of a holder, and why (of the list `look`). Raises `Refused` without a reason."""
    why, viewer = acts.reason_of("look", reason), identity.opaque("person", by.name)
    fields = {"subject": visit.name, "person": visit.person, "viewer": viewer, FIELD: why.code}
    acts.append([timed_act("person_viewed", fields, note=why.words)], by=by)


def _asked(said: Said) -> dict[str, Requirement]:
    acts.day("day", said.day)
    if said.day > date.today().isoformat():  # noqa: DTZ011 -- a day as people at the place count it
        raise acts.refuse("day", said.day, "a day that has come", "range")
    if said.next_day:
        acts.day("next_day", said.next_day)
    if not (0 <= said.weapons.handguns <= rules.MOST_WEAPONS and 0 <= said.weapons.others <= rules.MOST_WEAPONS):
        raise acts.refuse("weapons", "", "a number of weapons", "range")
    known = catalogue.on(said.day)
    unknown = next((one for one in said.rulesets if one not in known), "")
    if unknown or not said.rulesets:
        raise acts.refuse("rules", unknown, acts.one_of(known), "unknown")
    asked = rules.asked([known[one] for one in sorted(set(said.rulesets))], said.weapons)
    missing = rules.unanswered(asked, said.answers)
    if missing:
        raise acts.refuse(missing, said.answers.get(missing, ""), acts.one_of(rules.ANSWERS), "missing")
    return asked


def _opened(visit: str, office: str, party: str, requirement: str, asked: Requirement, day: str) -> Draft | None:
    key = str(uuid.uuid5(NAMESPACE, f"{visit}|{requirement}"))
    if acts.subject("visitfinding", key) is not None:
        return None
    source = f"{requirement.partition(SEPARATOR)[0]}: {asked.source}"
    fields = {
        "value": msgspec.to_builtins(Fault(requirement, asked.text, source, asked.grave)),
        "place": office,
        "person": party,
        "due": rules.deadline(asked, day),
        "parent": f"visit:{visit}",
    }
    return acts.draft("stockpile_visitfinding_opened", [f"visitfinding:{key}"], fields, texts=acts.place_notes(office))


def _note(text: str) -> str:
    return identity.note(text.strip())
