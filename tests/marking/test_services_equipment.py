"""The register of marking equipment: standstills, maintenance, what a machine has done."""

import datetime as dt

import msgspec
import pytest

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.marking import bench, equipment, queries
from countermark.marking.acts import Refused
from countermark.marking.equipment import Machine
from tests.marking import workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


def test_a_machine_is_added_and_changed_by_saying_what_is_known() -> None:
    machine = workshop.laser()

    equipment.add_machine(msgspec.structs.replace(machine, power_w=800, spare_parts=["lens"]), by=CHIEF)

    (known,) = equipment.machines()
    assert (known.id, known.power_w, known.spare_parts) == (machine.id, 800, ["lens"])


@pytest.mark.parametrize(
    "machine",
    [Machine("", "", "laser"), Machine("", "A", "hammer"), Machine("nobody", "A", "laser"),
     Machine("", "A", "laser", place="nowhere")],
)  # fmt: skip
def test_a_machine_that_makes_no_sense_is_refused(machine: Machine) -> None:
    with pytest.raises(Refused):
        equipment.add_machine(machine, by=CHIEF)


def test_the_down_button_pressed_twice_is_one_standstill() -> None:
    machine = workshop.laser()

    first = equipment.down(machine.id, "fault", by=CHIEF)
    length = store.size(ledger.require_own_log())

    assert equipment.down(machine.id, "no_power", by=CHIEF) == first
    assert store.size(ledger.require_own_log()) == length


def test_a_machine_runs_again_and_the_standstill_stays_in_the_book() -> None:
    machine = workshop.laser()
    equipment.down(machine.id, "fault", by=CHIEF)

    equipment.running_again(machine.id, by=CHIEF)

    assert equipment.standing_still(machine.id) is None
    assert [(one.reason, bool(one.until)) for one in equipment.downtimes(machine.id)] == [("fault", True)]
    assert equipment.running_again(machine.id, by=CHIEF) is None
    assert verify().ok


def test_a_retired_machine_marks_nothing() -> None:
    machine = workshop.laser()
    equipment.add_machine(msgspec.structs.replace(machine, retired=True), by=CHIEF)

    with pytest.raises(Refused):
        equipment.require_running(machine.id)


def test_maintenance_is_due_so_many_days_after_the_last() -> None:
    machine = equipment.add_machine(Machine("", "Laser 1", "laser", maintenance_days=30), by=CHIEF)

    equipment.maintained(machine.id, dt.date(2026, 1, 10), "routine", by=CHIEF)
    equipment.maintained(machine.id, dt.date(2026, 1, 5), "repair", parts=["lens"], by=CHIEF)

    assert equipment.next_maintenance(machine) == dt.date(2026, 2, 9)
    assert equipment.next_maintenance(workshop.laser()) is None


def test_a_machine_counts_what_it_marked_and_the_plates_it_used() -> None:
    workshop.authority()
    machine = workshop.laser()
    first, second = workshop.items(workshop.batch(2))
    ready = workshop.confirmed(first)
    bench.apply(first.id, attempt=ready.attempt, method="laser", machine=machine.id, plates=2, by=CHIEF)
    workshop.applied(second)
    equipment.down(machine.id, "fault", by=CHIEF)

    by_machine = queries.throughput(queries.all_items(), machine.id)
    by_hand = queries.throughput(queries.all_items())

    assert (by_machine.weapons, by_machine.marks, by_machine.plates, by_machine.faults) == (1, 1, 2, 1)
    assert (by_hand.weapons, by_hand.plates) == (1, 0)


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        ([], 0.0),
        (["10:00"], 0.0),
        (["10:00", "10:15", "10:30"], 0.5),
        (["10:30", "10:00"], 0.5),
        (["10:00", "10:15", "13:00", "13:30"], 0.75),
    ],
)
def test_hours_at_work_leave_out_the_rests(times: list[str], hours: float) -> None:
    assert queries.hours_at_work([f"2026-03-04T{time}:00.000Z" for time in times]) == hours


def test_who_is_at_one_place_sees_its_batches_and_machines_only() -> None:
    people.places()
    workshop.authority()
    north = workshop.batch(place=NORTH)
    workshop.batch(place=SOUTH, first=2)
    workshop.laser(NORTH)
    workshop.laser(SOUTH)
    alice = people.person("alice", "marking", NORTH)

    assert [batch.id for batch in queries.batch_list(alice)] == [north.id]
    assert len(queries.machine_list(alice)) == 1
    item = workshop.items(north)[0]
    assert queries.visible_item(alice, item.id) == item
    assert queries.visible_item(people.person("bob", "marking", SOUTH), item.id) is None
    assert queries.batch_list(people.person("charlie")) == []


def test_the_next_weapon_is_the_next_that_is_not_finished() -> None:
    workshop.authority()
    made = workshop.batch(3)
    first, second, third = workshop.items(made)
    workshop.accepted(second)
    bench.key_serial(third.id, "other", "other", by=CHIEF)

    following = [queries.next_item(made.id, after) for after in (0, 1, 3)]

    assert [item.id for item in following if item] == [first.id] * 3
    workshop.accepted(first)
    assert queries.next_item(made.id) is None
    assert queries.progress(made.id).counts == {"accepted": 2, "stopped": 1}


@pytest.mark.parametrize("scanned", ["W2", "SN W2", " W2 "])
def test_a_weapon_of_a_batch_is_found_by_what_is_scanned(scanned: str) -> None:
    workshop.authority()
    made = workshop.batch(3)

    found = queries.find_item(made.id, scanned)

    assert found is not None
    assert found.position == 2
    assert queries.find_item(made.id, "") is None
