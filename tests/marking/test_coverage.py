"""How much of what each agency holds is duly marked, and when the rest will be."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.accounts import services as accounts
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.verify import verify
from countermark.marking import coverage
from countermark.marking.coverage import OTHERS, Coverage
from countermark.marking.models import StateMark
from tests.marking import workshop
from tests.marking.workshop import OWNER
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

TODAY = dt.date(2026, 3, 1)


def agencies() -> None:
    army = accounts.add_organisation("Army", by=CHIEF)
    accounts.add_place(NORTH, None, army, by=CHIEF)
    accounts.add_place(SOUTH, accounts.find_place(NORTH), by=CHIEF)


def held(ref: str, *, place: str = "", by: str = "", marked: bool = True, kind: str = "manufacture") -> str:
    mark = {"mark": f"S{ref}", "mark_kind": kind} if marked else {"mark_condition": "none"}
    weapon = people.weapon(ref, place=place, marks=[{"component": "frame", **mark}])
    if by:
        people.event(weapon, event="transfer", date="2020-01-01", to=by)
    return weapon


def told(name: str = "alice", place: str | None = None) -> dict[str, tuple[int, int]]:
    user = people.person(name, "marking", place)
    return {one.agency: (one.held, one.marked) for one in coverage.coverage(user)}


@pytest.mark.django_db
def test_weapons_are_counted_for_the_agency_that_holds_them() -> None:
    agencies()
    held("1", by="Army")
    held("2", place=NORTH, marked=False)
    held("3", place=SOUTH)
    held("4", by="Somebody")

    assert told() == {"Army": (3, 2), OTHERS: (1, 1)}


@pytest.mark.django_db
def test_lost_and_destroyed_weapons_are_no_holdings() -> None:
    agencies()
    people.event(held("1", by="Army"), event="loss", date="2021-01-01")

    assert told() == {}


@pytest.mark.django_db
def test_a_state_may_ask_for_its_own_mark_besides() -> None:
    agencies()
    held("1", by="Army")
    held("2", by="Army", kind="state_stock")

    coverage.require_state_mark(True, by=CHIEF)

    assert told() == {"Army": (2, 1)}


@pytest.mark.django_db
def test_a_state_mark_put_on_at_the_bench_counts_at_once() -> None:
    workshop.authority()
    workshop.accepted(workshop.items(workshop.batch(marks=(OWNER,)))[0])

    assert StateMark.objects.count() == 1
    rebuild_views()
    assert StateMark.objects.count() == 1
    assert verify().ok


@pytest.mark.django_db
def test_somebody_at_one_place_sees_the_coverage_of_that_place() -> None:
    agencies()
    held("1", place=NORTH)
    held("2", place=SOUTH)
    held("3", by="Army")

    assert told("bob", SOUTH) == {"Army": (1, 1)}


@pytest.mark.django_db
def test_the_present_speed_is_that_of_the_last_ninety_days() -> None:
    agencies()
    workshop.authority()
    workshop.accepted(workshop.items(workshop.batch(place=NORTH))[0])

    (army,) = coverage.coverage(people.person("alice", "marking"))

    assert army.a_day == pytest.approx(1 / 90)


@pytest.mark.parametrize(
    ("held_", "marked", "a_day", "expected"),
    [
        (100, 100, 0.0, TODAY),
        (100, 90, 2.0, dt.date(2026, 3, 6)),
        (100, 90, 3.0, dt.date(2026, 3, 5)),
        (100, 90, 0.0, None),
        (10**9, 0, 0.001, None),
    ],
)
def test_the_backlog_ends_at_the_present_speed_or_nobody_knows(
    held_: int, marked: int, a_day: float, expected: dt.date | None
) -> None:
    assert Coverage("Army", held_, marked, a_day).done_by(TODAY) == expected


@given(st.integers(1, 10**9), st.floats(0, 10**6, allow_nan=False))
def test_a_forecast_never_fails(backlog: int, a_day: float) -> None:
    done = Coverage("Army", backlog, 0, a_day).done_by(TODAY)

    assert done is None or done > TODAY


def test_who_holds_nothing_has_no_share() -> None:
    assert Coverage("Army", 0, 0, 0.0).share is None
    assert Coverage("Army", 4, 1, 0.0).share == 0.25
