"""At the bench: confirm the old serial, assign a number, put on the marks, inspect, accept or send back.

However often a button is pressed, each step is recorded once: what is done already is answered with the weapon as it stands. A
form says which `attempt` it was made for, so that one sent again after a rework does not count for the next attempt. Every mark put
on is one `mark` event of the weapon, in the same transaction as the act that tells of it. `happened` (RFC 3339 UTC) is for what
was written on paper and is keyed in later.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from countermark.ledger import services
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, Draft
from countermark.marking import acts, batches, equipment, events, numbering
from countermark.marking.acts import refuse
from countermark.marking.batches import batch, item
from countermark.marking.models import ItemRow
from countermark.marking.numbering import Wanted
from countermark.marking.states import CRITERIA, Batch, Item
from countermark.marks.sentences import Sentence, said
from countermark.marks.text import canonical, split_prefix
from countermark.register import photographs

HAND = "hand_stamp"
AS_FAR_AS_POSSIBLE = frozenset({"recoverable"})
"""Criteria of ITI 7 that a mark must meet only as far as technically possible."""
MOST_PHOTOGRAPHS = 6


def key_serial(item_id: str, first: str, second: str, *, happened: str = "", by: Actor) -> Item:
    """Records the old serial as read off the weapon and keyed twice; the first one keyed sets a released batch running.

    Where the record says something else the weapon is `stopped`, and both are shown. Both empty says that there is none. Raises
    `Refused` with `again` when the two differ from each other: nothing is recorded then.
    """
    if _read(first) != _read(second):
        raise refuse("second", second, Sentence("the same as keyed first, %(first)s", first=first), "again")
    with acts.alone():
        found, order = _at_work(item_id)
        if found.state in ("confirmed", "applied", "rework", "accepted") and _read(found.keyed) == _read(first):
            return found
        _require(found, "waiting", "stopped")
        agrees = _read(first) == _read(found.serial)
        fields = {"batch": found.batch, "weapon": found.weapon, "keyed": first.strip(), "agrees": agrees}
        act = acts.draft("marking_serial_keyed", _subjects(found), {**fields, "happened": _moment(happened)})
        acts.append([*_started(order), act], by=by)
    return item(item_id)


def _read(text: str) -> str:
    """A serial as it is compared: however spaced, without the "(1)" before it."""
    return canonical(split_prefix(text)[1])


def go_on(item_id: str, *, reason: str, by: Actor) -> Item:
    """Lets a stopped weapon go on although its serial is not what the record says. Raises `Refused` without a reason."""
    acts.required("reason", reason, "why the marking goes on")
    with acts.alone():
        found, _ = _at_work(item_id)
        if found.state == "confirmed":
            return found
        _require(found, "stopped")
        fields = {"batch": found.batch, "weapon": found.weapon, "keyed": found.keyed, "agrees": True, "overruled": True}
        acts.append([acts.draft("marking_serial_keyed", _subjects(found), fields, note=reason)], by=by)
    return item(item_id)


def assign_number(item_id: str, *, by: Actor) -> Item:
    """Assigns the next number of the batch's authority; a weapon that has one keeps it. Raises `Refused` when none is left."""
    with acts.alone():
        found, order = _at_work(item_id)
        if found.number:
            return found
        _require(found, "waiting", "confirmed", "rework")
        _issue(found, order, by)
    return item(item_id)


def assign_numbers(batch_id: str, *, by: Actor) -> int:
    """Assigns a number to every weapon of a batch that still needs one, for machines and paper sheets; returns how many.

    Raises `Refused` when this node's blocks hold too few: then none is assigned.
    """
    with acts.alone():
        rows = ItemRow.objects.filter(batch=batch_id, number="", state__in=("waiting", "confirmed", "rework"))
        waiting = [one for one in map(batches.item_of_row, rows.order_by("position")) if one.needs_number]
        if waiting:
            authority = numbering.authority(batch(batch_id).authority)
            numbering.issue_for(authority, [Wanted(item=one.id, weapon=one.weapon) for one in waiting], by=by)
    return len(waiting)


