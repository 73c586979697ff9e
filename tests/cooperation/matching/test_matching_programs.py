"""Matching for programs and on the command line: the same runs, the same answers."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from countermark.accounts.models import User
from countermark.cli.cooperation import cooperation
from countermark.cooperation import actors
from tests.cooperation.region import COORDINATOR, OTHER, OWN, need, offer, region
from tests.web.test_api_fuzzed import token

pytestmark = pytest.mark.django_db


@pytest.fixture
def headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {token()}"}


def market() -> tuple[str, str, str]:
    """Two needs and one offer that pays for one of them."""
    who = region()
    first = need(end="2099-12-31")
    second = need(OTHER, priority=5, visibility="public", end="2099-12-31")
    return first, second, offer(who["donor"], budget="50000.50", end="2099-12-31")


def command(*arguments: str, status: int = 0) -> Any:
    result = CliRunner().invoke(cooperation, [*arguments, "--json"], standalone_mode=False)
    if status:
        assert result.exception is not None
        return result.exception
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def test_a_program_runs_reads_decides_and_takes_back(headers: dict[str, str]) -> None:
    """Each decision is a new run; the answer says what it costs."""
    first, second, west = market()
    from countermark.accounts import services

    services.grant_role(User.objects.get(username="fuzz"), "assistance", by=COORDINATOR)
    actors.seat(User.objects.get(username="fuzz"), OWN, by=COORDINATOR)
    client = Client(headers=headers)

    def post(path: str, **body: Any) -> Any:
        return client.post(f"/api/cooperation/matchings{path}", json.dumps(body), content_type="application/json")

    made = post("", currency="EUR").json()
    assert [(one["need"], one["offer"], one["amount"]) for one in made["matches"]] == [(first, west, 50000.5)]
    assert [one["need"] for one in made["unmet"]] == [second]
    assert made["overrides"] is None
    decided = post(
        f"/{made['id']}/decisions", need=second, offer=west, what="fix", amount="20000", reason="promised"
    ).json()
    assert decided["overrides"]["cost"] > 1
    assert [(one["what"], one["reason"]) for one in decided["decided"]] == [("fix", "promised")]
    assert "fixed by an officer: promised" in [why for one in decided["matches"] for why in one["reasons"]]
    back = client.delete(f"/api/cooperation/matchings/{decided['id']}/decisions/{second}/{west}").json()
    assert back["objective"] == made["objective"]
    assert len(client.get("/api/cooperation/matchings").json()) == 3
    refused = post(f"/{made['id']}/decisions", need=second, offer=west, what="fix", amount="90000", reason="x")
    assert refused.status_code == 422


def test_commands_do_the_same() -> None:
    """What cannot be is a finding."""
    first, _second, west = market()
    made = command("matching", "run", "EUR")
    assert [one["need"] for one in made["matches"]] == [first]
    decided = command("matching", "decide", made["id"], first, west, "--forbid", "--reason", "not this one")
    assert decided["overrides"]["loses"][0]["need"] == first
    fixed = command("matching", "decide", made["id"], first, west, "--fix", "20000", "--reason", "promised")
    assert "fixed by an officer: promised" in [why for one in fixed["matches"] for why in one["reasons"]]
    assert command("matching", "take-back", decided["id"], first, west)["objective"] == made["objective"]
    assert command("matching", "show", made["id"])["digest"] == made["digest"]
    assert len(command("matching", "list")["matchings"]) == 4
    assert "currency" in str(command("matching", "run", "CHF", status=1))
    assert "more is fixed" in str(
        command("matching", "decide", made["id"], first, west, "--fix", "60000", "--reason", "x", status=1)
    )
