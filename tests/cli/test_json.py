"""`--json`: every command takes it and prints one JSON object, also when something went wrong (contract, *Commands*)."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from countermark import cli
from tests.support.cli import Cli

OWN_OPTIONS = {"bench trace"}
"""Commands that read their options themselves."""


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(group, click.Group):
        yield " ".join(path), group
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield from commands(found, (*path, name))


ALL = dict(commands(importlib.import_module("countermark.cli").cli))


@pytest.mark.parametrize("name", sorted(set(ALL) - OWN_OPTIONS))
def test_every_command_takes_json(name: str) -> None:
    assert any("--json" in option.opts for option in ALL[name].params)


def test_commands_that_print_lines_for_people_print_one_object_with_json(run_cli: Cli, tmp_path: Path) -> None:
    made = run_cli("init", "--state", "XA", "--json").json()
    added = run_cli("user", "add", "alice", "--role", "registrar", "--json").json()
    weapon = run_cli("add", "weapon", "--ref", "T-1", "--mark", "AB 1", "--component", "frame", "--json").json()

    assert (made["origin"], bool(made["password"]), made["administrator"]) == ("XA/main/1", True, "admin")
    assert run_cli("init", "--state", "XA", "--json").json()["password"] is None
    assert (added["user"], bool(added["password"])) == ("alice", True)
    assert run_cli("user", "reset", "alice", "--json").json()["user"] == "alice"
    assert run_cli("user", "disable", "alice", "--json").json() == {"user": "alice", "disabled": True}
    assert run_cli("export", "weapons", tmp_path / "w.csv", "--json").json()["rows"] == 1
    suggested = run_cli("load", "weapons", tmp_path / "w.csv", "--suggest-map", "--json").json()
    assert "[columns]" in suggested["map"]
    assert run_cli("ledger", "checkpoint", "--json").json()["checkpoint"].startswith("XA/main/1\n")
    assert run_cli("ledger", "key", "--json").json()["verifier_key"] == made["verifier_key"]
    assert "register" in str(run_cli("rebuild", "--json").json()["rebuilt"])
    assert run_cli("backup", tmp_path / "b.zip", "--json").json()["bytes"] > 0
    assert run_cli("show", weapon["weapon_id"], "--json").json()["ref"] == "T-1"


def test_the_log_as_one_object_has_the_entries_the_lines_have(run_cli: Cli) -> None:
    run_cli("init", "--state", "XA")

    lines = [json.loads(line) for line in run_cli("ledger", "export").out.splitlines()]
    exported = run_cli("ledger", "export", "--from", "1", "--json").json()

    assert (exported["origin"], exported["from"], exported["entries"]) == ("XA/main/1", 1, lines[1:])
    assert run_cli("ledger", "export", "--from", str(len(lines)), "--json").json()["entries"] == []


def test_what_went_wrong_is_the_one_object(run_cli: Cli) -> None:
    unknown = run_cli("show", "00000000-0000-0000-0000-000000000000", "--json")
    unusable = run_cli("load", "weapons", "no-such-file.csv", "--json")
    wrong = run_cli("ledger", "consistency", "x", "y", "--json")

    assert (unknown.code, "no weapon has the id" in unknown.json()["error"]) == (cli.FINDINGS, True)
    assert (unusable.code, bool(unusable.json()["error"])) == (cli.USAGE, True)
    assert (wrong.code, bool(wrong.json()["error"])) == (cli.USAGE, True)
