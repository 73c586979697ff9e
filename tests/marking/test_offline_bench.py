"""A bench without a network: the batch goes out in a file, the work comes home in one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from countermark.ledger.models import Attachment
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.verify import verify
from countermark.marking import batches, bench, numbering, planning, staterules
from countermark.register import projection
from tests.marking import workshop
from tests.marking.nodes import Node, carry, introduce
from tests.marking.photograph import jpeg
from tests.marking.workshop import GOOD
from tests.register import people
from tests.register.people import CHIEF
from tests.support import stores

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

pytestmark = pytest.mark.storage


@pytest.fixture
def nodes(
    node: Path, template: str, tmp_path: Path, settings: "Settings", django_db_blocker: "DjangoDbBlocker"
) -> Iterator[tuple[Node, Node]]:
    """The ministry and a bench that know each other's keys."""
    url = os.environ["COUNTERMARK_DATABASE_URL"]
    for name in ("main", "bench"):
        (tmp_path / name).mkdir()
    with (
        stores.migrated(url, tmp_path / "main", template) as one,
        stores.migrated(url, tmp_path / "bench", template) as other,
        django_db_blocker.unblock(),
    ):
        pair = Node("main", one, tmp_path / "main", settings), Node("bench", other, tmp_path / "bench", settings)
        introduce(*pair)
        yield pair


def test_a_batch_marked_without_a_network_comes_home_whole(nodes: tuple[Node, Node], tmp_path: Path) -> None:
    ministry, field = nodes
    with ministry.at():
        workshop.authority(5)
        numbering.give_block("xa-import", 5, "XA/bench/1", by=CHIEF)
        made = workshop.batch(2)
    carry(ministry, field, tmp_path / "out")

    with field.at():
        for item in workshop.items(batches.batch(made.id)):
            marked = workshop.applied(item)
            bench.inspect(item.id, GOOD, attempt=1, accepted=True, photographs_taken=[jpeg()], by=CHIEF)
            assert marked.number.startswith("XA")
        batches.move(made.id, "inspected", by=CHIEF)
        assert verify().ok
    carry(field, ministry, tmp_path / "home")

    with ministry.at():
        done = workshop.items(batches.batch(made.id))
        assert [item.state for item in done] == ["accepted", "accepted"]
        assert batches.batch(made.id).state == "inspected"
        numbers = [number.number for number in numbering.issued("xa-import")]
        assert sorted(numbers) == [6, 7]
        states = [projection.state_of(item.weapon) for item in done]
        assert [[m.text for m in s.marks][1] for s in states if s] == [item.number for item in done]
        assert Attachment.objects.filter(digest=done[0].inspections[0].photographs[0]).exists()
        rebuild_views()
        assert verify().ok


def test_taking_the_work_in_twice_changes_nothing(nodes: tuple[Node, Node], tmp_path: Path) -> None:
    ministry, field = nodes
    with ministry.at():
        workshop.authority(0)
        numbering.give_block("xa-import", 5, "XA/bench/1", by=CHIEF)
        made = workshop.batch()
    carry(ministry, field, tmp_path / "out")
    with field.at():
        workshop.accepted(workshop.items(batches.batch(made.id))[0])
    carry(field, ministry, tmp_path / "home")
    with ministry.at():
        before = workshop.items(made)

    taken = carry(field, ministry, tmp_path / "home")

    with ministry.at():
        assert taken.new == 0
        assert workshop.items(made) == before


def test_a_weapon_marked_at_two_benches_is_a_contradiction_that_shows(nodes: tuple[Node, Node], tmp_path: Path) -> None:
    ministry, field = nodes
    with ministry.at():
        workshop.authority(5)
        made = workshop.batch(marks=(workshop.OWNER,))
    carry(ministry, field, tmp_path / "out")
    for node in nodes:
        with node.at():
            (item,) = workshop.items(batches.batch(made.id))
            bench.key_serial(item.id, item.serial, item.serial, by=CHIEF)
            bench.apply(item.id, attempt=1, method="laser", by=CHIEF)

    carry(field, ministry, tmp_path / "home")

    with ministry.at():
        (item,) = workshop.items(made)
        assert item.finding == "applied_twice"
        assert verify().ok


def test_the_plan_and_the_rules_it_was_made_under_travel_with_the_batch(
    nodes: tuple[Node, Node], tmp_path: Path
) -> None:
    ministry, field = nodes
    with ministry.at():
        workshop.authority(5)
        weapon = people.weapon("W1")
        drafts, documents = planning.for_weapons([weapon], "import", ["iti"], elements={"country": "XA", "year": "26"})
        made = batches.make("Batch", "import", drafts, authority="xa-import", documents=documents, by=CHIEF)
    carry(ministry, field, tmp_path / "out")

    with field.at():
        (item,) = workshop.items(batches.batch(made.id))
        assert item.marks[0].text.startswith("XA 26")
        then = staterules.as_it_was(next(iter(workshop.plan(item)["made_under"].values())))
        assert then is not None
        assert then.id == "iti"
