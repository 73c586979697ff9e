"""PINs and security keys between nodes of a State: told and believed only where somebody said so, the newest everywhere, codes nowhere."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from countermark.ledger import naming, verify
from countermark.ledger.services import LedgerError
from countermark.register.checking import Refused
from countermark.stockpile.counterauth import kept, pins, travel
from countermark.stockpile.counterauth.models import Proof
from tests.ledger.foreign import ANN
from tests.ledger.net import State, state
from tests.register.people import CHIEF
from tests.stockpile.armoury import Armoury, armoury

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

pytestmark = pytest.mark.storage
PIN, OTHER_PIN, THIRD_PIN = "804271", "593017", "620491"
MAIN, DEPOT = "XA/main/1", "XA/depot7/1"


@pytest.fixture
def state_of_two(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[State, Armoury]]:
    """A ministry with a person on the roster who has set a PIN there, and a depot's laptop that has joined."""
    with state(("main", "depot7"), template, tmp_path, settings, django_db_blocker, monkeypatch) as nodes:
        nodes.join("depot7", "main")
        with nodes["main"].at():
            data = naming.hand_on(DEPOT, by=ANN)
        with nodes["depot7"].at():
            naming.take_over(data, by=ANN)
        with nodes["main"].at():
            place = armoury(0)
            set_pin(place, PIN)
        yield nodes, place


def set_pin(place: Armoury, pin: str, current: str = "") -> None:
    pins.set_pin(place.card, current or pins.issue_code(place.trained, by=CHIEF), pin, by=ANN)


def holds(nodes: State, name: str, place: Armoury, pin: str) -> bool:
    """Whether a PIN proves somebody at a node."""
    with nodes[name].at():
        try:
            return pins.prove(place.card, pin).party == place.trained
        except Refused:
            return False


def believe(nodes: State) -> None:
    """The ministry gives what it has, and the depot believes it."""
    with nodes["main"].at():
        travel.give(DEPOT, by=ANN)
    with nodes["depot7"].at():
        travel.take(MAIN, by=ANN)


def exchanged(nodes: State) -> None:
    outcome = nodes.exchange("depot7")
    assert not outcome.problem
    for name in nodes.nodes:
        with nodes[name].at():
            assert verify.verify().ok


def test_a_pin_goes_nowhere_until_one_node_gives_and_the_other_believes(state_of_two: tuple[State, Armoury]) -> None:
    nodes, place = state_of_two
    exchanged(nodes)
    assert not holds(nodes, "depot7", place, PIN)
    with nodes["main"].at():
        travel.give(DEPOT, by=ANN)
    exchanged(nodes)
    assert not holds(nodes, "depot7", place, PIN)

    believe(nodes)
    exchanged(nodes)

    assert holds(nodes, "depot7", place, PIN)
    with nodes["depot7"].at():
        written = Proof.objects.get().version
        assert nodes.exchange("depot7").pulled == 0
        assert Proof.objects.get().version == written


def test_a_new_code_ends_the_pin_at_the_other_node_and_is_of_no_use_there(state_of_two: tuple[State, Armoury]) -> None:
    nodes, place = state_of_two
    believe(nodes)
    exchanged(nodes)
    with nodes["main"].at():
        code = pins.issue_code(place.trained, by=CHIEF)
    exchanged(nodes)

    assert not holds(nodes, "depot7", place, PIN)
    with nodes["depot7"].at():
        assert Proof.objects.get().secret == ""
        with pytest.raises(Refused):
            pins.set_pin(place.card, code, OTHER_PIN, by=ANN)
    with nodes["main"].at():
        set_pin(place, OTHER_PIN, code)
    exchanged(nodes)
    assert holds(nodes, "depot7", place, OTHER_PIN)


def test_a_pin_set_at_a_depot_holds_at_the_ministry_only_if_it_believes_the_depot(
    state_of_two: tuple[State, Armoury],
) -> None:
    nodes, place = state_of_two
    believe(nodes)
    exchanged(nodes)
    with nodes["depot7"].at():
        travel.give(MAIN, by=ANN)
        set_pin(place, OTHER_PIN, PIN)
    exchanged(nodes)
    assert holds(nodes, "main", place, PIN)

    with nodes["main"].at():
        travel.take(DEPOT, by=ANN)
        set_pin(place, THIRD_PIN, PIN)
    with nodes["depot7"].at():
        travel.give(MAIN, by=ANN)
    exchanged(nodes)
    exchanged(nodes)

    both = [[holds(nodes, name, place, pin) for pin in (OTHER_PIN, THIRD_PIN)] for name in ("main", "depot7")]
    assert both[0] == both[1]
    assert sum(both[0]) == 1


def test_nobody_gives_to_or_believes_a_node_that_is_not_admitted(state_of_two: tuple[State, Armoury]) -> None:
    nodes, _place = state_of_two
    with nodes["main"].at():
        for say in (travel.give, travel.take):
            with pytest.raises(LedgerError):
                say("XA/depot9/1", by=ANN)


@pytest.mark.django_db
def test_what_no_node_could_have_written_is_left_out() -> None:
    place = armoury(0)
    set_pin(place, PIN)
    ((key, good),) = travel.TRAVELS.values([pins.key_of(place.trained)])
    newer = good | {"version": 9}
    wrong: list[dict[str, Any]] = [
        {"party": place.recruit},
        {"key": "pin:0"},
        {"kind": "password"},
        {"kind": "passkey"},
        {"secret": "plain text"},
        {"secret": 5},
        {"version": 10**12},
        {"version": True},
        {"until": "tomorrow"},
        {"label": "x" * 5000},
        {"temporary": "no"},
    ]

    assert [travel.TRAVELS.merge([(key, newer | one)], ANN) for one in wrong] == [0] * len(wrong)
    assert travel.TRAVELS.merge([(key, newer)], ANN) == 1
    assert travel.TRAVELS.merge([(key, newer), (key, good)], ANN) == 0
    assert verify.verify().ok


@pytest.mark.django_db
def test_in_whatever_order_rows_arrive_the_same_one_holds() -> None:
    place = armoury(0)
    key = pins.key_of(place.trained)
    rows: list[tuple[str, dict[str, Any]]] = []
    for pin in (PIN, OTHER_PIN):
        set_pin(place, pin)
        rows += travel.TRAVELS.values([key])
    pins.issue_code(place.trained, by=CHIEF)
    rows += travel.TRAVELS.values([key])
    same = [(name, value | {"version": 3}) for name, value in rows]

    ended = set()
    for order in itertools.permutations(same):
        Proof.objects.all().delete()
        for row in order:
            travel.TRAVELS.merge([row], ANN)
        ended.add(kept.digest(Proof.objects.get()))
    assert len(ended) == 1
