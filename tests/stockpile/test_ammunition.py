from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import identity
from countermark.ledger.models import Entry
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts, proposals, roster, units
from countermark.stockpile.ammunition import queries, rules, services
from countermark.stockpile.ammunition.rules import Movement
from countermark.stockpile.ammunition.services import Lot, Move
from countermark.stockpile.rules.custody import Policy
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, Armoury, armoury

MOVED = st.lists(st.builds(Movement, st.sampled_from("ABC"), st.integers(-500, 500)), max_size=12)
LOT = Lot("Sellier", "9x19", "SB-17", "2019", condition="serviceable")


@given(MOVED.flatmap(lambda moved: st.tuples(st.just(moved), st.permutations(moved))))
def test_a_balance_is_the_sum_in_whatever_order(lists: tuple[list[Movement], Sequence[Movement]]) -> None:
    moved, shuffled = lists

    found = rules.balances(moved)

    assert found == rules.balances(shuffled)
    assert sum(found.values()) == sum(one.quantity for one in moved)


@given(st.integers(1, 1000))
def test_what_is_moved_is_neither_more_nor_less_than_it_was(quantity: int) -> None:
    assert sum(one.quantity for one in rules.movements("move", "A", quantity, "B")) == 0


def me() -> str:
    """The person id of the armourer."""
    return identity.opaque("person", ARMOURER.name)


@pytest.fixture
def place(db: None) -> Armoury:
    made = armoury(1)
    units.set_unit(made.rack_a, UnitFields("room", ammunition=True), by=CHIEF)
    return made


@pytest.fixture
def lot(place: Armoury) -> str:
    key = services.describe(LOT, by=ARMOURER)
    assert services.move(key, Move("receive", place.rack_a, 1000, second=place.second), by=ARMOURER) == 1000
    return key


def test_rounds_are_issued_returned_and_used(place: Armoury, lot: str) -> None:
    assert services.move(lot, Move("issue", place.rack_a, 300, to=place.trained), by=ARMOURER) == 700
    assert services.move(lot, Move("return", place.rack_a, 100), by=ARMOURER) == 800
    assert services.move(lot, Move("use", place.rack_a, 50), by=ARMOURER) == 750


def test_rounds_that_come_need_a_second_person_where_the_rules_ask_one_to_receive(place: Armoury, lot: str) -> None:
    coming = Move("receive", place.rack_a, 500)

    with pytest.raises(Refused, match="second person"):
        services.move(lot, coming, by=ARMOURER)
    assert services.seconded(lot, coming, by=ARMOURER)

    assert services.move(lot, replace(coming, second=place.second), by=ARMOURER) == 1500


def test_rounds_come_to_one_person_where_the_rules_ask_for_no_second(place: Armoury, lot: str) -> None:
    units.set_policy(Policy(two_person=()), reason="order", by=CHIEF)

    assert services.move(lot, Move("receive", place.rack_a, 500), by=ARMOURER) == 1500


def test_rounds_that_were_counted_more_are_not_received(place: Armoury, lot: str) -> None:
    assert not services.seconded(lot, Move("count", place.rack_a, 1001, why="miscounted"), by=ARMOURER)


def test_no_more_is_issued_than_is_there(place: Armoury, lot: str) -> None:
    with pytest.raises(Refused):
        services.move(lot, Move("issue", place.rack_a, 1001, to=place.trained), by=ARMOURER)


def test_a_suspended_lot_is_not_issued(place: Armoury, lot: str) -> None:
    services.describe(Lot("SELLIER", "9X19", "SB-17", "2019", condition="suspended"), by=ARMOURER)

    with pytest.raises(Refused):
        services.move(lot, Move("issue", place.rack_a, 1, to=place.trained), by=ARMOURER)


def test_a_unit_for_weapons_alone_takes_no_ammunition(place: Armoury, lot: str) -> None:
    with pytest.raises(Refused):
        services.move(lot, Move("move", place.rack_a, 10, to=place.rack_b), by=ARMOURER)


