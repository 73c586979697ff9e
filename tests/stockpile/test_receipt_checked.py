"""A printed receipt is checked where it is shown: by a scan of its large code, by keys held here, without a network."""

import pytest
from django.test import Client

from countermark.stockpile import receipts
from countermark.stockpile.codes import scan
from countermark.stockpile.papers import typesetting
from tests.register import people
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return armoury(2)


def checked(client: Client, proof: str) -> str:
    """The page that a scan of a proof into the field in the header leads to."""
    return client.post("/find/", {"q": proof}, follow=True).content.decode()


def test_the_large_code_leads_to_whether_it_is_genuine_and_says_what_the_record_says(place: Armoury) -> None:
    proof = receipts.proof_of(issued(place))

    page = checked(people.signed_in("belo", "armourer", DEPOT), proof)

    assert "✓ genuine" in page
    assert "those of the record" in page
    assert "XA/main" in page


def test_a_proof_that_somebody_wrote_themselves_is_not_genuine(place: Armoury) -> None:
    code = issued(place)
    genuine = receipts.proof_of(code)
    forged = genuine[:-12] + ("A" * 12)

    page = people.signed_in("belo", "armourer", DEPOT).get("/stockpile/receipts/check/", {"proof": forged})

    assert "not genuine" in page.content.decode()


def test_who_may_not_see_the_receipt_learns_that_it_is_genuine_and_nothing_of_the_record(place: Armoury) -> None:
    proof = receipts.proof_of(issued(place))

    page = checked(people.signed_in("bob", "armourer", OTHER), proof)

    assert "✓ genuine" in page
    assert "AB1000" not in page
    assert "T. Rained" not in page


def test_a_scanned_proof_means_its_receipt_and_a_torn_one_is_said_to_be_torn(place: Armoury) -> None:
    code = issued(place)
    proof = receipts.proof_of(code)

    whole, torn = scan(proof), scan(proof[:40])

    assert (whole.kind, whole.value) == ("receipt", code)
    assert torn.kind == "refused"
    assert "scan it once more" in str(torn.findings[0].message)


def test_a_receipt_names_who_was_at_the_counter_and_who_confirmed(place: Armoury) -> None:
    people.person("commander7", "commander", DEPOT)
    code = receipts.receive(place.counter(second=place.second), place.weapons)

    page = people.signed_in("belo", "armourer", DEPOT).get(f"/stockpile/receipts/{code}/").content.decode()

    assert "armourer7" in page
    assert "commander7" in page


def test_who_is_on_no_roster_is_asked_for_no_pin(place: Armoury) -> None:
    belo = people.signed_in("belo", "armourer", DEPOT)
    code = receipts.receive(place.counter(second=place.second), place.weapons, sender="Ministry workshop")

    assert "Set a PIN" not in belo.get(f"/stockpile/receipts/{code}/").content.decode()
    assert "Set a PIN" in belo.get(f"/stockpile/receipts/{issued(place)}/").content.decode()


def test_a_receipt_is_printed_in_the_language_of_who_takes_it(place: Armoury, monkeypatch: pytest.MonkeyPatch) -> None:
    belo, code = people.signed_in("belo", "armourer", DEPOT), issued(place)
    monkeypatch.setattr(typesetting, "pdf", lambda _template, data: data["title"].encode())

    titles = [
        belo.get(f"/stockpile/receipts/{code}/receipt.pdf?language={one}").content for one in ("", "fr", "ar", "xx")
    ]

    assert titles[0] == titles[3] == b"Hand receipt"
    assert len(set(titles)) == 3


def test_what_is_scanned_into_the_page_that_checks_is_checked(place: Armoury) -> None:
    belo, proof = people.signed_in("belo", "armourer", DEPOT), receipts.proof_of(issued(place))

    page = belo.post("/stockpile/receipts/check/", {"proof": proof}, follow=True).content.decode()

    assert "✓ genuine" in page
