"""One weapon's record: what the ledger says now, everything that was ever said, and how it is shown to programs."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from countermark.ledger import reasons, store
from countermark.ledger.entry import Entry, effective_id
from countermark.register import mentions, projection, services
from countermark.register.corrected import Difference, differences
from countermark.register.rules import (
    ComponentState,
    HistoryEvent,
    MarkState,
    WeaponState,
    history,
    is_weapon_id,
    weapons_of,
)

LONGEST_CHAIN = 50
"""Records joined one to the next; a longer chain is a loop made by logs of several nodes."""


class Declaration(msgspec.Struct, frozen=True):
    """That an event was recorded in error: when, by whom, why (`code`, and the id of a side text), and the eventID of what takes its place."""

    time: str
    by: str
    reason: str
    replacement: str = ""
    code: str = ""


class Record(msgspec.Struct, frozen=True):
    """A weapon, the records joined to it (`same_as`) and all their events in order.

    `asked` is the id that was asked for, which differs from `state.id` where that record was joined to another. `names`
    are the texts behind opaque ids; erased ones are left out. `about` tells which record an event (by position) was
    written for.
    """

    asked: str
    state: WeaponState
    joined: tuple[WeaponState, ...]
    history: tuple[HistoryEvent, ...]
    about: dict[int, str]
    declared: dict[str, Declaration]
    names: dict[str, str]
    changed: dict[str, tuple[Difference, ...]] = {}
    """What was changed of an event that was corrected, by its eventID."""


def record(weapon_id: str) -> Record | None:
    """The record of a weapon, or of the one it was found to be; None when no entry is about it."""
    state = surviving(weapon_id)
    if state is None:
        return None
    joined = joined_to(state.id)
    entries = projection.entries_of([state.id, *(other.id for other in joined)])
    lines = history(entries)
    declared = declarations(entries)
    urns = [urn for line in lines for urn in named(line)] + [state.holder, state.place]
    urns += [urn for one in declared.values() for urn in (one.by, one.reason)]
    changed = differences(entries)
    return Record(
        asked=weapon_id,
        state=state,
        joined=tuple(joined),
        history=tuple(lines),
        about={entry.position: next(iter(weapons_of(entry.body)), "") for entry in entries},
        declared=declared,
        names=services.side_texts([urn for urn in dict.fromkeys(urns) if urn]),
        changed=changed,
    )


def declarations(entries: Iterable[Entry]) -> dict[str, Declaration]:
    """The last declaration of each event declared in error, by its eventID."""
    found: dict[str, Declaration] = {}
    for entry in sorted(entries, key=lambda e: (e.recorded.time, e.position)):
        declared = entry.body.get("errorDeclaration")
        if isinstance(declared, dict):
            replacements = declared.get("correctiveEventIDs") or [""]
            stated = reasons.stated(entry.kind, entry.body)
            of = effective_id(entry.body, entry.event_id)
            found[of] = Declaration(
                entry.recorded.time,
                entry.recorded.by,
                _words_of(declared),
                str(replacements[0]),
                stated[1] if stated else "",
            )
    return found


def _words_of(declared: Mapping[str, Any]) -> str:
    """The words of a declaration; where it has neither words of ours nor a code, what another program's standard says."""
    words = declared.get("countermark:reason") or ""
    return str(words if words or reasons.EVENT_FIELD in declared else declared.get("reason") or "")


def named(line: HistoryEvent) -> list[str]:
    """The opaque ids a line of history names."""
    urns = (line.sender, line.receiver, line.place, line.document, line.note, line.by)
    return [urn for urn in urns if urn]


def surviving(weapon_id: str) -> WeaponState | None:
    """The state of a weapon, following `same_as` to the record it is shown under; None for an unknown id."""
    wanted = weapon_id.lower()
    if not is_weapon_id(wanted):
        return None
    state = projection.state_of(wanted)
    seen: set[str] = set()
    while state is not None and state.replaced_by and state.id not in seen and len(seen) < LONGEST_CHAIN:
        seen.add(state.id)
        following = projection.state_of(state.replaced_by)
        if following is None or following.id in seen:
            break
        state = following
    return state


