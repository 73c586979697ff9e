"""Depots that work for weeks alone: whatever they do, in whatever order it is exchanged, nothing is lost and nothing doubled.

Each example is a history of hand-overs on several nodes, with clocks that jump, power that fails in the middle of an act, lines that
break, and exchanges in any order. At the end everything is exchanged, and every node must say the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from countermark.ledger import naming, verify
from countermark.ledger.reasons import Reason
from countermark.ledger.replication import NotReached
from countermark.ledger.services import LedgerError
from countermark.register import projection
from countermark.register.checking import Refused
from countermark.register.queries import discrepancies
from countermark.register.queries.scope import EVERYTHING
from countermark.register.rules import CONTRADICTED, WeaponState
from countermark.stockpile import receipts, settling
from countermark.stockpile.models import Holding, SubjectRow
from countermark.stockpile.receipts import Counter
from tests.conftest import SCALE
from tests.ledger.foreign import ANN
from tests.ledger.net import State, lost, state
from tests.register import people
from tests.stockpile.armoury import RACK_A, Armoury, armoury

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

pytestmark = pytest.mark.storage

NODES = ("main", "depot7", "depot8")
WEAPONS = 3
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
EVENTS = b'"countermark:custody"'


@dataclass(frozen=True)
class Step:
    """Something that happens: `what` at `node`, to weapon number `weapon`; `minutes` is what the clock says from the start."""

    what: str
    node: str
    weapon: int
    minutes: int


def steps() -> st.SearchStrategy[list[Step]]:
    what = st.sampled_from(["issue", "issue", "return", "return", "power cut", "exchange", "lost line", "settle"])
    one = st.builds(Step, what, st.sampled_from(NODES), st.integers(0, WEAPONS - 1), st.integers(-600, 600))
    return st.lists(one, min_size=4, max_size=14)


@dataclass
class World:
    """The nodes, and what their people were told had been done."""

    nodes: State
    place: Armoury
    done: list[str] = field(default_factory=list)
    made: int = 0

    def fresh_weapons(self) -> None:
        """Weapons nobody has handed over yet, known to every node."""
        self.made += 1
        with self.nodes["main"].at():
            refs = [f"{self.made}-{number}" for number in range(WEAPONS)]
            self.place.weapons = [people.weapon(ref, f"AB{ref}", place=RACK_A) for ref in refs]
        self.done = []
        self.everything_is_exchanged()

    def happens(self, step: Step) -> None:
        with time_machine.travel(START + timedelta(minutes=step.minutes), tick=True):
            if step.what in ("exchange", "lost line"):
                self.exchange(step)
                return
            with self.nodes[step.node].at():
                self.act(step)

    def act(self, step: Step) -> None:
        weapon = self.place.weapons[step.weapon]
        counter = Counter(self.place.depot, ANN)
        try:
            if step.what == "issue":
                receipts.issue(counter, [weapon], self.place.trained, "shift")
            elif step.what == "return":
                receipts.give_back(counter, [weapon])
            elif step.what == "settle":
                settling.settle(weapon, self.place.rack_a, Reason("seen", "seen in the rack"), by=ANN)
            else:
                with power_cut():
                    receipts.issue(counter, [weapon], self.place.trained, "shift")
        except (Refused, PowerCut):
            return
        self.done.append(step.what)

    def exchange(self, step: Step) -> None:
        caller = step.node if step.node != "main" else "depot7"
        if step.what == "lost line":
            self.nodes.net.answered["pull"] = lost
        with suppress(NotReached, LedgerError):
            self.nodes.exchange(caller)
        self.nodes.net.answered.clear()

    def everything_is_exchanged(self) -> None:
        for caller in ("depot7", "depot8", "depot7"):
            self.nodes.exchange(caller)


class PowerCut(Exception):
    """The machine went off."""


@contextmanager
def power_cut() -> Iterator[None]:
    """Power fails after the entries are written and before the act is done."""
    with pytest.MonkeyPatch.context() as patch:

        def off(_self: object, _entries: Sequence[object]) -> None:
            raise PowerCut

        patch.setattr("countermark.ledger.subjectviews.SubjectProjection.apply", off)
        yield


@pytest.fixture
def world(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """A ministry and two depots' laptops that have joined it."""
    with (
        time_machine.travel(START - timedelta(days=30), tick=True),
        state(NODES, template, tmp_path, settings, django_db_blocker, monkeypatch) as nodes,
    ):
        for name in NODES[1:]:
            nodes.join(name, "main")
            with nodes["main"].at():
                data = naming.hand_on(f"XA/{name}/1", by=ANN)
            with nodes[name].at():
                naming.take_over(data, by=ANN)
        know_each_other(nodes)
        with nodes["main"].at():
            place = armoury(0)
        yield World(nodes, place)


