"""What people do with the register: one weapon, one event, one correction. Each is one transaction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from countermark.ledger import database, identity, services, store
from countermark.ledger.entry import Entry, effective_id, event_id_of, now
from countermark.ledger.reasons import EVENT_FIELD, Reason
from countermark.ledger.services import Actor, Captured, Draft, SideNote
from countermark.register import bodies, checking, handover, projection
from countermark.register.checking import refuse
from countermark.register.comparing import mark_fields
from countermark.register.files.again import SerialRule
from countermark.register.rules import (
    MarkState,
    WeaponState,
    declared_in_error,
    fold,
    history,
    is_birth,
    ordered,
    states_marks,
    weapons_of,
)

Fields = Mapping[str, str]
Refused = checking.Refused
UNDO_MARK = "undo-"
"""What `recorded.load` begins with in the entries that take a load back."""


@dataclass(frozen=True)
class Added:
    """What became of one capture: the weapon, the event, and whether it is new or was known already."""

    weapon_id: str
    event_id: str
    new: bool


def own_source() -> str:
    """The name of the node's own register as a source."""
    return f"{settings.ENVIRONMENT.state}/{settings.ENVIRONMENT.node}"


def birth_draft(
    source: str, ref: str, facts: Fields, marks: Sequence[Fields], corrects: str = "", note: str = ""
) -> Draft:
    """The draft that opens a weapon's record."""
    body = bodies.birth(source, ref, facts, [bodies.mark(mark) for mark in marks], corrects)
    return Draft(kind="event", body=body, note=note)


def event_draft(
    weapon_id: str, source: str, fields: Fields, moment: Fields, hand_over: dict[str, Any] | None = None
) -> Draft:
    """The draft of one line of an events file; names become side texts, ids stay as they are."""
    body = bodies.event(weapon_id, source, fields, moment, _name, hand_over)
    texts = tuple(SideNote(kind, text) for kind, text in bodies.side_texts(fields) if not _is_id(kind, text))
    return Draft(kind="event", body=body, texts=texts, note=fields.get("note", ""))


def _name(kind: str, text: str) -> str:
    return text if _is_id(kind, text) else identity.opaque(kind, text)


def _is_id(kind: str, text: str) -> bool:
    """Whether a column holds the id of a party, place or document instead of its name (contract, *Events file*)."""
    return text.startswith(f"{identity.PREFIX}{kind}:") and _DIGITS.fullmatch(text.rpartition(":")[2]) is not None


_DIGITS = re.compile(r"[0-9a-f]{64}")


def add_weapon(
    ref: str,
    facts: Fields,
    marks: Sequence[Fields],
    *,
    by: Actor,
    source: str = "",
    note: str = "",
    twice: SerialRule | None = None,
) -> Added:
    """Opens the record of one weapon; `facts` and `marks` are columns of the register file, held to its rules.

    A mark may be stated again as `serial_again`; `twice` is the rule that asks for it of a new weapon (`serialrules.asking`).
    Saying the same again is harmless. Raises `Refused` for what a file's row would be refused for, and with `differs` for a
    `ref` the source has used already for other facts.
    """
    source = source or own_source()
    checked = checking.weapon(ref, facts, marks)
    weapon_id = bodies.weapon_id(source, checked.ref)
    draft = birth_draft(source, checked.ref, *checking.weapon_fields(checked), note=note)
    event_id = event_id_of(draft.kind, draft.body)
    with services.alone():
        standing = standing_birth(weapon_id)
        if standing is not None and standing.event_id != event_id:
            raise refuse("ref", ref, "a record number this source has not used for another weapon", "differs")
        if standing is None:
            checking.stated_twice(marks, twice)
        captured = services.append([draft], by=by)[0]
        if standing is None and not captured.new:
            raise refuse("ref", ref, "a record number whose record was not declared an error", "withdrawn")
    return Added(weapon_id, captured.event_id, captured.new)


