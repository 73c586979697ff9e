"""The marking workshop of a demonstration State: something to see on every page, furnished once."""

import pytest

from countermark.demo.marking import ACCEPTED, furnish
from countermark.ledger import services, store
from countermark.ledger.verify import verify
from countermark.marking import batches, equipment, numbering
from countermark.marking.models import BatchRow, ItemRow
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db
PISTOL = {**people.REVOLVER, "kind": "self_loading_pistol"}


@pytest.fixture(autouse=True)
def _register(db: None) -> None:
    for number in range(30):
        people.weapon(f"W{number:02}", facts=PISTOL)


def test_a_workshop_has_a_batch_at_the_bench_in_every_state_and_one_being_prepared() -> None:
    furnish("XA", by=CHIEF)

    assert sorted((one.name, one.state) for one in batches.batches_of_rows(BatchRow.objects.all())) == [
        ("Depot pistols", "draft"),
        ("Police pistols", "running"),
    ]
    states = list(
        ItemRow.objects.filter(batch=BatchRow.objects.get(state="running").id).values_list("state", flat=True)
    )
    assert {state: states.count(state) for state in set(states)} == {
        "accepted": ACCEPTED,
        "rework": 1,
        "stopped": 1,
        "waiting": 12 - ACCEPTED - 2,
    }
    assert any(equipment.standing_still(machine.id) for machine in equipment.machines())
    assert len(numbering.blocks()) == 2
    assert verify().ok


def test_a_workshop_is_furnished_once() -> None:
    furnish("XA", by=CHIEF)
    length = store.size(services.require_own_log())

    furnish("XA", by=CHIEF)

    assert store.size(services.require_own_log()) == length
