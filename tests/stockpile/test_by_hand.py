"""What one person may record of one weapon, and what needs another permission, a reason, or the pages of a store."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.register import checking
from countermark.register import services as register
from countermark.register.queries import records
from countermark.register.rules import HistoryEvent
from countermark.stockpile import receipts
from tests.register import people
from tests.stockpile.armoury import DEPOT, armoury, issued

pytestmark = pytest.mark.django_db


def known(weapon: str) -> tuple[HistoryEvent, ...]:
    found = records.record(weapon)
    assert found is not None
    return found.history


def words(weapon: str) -> list[str]:
    return [line.event for line in known(weapon)]


def recorded(client: Client, weapon: str, **fields: str) -> int:
    return client.post(f"/weapons/{weapon}/events/new/", fields).status_code


@pytest.mark.parametrize("word", ["issue", "transfer", "theft", "destruction"])
def test_an_armourer_hands_over_and_destroys_nothing_beside_the_counter(word: str) -> None:
    place = armoury(1)
    armourer = people.signed_in("belo", "armourer", DEPOT)

    page = armourer.get(f"/weapons/{place.weapons[0]}/events/new/").content.decode()
    status = recorded(armourer, place.weapons[0], event=word, note="gone")

    assert f'value="{word}"' not in page
    assert 'value="repair"' in page
    assert status == 422
    assert word not in words(place.weapons[0])


def test_a_program_of_an_armourer_may_no_more_than_the_armourer() -> None:
    place = armoury(1)
    people.person("belo", "armourer", DEPOT)
    belo, ends = User.objects.get(username="belo"), timezone.now() + timedelta(days=1)
    token = accounts.issue_token(belo, "device", ["write"], ends, by=people.CHIEF)
    said = {"event": "destruction", "note": "molten"}

    answer = Client().post(
        f"/api/weapons/{place.weapons[0]}/events",
        said,
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 422
    assert "destruction" not in words(place.weapons[0])


def test_a_loss_is_recorded_on_the_page_with_the_code_of_a_reason_only() -> None:
    weapon = people.weapon("1")
    registrar = people.signed_in("alice", "registrar")
    said: tuple[dict[str, str], ...] = (
        {},
        {"note": "flood"},
        {"why": "theft.burglary"},
        {"why": "loss.other"},
        {"why": "loss.disaster"},
    )

    found = [recorded(registrar, weapon, event="loss", **one) for one in said]

    assert found == [422, 422, 422, 422, 302]


def test_the_code_of_a_loss_stands_in_its_entry_and_on_the_record() -> None:
    weapon = people.weapon("1")
    registrar = people.signed_in("alice", "registrar")

    recorded(registrar, weapon, event="loss", why="loss.disaster", note="the river")

    [line] = [one for one in known(weapon) if one.event == "loss"]
    assert line.why == "disaster"
    assert "fire, flood or fighting" in registrar.get(f"/weapons/{weapon}/").content.decode()


@pytest.mark.parametrize(
    ("said", "why"), [({"note": "flood"}, "other"), ({"document": "D 7"}, "other"), ({"why": "on_duty"}, "on_duty")]
)
def test_of_a_program_a_remark_or_document_is_the_reason_other(said: dict[str, str], why: str) -> None:
    assert checking.by_hand({"event": "loss", **said}, grave=True)["why"] == why


def test_a_corrected_loss_keeps_its_code_and_one_that_was_a_theft_loses_it() -> None:
    weapon = people.weapon("1")
    lost = register.add_event(weapon, {"event": "loss", "date": "2026-01-02", "why": "on_duty"}, by=people.CHIEF)

    moved = register.correct_event(lost.event_id, {"date": "2026-01-01"}, reason="typing_error", by=people.CHIEF)
    other = register.correct_event(moved.event_id, {"event": "theft"}, reason="found_since", by=people.CHIEF)

    said = {one.event_id: (one.event, one.why) for one in known(weapon)}
    assert said[moved.event_id] == ("loss", "on_duty")
    assert said[other.event_id] == ("theft", "")


def test_a_code_alone_can_be_corrected() -> None:
    weapon = people.weapon("1")
    lost = register.add_event(weapon, {"event": "loss", "date": "2026-01-02", "why": "on_duty"}, by=people.CHIEF)

    right = register.correct_event(lost.event_id, {"why": "on_the_way"}, reason="misread", by=people.CHIEF)

    assert [one.why for one in known(weapon) if one.event_id == right.event_id] == ["on_the_way"]


@pytest.mark.parametrize("word", ["issue", "return", "move", "destruction"])
def test_of_a_weapon_in_the_hands_of_a_store_nobody_records_what_the_store_records(word: str) -> None:
    place = armoury(1)
    issued(place)
    before = words(place.weapons[0])

    status = recorded(people.signed_in("alice", "registrar"), place.weapons[0], event=word, note="by hand")

    assert status == 422
    assert words(place.weapons[0]) == before


def test_a_theft_is_recorded_at_once_whoever_has_the_weapon() -> None:
    place = armoury(1)
    receipts.receive(place.counter(second=place.second), place.weapons)

    assert (
        recorded(people.signed_in("alice", "registrar"), place.weapons[0], event="theft", why="theft.burglary") == 302
    )
