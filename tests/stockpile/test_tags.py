"""Tags on weapons: bound and unbound by events, folded in any order, and never a mark."""

import itertools
from typing import Any

import pytest

from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.drafts import Draft
from countermark.ledger.epcis import validate
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.verify import verify
from countermark.register import projection, rules
from countermark.register import services as register
from countermark.register.checking import Refused
from countermark.register.models import Mark
from countermark.register.queries.scope import Scope
from countermark.register.tagged import TagState
from countermark.stockpile.models import Tag
from countermark.stockpile.tags import bodies, queries, services
from tests.register.people import CHIEF, weapon

pytestmark = pytest.mark.django_db

EPC = "3476451FD40000000000162E"
OTHER = "3876451FD59B2C2BF100"
CHIP = "E2801170200014CD9B5A08EC"


def refusal(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*arguments, by=CHIEF, **more)
    return refused.value.errors[0].code


def tags_of(weapon_id: str) -> list[str]:
    state = projection.state_of(weapon_id)
    assert state is not None
    return [tag.tag for tag in state.tags]


def test_a_tag_is_bound_by_an_event_and_unbound_by_another() -> None:
    pistol = weapon("A1")

    bound = services.bind(pistol, EPC.lower(), tid=CHIP, by=CHIEF)
    assert (bound.tag, bound.tid, bound.new) == (EPC, CHIP, True)
    assert [(row.tag, str(row.weapon.id)) for row in queries.bound()] == [(EPC, pistol)]

    services.unbind(EPC, by=CHIEF)
    assert tags_of(pistol) == []
    assert queries.bound() == []


def test_both_events_are_epcis_associations() -> None:
    pistol = weapon("A1")
    found = [services.bind(pistol, EPC, tid=CHIP, by=CHIEF), services.unbind(EPC, by=CHIEF)]

    said = [logs.find(one.event_id)[0].body for one in found]

    assert [(body["type"], body["action"], body["bizStep"]) for body in said] == [
        ("AssociationEvent", "ADD", "installing"),
        ("AssociationEvent", "DELETE", "removing"),
    ]
    assert said[0]["childEPCs"] == [f"urn:epc:raw:96.x{EPC}"]
    assert [list(validate(body)) for body in said] == [[], []]


def test_a_tag_is_no_mark() -> None:
    pistol = weapon("A1")
    before = Mark.objects.count()

    services.bind(pistol, EPC, by=CHIEF)

    state = projection.state_of(pistol)
    assert state is not None
    assert Mark.objects.count() == before
    assert all(EPC not in mark.text for mark in state.marks)


def test_binding_again_is_harmless_and_a_chip_read_since_is_added() -> None:
    pistol = weapon("A1")
    services.bind(pistol, EPC, by=CHIEF)

    assert not services.bind(pistol, EPC, by=CHIEF).new
    assert services.bind(pistol, EPC, tid=CHIP, by=CHIEF).new
    assert not services.bind(pistol, EPC, by=CHIEF).new
    assert Tag.objects.get().tid == CHIP


