"""Pages of readers: described, described anew, taken out of use by who commands where they stand; their tokens shown once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from countermark.accounts.models import ApiToken, Place
from countermark.stockpile.readers import devices, observations, services, tokens
from countermark.stockpile.readers.reads import Read
from tests.register.people import CHIEF, NORTH, SOUTH, person, signed_in
from tests.stockpile.readers.depots import EPC, readers, seen

pytestmark = pytest.mark.django_db


def text(client: Client, name: str, *arguments: Any, query: str = "") -> str:
    response = client.get(reverse(f"stockpile:{name}", args=arguments) + query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, page: str, *arguments: Any, **fields: Any) -> Any:
    return client.post(reverse(f"stockpile:{page}", args=arguments), fields)


def place(name: str) -> str:
    return str(Place.objects.get(name=name).pk)


def just_signed_in(name: str, role: str, place: str) -> Client:
    """Somebody who has just shown who they are, as a new token asks for."""
    person(name, role, place)
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": "a-long-password"})
    return client


def test_the_list_says_which_readers_are_heard_which_are_silent_and_which_saw_nothing_yet() -> None:
    north, south = readers()
    devices.set_reader("gate", "http", NORTH, by=CHIEF)
    services.take(north, [seen()], by=CHIEF)
    long_ago = observations.clock() - int(timedelta(days=2).total_seconds() * 1000)
    services.take(south, [Read(EPC, long_ago)], by=CHIEF)

    page = text(signed_in("chief", "commander"), "readers")

    assert [page.count(word) for word in ("✓ heard", "silent for a day", "saw nothing yet")] == [1, 1, 1]


def test_of_another_place_nothing_is_shown_and_nothing_done() -> None:
    readers()
    sam = signed_in("sam", "commander", SOUTH)

    assert reverse("stockpile:reader", args=["north"]) not in text(sam, "readers")
    answers = [
        sam.get(reverse(f"stockpile:{name}", args=["north"])) for name in ("reader", "reader_change", "reader_retire")
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert post(sam, "reader_add", name="gate", kind="http", purpose="store", place=place(NORTH)).status_code == 422


def test_a_commander_describes_a_reader_changes_it_and_takes_it_out_of_use() -> None:
    readers()
    alice = signed_in("alice", "commander", NORTH)

    post(alice, "reader_add", name="gate", kind="mqtt", address="depot/gate/+", purpose="passage", place=place(NORTH))
    assert "depot/gate/+" in text(alice, "reader", "gate")
    post(alice, "reader_change", "gate", kind="llrp", address="10.0.0.9", purpose="store", place=place(NORTH))
    assert devices.device("gate").address == "10.0.0.9:5084"
    post(alice, "reader_retire", "gate")

    assert [one.name for one in devices.devices()] == ["north", "south"]
    assert "gate" in text(alice, "readers", query="?retired")


def test_a_name_in_use_is_not_described_a_second_time() -> None:
    readers()
    sam = signed_in("sam", "commander", SOUTH)

    answer = post(sam, "reader_add", name="north", kind="http", purpose="store", place=place(SOUTH))

    assert answer.status_code == 422
    assert "a name that no reader of this node has" in answer.content.decode()
    assert devices.device("north").kind == "llrp"


def test_a_token_is_issued_to_who_asks_shown_once_and_named_on_the_page_of_its_reader() -> None:
    readers()
    devices.set_reader("handheld", "http", NORTH, by=CHIEF)
    alice = just_signed_in("alice", "armourer", NORTH)

    page = post(alice, "reader_token", "handheld", days=30).content.decode()

    [token] = ApiToken.objects.all()
    assert (token.user.username, token.scopes) == ("alice", "reads")
    assert [one.pk for one in tokens.held(devices.device("handheld").id)] == [token.pk]
    shown = text(alice, "reader", "handheld")
    assert token.prefix in page
    assert f"{token.prefix}…" in shown
    assert page.split('class="secret-once">')[1].split("<")[0] not in shown


def test_who_may_send_nothing_from_there_gets_no_token() -> None:
    readers()
    bob = just_signed_in("bob", "armourer", SOUTH)

    assert post(bob, "reader_token", "north", days=30).status_code == 404
    assert not ApiToken.objects.exists()
