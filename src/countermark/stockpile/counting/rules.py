"""What a count comes to: every item in exactly one outcome, whatever order the scans came in and however often. Pure.

Sources: PoA II.17 (inventory management and accounting control), MOSAIC 05.20, norms 4.3: separate duties, blind counters, a decision on every
exception before the count is closed.
"""

import datetime as dt
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical

PLAN_KINDS = ("full", "cyclic", "surprise", "rack")
OUTCOMES = (
    "found", "out", "elsewhere", "unexpected", "not_found", "unreadable", "tag_mismatch", "differs", "misread",
)  # fmt: skip
"""`out`: issued, and not in the store. `differs`: the two counters do not agree, so it is counted again. `misread`: seen once, and not there
when it was counted again.
"""
EXCEPTIONS = ("elsewhere", "unexpected", "not_found", "unreadable", "tag_mismatch")
"""Outcomes that need a decision before the count is closed."""
DECISIONS: Mapping[str, tuple[str, ...]] = {
    "elsewhere": ("put_back", "record_move", "explained"),
    "unexpected": ("record_receipt", "give_back", "investigate", "explained"),
    "not_found": ("incident", "investigate", "explained"),
    "unreadable": ("mark_again", "investigate", "explained"),
    "tag_mismatch": ("bind_again", "investigate", "explained"),
}
"""What may be decided on each: what is to be done by somebody else afterwards. A count itself moves nothing."""
SEEN, UNREADABLE, TAG_MISMATCH = "seen", "unreadable", "tag_mismatch"
WHAT = (SEEN, UNREADABLE, TAG_MISMATCH)
BY_READER = "reader"

State = Literal["in", "out"]
Apart = Callable[[str, str], bool]


