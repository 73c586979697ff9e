"""The rules of the stores on their pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from countermark.stockpile import units
from countermark.stockpile.rules.custody import ARMED_FORCES, SECONDED
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, Armoury, issued, state
from tests.stockpile.pagekit import RULES, sent, text

pytestmark = pytest.mark.django_db


def test_rules_of_a_store_are_set_and_shown(place: Armoury, commander: Client) -> None:
    sent(commander, "units/rules/set/", place=place.depot, **RULES)

    found = units.policy_at(place.rack_a)
    assert "issue" in found.two_person
    assert found.hours["shift"] == 8
    assert DEPOT in text(commander, "units/rules/")


def test_each_way_to_have_a_weapon_out_has_a_due_date_of_its_own(place: Armoury, commander: Client) -> None:
    said: dict[str, Any] = {
        "place": place.depot,
        "shift_hours": 8,
        "loan_hours": 72,
        "repair_hours": 240,
        "reason": "order",
        "words": "order 4",
    }
    sent(commander, "units/rules/set/", 302, **said)
    sent(commander, "units/rules/set/", 302, **said | {"loan_hours": "", "repair_hours": 0})

    hours = units.policy_at(place.depot).hours
    issued(place, place.weapons[0], kind="loan")
    issued(place, place.weapons[1], kind="repair")

    assert (hours["shift"], hours["loan"], "repair" in hours) == (8, 72, False)
    lent, mended = (state(weapon).custody for weapon in place.weapons[:2])
    assert lent is not None
    assert lent.due[:10] == (timezone.now() + timedelta(hours=72)).date().isoformat()
    assert mended is not None
    assert mended.due == ""


def test_a_form_for_rules_opens_with_two_people_for_each_hand_over_where_a_place_has_none(
    place: Armoury, commander: Client
) -> None:
    page = text(commander, f"units/rules/set/?place={place.depot}")

    for step in SECONDED:
        assert re.search(rf'name="two_person" value="{step}"[^>]*checked', page), step


def test_the_rules_say_where_one_person_alone_can_issue(place: Armoury, commander: Client) -> None:
    assert "hand a weapon out alone" in text(commander, "units/rules/")

    units.set_policy(ARMED_FORCES, reason="order", by=CHIEF)

    assert "hand a weapon out alone" not in text(commander, "units/rules/")