def joined_to(weapon_id: str) -> list[WeaponState]:
    """The records that are shown under this one, however many joins away."""
    found: dict[str, WeaponState] = {}
    waiting = [weapon_id]
    while waiting and len(found) < LONGEST_CHAIN:
        target = waiting.pop()
        for state in _joined_directly(target):
            if state.id not in found and state.id != weapon_id:
                found[state.id] = state
                waiting.append(state.id)
    return sorted(found.values(), key=lambda state: state.id)


def _joined_directly(weapon_id: str) -> list[WeaponState]:
    entries = store.entries_at(mentions.positions(weapon_id))
    candidates = {other for entry in entries if entry.kind == "event" for other in weapons_of(entry.body)}
    states = projection.states_of(sorted(candidates)) if candidates else {}
    return [state for state in states.values() if state.replaced_by == weapon_id]


def as_json(found: Record, names: dict[str, str] | None = None) -> dict[str, Any]:
    """The contract's `show` shape, with more fields. `names` replaces the texts where some must stay hidden."""
    texts = found.names if names is None else names
    state = found.state
    return {
        "weapon_id": state.id,
        "ref": state.ref,
        "source": state.source,
        "kind": state.kind,
        "maker": state.maker,
        "model": state.model,
        "calibre": state.calibre,
        "country": state.country,
        "year": state.year,
        "status": state.status,
        "finding": state.finding,
        "holder": texts.get(state.holder, state.holder),
        "place": texts.get(state.place, state.place),
        "joined": [{"weapon_id": other.id, "ref": other.ref, "source": other.source} for other in found.joined],
        "components": [_component(part) for part in state.components],
        "marks": [_mark(mark) for mark in all_marks(found)],
        "history": [_line(line, found, texts) for line in found.history],
    }


def all_marks(found: Record) -> Iterable[MarkState]:
    """The marks of a weapon and of the records joined to it."""
    return [mark for state in (found.state, *found.joined) for mark in state.marks]


def _component(part: ComponentState) -> dict[str, Any]:
    return {
        "component": part.component,
        "role": part.role,
        "mark": part.mark,
        "since": part.since or None,
        "until": part.until or None,
        "other_ref": part.other_ref,
    }


def _mark(mark: MarkState) -> dict[str, Any]:
    return {
        "component": mark.component,
        "carrier": mark.carrier,
        "role": mark.role,
        "mark_kind": mark.mark_kind,
        "layer": mark.layer,
        "mark": mark.text,
        "inscription": mark.inscription,
        "mark_condition": mark.condition,
        "until": mark.until or None,
    }


def _line(line: HistoryEvent, found: Record, names: dict[str, str]) -> dict[str, Any]:
    declared = found.declared.get(line.event_id)
    reason = declared.reason if declared else ""
    return {
        "eventID": line.event_id,
        "event": line.event,
        "date": line.date,
        "precision": line.precision,
        "recorded": line.recorded,
        "from": names.get(line.sender, line.sender),
        "to": names.get(line.receiver, line.receiver),
        "document": names.get(line.document, line.document),
        "place": names.get(line.place, line.place),
        "country": line.country,
        "note": names.get(line.note, line.note),
        "by": names.get(line.by, line.by),
        "component": line.component,
        "mark": line.mark,
        "tag": line.tag,
        "corrected": line.corrected,
        "reason": names.get(reason, reason),
        "reason_code": declared.code if declared else "",
        "why": line.why,
        "replacement": declared.replacement if declared else "",
        "changes": [
            {
                "field": one.column,
                "mark": one.mark,
                "old": names.get(one.old, one.old),
                "new": names.get(one.new, one.new),
            }
            for one in found.changed.get(line.event_id, ())
        ],
        "corrects": line.corrects,
        "weapon_id": found.about.get(line.position, ""),
    }
