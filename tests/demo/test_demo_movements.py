"""What is under way between the depots of a demonstration State, furnished once."""

import pytest

from countermark.accounts import demo as accounts_demo
from countermark.accounts import services as accounts
from countermark.demo import movements
from countermark.ledger.verify import verify
from countermark.stockpile import acts, units
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db


def depots() -> list[str]:
    """The first two depots of the State, and weapons in the first."""
    sites = [site for _, several in accounts_demo.STATES["XA"].regions for site in several][:2]
    for site in sites:
        accounts.add_place(site, by=CHIEF)
        units.set_unit(site, UnitFields("site", ammunition=True), by=CHIEF)
    return sites


def test_shipments_a_theft_a_list_half_read_and_two_lots_are_furnished_once() -> None:
    here, _there = depots()
    people.person("commander", "commander", here)
    for number in range(12):
        people.weapon(f"W{number}", f"AB{number}", place=here)

    for _ in range(2):
        movements.furnish("XA", by=CHIEF)

    assert sorted(one.state for one in acts.subjects("shipment")) == ["dispatched", "short"]
    assert [one.state for one in acts.subjects("incident")] == ["open"]
    assert [one.state for one in acts.subjects("destruction")] == ["authorised"]
    read = [len(one.value.get("readings", ())) for one in acts.subjects("destruction_item")]
    assert sorted(read) == [0, 0, 2, 2]
    assert len(acts.subjects("lot")) == len(movements.LOTS)
    assert verify().ok


def test_depots_without_weapons_have_their_ammunition() -> None:
    depots()

    movements.furnish("XA", by=CHIEF)

    assert acts.subjects("shipment") == []
    assert len(acts.subjects("lot")) == len(movements.LOTS)
