"""What is due: ours and theirs, by day, for those who may see it; on its page, the home page and the command line."""

import datetime as dt
import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import timezone

from countermark.cli.requests import request as command
from countermark.ledger.services import Actor
from countermark.tracing import due
from countermark.tracing.cases import services as cases
from countermark.tracing.cases.rules import Facts, Mark, Recovered
from countermark.tracing.requests import services as requests
from tests.register import people
from tests.tracing.requests.test_conversation import BODIES
from tests.tracing.requests.test_services import NODE, WRITER, Peer, asked, peer

__all__ = ["peer"]

pytestmark = pytest.mark.django_db

SOON = (timezone.localdate() + dt.timedelta(days=2)).isoformat()


def asked_by(peer: Peer, time: str) -> None:
    """A request of the peer, which it sent at a time."""
    said = peer.says("r1", 1, 1, "request", side="asker", body=BODIES["request"], time=time)
    requests.receive(peer.sealed(said), by=NODE)


def told(peer: Peer, **handling: Any) -> None:
    """An answer of the peer under conditions."""
    body = {"answer": {"records": []}, "outcome": "A1", "handling": handling}
    requests.receive(peer.sealed(peer.says(asked().id, 1, 2, "answer", body=body)), by=NODE)


def kinds(found: list[due.Duty]) -> list[str]:
    return [one.kind for one in found]


def test_what_we_owe_and_what_they_owe_is_due_the_late_ones_first(peer: Peer) -> None:
    asked(to="XC")
    asked_by(peer, "2026-01-02T00:00:00.000Z")
    found = due.due()
    assert [(one.by_us, one.overdue, str(one.what)) for one in found] == [
        (True, True, "an acknowledgement"),
        (False, False, "an acknowledgement"),
    ]
    assert found[0].day == "2026-01-07"


def test_a_draft_waits_for_release(peer: Peer) -> None:
    requests.draft("request", BODIES["request"], peer="XC", by=WRITER)
    assert kinds(due.reminders()) == ["draft"]


def test_a_decision_on_passing_on_is_due(peer: Peer) -> None:
    known = asked()
    said = peer.says(known.id, 1, 2, "consent_request", body={"about": 1, "next_country": "XC", "reason": "trial"})
    requests.receive(peer.sealed(said), by=NODE)
    assert "consent" in kinds(due.reminders())


def test_what_is_erased_soon_is_announced(peer: Peer) -> None:
    told(peer, until=SOON)
    assert [one.day for one in due.reminders() if one.kind == "erasure"] == [SOON]


def test_what_is_due_later_than_asked_for_is_left_out(peer: Peer) -> None:
    told(peer, until="2090-01-01")
    assert "erasure" in kinds(due.due())
    assert "erasure" not in kinds(due.due(within=400))


def hit(office: str = "") -> str:
    """A case that a stolen weapon answers to."""
    weapon = people.weapon("W1")
    people.event(weapon, event="theft", date="2020-01-01")
    made = cases.open_case(Facts("find", "2026"), (Recovered((Mark("SN W1"),)),), office, by=Actor("alice"))
    return made.id


def test_a_stolen_weapon_is_due_to_those_who_see_its_case_only() -> None:
    people.places()
    carol = people.person("carol", "tracing")
    bob = people.person("bob", "tracing", people.SOUTH)
    case = hit()
    assert [(one.kind, one.about) for one in due.due(carol)] == [("hit", case)]
    assert due.due(bob) == []


def test_who_sees_no_requests_is_told_of_none(peer: Peer) -> None:
    people.places()
    asked()
    assert due.due(people.person("bob", "tracing", people.NORTH)) == []


def test_the_page_and_the_home_page_say_what_is_due(peer: Peer) -> None:
    asked_by(peer, "2026-01-02T00:00:00.000Z")
    client = people.signed_in("carol", "contact")
    assert "2026-01-07" in client.get("/requests/due/").content.decode()
    assert "2026-01-07" in client.get("/").content.decode()


def test_the_command_says_what_is_due_and_whether_something_is_late(peer: Peer) -> None:
    run = CliRunner()
    asked(to="XC")
    quiet = run.invoke(command, ["due"], standalone_mode=False)
    assert (quiet.return_value, "theirs" in quiet.output) == (0, True)
    asked_by(peer, "2026-01-02T00:00:00.000Z")
    late = run.invoke(command, ["due", "--json"], standalone_mode=False)
    assert (late.return_value, json.loads(late.output)["overdue"]) == (1, True)


def test_the_command_erases_what_is_over_and_says_beforehand_what_it_would(peer: Peer) -> None:
    told(peer, until="2026-01-01")
    run = CliRunner()
    for dry, erased in ((["--dry-run"], False), ([], True)):
        said = json.loads(run.invoke(command, ["expire", *dry], standalone_mode=False).output)
        assert ([one["number"] for one in said["messages"]], said["erased"]) == ([1], erased)
    assert json.loads(run.invoke(command, ["expire"], standalone_mode=False).output)["messages"] == []