def add_event(weapon_id: str, fields: Fields, *, by: Actor, source: str = "", device_time: str | None = None) -> Added:
    """Records one event of a known weapon; `fields` are the columns of the events file. Raises `Refused`."""
    good, moment = checking.event(fields)
    draft = event_draft(weapon_id, source or own_source(), good, moment)
    if device_time is not None:
        draft = msgspec.structs.replace(draft, device_time=device_time)
    with services.alone():
        state = projection.state_of(weapon_id)
        if state is None:
            raise refuse("weapon", weapon_id, "the id of a weapon in this register", "unknown")
        known = _of_same_number(draft)
        if known is None:
            checking.not_of_the_stores(good["event"], state.custody)
        before = undone_events([weapon_id]).get(event_id_of(draft.kind, draft.body))
        if known is None and before is not None:
            draft = msgspec.structs.replace(saying_again(draft, before), device_time=device_time)
        if known is None:
            captured = services.append([draft], by=by)[0]
            return Added(weapon_id, captured.event_id, captured.new)
    if bodies.said_of(known.body) != bodies.said_of(draft.body):
        raise refuse("id", good["id"], "a number this source has not used for another event", "differs")
    return Added(weapon_id, known.event_id, new=False)


def _of_same_number(draft: Draft) -> Entry | None:
    """The standing event that has the source's own number of a draft."""
    if not draft.body.get("countermark:id"):
        return None
    found = standing_alike([draft.body]).get(projection.event_identity(draft.body), [])
    return found[-1] if found else None


def standing_alike(said: Sequence[dict[str, Any]]) -> dict[str, list[Entry]]:
    """Standing events, by identity: those with the source's own number of some bodies, and corrections that say what they say."""
    wanted = list({projection.event_identity(body) for body in said})
    rows = database.select_in("SELECT identity, position FROM register_link", "identity", wanted)
    entries = {entry.position: entry for entry in store.entries_at(sorted({position for _, position in rows}))}
    wrong = declared_in_error(entries.values())
    found: dict[str, list[Entry]] = {}
    for key, position in sorted(rows, key=lambda row: (entries[row[1]].recorded.time, row[1])):
        entry = entries[position]
        if "errorDeclaration" not in entry.body and entry.event_id not in wrong:
            found.setdefault(key, []).append(entry)
    return found


def correct_weapon(weapon_id: str, facts: Fields, marks: Sequence[Fields], *, reason: Reason | str, by: Actor) -> Added:
    """Replaces the facts and first marks of a weapon: the old birth is declared in error, a new one names it.

    `reason` is of the list `correction`: a code, a code with words, or words. Raises `Refused` for an unknown weapon, no reason, facts that a file's row would be refused for, or no change.
    """
    why = checking.reason("correction", reason)
    with services.alone():
        entry = standing_birth(weapon_id)
        state = projection.state_of(weapon_id)
        if entry is None or state is None:
            raise refuse("weapon", weapon_id, "a weapon whose record was opened here", "unknown")
        checked = checking.weapon(state.ref, facts, marks)
        drafts = weapon_correction(entry, state, *checking.weapon_fields(checked), why)
        if bodies.said_of(drafts[0].body) == bodies.said_of(entry.body):
            raise refuse("", "", "something that differs from what is recorded", "unchanged")
        captured = services.append(drafts, by=by)
    return Added(weapon_id, captured[0].event_id, captured[0].new)


def weapon_correction(
    entry: Entry, state: WeaponState, facts: Fields, marks: Sequence[Fields], why: Reason
) -> list[Draft]:
    """The corrective birth and the declaration that the old one was wrong. What the old one said besides facts and marks stays.

    Raises `Refused` where one event of another program opened several records: declaring it wrong would close them all.
    """
    if len(weapons_of(entry.body)) > 1:
        raise refuse("weapon", state.id, "a weapon whose record was opened by an event of its own", "shared")
    corrective = birth_draft(state.source, state.ref, facts, marks, corrects=entry.event_id)
    corrective = msgspec.structs.replace(corrective, body=bodies.birth_beside(corrective.body, entry.body))
    return [*correction(entry, corrective, why)]


def correction(entry: Entry, corrective: Draft | None, why: Reason) -> list[Draft]:
    """A corrective event (if any) and the error declaration that names it."""
    drafts: list[Draft] = []
    replacement = ""
    if corrective is not None:
        replacement = event_id_of(corrective.kind, corrective.body)
        drafts.append(corrective)
    note = identity.note(why.words)
    declared = bodies.declaration(entry.body, why.code, note, now(), replacement)
    drafts.append(Draft(kind="event", body=declared, texts=(SideNote("note", why.words),) if note else ()))
    return drafts


def correct_event(event_id: str, changes: Fields | None, *, reason: Reason | str, by: Actor) -> Captured:
    """Declares an event wrong, and records what it should have said when `changes` are given (None: it never happened).

    `changes` are columns of the events file that differ; `reason` is as in `correct_weapon`. Raises `Refused` for an unknown or already
    corrected event, no reason, and changes that change nothing.
    """
    why = checking.reason("correction", reason)
    with services.alone():
        entry = standing_event(event_id)
        corrective = None if changes is None else _corrected_event(entry, changes)
        return services.append(correction(entry, corrective, why), by=by)[0]


