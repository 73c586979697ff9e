"""Cases and requests of a demonstration State: one in every state, made once."""

import pytest

from countermark.demo import tracing
from countermark.ledger import services, store
from countermark.ledger.verify import verify
from countermark.tracing.cases import queries as cases
from countermark.tracing.requests import periods, queries, rules, shown
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register(db: None) -> None:
    for number in range(12):
        weapon = people.weapon(f"W{number:02}")
        if number < 4:
            people.event(weapon, event="theft", date="2019-05-06")


@pytest.mark.parametrize("state", ["XA", "XB"])
def test_a_request_stands_in_every_state_there_is(state: str) -> None:
    tracing.furnish(state, by=CHIEF)
    made = list(queries.requests())
    assert {one.conversation.state for one in made if one.side == "asker"} == set(rules.table().states)
    assert set(tracing.CONVERSATIONS) == set(rules.table().states)
    assert [one.conversation.crossed for one in made if one.conversation.crossed] == []


def test_something_is_overdue_and_an_answer_waits_for_release() -> None:
    tracing.furnish("XA", by=CHIEF)
    lines = [shown.line(one, periods.known()) for one in queries.requests()]
    assert any(line.owed and line.owed.by_us and line.owed.overdue for line in lines)
    drafts = [one for line in lines for one in line.request.drafts]
    assert sorted(one.kind for one in drafts) == ["answer", "request"]


def test_cases_are_open_identified_and_closed_and_answer_to_stolen_weapons() -> None:
    tracing.furnish("XA", by=CHIEF)
    made = list(cases.cases())
    assert {one.closing.outcome for one in made if one.closing} == {"A5", "B2"}
    assert sum(bool(one.weapons) for one in made) == 1
    assert max(len(one.items) for one in made) == 3
    assert len(cases.alerts(made)) == 4


def test_cases_and_requests_are_made_once_and_verify() -> None:
    tracing.furnish("XA", by=CHIEF)
    length = store.size(services.require_own_log())
    tracing.furnish("XA", by=CHIEF)
    assert store.size(services.require_own_log()) == length
    assert verify().ok
