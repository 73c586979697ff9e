"""Hand-overs for programs: receipts once for one key, each depot its own."""

from typing import Any

import pytest

from countermark.stockpile import acts
from tests.register import people
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury, issued, state
from tests.web.test_stockpile_api import get, headers, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return armoury()


@pytest.fixture
def token(place: Armoury) -> dict[str, str]:
    return headers(people.person("belo", "armourer", DEPOT), "stock")


def issue(place: Armoury, **more: Any) -> dict[str, Any]:
    said = {"direction": "out", "store": place.depot, "weapons": place.weapons[:2]}
    return {**said, "person": place.trained, "kind": "shift", **more}


def test_weapons_are_issued_and_taken_back(place: Armoury, token: dict[str, str]) -> None:
    code = post("receipts", issue(place), token).json()["receipt"]

    assert {one["weapon_id"] for one in get("out", token)} == set(place.weapons[:2])
    assert get(f"receipts/{code}", token)["proof"].startswith("CMR1.")

    post("receipts", {"direction": "back", "store": place.depot, "weapons": place.weapons[:2]}, token)

    assert get("out", token) == []


def test_a_request_sent_twice_with_one_key_is_done_once(place: Armoury, token: dict[str, str]) -> None:
    given = {**token, "Idempotency-Key": "morning"}

    assert post("receipts", issue(place), given).json() == post("receipts", issue(place), given).json()
    assert acts.rows("receipt").count() == 1


def test_a_refusal_names_every_weapon_it_is_about(place: Armoury, token: dict[str, str]) -> None:
    issued(place)

    answer = post("receipts", issue(place), token)

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 2


def test_another_depot_is_not_there(place: Armoury) -> None:
    code = issued(place)
    stranger = headers(people.person("rui", "armourer", OTHER), "stock")

    assert post("receipts", issue(place), stranger).status_code == 404
    assert post("moves", {"weapons": place.weapons, "store": place.other}, stranger).status_code == 404
    assert get(f"receipts/{code}", stranger)["status"] == 404
    assert get("out", stranger) == []


def test_weapons_are_put_elsewhere_in_the_store(place: Armoury, token: dict[str, str]) -> None:
    assert post("moves", {"weapons": place.weapons, "store": place.rack_b}, token).json() == {"moved": 3}
    assert state(place.weapons[0]).place == place.rack_b


def test_the_board_counts(place: Armoury, token: dict[str, str]) -> None:
    issued(place, place.weapons[0])

    found = {one["place"]: (one["in_store"], one["out"]) for one in get("board", token)}

    assert found[place.rack_a] == (2, 1)
