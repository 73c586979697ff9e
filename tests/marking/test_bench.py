"""The bench: each step once, however often it is pressed; nothing marked before the serial is confirmed."""

from collections.abc import Callable

import pytest

from countermark.ledger import identity, store
from countermark.ledger import services as ledger
from countermark.ledger.reasons import Reason
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.verify import verify
from countermark.marking import batches, bench, equipment, numbering
from countermark.marking.acts import Refused
from countermark.marking.batches import ItemDraft
from countermark.marking.states import CRITERIA, Item, Planned
from countermark.register import projection
from countermark.register.rules import WeaponState
from tests.marking import workshop
from tests.marking.workshop import GOOD, IMPORT, OWNER
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _authority(db: None) -> None:
    workshop.authority()


def one(marks: tuple[Planned, ...] = (IMPORT,)) -> Item:
    return workshop.items(workshop.batch(marks=marks))[0]


def weapon(item: Item) -> WeaponState:
    state = projection.state_of(batches.item(item.id).weapon)
    assert state is not None
    return state


def size() -> int:
    return store.size(ledger.require_own_log())


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.errors[0].code


def test_a_batch_of_three_goes_from_the_plan_to_the_register_and_is_closed() -> None:
    made = workshop.batch(3)

    finished = [workshop.accepted(item) for item in workshop.items(made)]
    batches.move(made.id, "inspected", by=CHIEF)
    closed = batches.move(made.id, "closed", by=CHIEF)

    assert [item.state for item in finished] == ["accepted"] * 3
    assert closed.state == "closed"
    marks = [[m.text for m in weapon(item).marks if m.mark_kind == "import"] for item in finished]
    assert marks == [[item.number] for item in finished]
    assert len({item.number for item in finished}) == 3
    assert verify().ok


def test_the_name_of_a_batch_stands_in_no_entry_and_can_be_erased() -> None:
    made = batches.make("Pistols of Captain Smith", "import", [ItemDraft([OWNER], people.weapon("W1"))], by=CHIEF)

    log = ledger.require_own_log()
    assert made.name == "Pistols of Captain Smith"
    assert not any(b"Smith" in data for _, _, _, data in store.raw_entries(log))
    ledger.erase([identity.ref("note", made.name)], by=CHIEF, reason="asked for")
    assert batches.batch(made.id).name == made.id[:8]
    assert verify().ok


def test_the_first_serial_keyed_sets_the_batch_running() -> None:
    item = one()

    bench.key_serial(item.id, item.serial, item.serial, by=CHIEF)

    assert batches.batch(item.batch).state == "running"


def test_two_keyings_that_differ_are_refused_and_nothing_is_recorded() -> None:
    item = one()
    before = size()

    with pytest.raises(Refused) as refusal:
        bench.key_serial(item.id, "SN W1", "SN W7", by=CHIEF)

    assert code(refusal) == "again"
    assert size() == before


def test_a_serial_that_is_not_the_recorded_one_stops_the_weapon_and_is_kept() -> None:
    item = one()

    stopped = bench.key_serial(item.id, "SN W8", "sn-w8", by=CHIEF)

    assert (stopped.state, stopped.keyed, stopped.serial) == ("stopped", "SN W8", "SN W1")


def test_spacing_and_case_make_no_other_serial() -> None:
    item = one()

    assert bench.key_serial(item.id, "snw1", "SN W1", by=CHIEF).state == "confirmed"


def test_a_stopped_weapon_may_be_keyed_again() -> None:
    item = one()
    bench.key_serial(item.id, "SN W8", "SN W8", by=CHIEF)

    assert bench.key_serial(item.id, "SN W1", "SN W1", by=CHIEF).state == "confirmed"


def test_a_stopped_weapon_goes_on_only_with_a_reason() -> None:
    item = one()
    bench.key_serial(item.id, "SN W8", "SN W8", by=CHIEF)

    with pytest.raises(Refused):
        bench.go_on(item.id, reason=" ", by=CHIEF)

    assert bench.go_on(item.id, reason="the record was misread", by=CHIEF).state == "confirmed"


