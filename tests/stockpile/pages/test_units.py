"""Storage units on their pages."""

import pytest
from django.test import Client

from countermark.stockpile import units
from tests.stockpile.armoury import Armoury
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db


def test_a_storage_unit_is_described_and_its_exact_location_kept_from_who_may_not_see_it(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    page = sent(
        commander, "units/set/", place=place.rack_b, form="rack", capacity=12, weapons=["revolver"], location="cellar 3"
    )

    assert units.location(units.unit(place.rack_b)) == "cellar 3"  # type: ignore[arg-type]
    assert "cellar 3" not in text(commander, page)
    assert "cellar 3" not in text(commander, f"{page}location/")
    assert "cellar 3" in commander.post(f"{page}location/").content.decode()
    assert armourer.post(f"{page}location/").status_code == 403
