"""Learning from confirmed identifications: measured on a part held back, and used only when somebody switches."""

import random

import pytest

from countermark.ledger.services import Actor
from countermark.marks.channel import Channel
from countermark.tracing import learning, queries
from countermark.tracing.learning import NotLearned
from countermark.tracing.search.question import Weights
from countermark.tracing.services import decide
from tests.register import people

pytestmark = pytest.mark.django_db

OFFICER = Actor("tracing")


def confirm(count: int) -> None:
    """Weapons of which a 7 was read as T, again and again: a misreading nobody expects; every third was called a rifle."""
    chance = random.Random(4)
    for number in range(count):
        serial = f"K{chance.randrange(10**3):03}7{chance.randrange(10**3):03}"
        weapon = people.weapon(f"R {number}", serial)
        query = queries.query_of(
            [("frame", serial.replace("7", "T"), "")], maker="Rossi", kind="revolver" if number % 3 else "rifle"
        )
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
    assert learned.new.calibration < learned.old.calibration
    used = {(mark, read): probability for mark, read, probability in learning.current().confusion}
    assert used["7", "T"] > 0.1


def test_one_goes_back_to_what_comes_with_the_program() -> None:
    confirm(130)
    learning.switch(by=OFFICER)
    assert learning.weights() != Weights()
    learning.go_back(by=OFFICER)
    assert (learning.current(), learning.weights()) == (Channel(), Weights())


def test_evidence_that_is_often_wrong_weighs_less_and_what_is_never_wrong_more() -> None:
    confirm(60)
    for number in range(30):
        people.weapon(f"T {number}", f"T 55{number:02}", facts={**people.REVOLVER, "maker": "Taurus"})
    learned = learning.learn()
    assert learned.weights["kind"] > 1.5 * learned.weights_in_use["kind"]
    assert learned.weights["maker"] < learned.weights_in_use["maker"]
    assert learned.weights["country"] == learned.weights_in_use["country"]
    assert learning.weights() == Weights()


def test_probabilities_that_come_true_have_no_calibration_error() -> None:
    assert learning.calibration([(0.5, True), (0.5, False), (1.0, True)]) == 0.0
    assert learning.calibration([(0.9, False), (0.9, False)]) == pytest.approx(0.9)


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
    assert queries._learned(queries.Options(weights=Weights(maker=0.4))).weights == Weights(maker=0.4)
