"""Hand-overs for programs: receipts once for one key, each depot its own."""

from typing import Any

import pytest

from countermark.ledger import identity
from countermark.register import services
from countermark.stockpile import acts, units
from countermark.stockpile.receipts import Receipt
from countermark.stockpile.rules.custody import Policy
from tests.register import people
from tests.register.people import CHIEF
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


def test_what_the_rules_ask_two_people_for_is_proposed_and_done_when_the_second_approves(
    place: Armoury, token: dict[str, str]
) -> None:
    units.set_policy(Policy(("issue",)), place=place.depot, reason="order", by=CHIEF)
    second = headers(people.person("rui", "armourer", DEPOT), "stock")
    morning = {**token, "Idempotency-Key": "morning"}

    asked = [post("receipts", issue(place, note="for the patrol"), morning) for _ in range(2)]

    assert [(one.status_code, one.json()["status"]) for one in asked] == [(202, "proposed")] * 2
    assert asked[0].json() == asked[1].json()
    assert get("out", token) == []
    proposal = f"proposals/{asked[0].json()['proposal']}"
    assert post(f"{proposal}/approve", {}, token).status_code == 422
    assert acts.rows("receipt").count() == 0
    assert post(f"{proposal}/approve", {}, second).json()["state"] == "approved"
    assert post(f"{proposal}/approve", {}, second).status_code == 422
    assert {one["weapon_id"] for one in get("out", token)} == set(place.weapons[:2])
    code = post("receipts", issue(place), morning).json()["receipt"]
    (made,) = acts.subjects("receipt")
    found = made.of(Receipt)
    assert made.key == code
    assert (found.asked_by, found.second) == (identity.opaque("person", "belo"), identity.opaque("person", "rui"))
    assert services.side_texts([found.note]) == {found.note: "for the patrol"}


def test_an_override_by_a_program_waits_for_somebody_else(place: Armoury, token: dict[str, str]) -> None:
    recruit = issue(place, person=place.recruit)
    assert post("receipts", recruit, token).status_code == 422

    answer = post("receipts", recruit | {"override_code": "urgent", "override": "an emergency"}, token)

    assert answer.status_code == 202
    assert get("out", token) == []
    assert post(f"proposals/{answer.json()['proposal']}/approve", {}, token).status_code == 422
    commander = headers(people.person("cmd", "commander", DEPOT), "stock")
    assert post(f"proposals/{answer.json()['proposal']}/approve", {}, commander).status_code == 200
    assert len(get("out", token)) == 2


def test_what_could_not_be_done_is_not_proposed(place: Armoury, token: dict[str, str]) -> None:
    units.set_policy(Policy(("issue", "receive", "return")), place=place.depot, reason="order", by=CHIEF)
    back = {"direction": "back", "store": place.depot, "weapons": place.weapons[:1]}

    assert post("receipts", back, token).status_code == 422
    assert acts.rows("proposal").count() == 0


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
