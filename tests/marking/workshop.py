"""A workshop for the tests: an authority with numbers, weapons of the register, a batch of them, a machine."""

import json
from collections.abc import Sequence
from typing import Any

from countermark.marking import batches, bench, equipment, numbering, queries
from countermark.marking.batches import ItemDraft
from countermark.marking.equipment import Machine
from countermark.marking.models import ItemRow
from countermark.marking.states import CRITERIA, Batch, Item, Planned
from tests.register import people
from tests.register.people import CHIEF

IMPORT = Planned("frame", "import", height_mm=2.5)
OWNER = Planned("frame", "state_stock", "XA POLICE", height_mm=3.0)
GOOD = frozenset(CRITERIA)


def authority(size: int = 10, key: str = "xa-import") -> None:
    """An authority for import marks with one block for this node."""
    numbering.open_authority(
        key,
        "Import marks",
        purpose="import",
        country="XA",
        pattern="{country}{yy}{number:6}{check}",
        system="mod37_36",
        by=CHIEF,
    )
    if size:
        numbering.give_block(key, size, by=CHIEF)


def batch(
    count: int = 1, marks: Sequence[Planned] = (IMPORT,), *, place: str = "", release: bool = True, first: int = 1
) -> Batch:
    """A released batch of weapons that are in the register as `SN W<n>`."""
    drafts = [
        ItemDraft(marks, people.weapon(f"W{n}", place=place), f"W{n}", f"SN W{n}") for n in range(first, first + count)
    ]
    made = batches.make("Batch 1", "import", drafts, profiles=["iti"], authority="xa-import", place=place, by=CHIEF)
    return batches.move(made.id, "released", by=CHIEF) if release else made


def items(made: Batch) -> list[Item]:
    """The weapons of a batch in order."""
    return [batches.item_of_row(row) for row in ItemRow.objects.filter(batch=made.id).order_by("position")]


def confirmed(item: Item) -> Item:
    """The item with its serial confirmed and, where one is needed, a number."""
    bench.key_serial(item.id, item.serial, item.serial, by=CHIEF)
    return bench.assign_number(item.id, by=CHIEF)


def applied(item: Item, machine: str = "") -> Item:
    """The item with its marks put on."""
    ready = confirmed(item)
    return bench.apply(item.id, attempt=ready.attempt, method="laser", machine=machine, by=CHIEF)


def accepted(item: Item, machine: str = "") -> Item:
    """The item marked and accepted."""
    marked = applied(item, machine)
    return bench.inspect(item.id, GOOD, attempt=marked.attempt, accepted=True, by=CHIEF)


def laser(place: str = "") -> Machine:
    """A laser."""
    return equipment.add_machine(Machine("", "Laser 1", "laser", ["laser"], place), by=CHIEF)


def plan(item: Item) -> dict[str, Any]:
    """The plan of an item as it is kept."""
    kept = queries.plan_of(item)
    assert kept is not None
    found: dict[str, Any] = json.loads(kept)
    return found


def accepted_as_it_is(item: Item) -> Item:
    """The item marked and accepted with no number assigned: all its texts are known."""
    bench.key_serial(item.id, item.serial, item.serial, by=CHIEF)
    bench.apply(item.id, attempt=1, method="laser", by=CHIEF)
    return bench.inspect(item.id, GOOD, attempt=1, accepted=True, by=CHIEF)