@pytest.mark.parametrize("text", ["", "XYZ", "123", "12345", "30" * 63, "ble:", "ble:00", "zz:00112233445566"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    assert refusal(services.bind, weapon("A1"), text) == "form"


def test_a_tag_of_another_weapon_and_a_second_chip_are_refused() -> None:
    one, other = weapon("A1"), weapon("A2")
    services.bind(one, EPC, tid=CHIP, by=CHIEF)

    assert refusal(services.bind, other, EPC) == "bound"
    assert refusal(services.bind, one, EPC, tid="E280" * 6) == "chip"
    assert refusal(services.bind, one, OTHER, tid="E2") == "form"


def test_only_a_weapon_that_is_there_gets_a_tag() -> None:
    one, other = weapon("A1"), weapon("A2")
    register.join(one, other, reason="twice keyed", by=CHIEF)

    assert refusal(services.bind, one, EPC) == "joined"
    assert refusal(services.bind, "00000000-0000-0000-0000-000000000000", EPC) == "unknown"
    register.add_event(other, {"event": "destruction", "date": "2024-01-02"}, by=CHIEF)
    assert refusal(services.bind, other, EPC) == "destroyed"


def test_a_beacon_is_refused_until_presence_is_switched_on() -> None:
    assert refusal(services.bind, weapon("A1"), "ble:AC:23:3F:00:00:03") == "off"


def test_a_tag_that_is_nowhere_cannot_be_taken_off() -> None:
    assert refusal(services.unbind, EPC) == "unbound"


def appended_elsewhere(weapon_id: str, tag: str, time: str) -> None:
    """What another depot recorded without knowing of us."""
    body = bodies.bound(weapon_id, tag, "", time, "XA/depot7")
    ledger.append([Draft(kind="event", body=body)], by=CHIEF)


def test_a_tag_bound_to_two_weapons_by_two_depots_shows_as_a_finding_and_one_is_taken_off() -> None:
    one, other = weapon("A1"), weapon("A2")
    services.bind(one, EPC, by=CHIEF)
    appended_elsewhere(other, EPC, "2026-01-01T00:00:00.000Z")

    assert [row.twice for row in queries.bound(twice=True)] == [True, True]
    assert queries.weapon_of(EPC) is None
    assert refusal(services.unbind, EPC) == "several"
    services.unbind(EPC, weapon_id=other, by=CHIEF)
    assert str(queries.weapon_of(EPC)) == one


def test_a_correction_takes_a_binding_back() -> None:
    pistol = weapon("A1")
    bound = services.bind(pistol, EPC, by=CHIEF)

    register.correct_event(bound.event_id, None, reason="wrong rack", by=CHIEF)

    assert tags_of(pistol) == []
    assert not Tag.objects.exists()


def test_tags_come_to_the_same_in_whatever_order_events_arrive() -> None:
    pistol = weapon("A1")
    for tag, time in ((EPC, "2026-01-01"), (OTHER, "2026-01-02"), (EPC, "2026-01-04")):
        appended_elsewhere(pistol, tag, f"{time}T00:00:00.000Z")
    gone = bodies.unbound(pistol, EPC, "2026-01-03T00:00:00.000Z", "XA/depot7")
    ledger.append([Draft(kind="event", body=gone)], by=CHIEF)
    entries = projection.entries_of([pistol])

    folds = {rules.fold(pistol, some).tags for some in itertools.permutations(entries)}

    assert [[tag.tag for tag in fold] for fold in folds] == [[OTHER, EPC]]


def test_the_view_is_rebuilt_equal() -> None:
    one, other = weapon("A1"), weapon("A2")
    services.bind(one, EPC, tid=CHIP, by=CHIEF)
    services.bind(other, OTHER, by=CHIEF)
    before = list(Tag.objects.order_by("tag").values())

    assert verify().ok
    rebuild_views()
    assert list(Tag.objects.order_by("tag").values()) == before


@pytest.mark.parametrize("said", [{"countermark:tag": 7}, {"countermark:tag": "no tag"}, {"countermark:tid": []}])
def test_what_another_program_writes_amiss_is_passed_over(said: dict[str, Any]) -> None:
    pistol = weapon("A1")
    body = {**bodies.bound(pistol, EPC, CHIP, "2026-01-01T00:00:00.000Z", "elsewhere"), **said}
    del body["countermark:writing"]
    ledger.append([Draft(kind="event", body=body)], by=CHIEF)

    state = projection.state_of(pistol)
    assert state is not None
    assert all(isinstance(tag, TagState) and tag.tag == EPC for tag in state.tags)


def test_tags_of_weapons_out_of_sight_are_not_listed() -> None:
    services.bind(weapon("A1"), EPC, by=CHIEF)

    assert queries.bound(Scope(frozenset({"urn:countermark:place:" + "0" * 64}))) == []
