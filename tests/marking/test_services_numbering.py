"""Numbers are issued once: by block, by request, after a crash, from several processes at once."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from countermark.ledger import identity, store
from countermark.ledger import services as ledger
from countermark.ledger.reasons import ON_A_WEAPON
from countermark.ledger.verify import verify
from countermark.marking import acts, numbering
from countermark.marking.acts import Refused
from countermark.marking.models import NumberRow
from tests.marking import workshop
from tests.register import people
from tests.register.children import Say, started
from tests.register.people import CHIEF


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.errors[0].code


@pytest.mark.django_db
def test_numbers_are_issued_in_order_from_the_blocks_of_this_node() -> None:
    workshop.authority(2)
    numbering.give_block("xa-import", 3, "XA/depot/1", by=CHIEF)
    numbering.give_block("xa-import", 2, by=CHIEF)

    assert [n.number for n in numbering.issue("xa-import", 4, by=CHIEF)] == [1, 2, 6, 7]


@pytest.mark.django_db
def test_blocks_used_up_issue_nothing() -> None:
    workshop.authority(1)
    numbering.issue("xa-import", by=CHIEF)

    with pytest.raises(Refused) as refusal:
        numbering.issue("xa-import", by=CHIEF)

    assert code(refusal) == "used_up"


@pytest.mark.django_db
def test_too_many_numbers_at_once_issue_none() -> None:
    workshop.authority(3)

    with pytest.raises(Refused):
        numbering.issue("xa-import", 4, by=CHIEF)

    assert numbering.issued("xa-import") == []


@pytest.mark.django_db
def test_the_same_request_gets_the_same_numbers() -> None:
    workshop.authority()

    first = numbering.issue("xa-import", 2, request="delivery 7", by=CHIEF)
    length = store.size(ledger.require_own_log())

    assert numbering.issue("xa-import", 2, request="delivery 7", by=CHIEF) == first
    assert store.size(ledger.require_own_log()) == length


@pytest.mark.django_db
def test_a_number_that_stands_on_a_weapon_already_is_skipped_and_accounted_for() -> None:
    workshop.authority()
    (first,) = numbering.issue("xa-import", by=CHIEF)
    numbering.void("xa-import", first.number, reason="mistake", by=CHIEF)
    pattern = numbering.authority("xa-import").written
    standing = pattern.write(2, int(first.text[2:4]) + 2000)
    people.weapon("old", standing)

    (number,) = numbering.issue("xa-import", by=CHIEF)

    assert number.number == 3
    found = [(n.state, n.reason_code) for n in numbering.issued("xa-import")]
    assert found == [("issued", ""), ("voided", ON_A_WEAPON), ("voided", "mistake")]


@pytest.mark.django_db
def test_a_number_is_not_voided_without_a_reason_of_the_list() -> None:
    workshop.authority()
    numbering.issue("xa-import", by=CHIEF)

    with pytest.raises(Refused) as refusal:
        numbering.void("xa-import", 1, reason="it rained", by=CHIEF)

    assert code(refusal) == "unknown"
    assert [n.state for n in numbering.issued("xa-import")] == ["issued"]


@pytest.mark.django_db
def test_a_number_voided_before_reasons_were_codes_has_its_words_alone() -> None:
    workshop.authority()
    (number,) = numbering.issue("xa-import", by=CHIEF)
    acts.append([acts.draft("marking_number_voided", [number.subject], {"number": 1}, note="it broke")], by=CHIEF)

    (found,) = numbering.issued("xa-import")

    assert (found.state, found.reason_code, found.reason) == ("voided", "", identity.note("it broke"))


@pytest.mark.django_db
def test_a_block_says_what_became_of_its_numbers() -> None:
    workshop.authority(10)
    workshop.accepted(workshop.items(workshop.batch())[0])
    numbering.issue("xa-import", 3, by=CHIEF)
    numbering.void("xa-import", 3, reason="spoiled", by=CHIEF)

    (block,) = numbering.blocks("xa-import")

    assert (block.issued, block.used, block.voided, block.left) == (4, 1, 1, 6)


@pytest.mark.django_db
def test_patterns_that_could_be_taken_for_each_other_get_no_two_authorities() -> None:
    workshop.authority()

    with pytest.raises(Refused) as refusal:
        numbering.open_authority(
            "other", "Other", purpose="serial", country="XA", pattern="{country}{number:9}", by=CHIEF
        )

    assert code(refusal) == "collides"


@pytest.mark.django_db
def test_opening_an_authority_again_in_the_same_words_is_harmless() -> None:
    workshop.authority(0)
    length = store.size(ledger.require_own_log())

    workshop.authority(0)

    assert store.size(ledger.require_own_log()) == length


@pytest.mark.django_db
def test_a_log_that_does_not_own_an_authority_gives_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.authority(0)
    monkeypatch.setattr("countermark.marking.acts.own_origin", lambda: "XA/main/2")

    with pytest.raises(Refused) as refusal:
        numbering.give_block("xa-import", 5, by=CHIEF)

    assert code(refusal) == "foreign"


@pytest.mark.django_db
def test_a_log_opened_by_a_restore_issues_nothing_from_the_blocks_of_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workshop.authority(5)
    monkeypatch.setattr("countermark.marking.acts.own_origin", lambda: "XA/main/2")

    with pytest.raises(Refused) as refusal:
        numbering.issue("xa-import", by=CHIEF)

    assert code(refusal) == "used_up"


@pytest.mark.django_db
def test_an_authority_is_taken_over_beyond_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.authority(5)
    monkeypatch.setattr("countermark.marking.acts.own_origin", lambda: "XA/main/2")

    with pytest.raises(Refused):
        numbering.take_over("xa-import", 5, reason="restored", by=CHIEF)
    numbering.take_over("xa-import", 100, reason="restored; the book ends at 90", by=CHIEF)

    assert numbering.give_block("xa-import", 5, by=CHIEF).first == 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"key": "Capital"},
        {"purpose": "fun"},
        {"pattern": "{number:99}"},
        {"country": "xa"},
        {"start": 0},
        {"title": " "},
        {"system": "luhn"},
    ],
)
def test_an_authority_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    usual = {"key": "a", "title": "A", "purpose": "serial", "country": "XA", "pattern": "{number:4}"}

    with pytest.raises(Refused):
        numbering.open_authority(**{**usual, **changes}, by=CHIEF)  # type: ignore[arg-type]


def _issuing(count: int) -> Callable[[Say], None]:
    def work(say: Say) -> None:
        for _ in range(count):
            say([number.text for number in numbering.issue("xa-import", 2, by=CHIEF)])

    return work


@pytest.mark.usefixtures("store")
def test_four_processes_at_once_never_issue_a_number_twice(tmp_path: Path, scale: int) -> None:
    each = 8 * scale
    workshop.authority(8 * each)

    with started(tmp_path, *[_issuing(each)] * 4) as children:
        for child in children:
            child.process.join()
        texts = [text for child in children for said in child.said() for text in said]

    assert [child.process.exitcode for child in children] == [0] * 4
    assert len(texts) == len(set(texts)) == 8 * each
    assert verify().ok


@pytest.mark.usefixtures("store")
def test_processes_killed_while_they_issue_lose_no_number_and_issue_none_twice(tmp_path: Path, scale: int) -> None:
    workshop.authority(20_000)
    acknowledged: list[str] = []
    for wait in [0.05, 0.15, 0.3, 0.2] * scale:
        with started(tmp_path, *[_issuing(1000)] * 2) as children:
            time.sleep(wait)
            for child in children:
                child.kill()
            acknowledged += [text for child in children for said in child.said() for text in said]

    held = list(NumberRow.objects.values_list("text", flat=True))
    assert acknowledged
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= set(held)
    assert len(held) == len(set(held))
    assert verify().ok
