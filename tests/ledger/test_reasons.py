"""Why something was done: a code of a closed list, with words beside it."""

from typing import Any

import pytest

from countermark.ledger import reasons, services
from countermark.ledger.reasons import LISTS, NoReason, Reason
from countermark.ledger.services import LedgerError
from countermark.ledger.vocabulary import ACTS, EVENTS


def test_every_list_the_vocabulary_names_is_there_and_every_list_is_named() -> None:
    named = {word.reason for word in EVENTS.values()} | {word.reason for word in ACTS.values()}

    assert (named - {""}) | {reasons.SETTLED} == set(LISTS)


@pytest.mark.parametrize("kind", sorted(LISTS))
def test_a_list_is_short_and_ends_with_another_reason(kind: str) -> None:
    codes = list(LISTS[kind].codes)

    assert 3 <= len(codes) <= 9
    assert codes[-1] == reasons.OTHER


def test_a_code_alone_is_a_reason() -> None:
    assert reasons.read("shipment_cancelled", " not_ready ") == Reason("not_ready")


def test_words_go_with_a_code() -> None:
    assert reasons.read("shipment_cancelled", Reason("unsafe", " the bridge is gone ")) == Reason(
        "unsafe", "the bridge is gone"
    )


def test_a_refusal_names_the_codes_there_are() -> None:
    with pytest.raises(NoReason) as problem:
        reasons.read("shipment_cancelled", "it rains")

    assert problem.value.column == "reason"
    assert all(code in problem.value.expected for code in LISTS["shipment_cancelled"].codes)


@pytest.mark.parametrize(
    ("kind", "said", "column"),
    [
        ("shipment_cancelled", Reason("other"), "words"),
        ("override", Reason("urgent"), "words"),
        ("shipment_cancelled", Reason("", "it rains"), "reason"),
        ("correction", "", "reason"),
        ("correction", Reason("twice", "a\0b"), "words"),
    ],
)
def test_what_is_no_reason_is_refused_where_it_is_wrong(kind: str, said: Reason | str, column: str) -> None:
    with pytest.raises(NoReason) as problem:
        reasons.read(kind, said)

    assert problem.value.column == column


def test_words_in_their_own_place_without_a_code_are_words_alone() -> None:
    assert reasons.read("look", Reason("", "a court asks")) == Reason("other", "a court asks")


def test_words_alone_are_the_reason_other_where_the_contract_takes_words() -> None:
    assert reasons.read("correction", "the 8 was a B") == Reason("other", "the 8 was a B")


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        ("act", {"act": "stockpile_shipment_cancelled", "reason_code": "unsafe"}, ("shipment_cancelled", "unsafe")),
        ("event", {"countermark:event": "loss", "countermark:reason_code": "on_duty"}, ("loss", "on_duty")),
        ("event", {"countermark:event": "transfer", "countermark:reason_code": "seen"}, ("settled", "seen")),
        (
            "event",
            {"countermark:event": "loss", "errorDeclaration": {"countermark:reason_code": "twice"}},
            ("correction", "twice"),
        ),
        ("event", {"countermark:event": "loss", "errorDeclaration": {"reason": "did_not_occur"}}, None),
        ("act", {"act": "stockpile_shipment_cancelled"}, None),
        ("act", {"act": "of another version", "reason_code": "unsafe"}, None),
    ],
)
def test_an_entry_says_its_list_and_code_or_none(
    kind: str, body: dict[str, Any], found: tuple[str, str] | None
) -> None:
    assert reasons.stated(kind, body) == found


def test_no_act_has_a_code_that_is_not_of_its_list() -> None:
    with pytest.raises(LedgerError, match="no reason"):
        services.act("stockpile_shipment_cancelled", {"reason_code": "on_duty"})


def test_the_code_of_another_version_is_shown_as_it_stands() -> None:
    assert LISTS["loss"].text("from_the_future") == "from_the_future"
