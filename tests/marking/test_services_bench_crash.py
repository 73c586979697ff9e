"""The bench under everything that goes wrong: several hands on one button, processes that die, buttons in any order."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.verify import verify
from countermark.marking import batches, bench, numbering
from countermark.marking.acts import Refused
from countermark.marking.states import Batch, Item
from countermark.register import projection
from tests.marking import workshop
from tests.marking.workshop import GOOD, IMPORT, OWNER
from tests.register.children import Say, started
from tests.register.people import CHIEF


def through(item: Item) -> Item:
    """The whole work on one weapon, from wherever it stands."""
    bench.key_serial(item.id, item.serial, item.serial, by=CHIEF)
    ready = bench.assign_number(item.id, by=CHIEF)
    bench.apply(item.id, attempt=ready.attempt, method="laser", plates=1, by=CHIEF)
    return bench.inspect(item.id, GOOD, attempt=ready.attempt, accepted=True, by=CHIEF)


def working(made: Batch) -> Callable[[Say], None]:
    """Works through a batch; says the id of each weapon once it is accepted."""

    def work(say: Say) -> None:
        for item in workshop.items(made):
            say([through(item).id, time.monotonic()])

    return work


def marks_on(item: Item) -> list[str]:
    state = projection.state_of(item.weapon)
    assert state is not None
    return [mark.text for mark in state.marks if mark.mark_kind != "manufacture"]


@pytest.mark.usefixtures("store")
def test_three_hands_on_the_same_buttons_put_each_mark_on_once(tmp_path: Path, scale: int) -> None:
    workshop.authority(40 * scale)
    made = workshop.batch(4 * scale, (IMPORT, OWNER))

    with started(tmp_path, *[working(made)] * 3) as children:
        for child in children:
            child.process.join()

    assert [child.process.exitcode for child in children] == [0] * 3
    done = workshop.items(made)
    assert [item.state for item in done] == ["accepted"] * len(done)
    assert [marks_on(item) for item in done] == [[item.number, "XA POLICE"] for item in done]
    assert not any(item.finding for item in done)
    assert len(numbering.issued("xa-import")) == len(done)
    assert verify().ok


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("seed", range(3))
def test_a_bench_that_dies_goes_on_where_it_was_and_marks_nothing_twice(tmp_path: Path, seed: int, scale: int) -> None:
    workshop.authority(100 * scale)
    made = workshop.batch(12 * scale, (IMPORT, OWNER))
    chance = random.Random(seed)
    acknowledged: set[str] = set()
    for _ in range(4 * scale):
        with started(tmp_path, working(made)) as (worker,):
            time.sleep(chance.uniform(0.02, 0.4))
            worker.kill()
        acknowledged |= {item for item, _ in worker.said()}

    assert acknowledged <= {item.id for item in workshop.items(made) if item.state == "accepted"}
    done = [through(item) for item in workshop.items(made)]
    assert [marks_on(item) for item in done] == [[item.number, "XA POLICE"] for item in done]
    assert [sum(one.plates for one in item.applied) for item in done] == [1] * len(done)
    assert len(numbering.issued("xa-import")) == len(done)
    rebuild_views()
    assert verify().ok


def press(item_id: str, button: str, chance: random.Random) -> Any:
    """One button, with the form as the page shows it now or as it was before."""
    shown = batches.item(item_id)
    attempt = max(1, shown.attempt - chance.choice((0, 0, 0, 1)))
    serial = chance.choice((shown.serial, shown.serial, "another"))
    buttons: dict[str, Callable[[], Any]] = {
        "key": lambda: bench.key_serial(item_id, serial, serial, by=CHIEF),
        "go on": lambda: bench.go_on(item_id, reason="looked again", by=CHIEF),
        "number": lambda: bench.assign_number(item_id, by=CHIEF),
        "another number": lambda: bench.renumber(item_id, shown.number, reason="spoiled", by=CHIEF),
        "first mark": lambda: bench.apply(item_id, [0], attempt=attempt, method="laser", by=CHIEF),
        "marks": lambda: bench.apply(item_id, attempt=attempt, method="hand_stamp", by=CHIEF),
        "accept": lambda: bench.inspect(item_id, GOOD, attempt=attempt, accepted=True, by=CHIEF),
        "rework": lambda: bench.inspect(item_id, (), attempt=attempt, accepted=False, note="shallow", by=CHIEF),
        "withdraw": lambda: bench.withdraw(item_id, reason="not_marked", by=CHIEF),
    }
    return buttons[button]()


BUTTONS = ("key", "go on", "number", "another number", "first mark", "marks", "accept", "rework")


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_pressed_in_whatever_order_the_books_agree(seed: int) -> None:
    workshop.authority(200)
    made = workshop.batch(3, (IMPORT, OWNER))
    chance = random.Random(seed)
    for _ in range(60):
        item = chance.choice(workshop.items(made))
        button = chance.choice((*BUTTONS, "withdraw")) if chance.random() < 0.05 else chance.choice(BUTTONS)
        try:
            press(item.id, button, chance)
        except Refused:
            continue

    for item in workshop.items(made):
        put_on = [one.text for one in item.applied]
        assert marks_on(item) == list(dict.fromkeys(put_on))
        states = {number.text: number.state for number in numbering.of_item(item.id)}
        assert all(states[text] == "used" for text in put_on if text in states)
        assert [text for text, state in states.items() if state == "issued"] in ([], [item.number])
        assert item.state != "accepted" or not item.missing
        assert not item.finding
    assert verify().ok