def know_each_other(nodes: State) -> None:
    """The depots, too, have each other's cards: each believes what the other signed, by whatever way it comes."""
    from countermark.ledger import nodes as directory

    for one, other in (("depot7", "depot8"), ("depot8", "depot7")):
        with nodes[other].at():
            card = directory.own_card()
        with nodes[one].at():
            directory.admit(card, by=ANN)


def told(place: Armoury) -> tuple[list[WeaponState | None], list[object], list[object]]:
    """What a node says: the weapons, the holdings, the room's own subjects."""
    return (
        [projection.state_of(weapon) for weapon in place.weapons],
        list(Holding.objects.order_by("weapon_id").values()),
        list(SubjectRow.objects.order_by("kind", "key").values()),
    )


def hand_overs(weapons: Sequence[str]) -> int:
    """How many hand-overs stand in the logs of a node."""
    return sum(1 for one in projection.entries_of(weapons) if "countermark:custody" in one.body)


@given(history=steps())
@hypothesis_settings(
    max_examples=6 * SCALE,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_no_act_is_lost_or_doubled_and_every_weapon_has_one_custodian_or_an_open_discrepancy(
    world: World, history: list[Step]
) -> None:
    world.fresh_weapons()
    for step in history:
        world.happens(step)
    world.everything_is_exchanged()

    with world.nodes["main"].at():
        expected = told(world.place)
        assert hand_overs(world.place.weapons) == len(world.done)
        subjects = {one.subject for one in discrepancies.queue(EVERYTHING, kind=CONTRADICTED)}
        for weapon, found in zip(world.place.weapons, expected[0], strict=True):
            assert found is not None
            contradicted = found.custody is not None and len(found.custody.heads) != 1
            assert (f"{CONTRADICTED}:{weapon}" in subjects) == contradicted
        assert verify.verify().ok
    for name in NODES[1:]:
        with world.nodes[name].at():
            assert told(world.place) == expected


def test_one_weapon_issued_in_two_depots_is_a_discrepancy_with_a_due_date_until_an_officer_settles_it(
    world: World,
) -> None:
    world.fresh_weapons()
    for name in ("depot7", "depot8"):
        world.happens(Step("issue", name, 0, 0))
    world.everything_is_exchanged()

    weapon = world.place.weapons[0]
    with world.nodes["main"].at():
        (found,) = discrepancies.queue(EVERYTHING, kind=CONTRADICTED)
        assert found.due
        assert not found.owner
        with pytest.raises(Refused):
            receipts.give_back(Counter(world.place.depot, ANN), [weapon])
        settling.settle(weapon, world.place.rack_a, Reason("seen", "seen in the rack"), by=ANN)
        assert discrepancies.queue(EVERYTHING, kind=CONTRADICTED) == []
    world.everything_is_exchanged()

    with world.nodes["depot8"].at():
        held = projection.state_of(weapon)
        assert held is not None
        assert held.custody is not None
        assert (held.custody.kind, held.place, held.finding) == ("store", world.place.rack_a, "")
