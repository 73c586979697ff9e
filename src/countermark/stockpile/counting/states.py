"""What the acts of counting say: plans, counts, the sheets of counters, the lines on them, and decisions. Pure.

A count stays small however many weapons it is about: what was expected is a document named by its digest, and lines lie in blocks of their own.
"""

from collections.abc import Sequence

import msgspec

from countermark.ledger.entry import Entry
from countermark.ledger.subjects import count, happened, text, texts
from countermark.stockpile import states
from countermark.stockpile.counting.rules import Line, next_due
from countermark.stockpile.states import Subject, to


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often a place is counted: `kind` of `rules.PLAN_KINDS`, the id of the `preset` it follows, `days` between counts (0: on an occasion),
    the `first` day (ISO), how many blind `counters`. `last` is the day of the last count that was closed; `ended` takes it out of use.
    """

    kind: str
    preset: str
    first: str
    days: int = 0
    counters: int = 1
    last: str = ""
    ended: bool = False


class Count(msgspec.Struct, frozen=True, omit_defaults=True):
    """A count. `expected` is the digest of the document with what the register said when it was opened (`expectation`), `items` how many
    weapons were to be there, `out` how many were issued. `result` is the digest of what it came to, `figures` its outcomes in numbers,
    `counted` the time of the last sheet, `recorded` how many weapons of those found have their event; `accepted` is `recount` where who closed
    it answers for a recount by one of the two who counted blind.
    """

    kind: str
    preset: str
    expected: str
    items: int
    out: int = 0
    counters: int = 1
    result: str = ""
    figures: dict[str, int] = {}
    people: tuple[str, ...] = ()
    closed_by: str = ""
    counted: str = ""
    seen: int = 0
    recorded: int = 0
    incidents: int = 0
    accepted: str = ""


RECOUNT, SAMPLE = "recount", "sample"


class Sheet(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sheet of one person: its `number` is their own, so that two depots give two sheets without knowing of each other; or it is `recount`, or
    `sample` (what is read by eye after a reader counted).
    """

    number: str
    person: str
    ended: str = ""
    closing: str = ""

    @property
    def role(self) -> str:
        """`counter`, `recount` or `sample`."""
        return self.number if self.number in (RECOUNT, SAMPLE) else "counter"


class Block(msgspec.Struct, frozen=True):
    """Some lines of a sheet."""

    lines: tuple[Line, ...]


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be done about one exception, by whom it was decided, and the note that says why."""

    item: str
    outcome: str
    word: str
    reason: str


def _closed(subject: Subject, act: Entry) -> Subject:
    said = {name: text(act.body, name) for name in ("result", "closed_by", "counted", "accepted")}
    figures = act.body.get("figures")
    numbers = {key: n for key in figures if (n := count(figures, key)) is not None} if isinstance(figures, dict) else {}
    totals = {name: count(act.body, name) or 0 for name in ("seen", "incidents")}
    value = {**subject.value, **said, **totals, "figures": numbers, "people": texts(act.body, "people")}
    finding = subject.finding if subject.state == "open" else "out_of_order"
    return msgspec.structs.replace(subject, state="closed", value=value, finding=finding)


def _recorded(subject: Subject, act: Entry) -> Subject:
    most = max(subject.value.get("recorded", 0), count(act.body, "recorded") or 0)
    return msgspec.structs.replace(subject, value={**subject.value, "recorded": most})


def _begun_again(subject: Subject, act: Entry) -> Subject:
    """Two depots gave one sheet to two people: whose lines are whose nobody can say."""
    value = act.body.get("value")
    person = text(value, "person") if isinstance(value, dict) else ""
    return subject if person == subject.value["person"] else msgspec.structs.replace(subject, finding="two_people")


def _ended(subject: Subject, act: Entry) -> Subject:
    if subject.state == "ended":
        return subject
    value = {**subject.value, "ended": happened(act), "closing": act.event_id}
    return msgspec.structs.replace(subject, state="ended", value=value)


states.machine(
    "count",
    "stockpile_count_opened",
    {
        "stockpile_count_closed": _closed,
        "stockpile_count_recorded": _recorded,
        "stockpile_count_cancelled": to("cancelled", after=("open",)),
    },
    state="open",
    shape=Count,
)
states.machine(
    "countsheet",
    "stockpile_count_begun",
    {"stockpile_count_begun": _begun_again, "stockpile_count_ended": _ended},
    state="open",
    shape=Sheet,
)
states.record("countdecision", Decision)


def _plan(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
    """The plan as last stated, and when its next count is due after the last one that was closed."""
    stated = [
        act
        for act in acts
        if act.body["act"] == "stockpile_countplan_set" and states.reads(act.body.get("value"), Plan)
    ]
    if not stated:
        return None
    found = states.opened(kind, key, stated[-1])
    plan = found.of(Plan)
    counted = [act for act in acts if act.body["act"] == "stockpile_count_closed"]
    last = max((text(act.body, "counted")[:10] for act in counted), default="")
    due = "" if plan.ended else next_due(plan.first, plan.days, last)
    return msgspec.structs.replace(
        found, due=due, state="ended" if plan.ended else "open", value={**found.value, "last": last}
    )


states.FOLDERS["countplan"] = _plan


def _lines(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
    """The lines of a block: each scan once, and none that was taken back, whichever came first."""
    kept: dict[str, Line] = {}
    gone: set[str] = set()
    for act in acts:
        gone.update(texts(act.body, "scans"))
        for line in _read(act):
            kept.setdefault(line.id, line)
    lines = [msgspec.to_builtins(line) for line in kept.values() if line.id not in gone]
    return Subject(kind, key, value={"lines": lines}, parent=f"countsheet:{key.rpartition('.')[0]}")


def _read(act: Entry) -> list[Line]:
    said = act.body.get("lines")
    found = []
    for one in said if isinstance(said, list) else []:
        try:
            found.append(msgspec.convert(one, Line))
        except msgspec.ValidationError:
            continue
    return found


states.FOLDERS["countlines"] = _lines
