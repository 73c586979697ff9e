"""Who stands at the pages: an armoury, its armourer, its commander."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.stockpile.armoury import Armoury

# This file is read before Django is set up: what needs it is imported in the fixtures.


@pytest.fixture
def place() -> "Armoury":
    from tests.stockpile.armoury import armoury

    return armoury()


@pytest.fixture
def armourer(place: "Armoury") -> "Client":
    return _signed_in("belo", "armourer")


@pytest.fixture
def commander(place: "Armoury") -> "Client":
    return _signed_in("quirino", "commander")


def _signed_in(name: str, role: str) -> "Client":
    from tests.register import people
    from tests.stockpile.armoury import DEPOT

    return people.signed_in(name, role, DEPOT)
