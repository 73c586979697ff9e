"""A batch as a marking machine reads it: CSV with the columns of its kind, or plain text, one mark a line. Pure.

`docs/marking-machines.md` documents the columns. What is exported is what will stand on the metal, nothing is made safe for
spreadsheets; a mark whose number is not assigned yet is refused rather than left empty.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from countermark.marking import space
from countermark.marking.states import FINISHED, Item, Planned
from countermark.marks.sentences import Sentence

LINE_END = "\r\n"
"""What the controllers of machines expect (RFC 4180)."""


class NotReadyError(ValueError):
    """A batch cannot be exported yet; the message says which weapon is not ready."""


@dataclass(frozen=True)
class Job:
    """One mark of one weapon, ready for a machine."""

    item: Item
    number: int
    planned: Planned
    text: str


_COLUMNS: Mapping[str, Callable[[Job], str]] = {
    "job": lambda job: f"{job.item.position}-{job.number + 1}",
    "ref": lambda job: job.item.ref,
    "old_serial": lambda job: job.item.serial,
    "component": lambda job: job.planned.component,
    "carrier": lambda job: job.planned.carrier,
    "text": lambda job: job.text,
    "characters": lambda job: str(len(job.text)),
    "height_mm": lambda job: _length(job.planned.height_mm or space.USUAL_HEIGHT_MM),
    "depth_mm": lambda job: _length(job.planned.depth_mm),
    "length_mm": lambda job: _length(_along(job)),
    "attempt": lambda job: str(job.item.attempt),
}
_USUAL = ("job", "ref", "old_serial", "component", "carrier", "text", "height_mm")
COLUMNS: dict[str, tuple[str, ...]] = {
    "laser": (*_USUAL, "depth_mm", "length_mm", "attempt"),
    "dot_peen": (*_USUAL, "depth_mm", "length_mm", "attempt"),
    "rotary": (*_USUAL, "depth_mm", "length_mm", "attempt"),
    "stamp_press": (*_USUAL, "characters", "attempt"),
    "roll_mark": (*_USUAL, "length_mm", "attempt"),
    "hand_stamp": (*_USUAL, "characters", "attempt"),
    "etching": (*_USUAL, "length_mm", "attempt"),
    "other": (*_USUAL, "depth_mm", "attempt"),
}
"""The columns for each kind of machine (`equipment.KINDS`)."""


def jobs(items: Sequence[Item]) -> list[Job]:
    """The marks that are still to be put on, in order. Raises NotReadyError."""
    return list(_jobs(items))


def _jobs(items: Sequence[Item]) -> Iterator[Job]:
    for item in items:
        if item.state in (*FINISHED, "stopped", "applied"):
            continue
        for number in item.missing:
            text = item.text_of(number)
            if not text:
                raise NotReadyError(Sentence("weapon %(position)d has no number yet", position=item.position))
            yield Job(item, number, item.marks[number], text)


def as_csv(items: Sequence[Item], kind: str) -> str:
    """The marks to put on as CSV with a header, for a kind of machine; a KeyError for another kind. Raises NotReadyError."""
    columns = COLUMNS[kind]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=LINE_END)
    writer.writerow(columns)
    writer.writerows([_COLUMNS[name](job) for name in columns] for job in jobs(items))
    return text.getvalue()


def as_text(items: Sequence[Item]) -> str:
    """The marks to put on as plain text, one a line, in the order of the jobs. Raises NotReadyError."""
    return "".join(job.text + LINE_END for job in jobs(items))


def _length(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _along(job: Job) -> float:
    """How long the mark will be on the metal, by the character model of `space`."""
    return len(job.text) * space.ADVANCE * (job.planned.height_mm or space.USUAL_HEIGHT_MM)
