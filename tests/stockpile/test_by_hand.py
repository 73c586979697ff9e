"""What one person may record of one weapon, and what needs another permission, a reason, or the pages of a store."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.register.queries import records
from countermark.stockpile import receipts
from tests.register import people
from tests.stockpile.armoury import DEPOT, armoury, issued

pytestmark = pytest.mark.django_db


def words(weapon: str) -> list[str]:
    found = records.record(weapon)
    assert found is not None
    return [line.event for line in found.history]


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


def test_a_loss_is_recorded_with_a_reason_or_a_document_only() -> None:
    weapon = people.weapon("1")
    registrar = people.signed_in("alice", "registrar")

    found = [recorded(registrar, weapon, event="loss", **said) for said in ({}, {"note": "flood"}, {"document": "D 7"})]

    assert found == [422, 302, 302]


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

    assert recorded(people.signed_in("alice", "registrar"), place.weapons[0], event="theft", note="reported") == 302
