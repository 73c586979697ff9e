"""One weapon, one event, one correction at a time: what is recorded, refused, and found again."""

from typing import Any

import pytest

from countermark.ledger import identity
from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.drafts import Draft
from countermark.ledger.models import SideText
from countermark.register import bodies, projection
from countermark.register import services as register
from countermark.register.projection import RegisterProjection
from countermark.register.queries import records
from countermark.register.services import Refused
from tests.register.files import CLERK, FACTS, Loader, assert_sound, state, texts, weapon_id

pytestmark = pytest.mark.django_db

FRAME = {"component": "frame", "mark": "TKD48213"}
ISSUE = {"event": "issue", "date": "2001-03-02", "to": "Unit 5"}


@pytest.fixture
def pistol() -> str:
    return register.add_weapon("A1", FACTS, [FRAME], by=CLERK).weapon_id


def refusal(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*arguments, by=CLERK, **more)
    return refused.value.errors[0].code


def test_saying_the_same_again_is_harmless_and_something_else_is_refused(pistol: str) -> None:
    assert not register.add_weapon("A1", FACTS, [FRAME], by=CLERK).new
    assert refusal(register.add_weapon, "A1", {**FACTS, "model": "PT99"}, [FRAME]) == "differs"


def test_a_weapon_keyed_by_hand_is_the_one_its_file_brings(pistol: str, tmp_path: Any) -> None:
    assert Loader(tmp_path).weapons({"ref": "A1", **FACTS, **FRAME}).unchanged == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_no_correction_and_no_join_without_a_reason(pistol: str, reason: str) -> None:
    other = register.add_weapon("A2", FACTS, [FRAME], by=CLERK).weapon_id
    assert refusal(register.correct_weapon, pistol, {**FACTS, "model": "PT99"}, [FRAME], reason=reason) == "missing"
    assert refusal(register.join, pistol, other, reason=reason) == "missing"


def test_correcting_keeps_what_was_said_in_the_history_with_the_reason(pistol: str) -> None:
    register.correct_weapon(pistol, {**FACTS, "model": "PT99"}, [FRAME], reason="read again", by=CLERK)
    record = records.record(pistol)
    assert record is not None
    shown = records.as_json(record)
    assert (shown["model"], [line["corrected"] for line in shown["history"]]) == ("PT99", [True, False])
    assert shown["history"][0]["reason"] == "read again"
    assert shown["history"][0]["replacement"] == shown["history"][1]["eventID"]


def test_a_correction_that_changes_nothing_is_refused(pistol: str) -> None:
    assert refusal(register.correct_weapon, pistol, FACTS, [FRAME], reason="so") == "unchanged"
    event = register.add_event(pistol, ISSUE, by=CLERK).event_id
    assert refusal(register.correct_event, event, {}, reason="so") == "unchanged"


def test_an_event_is_corrected_once_and_then_its_correction_is(pistol: str) -> None:
    event = register.add_event(pistol, ISSUE, by=CLERK).event_id
    right = register.correct_event(event, {"to": "Unit 6"}, reason="typo", by=CLERK).event_id
    assert refusal(register.correct_event, event, {"to": "Unit 7"}, reason="typo") == "corrected"
    register.correct_event(right, {"to": "Unit 5"}, reason="no typo", by=CLERK)
    assert state().holder == identity.opaque("party", "Unit 5")
    assert_sound()


def test_a_corrected_event_keeps_the_note_made_with_it_unless_another_is_given(pistol: str) -> None:
    event = register.add_event(pistol, {**ISSUE, "note": "box 4"}, by=CLERK).event_id
    right = register.correct_event(event, {"to": "Unit 6"}, reason="typo", by=CLERK).event_id
    assert logs.find(right)[0].recorded.note == identity.opaque("note", "box 4")
    last = register.correct_event(right, {"to": "Unit 7", "note": "box 5"}, reason="typo", by=CLERK).event_id
    assert logs.find(last)[0].recorded.note == identity.opaque("note", "box 5")


@pytest.mark.parametrize("unknown", ["", "ni:///sha-256;00?ver=CBV2.0", "A1"])
def test_an_event_nobody_knows_cannot_be_corrected(pistol: str, unknown: str) -> None:
    assert refusal(register.correct_event, unknown, None, reason="so") == "unknown"


def shared_birth() -> str:
    """One event of a maker's program that opens two records."""
    body = bodies.birth("Maker", "M1", FACTS, [bodies.mark(FRAME)])
    del body["countermark:writing"]
    body["epcList"] = [f"urn:uuid:{bodies.weapon_id('Maker', ref)}" for ref in ("M1", "M2")]
    return ledger.append([Draft("event", body)], by=CLERK)[0].event_id


