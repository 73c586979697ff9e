"""`show` names persons and says so in the ledger; where that cannot be written, it names none."""

import sqlite3
from pathlib import Path

import pytest

from tests.support.cli import Cli, sqlite_node

PERSON, BODY = "Nadila Mourato", "7th Artillery Regiment"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return sqlite_node(tmp_path)


def held_by(cli: Cli, name: str) -> str:
    weapon = cli("add", "weapon", "--ref", "T-1", "--kind", "revolver", "--mark", "AB 1", "--json").json()["weapon_id"]
    sold = ("--event", "sale", "--date", "1994", "--to", name, "--place", "Central depot", "--country", "XA")
    assert cli("add", "event", "--weapon", weapon, *sold).code == 0
    return str(weapon)


def looks(cli: Cli) -> list[str]:
    return [line for line in cli("ledger", "export").out.splitlines() if '"person_viewed"' in line]


def test_looking_at_a_person_is_one_act_for_each_reason(cli: Cli) -> None:
    weapon = held_by(cli, PERSON)

    shown = cli("show", weapon, "--json").json()
    cli("show", weapon)
    cli("show", weapon, "--reason", "court order 7")

    assert shown["history"][-1]["to"] == PERSON
    assert len(looks(cli)) == 2


def test_a_record_that_names_bodies_only_is_shown_without_an_act(cli: Cli) -> None:
    weapon = held_by(cli, BODY)

    assert cli("show", weapon, "--json").json()["history"][-1]["to"] == BODY
    assert looks(cli) == []


def test_the_readable_history_says_where_and_when_it_was_recorded(cli: Cli) -> None:
    out = cli("show", held_by(cli, BODY)).out

    assert "at Central depot" in out
    assert "in XA" in out
    assert f"held by: {BODY}" in out
    assert "recorded 20" in out


def test_where_a_look_cannot_be_recorded_persons_are_not_named_and_it_is_said(cli: Cli, tmp_path: Path) -> None:
    weapon = held_by(cli, PERSON)
    _refuse_writes(tmp_path / "store.db")

    answer = cli("show", weapon, "--json")

    assert answer.code == 0, answer.err
    assert PERSON not in answer.out
    assert "withheld" in answer.err
    assert answer.json()["history"][-1]["to"].startswith("urn:countermark:party:")


def _refuse_writes(store: Path) -> None:
    """Makes the store as one with a full disk: it can be read, but no entry added."""
    with sqlite3.connect(store) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    connection.close()