def renumber(item_id: str, number: str, *, reason: Reason | str, by: Actor) -> Item:
    """Assigns another number instead of `number`, which is voided unless it stands on metal; `reason` is of the list `number_voided`. Harmless to repeat.

    Raises `Refused` without a reason, and where no number is left.
    """
    why = acts.reason_of("number_voided", reason)
    with acts.alone():
        found, order = _at_work(item_id)
        if found.number != number:
            return found
        _require(found, "confirmed", "rework")
        _issue(found, order, by)
        for old in numbering.of_item(item_id):
            if old.text == number and old.state == "issued":
                numbering.void(old.authority, old.number, reason=why, by=by)
    return item(item_id)


def _issue(found: Item, order: Batch, by: Actor) -> None:
    authority = numbering.authority(order.authority)
    numbering.issue_for(authority, [Wanted(item=found.id, weapon=found.weapon)], by=by)


def apply(
    item_id: str,
    marks: Sequence[int] | None = None,
    *,
    attempt: int,
    method: str,
    machine: str = "",
    plates: int = 0,
    happened: str = "",
    by: Actor,
) -> Item:
    """Records that planned marks (by number; all that are missing, if None) were put on by a machine, or by hand without one.

    Raises `Refused` before the serial is confirmed, for a machine that is down, a mark whose number is not assigned yet, and for
    the facts of a new weapon that a file's row would be refused for.
    """
    with acts.alone():
        found, _ = _at_work(item_id)
        wanted = [mark for mark in (found.missing if marks is None else marks) if mark in found.missing]
        if found.attempt != attempt or not wanted:
            return found
        _require(found, "confirmed", "rework")
        if machine:
            equipment.require_running(machine)
        for mark in wanted:
            if not found.text_of(mark):
                raise refuse("number", "", "a number, which is to be assigned first", "missing")
            fields = {"method": method, "machine": machine, "plates": plates, "happened": _moment(happened)}
            acts.append(_applied(found, mark, fields), by=by)
            found, plates = item(item_id), 0
    return found


def _applied(found: Item, mark: int, fields: Mapping[str, Any]) -> list[Draft]:
    """The event of the weapon (unless the same text was put on before) and the act of the bench."""
    text = found.text_of(mark)
    before = [one for one in found.applied if one.mark == mark and one.text == text]
    if before:
        weapon, event_id, drafts = found.weapon, before[-1].event_id, []
    else:
        made = events.mark_put_on(found, mark, str(fields["happened"]) or _clock())
        weapon, event_id, drafts = made.weapon, made.event_id, [made.draft]
    said = {**fields, "batch": found.batch, "weapon": weapon, "mark": mark, "attempt": found.attempt, "text": text}
    subjects = _subjects(found)
    if found.marks[mark].numbered:
        subjects += [number.subject for number in numbering.of_item(found.id) if number.text == found.number]
    if machine := str(fields["machine"]):
        subjects.append(f"machine:{machine}")
    return [*drafts, acts.draft("marking_mark_applied", subjects, {**said, "event_id": event_id})]


def inspect(
    item_id: str,
    criteria: Iterable[str],
    *,
    attempt: int,
    accepted: bool,
    photographs_taken: Sequence[bytes] = (),
    note: str = "",
    happened: str = "",
    by: Actor,
) -> Item:
    """Records one inspection: which of `CRITERIA` (ITI 7) hold, photographs (JPEG or PNG, metadata taken out), and the decision.

    Raises `Refused` before the marks are on, for accepting where a criterion fails, for a rework without a note, and for a
    photograph that is none.
    """
    held = _known_criteria(criteria)
    if accepted and (failed := [name for name in CRITERIA if name not in held | AS_FAR_AS_POSSIBLE]):
        raise refuse("accepted", failed[0], "a mark that meets the criterion, or a rework", "criteria")
    if not accepted:
        acts.required("note", note, "what is to be done again")
    pictures = _pictures(photographs_taken)
    with acts.alone():
        found, _ = _at_work(item_id)
        if found.attempt != attempt or found.state == "accepted":
            return found
        _require(found, "applied")
        _record_inspection(found, held, pictures, accepted=accepted, note=note, happened=happened, by=by)
    return item(item_id)


Pictures = Sequence[tuple[bytes, str]]


def _known_criteria(criteria: Iterable[str]) -> set[str]:
    held = set(criteria)
    if unknown := sorted(held - set(CRITERIA)):
        raise refuse("criteria", unknown[0], acts.one_of(CRITERIA), "unknown")
    return held


