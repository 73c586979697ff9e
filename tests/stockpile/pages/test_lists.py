"""The lists of the office behind the counter, before there is anything in them and seen from elsewhere."""

import pytest
from django.test import Client

from tests.register import people
from tests.stockpile.armoury import OTHER, Armoury
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    ["units/", "units/rules/", "people/", "proposals/", "shipments/", "incidents/", "disposal/", "ammunition/"],
)
def test_every_list_says_what_to_do_while_it_is_empty(armourer: Client, path: str) -> None:
    assert "empty-note" in text(armourer, path) or "<td" in text(armourer, path)


def test_another_depot_sees_nothing_of_it(place: Armoury, armourer: Client) -> None:
    page = sent(
        armourer,
        "incidents/new/",
        place=place.depot,
        what="loss",
        reason="loss.on_duty",
        weapons="AB1000",
        circumstances="lost",
    )
    stranger = people.signed_in("rui", "commander", OTHER)

    assert stranger.get(page).status_code == 404
    assert "AB1000" not in text(stranger, "incidents/")
    assert "T. Rained" not in text(stranger, "people/")
