"""Files for machines, and the paper sheet of a bench without power."""

import csv
import io

import pytest

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.marking import batches, bench, equipment, machinefiles, numbering, sheets
from countermark.marking.acts import Refused
from countermark.marking.machinefiles import COLUMNS, NotReadyError
from countermark.marking.sheets import Written
from countermark.marking.states import Item, Planned
from countermark.register import projection
from tests.marking import workshop
from tests.marking.workshop import GOOD, IMPORT, OWNER
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db
LINE = Written("SN W1", "SN W1", "2026-03-04T09:30:00+02:00")


@pytest.fixture(autouse=True)
def _authority(db: None) -> None:
    workshop.authority()


def items(count: int = 1, marks: tuple[Planned, ...] = (IMPORT,)) -> list[Item]:
    made = workshop.batch(count, marks)
    bench.assign_numbers(made.id, by=CHIEF)
    return workshop.items(made)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_there_are_columns_for_every_kind_of_machine() -> None:
    assert set(COLUMNS) == set(equipment.KINDS)


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_batch_is_exported_one_mark_a_row(kind: str) -> None:
    text = machinefiles.as_csv(items(2, (IMPORT, OWNER)), kind)

    assert text.splitlines()[0] == ",".join(COLUMNS[kind])
    assert [row["job"] for row in rows(text)] == ["1-1", "1-2", "2-1", "2-2"]


def test_what_is_exported_is_what_will_stand_on_the_metal() -> None:
    (item,) = items(marks=(Planned("frame", "import", "XA 26 ‹serial›", height_mm=1.6),))

    (row,) = rows(machinefiles.as_csv([item], "laser"))

    assert row["text"] == f"XA 26 {item.number}"
    assert (row["height_mm"], row["length_mm"]) == ("1.6", f"{len(row['text']) * 0.8 * 1.6:g}")


def test_plain_text_has_one_mark_a_line_as_controllers_end_lines() -> None:
    found = items(2)

    assert machinefiles.as_text(found) == "".join(f"{item.number}\r\n" for item in found)


def test_a_mark_without_its_number_is_refused_not_left_empty() -> None:
    with pytest.raises(NotReadyError, match="weapon 1"):
        machinefiles.as_csv(workshop.items(workshop.batch()), "laser")


def test_what_is_done_or_stopped_is_not_exported_again() -> None:
    done, stopped, left = items(3)
    workshop.accepted(done)
    bench.key_serial(stopped.id, "other", "other", by=CHIEF)

    found = [batches.item(item.id) for item in (done, stopped, left)]

    assert [row["job"] for row in rows(machinefiles.as_csv(found, "dot_peen"))] == ["3-1"]


def test_numbers_assigned_for_a_batch_stay_when_asked_for_again() -> None:
    found = items(3)

    assert bench.assign_numbers(found[0].batch, by=CHIEF) == 0
    assert len({item.number for item in found}) == 3


def test_too_few_numbers_for_a_batch_assign_none() -> None:
    made = workshop.batch(11)

    with pytest.raises(Refused):
        bench.assign_numbers(made.id, by=CHIEF)

    assert numbering.issued("xa-import") == []


def test_a_sheet_lists_what_is_to_be_done() -> None:
    first, second = items(2)
    workshop.accepted(first)

    (line,) = sheets.sheet(first.batch).lines

    assert (line.position, line.serial, line.marks) == (2, "SN W2", (("frame", second.number),))
    assert sheets.find(first.batch, f" {line.code.lower()} ").id == second.id


@pytest.mark.parametrize("at", range(9))
def test_a_misread_code_is_noticed(at: int) -> None:
    (item,) = items()
    code = sheets.code_of(item.id)
    wrong = code[:at] + ("0" if code[at] != "0" else "1") + code[at + 1 :]

    with pytest.raises(Refused) as refusal:
        sheets.find(item.batch, wrong)

    assert refusal.value.errors[0].code == "form"


def test_a_code_of_another_batch_is_unknown() -> None:
    (item,) = items()

    with pytest.raises(Refused) as refusal:
        sheets.find("another", sheets.code_of(item.id))

    assert refusal.value.errors[0].code == "unknown"


def test_a_line_keyed_back_is_the_whole_work_with_both_times() -> None:
    (item,) = items()

    done = sheets.key_back(
        item.id, Written("SN W1", "SN W1", LINE.marked, inspected=LINE.marked, criteria=GOOD, accepted=True), by=CHIEF
    )

    assert (done.state, done.started, done.applied[0].time) == ("accepted", *["2026-03-04T07:30:00.000Z"] * 2)
    state = projection.state_of(done.weapon)
    assert state is not None
    assert [mark.text for mark in state.marks] == ["SN W1", done.number]
    assert verify().ok


def test_a_line_keyed_back_twice_counts_once() -> None:
    (item,) = items()
    first = sheets.key_back(item.id, LINE, by=CHIEF)
    length = store.size(ledger.require_own_log())

    assert sheets.key_back(item.id, LINE, by=CHIEF) == first
    assert store.size(ledger.require_own_log()) == length


def test_a_line_that_cannot_be_recorded_whole_is_not_recorded_at_all() -> None:
    (item,) = items()

    with pytest.raises(Refused):
        sheets.key_back(item.id, Written("SN W1", "SN W1", LINE.marked, inspected=LINE.marked, accepted=True), by=CHIEF)

    assert batches.item(item.id).state == "waiting"


def test_a_line_with_another_serial_stops_the_weapon_and_marks_nothing() -> None:
    (item,) = items()

    stopped = sheets.key_back(item.id, Written("SN W9", "SN W9", LINE.marked), by=CHIEF)

    assert (stopped.state, stopped.applied) == ("stopped", [])


@pytest.mark.parametrize("time", ["yesterday", "2026-03-04T09:30:00", "2999-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_is_refused(time: str) -> None:
    (item,) = items()

    with pytest.raises(Refused):
        sheets.key_back(item.id, Written("SN W1", "SN W1", time), by=CHIEF)
