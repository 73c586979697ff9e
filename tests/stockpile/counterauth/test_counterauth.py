"""Card and PIN, and security keys: who signs is who they say, and nobody guesses."""

import json
import logging
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from countermark.accounts.models import User
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts, roster, seconds
from countermark.stockpile.counterauth import features, passkeys, pins, rules
from countermark.stockpile.counterauth.models import Proof
from countermark.stockpile.projection import PROJECTION
from countermark.stockpile.receipts import Receipt
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, Armoury, armoury, issued
from tests.stockpile.counterauth.softkey import SoftKey

stored = pytest.mark.django_db
PIN = "804271"


@pytest.fixture
def place() -> Armoury:
    return armoury()


@pytest.fixture
def with_pin(place: Armoury) -> Armoury:
    """The trained soldier has set a PIN."""
    pins.set_pin(place.card, pins.issue_code(place.trained, by=CHIEF), PIN, by=ARMOURER)
    return place


@pytest.fixture
def client(place: Armoury) -> Client:
    return people.signed_in("belo", "armourer", DEPOT)


def receipt(code: str) -> Receipt:
    known = acts.subject("receipt", code)
    assert known is not None
    return known.of(Receipt)


def registered(client: Client, place: Armoury, key: SoftKey, **said: str) -> None:
    """Registers a key over the pages."""
    options = client.post("/stockpile/keys/options/", {"card": place.card, "current": PIN} | said)
    assert options.status_code == 200, options.content
    client.post("/stockpile/keys/register/", {"passkey": key.create(options.json()), "label": "blue key"})


def asked(client: Client, code: str) -> dict[str, Any]:
    answer = client.post(f"/stockpile/receipts/{code}/key/")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def signed(client: Client, code: str, answer: str) -> str:
    client.post(f"/stockpile/receipts/{code}/signed/", {"passkey": answer})
    return receipt(code).signed


# --- PINs --------------------------------------------------------------------------------------------------------------


@given(st.text("0123456789", min_size=1, max_size=3), st.integers(2, 12))
def test_no_repetition_is_a_pin(part: str, times: int) -> None:
    assert rules.pin_problem(part * times) is not None


@given(st.text(min_size=0, max_size=14))
def test_only_six_to_twelve_digits_are_a_pin(text: str) -> None:
    digits = text.isascii() and text.isdecimal() and 6 <= len(text) <= 12
    assert digits or rules.pin_problem(text) is not None


@pytest.mark.parametrize("pin", ["123456", "987654", "135791", "890123", "000000"])
def test_no_row_of_digits_is_a_pin(pin: str) -> None:
    assert rules.pin_problem(pin) is not None


@stored
def test_the_receiver_signs_with_card_and_pin(with_pin: Armoury, client: Client) -> None:
    code = issued(with_pin)

    client.post(f"/stockpile/receipts/{code}/signed/", {"method": "pin", "card": with_pin.card, "pin": PIN})

    assert receipt(code).signed == "pin"
    assert receipt(code).signed_by == with_pin.trained
    assert verify().ok


@stored
def test_nobody_signs_a_receipt_made_out_to_another(with_pin: Armoury) -> None:
    card = roster.new_card(with_pin.recruit, reason="lost", by=CHIEF)
    pins.set_pin(card, pins.issue_code(with_pin.recruit, by=CHIEF), "550917", by=ARMOURER)

    with pytest.raises(Refused):
        pins.sign(issued(with_pin), card, "550917", by=ARMOURER)


@stored
def test_a_one_time_code_signs_nothing(place: Armoury) -> None:
    with pytest.raises(Refused):
        pins.sign(issued(place), place.card, pins.issue_code(place.trained, by=CHIEF), by=ARMOURER)


@stored
def test_a_one_time_code_is_over_after_a_day(place: Armoury) -> None:
    code = pins.issue_code(place.trained, by=CHIEF)
    Proof.objects.update(until="2001-01-01T00:00:00.000Z")

    with pytest.raises(Refused):
        pins.set_pin(place.card, code, PIN, by=ARMOURER)


