"""Tags and readers of a demonstration State: something on every page of theirs, furnished once."""

import pytest

from countermark.accounts import services as accounts
from countermark.demo import tags
from countermark.stockpile import acts, custody, units
from countermark.stockpile.models import Observation, Tag
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


def racks() -> None:
    """Two depots with a rack each; weapons lie in the northern one."""
    from countermark.accounts.models import Place

    people.places()
    for site in (NORTH, SOUTH):
        units.set_unit(site, UnitFields("site"), by=CHIEF)
        accounts.add_place(f"Rack, {site}", Place.objects.get(name=site), by=CHIEF)
        units.set_unit(f"Rack, {site}", UnitFields("rack"), by=CHIEF)
    rack = Place.objects.get(name=f"Rack, {NORTH}").pk
    custody.move([people.weapon(f"W{n}", place=NORTH) for n in range(10)], rack, by=CHIEF)


def test_tags_readers_and_an_alarm_are_furnished_once() -> None:
    racks()

    for _ in range(2):
        tags.furnish(by=CHIEF)

    assert Tag.objects.count() == tags.TAGGED
    assert {one.key for one in acts.subjects("reader")} == {"main/rack-1", "main/gate-1"}
    assert [one.value["kind"] for one in acts.subjects("alarm")] == ["two_places"]
    assert Observation.objects.count() == tags.TAGGED + 1


def test_a_state_without_racks_gets_none() -> None:
    tags.furnish(by=CHIEF)

    assert acts.subjects("reader") == []
