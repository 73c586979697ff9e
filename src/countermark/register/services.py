"""What people do with the register: one weapon, one event, one correction. Each is one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from countermark.ledger import database, identity, services, store
from countermark.ledger.entry import Entry, now
from countermark.ledger.services import Actor, Captured, Draft, SideNote
from countermark.register import bodies, projection
from countermark.register.files.errors import RowError
from countermark.register.files.vocabulary import EVENTS
from countermark.register.rules import UUID_PREFIX, WeaponState, declared_in_error, weapons_of

Fields = Mapping[str, str]


class Refused(Exception):
    """The register refuses; `errors` name each column, value and what was expected."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{e.column or 'row'} {e.value!r}: expected {e.expected}" for e in errors))


@dataclass(frozen=True)
class Added:
    """What became of one capture: the weapon, the event, and whether it is new or was known already."""

    weapon_id: str
    event_id: str
    new: bool


def own_source() -> str:
    """The name of the node's own register as a source."""
    return f"{settings.ENVIRONMENT.state}/{settings.ENVIRONMENT.node}"


def birth_draft(source: str, ref: str, facts: Fields, marks: Sequence[Fields], corrects: str = "", note: str = "") -> Draft:
    """The draft that opens a weapon's record."""
    body = bodies.birth(source, ref, facts, [bodies.mark(mark) for mark in marks], corrects)
    return Draft(kind="event", body=body, note=note)


def event_draft(weapon_id: str, source: str, fields: Fields, moment: Fields) -> Draft:
    """The draft of one line of an events file; names become side texts."""
    body = bodies.event(weapon_id, source, fields, moment, identity.opaque)
    texts = tuple(SideNote(kind, text) for kind, text in bodies.side_texts(fields))
    return Draft(kind="event", body=body, texts=texts, note=fields.get("note", ""))


def add_weapon(ref: str, facts: Fields, marks: Sequence[Fields], *, by: Actor, source: str = "", note: str = "") -> Added:
    """Opens the record of one weapon. A `ref` the source has used already for other facts is refused as `differs`."""
    source = source or own_source()
    weapon_id = bodies.weapon_id(source, ref)
    draft = birth_draft(source, ref, facts, marks, note=note)
    with transaction.atomic():
        captured = services.append([draft], by=by)[0]
        state = projection.state_of(weapon_id)
        if captured.new and state is not None and state.entries > 1:
            # Raising inside the transaction takes the entry back: nothing was acknowledged.
            raise Refused([RowError(0, "ref", ref, "a record number this source has not used for another weapon", "differs")])
    return Added(weapon_id, captured.event_id, captured.new)


def add_event(weapon_id: str, fields: Fields, *, by: Actor, source: str = "") -> Added:
    """Records one event of a known weapon; `fields` are the columns of the events file."""
    errors = [] if fields.get("event") in EVENTS else [RowError(0, "event", fields.get("event", ""), "one of " + ", ".join(EVENTS), "unknown")]
    from countermark.register.files import dates

    moment = dates.parse(fields.get("date", ""))
    if isinstance(moment, dates.Moment):
        parsed = {"instant": moment.instant, "offset": moment.offset, "precision": moment.precision, "text": moment.text}
    else:
        errors.append(RowError(0, "date", fields.get("date", ""), moment.expected, moment.code))
    if projection.state_of(weapon_id) is None:
        errors.append(RowError(0, "weapon", weapon_id, "the id of a weapon in this register", "unknown"))
    if errors:
        raise Refused(errors)
    draft = event_draft(weapon_id, source or own_source(), fields, parsed)
    captured = services.append([draft], by=by)[0]
    return Added(weapon_id, captured.event_id, captured.new)


def correct_weapon(weapon_id: str, facts: Fields, marks: Sequence[Fields], *, reason: str, by: Actor) -> Added:
    """Replaces the facts and first marks of a weapon: the old birth is declared in error, a new one names it."""
    entry = standing_birth(weapon_id)
    state = projection.state_of(weapon_id)
    if entry is None or state is None:
        raise Refused([RowError(0, "weapon", weapon_id, "a weapon whose record was opened here", "unknown")])
    drafts = weapon_correction(entry, state, facts, marks, reason)
    captured = services.append(drafts, by=by)
    return Added(weapon_id, captured[0].event_id, captured[0].new)


def weapon_correction(entry: Entry, state: WeaponState, facts: Fields, marks: Sequence[Fields], reason: str) -> list[Draft]:
    """The corrective birth and the declaration that the old one was wrong."""
    corrective = birth_draft(state.source, state.ref, facts, marks, corrects=entry.event_id)
    return [*correction(entry, corrective, reason)]


def correction(entry: Entry, corrective: Draft | None, reason: str) -> list[Draft]:
    """A corrective event (if any) and the error declaration that names it."""
    from countermark.ledger.entry import event_id_of

    drafts: list[Draft] = []
    replacement = ""
    if corrective is not None:
        replacement = event_id_of(corrective.kind, corrective.body)
        drafts.append(corrective)
    declared = bodies.declaration(entry.body, identity.opaque("note", reason), now(), replacement)
    drafts.append(Draft(kind="event", body=declared, texts=(SideNote("note", reason),)))
    return drafts


