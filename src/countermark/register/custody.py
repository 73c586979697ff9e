"""The chain of custody as people read it: events in order, and the gaps between them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from countermark.ledger.vocabulary import EVENTS
from countermark.register.rules import HistoryEvent

OUT_OF_CUSTODY = frozenset({"loss", "theft"})
BACK_IN_CUSTODY = frozenset({"find", "recovery", "seizure", "confiscation", "surrender", "collection", "return"})


@dataclass(frozen=True)
class Gap:
    """A stretch of a weapon's life the register cannot tell.

    `kind` is `unexplained` (the next sender is not the last known holder) or `missing` (lost or stolen, until it came back or
    until now). `after` and `before` are the dates around it as their sources wrote them; parties are opaque ids.
    """

    kind: str
    after: str
    before: str
    last_holder: str = ""
    next_holder: str = ""


Item = HistoryEvent | Gap


def timeline(lines: Sequence[HistoryEvent]) -> list[Item]:
    """The lines of a history with the gaps in custody between them. Corrected lines stay, and explain nothing."""
    return list(_with_gaps(lines))


def _with_gaps(lines: Iterable[HistoryEvent]) -> Iterator[Item]:
    holder = last_date = lost_on = ""
    lost = False
    for line in lines:
        if line.corrected:
            yield line
            continue
        word = EVENTS.get(line.event)
        if lost and (line.event in BACK_IN_CUSTODY or (word and word.moves_custody)):
            yield Gap("missing", lost_on, line.date, holder, line.receiver)
            lost = False
        elif _unexplained(line, holder):
            yield Gap("unexplained", last_date, line.date, holder, line.sender)
        yield line
        if line.event in OUT_OF_CUSTODY:
            lost, lost_on = True, line.date
        if word and word.moves_custody and line.receiver:
            holder = line.receiver
        last_date = line.date or last_date
    if lost:
        yield Gap("missing", lost_on, "", holder)


def _unexplained(line: HistoryEvent, holder: str) -> bool:
    """Whether somebody hands over what another was last known to hold. An import that follows its export hands nothing
    over anew: its receiver is the holder already.
    """
    word = EVENTS.get(line.event)
    moved = bool(word and word.moves_custody and holder and line.sender)
    return moved and holder not in (line.sender, line.receiver)
