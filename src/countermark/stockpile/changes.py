"""What was changed of a record of this room: which field, what it said before and after, by whom and when. Read from the acts; no list of its own.

Only of kinds whose acts state the whole value each time (`states.record`). What happened to weapons stands on their records.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from countermark.ledger.entry import Entry
from countermark.ledger.subjects import ordered, text
from countermark.stockpile import states
from countermark.stockpile.projection import PROJECTION

KINDS = ("unit", "policy", "person", "kit", "countplan")
"""The kinds of records whose changes are told."""

KEPT_BACK = frozenset({"location", "card"})
"""Fields of which is said that they changed, and never to what: where a store lies, and the code of a card."""

COLUMNS = {"kit": ("state", "place")}
"""What a record says beside its value; of every other kind its place. (The state of a person on the roster is that of the card.)"""


@dataclass(frozen=True)
class Change:
    """One field that an act changed. `time` is when it was recorded, `by` a person id; values are as acts have them, None for kept back."""

    time: str
    by: str
    field: str
    old: Any
    new: Any
    why: str = ""
    """The id of the side text that gives the reason; empty where none was asked for."""


def of(kind: str, key: str) -> list[Change]:
    """Every change of a record, the newest first; of a kind that is none of `KINDS`, and of what there is not, none."""
    if kind not in KINDS or "\0" in key:
        return []
    acts = ordered(PROJECTION.entries_about(f"{kind}:{key}"), states.OPENING)
    stated = [act for act in acts if isinstance(act.body.get("value"), dict)]
    return list(reversed(list(_changes(stated, COLUMNS.get(kind, ("place",))))))


def _changes(acts: Sequence[Entry], columns: Sequence[str]) -> Iterator[Change]:
    before: Mapping[str, Any] = {}
    for act in acts:
        after = {**act.body["value"], **{name: text(act.body, name) for name in columns}}
        for name in sorted({*before, *after}):
            old, new = before.get(name), after.get(name)
            if (old or None) != (new or None):
                kept = name in KEPT_BACK
                yield Change(
                    act.recorded.time,
                    act.recorded.by,
                    name,
                    None if kept else old,
                    None if kept else new,
                    act.recorded.note,
                )
        before = after
