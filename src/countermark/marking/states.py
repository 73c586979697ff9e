"""What the acts of this room say now: records, numbers, batches and the weapons in them, each folded from its own acts. Pure.

How acts name their subjects, and in what order they stand, is `ledger/subjects.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from countermark.ledger import subjects
from countermark.ledger.entry import Entry
from countermark.ledger.reasons import FIELD
from countermark.ledger.subjects import count as _count
from countermark.ledger.subjects import happened
from countermark.ledger.subjects import text as _text

RECORDS = (
    "authority", "block", "model", "policy", "rule", "machine", "downtime", "maintenance", "consultation", "decision",
    "certificate", "origin", "arrival",
)  # fmt: skip
"""Kinds of subject whose last act states the whole value."""

SHAPES: dict[str, type] = {}
"""What the value of a record must be, by kind: filled by the modules that own them when the program starts."""
_MOST_ROWS = 2**31 - 1

CRITERIA = ("exposed", "conspicuous", "recognisable", "readable", "durable", "recoverable")
"""ITI, paragraph 7: what every required mark must be; the last as far as technically possible."""

BatchState = Literal["draft", "released", "running", "inspected", "closed"]
ItemState = Literal["waiting", "confirmed", "stopped", "applied", "rework", "accepted", "withdrawn"]
FINISHED: tuple[ItemState, ...] = ("accepted", "withdrawn")


class Record(msgspec.Struct, frozen=True):
    """A subject of one of `RECORDS` as its last act states it. `since` is when the first act was recorded, `time` the last."""

    kind: str
    key: str
    value: dict[str, Any]
    place: str
    since: str
    time: str
    by: str
    log: str
    acts: int


class Number(msgspec.Struct, frozen=True):
    """A number issued. `state` is `issued`, `used` (it stands on metal) or `voided`, why is a note and a code; `request` names what it was asked for."""

    subject: str
    authority: str
    number: int
    block: str
    text: str
    state: str
    request: str
    item: str
    time: str
    by: str
    reason: str = ""
    finding: str = ""
    reason_code: str = ""


class Batch(msgspec.Struct, frozen=True):
    """A work order. `place` is an opaque id; `name` and `note` are those of side texts (`batches.batch_of_row` gives the name)."""

    id: str
    name: str
    occasion: str
    profiles: list[str]
    date: str
    authority: str
    place: str
    state: str
    time: str
    by: str
    items: int
    note: str = ""
    finding: str = ""


NUMBER = "‹serial›"
"""Stands in a planned text where a number is still to be issued."""


class Planned(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mark to be put on: `text` as it will stand on the metal, with `NUMBER` where one is still to be issued; empty means
    the number alone. `mark` is the serial or code within the text, where that is not all of it.

    Heights and depths in millimetres; None where no rule asks for one. `role` is `control` for the mark that stands for the weapon.
    """

    component: str
    mark_kind: str
    text: str = ""
    mark: str = ""
    carrier: str = "part"
    role: str = "other"
    method: str = ""
    height_mm: float | None = None
    depth_mm: float | None = None

    @property
    def numbered(self) -> bool:
        """Whether it needs a number of the batch's authority."""
        return not self.text or NUMBER in self.text

    def written(self, number: str) -> str:
        """The text with the number in its place; empty while it needs one that is not there."""
        if not self.numbered:
            return self.text
        return (self.text or NUMBER).replace(NUMBER, number) if number else ""


class Applied(msgspec.Struct, frozen=True):
    """A mark put on: which of the planned ones, in which attempt, how, on what machine (empty: by hand), and the plates used."""

    mark: int
    attempt: int
    text: str
    method: str
    machine: str
    plates: int
    time: str
    by: str
    event_id: str


class Inspection(msgspec.Struct, frozen=True):
    """One look at the result: what of `CRITERIA` holds, photographs by digest, and the decision."""

    attempt: int
    criteria: dict[str, bool]
    photographs: list[str]
    accepted: bool
    time: str
    by: str
    note: str


