"""Reads taken in: observations that add up, batches that count once, alarms as acts, ages that are purged."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from countermark.accounts import services as accounts
from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.verify import verify
from countermark.register import services as register
from countermark.register.queries.scope import Scope
from countermark.stockpile import acts, units
from countermark.stockpile.models import Observation, SubjectRow, TakenBatch
from countermark.stockpile.readers import alarms, devices, observations, presence, queries, services
from countermark.stockpile.readers.intake import Intake
from countermark.stockpile.readers.reads import SLOT_MS, Read, gather
from countermark.stockpile.tags import services as tags
from tests.register import people
from tests.stockpile.readers.depots import CHIEF, CHIP, EPC, NORTH, SOUTH, Refused, now, pistol, readers, seen

pytestmark = pytest.mark.django_db


def refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*arguments, by=CHIEF, **more)
    return refused.value.errors[0].code


def totals() -> list[tuple[str, int]]:
    return list(Observation.objects.order_by("tag", "slot").values_list("tag", "reads"))


def test_reads_of_one_minute_are_one_row_however_often_they_come() -> None:
    north, _ = readers()
    minute = now() // SLOT_MS * SLOT_MS
    first = [Read(EPC, minute + 10, 1, rssi=-6000), Read(EPC, minute + 20, 1, rssi=-5500)]
    services.take(north, first, by=CHIEF)

    taken = services.take(north, [Read(EPC, minute + 5, 1, reads=3)], by=CHIEF)

    assert (taken.reads, taken.tags, taken.rows) == (3, 1, 1)
    row = Observation.objects.get()
    assert (row.reader, row.tag, row.antenna, row.reads, row.rssi) == ("main/north", EPC, 1, 5, -5500)
    assert (row.first - minute, row.last - minute) == (5, 20)


def test_a_batch_sent_again_is_not_counted_again() -> None:
    north, south = readers()
    services.take(north, [seen()], batch="b1", by=CHIEF)

    assert services.take(north, [seen()], batch="b1", by=CHIEF).known
    assert not services.take(south, [seen()], batch="b1", by=CHIEF).known
    assert TakenBatch.objects.count() == 2
    assert sum(reads for _, reads in totals()) == 2


def test_observations_are_no_part_of_the_log() -> None:
    north, _ = readers()
    before = logs.size(ledger.require_own_log())

    services.take(north, [seen(), seen(tag="E200")], by=CHIEF)

    assert logs.size(ledger.require_own_log()) == before


def test_a_copy_in_another_depot_raises_an_alarm_once() -> None:
    north, south = readers()
    weapon_id = pistol()
    services.take(north, [seen(20)], by=CHIEF)

    taken = services.take(south, [seen(10)], by=CHIEF)
    again = services.take(south, [seen(5)], by=CHIEF)

    assert sorted(alarm.kind for alarm in taken.alarms) == ["elsewhere", "two_places"]
    assert not again.alarms
    found = acts.subjects("alarm", state=alarms.OPEN)
    assert {one.value["weapon"] for one in found} == {weapon_id}
    assert verify().ok


def test_an_alarm_shows_among_what_was_said_of_the_weapon() -> None:
    from countermark.register import mentions

    _, south = readers()
    weapon_id = pistol()

    services.take(south, [seen()], by=CHIEF)

    said = [entry.body["act"] for entry in logs.entries_at(mentions.positions(weapon_id))]
    assert said == ["stockpile_alarm_raised"]


def test_two_racks_of_one_site_are_one_place() -> None:
    readers()
    accounts.add_place("North rack 1", acts_place(NORTH), by=CHIEF)
    accounts.add_place("North rack 2", acts_place(NORTH), by=CHIEF)
    units.set_unit(NORTH, units.UnitFields("site"), by=CHIEF)
    one = devices.set_reader("rack-1", "http", "North rack 1", by=CHIEF)
    two = devices.set_reader("rack-2", "http", "North rack 2", by=CHIEF)
    pistol()

    services.take(one, [seen(2)], by=CHIEF)

    assert not services.take(two, [seen(1)], by=CHIEF).alarms


def acts_place(name: str) -> Any:
    from countermark.accounts.models import Place

    return Place.objects.get(name=name)


def test_the_tag_of_a_stolen_weapon_is_an_alarm_anywhere() -> None:
    north, _ = readers()
    register.add_event(pistol(), {"event": "theft", "date": "2024-05-06"}, by=CHIEF)

    assert [alarm.kind for alarm in services.take(north, [seen()], by=CHIEF).alarms] == ["wanted"]


def test_another_chip_under_the_number_is_an_alarm() -> None:
    north, _ = readers()
    pistol(tid=CHIP)

    assert not services.take(north, [seen(tid=CHIP)], by=CHIEF).alarms
    assert [alarm.kind for alarm in services.take(north, [seen(tid="E2801160")], by=CHIEF).alarms] == ["two_chips"]


def test_a_closed_alarm_rests_until_something_new_is_read() -> None:
    _, south = readers()
    pistol()
    services.take(south, [seen(30)], by=CHIEF)
    [raised] = acts.subjects("alarm")

    closed = alarms.close(raised.key, "explained", Reason("noted_late", "for repair"), by=CHIEF)

    assert (closed.state, closed.value["outcome"], closed.value[FIELD]) == (alarms.CLOSED, "explained", "noted_late")
    assert not services.take(south, [seen(20)], by=CHIEF).alarms
    later = services.take(south, [Read(EPC, now() + 60_000)], by=CHIEF)
    assert [alarm.kind for alarm in later.alarms] == ["elsewhere"]


def test_an_alarm_is_closed_once_with_a_reason_and_a_known_outcome() -> None:
    _, south = readers()
    pistol()
    services.take(south, [seen()], by=CHIEF)
    [raised] = acts.subjects("alarm")

    assert refusal(alarms.close, raised.key, "explained", " ") == "missing"
    assert refusal(alarms.close, raised.key, "forgotten", "noted_late") == "unknown"
    assert refusal(alarms.close, "main/none", "explained", "noted_late") == "unknown"
    alarms.close(raised.key, "reader_fault", "reader_reach", by=CHIEF)
    assert refusal(alarms.close, raised.key, "explained", "noted_late") == "closed"


def test_alarms_are_rebuilt_equal() -> None:
    _, south = readers()
    pistol()
    services.take(south, [seen()], by=CHIEF)
    alarms.close(acts.subjects("alarm")[0].key, "tag_replaced", Reason("tag_copied", "a copy"), by=CHIEF)
    before = list(SubjectRow.objects.order_by("kind", "key").values())

    rebuild_views()

    assert list(SubjectRow.objects.order_by("kind", "key").values()) == before


def test_tags_bound_to_nothing_cost_one_look() -> None:
    north, _ = readers()
    many = [seen(tag=f"{number:08X}") for number in range(300)]
    services.take(north, many, by=CHIEF)

    with CaptureQueriesContext(connection) as asked:
        services.take(north, many, by=CHIEF)

    assert len([one for one in asked.captured_queries if one["sql"].startswith("SELECT")]) <= 3


def test_what_is_older_than_it_is_kept_for_is_purged() -> None:
    north, south = readers()
    day = 86_400_000
    for device in (north, south):
        services.take(device, [Read(EPC, now() - age * day) for age in (1, 29, 31, 40)], by=CHIEF)

    assert observations.purge() == 4
    assert len(totals()) == 4
    observations.keep_for(7, by=CHIEF)
    assert observations.purge() == 2
    assert observations.purge() == 0


def test_purging_goes_in_steps_that_let_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observations, "PURGED_AT_ONCE", 3)
    north, _ = readers()
    old = now() - 40 * 86_400_000
    services.take(north, [Read(f"{n:04X}", old + n * SLOT_MS) for n in range(10)], by=CHIEF)

    assert observations.purge() == 10


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_a_retention_that_is_none_is_refused(days: int) -> None:
    assert refusal(observations.keep_for, days) == "range"


@pytest.mark.parametrize(
    ("name", "kind", "place", "address", "code"),
    [
        ("Gate 1", "llrp", NORTH, "h", "form"),
        ("gate", "nfc", NORTH, "h", "unknown"),
        ("gate", "llrp", "Nowhere", "h", "unknown"),
        ("gate", "llrp", "", "h", "missing"),
        ("gate", "llrp", NORTH, "", "missing"),
        ("gate", "llrp", NORTH, "h:99999", "form"),
        ("gate", "llrp", NORTH, "http://h", "form"),
        ("gate", "mqtt", NORTH, "a/#/b", "form"),
        ("gate", "mqtt", NORTH, "a/b+", "form"),
    ],
)
def test_a_reader_that_cannot_be_is_refused(name: str, kind: str, place: str, address: str, code: str) -> None:
    readers()
    assert refusal(devices.set_reader, name, kind, place, address=address) == code


def test_a_reader_is_described_anew_and_retired() -> None:
    north, south = readers()
    size = logs.size(ledger.require_own_log())
    devices.set_reader("north", "llrp", NORTH, address="10.0.0.7:5084", by=CHIEF)
    assert logs.size(ledger.require_own_log()) == size

    moved = devices.set_reader("north", "llrp", SOUTH, address="[fe80::1]:5085", purpose="passage", by=CHIEF)
    devices.retire("south", by=CHIEF)

    assert moved.id == north.id
    assert devices.devices() == [moved]
    assert refusal(devices.retire, south.id) == "unknown"


def test_presence_is_off_until_it_is_switched_on() -> None:
    readers()
    weapon_id = pistol()
    presence.switch(on=True, by=CHIEF)

    bound = tags.bind(weapon_id, "ble:ac:23:3f:00:00:03", by=CHIEF)

    assert bound.tag == "ble:AC233F000003"
    presence.switch(on=False, by=CHIEF)
    assert refusal(tags.bind, weapon_id, "ble:ac:23:3f:00:00:04") == "off"


def test_the_sample_is_drawn_from_the_tree_as_it_is_when_the_reads_are_closed() -> None:
    items = [f"w{number}" for number in range(30)]
    closing = ledger.append([ledger.timed_act("setting_changed", {"setting": "closing"})], by=CHIEF)[0].event_id

    drawn = services.sample_of(items, 5, closing)
    ledger.append([ledger.timed_act("setting_changed", {"setting": "later"})], by=CHIEF)

    assert services.sample_of(reversed(items), 5, closing) == drawn
    with pytest.raises(ledger.LedgerError):
        services.sample_of(items, 5, "ni:///sha-256;none")


def test_a_tag_in_a_rack_is_looked_into_once_a_minute_and_at_once_where_something_is_new() -> None:
    looked = services.Looked()
    minute = now() // SLOT_MS * SLOT_MS

    def asks(reader: str, at: int, tid: str = "") -> bool:
        return bool(looked.fresh(gather(reader, [Read(EPC, at, tid=tid)])))

    assert [asks("r", minute), asks("r", minute + 1)] == [True, False]
    assert [asks("s", minute + 2), asks("r", minute + 3, "E2801160")] == [True, True]
    assert [asks("r", minute + SLOT_MS), asks("r", minute + SLOT_MS + 1)] == [True, False]
    assert asks("r", minute), "what comes late is looked into whenever it comes"


def test_what_a_handheld_kept_for_days_is_looked_into_minute_by_minute() -> None:
    north, south = readers()
    pistol()
    days_ago = now() - 3 * 86_400_000
    services.take(north, [Read(EPC, days_ago)], by=CHIEF)

    taken = services.take(south, [Read(EPC, days_ago + 1000), seen(tag="E200")], by=CHIEF)

    assert sorted(alarm.kind for alarm in taken.alarms) == ["elsewhere", "two_places"]


def test_many_rows_at_once_add_up_as_few_do() -> None:
    north, _ = readers()
    minute = now() // SLOT_MS * SLOT_MS
    tags = [f"{number:04X}" for number in range(200)]

    for rssi, at in ((-6000, minute + 500), (-7000, minute)):
        services.take(north, [Read(tag, at, rssi=rssi) for tag in tags], by=CHIEF)

    found = set(Observation.objects.values_list("first", "last", "reads", "rssi"))
    assert found == {(minute, minute + 500, 2, -6000)}
    assert Observation.objects.count() == len(tags)


def test_a_tag_on_a_record_that_was_found_to_be_another_is_on_that_weapon() -> None:
    _, south = readers()
    old, weapon_id = pistol(), people.weapon("A2", place=SOUTH)
    register.join(old, weapon_id, reason="keyed twice", by=CHIEF)

    assert [(one.weapon, one.status) for one in services.bound_tags([EPC])] == [(weapon_id, "active")]
    assert not services.take(south, [seen()], by=CHIEF).alarms


def test_a_count_by_radio_gets_weapons_by_their_tag_and_the_tags_that_are_on_none() -> None:
    north, south = readers()
    weapon_id = pistol()
    services.take(north, [seen(5), seen(5, tag="E200"), seen(86_400, tag="E201")], by=CHIEF)
    services.take(south, [seen(5, tag="E202")], by=CHIEF)

    found = queries.counted([north.id], now() - 3_600_000, now())

    assert found == ({EPC: weapon_id}, ["E200"])
    assert queries.counted([north.id], now() - 3_600_000, now(), Scope(frozenset({"elsewhere"}))) == ({}, [EPC, "E200"])


def test_an_alarm_is_raised_although_the_store_was_away_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    _, south = readers()
    pistol()
    intake = Intake(CHIEF)
    intake.add(south.id, [seen()])
    with monkeypatch.context() as away:
        away.setattr("countermark.stockpile.readers.alarms.raise_all", _fail)
        away.setattr("countermark.stockpile.readers.intake.connection.close", lambda: None)
        with pytest.raises(OperationalError):
            intake.flush()

    assert [alarm.kind for alarm in intake.flush().alarms] == ["elsewhere"]
    assert sum(reads for _, reads in totals()) == 1


def _fail(*_: Any, **__: Any) -> None:
    raise OperationalError
