"""Learning from confirmed identifications: measured on a part held back, and used only when somebody switches."""

import random

import pytest

from countermark.ledger.services import Actor
from countermark.marks.channel import Channel
from countermark.tracing import learning, queries
from countermark.tracing.learning import NotLearned
from countermark.tracing.services import decide
from tests.register import people

pytestmark = pytest.mark.django_db

OFFICER = Actor("tracing")


def confirm(count: int) -> None:
    """Weapons of which a 7 was read as T, again and again: a misreading nobody expects."""
    chance = random.Random(4)
    for number in range(count):
        serial = f"K{chance.randrange(10**3):03}7{chance.randrange(10**3):03}"
        weapon = people.weapon(f"R {number}", serial)
        query = queries.query_of([("frame", serial.replace("7", "T"), "")], maker="Rossi")
        decide(weapon, query, 0.5, confirmed=True, reason="compared", by=OFFICER)


def test_nothing_is_learned_from_nothing() -> None:
    learned = learning.learn()
    assert (learned.confirmed, learned.held_back, learned.new) == (0, 0, None)


def test_what_comes_with_the_program_is_in_use_until_somebody_switches() -> None:
    confirm(8)
    learning.learn()
    assert learning.current() == Channel()


def test_nobody_switches_to_what_was_not_measured() -> None:
    confirm(8)
    with pytest.raises(NotLearned, match="held back"):
        learning.switch(by=OFFICER)


def test_a_misreading_that_was_confirmed_often_is_expected_after_the_switch() -> None:
    confirm(130)
    learned = learning.switch(by=OFFICER)
    assert learned.old is not None
    assert learned.new is not None
    assert learned.new.log_probability > learned.old.log_probability
    used = {(mark, read): probability for mark, read, probability in learning.current().confusion}
    assert used["7", "T"] > 0.1


def test_one_goes_back_to_what_comes_with_the_program() -> None:
    confirm(130)
    learning.switch(by=OFFICER)
    learning.go_back(by=OFFICER)
    assert learning.current() == Channel()


def test_a_trace_uses_what_was_learned() -> None:
    confirm(130)
    query = queries.query_of([("frame", "K1T2345", "")])
    people.weapon("wanted", "K172345")
    people.weapon("another", "K122345")
    before = {c.mark: c.probability for c in queries.trace(query).answer.candidates}
    learning.switch(by=OFFICER)
    after = {c.mark: c.probability for c in queries.trace(query).answer.candidates}
    assert after["K172345"] / after.get("K122345", 1e-9) > before["K172345"] / before.get("K122345", 1e-9)


def test_a_trace_that_asks_for_a_channel_gets_it() -> None:
    asked = queries.Options(channel=Channel(kept=0.5))
    assert queries._learned(asked).channel == Channel(kept=0.5)
