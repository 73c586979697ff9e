"""Nodes on the command line: cards, admission, and what `replicate` says."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from countermark import cli
from countermark.ledger import nodes
from tests.ledger.foreign import ANN
from tests.support.cli import Cli, environment

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

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
    assert run("peer", "end", "XA/depot7/1", "--reason", "lost", "--words", "stolen")["admission"] == "ended"
    assert "locked out" in refused("peer", "add", "-", stdin=text)
    assert run("replicate", "--once")["peers"] == []
    assert "never reached" in CliRunner().invoke(cli.cli, ["peer", "list"]).stdout


@pytest.mark.django_db
def test_a_file_that_is_no_card_is_refused() -> None:
    assert "no card" in refused("peer", "add", "-", stdin="{}")


def test_replicating_goes_on_until_it_is_stopped_and_survives_a_store_in_trouble(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from countermark.cli import replicate
    from countermark.ledger import replication
    from countermark.ledger.models import Peer

    stop, calls = threading.Event(), []

    def once(peer: Peer, url: str, pace: replication.Pace, asked: object) -> replication.Outcome:
        calls.append(peer.origin)
        if len(calls) == 1:
            raise OperationalError("database is locked")
        stop.set()
        return replication.Outcome(peer.origin, reached=True, behind=0, ahead=0)

    monkeypatch.setattr(replication, "once", once)
    monkeypatch.setattr(replication, "to_call", lambda _: [(Peer(origin="XA/main/1"), "https://main.example")])
    monkeypatch.setattr(replication.Pace, "after", lambda *_: 0.0)
    replicate._again_and_again("", 1.0, stop, as_json=False)
    assert calls == ["XA/main/1"] * 2


def test_a_depot_killed_between_two_pieces_hands_in_the_rest_when_it_is_started_again(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.ledger import net

    with net.state(("main", "depot7"), template, tmp_path, settings, django_db_blocker, monkeypatch) as made:
        made.join("depot7", "main")
        programs = {
            name: Cli(environment(one.url, one.directory, COUNTERMARK_NODE=name)) for name, one in made.nodes.items()
        }
        main = programs["main"].start("serve", "--port", "0", "--json", stdout=subprocess.PIPE)
        try:
            assert main.stdout is not None
            with made["depot7"].at():
                net.record(*map(str, range(300)))
                nodes.set_address("XA/main/1", json.loads(main.stdout.readline())["url"], by=ANN)
            _dies(programs["depot7"])
            with made["main"].at():
                assert 0 < net.held("XA/depot7/1") < 300
            outcome = programs["depot7"]("replicate", "XA/main/1", "--once", "--json").json()["peers"][0]
            assert (outcome["problem"], outcome["behind"], outcome["ahead"]) == ("", 0, 0)
            with made["main"].at():
                assert net.held("XA/depot7/1") > 300
        finally:
            programs["main"].stop_all()


def _dies(program: Cli) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", DIES, "replicate", "--once"], env=program.environment, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