def test_a_weapon_without_a_serial_is_confirmed_by_saying_so() -> None:
    weapon_id = people.weapon("bare", marks=[{"component": "frame", "mark_condition": "none"}])
    made = batches.make("Bare", "found", [ItemDraft([IMPORT], weapon_id)], authority="xa-import", by=CHIEF)
    batches.move(made.id, "released", by=CHIEF)

    assert bench.key_serial(workshop.items(made)[0].id, "", "", by=CHIEF).state == "confirmed"


def test_nothing_is_put_on_before_the_serial_is_confirmed() -> None:
    item = one((OWNER,))

    with pytest.raises(Refused) as refusal:
        bench.apply(item.id, attempt=1, method="laser", by=CHIEF)

    assert code(refusal) == "state"


def test_nothing_is_put_on_in_a_batch_that_is_not_released() -> None:
    item = workshop.items(workshop.batch(release=False))[0]

    with pytest.raises(Refused) as refusal:
        bench.key_serial(item.id, item.serial, item.serial, by=CHIEF)

    assert code(refusal) == "state"


def test_a_mark_whose_number_is_not_assigned_is_not_put_on() -> None:
    item = one()
    bench.key_serial(item.id, item.serial, item.serial, by=CHIEF)

    with pytest.raises(Refused) as refusal:
        bench.apply(item.id, attempt=1, method="laser", by=CHIEF)

    assert code(refusal) == "missing"


@pytest.mark.parametrize("times", [2, 5])
def test_every_button_pressed_again_changes_nothing(times: int) -> None:
    item = one((IMPORT, OWNER))
    steps: tuple[Callable[[], Item], ...] = (
        lambda: bench.key_serial(item.id, item.serial, item.serial, by=CHIEF),
        lambda: bench.assign_number(item.id, by=CHIEF),
        lambda: bench.apply(item.id, attempt=1, method="laser", plates=1, by=CHIEF),
        lambda: bench.inspect(item.id, GOOD, attempt=1, accepted=True, by=CHIEF),
    )
    for step in steps:
        after = step()
        length = size()
        assert [step() for _ in range(times)] == [after] * times
        assert size() == length

    assert [m.text for m in weapon(item).marks][1:] == [batches.item(item.id).number, "XA POLICE"]
    assert sum(one.plates for one in batches.item(item.id).applied) == 1


def test_a_rework_button_pressed_twice_is_one_rework() -> None:
    item = workshop.applied(one())

    for _ in range(2):
        bench.inspect(item.id, {"exposed"}, attempt=1, accepted=False, note="too shallow", by=CHIEF)

    again = batches.item(item.id)
    assert (again.state, again.attempt, len(again.inspections)) == ("rework", 2, 1)


def test_the_same_text_put_on_again_after_a_rework_is_no_second_mark_of_the_weapon() -> None:
    item = workshop.applied(one())
    bench.inspect(item.id, {"exposed"}, attempt=1, accepted=False, note="too shallow", by=CHIEF)

    bench.apply(item.id, attempt=2, method="hand_stamp", by=CHIEF)
    done = bench.inspect(item.id, GOOD, attempt=2, accepted=True, by=CHIEF)

    assert (done.state, [one.attempt for one in done.applied]) == ("accepted", [1, 2])
    assert [m.mark_kind for m in weapon(item).marks] == ["manufacture", "import"]


def test_a_form_of_an_earlier_attempt_puts_nothing_on() -> None:
    item = workshop.applied(one())
    bench.inspect(item.id, {"exposed"}, attempt=1, accepted=False, note="too shallow", by=CHIEF)

    assert bench.apply(item.id, attempt=1, method="laser", by=CHIEF).state == "rework"


@pytest.mark.parametrize("criterion", [name for name in CRITERIA if name != "recoverable"])
def test_a_mark_that_fails_a_criterion_is_not_accepted(criterion: str) -> None:
    item = workshop.applied(one())

    with pytest.raises(Refused) as refusal:
        bench.inspect(item.id, GOOD - {criterion}, attempt=1, accepted=True, by=CHIEF)

    assert code(refusal) == "criteria"


