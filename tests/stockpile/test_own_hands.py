"""Nobody alone hands weapons to themselves, or says that their own came back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.ledger.services import Actor
from countermark.register.checking import Refused
from countermark.stockpile import receipts, roster
from tests.register import people
from tests.stockpile.armoury import DEPOT, Armoury, armoury, state

pytestmark = pytest.mark.django_db
BELO = Actor("belo")


@pytest.fixture
def place() -> Armoury:
    """An armoury whose armourer, belo, is on the roster, trained, with a card."""
    found = armoury(2)
    people.person("belo", "armourer", DEPOT)
    roster.link(found.card, by=BELO)
    return found


def kind(weapon: str) -> str:
    held = state(weapon).custody
    return held.kind if held else ""


def test_an_armourer_issues_nothing_to_themselves_alone(place: Armoury) -> None:
    with pytest.raises(Refused, match="themselves"):
        receipts.issue(place.counter(by=BELO), place.weapons, place.trained, "shift")

    receipts.issue(place.counter(by=BELO, second=place.second), place.weapons, place.trained, "shift")

    assert kind(place.weapons[0]) == "shift"


def test_an_armourer_books_no_return_of_their_own_weapon_alone(place: Armoury) -> None:
    receipts.issue(place.counter(), place.weapons, place.trained, "shift")

    for person in ("", place.recruit):
        with pytest.raises(Refused, match="themselves"):
            receipts.give_back(place.counter(by=BELO), place.weapons, person=person)
    receipts.give_back(place.counter(), place.weapons)

    assert kind(place.weapons[0]) == "store"


def test_the_counter_says_that_a_second_person_is_needed_and_hands_nothing_over(place: Armoury) -> None:
    client = Client()
    client.force_login(User.objects.get(username="belo"))
    for number, text in enumerate([place.card, "AB1000", place.card]):
        data = {"scan": text, "scan_id": f"s{number}"}
        row = client.post("/stockpile/counter/issue/scan/", data, headers={"HX-Request": "true"}).content.decode()

    assert 'data-scan-outcome="asked"' in row
    assert "themselves" in row
    assert kind(place.weapons[0]) == ""


def test_a_program_of_the_armourer_only_proposes_it(place: Armoury) -> None:
    belo, ends = User.objects.get(username="belo"), timezone.now() + timedelta(days=1)
    token = accounts.issue_token(belo, "device", ["stock"], ends, by=people.CHIEF)
    said: dict[str, Any] = {
        "direction": "out", "store": place.depot, "weapons": place.weapons, "person": place.trained, "kind": "shift",
    }  # fmt: skip

    answer = Client().post(
        "/api/stockpile/receipts", said, "application/json", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 202, answer.content
    assert kind(place.weapons[0]) == ""


def test_the_counter_asks_an_armourer_which_card_is_theirs_until_they_have_said(place: Armoury) -> None:
    stranger = people.signed_in("helda", "armourer", DEPOT)
    known = Client()
    known.force_login(User.objects.get(username="belo"))

    asked = 'href="/stockpile/people/me/">My card</a>: <span class="alarm">not set<'
    assert asked in stranger.get("/stockpile/counter/issue/").content.decode()
    assert asked not in known.get("/stockpile/counter/issue/").content.decode()
