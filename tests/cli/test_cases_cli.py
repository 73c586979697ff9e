"""`countermark case`, in process: what a clerk without a browser does."""

import json

import pytest
from click.testing import CliRunner

from countermark.cli.cases import case
from tests.register import people

pytestmark = pytest.mark.django_db

INTAKE = {
    "how": "seizure",
    "date": "2026-03",
    "readings": ["SN W1"],
    "why_illicit": ["a"],
    "kind": "revolver",
    "calibre": ".38",
    "circumstances": "in a car",
}


def run(*words: str, said: object = None) -> tuple[int, str]:
    result = CliRunner().invoke(case, words, input=json.dumps(said) if said is not None else "", standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return 1, str(result.exception)
    return 0, result.output


def test_a_case_goes_from_intake_to_its_end() -> None:
    weapon = people.weapon("W1")
    opened = json.loads(run("new", said=INTAKE)[1])["id"]
    run("note", opened, "seen at the range")
    assert json.loads(run("decide", opened, weapon, "--reason", "all agree")[1])["weapon"] == weapon
    assert "draft" in run("request", opened, "--to", "XB", "--use", "investigation", "--confirmed")[1]
    assert json.loads(run("close", opened, "A1")[1])["closed"]
    assert [one["id"] for one in json.loads(run("list", "--json")[1])["cases"]] == [opened]
    assert json.loads(run("show", opened)[1])["alerts"] == []


@pytest.mark.parametrize(
    "said", [{}, {"how": "bought", "date": "2026"}, [], {**INTAKE, "date": "2999"}, {**INTAKE, "spy": 1}]
)
def test_an_intake_that_cannot_be_right_is_refused(said: object) -> None:
    people.weapon("W1")
    assert run("new", said=said)[0] == 1
    assert json.loads(run("list", "--json")[1]) == {"cases": []}


def test_stolen_weapons_that_cases_answer_to_are_listed() -> None:
    weapon = people.weapon("W1")
    run("new", said=INTAKE)
    people.event(weapon, event="theft", date="2020-01-01")
    assert [(one["weapon"], one["by"]) for one in json.loads(run("alerts")[1])["alerts"]] == [(weapon, "mark")]