@stored
def test_after_five_wrong_pins_the_right_one_opens_nothing_and_the_security_log_knows(
    with_pin: Armoury, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "countermark.security"):
        for _ in range(rules.TRIES):
            with pytest.raises(Refused):
                pins.prove(with_pin.card, "000000")

    with pytest.raises(Refused) as refused:
        pins.prove(with_pin.card, PIN)
    assert refused.value.errors[0].code == "locked"
    assert json.loads(caplog.messages[-1])["what"] == "pin_locked"


@stored
def test_a_card_scanned_into_a_form_that_is_sent_by_its_return_is_no_wrong_pin(with_pin: Armoury) -> None:
    for _ in range(rules.TRIES + 1):
        with pytest.raises(Refused) as refused:
            pins.prove(with_pin.card, "")
        assert refused.value.errors[0].code == "missing"
        with pytest.raises(Refused):
            seconds.confirm(with_pin.card, "", beside=User(), place=with_pin.depot)

    assert pins.prove(with_pin.card, PIN).party == with_pin.trained


@stored
def test_after_three_locks_only_a_new_code_helps(with_pin: Armoury) -> None:
    Proof.objects.update(failures=rules.BLOCKED_AFTER)
    with pytest.raises(Refused):
        pins.prove(with_pin.card, PIN)

    pins.set_pin(with_pin.card, pins.issue_code(with_pin.trained, by=CHIEF), "771304", by=ARMOURER)

    assert pins.prove(with_pin.card, "771304").party == with_pin.trained


@stored
def test_the_second_person_confirms_with_card_and_pin(place: Armoury, client: Client) -> None:
    people.person("helda", "commander", DEPOT)
    one, card = roster.enrol("Maj H. Elda (9)", place=DEPOT, username="helda", by=Actor("helda"))
    pins.set_pin(card, pins.issue_code(one.party, by=CHIEF), PIN, by=ARMOURER)
    lone = roster.new_card(place.recruit, reason="lost", by=CHIEF)
    for number, text in enumerate([lone, "AB1000"]):
        client.post("/stockpile/counter/issue/scan/", {"scan": text, "scan_id": str(number)})

    answer = client.post(
        "/stockpile/counter/issue/done/",
        {"override_code": "urgent", "override": "exercise", "second_name": card, "second_secret": PIN},
    )

    assert answer.status_code == 302
    assert receipt(answer["Location"].rstrip("/").rpartition("/")[2]).second == one.person.user


@stored
def test_the_commander_gives_a_code_and_the_person_sets_the_pin(place: Armoury, client: Client) -> None:
    commander = people.signed_in("helda", "commander", DEPOT)
    ref = place.trained[-64:]
    page = commander.post(f"/stockpile/proofs/{ref}/code/", {"sure": "on"}, follow=True).content.decode()
    code = page.partition("(1001): ")[2][: rules.CODE_DIGITS]

    said = {"card": place.card, "current": code, "pin": PIN, "again": PIN}
    assert client.post("/stockpile/pin/", said | {"again": "804272"}).status_code == 422
    assert client.post("/stockpile/pin/", said).status_code == 302

    assert pins.has_pin(place.trained)
    assert verify().ok


# --- security keys -----------------------------------------------------------------------------------------------------


@pytest.fixture
def keys_on(with_pin: Armoury) -> Armoury:
    features.switch(features.PASSKEY, True, place=DEPOT, read=True, by=CHIEF)
    return with_pin


@stored
def test_security_keys_are_off_until_a_commander_who_read_the_note_switches_them_on(
    with_pin: Armoury, client: Client
) -> None:
    commander = people.signed_in("helda", "commander", DEPOT)
    asked_for = {"card": with_pin.card, "current": PIN}
    assert client.post("/stockpile/keys/options/", asked_for).status_code == 422
    assert "no biometric" in commander.get("/stockpile/features/set/").content.decode()

    said = {"place": with_pin.depot, "state": "on"}
    assert commander.post("/stockpile/features/set/", said).status_code == 422
    assert commander.post("/stockpile/features/set/", said | {"read": "on"}).status_code == 302

    assert client.post("/stockpile/keys/options/", asked_for).status_code == 200


@stored
def test_the_receiver_signs_with_a_security_key(keys_on: Armoury, client: Client) -> None:
    key = SoftKey()
    registered(client, keys_on, key)
    code = issued(keys_on)

    assert signed(client, code, key.get(asked(client, code))) == "passkey"
    assert receipt(code).signed_by == keys_on.trained
    assert passkeys.still_signed(code)
    assert not passkeys._holds(evidence_of(code), passkeys.Asked("receipt", code, "of another list"))
    assert verify().ok


