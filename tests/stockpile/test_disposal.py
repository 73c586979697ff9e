import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import identity, reasons, store
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts, proposals
from countermark.stockpile.disposal import rules, services
from countermark.stockpile.disposal.rules import Reading
from countermark.stockpile.disposal.services import Plan
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, Armoury, armoury, issued, state

IDS = st.lists(st.sampled_from("abcdef"), unique=True)
OTHER_READER = Actor("reader2")
COMMANDER = Actor("commander7")


@given(IDS, IDS, IDS)
def test_what_is_open_is_what_is_neither_destroyed_nor_withdrawn(
    planned: list[str], destroyed: list[str], withdrawn: list[str]
) -> None:
    found = rules.balance(planned, destroyed, withdrawn)

    assert found.open == len(set(planned) - set(destroyed) - set(withdrawn))
    assert found.planned == found.destroyed + found.withdrawn + found.open


@pytest.mark.parametrize(
    ("readings", "agree"),
    [
        ([], False),
        ([Reading("ana", "AB1")], False),
        ([Reading("ana", "AB1"), Reading("ana", "AB1")], False),
        ([Reading("ana", "AB1"), Reading("rui", "ab 1")], True),
        ([Reading("ana", "AB1"), Reading("rui", "AB7")], False),
    ],
)
def test_two_people_read_the_serial_that_is_on_record(readings: list[Reading], agree: bool) -> None:
    assert (rules.agree("AB1", readings) is None) == agree


def test_who_reads_is_no_witness() -> None:
    assert rules.problems("order", "cutting_or_shredding", "ana", {"ana"}, evidence_release=True)


@pytest.fixture
def place(db: None) -> Armoury:
    people_made = armoury()
    people.person("commander7", "commander", DEPOT)
    return people_made


def planned(place: Armoury, count: int = 2) -> str:
    said = Plan(
        place.depot,
        place.weapons[:count],
        "order 12",
        "cutting_or_shredding",
        "Observer of the court",
        "none is evidence",
    )
    return services.plan(said, by=ARMOURER)


def authorised(place: Armoury, count: int = 2) -> str:
    key = planned(place, count)
    (proposal,) = acts.subjects("proposal", state="pending")
    proposals.approve(proposal.key, by=COMMANDER)
    return key


def both_read(key: str, weapon: str, serial: str) -> None:
    services.read(key, weapon, serial, by=ARMOURER)
    services.read(key, weapon, serial, by=OTHER_READER)


def test_nothing_is_read_or_destroyed_before_a_second_person_has_authorised_the_list(place: Armoury) -> None:
    key = planned(place)

    with pytest.raises(Refused):
        services.read(key, place.weapons[0], "AB1000", by=ARMOURER)


def test_a_weapon_read_by_two_is_destroyed_and_its_record_says_so(place: Armoury) -> None:
    key = authorised(place)
    both_read(key, place.weapons[0], "AB1000")

    services.destroy(key, place.weapons[:1], confirmed=1, by=ARMOURER)

    found = state(place.weapons[0])
    assert found.status == "destroyed"
    assert found.custody is not None
    assert found.custody.kind == "destroyed"


def test_a_serial_that_one_of_the_two_reads_differently_stops_it(place: Armoury) -> None:
    key = authorised(place)
    services.read(key, place.weapons[0], "AB1000", by=ARMOURER)
    assert services.read(key, place.weapons[0], "AB1007", by=OTHER_READER) is not None

    with pytest.raises(Refused):
        services.destroy(key, place.weapons[:1], confirmed=1, by=ARMOURER)
    assert state(place.weapons[0]).status == "active"


def test_another_number_than_that_of_the_weapons_destroys_nothing(place: Armoury) -> None:
    key = authorised(place)
    both_read(key, place.weapons[0], "AB1000")

    with pytest.raises(Refused):
        services.destroy(key, place.weapons[:1], confirmed=2, by=ARMOURER)


def test_a_list_is_closed_when_planned_is_destroyed_plus_withdrawn(place: Armoury) -> None:
    key = authorised(place)
    both_read(key, place.weapons[0], "AB1000")
    services.destroy(key, place.weapons[:1], confirmed=1, by=ARMOURER)
    with pytest.raises(Refused):
        services.close(key, "melted", by=ARMOURER)
    services.withdraw(key, place.weapons[1], Reason("evidence", "evidence after all"), by=ARMOURER)

    found = services.close(key, "melted", by=ARMOURER)

    assert (found.planned, found.destroyed, found.withdrawn) == (2, 1, 1)
    assert verify().ok


def test_a_weapon_that_is_out_is_not_listed(place: Armoury) -> None:
    issued(place, place.weapons[0])

    with pytest.raises(Refused):
        planned(place)


def test_a_review_says_why_as_a_code_in_its_entry(place: Armoury) -> None:
    why = Reason("establishment", "two posts fewer")
    services.review(DEPOT, "revolver", held=3, needed=1, reason=why, next_review="2027-01-01", by=ARMOURER)

    [act] = [entry for entry in store.all_entries() if entry.body.get("act") == "stockpile_review_set"]
    assert reasons.stated("act", act.body) == ("need", "establishment")
    assert "two posts" not in str(act.body)
    assert [one.of(services.Review).reason for one in acts.subjects("review")] == [identity.note("two posts fewer")]


def test_a_review_of_before_reasons_were_codes_is_read_still(place: Armoury) -> None:
    old = {"kind": "revolver", "held": 3, "needed": 1, "reason": identity.note("plan"), "next": "2027-01-01"}
    columns = {"place": place.depot, "due": "2027-01-01"}
    acts.append([acts.record_draft("review", "old/revolver", old, columns, note="plan")], by=ARMOURER)

    [found] = acts.subjects("review")
    assert (found.of(services.Review).needed, found.of(services.Review).reason_code) == (1, "")


def test_surplus_is_declared_stored_apart_and_disposed_of(place: Armoury) -> None:
    surplus = services.review(
        DEPOT,
        "revolver",
        held=3,
        needed=1,
        reason=Reason("establishment", "two posts fewer"),
        next_review="2027-01-01",
        by=ARMOURER,
    )
    key = services.declare(
        DEPOT, place.weapons[:surplus], "destroy", Reason("more_than_needed", "not needed"), by=ARMOURER
    )
    services.safeguard(key, place.rack_b, by=ARMOURER)
    assert state(place.weapons[0]).place == place.rack_b
    with pytest.raises(Refused):
        services.dispose(key, by=ARMOURER)

    listed = authorised(place)
    for weapon, serial in zip(place.weapons, ("AB1000", "AB1001"), strict=False):
        both_read(listed, weapon, serial)
    services.destroy(listed, place.weapons[:2], confirmed=2, by=ARMOURER)
    services.dispose(key, by=ARMOURER)

    (found,) = acts.subjects("surplus")
    assert found.state == "disposed"
