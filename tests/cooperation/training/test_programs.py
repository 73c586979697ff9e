"""Training for programs: the API and the commands."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cli import cli as program
from countermark.cooperation import actors
from countermark.cooperation.training import services
from tests.cooperation.region import COORDINATOR, region
from tests.cooperation.training.test_training import call, certified, nominate
from tests.register import people

pytestmark = pytest.mark.django_db


class Program:
    """A program with the token of somebody who speaks for an actor."""

    def __init__(self, name: str, actor: str) -> None:
        user = people.person(name, "partner")
        actors.seat(user, actor, by=COORDINATOR)
        expires = timezone.now() + timedelta(days=1)
        token = accounts.issue_token(User.objects.get(pk=user.pk), "test", ["aid"], expires, by=COORDINATOR)
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str) -> Any:
        return self.client.get(f"/api{path}")

    def post(self, path: str, body: dict[str, Any], once: str = "") -> Any:
        headers = {"Idempotency-Key": once} if once else {}
        return self.client.post(f"/api{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_a_program_nominates_once_however_often_it_says_so() -> None:
    who = region()
    key = call(who, closes="2999-01-01", begin="2999-02-01", end="2999-02-02")
    state = Program("xq", "XQ")
    body = {"name": "Ana Lopes", "number": "77", "function": "marking"}

    first, second = (state.post(f"/cooperation/calls/{key}/nominations", body, "a") for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert [one["value"]["person"] for one in state.get(f"/cooperation/calls/{key}/nominations").json()] == [
        "Ana Lopes (77)"
    ]


def test_a_neighbour_reads_no_nominee_and_writes_no_result() -> None:
    who = region()
    key = call(who)
    nominee = nominate(key, 1, "XA")
    neighbour = Program("xq", "XQ")

    assert neighbour.get(f"/cooperation/calls/{key}/nominations").json() == []
    assert neighbour.post(f"/cooperation/nominations/{nominee}/results", {"passed": True}).status_code == 404


def test_a_choice_over_the_api_says_why() -> None:
    who = region()
    key = call(who)
    nominate(key, 1)

    made = Program("centre", who["centre"]).post(f"/cooperation/calls/{key}/choices", {}).json()

    assert made[0]["outcome"] == "chosen"
    assert "meets the terms of the call" in made[0]["reasons"]


def test_a_state_says_over_the_api_who_is_still_in_post() -> None:
    who = region()
    key = certified(who)

    answer = Program("xa", "XA").post(f"/cooperation/nominations/{key}/posts", {"day": "2023-06-01", "still": False})

    assert answer.status_code == 200
    assert services.nominated_by(key, "XA").value["checks"] == [["2023-06-01", False]]


@pytest.mark.parametrize("command", ["choose", "certificate"])
def test_a_command_in_the_name_of_a_neighbour_tells_of_no_nominee(command: str, tmp_path: Path) -> None:
    who = region()
    key = call(who)
    nominee = certified(who, key)
    actors.seat(people.person("xq", "partner"), "XQ", by=COORDINATOR)
    said = {"choose": [key, "--dry-run"], "certificate": [nominee, str(tmp_path / "sheet.pdf")]}

    told = CliRunner().invoke(program, ["--as", "xq", "cooperation", "training", command, *said[command]])

    assert (told.exit_code, nominee in told.stdout, list(tmp_path.glob("*.pdf"))) == (1, False, [])