def test_a_mark_may_be_accepted_that_is_recoverable_only_as_far_as_possible() -> None:
    item = workshop.applied(one())

    assert bench.inspect(item.id, GOOD - {"recoverable"}, attempt=1, accepted=True, by=CHIEF).state == "accepted"


def test_another_number_after_a_spoilt_one_voids_it() -> None:
    item = workshop.confirmed(one())

    other = bench.renumber(item.id, item.number, reason=Reason("spoiled", "the plate broke"), by=CHIEF)

    assert other.number != item.number
    assert {n.text: n.state for n in numbering.of_item(item.id)} == {item.number: "voided", other.number: "issued"}
    assert (
        bench.renumber(item.id, item.number, reason=Reason("spoiled", "the plate broke"), by=CHIEF).number
        == other.number
    )


def test_a_number_on_metal_is_used_and_cannot_be_voided() -> None:
    item = workshop.applied(one())
    (number,) = numbering.of_item(item.id)

    assert number.state == "used"
    with pytest.raises(Refused):
        numbering.void("xa-import", number.number, reason="mistake", by=CHIEF)


def test_a_machine_that_is_down_marks_nothing_and_the_batch_goes_on_by_hand() -> None:
    machine = workshop.laser()
    item = workshop.confirmed(one())
    equipment.down(machine.id, "no_power", by=CHIEF)

    with pytest.raises(Refused) as refusal:
        bench.apply(item.id, attempt=1, method="laser", machine=machine.id, by=CHIEF)
    by_hand = bench.apply(item.id, attempt=1, method=bench.HAND, by=CHIEF)

    assert code(refusal) == "down"
    assert [(one.method, one.machine) for one in by_hand.applied] == [("hand_stamp", "")]


def test_what_was_written_on_paper_keeps_both_times() -> None:
    item = workshop.confirmed(one())

    marked = bench.apply(item.id, attempt=1, method=bench.HAND, happened="2026-03-04T09:30:00+02:00", by=CHIEF)

    (event,) = [e for e in projection.entries_of([item.weapon]) if e.event_id == marked.applied[0].event_id]
    assert marked.applied[0].time == "2026-03-04T07:30:00.000Z"
    assert event.body["eventTime"] == "2026-03-04T07:30:00.000Z"
    assert event.recorded.time > event.body["eventTime"]


def test_a_new_weapon_is_born_with_its_first_mark() -> None:
    marks = [Planned("frame", "manufacture", role="control"), Planned("barrel", "proof", "P1")]
    draft = ItemDraft(marks, ref="P-1", description=people.REVOLVER)
    made = batches.make("Production", "manufacture", [draft], authority="xa-import", by=CHIEF)
    batches.move(made.id, "released", by=CHIEF)

    done = workshop.applied(workshop.items(made)[0])

    state = weapon(done)
    assert (state.maker, state.ref, state.finding) == ("Rossi", "P-1", "")
    assert [(m.component, m.text, m.role) for m in state.marks] == [
        ("frame", done.number, "control"),
        ("barrel", "P1", "other"),
    ]


def test_a_withdrawn_weapon_gives_its_number_up_and_the_batch_can_close() -> None:
    item = workshop.confirmed(one())

    bench.withdraw(item.id, reason="unserviceable", by=CHIEF)

    assert [(n.state, n.reason_code) for n in numbering.of_item(item.id)] == [("voided", "unserviceable")]
    assert batches.move(item.batch, "inspected", by=CHIEF).state == "inspected"


def test_a_batch_with_unfinished_weapons_is_not_inspected() -> None:
    item = workshop.applied(one())

    with pytest.raises(Refused) as refusal:
        batches.move(item.batch, "inspected", by=CHIEF)

    assert code(refusal) == "unfinished"


def test_the_views_are_the_same_after_a_rebuild() -> None:
    workshop.accepted(one((IMPORT, OWNER)))

    rebuild_views()

    assert verify().ok
