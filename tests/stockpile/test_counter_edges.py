"""What a counter meets on a bad day: hostile texts, wrong times, double clicks, pages that have grown old."""

import re
from typing import Any

import pytest
from django.test import Client

from countermark.accounts.models import User
from countermark.cli.stockpile.common import weapon_ids
from countermark.register import services
from countermark.stockpile import acts, roster, units
from countermark.stockpile.models import Holding
from countermark.stockpile.views.pages import weapons_of_lines
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


def scan(client: Client, mode: str = "issue", **data: str) -> str:
    answer = client.post(f"/stockpile/counter/{mode}/scan/", data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def laid(client: Client, *texts: str, mode: str = "issue") -> str:
    """Scans some texts; returns what the page then says it shows."""
    page = ""
    for number, text in enumerate(texts):
        page = scan(client, mode, scan=text, scan_id=f"{text}-{number}")
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def done(client: Client, mode: str = "issue", **fields: str) -> Any:
    return client.post(f"/stockpile/counter/{mode}/done/", fields)


def test_what_no_record_can_hold_is_refused_and_not_an_error_of_the_page(place: Armoury, armourer: Client) -> None:
    laid(armourer, place.card, "AB1000")

    for field in ("note", "override", "happened", "second_name"):
        for text in ("a\0b", "x" * 6000):
            assert done(armourer, **{field: text}).status_code == 422, (field, text[:5])

    assert not Holding.objects.exists()


@pytest.mark.parametrize(
    "happened", ["tomorrow", "2026-13-45", "\u202e=cmd|' /C calc'!A0", "2026", "2026-01", "9999-01-01"]
)
def test_a_wrong_time_of_an_earlier_issue_is_refused(place: Armoury, armourer: Client, happened: str) -> None:
    laid(armourer, place.card, "AB1000")

    assert done(armourer, happened=happened).status_code == 422


@pytest.mark.parametrize("happened", ["2026", "2026-01", "9999-01-01"])
def test_a_weapon_is_put_away_on_a_day_or_at_a_time_that_was(place: Armoury, armourer: Client, happened: str) -> None:
    laid(armourer, units.code_of(place.rack_b), "AB1000", mode="move")

    assert done(armourer, "move", happened=happened).status_code == 422


@pytest.mark.parametrize("happened", ["31.01.2026", "2026-01-31", "2026-01-31T00:00+00:00"])
def test_a_shift_that_began_earlier_is_over_so_many_hours_later(
    place: Armoury, armourer: Client, happened: str
) -> None:
    laid(armourer, place.card, "AB1000")

    assert done(armourer, happened=happened).status_code == 302
    assert Holding.objects.get().due == "2026-01-31T12:00:00Z"


def test_a_second_click_that_comes_late_leads_to_the_same_receipt(place: Armoury, armourer: Client) -> None:
    seen = laid(armourer, place.card, "AB1000")

    first, second = done(armourer, seen=seen), done(armourer, seen=seen)

    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert acts.rows("receipt").count() == 1


def test_nobody_signs_for_what_another_window_put_on_the_counter(place: Armoury, armourer: Client) -> None:
    seen = laid(armourer, place.card, "AB1000")
    scan(armourer, scan="AB1001", scan_id="other-window")

    answer = done(armourer, seen=seen)

    assert answer.status_code == 422
    assert "AB1001" in answer.content.decode()
    assert not Holding.objects.exists()


def test_a_card_that_signed_and_is_sent_again_after_a_broken_line_is_answered_as_before(
    place: Armoury, armourer: Client
) -> None:
    laid(armourer, place.card, "AB1000")

    first = scan(armourer, scan=place.card, scan_id="signs")
    again = scan(armourer, scan=place.card, scan_id="signs")

    receipt = re.search(r"/stockpile/receipts/[^/]+/", first)
    assert receipt is not None
    assert receipt[0] in again
    assert "Nobody yet" in armourer.get("/stockpile/counter/issue/").content.decode()


def test_a_weapon_of_another_depot_is_not_told_of_by_its_id(place: Armoury, armourer: Client) -> None:
    foreign = people.weapon("F1", "ZZ1", place=OTHER)

    answer = scan(armourer, "receive", weapon=foreign, scan_id="guess")

    assert 'data-scan-outcome="refused"' in answer
    assert "Not known here" in answer
    assert state(foreign).custody is None


@pytest.mark.parametrize("mode", ["issue", "return"])
def test_the_card_of_the_next_in_the_queue_does_not_take_what_lies_there_for_another(
    place: Armoury, armourer: Client, mode: str
) -> None:
    other = roster.new_card(place.recruit, reason="lost", by=CHIEF)
    if mode == "return":
        laid(armourer, place.card, "AB1000")
        done(armourer)
    laid(armourer, place.card, "AB1000", mode=mode)

    answer = scan(armourer, mode, scan=other, scan_id="early")

    assert 'data-scan-outcome="refused"' in answer
    assert "T. Rained" in armourer.get(f"/stockpile/counter/{mode}/").content.decode()


@pytest.mark.parametrize("scanned", ["AB1000", "ZZ9", "id"])
def test_a_weapon_with_two_records_is_issued_by_either_label_as_the_one_that_stands(
    place: Armoury, armourer: Client, scanned: str
) -> None:
    double = people.weapon("D1", "ZZ9", place=DEPOT)
    services.join(double, place.weapons[0], reason="entered twice", by=CHIEF)
    laid(armourer, place.card, f"urn:uuid:{double}" if scanned == "id" else scanned)

    assert done(armourer).status_code == 302
    assert str(Holding.objects.get().weapon_id) == place.weapons[0]


def test_lines_of_a_form_mean_the_record_that_stands(place: Armoury, armourer: Client) -> None:
    double = people.weapon("D1", "ZZ9", place=DEPOT)
    services.join(double, place.weapons[0], reason="entered twice", by=CHIEF)

    found = weapons_of_lines(User.objects.get(username="belo"), f"ZZ9\nAB1000\nurn:uuid:{double}\nAB1001")

    assert found == place.weapons[:2]
    assert weapon_ids(["ZZ9", "AB1001"]) == place.weapons[:2]