def test_correcting_one_weapon_of_a_makers_event_does_not_close_the_others() -> None:
    shared_birth()
    assert (
        refusal(
            register.correct_weapon, bodies.weapon_id("Maker", "M2"), {**FACTS, "model": "PT99"}, [FRAME], reason="so"
        )
        == "shared"
    )
    assert state("M1", "Maker").model == "PT92"


def test_an_event_about_no_weapon_is_not_corrected_as_one(pistol: str) -> None:
    body = {"type": "ObjectEvent", "action": "OBSERVE", "eventTime": "2020-01-01T00:00:00.000Z", "eventTimeZoneOffset": "+00:00",
            "epcList": ["urn:epc:id:sgtin:4012345.011122.25"]}  # fmt: skip
    event = ledger.append([Draft("event", body)], by=CLERK)[0].event_id
    assert refusal(register.correct_event, event, {"to": "Unit 6"}, reason="so") == "shared"


def test_a_joined_record_is_shown_under_the_other_until_the_join_is_withdrawn(pistol: str) -> None:
    other = register.add_weapon("A2", FACTS, [FRAME], by=CLERK).weapon_id
    join = register.join(pistol, other, reason="entered twice", by=CLERK)
    record = records.record(pistol)
    assert record is not None
    assert (record.state.id, [one.id for one in record.joined]) == (other, [pistol])
    assert refusal(register.join, other, pistol, reason="so") == "joined"
    assert refusal(register.join, other, other, reason="so") == "same"
    register.correct_event(join.event_id, None, reason="they are two", by=CLERK)
    assert state("A1").replaced_by == ""
    assert_sound()


def test_a_name_is_stated_in_one_entry_only_however_often_it_is_used(pistol: str) -> None:
    for date in ("2001-01-01", "2002-01-01", "2003-01-01"):
        register.add_event(pistol, {**ISSUE, "date": date}, by=CLERK)
    ref = identity.ref("party", "Unit 5")
    assert sum(f"text/{ref}" in entry.recorded.kept for entry in logs.all_entries()) == 1


def test_an_erased_name_leaves_a_tombstone_and_everything_verifies(pistol: str) -> None:
    register.add_event(pistol, ISSUE, by=CLERK)
    ref = identity.ref("party", "Unit 5")
    assert ledger.erase([ref], by=CLERK, reason="the person asked") == 1
    row = SideText.objects.get(ref=ref)
    assert (row.text, row.salt) == ("", "")
    assert_sound()
    register.add_event(pistol, {**ISSUE, "date": "2005-01-01"}, by=CLERK)
    assert SideText.objects.get(ref=ref).text == ""
    assert_sound()
    record = records.record(pistol)
    assert record is not None
    assert records.as_json(record)["history"][1]["to"] == identity.opaque("party", "Unit 5")


def test_an_event_with_an_erased_name_can_still_be_corrected(pistol: str) -> None:
    event = register.add_event(pistol, ISSUE, by=CLERK).event_id
    ledger.erase([identity.ref("party", "Unit 5")], by=CLERK, reason="the person asked")
    register.correct_event(event, {"date": "2001-03-03"}, reason="typo", by=CLERK)
    assert state().holder == identity.opaque("party", "Unit 5")


def test_what_the_devices_clock_said_is_kept_beside_the_time_of_recording(pistol: str) -> None:
    event = register.add_event(pistol, ISSUE, by=CLERK, device_time="2001-03-02T08:00:00.000Z").event_id
    assert logs.find(event)[0].recorded.device_time == "2001-03-02T08:00:00.000Z"


def test_marks_added_by_event_count_and_are_exported_as_fields(pistol: str) -> None:
    register.add_event(pistol, {"event": "mark", "component": "barrel", "mark": "B7"}, by=CLERK)
    assert texts() == ["TKD48213", "B7"]
    assert [fields["mark"] for fields in register.marks_as_fields(state())] == ["TKD48213", "B7"]


def test_a_changed_view_row_is_found_and_mended_by_rebuilding(pistol: str) -> None:
    from countermark.register.models import Weapon

    Weapon.objects.filter(id=pistol).update(maker="Nobody")
    assert [difference.where for difference in RegisterProjection().compare()] == ["register_weapon"]
    RegisterProjection().rebuild()
    assert list(RegisterProjection().compare()) == []


def test_folding_is_asked_for_by_id_and_unknown_ids_are_left_out(pistol: str) -> None:
    assert set(projection.states_of([pistol, weapon_id("Z9")])) == {pistol}
    assert projection.state_of(weapon_id("Z9")) is None
    assert register.own_source() == "XA/main"
