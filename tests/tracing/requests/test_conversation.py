"""A tracing request between two States: who may say what, and that both sides agree about what was said."""

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from countermark.tracing.requests import rules
from countermark.tracing.requests.rules import Conversation, Message, Side

TIME = "2026-03-01T08:00:00.000Z"
WEAPON = {"marks": ["AB 1234"], "kind": "rifle", "calibre": "7.62x39", "confirmed": True}
BODIES: dict[str, dict[str, Any]] = {
    "request": {"weapons": [WEAPON], "why_illicit": ["a"], "circumstances": "found", "intended_use": "investigation"},
    "information_request": {"question": "which marks on the slide?"},
    "information": {"text": "none"},
    "forwarding": {"next_country": "XC", "linked_request": "r2"},
    "partial_answer": {"answer": {"records": []}},
    "delay": {"grounds": ["investigation"], "reason": "pending", "until": "2026-09-01"},
    "restriction": {"grounds": ["security"], "reason": "holder withheld", "answer": {"records": []}},
    "refusal": {"grounds": ["no_guarantee"], "reason": "no guarantee was given"},
    "answer": {"answer": {"records": []}, "outcome": "A4"},
    "clarification": {"question": "why?"},
    "closing": {"outcome": "A4"},
    "consent_request": {"about": 1, "next_country": "XC", "reason": "the trace goes on there"},
    "consent": {"about": 1, "decision": "granted"},
}


def _side(kind: str) -> Side:
    """Who says it; the asker where either may."""
    by = rules.table().messages[kind].by
    return "asker" if by == "either" else by


def _said(*kinds: str) -> Conversation:
    conversation = rules.fold("r1", [])
    for kind in kinds:
        side = _side(kind)
        message = rules.say(conversation, side, kind, BODIES.get(kind, {}), TIME)
        assert isinstance(message, Message), message
        conversation = rules.fold("r1", [*conversation.said, message])
    return conversation


@pytest.mark.parametrize("kind", rules.table().messages)
def test_every_message_leads_from_known_states_to_a_known_state(kind: str) -> None:
    word = rules.table().messages[kind]
    assert {*word.from_, word.to or "sent"} <= set(rules.table().states)


def test_every_state_but_the_first_can_be_reached() -> None:
    assert {word.to for word in rules.table().messages.values()} - {""} == set(rules.table().states) - {"draft"}


def test_an_answered_request_is_closed_by_the_asker() -> None:
    assert _said("request", "acknowledgement", "answer", "closing").state == "closed"


def test_a_refusal_can_be_asked_about() -> None:
    assert _said("request", "refusal", "clarification", "answer").state == "answered"


def test_after_closing_only_the_use_of_what_was_told_is_spoken_of() -> None:
    closed = _said("request", "acknowledgement", "closing")
    assert rules.allowed(closed, "answerer") == ["consent_request", "consent"]


def test_speaking_of_consent_moves_neither_the_request_nor_its_clock() -> None:
    before, after = _said("request", "delay"), _said("request", "delay", "consent_request")
    assert (after.state, rules.due(after)) == ("delayed", rules.due(before))


def test_a_request_that_could_not_be_traced_is_closed_with_a_reason() -> None:
    assert rules.content_problems("closing", {"outcome": "B6"}) == ["reason is missing"]


@pytest.mark.parametrize("block", ["weapons", "why_illicit", "circumstances", "intended_use"])
def test_a_request_without_one_of_its_blocks_cannot_be_sent(block: str) -> None:
    body = {name: value for name, value in BODIES["request"].items() if name != block}
    assert rules.refusals(rules.fold("r1", []), "asker", "request", body) == [f"{block} is missing"]


@pytest.mark.parametrize("member", ["marks", "kind", "calibre"])
def test_a_weapon_is_identified_by_marks_type_and_calibre(member: str) -> None:
    weapon = {**WEAPON, member: ""}
    assert rules.content_problems("request", {**BODIES["request"], "weapons": [weapon]})


def test_a_weapon_nobody_confirmed_is_not_asked_about() -> None:
    body = {**BODIES["request"], "weapons": [{**WEAPON, "confirmed": False}]}
    assert rules.content_problems("request", body) == ["weapon 1: its identification is not confirmed"]


@pytest.mark.parametrize("kind", ["delay", "restriction", "refusal"])
@pytest.mark.parametrize("grounds", [[], ["politics"], "security"])
def test_only_the_four_grounds_of_the_instrument_count(kind: str, grounds: Any) -> None:
    assert rules.content_problems(kind, {**BODIES[kind], "grounds": grounds})


def test_a_ground_outside_the_five_illicit_ones_is_refused() -> None:
    assert rules.content_problems("request", {**BODIES["request"], "why_illicit": ["z"]})


