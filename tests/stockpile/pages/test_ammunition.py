"""Ammunition on its pages."""

from typing import Any

import pytest
from django.test import Client

from countermark.stockpile import units
from countermark.stockpile.rules.custody import Policy
from tests.register.people import CHIEF
from tests.stockpile.armoury import Armoury
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db


def test_rounds_are_received_and_no_more_issued_than_there_are(place: Armoury, armourer: Client) -> None:
    units.set_unit(place.rack_a, units.UnitFields("room", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=()), reason="order", by=CHIEF)
    page = sent(
        armourer, "ammunition/new/", maker="Sellier", calibre="9x19", lot="SB-17", condition="serviceable"
    ).removeprefix("/stockpile/")
    sent(armourer, f"{page}move/", word="receive", place=place.rack_a, quantity=500)

    assert "at most 500 rounds" in sent(
        armourer, f"{page}move/", 422, word="issue", place=place.rack_a, quantity=501, to=place.card
    )
    sent(armourer, f"{page}move/", word="issue", place=place.rack_a, quantity=100, to=place.card)

    assert "400" in text(armourer, page)


def test_a_second_person_confirms_rounds_disposed_of_where_the_rules_say_so(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    units.set_unit(place.rack_a, units.UnitFields("room", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=("dispose",)), reason="order", by=CHIEF)
    page = sent(
        armourer, "ammunition/new/", maker="Sellier", calibre="9x19", lot="SB-17", condition="serviceable"
    ).removeprefix("/stockpile/")
    sent(armourer, f"{page}move/", word="receive", place=place.rack_a, quantity=500)
    said: dict[str, Any] = {
        "word": "dispose",
        "place": place.rack_a,
        "quantity": 20,
        "note": "misfires",
        "why": "dangerous",
    }

    assert "a second person who confirms" in sent(armourer, f"{page}move/", 422, **said)
    sent(armourer, f"{page}move/", **said, second_name="quirino", second_secret="a-long-password")

    assert "480" in text(armourer, page)
