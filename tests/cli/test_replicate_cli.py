"""Nodes on the command line: cards, admission, and what `replicate` says."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from countermark import cli
from tests.support.cli import Cli, environment
from tests.support.stores import migrated

pytestmark = pytest.mark.storage

DIES = """
import os, signal
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "countermark.settings"
django.setup()
from countermark import cli
from countermark.ledger import calls, replication
number, packed, pace = [0], calls.packed, replication.Pace
def counted(data):
    number[0] += 1
    if number[0] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return packed(data)
calls.packed = counted
replication.Pace = lambda every: pace(every, most=64 << 10)
cli.main()
"""


def run(*arguments: str, stdin: str = "") -> Any:
    """What a command prints as JSON; in this process."""
    result = CliRunner().invoke(cli.cli, [*arguments, "--json"], input=stdin)
    assert result.exception is None, result.output
    return json.loads(result.stdout)


def refused(*arguments: str, stdin: str = "") -> str:
    return str(CliRunner().invoke(cli.cli, list(arguments), input=stdin).exception)


@pytest.mark.django_db
def test_a_node_is_admitted_by_its_card_and_locked_out_with_a_reason() -> None:
    from tests.ledger.foreign import ForeignLog

    sealed_to = run("peer", "card")["encryption_key"]
    card = {
        "format": "countermark-node/1",
        "origin": "XA/depot7/1",
        "verifier_key": ForeignLog("XA/depot7/1").verifier_key,
        "encryption_key": sealed_to,
    }
    text = json.dumps(card)
    assert len(run("peer", "add", "-", stdin=text)["fingerprint"].split()) == 16
    assert "https" in refused("peer", "address", "XA/depot7/1", "http://depot7.example")
    assert run("peer", "address", "XA/depot7/1", "https://depot7.example/")["url"] == "https://depot7.example"
    state = run("peer", "list")["peers"][0]
    assert (state["admission"], state["behind"], state["reached"]) == ("admitted", None, "")
    assert "not admitted" in refused("replicate", "XA/other/1", "--once")
    assert run("peer", "end", "XA/depot7/1", "--reason", "stolen")["admission"] == "ended"
    assert run("replicate", "--once")["peers"] == []
    assert "never reached" in CliRunner().invoke(cli.cli, ["peer", "list"]).stdout


@pytest.mark.django_db
def test_a_file_that_is_no_card_is_refused() -> None:
    assert "no card" in refused("peer", "add", "-", stdin="{}")


@pytest.fixture
def depot(template: str, tmp_path: Path) -> Iterator[Cli]:
    """A second node, on a store of its own."""
    home = tmp_path / "depot7"
    home.mkdir()
    with migrated(os.environ["COUNTERMARK_DATABASE_URL"], home, template) as url:
        program = Cli(environment(url, home, COUNTERMARK_NODE="depot7"))
        yield program
        program.stop_all()


def test_a_depot_killed_between_two_pieces_hands_in_the_rest_when_it_is_started_again(
    run_cli: Cli, depot: Cli, tmp_path: Path
) -> None:
    rows = "".join(f"{number},rifle,receiver,AB{number:05}\n" for number in range(300))
    (tmp_path / "weapons.csv").write_text(f"ref,kind,component,mark\n{rows}")
    assert depot("load", "weapons", tmp_path / "weapons.csv").code == 0
    main = run_cli.start("serve", "--port", "0", "--json", stdout=subprocess.PIPE)
    assert main.stdout is not None
    url = json.loads(main.stdout.readline())["url"]
    depot("peer", "add", "-", "--url", url, stdin=run_cli("peer", "card").out)
    run_cli("peer", "add", "-", stdin=depot("peer", "card").out)

    killed = subprocess.run(
        [sys.executable, "-c", DIES, "replicate", "--once"], env=depot.environment, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    before = run_cli("peer", "list", "--json").json()["peers"][0]
    assert 0 < before["held"] < 300

    outcome = depot("replicate", "XA/main/1", "--once", "--json").json()["peers"][0]
    assert (outcome["problem"], outcome["behind"], outcome["ahead"]) == ("", 0, 0)
    assert run_cli("ledger", "verify", "--json").json()["ok"]
