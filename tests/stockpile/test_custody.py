import base64
import zlib

import pytest

from countermark.ledger import identity, services
from countermark.ledger.reasons import Reason
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts, custody, queries, receipts, roster, units
from countermark.stockpile.models import Holding
from countermark.stockpile.receipts import Receipt
from countermark.stockpile.rules.custody import Policy, Qualification
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile import armoury as armouries
from tests.stockpile.armoury import ARMOURER, DEPOT, Armoury, armoury, issued, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return armoury()


def codes(refusal: "pytest.ExceptionInfo[Refused]") -> set[str]:
    return {error.code for error in refusal.value.errors}


def test_an_issued_weapon_is_with_its_receiver_and_keeps_its_rack(place: Armoury) -> None:
    code = issued(place, place.weapons[0])

    held = state(place.weapons[0])
    assert (held.holder, held.place) == (place.trained, place.rack_a)
    assert held.custody is not None
    assert (held.custody.kind, held.custody.receipt, held.custody.account) == (
        "shift", code, identity.opaque("party", DEPOT),
    )  # fmt: skip
    assert held.custody.due


def test_a_returned_weapon_is_back_in_its_rack(place: Armoury) -> None:
    issued(place, place.weapons[0])

    receipts.give_back(place.counter(), [place.weapons[0]])

    held = state(place.weapons[0])
    assert held.custody is not None
    assert (held.custody.kind, held.custody.due, held.place) == ("store", "", place.rack_a)
    assert held.holder == identity.opaque("party", DEPOT)


def test_one_receipt_holds_all_the_weapons_of_an_issue(place: Armoury) -> None:
    code = issued(place)

    found = acts.subject("receipt", code)
    assert found is not None
    assert found.of(Receipt).items == tuple(place.weapons)
    assert Holding.objects.filter(receipt=code, custody="shift").count() == len(place.weapons)


def test_a_weapon_that_is_out_is_not_issued_again(place: Armoury) -> None:
    issued(place, place.weapons[0])

    with pytest.raises(Refused) as refusal:
        issued(place, place.weapons[0], place.weapons[1])

    assert codes(refusal) == {"state"}
    assert Holding.objects.filter(weapon_id=place.weapons[1]).count() == 0, "nothing half done"


def test_the_same_request_twice_issues_once(place: Armoury) -> None:
    one = receipts.issue(place.counter(request="r1"), place.weapons, place.trained, "shift")
    two = receipts.issue(place.counter(request="r1"), place.weapons, place.trained, "shift")

    assert one == two
    assert acts.rows("receipt").count() == 1


def test_who_is_not_qualified_receives_nothing(place: Armoury) -> None:
    with pytest.raises(Refused) as refusal:
        receipts.issue(place.counter(), place.weapons, place.recruit, "shift")

    assert codes(refusal) == {"not_eligible"}


def test_an_override_needs_a_second_person_besides_a_reason(place: Armoury) -> None:
    with pytest.raises(Refused) as refusal:
        receipts.issue(place.counter(), place.weapons, place.recruit, "shift", override=Reason("urgent", "exercise"))

    assert codes(refusal) == {"second_person"}


def test_an_override_with_reason_and_second_person_stands_on_the_receipt(place: Armoury) -> None:
    counter = place.counter(second=place.second)

    code = receipts.issue(counter, place.weapons, place.recruit, "shift", override=Reason("urgent", "exercise"))

    found = acts.subject("receipt", code)
    assert found is not None
    receipt = found.of(Receipt)
    assert (receipt.second, receipt.override) == (place.second, identity.opaque("note", "exercise"))


def test_nobody_is_their_own_second_person(place: Armoury) -> None:
    counter = place.counter(second=identity.opaque("person", ARMOURER.name))

    with pytest.raises(Refused) as refusal:
        receipts.issue(counter, place.weapons, place.recruit, "shift", override=Reason("urgent", "exercise"))

    assert codes(refusal) == {"second_person"}


def test_a_qualification_that_has_expired_does_not_count(place: Armoury) -> None:
    roster.qualify(place.trained, [Qualification("training", until="2020-01-01")], by=CHIEF)

    with pytest.raises(Refused) as refusal:
        issued(place)

    assert codes(refusal) == {"not_eligible"}


def test_a_place_may_ask_for_a_second_person_at_every_issue(place: Armoury) -> None:
    units.set_policy(Policy(two_person=("issue",)), place=DEPOT, reason="order", by=CHIEF)

    with pytest.raises(Refused) as refusal:
        issued(place)

    assert codes(refusal) == {"second_person"}


