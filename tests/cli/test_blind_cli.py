"""`countermark blind` between two nodes that never reach each other: everything goes by files."""

import json
from pathlib import Path

import pytest

from tests.support.cli import Cli, sqlite_node

ORIGINS = {"XA": "XA/main/1", "XB": "XB/main/1"}
WEAPON = {"ref": "B1", "kind": "rifle", "marks": [{"component": "receiver", "mark": "KR 408173"}]}


@pytest.fixture
def nodes(tmp_path: Path) -> dict[str, Cli]:
    """XA, which asks, and XB, which has one weapon; each has the other's keys."""
    found = {}
    for state in ORIGINS:
        home = tmp_path / state
        home.mkdir()
        found[state] = sqlite_node(home, COUNTERMARK_STATE=state)
    found["XB"]("add", "weapon", "--json", stdin=json.dumps(WEAPON))
    for here, there in (("XA", "XB"), ("XB", "XA")):
        keys = found[there]("ledger", "key", "--json").json()
        sealed_to = ("--encryption-key", keys["encryption_key"])
        found[here]("ledger", "trust", ORIGINS[there], keys["verifier_key"], *sealed_to)
    return found


def test_a_question_and_its_reply_go_by_file_and_a_hit_is_told(nodes: dict[str, Cli], tmp_path: Path) -> None:
    asker, answerer = nodes["XA"], nodes["XB"]
    assert answerer("blind", "setup").json()["marks"] == 1
    assert answerer("blind", "open", ORIGINS["XA"], "--per-day", "5").json()["answered"]
    question, reply = tmp_path / "question.jose", tmp_path / "reply.jose"
    asker("blind", "ask", ORIGINS["XB"], "KR 4O8173", "--output", question)
    assert answerer("blind", "answer", question, "--output", reply).code == 0
    assert asker("blind", "take", reply).json()["known"] == ["KR408173"]
    (asked,) = asker("blind", "asked").json()["questions"]
    assert asked["known"] == ["KR408173"]
    again = answerer("blind", "answer", question, "--output", tmp_path / "again.jose")
    assert (again.code, (tmp_path / "again.jose").exists()) == (1, False)


def test_a_state_that_answers_nobody_writes_no_reply(nodes: dict[str, Cli], tmp_path: Path) -> None:
    asker, answerer = nodes["XA"], nodes["XB"]
    answerer("blind", "setup")
    answerer("blind", "open", ORIGINS["XA"])
    assert answerer("blind", "off").json() == {"answering": False}
    asker("blind", "ask", ORIGINS["XB"], "KR 408173", "--output", tmp_path / "q")
    refused = answerer("blind", "answer", tmp_path / "q", "--output", tmp_path / "r")
    assert refused.code == 1
    assert "not answered here" in refused.err
    assert asker("blind", "take", tmp_path / "nothing").code == 2