def correct_event(event_id: str, changes: Fields | None, *, reason: str, by: Actor) -> Captured:
    """Declares an event wrong, and records what it should have said when `changes` are given (None: it never happened).

    `changes` are columns of the events file that differ. Raises `Refused` for an unknown or already corrected event.
    """
    found = [entry for entry in store.find(event_id) if entry.kind == "event"]
    if not found:
        raise Refused([RowError(0, "event_id", event_id, "the eventID of an event in this ledger", "unknown")])
    entry = found[0]
    related = projection.entries_of(weapons_of(entry.body))
    if event_id in declared_in_error(related):
        raise Refused([RowError(0, "event_id", event_id, "an event that has not been corrected yet", "corrected")])
    corrective = None if changes is None else _corrected_event(entry, changes)
    return services.append(correction(entry, corrective, reason), by=by)[0]


def _corrected_event(entry: Entry, changes: Fields) -> Draft:
    fields = {**fields_of(entry), **changes}
    from countermark.register.files import dates

    moment = dates.parse(fields.get("date", ""))
    if not isinstance(moment, dates.Moment):
        raise Refused([RowError(0, "date", fields.get("date", ""), moment.expected, moment.code)])
    parsed = {"instant": moment.instant, "offset": moment.offset, "precision": moment.precision, "text": moment.text}
    weapon_id = weapons_of(entry.body)[0]
    draft = event_draft(weapon_id, str(entry.body.get("countermark:source", "")), fields, parsed)
    body = {**draft.body, "countermark:corrects": entry.event_id}
    body.pop("countermark:writing")
    return Draft(kind="event", body=bodies.pinned(body), texts=draft.texts, note=draft.note)


def fields_of(entry: Entry) -> dict[str, str]:
    """The columns of the events file an entry was made of, with the names in clear."""
    from countermark.register.rules import history

    line = history([entry])[0]
    names = side_texts([line.sender, line.receiver, line.place, line.document, line.note])
    body = entry.body
    extras = {key: str(body[f"countermark:{key}"]) for key in ("id", "component", "mark", "other_ref") if body.get(f"countermark:{key}")}
    return {
        "event": line.event,
        "date": line.date,
        "from": names.get(line.sender, ""),
        "to": names.get(line.receiver, ""),
        "country": line.country,
        "place": names.get(line.place, ""),
        "document": names.get(line.document, ""),
        **extras,
    }


def side_texts(urns: Sequence[str]) -> dict[str, str]:
    """The texts behind opaque ids; erased and unknown ones are left out."""
    refs = {identity.ref_of(urn): urn for urn in urns if identity.ref_of(urn)}
    rows = database.select_in("SELECT ref, text FROM ledger_sidetext", "ref", list(refs))
    return {refs[ref]: text for ref, text in rows if text}


def standing_birth(weapon_id: str) -> Entry | None:
    """The birth of a weapon's record that has not been declared wrong."""
    return standing_births([weapon_id]).get(weapon_id)


def standing_births(weapon_ids: Sequence[str]) -> dict[str, Entry]:
    """The standing births of some weapons."""
    entries = projection.entries_of(weapon_ids)
    wrong = declared_in_error(entries)
    births: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda e: (e.recorded.time, e.position)):
        if entry.event_id in wrong or "errorDeclaration" in entry.body or "ilmd" not in entry.body:
            continue
        births[entry.body["epcList"][0][len(UUID_PREFIX) :]] = entry
    return births


def join(weapon_id: str, survivor: str, *, reason: str, by: Actor) -> Captured:
    """Says that two records are one weapon: `weapon_id` is shown under `survivor` from now on (design, invariant 5).

    Can be withdrawn by correcting the event away.
    """
    if weapon_id == survivor:
        raise Refused([RowError(0, "survivor", survivor, "another record", "same")])
    for wanted in (weapon_id, survivor):
        if projection.state_of(wanted) is None:
            raise Refused([RowError(0, "weapon", wanted, "the id of a weapon in this register", "unknown")])
    moment = {"instant": now(), "offset": "+00:00", "precision": "instant", "text": now()}
    fields = {"event": "same_as", "same_as": survivor, "note": reason}
    return services.append([event_draft(weapon_id, own_source(), fields, moment)], by=by)[0]


Progress = Callable[[int, int], None]


def marks_as_fields(state: WeaponState) -> list[dict[str, Any]]:
    """The marks of a weapon as columns of the register file."""
    return [
        {
            "component": m.component,
            "carrier": m.carrier,
            "role": m.role,
            "mark_kind": m.mark_kind,
            "mark": m.text,
            "inscription": m.inscription,
            "mark_condition": m.condition,
            "layer": m.layer,
        }
        for m in state.marks
    ]