def test_what_the_state_asks_a_second_person_for_no_place_waives(place: Armoury) -> None:
    units.set_policy(Policy(two_person=("issue",)), reason="order", by=CHIEF)
    units.set_policy(Policy(two_person=()), place=DEPOT, reason="order", by=CHIEF)

    assert "issue" in units.policy_at(place.rack_a).two_person


def test_a_weapon_of_another_store_is_not_issued_here(place: Armoury) -> None:
    elsewhere = people.weapon("X1", "ZZ1", place=armouries.OTHER)

    with pytest.raises(Refused) as refusal:
        issued(place, elsewhere)

    assert codes(refusal) == {"elsewhere"}


def test_a_stolen_weapon_is_refused_at_the_counter(place: Armoury) -> None:
    people.event(place.weapons[0], event="theft", date="2026-01-02")

    with pytest.raises(Refused) as refusal:
        issued(place, place.weapons[0])

    assert codes(refusal) == {"state"}


def test_who_has_left_the_roster_receives_nothing_and_still_holds_what_they_hold(place: Armoury) -> None:
    issued(place, place.weapons[0])
    roster.leave(place.trained, reason="left", by=CHIEF)

    with pytest.raises(Refused):
        issued(place, place.weapons[1])

    assert [str(one.weapon.pk) for one in queries.of_person(place.trained)] == [place.weapons[0]]


def test_a_card_finds_its_owner_and_a_replaced_card_nobody(place: Armoury) -> None:
    found = roster.by_card(place.card)
    assert found is not None
    assert found.party == place.trained

    code = roster.new_card(place.trained, reason="lost", by=CHIEF)

    assert roster.by_card(place.card) is None
    assert roster.by_card(code) is not None


def test_a_rack_takes_no_more_than_it_holds(place: Armoury) -> None:
    units.set_unit(place.rack_b, units.UnitFields("rack", capacity=2), by=CHIEF)

    with pytest.raises(Refused) as refusal:
        custody.move(place.weapons, place.rack_b, by=ARMOURER)

    assert codes(refusal) == {"full"}


def test_a_rack_takes_only_the_kinds_it_may_hold(place: Armoury) -> None:
    units.set_unit(place.rack_b, units.UnitFields("rack", weapons=("rifle",)), by=CHIEF)

    with pytest.raises(Refused) as refusal:
        custody.move(place.weapons[:1], place.rack_b, by=ARMOURER)

    assert codes(refusal) == {"kind"}


def test_the_board_counts_what_lies_where_and_what_is_out(place: Armoury) -> None:
    issued(place, place.weapons[0])
    custody.move(place.weapons[1:2], place.rack_b, by=ARMOURER)

    lines = {line.place.pk: (line.in_store, line.out) for line in queries.board(None)}

    assert lines[place.rack_a] == (1, 1)
    assert lines[place.rack_b] == (1, 0)


def test_what_was_keyed_from_paper_happened_when_it_happened(place: Armoury) -> None:
    receipts.issue(place.counter(happened="2026-03-04T08:00:00Z"), place.weapons[:1], place.trained, "shift")

    held = state(place.weapons[0])
    assert held.custody is not None
    assert (held.custody.since, held.custody.due) == ("2026-03-04T08:00:00.000Z", "2026-03-04T20:00:00Z")


def test_a_receipt_is_proven_without_a_store(place: Armoury) -> None:
    proof = receipts.proof_of(issued(place))

    proven = receipts.verify(proof, [services.require_own_log().verifier_key])

    assert (proven.items, proven.direction) == (len(place.weapons), "out")


def test_a_receipt_that_was_changed_proves_nothing(place: Armoury) -> None:
    proof = receipts.proof_of(issued(place))
    packed = proof.removeprefix(receipts.PROOF_PREFIX)
    note = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    changed = base64.urlsafe_b64encode(zlib.compress(note.replace(b"\n3\n", b"\n2\n"))).decode()

    with pytest.raises(ValueError, match="does not match"):
        receipts.verify(receipts.PROOF_PREFIX + changed, [services.require_own_log().verifier_key])


@pytest.mark.parametrize("text", ["", "CMR1.", "CMR1.!!!", "CMR1.AAAA", "another"])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="receipt"):
        receipts.verify(text, [])


def test_the_views_of_the_stockpile_are_rebuilt_equal(place: Armoury) -> None:
    issued(place, place.weapons[0])
    receipts.give_back(place.counter(), [place.weapons[0]])

    assert verify().ok
