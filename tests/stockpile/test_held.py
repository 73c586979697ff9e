"""The record of a weapon shows how it is held, whatever hand-over was the last."""

import pytest

from countermark.stockpile import custody
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, armoury

pytestmark = pytest.mark.django_db


def test_a_weapon_that_was_put_away_or_sent_has_no_receipt_and_a_page_all_the_same() -> None:
    place = armoury(2)
    custody.move(place.weapons[:1], place.rack_b, by=ARMOURER)
    said = Manifest(DEPOT, OTHER, place.weapons[1:], "2030-01-01", authority="order 7")
    shipments.dispatch(shipments.prepare(said, by=ARMOURER), by=ARMOURER)
    auditor = people.signed_in("ana", "auditor")

    pages = [auditor.get(f"/weapons/{weapon}/") for weapon in place.weapons]

    assert [page.status_code for page in pages] == [200, 200]
    assert "in the store" in pages[0].content.decode()
    assert "on its way" in pages[1].content.decode()