def standing_event(event_id: str) -> Entry:
    """The entry of an event that has not been corrected. Raises `Refused` for any other id."""
    found = [entry for entry in store.find(event_id) if entry.kind == "event" and "errorDeclaration" not in entry.body]
    if not found:
        raise refuse("event_id", event_id, "the eventID of an event in this ledger", "unknown")
    if event_id in declared_in_error(projection.entries_of(weapons_of(found[0].body))):
        raise refuse("event_id", event_id, "an event that has not been corrected yet", "corrected")
    return found[0]


def weapon_of(event_id: str) -> str:
    """The weapon an event is about; the empty string for an id nothing has, or an event about none."""
    return next((weapon for entry in store.find(event_id) for weapon in weapons_of(entry.body)), "")


def _corrected_event(entry: Entry, changes: Fields) -> Draft:
    if "ilmd" in entry.body:
        raise refuse("event_id", entry.event_id, "an event; the facts of a weapon are corrected on its record", "birth")
    weapons = weapons_of(entry.body)
    if len(weapons) != 1:
        raise refuse("event_id", entry.event_id, "an event about one weapon", "shared")
    old = fields_of(entry)
    said = {**old, "note": _remark_of(entry), **changes}
    code = "" if "why" in changes else said.pop("why", "")
    good, moment = checking.event(said)
    if code and (good["event"] == old["event"] or checking.fits(code, good["event"])):
        good["why"] = code  # Otherwise it was why the other event happened.
    weapon_id = weapons[0]
    good["occurrence"] = str(entry.body.get("countermark:occurrence", "1"))
    hand_over = handover.stated(entry.body)
    if hand_over is not None and good["event"] != history([entry])[0].event:
        # Its custody goes with the word: an issue that is called a theft would be out with somebody and stolen at once.
        raise refuse(
            "event",
            good["event"],
            "the same word: a hand-over of another kind is recorded where it is made",
            "hand_over",
        )
    draft = event_draft(weapon_id, str(entry.body.get("countermark:source", "")), good, moment, hand_over)
    same = draft.body.get(EVENT_FIELD) == entry.body.get(EVENT_FIELD)
    if same and bodies.said_of(draft.body) == bodies.said_of(entry.body):
        raise refuse("", "", "something that differs from what is recorded", "unchanged")
    body = {**draft.body, "countermark:corrects": entry.event_id}
    body.pop("countermark:writing")
    return msgspec.structs.replace(draft, body=bodies.pinned(body))


def _remark_of(entry: Entry) -> str:
    """The note made with an entry, which its correction keeps; empty where it was erased."""
    return side_texts([entry.recorded.note]).get(entry.recorded.note, "")


