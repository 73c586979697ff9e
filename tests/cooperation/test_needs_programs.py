"""Needs, offers, actors and figures for programs and on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from countermark.accounts.models import User
from countermark.cli import cli
from countermark.cooperation import actors, acts
from tests.cooperation.region import COORDINATOR, need, offer, region
from tests.register import people
from tests.web.test_stockpile_api import headers

pytestmark = pytest.mark.django_db

NEED = {
    "title": "A second machine", "theme": "marking", "gap": "One machine for nine regions.", "currency": "EUR", "priority": 2,
    "begin": "2027-01-01", "end": "2028-12-31", "once": [{"category": "equipment", "amount": "40000"}],
    "yearly": [{"category": "power", "amount": "1200.50"}], "readiness": {"rules": 2},
}  # fmt: skip
OFFER = {"title": "Marking", "currency": "EUR", "budget": "250000", "begin": "2027-01-01", "end": "2028-12-31"}


@pytest.fixture
def who() -> dict[str, str]:
    return region()


def program(name: str, actor: str, role: str = "partner") -> dict[str, str]:
    user = people.person(name, role)
    actors.seat(user, actor, by=COORDINATOR)
    return headers(user, "aid")


def ask(method: str, path: str, given: dict[str, str], body: Any = None, status: int = 200, key: str = "") -> Any:
    how: dict[str, Any] = {"headers": {**given, **({"Idempotency-Key": key} if key else {})}}
    if body is not None:
        how |= {"data": json.dumps(body), "content_type": "application/json"}
    answer = getattr(Client(), method)(f"/api/cooperation/{path}", **how)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_program_states_a_need_once_for_one_key_changes_it_and_withdraws_it(who: dict[str, str]) -> None:
    own = program("pelia", "XA", "assistance")

    made = [ask("post", "needs", own, NEED, key="a") for _ in range(2)]
    assert made[0] == made[1]
    key = made[0]["id"]
    assert (made[0]["actor"], made[0]["value"]["gap"]) == ("XA", "One machine for nine regions.")
    assert made[0]["value"]["once"] == [{"category": "equipment", "amount": 4000000}]

    assert ask("put", f"needs/{key}", own, {**NEED, "priority": 1})["value"]["priority"] == 1
    assert ask("post", f"needs/{key}/state", own, {"state": "withdrawn"})["state"] == "withdrawn"
    assert [one["id"] for one in ask("get", "needs?state=withdrawn&theme=marking&text=machine", own)] == [key]


def test_a_need_said_again_as_it_is_leaves_no_entry(who: dict[str, str]) -> None:
    own = program("pelia", "XA", "assistance")
    made = ask("post", "needs", own, {**NEED, "visibility": "private"})

    again = ask("put", f"needs/{made['id']}", own, {**NEED, "visibility": "private"})

    assert again["time"] == made["time"]


def test_a_refusal_names_the_column(who: dict[str, str]) -> None:
    own = program("pelia", "XA", "assistance")

    fault = ask("post", "needs", own, {**NEED, "theme": "everything"}, 422)["errors"][0]
    assert (fault["column"], fault["code"]) == ("theme", "unknown")
    assert ask("post", "needs", own, {**NEED, "indicator": "missing"}, 422)["errors"][0]["column"] == "indicator"


def test_a_figure_is_read_when_a_need_names_it_and_offered_to_this_state_alone(who: dict[str, str]) -> None:
    people.weapon("W0", "AB1000")
    own = program("pelia", "XA", "assistance")

    evidence = ask("post", "needs", own, {**NEED, "indicator": "marked_share"})["value"]["evidence"]
    assert (evidence["indicator"], evidence["value"]) == ("marked_share", "100.0")
    figures = {one["key"]: one["value"] for one in ask("get", "indicators", own)}
    assert (figures["missing"], figures["requests_unanswered"]) == ("0", None)
    assert ask("get", "indicators", program("ingrid", who["donor"])) == []


def test_a_program_makes_an_offer_changes_it_and_uses_it_up(who: dict[str, str]) -> None:
    donor = program("ingrid", who["donor"])
    key = ask("post", "offers", donor, OFFER)["id"]

    assert ask("put", f"offers/{key}", donor, {**OFFER, "themes": ["marking"]})["value"]["themes"] == ["marking"]
    assert ask("post", f"offers/{key}/state", donor, {"state": "spent"})["state"] == "spent"
    assert ask("get", "offers?kind=funds&region=west", donor)[0]["value"]["budget"] == 25000000
    assert ask("get", f"offers/{key}", donor)["left"] is None


def test_who_speaks_for_nobody_states_nothing(who: dict[str, str]) -> None:
    nobody = headers(people.person("nobody", "partner"), "aid")

    assert ask("post", "needs", nobody, NEED, 422)["errors"][0]["code"] == "seat"


def test_actors_are_told_without_their_contact(who: dict[str, str]) -> None:
    actors.set_actor("", "Republic of XB", "state", country_code="XB", contact="A. Person", by=COORDINATOR)
    donor = program("ingrid", who["donor"])

    told = {one["id"]: one for one in ask("get", "actors", donor)}
    assert told["XB"]["contact"] is True
    assert "Person" not in json.dumps(told)
    assert ask("get", "actors/XA", donor)["name"] == "Republic of XA"
    ask("get", "actors/XX", donor, status=404)


# --- the command line ------------------------------------------------------------------------------------------------------


def said(*words: str, by: str = "", status: int = 0) -> Any:
    """In this process, on the test's own store."""
    first = ["--as", by] if by else []
    result = CliRunner().invoke(cli, [*first, "cooperation", *words, "--json"], standalone_mode=False)
    if result.exception:
        raise result.exception
    assert (result.return_value or 0) == status, result.stderr
    return json.loads(result.stdout)


