"""What acts about nominations and calls come to, in whatever order they were recorded, and whatever a log says in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation import states
from countermark.cooperation.needs import Need
from countermark.cooperation.training import states as training
from countermark.ledger.entry import Entry, Recorded

NOMINATION = {"call": "c", "state": "XA", "person": "p", "function": "marking"}
CALL = {
    "course": "k", "theme": "marking", "begin": "2022-05-01", "end": "2022-05-02", "closes": "2022-03-01", "days": 2, "seats": 2,
}  # fmt: skip


def act(word: str, at: int, subject: str = "nomination:n", **fields: Any) -> Entry:
    """An act about one nomination, or one call."""
    body = {"type": "act", "act": f"cooperation_{word}", "subjects": [subject], **fields}
    return Entry(at, f"{word}{at}", "act", body, Recorded(f"2022-05-03T00:00:{at:02d}.000Z", "p", None))


def person(*acts: Entry) -> training.Nomination:
    """What the nomination is after some acts."""
    found = states.fold("nomination:n", [act("nominated", 0, value=NOMINATION), *acts])
    assert found is not None
    return found.of(training.Nomination)


@given(st.permutations(["nomination_withdrawn", "nominee_certified"]))
def test_a_certificate_stands_whenever_a_nomination_was_taken_back(words: list[str]) -> None:
    acts = [act(word, at, happened="2022-05-02") for at, word in enumerate(words, 1)]
    found = states.fold("nomination:n", [act("nominated", 0, value=NOMINATION), *acts])

    assert found is not None
    assert (found.state, found.value["certified"]) == ("certified", "2022-05-02")


@given(st.permutations(["call_held", "call_cancelled"]))
def test_a_course_that_was_held_was_held_whenever_it_was_called_off(words: list[str]) -> None:
    acts = [act(word, at, "call:c") for at, word in enumerate(words, 1)]
    found = states.fold("call:c", [act("call_opened", 0, "call:c", value=CALL), *acts])

    assert found is not None
    assert found.state == "held"


@pytest.mark.parametrize("said", ["soon", "2022-02-31", "2022-05-02T10:00:00Z\0", "20260502"])
def test_the_day_of_a_certificate_is_one_there_is(said: str) -> None:
    assert person(act("nominee_certified", 1, happened=said)).certified in ("2022-05-02", "2022-05-03")


def test_an_answer_about_no_day_is_none() -> None:
    assert person(act("nominee_checked", 1, day="2022-02-31", still=True)).checks == ()


@pytest.mark.parametrize("day", ["", "soon", "2022-5-1", "2022-13-01", "2022-05-01\n"])
def test_what_has_no_days_is_no_call_and_no_need(day: str) -> None:
    assert states.fold("call:c", [act("call_opened", 0, "call:c", value={**CALL, "begin": day})]) is None
    need = {"title": "t", "theme": "marking", "gap": "g", "currency": "EUR", "priority": 1, "end": "2022-12-31"}
    assert states.reads({**need, "begin": "2022-01-01"}, Need)
    assert not states.reads({**need, "begin": day}, Need)
