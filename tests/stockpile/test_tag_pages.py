"""Pages of tags: the overview, an alarm and its end, the queue of discrepancies, tags on the record; each as far as one may see."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from countermark.ledger import services as ledger
from countermark.ledger.drafts import Draft
from countermark.ledger.reasons import FIELD, IN_QUEUE
from countermark.register import cases
from countermark.register.queries import discrepancies
from countermark.register.queries.scope import EVERYTHING
from countermark.stockpile import acts
from countermark.stockpile.readers import alarms, queue, services
from countermark.stockpile.tags import bodies
from tests.register.people import CHIEF, NORTH, SOUTH, person, signed_in, weapon
from tests.stockpile.readers.depots import EPC, pistol, readers, seen

pytestmark = pytest.mark.django_db


def raised() -> tuple[str, str]:
    """A weapon whose tag was read in the other depot. Returns the ids of the weapon and its alarm."""
    _, south = readers()
    weapon_id = pistol()
    services.take(south, [seen()], by=CHIEF)
    return weapon_id, acts.subjects("alarm")[0].key


def text(client: Client, name: str, *arguments: Any, query: str = "") -> str:
    response = client.get(reverse(name, args=arguments) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_overview_shows_alarms_readers_and_the_risk_of_presence() -> None:
    raised()

    page = text(signed_in("chief", "commander"), "stockpile:tags")

    assert EPC in page
    assert "read where its weapon is not" in page
    assert "south" in page
    assert "operations" in page


def test_who_is_of_neither_place_sees_neither_alarm_nor_reader() -> None:
    from countermark.accounts import services as accounts

    _, key = raised()
    accounts.add_place("East depot", by=CHIEF)
    eve = signed_in("eve", "commander", "East depot")

    page = text(eve, "stockpile:tags")

    assert EPC not in page
    assert "No alarm" in page
    assert eve.get(reverse("stockpile:alarm", args=[key])).status_code == 404
    assert eve.post(reverse("stockpile:alarm_close", args=[key])).status_code == 404


def test_the_depot_where_it_was_read_sees_the_alarm_but_not_the_weapon() -> None:
    weapon_id, key = raised()

    page = text(signed_in("sam", "commander", SOUTH), "stockpile:alarm", key)

    assert EPC in page
    assert weapon_id not in page


def test_an_alarm_is_closed_with_what_was_found() -> None:
    _, key = raised()
    chief = signed_in("chief", "commander")

    refused = chief.post(
        reverse("stockpile:alarm_close", args=[key]), {"outcome": "explained", "reason": ""}, follow=True
    )
    assert "What it was" in refused.content.decode()
    assert alarms.alarm(key).state == alarms.OPEN
    chief.post(
        reverse("stockpile:alarm_close", args=[key]),
        {"outcome": "explained", "reason": "not_noted", "words": "At the workshop"},
    )

    shown = text(chief, "stockpile:alarm", key)
    assert "moved, and nobody noted it: At the workshop" in shown
    assert EPC in text(chief, "stockpile:tags", query="?closed")


def test_an_alarm_closed_before_reasons_were_codes_still_says_what_was_found() -> None:
    _, key = raised()
    closed = acts.draft("stockpile_alarm_closed", [f"alarm:{key}"], {"outcome": "explained"}, note="At the workshop")
    acts.append([closed], by=CHIEF)

    assert "At the workshop" in text(signed_in("chief", "commander"), "stockpile:alarm", key)


def test_an_alarm_stands_in_the_queue_and_a_decision_there_closes_it() -> None:
    _, key = raised()
    [found] = discrepancies.queue(EVERYTHING, kind=queue.ALARM)
    chief = person("chief", "commander")
    client = Client()
    client.force_login(chief)

    page = text(client, "register:discrepancy", found.subject)
    assert reverse("stockpile:alarm", args=[key]) in page
    cases.assign(found.subject, "2027-01-01", "chief", by=CHIEF)
    cases.decide(found.subject, "2027-01-01", "as_recorded", "it was lent", by=CHIEF)

    assert (alarms.alarm(key).state, alarms.alarm(key).value["outcome"]) == (alarms.CLOSED, alarms.DECIDED)
    assert alarms.alarm(key).value[FIELD] == IN_QUEUE
    assert discrepancies.queue(EVERYTHING, kind=queue.ALARM) == []
    assert [one.subject for one in discrepancies.queue(EVERYTHING, state=cases.DECIDED)] == [found.subject]
    assert not services.take(services_device(), [seen(5)], by=CHIEF).alarms


def services_device() -> Any:
    from countermark.stockpile.readers import devices

    return devices.device("south")


def test_an_alarm_closed_on_its_own_page_leaves_the_queue() -> None:
    _, key = raised()

    alarms.close(key, "reader_fault", "reader_reach", by=CHIEF)

    assert discrepancies.queue(EVERYTHING, kind=queue.ALARM) == []


def test_a_tag_on_two_weapons_stands_in_the_queue_until_it_is_off_one() -> None:
    from countermark.stockpile.tags import services as tags

    one, other = weapon("A1"), weapon("A2")
    for number, weapon_id in enumerate((one, other)):
        body = bodies.bound(weapon_id, EPC, "", f"2026-01-0{number + 1}T00:00:00.000Z", f"XA/depot{number}")
        ledger.append([Draft(kind="event", body=body)], by=CHIEF)

    [found] = discrepancies.queue(EVERYTHING, kind=queue.TWICE)
    assert {str(one.id) for one in found.weapons} == {one, other}
    assert EPC in text(signed_in("chief", "commander"), "stockpile:tags")
    tags.unbind(EPC, weapon_id=other, by=CHIEF)
    assert discrepancies.queue(EVERYTHING, kind=queue.TWICE) == []


def test_a_tag_is_put_on_and_taken_off_on_the_record() -> None:
    readers()
    weapon_id = weapon("A1", place=NORTH)
    alice = signed_in("alice", "armourer", NORTH)

    alice.post(reverse("stockpile:tag_bind", args=[weapon_id]), {"tag": EPC.lower(), "tid": ""})
    assert EPC in text(alice, "register:weapon", weapon_id)
    refused = alice.post(reverse("stockpile:tag_bind", args=[weapon_id]), {"tag": "none", "tid": ""}, follow=True)
    assert "EPC in hexadecimal" in refused.content.decode()
    alice.post(reverse("stockpile:tag_unbind", args=[weapon_id]), {"tag": EPC})

    assert "No tag is on this weapon" in text(alice, "register:weapon", weapon_id)


def test_nobody_tags_weapons_of_another_place_and_who_only_looks_gets_no_form() -> None:
    readers()
    weapon_id = weapon("A1", place=NORTH)
    bob = signed_in("bob", "armourer", SOUTH)

    assert bob.post(reverse("stockpile:tag_bind", args=[weapon_id]), {"tag": EPC}).status_code == 404
    assert reverse("stockpile:tag_bind", args=[weapon_id]) not in text(
        signed_in("audrey", "auditor"), "register:weapon", weapon_id
    )


def test_the_record_does_not_say_where_a_tag_was_read_last() -> None:
    north, _ = readers()
    weapon_id = pistol()

    services.take(north, [seen()], by=CHIEF)

    page = text(signed_in("audrey", "auditor"), "register:weapon", weapon_id)
    assert EPC in page
    assert north.id not in page


def test_the_life_of_a_weapon_names_the_tag_and_a_wrong_binding_is_withdrawn() -> None:
    from countermark.register.queries import records

    weapon_id = weapon("A1", place=NORTH)
    ledger.append(
        [Draft(kind="event", body=bodies.bound(weapon_id, EPC, "", "2026-01-01T00:00:00.000Z", "x"))], by=CHIEF
    )
    clerk = signed_in("clerk", "registrar")
    record = records.record(weapon_id)
    assert record is not None
    [line] = [line for line in record.history if line.event == "tag_bound"]
    where = reverse("register:event_correct", args=[weapon_id, line.position])

    assert f">{EPC}</bdi>" in text(clerk, "register:weapon", weapon_id)
    assert "Withdraw it" in clerk.get(where).content.decode()
    clerk.post(where, {"action": "never", "reason": "wrong_weapon", "words": "Wrong rack"})

    state = records.record(weapon_id)
    assert state is not None
    assert state.state.tags == ()
