"""Hits of the stolen and lost list are discrepancies: an owner, a due date, a decision with its reason."""

import html

import pytest
from django.test import Client

from countermark.ledger.services import Actor
from countermark.register import cases as decided
from countermark.register.checking import Refused
from countermark.register.queries import discrepancies
from countermark.register.queries.scope import EVERYTHING
from countermark.tracing.cases import hits, queries, services
from countermark.tracing.cases.rules import Closing, Facts, Mark, Recovered
from tests.register import people

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

FOUND = Facts("find", "2026-03-04")
REVOLVER = Recovered(readings=(Mark("SN W1"),))


def hit(place: str = "") -> tuple[str, str]:
    """A case and the stolen weapon whose mark was read in it."""
    weapon = people.weapon("W1", place=place)
    people.event(weapon, event="theft", date="2020-01-01")
    return services.open_case(FOUND, (REVOLVER,), by=people.CHIEF).id, weapon


def text_of(client: Client, path: str) -> str:
    return html.unescape(client.get(path).content.decode())


def test_a_hit_is_in_the_queue_until_it_is_decided() -> None:
    case, weapon = hit()
    (found,) = discrepancies.queue(EVERYTHING, kind=hits.KIND)
    assert (found.subject, found.state, [str(one.id) for one in found.weapons]) == (
        f"hit:{case}:{weapon}",
        decided.OPEN,
        [weapon],
    )
    decided.decide(found.subject, found.due, "as_recorded", "another barrel", by=people.CHIEF)
    assert discrepancies.queue(EVERYTHING, kind=hits.KIND) == []
    (settled,) = discrepancies.queue(EVERYTHING, state=decided.DECIDED, kind=hits.KIND)
    assert settled.reason == "another barrel"


def test_a_hit_is_due_some_days_after_both_were_known() -> None:
    case, weapon = hit()
    (alert,) = queries.alerts()
    found = discrepancies.one(f"hit:{case}:{weapon}", EVERYTHING)
    assert found is not None
    assert found.due == decided.due_date(alert.since, decided.days())


def test_who_opened_the_case_answers_for_it_until_somebody_else_does() -> None:
    carol, dan = people.person("carol", "tracing"), people.person("dan", "tracing")
    weapon = people.weapon("W1")
    people.event(weapon, event="theft", date="2020-01-01")
    case = services.open_case(FOUND, (REVOLVER,), by=Actor(carol.username)).id
    (found,) = discrepancies.queue(EVERYTHING, owner="carol")
    decided.assign(found.subject, "2026-12-24", dan.username, by=people.CHIEF)
    assert discrepancies.queue(EVERYTHING, owner="carol") == []
    (theirs,) = discrepancies.queue(EVERYTHING, owner="dan")
    assert (theirs.subject, theirs.due) == (f"hit:{case}:{weapon}", "2026-12-24")


def test_a_hit_is_assigned_to_nobody_who_works_on_no_case() -> None:
    case, weapon = hit()
    people.person("store", "armourer")
    with pytest.raises(Refused):
        decided.assign(f"hit:{case}:{weapon}", "2026-12-24", "store", by=people.CHIEF)


def test_who_closes_a_case_settles_its_hits_and_answers_for_that() -> None:
    case, _weapon = hit()
    services.close(case, Closing("A5", reason="the one stolen in 2020"), by=people.CHIEF)
    assert discrepancies.queue(EVERYTHING, kind=hits.KIND) == []
    (found,) = hits.with_decisions(queries.alerts()).values()
    assert (found.state, found.reason) == (decided.DECIDED, "the one stolen in 2020")


def test_a_tracing_officer_decides_a_hit_on_the_page_of_the_case() -> None:
    case, weapon = hit()
    client = people.signed_in("carol", "tracing")
    assert "Nobody answers for it yet" in text_of(client, f"/cases/{case}/")
    path = f"/cases/{case}/hits/{weapon}/"
    client.post(path, {"assign": "1", "owner": "carol", "due": "2026-12-24"})
    assert "answers for it until" in text_of(client, f"/cases/{case}/")
    assert client.post(path, {"decide": "1", "outcome": "mended"}).status_code == 422
    client.post(path, {"decide": "1", "outcome": "mended", "reason": "given back to its owner"})
    assert "given back to its owner" in text_of(client, f"/cases/{case}/")


def test_only_what_answers_to_the_case_is_decided_there() -> None:
    case, _weapon = hit()
    other = people.weapon("W2")
    client = people.signed_in("carol", "tracing")
    assert client.post(f"/cases/{case}/hits/{other}/", {"decide": "1"}).status_code == 404


def test_the_queue_leads_to_the_case_only_those_who_may_see_it() -> None:
    people.places()
    case, weapon = hit(people.NORTH)
    path = f"/discrepancies/hit:{case}:{weapon}/"
    commander = people.signed_in("bob", "commander", people.NORTH)
    assert f"/cases/{case}/" not in text_of(commander, path).replace(path, "")
    assert f"/cases/{case}/" in text_of(people.signed_in("carol", "tracing"), path)


def test_a_hit_at_another_place_is_in_nobodys_queue_there() -> None:
    people.places()
    hit(people.NORTH)
    assert "SN W1" not in text_of(people.signed_in("bob", "commander", people.SOUTH), "/discrepancies/")
