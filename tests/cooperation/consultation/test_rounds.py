"""Consultation rounds: written, sent, answered by whom they went to, reminded of, closed; words stand beside the log."""

from typing import Any

import pytest

from countermark.cooperation import acts, queries
from countermark.cooperation.consultation import rounds
from countermark.cooperation.consultation.rounds import Put, Round
from countermark.cooperation.queries import Viewer
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from tests.cooperation.consultation.rounds_there import drafted, replied, said_round, sent_round
from tests.cooperation.region import COORDINATOR, region

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> dict[str, str]:
    return region()


def test_replies_come_to_counts_numbers_and_words(who: dict[str, str]) -> None:
    key = sent_round(who)
    replied(key, "XQ", "XQ", q1="2", q2="14", q3="More in our language.")
    replied(key, who["donor"], "XA", q1="2")

    choice, number, words = rounds.tallies(rounds.mine(key, "XA"))
    assert (choice.counts, choice.who[1]) == ((0, 2, 0), ("XQ", who["donor"]))
    assert (number.numbers, number.middle) == ((("XQ", 14),), 14)
    assert [one for one, _text in words.words] == ["XQ"]
    assert verify().ok


def test_no_word_of_a_round_or_a_reply_stands_in_the_log(who: dict[str, str]) -> None:
    key = sent_round(who)
    replied(key, "XQ", "XQ", q3="More in our language.", remarks="Our thanks")

    log = "".join(
        repr(entry.body) for entry in store.entries_at(list(store.positions_with(b'"act":"cooperation_round')))
    )
    assert log
    for word in ("adequate", "assistance since", "NV/12", "language", "thanks"):
        assert word not in log


def test_a_reply_said_anew_replaces_the_first(who: dict[str, str]) -> None:
    key = sent_round(who)
    replied(key, "XQ", "XQ", q1="1")
    replied(key, "XQ", "XA", q1="3")

    assert rounds.tallies(rounds.mine(key, "XA"))[0].counts == (0, 0, 1)


def test_a_draft_is_seen_by_nobody_it_is_meant_for_and_a_round_by_them_alone(who: dict[str, str]) -> None:
    key = drafted(who)
    assert queries.known(Viewer("XQ"), "round", key) is None
    assert queries.known(Viewer("XA"), "round", key) is not None

    rounds.send(key, "2026-03-01", actor="XA", by=COORDINATOR)
    assert queries.known(Viewer("XQ"), "round", key) is not None
    assert queries.known(Viewer("XB"), "round", key) is None
    assert queries.known(Viewer(""), "round", key) is None


def test_a_reply_is_seen_by_who_gave_it_and_who_asked_and_by_no_other_addressee(who: dict[str, str]) -> None:
    key = sent_round(who)
    replied(key, "XQ", "XQ", q1="1")

    seen = [one for one in ("XA", "XQ", who["donor"], "") if queries.visible(Viewer(one), "roundreply")]
    assert seen == ["XA", "XQ"]


def test_what_was_sent_stays_as_it_was_asked_and_may_be_extended(who: dict[str, str]) -> None:
    key = sent_round(who, addressees=["XQ"])
    with pytest.raises(Refused):
        rounds.draft(said_round(who, title="Something else"), actor="XA", by=COORDINATOR, key=key)

    rounds.extend(key, "2026-07-31", addressees=[who["donor"], "XQ"], actor="XA", by=COORDINATOR)

    found = rounds.mine(key, "XA")
    assert (found.due, found.of(Round).partners) == ("2026-07-31", ("XQ", who["donor"]))


def test_who_has_not_replied_is_reminded_and_that_stands_there(who: dict[str, str]) -> None:
    key = sent_round(who)
    replied(key, "XQ", "XQ", q1="1")

    reminded = rounds.remind(key, "2026-06-01", actor="XA", by=COORDINATOR)

    assert reminded == (who["donor"], who["centre"])
    assert rounds.mine(key, "XA").of(Round).reminders[0].actors == reminded


def test_a_closed_round_takes_no_reply(who: dict[str, str]) -> None:
    key = sent_round(who)
    rounds.close(key, actor="XA", by=COORDINATOR)

    with pytest.raises(Refused):
        replied(key, "XQ", "XQ", q1="1")


def test_a_round_written_twice_with_one_request_is_one_round(who: dict[str, str]) -> None:
    keys = {rounds.draft(said_round(who), actor="XA", by=COORDINATOR, request="a") for _ in range(2)}

    assert len(keys) == len(acts.subjects("round")) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "},
        {"due": "soon"},
        {"questions": []},
        {"questions": [Put("choice", "Yes?", ["Yes"])]},
        {"questions": [Put("words", "Why?", ["a", "b"])]},
        {"questions": [Put("song", "Why?")]},
        {"questions": [Put("words", "")]},
        {"addressees": []},
        {"addressees": ["XA"]},
        {"addressees": ["XX"]},
    ],
)
def test_what_no_round_can_be_is_refused(who: dict[str, str], change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        drafted(who, **change)


@pytest.mark.parametrize(
    ("addressee", "by", "answers"),
    [
        ("XQ", "XQ", {"q1": "4"}),
        ("XQ", "XQ", {"q1": "0"}),
        ("XQ", "XQ", {"q2": "-1"}),
        ("XQ", "XQ", {"q2": "many"}),
        ("XQ", "XQ", {}),
        ("XQ", "XQ", {"q1": "1", "received": "2026-02-28"}),
        ("XQ", "donor", {"q1": "1"}),
        ("XB", "XA", {"q1": "1"}),
    ],
)
def test_what_no_reply_can_be_is_refused(who: dict[str, str], addressee: str, by: str, answers: dict[str, str]) -> None:
    key = sent_round(who)

    with pytest.raises(Refused):
        replied(key, addressee, who.get(by, by), **answers)