def _pictures(photographs_taken: Sequence[bytes]) -> Pictures:
    if len(photographs_taken) > MOST_PHOTOGRAPHS:
        expected = Sentence("at most %(most)d", most=MOST_PHOTOGRAPHS)
        raise refuse("photographs", str(len(photographs_taken)), expected, "range")
    return [_photograph(data) for data in photographs_taken]


def _record_inspection(
    found: Item, held: set[str], pictures: Pictures, *, accepted: bool, note: str, happened: str, by: Actor
) -> None:
    fields = {
        "batch": found.batch,
        "weapon": found.weapon,
        "attempt": found.attempt,
        "criteria": {name: name in held for name in CRITERIA},
        "photographs": [hashlib.sha256(data).hexdigest() for data, _ in pictures],
        "accepted": accepted,
        "happened": _moment(happened),
    }
    kept = tuple(services.attachment(data, media_type) for data, media_type in pictures)
    acts.append([acts.draft("marking_inspected", _subjects(found), fields, note=note, kept=kept)], by=by)


def look_again(
    item_id: str,
    criteria: Iterable[str],
    *,
    seen: int,
    photographs_taken: Sequence[bytes] = (),
    note: str = "",
    by: Actor,
) -> Item:
    """Records that an accepted mark was looked at again after some time: it has lasted when every criterion still holds.

    `seen` is how many inspections the form showed, so that it counts once. One that has not lasted is the finding `worn`. Raises
    `Refused` for a weapon that was not accepted.
    """
    held = _known_criteria(criteria)
    pictures = _pictures(photographs_taken)
    with acts.alone():
        found = item(item_id)
        if len(found.inspections) != seen:
            return found
        _require(found, "accepted")
        lasted = all(name in held for name in CRITERIA if name not in AS_FAR_AS_POSSIBLE)
        _record_inspection(found, held, pictures, accepted=lasted, note=note, happened="", by=by)
    return item(item_id)


def _photograph(data: bytes) -> tuple[bytes, str]:
    try:
        return photographs.without_metadata(data)
    except ValueError as error:
        raise refuse("photographs", "", said(error), "form") from error


def withdraw(item_id: str, *, reason: Reason | str, by: Actor) -> Item:
    """Takes a weapon out of its batch; a number assigned and not put on is voided for the same reason, of the list `number_voided`.

    Raises `Refused` once it is accepted.
    """
    why = acts.reason_of("number_voided", reason)
    with acts.alone():
        found = item(item_id)
        if found.state == "withdrawn":
            return found
        _require(found, "waiting", "confirmed", "stopped", "applied", "rework")
        fields = {"batch": found.batch, "weapon": found.weapon}
        acts.append([acts.draft("marking_item_withdrawn", _subjects(found), fields, reason=why)], by=by)
        for number in numbering.of_item(item_id):
            if number.state == "issued":
                numbering.void(number.authority, number.number, reason=why, by=by)
    return item(item_id)


def _subjects(found: Item) -> list[str]:
    return [f"item:{found.id}"]


def _at_work(item_id: str) -> tuple[Item, Batch]:
    found = item(item_id)
    order = batch(found.batch)
    if order.state not in ("released", "running"):
        raise refuse(
            "batch", order.name, Sentence("a batch that is released; this one is %(state)s", state=order.state), "state"
        )
    return found, order


def _started(order: Batch) -> list[Draft]:
    return [batches.moved(order.id, "running")] if order.state == "released" else []


def _require(found: Item, *wanted: str) -> None:
    if found.state not in wanted:
        expected = Sentence("a weapon that is %(wanted)s, not %(state)s", wanted=" / ".join(wanted), state=found.state)
        raise refuse("item", found.ref or found.id, expected, "state")


def _moment(happened: str) -> str:
    """When something on paper happened, as RFC 3339 UTC; empty for now. Raises `Refused`."""
    if not happened:
        return ""
    try:
        moment = datetime.fromisoformat(happened)
    except ValueError as error:
        raise refuse("happened", happened, "a time such as 2026-05-04T13:30:00Z", "form") from error
    if moment.tzinfo is None or moment > datetime.now(UTC):
        raise refuse("happened", happened, "a time with its offset, not in the future", "form")
    return _written(moment.astimezone(UTC))


def _clock() -> str:
    return _written(datetime.now(UTC))


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
