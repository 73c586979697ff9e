"""Hand-overs of one weapon, recorded by nodes that may not have known of each other. Pure.

A hand-over is an event with `countermark:custody`: `{"kind", "after": [eventID ...], "account", "due", "receipt", "shipment"}`. `after`
names the hand-overs it found to be the last ones. So what followed from what does not hang on clocks, and two hand-overs that go
on from the same one, of two depots without a line, are seen to contradict each other until a third, which names both, settles it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from countermark.ledger.entry import Entry

FIELD = "countermark:custody"
Body = dict[str, Any]


class Custody(msgspec.Struct, frozen=True):
    """How a weapon of the stockpile is held, as its last hand-over says; who has it and where are the weapon's `holder` and `place`.

    `kind` is a word of the stockpile (`store`, `shift`, `transit` ...), `account` the party that answers for it, `due` a day or a
    time it is to be back by, `since` an event time. `heads` are the hand-overs that no later one names: two of them contradict each other.
    """

    kind: str
    account: str = ""
    due: str = ""
    receipt: str = ""
    shipment: str = ""
    since: str = ""
    heads: tuple[str, ...] = ()


class HandOver(msgspec.Struct, frozen=True):
    """What a new hand-over says besides who, where and when; `after` are the heads it was decided on."""

    kind: str
    after: tuple[str, ...] = ()
    account: str = ""
    due: str = ""
    receipt: str = ""
    shipment: str = ""

    def body(self) -> Body:
        """As it stands in the event, empty fields left out."""
        said = {**msgspec.structs.asdict(self), "after": list(self.after)}
        return {key: value for key, value in said.items() if value}


def stated(body: Body) -> Body | None:
    """The hand-over an event is, or None for any other."""
    value = body.get(FIELD)
    return value if isinstance(value, dict) and isinstance(value.get("kind"), str) else None


def after(body: Body) -> list[str]:
    """The hand-overs a body names as those before it."""
    value = (stated(body) or {}).get("after")
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def in_causal_order(in_time: Sequence[Entry]) -> list[Entry]:
    """Entries in order of time, each hand-over moved behind those it names: a clock that went back reverses nothing."""
    if not any(stated(entry.body) for entry in in_time):
        return list(in_time)
    rank = {entry.event_id: (number, 0) for number, entry in enumerate(in_time)}
    named = {entry.event_id: [name for name in after(entry.body) if name in rank] for entry in in_time}
    for event_id in _ancestors_first(named):
        before = [rank[name] for name in named[event_id]]
        if before and max(before) >= rank[event_id]:
            place, depth = max(before)
            rank[event_id] = (place, depth + 1)
    return sorted(in_time, key=lambda entry: rank[entry.event_id])


def _ancestors_first(named: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """Every name once, after those it names; a ring, which nobody can have made honestly, is cut somewhere."""
    seen: set[str] = set()
    for start in named:
        waiting = [(start, iter(named[start]))] if start not in seen else []
        seen.add(start)
        while waiting:
            name, rest = waiting[-1]
            follow = next((one for one in rest if one not in seen), None)
            if follow is None:
                waiting.pop()
                yield name
            else:
                seen.add(follow)
                waiting.append((follow, iter(named[follow])))


def heads(standing: Sequence[Entry], everything: Sequence[Entry]) -> tuple[str, ...]:
    """The standing hand-overs that no other standing one follows, in order.

    Who named a hand-over that was corrected later has seen its correction; who named one that never happened has seen what that
    one named.
    """
    names = {e.event_id: after(e.body) for e in everything if "errorDeclaration" not in e.body and stated(e.body)}
    standing_ids = [e.event_id for e in standing if e.event_id in names]
    followed = _followed(standing_ids, names)
    _add_corrections(followed, everything)
    return tuple(name for name in standing_ids if name not in followed)


def _followed(standing_ids: Sequence[str], names: Mapping[str, list[str]]) -> set[str]:
    known, followed = set(standing_ids), set[str]()
    waiting = [name for event_id in standing_ids for name in names[event_id]]
    while waiting:
        name = waiting.pop()
        if name in followed:
            continue
        followed.add(name)
        if name not in known:
            waiting += names.get(name, ())
    return followed


def _add_corrections(followed: set[str], everything: Sequence[Entry]) -> None:
    corrections = {e.event_id: e.body.get("countermark:corrects") for e in everything if stated(e.body)}
    grown = True
    while grown:
        more = {name for name, corrected in corrections.items() if corrected in followed and name not in followed}
        followed |= more
        grown = bool(more)


def folded(last: Body, time: str, found: tuple[str, ...]) -> Custody:
    """The state after the last hand-over, whose body is given."""
    said = stated(last) or {}
    texts = {key: value for key, value in said.items() if isinstance(value, str) and key in _TEXTS}
    return Custody(**texts, since=time, heads=found)


_TEXTS = frozenset({"kind", "account", "due", "receipt", "shipment"})
