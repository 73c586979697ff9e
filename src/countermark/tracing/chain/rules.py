"""The chain that the answers of several requests make together, with what nobody told drawn as gaps. Pure.

What States told is put in the order of its dates, whoever told it; an event without a date stays behind the one it was told after.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec
from rapidfuzz.distance import Indel

from countermark.register import custody
from countermark.register.rules import HistoryEvent

MADE, FOUND = "manufacture", "recovery"

MOST_STEPS = 500
"""Steps one chain shows; more than any weapon's life has."""

GapKind = Literal["unexplained", "missing", "border"]


class Step(msgspec.Struct, frozen=True):
    """One event of the chain.

    `country` is where it happened, `to_country` where an export went; `told_by` the State that told it, or whose request says it.
    `stated`: it stands in a request and was not told by an answer. `of_any`: the answer does not say which of the weapons asked about it is
    about. Names are texts, empty where none was told.
    """

    event: str
    date: str
    country: str
    told_by: str
    to_country: str = ""
    sender: str = ""
    receiver: str = ""
    place: str = ""
    proof: str = ""
    stated: bool = False
    of_any: bool = False


class Gap(msgspec.Struct, frozen=True):
    """What nobody told: `unexplained` and `missing` as in `register.custody`; `border`: how it came from one State to the other."""

    kind: GapKind
    after: str
    before: str
    from_country: str
    to_country: str


Item = Step | Gap


class Leg(msgspec.Struct, frozen=True):
    """A line of the map from one country to another; `known` when an export or import tells it."""

    origin: str
    target: str
    known: bool


class Weapon(msgspec.Struct, frozen=True):
    """One weapon that the requests of a trace ask about; `marks` are canonical."""

    number: int
    marks: frozenset[str]


LEAST_LIKE = 0.6
"""Similarity from which a registered mark may be one that was asked about, misread."""


def distinct(asked: Iterable[frozenset[str]]) -> tuple[Weapon, ...]:
    """The weapons asked about, each once: two requests that share a mark of one ask about the same."""
    found: list[frozenset[str]] = []
    for marks in filter(None, asked):
        same = next((at for at, known in enumerate(found) if known & marks), None)
        if same is None:
            found.append(marks)
        else:
            found[same] |= marks
    return tuple(Weapon(number, marks) for number, marks in enumerate(found, 1))


def nearest(marks: Iterable[str], weapons: Sequence[Weapon]) -> int | None:
    """The number of the weapon whose marks are most like some canonical ones; None where none is like them."""
    told = list(marks)
    like = [
        (max((Indel.normalized_similarity(a, b) for a in told for b in one.marks), default=0.0), -one.number)
        for one in weapons
    ]
    best = max(like, default=(0.0, 0))
    return -best[1] if best[0] >= LEAST_LIKE else None


class Asked(msgspec.Struct, frozen=True):
    """What links requests to each other: the marks asked about, and other requests named."""

    id: str
    marks: frozenset[str]
    names: frozenset[str] = frozenset()


def linked(start: str, asked: Sequence[Asked]) -> frozenset[str]:
    """The requests of one trace: those that name one another or ask about the same mark, and theirs in turn."""
    known = {start}
    while True:
        here = [one for one in asked if one.id in known]
        marks = frozenset().union(*(one.marks for one in here))
        names = frozenset().union(*(one.names for one in here))
        more = {one.id for one in asked if one.marks & marks or one.id in names or one.names & known} - known
        if not more:
            return frozenset(known)
        known |= more


def chain(steps: Iterable[Step]) -> tuple[Item, ...]:
    """The steps in order, each said once, with the gaps between them."""
    ordered = _in_order(_once(steps))[:MOST_STEPS]
    return tuple(_with_gaps(ordered))


def legs(items: Sequence[Item]) -> tuple[Leg, ...]:
    """The journey from country to country, each line once, in order."""
    found: dict[tuple[str, str], Leg] = {}
    here = ""
    for step in (one for one in items if isinstance(one, Step)):
        if here and step.country and step.country != here:
            known = step.event == "import" or (here, step.country) in found
            found.setdefault((here, step.country), Leg(here, step.country, known))
        here = step.country or here
        if step.to_country and step.to_country != here:
            found.setdefault((here, step.to_country), Leg(here, step.to_country, True))
            here = step.to_country
    return tuple(found.values())


def places(items: Sequence[Item]) -> tuple[str, ...]:
    """The countries of the chain, each once, in the order the weapon reached them."""
    steps = [one for one in items if isinstance(one, Step)]
    return tuple(dict.fromkeys(filter(None, (place for one in steps for place in (one.country, one.to_country)))))


def _once(steps: Iterable[Step]) -> list[Step]:
    """What two answers tell alike is one step; an answer goes before what a request only states."""
    found: dict[tuple[str, ...], Step] = {}
    made = False
    for step in sorted(steps, key=lambda one: one.stated):
        if step.event == MADE and step.stated and made:
            continue
        made = made or step.event == MADE
        found.setdefault((step.event, step.date, step.country, step.sender, step.receiver), step)
    return list(found.values())


def _in_order(steps: Sequence[Step]) -> list[Step]:
    keyed: list[tuple[int, str, Step]] = []
    last: dict[str, str] = {}
    for step in steps:
        date = step.date if step.date[:4].isdigit() else last.get(step.told_by, "")
        last[step.told_by] = date
        rank = 0 if step.event == MADE else 2 if step.stated and step.event == FOUND else 1
        keyed.append((rank, date, step))
    return [step for _, _, step in sorted(keyed, key=lambda one: one[:2])]


def _with_gaps(steps: Sequence[Step]) -> Iterator[Item]:
    before: Step | None = None
    gap: custody.Gap | None = None
    for item in custody.timeline([_line(number, step) for number, step in enumerate(steps)]):
        if isinstance(item, custody.Gap):
            gap = item
            continue
        step = steps[item.position]
        if gap is not None:
            yield _gap("missing" if gap.kind == "missing" else "unexplained", before, step)
        elif before is not None and _crosses(before, step):
            yield _gap("border", before, step)
        yield step
        before, gap = step, None
    if gap is not None:
        yield _gap("missing", before, None)


def _gap(kind: GapKind, before: Step | None, after: Step | None) -> Gap:
    return Gap(
        kind,
        before.date if before else "",
        after.date if after else "",
        (before.to_country or before.country) if before else "",
        after.country if after else "",
    )


def _crosses(before: Step, step: Step) -> bool:
    """Whether the weapon is suddenly in another State."""
    here = before.to_country or before.country
    return bool(here and step.country) and step.country != here and step.event != "import"


def _line(number: int, step: Step) -> HistoryEvent:
    return HistoryEvent(
        position=number, event_id="", event=step.event, time="", date=step.date, precision="", recorded="", by="",
        sender=step.sender, receiver=step.receiver, document="", place=step.place, country=step.country, note="", corrected=False,
        corrects="", reason="",
    )  # fmt: skip
