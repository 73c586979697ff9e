"""What entries say of a weapon: the pure fold, and what findings follow (design, invariants 3 to 5). No database, no clock.

`fold(weapon_id, entries)` is a function of the *set* of entries: it orders them by (event time, recorded time, log, index),
takes each eventID once and leaves out events that were declared in error.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from countermark.ledger.entry import Entry, effective_id
from countermark.ledger.vocabulary import EVENTS
from countermark.marks.text import canonical, split_prefix

NS = "countermark:"
UUID_PREFIX = "urn:uuid:"
CONTROL_COMPONENTS = frozenset({"receiver", "frame", "lower_receiver", "launch_tube", "plate", ""})
UNREADABLE = frozenset({"none", "obliterated", "illegible"})

Body = dict[str, Any]


class MarkState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One mark on a weapon. `number` is its ordinal on the weapon, from 1; `event_id` the event that records it; `until`
    the event time at which the part that carries it was taken off, empty while it is on."""

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
    holder: str = ""
    place: str = ""
    replaced_by: str = ""
    finding: str = ""
    first_recorded: str = ""
    last_time: str = ""
    entries: int = 0
    marks: tuple[MarkState, ...] = ()
    components: tuple[ComponentState, ...] = ()

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


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in the order of the fold, each eventID once."""
    unique: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda e: (e.recorded.time, e.position)):
        unique.setdefault(entry.event_id, entry)
    return sorted(unique.values(), key=_order)


def _order(entry: Entry) -> tuple[str, str, int]:
    return (entry.body.get("eventTime", ""), entry.recorded.time, entry.position)


def declared_in_error(entries: Iterable[Entry]) -> dict[str, str]:
    """Ids of events that a declaration says were wrong, with the declared reason."""
    return {
        effective_id(entry.body, entry.event_id): str(entry.body["errorDeclaration"].get("reason", ""))
        for entry in entries
        if "errorDeclaration" in entry.body
    }


def fold(weapon_id: str, entries: Iterable[Entry]) -> WeaponState:
    """The state of one weapon from all entries about it, in any order."""
    several = list(entries)
    if len(several) == 1 and "errorDeclaration" not in several[0].body:
        return _fold_ordered(weapon_id, several, several)
    in_order = ordered(several)
    wrong = declared_in_error(in_order)
    standing = [e for e in in_order if e.event_id not in wrong and "errorDeclaration" not in e.body]
    return _fold_ordered(weapon_id, standing, in_order)


class _Draft:
    """A state while it is being folded."""

    __slots__ = (
        "born_marks",
        "components",
        "facts",
        "holder",
        "last_time",
        "later_marks",
        "place",
        "replaced_by",
        "status",
    )

    def __init__(self) -> None:
        self.facts: Body = {}
        self.status = "active"
        self.holder = self.place = self.replaced_by = self.last_time = ""
        self.born_marks: list[tuple[Body, str]] = []
        self.later_marks: list[tuple[Body, str]] = []
        self.components: list[tuple[str, Body, str]] = []


def _fold_ordered(weapon_id: str, standing: Sequence[Entry], everything: Sequence[Entry]) -> WeaponState:
    draft = _Draft()
    for entry in standing:
        _apply(draft, entry)
    facts = draft.facts
    named = (*draft.born_marks, *draft.later_marks)
    marks = tuple(_mark(number, mark, event_id) for number, (mark, event_id) in enumerate(named, 1))
    marks = _taken_off(marks, draft.components)
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
        holder=draft.holder,
        place=draft.place,
        replaced_by=draft.replaced_by,
        finding=control_finding(marks) if facts else "",
        first_recorded=min((e.recorded.time for e in everything), default=""),
        last_time=draft.last_time,
        entries=len(everything),
        marks=marks,
        components=_components(marks, draft.components),
    )


def _apply(draft: _Draft, entry: Entry) -> None:
    body = entry.body
    event = body.get("countermark:event", "")
    facts = body.get("ilmd")
    if isinstance(facts, dict) and body.get("action") == "ADD":
        draft.facts = facts
        draft.born_marks = _marks_of(facts, entry.event_id)
    elif event == "mark":
        draft.later_marks += _marks_of(body, entry.event_id)
    elif event in ("install", "remove"):
        draft.components.append((event, body, entry.event_id))
        if event == "install" and _text(body, "countermark:mark"):
            fitted = {"component": _text(body, "countermark:component"), "mark": _text(body, "countermark:mark")}
            draft.later_marks.append((fitted, entry.event_id))
    elif event == "same_as":
        draft.replaced_by = _text(body, "countermark:same_as")
    _move(draft, event, body)
    time = body.get("eventTime", "")
    draft.last_time = max(draft.last_time, time)


def _text(body: Body, key: str) -> str:
    """A text field of a body that may come from anywhere; what is no text counts as absent."""
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _marks_of(body: Body, event_id: str) -> list[tuple[Body, str]]:
    marks = body.get("countermark:marks")
    return [(mark, event_id) for mark in marks if isinstance(mark, dict)] if isinstance(marks, list) else []


def _move(draft: _Draft, event: str, body: Body) -> None:
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
    """The opaque id of the party of a source or destination list, or the empty string."""
    for item in body.get(key) or ():
        name = item.get(inner) if isinstance(item, dict) else None
        if isinstance(name, str):
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


def _taken_off(marks: tuple[MarkState, ...], moves: Sequence[tuple[str, Body, str]]) -> tuple[MarkState, ...]:
    """Marks whose part was removed get the time; a mark fitted by a later event than the removal stays."""
    if not moves:
        return marks
    left = list(marks)
    seen: set[str] = set()
    for event, body, event_id in moves:
        seen.add(event_id)
        if event != "remove":
            continue
        component, text = _text(body, "countermark:component"), _text(body, "countermark:mark")
        later = {other for _, _, other in moves} - seen
        for index, mark in enumerate(left):
            same = mark.component == component and (not text or mark.text == text)
            if same and not mark.until and mark.event_id not in later:
                left[index] = msgspec.structs.replace(mark, until=_text(body, "eventTime"))
    return tuple(left)


def _components(marks: Sequence[MarkState], moves: Sequence[tuple[str, Body, str]]) -> tuple[ComponentState, ...]:
    """Parts named by marks, then parts installed later; a removal ends the newest matching part."""
    parts: list[ComponentState] = []
    fitted = {event_id for event, _, event_id in moves if event == "install"}
    for mark in marks:
        if mark.component and mark.event_id not in fitted and all(part.component != mark.component for part in parts):
            parts.append(ComponentState(len(parts) + 1, mark.component, mark.role, mark.text))
    for event, body, _ in moves:
        component = _text(body, "countermark:component")
        text = _text(body, "countermark:mark")
        time = _text(body, "eventTime")
        if event == "install":
            other = _text(body, "countermark:other_ref")
            parts.append(ComponentState(len(parts) + 1, component, "other", text, since=time, other_ref=other))
            continue
        for index in range(len(parts) - 1, -1, -1):
            part = parts[index]
            if part.component == component and not part.until and (not text or part.mark in ("", text)):
                parts[index] = msgspec.structs.replace(part, until=time)
                break
    return tuple(parts)


def history(entries: Iterable[Entry]) -> list[HistoryEvent]:
    """Every event about a weapon in order, corrected ones included and named as such."""
    in_order = ordered(entries)
    wrong = declared_in_error(in_order)
    return [_line(entry, wrong) for entry in in_order if "errorDeclaration" not in entry.body]


def _line(entry: Entry, wrong: dict[str, str]) -> HistoryEvent:
    body = entry.body
    date = body.get("countermark:date") or {}
    place = body.get("bizLocation")
    documents = [
        item.get("bizTransaction", "") for item in body.get("bizTransactionList") or () if isinstance(item, dict)
    ]
    return HistoryEvent(
        position=entry.position,
        event_id=entry.event_id,
        event=str(body.get("countermark:event") or body.get("bizStep") or body.get("type") or ""),
        time=body.get("eventTime", ""),
        date=str(date.get("text", body.get("eventTime", ""))),
        precision=str(date.get("precision", "instant")),
        recorded=entry.recorded.time,
        by=entry.recorded.by,
        sender=party(body, "sourceList", "source"),
        receiver=party(body, "destinationList", "destination"),
        document=documents[0] if documents else "",
        place=str(place.get("id", "")) if isinstance(place, dict) else "",
        country=str(body.get("countermark:country", "")),
        note=entry.recorded.note,
        corrected=entry.event_id in wrong,
        corrects=str(body.get("countermark:corrects", "")),
        reason=wrong.get(entry.event_id, ""),
        component=str(body.get("countermark:component", "")),
        mark=str(body.get("countermark:mark", "")),
    )
