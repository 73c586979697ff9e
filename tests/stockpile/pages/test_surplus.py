"""Reviews of the need and surplus on their pages."""

from typing import Any

import pytest
from django.test import Client

from countermark.stockpile import acts, units
from countermark.stockpile.rules.custody import Policy
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import RACK_B, Armoury
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db

SERIALS = "AB1000\nAB1001"


def test_surplus_is_reviewed_declared_and_stored_apart(place: Armoury, commander: Client) -> None:
    sent(
        commander, "disposal/review/", place=place.depot, kind="revolver", held=3, needed=1, reason="establishment",
        words="two posts fewer", next_review="2030-01-01",
    )  # fmt: skip
    assert "posts or units are more or fewer: two posts fewer" in text(commander, "disposal/")
    page = sent(
        commander,
        "disposal/surplus/new/",
        place=place.depot,
        weapons=SERIALS,
        outcome="destroy",
        reason="more_than_needed",
    )

    sent(commander, f"{page.removeprefix('/stockpile/')}safeguard/", store=place.rack_b)

    assert RACK_B in text(commander, page)
    assert "stored apart" in text(commander, "disposal/")


def test_surplus_that_is_kept_needs_a_second_person_on_the_page_where_the_rules_ask_for_one(
    place: Armoury, commander: Client
) -> None:
    units.set_policy(Policy(("dispose",)), place=place.depot, reason="order", by=CHIEF)
    people.person("general", "commander")
    declared: dict[str, Any] = {
        "place": place.depot,
        "weapons": "AB1000",
        "outcome": "keep",
        "reason": "more_than_needed",
        "words": "a reserve",
        "once": "k1",
    }
    pages = {sent(commander, "disposal/surplus/new/", **declared) for _ in range(2)}
    step = f"{pages.pop().removeprefix('/stockpile/')}dispose/"
    assert not pages

    sent(commander, step, 422)
    sent(commander, step, 422, second_name="quirino", second_secret="a-long-password")
    sent(commander, step, second_name="general", second_secret="a-long-password")

    assert acts.subjects("surplus")[0].state == "disposed"


def test_surplus_is_not_disposed_of_by_a_step_there_is_not(place: Armoury, commander: Client) -> None:
    page = sent(
        commander,
        "disposal/surplus/new/",
        place=place.depot,
        weapons=SERIALS,
        outcome="destroy",
        reason="more_than_needed",
    )

    assert commander.post(f"{page}vanish/").status_code == 404