def test_the_answerer_cannot_close() -> None:
    assert rules.refusals(_said("request", "acknowledgement"), "answerer", "closing", BODIES["closing"])


def test_a_delay_sets_a_new_date() -> None:
    owed = rules.due(_said("request", "delay"))
    assert owed == rules.Due("answerer", "answer", dt.date(2026, 9, 1))


@pytest.mark.parametrize(
    "kinds", [("request", "refusal"), ("request", "acknowledgement", "closing"), ("request", "withdrawal")]
)
def test_refusal_and_closing_end_the_clock(kinds: tuple[str, ...]) -> None:
    assert rules.due(_said(*kinds)) is None


def test_an_answer_is_owed_the_period_of_the_nation_after_the_request() -> None:
    owed = rules.due(_said("request", "acknowledgement"), rules.Periods(answer=10))
    assert owed == rules.Due("answerer", "answer", dt.date(2026, 3, 11))


def test_a_question_gives_the_turn_to_the_asker() -> None:
    owed = rules.due(_said("request", "information_request"))
    assert owed is not None
    assert owed.side == "asker"


def test_messages_that_crossed_are_left_out_alike_on_both_sides() -> None:
    base = _said("request", "acknowledgement")
    withdrawn = rules.say(base, "asker", "withdrawal", {}, TIME)
    answered = rules.say(base, "answerer", "answer", BODIES["answer"], TIME)
    assert isinstance(withdrawn, Message)
    assert isinstance(answered, Message)
    ours = rules.fold("r1", [*base.said, withdrawn, answered])
    theirs = rules.fold("r1", [answered, *reversed(base.said), withdrawn])
    assert ours == theirs
    assert (ours.state, [message.kind for message in ours.crossed]) == ("withdrawn", ["answer"])


def test_a_message_that_overtook_another_waits() -> None:
    whole = _said("request", "acknowledgement", "progress", "answer")
    without = rules.fold("r1", [message for message in whole.said if message.kind != "progress"])
    assert (without.state, [message.kind for message in without.waiting]) == ("acknowledged", ["answer"])


@given(st.lists(st.sampled_from(sorted(rules.table().messages)), max_size=12), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_state_is_of_the_set_of_messages_not_of_their_order(kinds: list[str], chance: random.Random) -> None:
    conversation = rules.fold("r1", [])
    for kind in kinds:
        message = rules.say(conversation, _side(kind), kind, BODIES.get(kind, {}), TIME)
        if isinstance(message, Message):
            conversation = rules.fold("r1", [*conversation.said, message])
    shuffled = [*conversation.said, *conversation.said]
    chance.shuffle(shuffled)
    assert rules.fold("r1", shuffled) == conversation


class TwoStates(RuleBasedStateMachine):
    """Two sides and a network that loses, repeats and reorders: they never disagree about what was said."""

    @initialize()
    def begin(self) -> None:
        self.held: dict[Side, dict[tuple[str, int], Message]] = {"asker": {}, "answerer": {}}
        self.network: list[tuple[Side, Message]] = []

    def _view(self, side: Side) -> Conversation:
        return rules.fold("r1", self.held[side].values())

    @rule(side=st.sampled_from(rules.SIDES), data=st.data())
    def say(self, side: Side, data: st.DataObject) -> None:
        view = self._view(side)
        kinds = rules.allowed(view, side)
        if not kinds:
            return
        kind = data.draw(st.sampled_from(kinds))
        message = rules.say(view, side, kind, BODIES.get(kind, {}), TIME)
        assert isinstance(message, Message)
        self.held[side][message.key] = message
        self.network.append(("answerer" if side == "asker" else "asker", message))

    @rule(data=st.data())
    def deliver_some_message_and_keep_it_on_the_way(self, data: st.DataObject) -> None:
        if self.network:
            to, message = data.draw(st.sampled_from(self.network))
            self.held[to][message.key] = message

    @rule()
    def everything_arrives(self) -> None:
        for to, message in self.network:
            self.held[to][message.key] = message
        assert self._view("asker") == self._view("answerer")

    @invariant()
    def nobody_takes_a_message_for_another(self) -> None:
        for key in set(self.held["asker"]) & set(self.held["answerer"]):
            assert self.held["asker"][key] == self.held["answerer"][key]

    @invariant()
    def a_side_that_knows_all_of_the_other_agrees_with_it(self) -> None:
        if self.held["asker"] == self.held["answerer"]:
            assert self._view("asker") == self._view("answerer")


TestTwoStates = TwoStates.TestCase
TestTwoStates.settings = settings(deadline=None, max_examples=40, stateful_step_count=30)
