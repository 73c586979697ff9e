"""A weapon that two nodes handed over without knowing of each other, settled from the discrepancy's page."""

import pytest

from countermark.ledger.reasons import Reason
from countermark.register import projection
from countermark.register import services as register
from countermark.register.checking import Refused
from countermark.register.rules import CONTRADICTED, history
from countermark.stockpile import acts, custody, receipts, settling
from countermark.stockpile.custody import Order
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Report
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return armoury(1)


def handed_twice(place: Armoury) -> str:
    """As two logs would come together: each hand-over follows the store, and none the other."""
    (weapon,) = place.weapons
    account = receipts.account_id(place.depot)
    orders = [
        Order("issue", to=who, account=account, store=place.depot, kind="loan")
        for who in (place.trained, place.recruit)
    ]
    with acts.alone():
        acts.append([event for order in orders for event in custody.drafts(order, [weapon])[0]], by=ARMOURER)
    assert state(weapon).finding == CONTRADICTED
    return weapon


def test_a_commander_says_where_it_is_and_the_contradiction_is_over(place: Armoury) -> None:
    weapon = handed_twice(place)
    client = people.signed_in("quirino", "commander", DEPOT)
    page = client.get(f"/discrepancies/{CONTRADICTED}:{weapon}/").content.decode()
    assert f"/stockpile/weapons/{weapon}/settle/" in page
    said = {
        "place": place.depot,
        "holder": "Pte R. Ecruit (1002)",
        "kind": "loan",
        "reason": "seen",
        "words": "seen on parade",
    }
    assert client.post(f"/stockpile/weapons/{weapon}/settle/", {**said, "holder": "nobody"}).status_code == 422

    answer = client.post(f"/stockpile/weapons/{weapon}/settle/", said)

    assert answer.status_code == 302, answer.content.decode()[-2000:]
    found = state(weapon)
    assert (found.finding, found.holder) != (CONTRADICTED, place.trained)
    assert found.holder == place.recruit


def test_a_weapon_in_the_store_is_settled_without_a_holder_and_only_where_one_commands(place: Armoury) -> None:
    weapon = handed_twice(place)
    stranger = people.signed_in("far", "commander", OTHER)
    said = {"place": place.rack_a, "holder": "", "kind": "", "reason": "seen", "words": "it lies in rack A"}
    assert stranger.get(f"/stockpile/weapons/{weapon}/settle/").status_code == 404
    assert people.signed_in("belo", "armourer", DEPOT).get(f"/stockpile/weapons/{weapon}/settle/").status_code == 403

    people.signed_in("quirino", "commander", DEPOT).post(f"/stockpile/weapons/{weapon}/settle/", said)

    held = state(weapon).custody
    assert held is not None
    assert (held.kind, state(weapon).finding) == ("store", "")


def test_a_weapon_one_depot_reported_stolen_and_another_has_is_reconciled_once_it_is_settled(place: Armoury) -> None:
    (weapon,) = place.weapons
    loan = Order("issue", to=place.trained, account=receipts.account_id(place.depot), store=place.depot, kind="loan")
    unaware, _ = custody.drafts(loan, [weapon])
    incident = incidents.report(Report("theft", DEPOT, [weapon], "burglary", "rack empty"), by=ARMOURER)
    with acts.alone():
        acts.append(unaware, by=ARMOURER)
    assert state(weapon).finding == CONTRADICTED

    settling.settle(weapon, place.rack_a, Reason("seen", "it lies in rack A"), by=ARMOURER)
    assert state(weapon).status == "active"
    incidents.recover(incident, [weapon], place.rack_a, note="it was never gone", by=ARMOURER)

    found, held = acts.subject("incident", incident), state(weapon).custody
    assert found is not None
    assert held is not None
    assert (found.state, held.kind) == ("recovered", "store")


def settled(place: Armoury) -> str:
    """The eventID of the hand-over that says where a weapon is, of which two nodes had said otherwise."""
    weapon = handed_twice(place)
    settling.settle(weapon, place.depot, Reason("counted"), by=ARMOURER)
    return history(projection.entries_of([weapon]))[-1].event_id


def test_a_corrected_settlement_keeps_how_it_was_found(place: Armoury) -> None:
    register.correct_event(settled(place), {"document": "Letter 7"}, reason="typing_error", by=CHIEF)

    last = history(projection.entries_of(place.weapons))[-1]
    assert (last.why, state(place.weapons[0]).finding) == ("counted", "")


def test_a_settlement_corrected_to_what_it_says_is_refused(place: Armoury) -> None:
    with pytest.raises(Refused) as refused:
        register.correct_event(settled(place), {}, reason="typing_error", by=CHIEF)

    assert [error.code for error in refused.value.errors] == ["unchanged"]


def test_the_page_that_corrects_a_settlement_leaves_how_it_was_found_as_it_is(place: Armoury) -> None:
    settled(place)
    client = people.signed_in("rita", "registrar")
    client.post(f"/weapons/{place.weapons[0]}/names/", {"reason": "record", "words": "to put it right"})
    address = (
        f"/weapons/{place.weapons[0]}/events/{history(projection.entries_of(place.weapons))[-1].position}/correct/"
    )
    form = client.get(address).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}

    client.post(address, {**shown, "document": "Letter 7", "reason": "typing_error", "words": ""})

    (asked,) = acts.subjects("proposal", state="pending")
    assert list(asked.value["command"]["fields"]) == ["document"]