class Expected(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A weapon as the register had it when the count was opened: `place` is an id, `state` whether it was to be there or issued."""

    weapon: str
    serial: str
    place: str
    state: State


class Line(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One scan of a counter. `id` is the scan's own, `weapon` what it led to (empty: nothing known), `text` what was read, `place` where it
    stood (empty: not said), `eye` the mark read by eye where the tag says something else, `at` the device's time.
    """

    id: str
    weapon: str = ""
    text: str = ""
    place: str = ""
    what: str = SEEN
    eye: str = ""
    how: str = ""
    at: str = ""


class Sight(msgspec.Struct, frozen=True, gc=False):
    """What one sheet says of one item."""

    what: str
    place: str = ""
    text: str = ""
    eye: str = ""
    weapon: str = ""


class Result(msgspec.Struct, frozen=True, gc=False):
    """What a count says of one item: a weapon's id, `text:<what was read>` or `unreadable:<place>:<number>`.

    `expected` is the place the register said, `place` the one it was seen at.
    """

    item: str
    outcome: str
    weapon: str = ""
    text: str = ""
    expected: str = ""
    place: str = ""
    eye: str = ""
    state: str = ""


class Tree:
    """Which places lie within which: a weapon seen in a rack of the room it is to be in is where it is to be."""

    def __init__(self, parents: Mapping[str, str]) -> None:
        self._parents = parents

    def apart(self, one: str, other: str) -> bool:
        """Whether neither place lies within the other; a place nobody named lies within all."""
        return bool(one and other) and not (self._within(one, other) or self._within(other, one))

    def _within(self, place: str, other: str) -> bool:
        seen: set[str] = set()
        while place and place not in seen:
            if place == other:
                return True
            seen.add(place)
            place = self._parents.get(place, "")
        return False


_RANK = {TAG_MISMATCH: 2, UNREADABLE: 1, SEEN: 0}


def sights(lines: Iterable[Line]) -> dict[str, Sight]:
    """What a sheet says of each item. Lines are a set: each id counts once, their order does not matter."""
    of: dict[str, list[Line]] = defaultdict(list)
    nameless: dict[str, list[Line]] = defaultdict(list)
    for line in _unique(lines):
        if line.weapon or line.what != UNREADABLE:
            of[line.weapon or f"text:{canonical(line.text) or line.text}"].append(line)
        else:
            nameless[line.place].append(line)
    for place, some in nameless.items():
        for number, line in enumerate(sorted(some, key=lambda line: line.id), 1):
            of[f"unreadable:{place}:{number}"].append(line)
    return {item: _sight(some) for item, some in of.items()}


def _unique(lines: Iterable[Line]) -> Iterable[Line]:
    """Each id once; of several lines that took the same one, the same however they came."""
    found: dict[str, Line] = {}
    for line in lines:
        known = found.setdefault(line.id, line)
        if known is not line and msgspec.json.encode(line) < msgspec.json.encode(known):
            found[line.id] = line
    return found.values()


def _sight(lines: Sequence[Line]) -> Sight:
    if len(lines) == 1:
        return Sight(lines[0].what, lines[0].place, lines[0].text, lines[0].eye, lines[0].weapon)
    # What was said last is where it stands; the gravest of what was said of its mark and tag stays said.
    last = max(lines, key=lambda line: (line.at, line.id))
    gravest = max(lines, key=lambda line: (_RANK.get(line.what, 0), line.at, line.id))
    place = last.place or max((line.place for line in lines), default="")
    return Sight(gravest.what, place, last.text, gravest.eye, last.weapon)


def outcome(expected: Expected | None, sight: Sight | None, apart: Apart) -> str:
    """The outcome of one item on one sheet."""
    if sight is None:
        if expected is None:
            return "misread"
        return "not_found" if expected.state == "in" else "out"
    if sight.what in (UNREADABLE, TAG_MISMATCH):
        return sight.what
    if expected is None or expected.state == "out":
        return "unexpected"
    return "elsewhere" if apart(sight.place, expected.place) else "found"


def compare(
    expected: Mapping[str, Expected],
    sheets: Sequence[Mapping[str, Sight]],
    *,
    apart: Apart,
    recount: Mapping[str, Sight] | None = None,
    unseen: Collection[str] = (),
) -> list[Result]:
    """Every item with its one outcome, in order of place and serial.

    `sheets` are those of the counters; where they disagree the outcome is `differs`. `recount` is the sheet of whoever counted the
    differences again: it decides on all that was not found by all alike, and on what nobody saw before; what several counters saw alike that was
    not to be there stays, though it is not seen again. `unseen` are weapons a reader saw, and
    nobody when they were to be read by eye: their tags are not where the weapons are.
    """
    items = {**dict.fromkeys(expected), **{item: None for sheet in sheets for item in sheet}}
    items |= dict.fromkeys(recount or ())
    found = [_result(item, expected.get(item), [sheet.get(item) for sheet in sheets], apart, recount) for item in items]
    found = [_unseen(one) if one.item in unseen else one for one in found]
    return sorted(found, key=lambda one: (one.expected or one.place, one.text, one.item))


def _result(
    item: str,
    expected: Expected | None,
    seen: Sequence[Sight | None],
    apart: Apart,
    recount: Mapping[str, Sight] | None,
) -> Result:
    agreed = _agreed(expected, seen, apart)
    sight = next((one for one in seen if one), None)
    if recount is not None and (agreed not in ("found", "out") or (item in recount and sight is None)):
        again = recount.get(item)
        if again is not None or not _stays(outcome(expected, None, apart), agreed, seen):
            sight, agreed = again, outcome(expected, again, apart)
    weapon = expected.weapon if expected else sight.weapon if sight else _weapon_of(item)
    return Result(
        item,
        agreed,
        weapon,
        expected.serial if expected else sight.text if sight else item.removeprefix("text:"),
        expected.place if expected else "",
        sight.place if sight else "",
        sight.eye if sight else "",
        expected.state if expected else "",
    )


def _stays(otherwise: str, agreed: str, seen: Sequence[Sight | None]) -> bool:
    """Whether what two counters saw alike is still to be decided though nobody saw it again: one person does not do away with it by not seeing it.

    `otherwise` is what it would be then.
    """
    return otherwise in ("misread", "out") and len(seen) > 1 and agreed != "differs"


def _agreed(expected: Expected | None, seen: Sequence[Sight | None], apart: Apart) -> str:
    said = {outcome(expected, sight, apart) for sight in seen}
    if len(said) != 1 or ("elsewhere" in said and len({sight.place for sight in seen if sight}) > 1):
        return "differs"
    return said.pop()


def _weapon_of(item: str) -> str:
    return "" if item.startswith(("text:", "unreadable:")) else item


def _unseen(result: Result) -> Result:
    return msgspec.structs.replace(result, outcome="tag_mismatch") if result.outcome == "found" else result


def differences(results: Iterable[Result]) -> list[Result]:
    """What is counted again: everything but what all found where it is to be, and what is issued."""
    return [one for one in results if one.outcome not in ("found", "out", "misread")]


def figures(results: Iterable[Result]) -> dict[str, int]:
    """How many items have each outcome; every outcome is named."""
    counts = dict.fromkeys(OUTCOMES, 0)
    for one in results:
        counts[one.outcome] += 1
    return counts


# --- who counts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Separation:
    """Which duties a rule keeps apart."""

    not_armourer: bool = True
    not_twice: bool = True


@dataclass(frozen=True)
class Standing:
    """Who somebody is to a store: has its weapons in hand, counted it last time, counts it now already; `blind`, is one of two who count blind
    and would count again what they differ in.
    """

    armourer: bool = False
    counted_last: bool = False
    counting: bool = False
    blind: bool = False


def may_not_count(separation: Separation, standing: Standing) -> Sentence | None:
    """Why somebody may not count a store, or None (norms 4.3: the counter is not the armourer, nor the same person twice running)."""
    if standing.blind:
        return Sentence(
            "somebody who was neither of the two who counted blind: one of them could find alone what neither had found"
        )
    if standing.counting:
        return Sentence("somebody who has no sheet of this count yet: two counters are two people")
    if separation.not_armourer and standing.armourer:
        return Sentence("somebody who does not have the weapons of this store in hand")
    if separation.not_twice and standing.counted_last:
        return Sentence("somebody who did not count this store the last time")
    return None


# --- when ----------------------------------------------------------------------------------------------------------------


def next_due(first: str, days: int, last: str) -> str:
    """The day of the next count (ISO): `days` after the last one, else the first day; empty where an occasion asks for it."""
    if not days:
        return ""
    if not last:
        return first
    return (dt.date.fromisoformat(last[:10]) + dt.timedelta(days=days)).isoformat()


def urgency(due: str, today: str, grace: int) -> Literal["", "due", "overdue", "escalated"]:
    """How a day stands to today: still to come (empty), due, overdue, or overdue by more than `grace` days: then it goes up one level."""
    if not due or due > today:
        return ""
    late = (dt.date.fromisoformat(today) - dt.date.fromisoformat(due[:10])).days
    return "escalated" if late > grace else "overdue" if late else "due"


def surprise_day(seed: bytes, plan: str, due: str, days: int) -> str:
    """The day of a count nobody is told of before: any of the `days` that end with `due` is as likely. Who has not the seed cannot reckon it."""
    number = int.from_bytes(hmac.digest(seed, f"{plan} {due}".encode(), hashlib.sha256))
    return (dt.date.fromisoformat(due[:10]) - dt.timedelta(days=number % max(days, 1))).isoformat()


def next_part(parts: Iterable[str], counted: Mapping[str, str]) -> str:
    """The part of a store whose turn it is: the one counted longest ago; empty for none."""
    return min(parts, key=lambda part: (counted.get(part, ""), part), default="")
