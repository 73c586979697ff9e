"""What entries say of a weapon: the pure fold, and what findings follow (design, invariants 3 to 5). No database, no clock.

`fold(weapon_id, entries)` is a function of the *set* of entries: it orders them by (event time, recorded time, log, index),
takes each eventID once and leaves out events that were declared in error.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from countermark.ledger.entry import Entry, effective_id, is_alike
from countermark.ledger.reasons import EVENT_FIELD
from countermark.ledger.vocabulary import EVENTS
from countermark.marks.text import canonical, split_prefix
from countermark.register import handover, tagged
from countermark.register.handover import Custody
from countermark.register.tagged import TagState

NS = "countermark:"
UUID_PREFIX = "urn:uuid:"
TOLD_DIFFERENTLY = "told_differently"
"""The finding that outweighs others: of an event that two logs have in different words one version is not in the state."""
CONTRADICTED = "custody_contradicted"
"""The finding of a weapon handed over in two ways by nodes that did not know of each other."""
UNREADABLE = frozenset({"none", "obliterated", "illegible"})

Body = dict[str, Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class MarkState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One mark on a weapon. `number` is its ordinal on the weapon, from 1; `event_id` the event that records it; `until`
    the event time at which the part that carries it was taken off, empty while it is on.
    """

    number: int
    component: str = ""
    carrier: str = "part"
    role: str = "other"
    mark_kind: str = "manufacture"
    layer: str = "overt"
    condition: str = ""
    text: str = ""
    inscription: str = ""
    event_id: str = ""
    until: str = ""


class ComponentState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of a weapon over time; `since` and `until` are event times, empty where unknown or still installed."""

    number: int
    component: str
    role: str = "other"
    mark: str = ""
    since: str = ""
    until: str = ""
    other_ref: str = ""


class Alone(msgspec.Struct, frozen=True):
    """A change of who has a weapon of the stores, where, or as which record, that one person made beside the counters.

    `event_id` is that of the event or declaration that made it; `what` is `said` or `taken_back`; `by` is a person id, `recorded` an
    RFC 3339 time, `place` where the weapon was, or would be, without it.
    """

    event_id: str
    what: str
    by: str
    recorded: str
    place: str = ""


class WeaponState(msgspec.Struct, frozen=True):
    """What the ledger says of one weapon now. Texts are as the source wrote them; parties and places are opaque ids."""

    id: str
    source: str = ""
    ref: str = ""
    kind: str = ""
    maker: str = ""
    model: str = ""
    calibre: str = ""
    country: str = ""
    year: str = ""
    status: str = "active"
    status_since: str = ""
    """When it came to be so (RFC 3339 UTC), or when that was recorded where the day is not known; empty while it is active."""
    holder: str = ""
    place: str = ""
    replaced_by: str = ""
    finding: str = ""
    first_recorded: str = ""
    last_time: str = ""
    entries: int = 0
    marks: tuple[MarkState, ...] = ()
    components: tuple[ComponentState, ...] = ()
    custody: Custody | None = None
    tags: tuple[TagState, ...] = ()
    alone: tuple[Alone, ...] = ()

    @property
    def control_mark(self) -> MarkState | None:
        """The mark that stands for the weapon, if one does."""
        return next((mark for mark in self.marks if mark.role == "control"), None)


class HistoryEvent(msgspec.Struct, frozen=True):
    """One line of a weapon's history. `sender`, `receiver`, `document` and `place` are opaque ids or empty."""

    position: int
    event_id: str
    event: str
    time: str
    date: str
    precision: str
    recorded: str
    by: str
    sender: str
    receiver: str
    document: str
    place: str
    country: str
    note: str
    corrected: bool
    corrects: str
    reason: str
    component: str = ""
    mark: str = ""
    tag: str = ""
    why: str = ""
    """The code of the reason it happened for (`ledger/reasons.py`, the list of `event`); empty where it has none, or in words alone."""
    custody: str = ""
    """How the weapon is held from then on (`handover.Custody.kind`), where the event is a hand-over of the stockpile."""


def weapons_of(body: Body) -> list[str]:
    """The ids of the weapons an event is about; empty for anything else.

    A weapon is named by `urn:uuid:` in `epcList`, or as `parentID` of an association.
    """
    names = [*_names(body.get("epcList")), *_names(body.get("parentID"))]
    return [name[len(UUID_PREFIX) :] for name in names if name.startswith(UUID_PREFIX)]


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def is_weapon_id(text: str) -> bool:
    """Whether a text is a UUID in the one form used here: 36 places, lower case."""
    return len(text) == 36 and _UUID.fullmatch(text) is not None


