"""The counter as a browser without scripts, and the script, meet it."""

from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from countermark.accounts.models import User
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts, roster, seconds, units
from countermark.stockpile.codes import house
from countermark.stockpile.counterauth import pins
from countermark.stockpile.counterauth.models import Proof
from countermark.stockpile.models import Holding
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return armoury()


@pytest.fixture
def armourer(place: Armoury) -> Client:
    return people.signed_in("belo", "armourer", DEPOT)


IDS = count(1000)


def scan(client: Client, text: str, mode: str = "issue", number: int = 0) -> str:
    """The row a scan is answered with, as the script gets it; each scan has an id of its own."""
    data = {"scan": text, "scan_id": f"scan-{number or next(IDS)}"}
    answer = client.post(f"/stockpile/counter/{mode}/scan/", data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def done(client: Client, mode: str = "issue", **fields: str) -> Any:
    return client.post(f"/stockpile/counter/{mode}/done/", fields)


def test_a_card_and_two_serials_become_one_receipt(place: Armoury, armourer: Client) -> None:
    for number, text in enumerate([place.card, "AB1000", "AB1001"]):
        assert 'data-scan-outcome="done"' in scan(armourer, text, number=number)

    answer = done(armourer)

    assert answer.status_code == 302
    page = armourer.get(answer.url).content.decode()
    assert "AB1000" in page
    assert "T. Rained" in page
    assert Holding.objects.filter(custody="shift").count() == 2


@pytest.mark.parametrize(
    ("kind", "word"), [("loan", "lent"), ("evidence", "held as evidence"), ("shift", "out for a shift")]
)
def test_the_life_of_a_weapon_says_what_it_was_issued_for(
    place: Armoury, armourer: Client, kind: str, word: str
) -> None:
    armourer.post("/stockpile/counter/issue/kind/", {"kind": kind})
    for number, text in enumerate([place.card, "AB1000"]):
        scan(armourer, text, number=number)
    done(armourer)
    scan(armourer, "AB1000", "return", 5)
    done(armourer, "return")

    page = armourer.get(f"/weapons/{place.weapons[0]}/").content.decode()

    assert page.count(f'<span class="event-custody">{word}</span>') == 1


def test_the_card_once_more_signs_for_everything(place: Armoury, armourer: Client) -> None:
    for number, text in enumerate([place.card, "AB1000", place.card]):
        answer = scan(armourer, text, number=number)

    assert "/stockpile/receipts/HR" in answer
    assert acts.rows("receipt").count() == 1


def test_a_hand_over_by_card_is_said_and_waits_for_the_signature_of_the_receiver(
    place: Armoury, armourer: Client
) -> None:
    for number, text in enumerate([place.card, "AB1000", place.card]):
        answer = scan(armourer, text, number=number)

    (receipt,) = acts.subjects("receipt")
    assert f'Handed over:</strong> <bdi dir="auto" class="scan-what">{house.shown(receipt.key)}' in answer
    assert "Signed for" not in answer
    assert "Receipts not signed: 1" in answer
    assert "Receipts not signed: 1" in armourer.get("/stockpile/counter/issue/").content.decode()
    assert house.shown(receipt.key) in armourer.get("/stockpile/receipts/?open=1").content.decode()


def test_a_receipt_leads_with_the_signature_and_with_card_and_pin_where_there_is_a_pin(
    place: Armoury, armourer: Client
) -> None:
    for text in [place.card, "AB1000"]:
        scan(armourer, text)
    address = done(armourer).url

    without = armourer.get(address).content.decode()
    pins.set_pin(place.card, pins.issue_code(place.trained, by=CHIEF), "804271", by=CHIEF)
    with_pin = armourer.get(address).content.decode()
    armourer.post(f"{address}signed/", {"method": "paper"})

    assert without.index('value="paper"') < without.index('id="items"')
    assert 'value="pin"' not in without
    assert with_pin.index('value="pin"') < with_pin.index('id="items"')
    assert "Handed over" not in armourer.get(address).content.decode()
    assert "Receipts not signed: 0" in armourer.get("/stockpile/counter/issue/").content.decode()


def test_a_weapon_that_is_out_is_refused_at_the_scan(place: Armoury, armourer: Client) -> None:
    for text in [place.card, "AB1000", place.card]:
        scan(armourer, text)

    answer = scan(armourer, "AB1000")

    assert 'data-scan-outcome="refused"' in answer
    assert "issued" in answer


def test_a_scan_is_taken_back(place: Armoury, armourer: Client) -> None:
    scan(armourer, place.card, number=1)
    scan(armourer, "AB1000", number=2)

    armourer.post("/stockpile/counter/issue/undo/", {"scan_id": "scan-2"}, headers={"HX-Request": "true"})

    assert "AB1000" not in armourer.get("/stockpile/counter/issue/").content.decode()


def test_the_desk_is_there_again_when_the_page_is_loaded_again(place: Armoury, armourer: Client) -> None:
    scan(armourer, place.card)
    scan(armourer, "AB1000")

    page = armourer.get("/stockpile/counter/issue/").content.decode()

    assert "AB1000" in page
    assert "T. Rained" in page


def test_what_was_issued_is_taken_back(place: Armoury, armourer: Client) -> None:
    for text in [place.card, "AB1000", place.card]:
        scan(armourer, text)
    scan(armourer, "AB1000", "return")

    done(armourer, "return")

    held = state(place.weapons[0]).custody
    assert held is not None
    assert held.kind == "store"


def test_who_is_not_eligible_is_red_and_gets_nothing_without_a_reason_and_a_second(
    place: Armoury, armourer: Client
) -> None:
    card = roster.new_card(place.recruit, reason="lost", by=CHIEF)
    scan(armourer, card)
    assert "receiver-red" in scan(armourer, "AB1000")

    assert done(armourer).status_code == 422
    assert done(armourer, override_code="urgent", override="exercise").status_code == 422
    assert (
        done(
            armourer, override_code="urgent", override="exercise", second_name="belo", second_secret="a-long-password"
        ).status_code
        == 422
    )
    people.person("helda", "commander", DEPOT)
    answer = done(
        armourer, override_code="urgent", override="exercise", second_name="helda", second_secret="a-long-password"
    )

    assert answer.status_code == 302
    assert "exercise" in armourer.get(answer.url).content.decode()


def test_nobody_guesses_the_password_of_a_second_person(place: Armoury, armourer: Client) -> None:
    people.person("helda", "commander", DEPOT)
    for text in [place.card, "AB1000"]:
        scan(armourer, text)
    for _ in range(5):
        done(armourer, second_name="helda", second_secret="wrong")

    answer = done(armourer, second_name="helda", second_secret="a-long-password")

    assert answer.status_code == 422
    assert "quarter" in answer.content.decode()


@pytest.mark.parametrize("name", ["helda", "nobody-of-that-name"])
def test_wrong_passwords_of_a_second_person_are_counted_across_restarts_and_workers(
    place: Armoury, armourer: Client, name: str
) -> None:
    people.person("helda", "commander", DEPOT)
    belo = User.objects.get(username="belo")
    for secret in ["wrong"] * 5 + ["a-long-password"]:
        cache.clear()
        with pytest.raises(Refused) as refused:
            seconds.confirm(name, secret, beside=belo, place=place.depot)

    assert refused.value.errors[0].code == "locked"
    assert Proof.objects.get().failures == 5
    assert verify().ok

    Proof.objects.update(until="2001-01-01T00:00:00.000Z")
    if name == "helda":
        assert seconds.confirm(name, "a-long-password", beside=belo, place=place.depot)
        assert Proof.objects.get().failures == 0


def test_several_weapons_with_one_serial_are_asked_about(place: Armoury, armourer: Client) -> None:
    twin = people.weapon("T1", "AB1000", place=DEPOT)

    answer = scan(armourer, "AB1000")

    assert 'data-scan-outcome="asked"' in answer
    assert twin in answer


def test_a_serial_another_depot_has_too_is_no_question(place: Armoury, armourer: Client) -> None:
    people.weapon("T1", "AB1000", place=OTHER)

    assert 'data-scan-outcome="done"' in scan(armourer, "AB1000")


def test_weapons_are_put_away_where_a_rack_was_scanned(place: Armoury, armourer: Client) -> None:
    rack = units.code_of(place.rack_b)
    for text in [rack, "AB1000", rack]:
        scan(armourer, text, "move")

    assert state(place.weapons[0]).place == place.rack_b


def test_nobody_stands_at_the_counter_of_another_depot(place: Armoury, armourer: Client) -> None:
    assert armourer.get(f"/stockpile/counter/issue/?store={place.other}").status_code == 404


def test_a_receipt_of_another_depot_is_not_there(place: Armoury, armourer: Client) -> None:
    for text in [place.card, "AB1000"]:
        scan(armourer, text)
    address = done(armourer).url

    assert people.signed_in("rui", "armourer", OTHER).get(address).status_code == 404


def test_the_end_of_a_shift_is_seen_at_one_glance(place: Armoury, armourer: Client) -> None:
    assert "Everything is home" in armourer.get("/stockpile/home/").content.decode()
    for text in [place.card, "AB1000", place.card]:
        scan(armourer, text)

    assert "1 weapon of the shift is not back" in armourer.get("/stockpile/home/").content.decode()
