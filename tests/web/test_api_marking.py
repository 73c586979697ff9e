"""The marking operations of the API: what the command line says, what one may see, and numbers given once."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts import services
from countermark.marking import numbering, planning
from tests.marking import workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db

GIVEN = {
    "occasion": "import",
    "profiles": ["iti", "us-478.92"],
    "weapon": {"kind": "revolver", "components": [{"type": "frame", "material": "steel"}]},
    "marks": [{"component": "frame", "text": "AB 1", "elements": {"serial": "AB 1"}, "height_mm": 1.5}],
}


def headers(name: str, role: str, place: str | None = None, *scopes: str) -> dict[str, str]:
    user = people.person(name, role, place)
    token = services.issue_token(
        user, "a program", scopes or ("marking",), timezone.now() + timedelta(days=1), by=CHIEF
    )
    return {"Authorization": f"Bearer {token}"}


def test_profiles_are_listed_as_the_command_line_lists_them(client: Client) -> None:
    found = client.get("/api/marking/profiles", headers=headers("mara", "marking")).json()

    assert {"id", "title", "jurisdiction", "force", "from", "to"} == set(found[0])
    assert "iti" in {one["id"] for one in found}


@pytest.mark.parametrize("operation", ["check", "plan"])
def test_marks_are_judged_as_on_the_command_line(client: Client, operation: str) -> None:
    response = client.post(
        f"/api/marking/{operation}", GIVEN, content_type="application/json", headers=headers("mara", "marking")
    )

    made = planning.checked(GIVEN) if operation == "check" else planning.plan(GIVEN).plan
    assert response.status_code == 200
    assert response.json() == json.loads(json.dumps(made.as_json()))


def test_a_profile_nobody_knows_is_incomplete(client: Client) -> None:
    response = client.post(
        "/api/marking/plan",
        {"profiles": ["nobodys"]},
        content_type="application/json",
        headers=headers("mara", "marking"),
    )

    assert response.json()["verdicts"] == {"nobodys": "incomplete"}


def test_work_orders_of_another_place_are_not_there(client: Client) -> None:
    people.places()
    workshop.authority()
    made = workshop.batch(2, place=SOUTH)
    northern, southern = headers("nora", "marking", NORTH), headers("saul", "marking", SOUTH)

    assert client.get("/api/marking/batches", headers=northern).json() == []
    assert client.get(f"/api/marking/batches/{made.id}", headers=northern).status_code == 404
    page = client.get(f"/api/marking/batches/{made.id}", headers=southern).json()
    assert [one["ref"] for one in page["weapons"]] == ["W1", "W2"]
    assert page["counts"] == {"waiting": 2}


def test_a_request_for_numbers_sent_again_is_given_the_same(client: Client) -> None:
    workshop.authority()
    bearer = headers("mara", "marking")
    url = "/api/marking/authorities/xa-import/numbers"

    first, again = (
        client.post(url, {"count": 2, "request": "press 7"}, content_type="application/json", headers=bearer).json()
        for _ in range(2)
    )

    assert first == again
    assert len(numbering.issued("xa-import")) == 2
    assert [one["left"] for one in client.get("/api/marking/authorities", headers=bearer).json()] == [8]


def test_more_numbers_than_a_block_holds_are_refused_and_none_is_issued(client: Client) -> None:
    workshop.authority(size=1)

    response = client.post(
        "/api/marking/authorities/xa-import/numbers",
        {"count": 2},
        content_type="application/json",
        headers=headers("mara", "marking"),
    )

    assert response.status_code == 422
    assert numbering.issued("xa-import") == []


def test_who_only_looks_is_given_no_numbers(client: Client) -> None:
    workshop.authority()
    bearer = headers("carl", "commander")

    assert client.get("/api/marking/batches", headers=bearer).status_code == 200
    assert (
        client.post(
            "/api/marking/authorities/xa-import/numbers", {}, content_type="application/json", headers=bearer
        ).status_code
        == 403
    )


def test_a_token_without_the_scope_is_refused(client: Client) -> None:
    assert client.get("/api/marking/batches", headers=headers("mara", "marking", None, "read")).status_code == 403
