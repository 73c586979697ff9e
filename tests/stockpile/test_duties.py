"""What is overdue in the stockpile, for whom, and when it goes up a level."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from countermark.accounts.models import User
from countermark.stockpile import duties, receipts
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-5, 40), st.integers(0, 30))
def test_a_day_is_late_when_it_is_over_and_goes_up_a_level_after_its_grace(due: date, later: int, grace: int) -> None:
    moment = (due + timedelta(days=later)).isoformat() + "T08:00:00.000Z"

    found = duties.urgency(due.isoformat(), moment, grace)

    assert found == ("" if later <= 0 else "escalated" if later > grace else "overdue")


def test_a_time_is_late_in_the_minute_after_it() -> None:
    assert duties.urgency("2026-03-02T20:00:00Z", "2026-03-02T19:59:00.000Z", 1) == ""
    assert duties.urgency("2026-03-02T20:00:00Z", "2026-03-02T20:01:00.000Z", 1) == "overdue"


@pytest.fixture
def place(db: None) -> Armoury:
    return armoury()


def furnished(place: Armoury) -> None:
    yesterday = (datetime.now(UTC) - timedelta(hours=3)).isoformat(timespec="seconds").replace("+00:00", "Z")
    receipts.issue(place.counter(), place.weapons[:1], place.trained, "loan", due=yesterday)
    said = Manifest(place.depot, place.other, place.weapons[1:2], "2026-01-01", authority="order 7")
    shipments.dispatch(shipments.prepare(said, by=ARMOURER), by=ARMOURER)
    with time_machine.travel("2026-01-05", tick=True):  # a review plans a day to come, and the day goes by
        disposal.review(DEPOT, "revolver", held=3, needed=3, reason="duties", next_review="2026-02-01", by=ARMOURER)


def test_what_is_late_stands_for_who_may_see_its_place_the_gravest_first(place: Armoury) -> None:
    furnished(place)
    people.person("near", "armourer", DEPOT)
    people.person("far", "armourer", OTHER)

    near, far = (duties.late(User.objects.get(username=name)) for name in ("near", "far"))

    assert [(one.kind, one.urgency) for one in near] == [
        ("shipment", "escalated"), ("review", "escalated"), ("weapons", "overdue"),
    ]  # fmt: skip
    assert [one.kind for one in far] == ["shipment"]


def test_the_home_page_says_what_is_overdue_and_leads_there(place: Armoury) -> None:
    furnished(place)

    page = people.signed_in("belo", "armourer", DEPOT).get("/").content.decode()

    assert "Overdue in the stockpile" in page
    assert f"Shipment of 1 weapon: {DEPOT}" in page
    assert "gone up a level" in page
