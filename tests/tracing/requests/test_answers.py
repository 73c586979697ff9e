"""Building an answer from a weapon's record: what is released, what it costs, and that the other side can verify it."""

import msgspec
import pytest

from countermark.ledger import guard, services, store
from countermark.register.queries import records
from countermark.tracing.requests import answers, proofs
from countermark.tracing.requests.answers import Choice
from tests.register import people
from tests.register.people import NORTH

pytestmark = pytest.mark.django_db


@pytest.fixture
def weapon_id() -> str:
    people.places()
    return str(people.weapon("R 1", "K1034", place=NORTH))


def test_every_event_of_the_record_is_released_with_its_proof(weapon_id: str) -> None:
    answer = answers.build(weapon_id, "r1", Choice())
    found = records.record(weapon_id)
    assert found is not None
    assert [one.event_id for one in answer.records] == [line.event_id for line in found.history]
    assert proofs.verify(answer).ok


def test_what_was_there_before_the_request_is_proven_by_a_checkpoint_held(weapon_id: str) -> None:
    log = services.require_own_log()
    held, size = guard.sign_current(log), store.size(log)
    people.weapon("R 2", "K1035", place=NORTH)
    report = proofs.verify(answers.build(weapon_id, "r1", Choice(), [size]), [held])
    assert report.ok
    assert {one.before for one in report.records} == {"proven"}


def test_an_event_told_in_part_loses_its_proof_and_says_what_is_withheld(weapon_id: str) -> None:
    whole = answers.build(weapon_id, "r1", Choice())
    event_id = whole.records[-1].event_id
    answer = answers.build(weapon_id, "r1", Choice(partly={event_id: ("event", "date")}))
    told = answer.records[-1]
    assert (told.entry, "country" in told.withheld, set(told.facts) <= {"event", "date"}) == ("", True, True)
    assert event_id in proofs.verify(answer).unproven


def test_an_event_left_out_is_not_told(weapon_id: str) -> None:
    whole = answers.build(weapon_id, "r1", Choice())
    event_id = whole.records[0].event_id
    answer = answers.build(weapon_id, "r1", Choice(left_out=frozenset({event_id})))
    assert event_id not in msgspec.json.encode(answer).decode()


def test_a_name_that_is_withheld_leaves_the_proof_whole(weapon_id: str) -> None:
    whole = answers.build(weapon_id, "r1", Choice())
    names = {urn for one in whole.records for urn in one.names}
    answer = answers.build(weapon_id, "r1", Choice(without=frozenset(names)))
    assert not any(one.names for one in answer.records)
    assert proofs.verify(answer).ok


def test_an_unknown_weapon_has_no_answer(weapon_id: str) -> None:
    with pytest.raises(answers.NoSuchWeapon):
        answers.build("00000000-0000-5000-8000-000000000000", "r1", Choice())


def test_tags_are_left_out_unless_an_officer_says_so(weapon_id: str) -> None:
    body = {
        "type": "AssociationEvent",
        "action": "ADD",
        "eventTime": "2026-01-01T00:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "parentID": f"urn:uuid:{weapon_id}",
        "childEPCs": ["urn:epc:raw:96.x3476451FD40000000000162E"],
        "countermark:event": "tag_bound",
        "countermark:tag": "3476451FD40000000000162E",
    }
    bound = services.append([services.Draft(kind="event", body=body)], by=people.CHIEF)[0]

    assert answers.left_out(weapon_id) == {bound.event_id}
    told = answers.build(weapon_id, "r1", Choice(left_out=answers.left_out(weapon_id)))
    assert "162E" not in msgspec.json.encode(told).decode()
