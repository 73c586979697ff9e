"""One State, one set of names: a new node takes over the secret that ids of people and places are made with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from countermark.accounts import services as accounts
from countermark.accounts.models import Place
from countermark.ledger import identity, naming, nodes, services, verify
from countermark.ledger.models import SideText
from countermark.ledger.services import LedgerError
from tests.ledger.foreign import ANN
from tests.ledger.net import State, record, state

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

pytestmark = pytest.mark.storage


@pytest.fixture
def trio(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[State]:
    """The main node and two laptops it has admitted."""
    with state(("main", "depot7", "depot8"), template, tmp_path, settings, django_db_blocker, monkeypatch) as made:
        made.join("depot7", "main")
        made.join("depot8", "main")
        yield made


def handed(trio: State, to: str = "depot7") -> bytes:
    with trio["main"].at():
        return naming.hand_on(f"XA/{to}/1", by=ANN)


def test_a_new_node_calls_a_place_as_the_ministry_does(trio: State) -> None:
    with trio["main"].at():
        ministry = identity.opaque("place", "Depot 7")

    with trio["depot7"].at():
        assert identity.opaque("place", "Depot 7") != ministry
        naming.take_over(handed(trio), by=ANN)

        assert identity.opaque("place", "Depot 7") == ministry
        assert verify.verify().ok


def test_a_place_replicated_to_a_node_that_took_over_is_the_same_row(trio: State) -> None:
    data = handed(trio)
    with trio["depot7"].at():
        naming.take_over(data, by=ANN)
    with trio["main"].at():
        accounts.add_place("Depot 7", by=ANN)
        there = Place.objects.get().pk

    trio.exchange("depot7")

    with trio["depot7"].at():
        assert Place.objects.get().pk == there


def test_what_was_handed_on_to_one_node_serves_no_other(trio: State) -> None:
    data = handed(trio)

    with trio["depot8"].at(), pytest.raises(LedgerError, match="not to this node"):
        naming.take_over(data, by=ANN)


def test_a_node_that_has_named_something_keeps_its_names(trio: State) -> None:
    data = handed(trio)

    with trio["depot7"].at():
        accounts.add_place("Depot 7", by=ANN)
        with pytest.raises(LedgerError, match="already"):
            naming.take_over(data, by=ANN)


def test_taking_over_twice_changes_nothing(trio: State) -> None:
    data = handed(trio)

    with trio["depot7"].at():
        naming.take_over(data, by=ANN)
        accounts.add_place("Depot 7", by=ANN)

        assert naming.take_over(data, by=ANN) == "XA/main/1"


def test_a_changed_file_is_refused(trio: State) -> None:
    data = handed(trio).replace(b'"sealed":"', b'"sealed":"A')

    with trio["depot7"].at(), pytest.raises(LedgerError, match="not sealed"):
        naming.take_over(data, by=ANN)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff"])
def test_what_is_no_such_file_is_refused(trio: State, data: bytes) -> None:
    with trio["depot7"].at(), pytest.raises(LedgerError, match="no file"):
        naming.take_over(data, by=ANN)


def test_a_node_that_is_not_admitted_is_handed_nothing(trio: State) -> None:
    with trio["main"].at(), pytest.raises(LedgerError, match="not admitted"):
        naming.hand_on("XA/depot9/1", by=ANN)


def test_a_name_that_two_nodes_wrote_is_whole_on_every_node_and_erased_on_every_node(trio: State) -> None:
    for name in ("depot7", "depot8"):
        data = handed(trio, name)
        with trio[name].at():
            naming.take_over(data, by=ANN)
    for one, other in (("depot7", "depot8"), ("depot8", "depot7")):
        with trio[one].at():
            card = nodes.own_card()
        with trio[other].at():
            nodes.admit(card, by=ANN)
            nodes.let_erase("XA/main/1", by=ANN)
    with trio["depot7"].at():
        record("1", holder="Ann Holder")
    for caller in ("depot7", "depot8"):
        assert not trio.exchange(caller).problem
    with trio["main"].at():
        record("2", holder="Ann Holder")
    with trio["depot8"].at():
        record("3", holder="Ann Holder")
    for caller in ("depot8", "depot7", "depot8"):
        assert not trio.exchange(caller).problem
    for name in trio.nodes:
        with trio[name].at():
            assert SideText.objects.filter(text="Ann Holder").count() == 1
            report = verify.verify()
            assert report.ok, (name, report.first_difference)
    with trio["main"].at():
        services.erase(services.refs_of_people("Ann Holder"), by=ANN, reason="the law")
    for caller in ("depot8", "depot7", "depot8"):
        assert not trio.exchange(caller).problem
    for name in trio.nodes:
        with trio[name].at():
            assert not SideText.objects.filter(text="Ann Holder").exists()
            report = verify.verify()
            assert report.ok, (name, report.first_difference)


def test_a_name_two_nodes_wrote_before_they_met_is_whole_on_a_third(trio: State) -> None:
    for name in ("depot7", "depot8"):
        data = handed(trio, name)
        with trio[name].at():
            naming.take_over(data, by=ANN)
    with trio["depot7"].at():
        card = nodes.own_card()
    with trio["depot8"].at():
        nodes.admit(card, by=ANN)
    for name in ("main", "depot7"):
        with trio[name].at():
            record(name, holder="Ben Holder")
    for caller in ("depot7", "depot8"):
        assert not trio.exchange(caller).problem
    for name in trio.nodes:
        with trio[name].at():
            assert SideText.objects.filter(text="Ben Holder").count() == 1
            report = verify.verify()
            assert report.ok, (name, report.first_difference)
