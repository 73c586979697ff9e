"""Every change of a record of the stockpile is visible: field, before, after, by whom and when."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cli import cli
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.stockpile import changes, kits, roster, units
from countermark.stockpile.changes import Change
from countermark.stockpile.kits import KitFields
from countermark.stockpile.rules.custody import Policy, Qualification
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury

pytestmark = pytest.mark.django_db
COMMANDER = Actor("commander7")


@pytest.fixture
def place() -> Armoury:
    return armoury(2)


def last(kind: str, key: str) -> list[tuple[str, object, object]]:
    """What the last act changed."""
    found = changes.of(kind, key)
    return [(one.field, one.old, one.new) for one in found if one.time == found[0].time]


def test_a_changed_capacity_is_told_with_what_it_was_and_who_changed_it(place: Armoury) -> None:
    units.set_unit(place.rack_a, UnitFields("rack", capacity=40), by=COMMANDER)
    commander = people.signed_in("cleo", "commander", DEPOT)

    page = commander.get(f"/stockpile/units/{place.rack_a}/").content.decode()
    newest = changes.of("unit", place.rack_a)[0]

    assert (newest.field, newest.old, newest.new) == ("capacity", 100, 40)
    rows = page[page.index('id="changes"') :]
    assert rows.index(">100<") < rows.index(">40<")
    assert "commander7" in rows


def test_whatever_is_stated_first_is_a_change_from_nothing(place: Armoury) -> None:
    found = changes.of("unit", place.rack_b)

    assert {(one.field, one.old, one.new) for one in found} >= {("form", None, "rack"), ("capacity", None, 100)}


def test_where_a_store_lies_and_the_code_of_a_card_are_said_to_have_changed_and_no_more(place: Armoury) -> None:
    units.set_unit(place.rack_a, UnitFields("rack", location="behind the chapel"), by=COMMANDER)
    roster.new_card(place.trained, reason="lost", by=COMMANDER)
    ref = place.trained.rpartition(":")[2]
    commander = people.signed_in("cleo", "commander", DEPOT)

    pages = [
        commander.get(url).content.decode()
        for url in (f"/stockpile/units/{place.rack_a}/", f"/stockpile/people/{ref}/")
    ]

    assert ("location", None, None) in last("unit", place.rack_a)
    assert last("person", ref) == [("card", None, None)]
    assert all("kept from you" in page and "chapel" not in page for page in pages)


def test_the_rules_of_a_store_and_what_somebody_is_qualified_for_are_told_in_words(place: Armoury) -> None:
    rules_ = Policy(("issue",), {"shift": ("medical",)}, {"shift": 8})
    units.set_policy(rules_, place=DEPOT, reason=Reason("order", "order 12 of the General"), by=COMMANDER)
    roster.qualify(place.recruit, [Qualification("licence", until="2030-01-02")], by=COMMANDER)
    commander = people.signed_in("cleo", "commander", DEPOT)

    rules = commander.get("/stockpile/units/rules/").content.decode()
    person = commander.get(f"/stockpile/people/{place.recruit.rpartition(':')[2]}/").content.decode()

    assert "Shift: Medical" in rules[rules.index('id="changes"') :]
    assert "order 12 of the General" in rules
    assert "Licence 2030-01-02" in person[person.index('id="changes"') :]


def test_of_a_kit_what_was_taken_out_and_that_it_was_taken_apart_is_told(place: Armoury) -> None:
    code = kits.set_kit(KitFields("Patrol", DEPOT, place.weapons, [("magazine", 2)]), by=COMMANDER)
    kits.set_kit(KitFields("Patrol", DEPOT, place.weapons[:1], [("magazine", 2)]), code=code, by=COMMANDER)
    kits.dissolve(code, by=COMMANDER)

    page = people.signed_in("belo", "armourer", DEPOT).get(f"/stockpile/kits/{code}/").content.decode()

    rows = page[page.index('id="changes"') :]
    assert "AB1000, AB1001" in rows
    assert "taken apart" in rows
    assert "2 × magazine" in rows


def test_a_record_of_another_depot_has_no_changes_to_tell(place: Armoury) -> None:
    people.person("bob", "commander", OTHER)
    bob, ends = User.objects.get(username="bob"), timezone.now() + timedelta(days=1)
    head = {"Authorization": f"Bearer {accounts.issue_token(bob, 't', ['stock'], ends, by=people.CHIEF)}"}

    answers = [
        Client().get("/api/stockpile/changes", {"kind": kind, "key": key}, headers=head).status_code
        for kind, key in (("unit", place.rack_a), ("person", place.trained.rpartition(":")[2]), ("policy", "national"))
    ]

    assert answers == [404, 404, 200]


def test_changes_on_the_command_line(place: Armoury) -> None:
    units.set_unit(place.rack_a, UnitFields("rack", capacity=7, custodian="Sgt O. Wner"), by=COMMANDER)

    told = CliRunner().invoke(cli, ["stockpile", "changes", "unit", place.rack_a, "--json"])
    none = CliRunner().invoke(cli, ["stockpile", "changes", "kit", "KT000000000", "--json"])

    lines = json.loads(told.stdout)["changes"]
    assert {"field": "custodian", "old": None, "new": "Sgt O. Wner"}.items() <= next(
        line for line in lines if line["field"] == "custodian"
    ).items()
    assert none.exit_code == 1


def test_changes_of_a_kind_that_tells_none_are_none() -> None:
    assert changes.of("receipt", "HR1") == []
    assert Change("", "", "a", 1, 2).new == 2