def test_needs_go_into_a_file_and_back_on_the_command_line(who: dict[str, str], tmp_path: Path) -> None:
    key = need(title="Ours")
    file = str(tmp_path / "needs.csv")
    assert said("needs", "export", file)["needs"] == 1

    assert said("needs", "import", file) == {"rows": 6, "new": 0, "changed": 0, "unchanged": 1, "errors": []}
    (tmp_path / "needs.csv").write_text((tmp_path / "needs.csv").read_text().replace("Ours", "Ours too"))
    assert said("needs", "import", file, "--dry-run")["changed"] == 1
    assert said("needs", "show", key)["title"] == "Ours"
    assert said("needs", "import", file)["changed"] == 1
    assert said("needs", "show", key)["title"] == "Ours too"
    assert [one["id"] for one in said("needs", "list", "--theme", "marking")["needs"]] == [key]


def test_a_file_with_faults_is_a_finding_that_names_them(who: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "offers.csv").write_text("ref,title,budget,currency,begin,end\n1,Help,much,EUR,2027-01-01,2027-12-31\n")

    found = said("offers", "import", str(tmp_path / "offers.csv"), status=1)

    assert [(one["row"], one["column"]) for one in found["errors"]] == [(2, "budget")]
    assert acts.subjects("offer") == []


def test_a_command_in_somebodys_name_sees_and_moves_what_they_may(who: dict[str, str]) -> None:
    people.person("ingrid", "partner")
    assert said("actors", "seat", "ingrid", who["donor"])["actor"] == who["donor"]
    ours, theirs = need(), offer(who["donor"])

    assert said("needs", "list", by="ingrid")["needs"] == []
    with pytest.raises(Exception, match="among those you may see"):
        said("needs", "show", ours, by="ingrid")
    assert said("offers", "state", theirs, "withdrawn", by="ingrid")["state"] == "withdrawn"
    assert said("indicators", by="ingrid")["indicators"] == []
    assert said("indicators")["indicators"][0]["value"] is None


def test_actors_are_entered_listed_and_shown_on_the_command_line(who: dict[str, str]) -> None:
    made = said("actors", "set", "Regional Office", "regional", "--region", "west")

    assert said("actors", "show", made["id"])["name"] == "Regional Office"
    assert [one["name"] for one in said("actors", "list", "--kind", "regional")["actors"]] == ["Regional Office"]
    assert User.objects.count() == 0