def test_a_count_states_what_was_found_and_why_where_it_is_not_what_was_there(place: Armoury, lot: str) -> None:
    with pytest.raises(Refused):
        services.move(lot, Move("count", place.rack_a, 990), by=ARMOURER)

    assert services.move(lot, Move("count", place.rack_a, 1000), by=ARMOURER) == 1000
    assert (
        services.move(lot, Move("count", place.rack_a, 990, note="counted twice", why="miscounted"), by=ARMOURER) == 990
    )


def test_a_movement_sent_twice_is_done_once(place: Armoury, lot: str) -> None:
    said = Move("issue", place.rack_a, 300, to=place.trained, request="r")

    assert services.move(lot, said, by=ARMOURER) == services.move(lot, said, by=ARMOURER) == 700


def test_lots_are_rebuilt_equal(place: Armoury, lot: str) -> None:
    services.move(lot, Move("issue", place.rack_a, 300, to=place.trained, request="r"), by=ARMOURER)

    assert verify().ok


def test_a_name_rounds_come_back_from_stands_in_no_act(place: Armoury, lot: str) -> None:
    services.move(lot, Move("return", place.rack_a, 10, to="Sgt A. Namesake"), by=ARMOURER)

    assert b"Namesake" not in b"".join(bytes(row) for row in Entry.objects.values_list("data", flat=True))


@pytest.mark.parametrize(
    "said",
    [
        Move("dispose", "", 10, note="misfires", why="dangerous"),
        Move("use", "", 10),
        Move("count", "", 990, why="missing"),
    ],
    ids=lambda said: said.word,
)
def test_rounds_nobody_answers_for_any_more_need_a_second_person_where_the_rules_say_so(
    place: Armoury, lot: str, said: Move
) -> None:
    said = replace(said, place=place.rack_a)
    units.set_policy(Policy(two_person=("dispose",)), place=DEPOT, reason="order", by=CHIEF)

    with pytest.raises(Refused):
        services.move(lot, said, by=ARMOURER)
    with pytest.raises(Refused):
        services.move(lot, replace(said, second=me()), by=ARMOURER)

    assert services.move(lot, replace(said, second=place.second), by=ARMOURER) == 990


def test_an_armourer_issues_no_rounds_to_themselves_alone(place: Armoury, lot: str) -> None:
    people.person("belo", "armourer", DEPOT)
    roster.link(place.card, by=Actor("belo"))
    said = Move("issue", place.rack_a, 10, to=place.trained)

    with pytest.raises(Refused):
        services.move(lot, said, by=Actor("belo"))

    assert services.move(lot, replace(said, second=place.second), by=Actor("belo")) == 990


def test_what_was_proposed_is_done_when_somebody_else_approves(place: Armoury, lot: str) -> None:
    people.person("second7", "armourer", DEPOT)
    said = Move("dispose", place.rack_a, 10, note="misfires", why="dangerous", request="r")

    key = services.propose(lot, said, by=ARMOURER)
    assert services.propose(lot, said, by=ARMOURER) == key
    with pytest.raises(Refused):
        proposals.approve(key, by=ARMOURER)
    proposals.approve(key, by=Actor("second7"))

    (gone,) = [one for one in queries.movements_of(lot, None) if one.word == "dispose"]
    assert gone.quantity == -10
    assert gone.by == me()
    assert gone.second == identity.opaque("person", "second7")
    found = acts.subject("lot", lot)
    assert found is not None
    assert found.of(Lot).on_hand == {place.rack_a: 990}


def test_nobody_is_asked_to_approve_what_cannot_be_done(place: Armoury, lot: str) -> None:
    with pytest.raises(Refused):
        services.propose(lot, Move("dispose", place.rack_a, 1001, note="misfires", why="dangerous"), by=ARMOURER)
