"""One State, one set of names: a new node takes over the secret that ids of people and places are made with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from countermark.accounts import services as accounts
from countermark.accounts.models import Place
from countermark.ledger import identity, naming, verify
from countermark.ledger.services import LedgerError
from tests.ledger.foreign import ANN
from tests.ledger.net import State, state

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
