"""What comes after the bench: import marks confirmed on arrival, and marks looked at again that may not last."""

import datetime as dt

import pytest

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.marking import arrivals, batches, bench, planning, queries
from countermark.marking.acts import Refused
from countermark.marking.batches import ItemDraft
from countermark.marking.states import Item, Planned
from countermark.register.queries.listing import Asked
from tests.marking import workshop
from tests.marking.workshop import GOOD
from tests.register import people
from tests.register.people import CHIEF, NORTH

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=queries.LOOK_AGAIN_DAYS)


@pytest.fixture(autouse=True)
def _authority(db: None) -> None:
    workshop.authority()


def polymer(method: str = "laser", material: str = "polymer", carrier: str = "part") -> Item:
    weapon = people.weapon("W1")
    described = {"components": [{"type": "frame", "material": material}]}
    draft = ItemDraft([Planned("frame", "import", carrier=carrier)], weapon, "W1", "SN W1", described)
    made = batches.make("Polymer", "import", [draft], authority="xa-import", by=CHIEF)
    batches.move(made.id, "released", by=CHIEF)
    (item,) = workshop.items(made)
    ready = workshop.confirmed(item)
    bench.apply(item.id, attempt=ready.attempt, method=method, by=CHIEF)
    return bench.inspect(item.id, GOOD, attempt=ready.attempt, accepted=True, by=CHIEF)


def due(later: dt.timedelta = YEAR) -> list[queries.LookAgain]:
    user = people.person("alice", "marking")
    return queries.to_look_at_again(user, dt.datetime.now(dt.UTC).date() + later)


def test_a_mark_that_may_not_last_is_looked_at_again_after_a_year() -> None:
    item = polymer()

    (one,) = due()

    assert (one.item.id, one.material, one.durability) == (item.id, "polymer", "poor")


def test_it_is_not_due_earlier() -> None:
    polymer()

    assert due(YEAR - dt.timedelta(days=2)) == []


@pytest.mark.parametrize(("method", "material", "carrier"), [("stamp", "steel", "part"), ("stamp", "polymer", "plate")])
def test_a_mark_that_lasts_is_not_looked_at_again(method: str, material: str, carrier: str) -> None:
    polymer(method, material, carrier)

    assert due() == []


def test_a_mark_that_has_lasted_is_due_again_a_year_later() -> None:
    item = polymer()

    after = bench.look_again(item.id, GOOD, seen=1, by=CHIEF)

    assert (after.state, after.finding, len(after.inspections)) == ("accepted", "", 2)


def test_a_mark_that_has_not_lasted_is_a_finding() -> None:
    item = polymer()

    after = bench.look_again(item.id, GOOD - {"readable"}, seen=1, note="worn off", by=CHIEF)

    assert (after.state, after.finding) == ("accepted", "worn")
    assert due() == []
    assert verify().ok


def test_looking_again_sent_twice_counts_once() -> None:
    item = polymer()
    bench.look_again(item.id, GOOD, seen=1, by=CHIEF)

    assert len(bench.look_again(item.id, GOOD, seen=1, by=CHIEF).inspections) == 2


def produced() -> str:
    marks = [Planned("frame", "manufacture", "AB 1", role="control"), Planned("frame", "import", "XB 26")]
    draft = ItemDraft(marks, ref="P1", description=people.REVOLVER)
    made = batches.make("Production", "manufacture", [draft], by=CHIEF)
    batches.move(made.id, "released", by=CHIEF)
    return workshop.accepted_as_it_is(workshop.items(made)[0]).weapon


def test_an_import_mark_put_on_at_manufacture_waits_to_be_confirmed() -> None:
    weapon = produced()
    user = people.person("alice", "marking")

    assert [state.id for state in arrivals.unconfirmed(user)] == [weapon]
    assert arrivals.confirm(weapon, "XB 26", "xb26", by=CHIEF).agrees
    assert arrivals.unconfirmed(user) == []
    assert verify().ok


def test_a_mark_read_on_arrival_that_is_not_the_recorded_one_is_kept_as_read() -> None:
    weapon = produced()

    arrivals.confirm(weapon, "XC 26", "XC 26", by=CHIEF)

    assert arrivals.arrival(weapon) == arrivals.Arrival(weapon, "XC 26", agrees=False)


def test_two_readings_that_differ_record_nothing() -> None:
    weapon = produced()
    before = store.size(ledger.require_own_log())

    with pytest.raises(Refused):
        arrivals.confirm(weapon, "XB 26", "XB 25", by=CHIEF)

    assert store.size(ledger.require_own_log()) == before
    assert arrivals.arrival(weapon) is None


def test_an_unknown_weapon_does_not_arrive() -> None:
    with pytest.raises(Refused):
        arrivals.confirm("nobody", "XB 26", "XB 26", by=CHIEF)


def test_a_filter_of_the_register_becomes_the_weapons_of_a_batch() -> None:
    people.places()
    here = people.weapon("A1", place=NORTH)
    people.weapon("A2")
    people.weapon("B1", place=NORTH)
    alice = people.person("alice", "marking", NORTH)

    assert planning.selected(Asked({"ref": "A*"}), alice) == [here]
    with pytest.raises(Refused):
        planning.selected(Asked({"ref": "Z*"}), alice)


def test_a_serial_the_register_has_twice_is_said_to_be_a_duplicate() -> None:
    weapons = [people.weapon(ref, "K 77") for ref in ("A", "B")]

    drafts, _ = planning.for_weapons(weapons, "import", ["za-reg28"], elements={"country": "XA"})

    assert all(draft.description["duplicate_serial"] for draft in drafts)
    assert all(mark.numbered for draft in drafts for mark in draft.marks)
