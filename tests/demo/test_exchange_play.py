"""The whole case between two nodes and a State on paper, as anybody can play it; and its answer, checked offline."""

import json
import os
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from countermark.cli.demo import demo
from countermark.demo import exchange
from tests.support.cli import Cli, Result


def _run(*words: str) -> Result:
    return Cli(dict(os.environ))(*words)


def _forked(arguments: list[str], environment: Mapping[str, str], given: str) -> "subprocess.CompletedProcess[str]":
    done = Cli(dict(environment))(*arguments, stdin=given)
    return subprocess.CompletedProcess(arguments, done.code, done.out, done.err)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    directory = tmp_path_factory.mktemp("exchange") / "play"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "start", _forked)  # nothing but the time that forty starts take is left out
        done = CliRunner().invoke(demo, ["exchange", "--dir", str(directory), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return directory, json.loads(done.stdout)


def test_each_step_starts_the_program_itself() -> None:
    done = exchange.start(["--version"], os.environ, "")
    assert (done.returncode, version("countermark") in done.stdout) == (0, True)


def test_the_case_is_closed_at_the_point_of_diversion(played: tuple[Path, dict[str, Any]]) -> None:
    outcome = played[1]
    assert (outcome["case"], outcome["point_of_diversion"]) == ("closed", {"country": "XC", "year": 1997})
    assert {"from": "XA", "to": "XB", "type": "request"} in outcome["messages"]


def test_the_released_answer_is_genuine_and_was_there_before(played: tuple[Path, dict[str, Any]]) -> None:
    directory = played[0]
    done = _run(
        "verify-answer", str(directory / "answer.json"), "--checkpoint", str(directory / "xb.checkpoint"), "--json"
    )
    report = done.json()
    assert (done.code, report["ok"]) == (0, True)
    assert {record["before"] for record in report["records"]} == {"proven"}


def test_without_a_checkpoint_held_the_date_is_only_asserted(played: tuple[Path, dict[str, Any]]) -> None:
    report = _run("verify-answer", str(played[0] / "answer.json"), "--json").json()
    assert {record["before"] for record in report["records"]} == {"asserted"}


def test_a_changed_answer_is_found(played: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    changed = tmp_path / "answer.json"
    changed.write_text((played[0] / "answer.json").read_text("utf-8").replace("1994-05-03", "1993-05-03"), "utf-8")
    assert _run("verify-answer", str(changed)).code == 1


def test_a_directory_that_is_in_use_is_left_alone(played: tuple[Path, dict[str, Any]]) -> None:
    assert _run("demo", "exchange", "--dir", str(played[0])).code == 2


@pytest.mark.parametrize("text", ["", "{}", "nonsense"])
def test_what_is_no_answer_is_wrong_usage(tmp_path: Path, text: str) -> None:
    file = tmp_path / "answer.json"
    file.write_text(text, "utf-8")
    assert _run("verify-answer", str(file)).code == 2
