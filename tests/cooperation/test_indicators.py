"""Figures of the register as evidence: counted, dated, or said to be missing."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from countermark.cooperation import indicators
from countermark.cooperation.queries import Viewer
from tests.cooperation.region import region
from tests.register import people

pytestmark = pytest.mark.django_db


def value(key: str) -> Any:
    found = indicators.figure(key)
    return found.value if found else None


def test_where_nothing_is_recorded_every_figure_is_missing_and_none_is_zero() -> None:
    region()

    assert set(indicators.figures().values()) == {None}


def test_weapons_with_and_without_a_serial_and_missing_ones_are_counted_with_the_day() -> None:
    for number in range(3):
        people.weapon(f"W{number}", f"AB100{number}")
    people.weapon("W3", marks=[{"component": "frame", "mark_condition": "obliterated"}])
    people.event(people.weapon("W4", "AB1004"), event="theft", date="2026-02-03", note="door forced")

    assert (value("without_serial"), value("missing")) == (1, 1)
    assert (value("marked_share"), value("unmarked")) == (Decimal("75.0"), 1)
    found = indicators.figure("missing")
    assert found is not None
    assert found.as_of == timezone.localdate().isoformat()
    assert value("requests_unanswered") is None
    assert value("counts_overdue") is None


def test_two_records_of_one_mark_are_an_open_discrepancy() -> None:
    for number in range(2):
        people.weapon(f"W{number}", "AB1000")

    assert (value("discrepancies_open"), value("discrepancies_overdue")) == (1, 0)


def test_a_figure_follows_the_log() -> None:
    people.weapon("W0", "AB1000")
    assert value("missing") == 0

    people.event(people.weapon("W1", "AB1001"), event="loss", date="2026-02-03", note="not at the count")

    assert value("missing") == 1


def test_figures_of_this_state_are_offered_to_who_speaks_for_it_and_to_nobody_else() -> None:
    who = region()

    assert indicators.for_viewer(Viewer("XA"))
    assert indicators.for_viewer(Viewer("", all=True))
    assert not indicators.for_viewer(Viewer(who["donor"]))
    assert not indicators.for_viewer(Viewer(""))


def test_a_share_of_nothing_is_no_share() -> None:
    assert indicators.share(0, 0) is None
    assert indicators.share(2, 3) == Decimal("66.7")