class Item(msgspec.Struct, frozen=True):
    """One weapon of a batch. `serial` is what its record says it bears; `weapon` its id, empty for a new one.

    `description` is a weapon as `countermark schema marking` has it; `plan` the SHA-256 of the document the plan was kept as,
    with the rules it was made under. `reason` is the opaque id of the side text that says why it stopped.
    """

    id: str
    batch: str
    position: int
    weapon: str
    ref: str
    serial: str
    description: dict[str, Any]
    plan: str
    marks: list[Planned]
    state: str
    attempt: int
    keyed: str
    number: str
    applied: list[Applied]
    inspections: list[Inspection]
    started: str
    time: str
    reason: str = ""
    finding: str = ""

    @property
    def missing(self) -> list[int]:
        """Which planned marks are still to be put on in this attempt."""
        done = {one.mark for one in self.applied if one.attempt == self.attempt}
        return [number for number in range(len(self.marks)) if number not in done]

    @property
    def needs_number(self) -> bool:
        """Whether a planned mark waits for a number."""
        return not self.number and any(mark.numbered for mark in self.marks)

    def text_of(self, mark: int) -> str:
        """What stands on the metal for a planned mark; empty while its number is not assigned."""
        return self.marks[mark].written(self.number)


State = Record | Number | Batch | Item


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Acts in the order of the fold, each eventID once."""
    return subjects.ordered(entries, _OPENING)


_OPENING = frozenset({"marking_batch_made", "marking_item_added", "marking_number_issued"})


def fold(subject: str, entries: Iterable[Entry]) -> State | None:
    """The state of a subject from all acts about it, in any order; None where they do not say what it is."""
    kind, _, key = subject.partition(":")
    acts = ordered(entries)
    if kind in RECORDS:
        return _record(kind, key, acts)
    folder = _FOLDERS.get(kind)
    return folder(key, acts) if folder else None


def _record(kind: str, key: str, acts: Sequence[Entry]) -> Record | None:
    stated = [act for act in acts if _states(kind, act.body.get("value"))]
    if not stated:
        return None
    last = stated[-1]
    return Record(
        kind=kind,
        key=key,
        value=last.body["value"],
        place=_text(last.body, "place"),
        since=stated[0].recorded.time,
        time=last.recorded.time,
        by=last.recorded.by,
        log=last.log,
        acts=len(stated),
    )


def _states(kind: str, value: Any) -> bool:
    """Whether a value is one of its kind; what another version of this program wrote, and this one cannot read, is none."""
    if not isinstance(value, dict):
        return False
    try:
        msgspec.convert(value, SHAPES.get(kind, dict))
    except msgspec.ValidationError:
        return False
    return True


def _number(key: str, acts: Sequence[Entry]) -> Number | None:
    state: Number | None = None
    for act in acts:
        word = act.body["act"]
        if word == "marking_number_issued":
            state = _issued(key, act) if state is None else msgspec.structs.replace(state, finding="issued_twice")
        elif state is not None and word == "marking_mark_applied":
            state = msgspec.structs.replace(state, state="used")
        elif state is not None and word == "marking_number_voided" and state.state == "issued":
            why = {"reason": act.recorded.note, "reason_code": _text(act.body, FIELD)}
            state = msgspec.structs.replace(state, state="voided", **why)
    return state


def _issued(key: str, act: Entry) -> Number | None:
    body = act.body
    number = _count(body, "number")
    if number is None:
        return None
    return Number(
        subject=f"number:{key}",
        authority=_text(body, "authority"),
        number=number,
        block=_text(body, "block"),
        text=_text(body, "text"),
        state="issued",
        request=_text(body, "request"),
        item=_text(body, "item"),
        time=act.recorded.time,
        by=act.recorded.by,
    )


_FORWARD = {"draft": "released", "released": "running", "running": "inspected", "inspected": "closed"}
"""Each state of a batch and the one that follows it."""


def follows(state: str, wanted: str) -> bool:
    """Whether a batch may go from one state to another: one step on, or back to the bench after an inspection."""
    return _FORWARD.get(state) == wanted or (state, wanted) == ("inspected", "running")


def _batch(key: str, acts: Sequence[Entry]) -> Batch | None:
    state: Batch | None = None
    for act in acts:
        word, body = act.body["act"], act.body
        if word == "marking_batch_made" and state is None:
            state = _made(key, act)
        elif state is not None and word == "marking_batch_moved":
            wanted = _text(body, "state")
            finding = state.finding if follows(state.state, wanted) else "out_of_order"
            state = msgspec.structs.replace(state, state=wanted, finding=finding, time=act.recorded.time)
    return state


def _made(key: str, act: Entry) -> Batch:
    body = act.body
    profiles = body.get("profiles")
    return Batch(
        id=key,
        name=_text(body, "name"),
        occasion=_text(body, "occasion"),
        profiles=[str(one) for one in profiles] if isinstance(profiles, list) else [],
        date=_text(body, "date"),
        authority=_text(body, "authority"),
        place=_text(body, "place"),
        state="draft",
        time=act.recorded.time,
        by=act.recorded.by,
        items=min(_count(body, "items") or 0, _MOST_ROWS),
        note=act.recorded.note,
    )


def _item(key: str, acts: Sequence[Entry]) -> Item | None:
    state: Item | None = None
    for act in acts:
        if act.body["act"] == "marking_item_added" and state is None:
            state = _added(key, act)
        elif state is not None and (step := _STEPS.get(act.body["act"])):
            state = msgspec.structs.replace(step(state, act), time=act.recorded.time)
    return state


def _added(key: str, act: Entry) -> Item | None:
    body = act.body
    try:
        marks = msgspec.convert(body.get("marks", []), list[Planned])
    except msgspec.ValidationError:
        return None
    description = body.get("description")
    return Item(
        id=key,
        batch=_text(body, "batch"),
        position=min(_count(body, "position") or 0, _MOST_ROWS),
        weapon=_text(body, "weapon"),
        ref=_text(body, "ref"),
        serial=_text(body, "serial"),
        description=description if isinstance(description, dict) else {},
        plan=_text(body, "plan"),
        marks=marks,
        state="waiting",
        attempt=1,
        keyed="",
        number="",
        applied=[],
        inspections=[],
        started="",
        time=act.recorded.time,
    )


def _keyed(item: Item, act: Entry) -> Item:
    agrees = act.body.get("agrees") is True
    return msgspec.structs.replace(
        item,
        state=("confirmed" if agrees else "stopped") if item.state in ("waiting", "stopped") else item.state,
        keyed=_text(act.body, "keyed"),
        started=item.started or happened(act),
        reason=act.recorded.note,
    )


def _numbered(item: Item, act: Entry) -> Item:
    # A second number for one weapon takes the place of the first, which is voided by an act of its own.
    return msgspec.structs.replace(item, number=_text(act.body, "text"))


def _applied(item: Item, act: Entry) -> Item:
    body = act.body
    mark, attempt = _count(body, "mark"), _count(body, "attempt")
    if mark is None or attempt is None or mark >= len(item.marks):
        return item
    one = Applied(
        mark=mark,
        attempt=attempt,
        text=_text(body, "text"),
        method=_text(body, "method"),
        machine=_text(body, "machine"),
        plates=_count(body, "plates") or 0,
        time=happened(act),
        by=act.recorded.by,
        event_id=_text(body, "event_id"),
    )
    twice = any((there.mark, there.attempt) == (mark, attempt) for there in item.applied)
    after = msgspec.structs.replace(
        item,
        weapon=item.weapon or _text(body, "weapon"),
        applied=[*item.applied, one],
        finding="applied_twice" if twice else item.finding,
    )
    done = item.state in ("confirmed", "rework") and not after.missing
    return msgspec.structs.replace(after, state="applied") if done else after


def _inspected(item: Item, act: Entry) -> Item:
    body = act.body
    criteria, photographs = body.get("criteria"), body.get("photographs")
    one = Inspection(
        attempt=item.attempt,
        criteria={name: criteria.get(name) is True for name in CRITERIA} if isinstance(criteria, dict) else {},
        photographs=[str(name) for name in photographs] if isinstance(photographs, list) else [],
        accepted=body.get("accepted") is True,
        time=happened(act),
        by=act.recorded.by,
        note=act.recorded.note,
    )
    seen = msgspec.structs.replace(item, inspections=[*item.inspections, one])
    if item.state == "accepted" and not one.accepted:
        # Looked at again later, the mark has not lasted: what is to be done about it is a new work order's business.
        return msgspec.structs.replace(seen, finding="worn")
    if item.state != "applied":
        return seen
    if one.accepted:
        return msgspec.structs.replace(seen, state="accepted")
    return msgspec.structs.replace(seen, state="rework", attempt=item.attempt + 1)


def _withdrawn(item: Item, act: Entry) -> Item:
    return msgspec.structs.replace(item, state="withdrawn", reason=act.recorded.note)


_STEPS: Mapping[str, Callable[[Item, Entry], Item]] = {
    "marking_serial_keyed": _keyed,
    "marking_number_issued": _numbered,
    "marking_mark_applied": _applied,
    "marking_inspected": _inspected,
    "marking_item_withdrawn": _withdrawn,
}
_FOLDERS: Mapping[str, Callable[[str, Sequence[Entry]], State | None]] = {
    "number": _number,
    "batch": _batch,
    "item": _item,
}
