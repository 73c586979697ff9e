"""Tags and readers on the command line; listening is stopped as a service is."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from countermark.accounts import services as accounts
from countermark.cli import cli
from countermark.ledger.services import Actor
from countermark.register.checking import Refused
from countermark.stockpile.readers import services, tokens
from tests.register.people import CHIEF, NORTH, SOUTH, person
from tests.stockpile.readers.depots import EPC, pistol, readers, seen
from tests.support import mosquitto
from tests.support.cli import Cli, environment


def run(*words: str) -> Result:
    result = CliRunner().invoke(cli, [*words, "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(*words: str) -> Any:
    done = run(*words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.django_db
def test_a_tag_is_bound_listed_and_unbound() -> None:
    weapon_id = pistol(tag="E200")

    bound = said("tags", "bind", weapon_id, EPC.lower(), "--tid", "E2801160")
    again = said("tags", "bind", weapon_id, EPC)
    listed = said("tags", "list", "--weapon", weapon_id)["tags"]
    gone = said("tags", "unbind", EPC)

    assert (bound["tag"], bound["new"], again["new"]) == (EPC, True, False)
    assert [(one["tag"], one["tid"]) for one in listed] == [(EPC, "E2801160"), ("E200", "")]
    assert gone["weapon_id"] == weapon_id
    assert said("tags", "list", "--tag", EPC) == {"tags": []}


@pytest.mark.django_db
def test_readers_are_described_listed_and_retired() -> None:
    readers()

    gate = said("readers", "set", "gate", "--kind", "http", "--place", SOUTH, "--purpose", "passage")
    rows = said("readers", "list")["readers"]
    said("readers", "retire", "gate")

    assert (gate["id"], gate["purpose"]) == ("main/gate", "passage")
    assert [(row["id"], row["last_seen"]) for row in rows] == [
        ("main/gate", None),
        ("main/north", None),
        ("main/south", None),
    ]
    assert len(said("readers", "list")["readers"]) == 2


@pytest.mark.django_db
def test_what_was_seen_is_listed_with_its_weapon_and_purged() -> None:
    north, _ = readers()
    weapon_id = pistol()
    services.take(north, [seen(5, rssi=-5550), seen(5, tag="E200"), seen(20 * 86_400)], by=CHIEF)

    rows = said("readers", "seen", "--reader", "north")["seen"]

    assert {(row["tag"], row["weapon"]) for row in rows} == {(EPC, weapon_id), ("E200", "")}
    assert {row["rssi_dbm"] for row in rows} == {-55.5, None}
    assert said("readers", "seen", "--tag", "e200")["seen"][0]["tag"] == "E200"
    assert said("readers", "purge", "--days", "10") == {"purged": 1, "kept_days": 30}
    assert said("readers", "keep", "7") == {"kept_days": 7}


@pytest.mark.django_db
def test_alarms_are_listed_and_closed() -> None:
    _, south = readers()
    weapon_id = pistol()
    services.take(south, [seen()], by=CHIEF)

    [alarm] = said("readers", "alarms")["alarms"]
    closed = said("readers", "close", alarm["id"], "explained", "--reason", "not_noted", "--words", "at the workshop")

    assert (alarm["kind"], alarm["weapon"], alarm["readers"]) == ("elsewhere", weapon_id, ["main/south"])
    assert (closed["state"], closed["outcome"]) == ("closed", "explained")
    assert said("readers", "alarms") == {"alarms": []}
    assert len(said("readers", "alarms", "--closed")["alarms"]) == 1


@pytest.mark.django_db
def test_presence_is_switched_on_only_by_who_read_the_risk() -> None:
    assert said("readers", "presence")["presence"] == "off"

    refused = run("readers", "presence", "on")
    allowed = said("readers", "presence", "on", "--i-have-read-the-risk")

    assert refused.exit_code == 2
    assert "operations" in refused.output
    assert allowed["presence"] == "on"
    assert said("readers", "presence", "off")["presence"] == "off"


@pytest.mark.django_db
def test_the_token_of_a_reader_is_issued_to_who_may_send_from_there() -> None:
    readers()
    person("alice", "armourer", NORTH)

    text = said("readers", "token", "north", "--for", "alice", "--days", "30")["token"]
    token = accounts.use_token(text)

    assert token is not None
    assert (token.name, token.scopes) == ("reader main/north", "reads")
    with pytest.raises(Refused):
        tokens.issue("south", "alice", 30, by=Actor("chief"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (("readers", "llrp"), 1, "no reader of this kind"),
        (("readers", "mqtt", "south", "--broker", "http://b"), 2, "--broker"),
        (("readers", "mqtt", "north", "--broker", "mqtt://b"), 2, "not of the kind mqtt"),
        (("readers", "mqtt", "--broker", "mqtt://b", "--password-file", "/none"), 2, "cannot read"),
    ],
)
def test_what_cannot_be_listened_to_is_said(words: tuple[str, ...], status: int, text: str) -> None:
    if words[1] == "mqtt":
        readers()

    done = run(*words)

    assert (done.exit_code, text in done.output) == (status, True)


@pytest.mark.django_db
def test_gateways_are_not_listened_to_while_presence_is_off() -> None:
    with pytest.raises(Refused):
        run("readers", "ble", "--broker", "mqtt://b")


def test_a_command_that_listens_stops_at_a_signal_and_says_what_it_took(store: str, tmp_path: Path) -> None:
    readers()
    program = Cli(environment(store, tmp_path))
    with mosquitto.running(tmp_path) as broker:
        url = f"mqtt://127.0.0.1:{broker.port}"
        listening = program.start("readers", "mqtt", "--broker", url, "--json", stdout=subprocess.PIPE)
        try:
            assert listening.stdout is not None
            assert json.loads(listening.stdout.readline())["event"] == "connected"
            listening.send_signal(signal.SIGINT)
            [*_, last] = listening.stdout.read().splitlines()
            assert json.loads(last)["event"] == "stopped"
            assert listening.wait(10) == 130
        finally:
            program.stop_all()
