"""Whatever order logs arrive in, and from whom, the journal is the same, and what another node says of these books counts for nothing."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation import states
from countermark.cooperation.fund import shapes
from countermark.cooperation.fund.rules.earmarks import Earmark, purse_key
from countermark.ledger.entry import Entry, Recorded
from countermark.ledger.models import LOG_SPAN

VALUE = {
    "window": "w",
    "kind": "contribution",
    "day": "2026-01-01",
    "books": "XA/main",
    "lines": [
        {"account": "bank", "currency": "USD", "amount": 100, "purse": "p"},
        {"account": "contributions", "currency": "USD", "amount": -100, "purse": "p"},
    ],
}


def act(word: str, at: int, log: str = "XA/main/1", **fields: Any) -> Entry:
    """An act about one entry of the books, as some log holds it."""
    body = {"type": "act", "act": f"cooperation_fundentry_{word}", "subjects": ["fundentry:e"], **fields}
    span = {"XA/main/1": 1, "XA/main/2": 2, "XA/depot/1": 3, "XB/main/1": 4}[log]
    return Entry(
        span * LOG_SPAN + at, f"{log}{at}", "act", body, Recorded(f"2026-02-01T00:00:{at:02d}.000Z", "p", None), log
    )


POSTED = act("posted", 1, value=VALUE)
ACTS = st.lists(
    st.sampled_from(
        [
            POSTED,
            act("reversed", 2, day="2026-02-01", reason="n"),
            act("reversed", 3, "XA/main/2", day="2026-03-01", reason="n"),
            act("reversed", 0, "XA/depot/1", day="2026-01-01", reason="n"),
            act("posted", 0, "XB/main/1", value={**VALUE, "day": "2025-01-01"}),
        ]
    ),
    max_size=8,
)


@given(ACTS.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_journal_of_an_entry_is_the_same_in_whatever_order_its_acts_arrive(
    both: tuple[list[Entry], list[Entry]],
) -> None:
    arrived, turned = both

    assert shapes.postings("e", arrived) == shapes.postings("e", turned)
    assert states.fold("fundentry:e", arrived) == states.fold("fundentry:e", turned)


@given(ACTS)
def test_an_entry_balances_and_is_reversed_at_most_once_whatever_arrives(arrived: list[Entry]) -> None:
    rows = shapes.postings("e", arrived)

    assert sum(row.amount for row in rows) == 0
    assert len([row for row in rows if row.reversal]) in (0, 2)
    assert len({(row.entry, row.line) for row in rows}) == len(rows)


def test_what_was_posted_in_a_unit_of_account_before_these_were_refused_stays_in_the_journal() -> None:
    lines = [{**line, "currency": "XDR"} for line in VALUE["lines"]]  # type: ignore[dict-item]

    rows = shapes.postings("e", [act("posted", 1, value={**VALUE, "lines": lines})])

    assert [(row.currency, row.amount) for row in rows] == [("XDR", 100), ("XDR", -100)]


@given(ACTS)
def test_what_another_node_says_of_these_books_counts_for_nothing(arrived: list[Entry]) -> None:
    own = [one for one in arrived if one.log.startswith("XA/main/")]

    if any(one.body["act"].endswith("posted") for one in own):
        rows = shapes.postings("e", [POSTED, *[one for one in arrived if one.body["act"].endswith("reversed")]])
        assert rows == shapes.postings("e", [POSTED, *[one for one in own if one.body["act"].endswith("reversed")]])


@pytest.mark.parametrize(
    "value",
    [
        {**VALUE, "lines": VALUE["lines"][:1]},
        {**VALUE, "books": "XB/main"},
        {**VALUE, "lines": [{**VALUE["lines"][0], "amount": 10**16}, {**VALUE["lines"][1], "amount": -(10**16)}]},  # type: ignore[dict-item]
        {"window": "w"},
    ],
)
def test_an_act_that_is_no_sound_entry_posts_nothing(value: dict[str, Any]) -> None:
    assert shapes.postings("e", [act("posted", 1, value=value)]) == []


def test_a_second_reversal_is_a_finding() -> None:
    found = states.fold("fundentry:e", [POSTED, act("reversed", 2, day="2026-02-01", reason="n"), act("reversed", 3, "XA/main/2", day="2026-03-01", reason="n")])  # fmt: skip

    assert found is not None
    assert (found.finding, found.value["reversed_on"]) == ("reversed_twice", "2026-02-01")


AWARD = {
    "application": "a", "window": "w", "applicant": "XC", "recipient": "XA", "currency": "USD", "amount": 1, "books": "XA/main",
    "tranches": [{"number": 1, "amount": 1, "due": "2026-01-01"}],
}  # fmt: skip
APPLICATION = {
    "call": "c", "applicant": "XC", "recipient": "XA", "title": "n", "currency": "USD", "amount": 1, "months": 1, "theme": "marking",
}  # fmt: skip


def about(kind: str, word: str, at: int, log: str = "XA/main/1", **fields: Any) -> Entry:
    """An act about one application or award."""
    one = act("posted", at, log, **fields)
    return msgspec.structs.replace(
        one, body={**one.body, "act": f"cooperation_{kind}_{word}", "subjects": [f"{kind}:e"]}
    )


def awards(word: str, at: int, log: str = "XA/main/1", **fields: Any) -> Entry:
    """An act about one award."""
    return about("fundaward", word, at, log, **fields)


def applications(word: str, at: int, log: str = "XA/main/1", **fields: Any) -> Entry:
    """An act about one application."""
    return about("fundapplication", word, at, log, **fields)


@pytest.mark.parametrize("fields", [{"by": "p"}, {"actor": "XB"}, {"actor": ["XA"]}, {}])
def test_an_award_is_accepted_by_an_act_that_speaks_for_the_state_it_is_for_and_by_no_other(fields: Any) -> None:
    made, theirs = awards("made", 1, value=AWARD), awards("accepted", 2, "XA/depot/1", **fields)

    found = states.fold("fundaward:e", [made, theirs])
    after = states.fold("fundaward:e", [made, theirs, awards("accepted", 3, "XA/depot/1", actor="XA")])

    assert found is not None
    assert (found.state, found.value.get("accepted_by"), found.finding) == ("offered", None, "not_recipient")
    assert after is not None
    assert (after.state, after.value["accepted_by"]) == ("accepted", "p")


@pytest.mark.parametrize("fields", [{"by": "p"}, {"actor": "XC"}, {}])
def test_an_application_is_agreed_to_by_an_act_that_speaks_for_the_state_it_is_for_and_by_no_other(fields: Any) -> None:
    made, theirs = applications("made", 1, value=APPLICATION), applications("agreed", 2, "XA/depot/1", **fields)

    found = states.fold("fundapplication:e", [made, theirs])
    after = states.fold("fundapplication:e", [made, theirs, applications("agreed", 3, "XA/depot/1", actor="XA")])

    assert found is not None
    assert (found.state, found.value.get("agreed_by"), found.finding) == ("made", None, "not_recipient")
    assert after is not None
    assert (after.state, after.value["agreed_by"]) == ("agreed", "p")


def test_an_award_that_says_it_is_accepted_and_ended_is_one_nobody_has_accepted() -> None:
    found = states.fold("fundaward:e", [awards("made", 1, value={**AWARD, "accepted_by": "p", "ended": "n"})])

    assert found is not None
    assert (found.state, found.value) == ("offered", AWARD)


def test_an_application_that_says_its_state_has_agreed_is_one_to_which_nobody_has() -> None:
    found = states.fold("fundapplication:e", [applications("made", 1, value={**APPLICATION, "agreed_by": "p", "decided": "n"})])  # fmt: skip

    assert found is not None
    assert (found.state, found.value) == ("made", APPLICATION)


def test_a_state_that_applies_for_itself_agrees_by_that() -> None:
    own = {**APPLICATION, "applicant": "XA"}
    found = states.fold("fundapplication:e", [applications("made", 1, value={**own, "agreed_by": "somebody else"})])

    assert found is not None
    assert (found.state, found.value) == ("made", {**own, "agreed_by": "p"})


@pytest.mark.parametrize("word", ["awarded", "rejected", "withdrawn"])
def test_an_application_that_is_decided_is_not_opened_again_by_an_agreement_that_comes_late(word: str) -> None:
    decided = applications(word, 2, award="fundaward:a", reason="n")
    late = applications("agreed", 3, "XA/depot/1", actor="XA")

    found = states.fold("fundapplication:e", [applications("made", 1, value=APPLICATION), decided, late])

    assert found is not None
    assert (found.state, found.finding) == (word, "out_of_order")


def test_an_award_that_has_ended_is_not_opened_again_by_an_acceptance_that_comes_late() -> None:
    late = awards("accepted", 3, "XA/depot/1", actor="XA")

    found = states.fold("fundaward:e", [awards("made", 1, value=AWARD), awards("ended", 2, reason="n"), late])

    assert found is not None
    assert (found.state, found.finding) == ("ended", "out_of_order")


@given(st.permutations(["accepted", "ended"]))
def test_what_becomes_of_an_award_does_not_depend_on_the_order_of_arrival(order: list[str]) -> None:
    acts = [awards("accepted", 2, actor="XA"), awards("ended", 3, reason="n")]
    turned = sorted(acts, key=lambda one: order.index(one.body["act"].rpartition("_")[2]))

    found = states.fold("fundaward:e", [*turned, awards("made", 1, value=AWARD)])

    assert found is not None
    assert (found.state, found.finding) == ("ended", "")


def closing(word: str, at: int, log: str = "XA/main/1", **fields: Any) -> Entry:
    """An act about one closing of the books."""
    one = act("posted", at, log, **fields)
    return msgspec.structs.replace(
        one, body={**one.body, "act": f"cooperation_fundclosing_{word}", "subjects": ["fundclosing:c"]}
    )


PROPOSED = closing("proposed", 1, value={"window": "w", "through": "2026-01-31", "by": "ana", "books": "XA/main"})
APPROVED = closing("approved", 2, decided_by="ben", sizes={"XA/main/1": 7}, digest="d")


@given(st.permutations([PROPOSED, APPROVED, closing("approved", 3, decided_by="cyd", sizes={"XA/main/1": 9}, digest="e")]))  # fmt: skip
def test_the_first_approval_of_a_closing_stays_whatever_arrives_after_it(arrived: list[Entry]) -> None:
    found = states.fold("fundclosing:c", arrived)

    assert found is not None
    assert (found.state, found.value["sizes"], found.finding) == ("closed", {"XA/main/1": 7}, "out_of_order")


def test_an_act_by_which_somebody_closes_what_they_proposed_closes_nothing() -> None:
    found = states.fold("fundclosing:c", [PROPOSED, closing("approved", 2, decided_by="ana", sizes={}, digest="d")])

    assert found is not None
    assert (found.state, found.finding) == ("proposed", "same_person")


@given(st.permutations([PROPOSED, APPROVED, closing("declined", 3, decided_by="cyd")]))
def test_what_was_closed_stays_closed_when_somebody_declines_it_afterwards(arrived: list[Entry]) -> None:
    found = states.fold("fundclosing:c", arrived)

    assert found is not None
    assert (found.state, found.value["decided_by"], found.finding) == ("closed", "ben", "out_of_order")


@pytest.mark.parametrize("word", ["approved", "declined"])
def test_another_node_decides_no_closing_of_these_books(word: str) -> None:
    found = states.fold("fundclosing:c", [PROPOSED, closing(word, 2, "XA/depot/1", decided_by="ben", sizes={}, digest="d")])  # fmt: skip

    assert found is not None
    assert (found.state, found.finding) == ("proposed", "other_books")


OPENED = {"title": "n", "model": "dedicated", "currency": "USD", "books": "XA/main"}
SEEN = [
    ("fundwindow", "XA/main/1", OPENED),
    ("fundwindow", "XA/main/2", {**OPENED, "title": "m"}),
    ("fundwindow", "XA/depot/1", {**OPENED, "books": "XA/depot"}),
    ("fundwindow", "XB/main/1", {**OPENED, "title": "taken"}),
]


def stated(kind: str, key: str, at: int, log: str, value: dict[str, Any]) -> Entry:
    """An act that states a record."""
    one = act("set", at, log, value=value)
    return msgspec.structs.replace(
        one, body={**one.body, "act": f"cooperation_{kind}_set", "subjects": [f"{kind}:{key}"]}
    )


@given(st.permutations([stated(kind, "w", at, log, value) for at, (kind, log, value) in enumerate(SEEN)]))
def test_no_other_node_takes_over_the_books_of_a_window(arrived: list[Entry]) -> None:
    found = states.fold("fundwindow:w", arrived)

    assert found is not None
    assert (found.value["books"], found.value["title"], found.finding) == ("XA/main", "m", "other_books")


def test_the_conditions_of_a_purse_are_those_its_key_says() -> None:
    facts = {"window": "w", "donor": "d", "themes": ["marking"]}
    key = purse_key("w", "d", Earmark(themes=("marking",)))
    said = [
        stated("fundpurse", key, 1, "XA/main/1", facts),
        stated("fundpurse", key, 2, "XA/depot/1", {**facts, "themes": []}),
    ]

    found = states.fold(f"fundpurse:{key}", said)

    assert found is not None
    assert found.value["themes"] == ["marking"]


def test_what_is_no_rate_is_passed_over() -> None:
    good = {"base": "EUR", "quote": "USD", "day": "2026-01-01", "rate": "1.1", "source": "n"}
    said = [stated("fundrate", "r", at, "XA/depot/1", {**good, "rate": rate}) for at, rate in enumerate(("1.1", "x"))]

    found = states.fold("fundrate:r", said)

    assert found is not None
    assert found.value["rate"] == "1.1"


@pytest.mark.parametrize("word", ["accepted", "returned"])
def test_another_node_answers_no_report_on_an_award_of_these_books(word: str) -> None:
    value = {
        "award": "a",
        "number": 1,
        "begin": "2026-01-01",
        "end": "2026-02-01",
        "spent": 1,
        "narrative": "n",
        "books": "XA/main",
    }

    def of(said: str, at: int, log: str, **fields: Any) -> Entry:
        one = act("posted", at, log, **fields)
        body = {**one.body, "act": f"cooperation_fundreport_{said}", "subjects": ["fundreport:r"]}
        return msgspec.structs.replace(one, body=body)

    made, theirs, ours = (
        of("made", 1, "XB/main/1", value=value),
        of(word, 2, "XA/depot/1"),
        of("accepted", 3, "XA/main/1"),
    )

    found, after = states.fold("fundreport:r", [made, theirs]), states.fold("fundreport:r", [made, theirs, ours])

    assert found is not None
    assert (found.state, found.finding) == ("made", "other_books")
    assert after is not None
    assert after.state == "accepted"