def evidence_of(code: str) -> dict[str, str]:
    [found] = [one.body["evidence"] for one in PROJECTION.entries_about(f"receipt:{code}") if "evidence" in one.body]
    return dict(found)


@stored
@pytest.mark.parametrize(
    "key", [SoftKey(verified=False), SoftKey(origin="http://elsewhere.example"), SoftKey(origin="https://testserver")]
)
def test_a_key_that_verified_nobody_or_was_asked_elsewhere_signs_nothing(
    key: SoftKey, keys_on: Armoury, client: Client
) -> None:
    good = SoftKey(private=key.private, credential_id=key.credential_id)
    registered(client, keys_on, good)
    code = issued(keys_on)

    assert signed(client, code, key.get(asked(client, code))) == ""


@stored
def test_an_answer_is_good_once_and_for_one_receipt(keys_on: Armoury, client: Client) -> None:
    key = SoftKey()
    registered(client, keys_on, key)
    first, second = issued(keys_on, keys_on.weapons[0]), issued(keys_on, keys_on.weapons[1])
    answer = key.get(asked(client, first))

    assert signed(client, second, answer) == ""
    assert signed(client, first, answer) == ""


@stored
def test_a_copied_key_is_refused(keys_on: Armoury, client: Client) -> None:
    key = SoftKey(counter=5)
    registered(client, keys_on, key)
    key.counter = 3
    code = issued(keys_on)

    assert signed(client, code, key.get(asked(client, code))) == ""


@stored
def test_a_lost_key_is_taken_out_of_use(keys_on: Armoury, client: Client) -> None:
    registered(client, keys_on, SoftKey())
    commander = people.signed_in("helda", "commander", DEPOT)
    [row] = passkeys.of(keys_on.trained)

    commander.post(f"/stockpile/proofs/{keys_on.trained[-64:]}/remove/", {"key": row.key})

    assert client.post(f"/stockpile/receipts/{issued(keys_on)}/key/").status_code == 422
    assert verify().ok


@stored
@pytest.mark.parametrize(
    "answer", ["", "{", "[]", "null", "{}", '{"id": 1}', '{"rawId": "AA", "response": []}', "9" * 30_000]
)
def test_whatever_is_sent_for_a_keys_answer_is_refused_in_words(answer: str, keys_on: Armoury, client: Client) -> None:
    registered(client, keys_on, SoftKey())
    code = issued(keys_on)
    asked(client, code)

    assert signed(client, code, answer) == ""
    asked_for = {"card": keys_on.card, "current": PIN}
    client.post("/stockpile/keys/options/", asked_for)
    assert client.post("/stockpile/keys/register/", {"passkey": answer}).status_code == 302


@stored
def test_the_second_person_confirms_this_desk_and_no_other_with_a_key(keys_on: Armoury, client: Client) -> None:
    people.person("helda", "commander", DEPOT)
    one, card = roster.enrol("Maj H. Elda (9)", place=DEPOT, username="helda", by=Actor("helda"))
    pins.set_pin(card, pins.issue_code(one.party, by=CHIEF), PIN, by=ARMOURER)
    key = SoftKey()
    options = client.post("/stockpile/keys/options/", {"card": card, "current": PIN}).json()
    client.post("/stockpile/keys/register/", {"passkey": key.create(options)})
    for number, text in enumerate([keys_on.card, "AB1000"]):
        client.post("/stockpile/counter/issue/scan/", {"scan": text, "scan_id": str(number)})

    def answered() -> str:
        return key.get(client.post("/stockpile/counter/issue/key/", {"second_name": "helda"}).json())

    stale = answered()
    client.post("/stockpile/counter/issue/scan/", {"scan": "AB1001", "scan_id": "9"})
    assert client.post("/stockpile/counter/issue/done/", {"passkey": stale}).status_code == 422

    done = client.post("/stockpile/counter/issue/done/", {"passkey": answered()})

    assert done.status_code == 302
    assert receipt(done["Location"].rstrip("/").rpartition("/")[2]).second == one.person.user
