"""What a weapon of a file means for a register that may know it already. Pure.

Contract, *Register file*: same facts, unchanged; a new mark row, a `mark` event; any other difference is refused as `differs`
with both values, unless it is a correction; a missing row means nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from countermark.marks.sentences import Sentence
from countermark.register import bodies
from countermark.register.files.errors import RowError
from countermark.register.files.staging import StagedWeapon
from countermark.register.files.vocabulary import CONTROL_BY_DEFAULT
from countermark.register.files.weapons import MarkRow
from countermark.register.rules import MarkState, WeaponState

Fields = dict[str, str]


class Plan(msgspec.Struct, frozen=True):
    """What a staged weapon means for the register: `new`, `unchanged`, `marks` (new marks only) or `differs`.

    `changed` are marks the register has, as the file says they are.
    """

    kind: str
    new_marks: tuple[Fields, ...] = ()
    errors: tuple[RowError, ...] = ()
    changed: tuple[tuple[MarkState, Fields], ...] = ()
    facts: bool = False


def plan(state: WeaponState | None, staged: StagedWeapon, columns: Collection[str]) -> Plan:
    """Compares a staged weapon with the register in the columns the file has."""
    if state is None:
        return Plan("new")
    errors = [
        _differs(staged, column, getattr(staged.facts, column), getattr(state, column))
        for column in bodies.FACTS
        if column in columns and getattr(staged.facts, column) != getattr(state, column)
    ]
    facts = bool(errors)
    new_marks, changed = [], []
    marks = [_with_role(mark, staged, columns) for mark in staged.marks]
    for mark, there in _paired(state.marks, marks, columns):
        if there is None:
            new_marks.append({**msgspec.structs.asdict(mark), "role": mark.role or "other"})
        elif differences := list(_mark_differences(mark, there, columns)):
            errors += [_differs(staged, column, value, known) for column, value, known in differences]
            changed.append((there, {column: value for column, value, _ in differences}))
    kind = "differs" if errors else "marks" if new_marks else "unchanged"
    return Plan(kind, tuple(new_marks), tuple(errors), tuple(changed), facts)


def without(planned: Plan, withdrawn: Iterable[MarkState]) -> Plan:
    """The plan less the marks that somebody declared an error: an old file that still has them says nothing new."""
    gone = {(*_key(m.component, m.mark_kind, m.text, m.condition), m.carrier) for m in withdrawn}
    new = tuple(fields for fields in planned.new_marks if _place_of(fields) not in gone)
    kind = "unchanged" if planned.kind == "marks" and not new else planned.kind
    return msgspec.structs.replace(planned, kind=kind, new_marks=new)


def _place_of(mark: Fields) -> tuple[str, ...]:
    key = _key(mark["component"], mark["mark_kind"], mark["mark"], mark["mark_condition"])
    return (*key, mark["carrier"])


def _paired(
    known: Sequence[MarkState], marks: Sequence[MarkRow], columns: Collection[str]
) -> list[tuple[MarkRow, MarkState | None]]:
    """Which mark of the register each mark of the file is: one that agrees in all, else one of its component, kind and text.

    A frame and the plate on it may carry the same text: they stay two marks.
    """
    left: dict[tuple[str, ...], list[MarkState]] = defaultdict(list)
    for there in known:
        left[_key(there.component, there.mark_kind, there.text, there.condition)].append(there)
    found: dict[int, MarkState] = {}
    for exactly in (True, False):
        for number, mark in enumerate(marks):
            alike = left[_key(mark.component, mark.mark_kind, mark.mark, mark.mark_condition)]
            fits = [there for there in alike if not (exactly and any(_mark_differences(mark, there, columns)))]
            if fits and number not in found:
                found[number] = fits[0]
                alike.remove(fits[0])
    return [(mark, found.get(number)) for number, mark in enumerate(marks)]


def _key(component: str, mark_kind: str, text: str, condition: str) -> tuple[str, ...]:
    return (component, mark_kind, text, "" if text else condition)


def _mark_differences(mark: MarkRow, there: MarkState, columns: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """(column, what the file says, what the register says), in the columns in which the file says something."""
    pairs = [
        ("carrier", mark.carrier, there.carrier),
        ("role", mark.role, there.role),
        ("inscription", mark.inscription, there.inscription),
        ("mark_condition", mark.mark_condition, there.condition),
        ("layer", mark.layer, there.layer),
    ]
    for column, value, known in pairs:
        # A component `plate` says which carrier it is without a column for it.
        stated = column in columns or (column == "carrier" and value == "plate")
        if stated and value != known and not (column == "role" and not value):
            yield column, value, known


def _with_role(mark: MarkRow, staged: StagedWeapon, columns: Collection[str]) -> MarkRow:
    """The mark without a role that it has only by being alone in the file: the register may know others."""
    alone = len(staged.marks) == 1 or "role" not in columns
    if alone and mark.role == "control" and mark.component not in CONTROL_BY_DEFAULT:
        return msgspec.structs.replace(mark, role="")
    return mark


def _differs(staged: StagedWeapon, column: str, value: str, there: str) -> RowError:
    expected = Sentence(
        "%(value)s, as the register has it (differs; --correct REASON records the change)", value=repr(there)
    )
    return RowError(staged.first_row, column, value, expected, "differs", staged.ref)


def mark_fields(mark: MarkState) -> Fields:
    """A recorded mark as the columns of the register file."""
    return {
        "component": mark.component,
        "carrier": mark.carrier,
        "role": mark.role,
        "mark_kind": mark.mark_kind,
        "mark": mark.text,
        "inscription": mark.inscription,
        "mark_condition": mark.condition,
        "layer": mark.layer,
    }


def marks_said(state: WeaponState, event_id: str, planned: Plan) -> list[Fields]:
    """The marks that one event of a weapon recorded, with what the file says differently of them."""
    changed = {mark.number: fields for mark, fields in planned.changed}
    return [{**mark_fields(m), **changed.get(m.number, {})} for m in state.marks if m.event_id == event_id]
