"""Where somebody is signed in: each sees and ends the own sessions, an administrator ends all of somebody's."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from countermark.accounts import services
from countermark.accounts.models import User
from countermark.ledger import store
from countermark.ledger.services import Actor

pytestmark = pytest.mark.django_db

CHIEF = Actor("chief")
PASSWORD = "a-long-password"
PAGE = "/accounts/sessions/"


def add(name: str, role: str = "registrar") -> User:
    services.add_user(name, [role], None, PASSWORD, by=CHIEF)
    return User.objects.get(username=name)


def signed_in(name: str, agent: str = "Some browser") -> Client:
    client = Client(headers={"user-agent": agent})
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    client.get("/")
    return client


def page(client: Client) -> str:
    return str(client.get(PAGE).content.decode())


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def ended() -> list[object]:
    return [entry.body["sessions"] for entry in store.all_entries() if entry.body.get("act") == "sessions_ended"]


def test_somebody_sees_the_own_sessions_and_nobody_elses() -> None:
    add("alice")
    add("bob")
    here, _there, bob = signed_in("alice", "Desk"), signed_in("alice", "Tablet"), signed_in("bob", "Phone")

    shown = page(here)

    assert ("Desk" in shown, "Tablet" in shown, "Phone" in shown) == (True, True, False)
    assert shown.count("this one") == 1
    assert "Tablet" not in page(bob)


def test_the_key_of_a_session_is_not_shown() -> None:
    add("alice")
    here, there = signed_in("alice"), signed_in("alice")

    assert str(there.session.session_key) not in page(here)


def test_one_session_is_ended_and_an_act_says_so() -> None:
    add("alice")
    here, there, third = signed_in("alice", "Desk"), signed_in("alice", "Tablet"), signed_in("alice", "Phone")
    tablet = page(here).partition("Tablet")[2]
    handle = re.findall('name="session" value="([0-9a-f]+)"', tablet)[0]

    here.post(f"{PAGE}end/", {"session": handle})

    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)
    assert ended() == [1]


def test_all_other_sessions_are_ended_and_the_own_stays() -> None:
    add("alice")
    here, there, third = signed_in("alice"), signed_in("alice"), signed_in("alice")

    here.post(f"{PAGE}end/")

    assert (is_in(here), is_in(there), is_in(third)) == (True, False, False)


def test_nobody_ends_the_session_of_another() -> None:
    add("alice")
    add("bob")
    first, second = signed_in("alice"), signed_in("alice")
    handle = re.findall('name="session" value="([0-9a-f]+)"', page(first))[0]

    signed_in("bob").post(f"{PAGE}end/", {"session": handle})

    assert (is_in(first), is_in(second)) == (True, True)
    assert ended() == []


def test_an_administrator_ends_all_sessions_of_somebody() -> None:
    add("alice")
    add("root", "admin")
    alice, again, chief = signed_in("alice"), signed_in("alice"), signed_in("root")

    assert "End all sessions" in chief.get("/accounts/users/alice/").content.decode()
    chief.post("/accounts/users/alice/sessions/end/")

    assert (is_in(alice), is_in(again), is_in(chief)) == (False, False, True)
    assert ended() == [2]


def test_sessions_from_before_a_new_password_are_not_counted() -> None:
    add("alice")
    add("root", "admin")
    signed_in("alice")
    services.reset_user("alice", by=CHIEF)

    assert "Open sessions: <bdi>0</bdi>" in signed_in("root").get("/accounts/users/alice/").content.decode()