def is_birth(body: Body) -> bool:
    """Whether an event opens a record: it adds an object and states facts of a weapon."""
    facts = body.get("ilmd")
    return body.get("action") == "ADD" and isinstance(facts, dict) and any(key.startswith(NS) for key in facts)


def states_marks(body: Body) -> bool:
    """Whether an event says what marks a weapon bears, as the register file does: a birth, or marks added later."""
    return is_birth(body) or body.get("countermark:event") == "mark"


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in the order of the fold, each eventID once.

    That is by event time, recorded time, log and index. A correction stands where the event it replaces stood among those of
    its time: what was keyed wrong in the morning does not become the last word of the day by being put right. A hand-over stands
    after those it names as the ones before it, whatever the clocks said.
    """
    unique: dict[str, Entry] = {}
    for entry in sorted(entries, key=_recorded):
        unique.setdefault(entry.event_id, entry)
    return handover.in_causal_order(sorted(unique.values(), key=lambda entry: _order(entry, unique)))


def _recorded(entry: Entry) -> tuple[str, str, int]:
    # Positions of different logs stand in the order of their arrival here, which no view may depend on.
    return (entry.recorded.time, entry.log, entry.position)


def _order(entry: Entry, unique: Mapping[str, Entry]) -> tuple[str, tuple[str, str, int], tuple[str, str, int]]:
    return (_text(entry.body, "eventTime"), _recorded(_first_said(entry, unique)), _recorded(entry))


def _first_said(entry: Entry, unique: Mapping[str, Entry]) -> Entry:
    """The event a chain of corrections began with, as far as it is held here."""
    seen = {entry.event_id}
    while True:
        earlier = unique.get(_text(entry.body, "countermark:corrects"))
        if earlier is None or earlier.event_id in seen:
            return entry
        seen.add(earlier.event_id)
        entry = earlier


def declared_in_error(entries: Iterable[Entry]) -> dict[str, str]:
    """Ids of events that a declaration says were wrong, with the declared reason."""
    return {
        effective_id(entry.body, entry.event_id): _text(entry.body["errorDeclaration"], "reason")
        for entry in entries
        if isinstance(entry.body.get("errorDeclaration"), dict)
    }


def fold(weapon_id: str, entries: Iterable[Entry]) -> WeaponState:
    """The state of one weapon from all entries about it, in any order."""
    several = list(entries)
    if len(several) == 1 and "errorDeclaration" not in several[0].body:
        return _fold_ordered(weapon_id, several, several)
    in_order = ordered(several)
    wrong = declared_in_error(in_order)
    standing = [e for e in in_order if e.event_id not in wrong and "errorDeclaration" not in e.body]
    state = _fold_ordered(weapon_id, standing, in_order)
    alone = _made_alone(state, in_order)
    if alone != state.alone:
        state = msgspec.structs.replace(state, alone=alone)
    return msgspec.structs.replace(state, finding=TOLD_DIFFERENTLY) if _told_differently(several, wrong) else state


def _told_differently(entries: Sequence[Entry], wrong: Mapping[str, str]) -> bool:
    """Whether two logs have one standing event in different words: the event hash takes "007" and "7" for one number."""
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.event_id, entry)
        if other is entry or other.body == entry.body or entry.event_id in wrong or "errorDeclaration" in entry.body:
            continue
        if not is_alike(other.body, entry.body):
            return True
    return False


def _made_alone(state: WeaponState, in_order: Sequence[Entry]) -> tuple[Alone, ...]:
    """What one person changed of a weapon since the stores first had it in hand, in the order it was recorded.

    Each such entry is taken together with what it puts in another's place, and compared with the weapon as it was without it and what came
    after: two that say the same hide nothing from each other. What `_apply` met stays, though a later hand-over went over it.
    """
    since = min((entry.recorded.time for entry in in_order if handover.stated(entry.body)), default="")
    if not since:
        return ()
    later = [e for e in sorted(in_order, key=_recorded) if e.recorded.time >= since and not is_seconded(e)]
    declared = {e.event_id: _instead(e) for e in later if _is_declaration(e)}
    put_right = {name for names in declared.values() for name in names}
    steps = [e for e in later if e.event_id in declared or (_may_move(e.body) and e.event_id not in put_right)]
    gone = {*put_right, *(entry.event_id for entry in steps)}
    met = {one.event_id for one in state.alone}
    found, before = list[Alone](), _hands_without(gone, in_order) if steps else _hands(state)
    for entry in steps:
        gone -= {entry.event_id, *declared.get(entry.event_id, ())}
        after = _hands_without(gone, in_order)
        taken = entry.event_id in declared
        if entry.event_id in met or before != after or (taken and _weighs(entry.body, state)):
            what = "taken_back" if taken else "said"
            found.append(Alone(entry.event_id, what, entry.recorded.by, entry.recorded.time, before[1]))
        before = after
    return tuple(found)


def _is_declaration(entry: Entry) -> bool:
    return isinstance(entry.body.get("errorDeclaration"), dict)


def _instead(declaration: Entry) -> list[str]:
    """The events a declaration says are right in place of the wrong one."""
    return _names(declaration.body["errorDeclaration"].get("correctiveEventIDs"))


def _may_move(body: Body) -> bool:
    """Whether an event that is no hand-over of the stores, nor a declaration or a birth, names a receiver, a place or another record."""
    if handover.stated(body) or "errorDeclaration" in body or is_birth(body):
        return False
    return bool(party(body, "destinationList", "destination") or body.get("bizLocation")) or is_hand_over(body)


def _hands(state: WeaponState) -> tuple[str, str, str]:
    return (state.holder, state.place, state.replaced_by)


def is_seconded(entry: Entry) -> bool:
    """Whether a second person approved what an entry says, and so recorded it."""
    return bool(entry.recorded.asked_by) and entry.recorded.asked_by != entry.recorded.by


def _weighs(body: Body, state: WeaponState) -> bool:
    """Whether taking an event back changes who has a weapon or what it is in law; the facts of a record do neither."""
    if is_birth(body):
        return not state.ref
    word = EVENTS.get(_text(body, "countermark:event"))
    return is_hand_over(body) or bool(word and word.grave)


def is_hand_over(body: Body) -> bool:
    """Whether an event says who has a weapon of the stores, or that it stands under another record."""
    return handover.stated(body) is not None or _text(body, "countermark:event") == "same_as"


def _hands_without(gone: Collection[str], in_order: Sequence[Entry]) -> tuple[str, str, str]:
    """Who would have a weapon, where, and under which record, had some entries not been made.

    Nothing else of the weapon is folded again, for this is asked once for each change one person made.
    """
    left = [entry for entry in in_order if entry.event_id not in gone]
    wrong = declared_in_error(left)
    draft = _Draft()
    for entry in _births_first([e for e in left if e.event_id not in wrong and "errorDeclaration" not in e.body]):
        _pass_on(draft, _text(entry.body, "countermark:event"), entry.body)
    return (draft.holder, draft.place, draft.replaced_by)


TAKEN_IN = frozenset(("found", "recovered", "seized", "confiscated", "surrendered", "collected"))
"""What a weapon is that the State has taken in: it stays so from the first of these on, whichever the next is called."""


class _Draft:
    """A state while it is being folded."""

    __slots__ = (
        "alone",
        "facts",
        "handed",
        "holder",
        "last_time",
        "marks",
        "parts",
        "place",
        "replaced_by",
        "since",
        "status",
        "tags",
    )

    def __init__(self) -> None:
        self.facts: Body = {}
        self.handed: Body | None = None
        self.alone: list[Alone] = []
        self.status = "active"
        self.holder = self.place = self.replaced_by = self.last_time = self.since = ""
        self.marks: list[MarkState] = []
        self.parts: list[ComponentState] = []
        self.tags: Sequence[TagState] = ()


def _fold_ordered(weapon_id: str, standing: Sequence[Entry], everything: Sequence[Entry]) -> WeaponState:
    draft = _Draft()
    for entry in _births_first(standing):
        _apply(draft, entry)
    facts, held = draft.facts, _held(draft, standing, everything)
    return WeaponState(
        id=weapon_id,
        source=_text(facts, "countermark:source"),
        ref=_text(facts, "countermark:ref"),
        kind=_text(facts, "countermark:kind"),
        maker=_text(facts, "countermark:maker"),
        model=_text(facts, "countermark:model"),
        calibre=_text(facts, "countermark:calibre"),
        country=_text(facts, "countermark:country"),
        year=_text(facts, "countermark:year"),
        status=draft.status,
        status_since=draft.since if draft.status != "active" else "",
        holder=draft.holder,
        place=draft.place,
        replaced_by=draft.replaced_by,
        finding=_finding(draft, held),
        first_recorded=min((e.recorded.time for e in everything), default=""),
        last_time=draft.last_time,
        entries=len(everything),
        marks=tuple(draft.marks),
        components=tuple(draft.parts),
        custody=held,
        tags=tuple(draft.tags),
        alone=tuple(draft.alone),
    )


def _births_first(standing: Sequence[Entry]) -> Sequence[Entry]:
    """A record is opened before anything is told of it, whatever the dates say: a birth ends no loss."""
    return sorted(standing, key=lambda e: not is_birth(e.body)) if len(standing) > 1 else standing


def _held(draft: _Draft, standing: Sequence[Entry], everything: Sequence[Entry]) -> Custody | None:
    if draft.handed is None:
        return None
    return handover.folded(draft.handed, _text(draft.handed, "eventTime"), handover.heads(standing, everything))


def _finding(draft: _Draft, held: Custody | None) -> str:
    if held is not None and len(held.heads) != 1:
        return CONTRADICTED
    return control_finding(draft.marks) if draft.facts else ""


def _apply(draft: _Draft, entry: Entry) -> None:
    body = entry.body
    had = (draft.holder, draft.place, draft.replaced_by)
    event = _text(body, "countermark:event")
    if is_birth(body):
        draft.facts = body["ilmd"]
        draft.marks, draft.parts = [], []
        _add_marks(draft, _marks_of(draft.facts), entry.event_id)
    elif event == "mark":
        _add_marks(draft, _marks_of(body) or _mark_not_there(draft, body), entry.event_id)
    elif event == "install":
        _install(draft, body, entry.event_id)
    elif event == "remove":
        _remove(draft, body)
    before = draft.status
    _pass_on(draft, event, body)
    if draft.status != before and not {draft.status, before} <= TAKEN_IN:
        time = _text(body, "eventTime")
        draft.since = time if time[:4] != "0001" else entry.recorded.time
    if handover.stated(body):
        draft.handed = body
    elif draft.handed and had != (draft.holder, draft.place, draft.replaced_by) and not is_seconded(entry):
        draft.alone.append(Alone(entry.event_id, "said", entry.recorded.by, entry.recorded.time, had[1]))
    draft.tags = tagged.after(draft.tags, body, entry.event_id)
    draft.last_time = max(draft.last_time, _text(body, "eventTime"))


def _text(body: Body, key: str) -> str:
    """A text field of a body that may come from anywhere; what is no text counts as absent."""
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _marks_of(body: Body) -> list[Body]:
    marks = body.get("countermark:marks")
    return [mark for mark in marks if isinstance(mark, dict)] if isinstance(marks, list) else []


def _mark_named(body: Body) -> list[Body]:
    """The mark an event names in its own columns, if it names one."""
    mark = _text(body, "countermark:mark")
    return [{"component": _text(body, "countermark:component"), "mark": mark}] if mark else []


def _mark_not_there(draft: _Draft, body: Body) -> list[Body]:
    """The mark an event names, unless the weapon bears it: then the event tells when it was put on."""
    return [mark for mark in _mark_named(body) if not any(_is_named(there, mark) for there in draft.marks)]


def _is_named(there: MarkState, mark: Body) -> bool:
    return there.text == mark["mark"] and mark["component"] in ("", there.component) and not there.until


def _add_marks(draft: _Draft, marks: Iterable[Body], event_id: str) -> None:
    """Adds marks, and the parts they are the first to name."""
    for fields in marks:
        mark = _mark(len(draft.marks) + 1, fields, event_id)
        draft.marks.append(mark)
        on = (part for part in draft.parts if not part.until)
        if mark.component and all(part.component != mark.component for part in on):
            draft.parts.append(ComponentState(len(draft.parts) + 1, mark.component, mark.role, mark.text))


def _install(draft: _Draft, body: Body, event_id: str) -> None:
    component, text = _text(body, "countermark:component"), _text(body, "countermark:mark")
    since, other = _text(body, "eventTime"), _text(body, "countermark:other_ref")
    draft.parts.append(ComponentState(len(draft.parts) + 1, component, "other", text, since=since, other_ref=other))
    draft.marks += [_mark(len(draft.marks) + 1, fields, event_id) for fields in _mark_named(body)]


def _remove(draft: _Draft, body: Body) -> None:
    """Ends the newest part the event can mean, and the marks on it; what was fitted later is not touched."""
    component, text = _text(body, "countermark:component"), _text(body, "countermark:mark")
    part = _meant(draft.parts, component, text, _text(body, "countermark:other_ref"))
    if part is not None:
        draft.parts[part.number - 1] = msgspec.structs.replace(part, until=_text(body, "eventTime"))
        twin = any(other.component == part.component and not other.until for other in draft.parts)
        component, text = part.component, part.mark if twin else ""
    if component or text:
        _take_off(draft.marks, component, text, _text(body, "eventTime"))


def _meant(parts: Sequence[ComponentState], component: str, text: str, other_ref: str) -> ComponentState | None:
    for part in reversed(parts):
        named = component in ("", part.component) and other_ref in ("", part.other_ref)
        if named and not part.until and (not text or part.mark in ("", text)):
            return part
    return None


def _take_off(marks: list[MarkState], component: str, text: str, time: str) -> None:
    for index, mark in enumerate(marks):
        if component in ("", mark.component) and text in ("", mark.text) and not mark.until:
            marks[index] = msgspec.structs.replace(mark, until=time)


def _pass_on(draft: _Draft, event: str, body: Body) -> None:
    """What an event says of whose a weapon is, where, under which record, and what it is in law."""
    if event == "same_as" and not is_birth(body) and is_weapon_id(_text(body, "countermark:same_as")):
        draft.replaced_by = body["countermark:same_as"]
    word = EVENTS.get(event)
    if word is None:
        return
    if word.status is not None:
        draft.status = word.status
    receiver = party(body, "destinationList", "destination")
    if word.moves_custody and receiver:
        draft.holder = receiver
    place = body.get("bizLocation")
    if isinstance(place, dict) and isinstance(place.get("id"), str):
        draft.place = place["id"]


def party(body: Body, key: str, inner: str) -> str:
    """The opaque id of the party of a source or destination list, or the empty string; a location is no party."""
    items = body.get(key)
    for item in items if isinstance(items, list) else ():
        name = item.get(inner) if isinstance(item, dict) else None
        if isinstance(name, str) and not _text(item, "type").endswith("location"):
            return name
    return ""


def _mark(number: int, mark: Body, event_id: str) -> MarkState:
    return MarkState(
        number=number,
        component=_text(mark, "component"),
        carrier=_text(mark, "carrier") or "part",
        role=_text(mark, "role") or "other",
        mark_kind=_text(mark, "mark_kind") or "manufacture",
        layer=_text(mark, "layer") or "overt",
        condition=_text(mark, "mark_condition"),
        text=_text(mark, "mark"),
        inscription=_text(mark, "inscription"),
        event_id=event_id,
    )


def control_finding(marks: Sequence[MarkState]) -> str:
    """`control_unclear` where no mark stands for the weapon, or makers' marks that differ do; else the empty string.

    An import or stock mark beside the maker's is a second mark, not a second opinion.
    """
    control = [mark for mark in marks if mark.role == "control" and not mark.until]
    if not control:
        return "control_unclear"
    stated = {canonical(split_prefix(m.text)[1]) for m in control if m.text and m.mark_kind == "manufacture"}
    return "control_unclear" if len(stated) > 1 else ""


def history(entries: Iterable[Entry]) -> list[HistoryEvent]:
    """Every event about a weapon in order, corrected ones included and named as such."""
    in_order = ordered(entries)
    wrong = declared_in_error(in_order)
    return [_line(entry, wrong) for entry in in_order if "errorDeclaration" not in entry.body]


def _line(entry: Entry, wrong: Mapping[str, str]) -> HistoryEvent:
    body = entry.body
    time = _text(body, "eventTime")
    date, place = _part(body, "countermark:date"), _part(body, "bizLocation")
    return HistoryEvent(
        position=entry.position,
        event_id=entry.event_id,
        event=_text(body, "countermark:event") or _text(body, "bizStep") or _text(body, "type"),
        time=time,
        date=_text(date, "text") if "text" in date else time,
        precision=_text(date, "precision") or "instant",
        recorded=entry.recorded.time,
        by=entry.recorded.by,
        sender=party(body, "sourceList", "source"),
        receiver=party(body, "destinationList", "destination"),
        document=_document(body),
        place=_text(place, "id"),
        country=_text(body, "countermark:country"),
        note=entry.recorded.note,
        corrected=entry.event_id in wrong,
        corrects=_text(body, "countermark:corrects"),
        reason=wrong.get(entry.event_id, ""),
        component=_text(body, "countermark:component"),
        mark=_text(body, "countermark:mark"),
        tag=_text(body, "countermark:tag"),
        why=_text(body, EVENT_FIELD),
        custody=str((handover.stated(body) or {}).get("kind", "")),
    )


def _part(body: Body, key: str) -> Body:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _document(body: Body) -> str:
    items = body.get("bizTransactionList")
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return next((_text(item, "bizTransaction") for item in listed), "")