def fields_of(entry: Entry) -> dict[str, str]:
    """The columns of the events file an entry was made of, names in clear; where a name was erased, its id."""
    line = history([entry])[0]
    names = side_texts([line.sender, line.receiver, line.place, line.document, line.note])
    body = entry.body
    extras = {
        key: str(body[f"countermark:{key}"])
        for key in ("id", "component", "mark", "other_ref")
        if body.get(f"countermark:{key}")
    }
    return {
        "event": line.event,
        "date": line.date,
        "from": names.get(line.sender, line.sender),
        "to": names.get(line.receiver, line.receiver),
        "country": line.country,
        "place": names.get(line.place, line.place),
        "document": names.get(line.document, line.document),
        **extras,
        **({"why": str(body[EVENT_FIELD])} if EVENT_FIELD in body else {}),
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
    """The standing births of some weapons: of several the one the fold goes by."""
    entries = projection.entries_of(weapon_ids)
    wrong = declared_in_error(entries)
    births: dict[str, Entry] = {}
    for entry in ordered(entries):
        if entry.event_id not in wrong and "errorDeclaration" not in entry.body and is_birth(entry.body):
            births.update(dict.fromkeys(weapons_of(entry.body), entry))
    return {weapon_id: births[weapon_id] for weapon_id in weapon_ids if weapon_id in births}


class Withdrawn(NamedTuple):
    """The last birth of a weapon that was declared an error, and whether that was done by taking a load back."""

    event_id: str
    by_undo: bool


def withdrawn_birth(weapon_id: str) -> Withdrawn | None:
    """What is left of the record of a weapon without a standing birth; None when it never had one here."""
    entries = sorted(projection.entries_of([weapon_id]), key=lambda e: (e.recorded.time, e.position))
    declared = [e for e in entries if "errorDeclaration" in e.body and is_birth(e.body)]
    if not declared:
        return None
    last = declared[-1]
    return Withdrawn(effective_id(last.body, last.event_id), last.recorded.load.startswith(UNDO_MARK))


def reopening(draft: Draft, withdrawn: Withdrawn | None) -> Draft:
    """A birth after one that was withdrawn: another event, though it may say the same."""
    return draft if withdrawn is None else saying_again(draft, withdrawn.event_id)


def saying_again(draft: Draft, withdrawn: str) -> Draft:
    """A draft after the event `withdrawn` that said the same and stands no more: it has an identity of its own."""
    body = {**draft.body, "countermark:reopens": withdrawn}
    body.pop("countermark:writing", None)
    # What was worked out beforehand was so for the other body.
    return Draft(kind="event", body=bodies.pinned(body), texts=draft.texts, note=draft.note)


def withdrawn_marks(weapon_id: str) -> list[MarkState]:
    """Marks of a weapon's record that somebody declared an error; not those that went when a load was taken back."""
    entries = projection.entries_of([weapon_id])
    declared = (e for e in entries if "errorDeclaration" in e.body and not e.recorded.load.startswith(UNDO_MARK))
    wrong = {effective_id(entry.body, entry.event_id) for entry in declared}
    said = [e for e in entries if e.event_id in wrong and "errorDeclaration" not in e.body]
    return [mark for e in said if states_marks(e.body) for mark in fold(weapon_id, [e]).marks]


def withdrawn_events(weapon_id: str) -> dict[str, str]:
    """Every event of a weapon that was declared an error: eventID -> the last one that said the same again and is gone too."""
    return _ends(entry for entry in projection.entries_of([weapon_id]) if "errorDeclaration" in entry.body)


def undone_events(weapon_ids: Sequence[str]) -> dict[str, str]:
    """Events of some weapons that went when a load was taken back: eventID -> the last one said in its place and undone too."""
    declared = [
        entry
        for entry in projection.entries_holding(weapon_ids, f'"load":"{UNDO_MARK}'.encode())
        if "errorDeclaration" in entry.body and entry.recorded.load.startswith(UNDO_MARK)
    ]
    return _ends(declared)


def _ends(declarations: Iterable[Entry]) -> dict[str, str]:
    gone = {effective_id(entry.body, entry.event_id): entry.body.get("countermark:reopens") for entry in declarations}
    again = {before: event_id for event_id, before in gone.items() if isinstance(before, str)}
    return {event_id: _end_of(again, event_id) for event_id in gone}


def _end_of(steps: Mapping[str, str], start: str) -> str:
    """Where a chain ends; a circle, which only a forged log could hold, ends after one round."""
    seen = {start}
    while (following := steps.get(start)) and following not in seen:
        seen.add(start := following)
    return start


def join(weapon_id: str, survivor: str, *, reason: Reason | str, by: Actor) -> Captured:
    """Says that two records are one weapon: `weapon_id` is shown under `survivor` from now on (design, invariant 5).

    `reason` is of the list `same_weapon`, or words. Can be withdrawn by correcting the event away. Raises `Refused` for unknown or already
    joined records, and for no reason.
    """
    why = checking.reason("same_weapon", reason)
    with services.alone():
        states = projection.states_of([weapon_id, survivor])
        for wanted in (weapon_id, survivor):
            if wanted not in states:
                raise refuse("weapon", wanted, "the id of a weapon in this register", "unknown")
        if weapon_id == survivor:
            raise refuse("survivor", survivor, "another record", "same")
        if states[weapon_id].replaced_by or states[survivor].replaced_by:
            raise refuse("survivor", survivor, "two records neither of which was joined to another one", "joined")
        time = now()
        moment = {"instant": time, "offset": "+00:00", "precision": "instant", "text": time}
        fields = {"event": "same_as", "same_as": survivor, "note": why.words, "why": why.code}
        return services.append([event_draft(weapon_id, own_source(), fields, moment)], by=by)[0]


def marks_as_fields(state: WeaponState) -> list[dict[str, str]]:
    """The marks of a weapon as columns of the register file."""
    return [mark_fields(mark) for mark in state.marks]
