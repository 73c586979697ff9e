"""The paper sheet of a bench without power, and keying it back in with the times that were written on it."""

from dataclasses import dataclass

from countermark.ledger.services import Actor
from countermark.marking import acts, batches, bench, checkcharacters, queries
from countermark.marking.acts import refuse
from countermark.marking.checkcharacters import SYSTEMS
from countermark.marking.models import ItemRow
from countermark.marking.states import FINISHED, Batch, Item

_SYSTEM = SYSTEMS["mod37_36"]
CODE_DIGITS = 8


@dataclass(frozen=True)
class Line:
    """One weapon on the sheet: its code, what its record says, and each mark to put on (component, text)."""

    code: str
    position: int
    ref: str
    serial: str
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """A batch as it is printed: only weapons that are not finished."""

    batch: Batch
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Written:
    """What somebody wrote on the sheet for one weapon. Times are ISO 8601 with an offset; `inspected` empty where nobody did.

    `criteria` are those of ITI 7 that were ticked.
    """

    serial: str
    again: str
    marked: str
    method: str = bench.HAND
    machine: str = ""
    plates: int = 0
    inspected: str = ""
    criteria: frozenset[str] = frozenset()
    accepted: bool = False
    note: str = ""


def code_of(item_id: str) -> str:
    """The code of a weapon on a sheet: eight hexadecimal digits of its id and a check character, in capitals."""
    digits = item_id.replace("-", "")[:CODE_DIGITS].upper()
    return digits + checkcharacters.check(digits, _SYSTEM)


def sheet(batch_id: str) -> Sheet:
    """The sheet of a batch. Numbers stand on it where they are assigned (`bench.assign_numbers`). Raises `Refused`."""
    left = [item for item in queries.items(batch_id, limit=batches.MOST_ITEMS) if item.state not in FINISHED]
    return Sheet(batches.batch(batch_id), tuple(_line(item) for item in left))


def _line(item: Item) -> Line:
    marks = tuple((item.marks[number].component, item.text_of(number)) for number in item.missing)
    return Line(code_of(item.id), item.position, item.ref, item.serial, marks)


def find(batch_id: str, code: str) -> Item:
    """The weapon of a code on a sheet of the batch. Raises `Refused` for a code misread, or of another batch."""
    text = code.strip().upper().replace("-", "").replace(" ", "")
    if len(text) != CODE_DIGITS + 1 or not checkcharacters.is_valid(text, _SYSTEM):
        raise refuse("code", code, "a code of this sheet, read as it is printed", "form")
    start = text[:CODE_DIGITS].lower()
    row = ItemRow.objects.filter(batch=batch_id, id__startswith=start).first()
    if row is None:
        raise refuse("code", code, "a code of this sheet", "unknown")
    return batches.item_of_row(row)


def key_back(item_id: str, written: Written, *, by: Actor) -> Item:
    """Records everything one line of a sheet tells, or nothing. Keyed twice it counts once.

    Both times are kept: when it happened, as written, and when it is recorded. Raises `Refused` as the bench does; a serial
    that is not the recorded one stops the weapon, whatever else the line says.
    """
    with acts.alone():
        found = bench.key_serial(item_id, written.serial, written.again, happened=written.marked, by=by)
        if found.state == "stopped":
            return found
        found = bench.assign_number(item_id, by=by) if found.needs_number else found
        attempt = found.attempt
        found = bench.apply(
            item_id,
            attempt=attempt,
            method=written.method,
            machine=written.machine,
            plates=written.plates,
            happened=written.marked,
            by=by,
        )
        if not written.inspected:
            return found
        return bench.inspect(
            item_id,
            written.criteria,
            attempt=attempt,
            accepted=written.accepted,
            note=written.note,
            happened=written.inspected,
            by=by,
        )
