"""The commands of the ledger as other programs see them (contract, *Commands*)."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ledger.foreign import root
from tests.support.cli import Cli, sqlite_node

WEAPONS = """ref,kind,maker,country,year,component,mark
A1,revolver,Taurus,BR,1994,frame,TKD48213
A2,rifle,Norinco,CN,1988,receiver,ЖИ1408
A3,rifle,Zastava,YU,1975,receiver,M70-100
"""
EVENTS = """ref,event,date,from,to,document
A1,issue,2001-05-02,Armoury Nord,Unité 5,Order 7
A2,issue,2001-05-02,Armoury Nord,Unité 6,Order 8
"""
Node = Callable[..., Cli]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """Makes nodes of State XA, each with an SQLite store, a key and a home of its own."""

    def make(name: str, **more: str) -> Cli:
        home = tmp_path / name
        home.mkdir()
        return sqlite_node(home, COUNTERMARK_NODE=name, **more)

    return make


def filled(cli: Cli, tmp_path: Path) -> Cli:
    """Loads the little register."""
    for kind, content in (("weapons", WEAPONS), ("events", EVENTS)):
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        done = cli("load", kind, path)
        assert done.code == 0, done
    return cli


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A store with three weapons and their issue, for tests that only read."""
    home = tmp_path_factory.mktemp("full")
    return filled(sqlite_node(home), home)


def exported(cli: Cli, *options: str) -> list[str]:
    return cli("ledger", "export", *options).out.split("\n")[:-1]


def leaf(line: str) -> bytes:
    return hashlib.sha256(b"\x00" + line.encode()).digest()


def test_the_checkpoint_names_origin_size_and_the_root_of_the_exported_lines(full: Cli) -> None:
    lines = exported(full)
    origin, size, head, blank, signature, end = full("ledger", "checkpoint").out.split("\n")
    assert (origin, size, blank, end) == ("XA/main/1", str(len(lines)), "", "")
    assert base64.b64decode(head) == root([leaf(line) for line in lines])
    assert signature.startswith("— XA/main/1 ")


def test_an_export_is_utf_8_whatever_the_locale(full: Cli) -> None:
    plain = Cli({**full.environment, "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"})
    lines = exported(plain)
    assert lines == exported(full)
    assert any("ЖИ1408" in line for line in lines)


def test_an_export_may_begin_anywhere(full: Cli) -> None:
    assert exported(full, "--from", "2") == exported(full)[2:]
    assert exported(full, "--from", "999") == []


def test_an_export_of_a_log_not_held_is_a_finding(full: Cli) -> None:
    done = full("ledger", "export", "--log", "XA/elsewhere/1")
    assert (done.code, done.out) == (1, "")
    assert "XA/elsewhere/1" in done.err


def test_verify_prints_the_shape_of_the_contract(full: Cli) -> None:
    lines = exported(full)
    done = full("ledger", "verify", "--json")
    assert done.code == 0
    assert done.json() == {
        "ok": True,
        "tree_size": len(lines),
        "root_hash": root([leaf(line) for line in lines]).hex(),
        "first_difference": None,
    }


def test_verify_confirms_an_older_checkpoint_and_refuses_a_changed_one(full: Cli, tmp_path: Path) -> None:
    note = tmp_path / "checkpoint"
    note.write_text(full("ledger", "checkpoint").out, encoding="utf-8")
    assert full("ledger", "verify", "--quick", "--checkpoint", note).code == 0
    note.write_text(note.read_text(encoding="utf-8").replace("XA/main/1\n", "XA/main/7\n", 1), encoding="utf-8")
    done = full("ledger", "verify", "--quick", "--checkpoint", note, "--json")
    assert done.code == 1
    assert done.json()["first_difference"]["where"] == "checkpoint"


def test_verify_with_a_missing_checkpoint_file_is_wrong_usage(full: Cli, tmp_path: Path) -> None:
    assert full("ledger", "verify", "--checkpoint", tmp_path / "nowhere").code == 2


def test_prove_and_consistency_print_the_shapes_of_the_contract(full: Cli) -> None:
    lines = exported(full)
    event_id = json.loads(lines[1])["eventID"]
    proof = full("ledger", "prove", event_id, "--at", "3").json()
    assert set(proof) == {"leaf_index", "tree_size", "leaf_hash", "proof", "root_hash"}
    assert (proof["leaf_index"], proof["tree_size"]) == (1, 3)
    assert proof["leaf_hash"] == leaf(lines[1]).hex()
    assert proof["root_hash"] == root([leaf(line) for line in lines[:3]]).hex()
    consistency = full("ledger", "consistency", "2", "3").json()
    assert consistency == {"old": 2, "new": 3, "proof": [leaf(lines[2]).hex()]}


@pytest.mark.parametrize(
    "command",
    [
        ("prove", "ni:///sha-256;00?ver=CBV2.0"),
        ("consistency", "1", "999"),
        ("consistency", "3", "2"),
    ],
)
def test_what_cannot_be_proved_is_a_finding_with_a_reason(full: Cli, command: tuple[str, ...]) -> None:
    done = full("ledger", *command)
    assert (done.code, done.out) == (1, "")
    assert done.err.strip()


def test_reading_commands_append_nothing(run_cli: Cli, tmp_path: Path) -> None:
    full = filled(run_cli, tmp_path)
    before = exported(full)
    for command in (("checkpoint",), ("key",), ("key", "--encryption"), ("verify",), ("consistency", "1", "2")):
        assert full("ledger", *command).code == 0
    assert full("ledger", "export", "--bundle", tmp_path / "own.bundle").code == 0
    assert full("rebuild").code == 0
    assert full("backup", tmp_path / "own.backup").code == 0
    assert exported(full) == before
    assert full("ledger", "verify").code == 0


def test_a_bundle_goes_from_node_to_node_with_its_side_data(node: Node, tmp_path: Path) -> None:
    depot, ministry, stranger = filled(node("depot"), tmp_path), node("ministry"), node("stranger")
    bundle = tmp_path / "depot.bundle"
    trust = ("--encryption-key", ministry("ledger", "key", "--encryption").out.strip())
    assert depot("ledger", "trust", "XA/ministry/1", ministry("ledger", "key").out.strip(), *trust).code == 0
    assert depot("ledger", "export", "--bundle", bundle, "--to", "XA/ministry/1").code == 0
    assert "Unité 5".encode() not in bundle.read_bytes()
    refused = ministry("ledger", "import", bundle)
    assert refused.code == 1
    assert "node directory" in refused.err
    assert ministry("ledger", "trust", "XA/depot/1", depot("ledger", "key").out.strip()).code == 0
    taken = ministry("ledger", "import", bundle, "--json").json()
    assert (taken["origin"], taken["new"]) == ("XA/depot/1", len(exported(depot)))
    assert taken["texts"] > 0
    assert exported(ministry, "--log", "XA/depot/1") == exported(depot)
    assert ministry("ledger", "verify").code == 0
    assert ministry("ledger", "import", bundle, "--json").json()["new"] == 0
    # Without a key of the recipient's there is no side data to enclose.
    assert stranger("ledger", "export", "--bundle", bundle, "--to", "XA/ministry/1").code == 1


def test_people_and_lists_go_from_node_to_node_with_a_bundle(node: Node, run_cli: Cli, tmp_path: Path) -> None:
    depot, ministry, bundle = node("depot"), run_cli, tmp_path / "depot.bundle"
    makers = tmp_path / "makers.csv"
    makers.write_text("name,aliases\nRossi,Amadeo Rossi\n", encoding="utf-8")
    assert depot("load", "makers", makers).code == 0
    assert depot("user", "add", "bea", "--role", "armourer").code == 0
    trust = ("--encryption-key", ministry("ledger", "key", "--encryption").out.strip())
    assert depot("ledger", "trust", "XA/main/1", ministry("ledger", "key").out.strip(), *trust).code == 0
    assert depot("ledger", "export", "--bundle", bundle, "--to", "XA/main/1").code == 0
    assert ministry("ledger", "trust", "XA/depot/1", depot("ledger", "key").out.strip()).code == 0

    taken = ministry("ledger", "import", bundle, "--json").json()

    assert (taken["merged"], taken["refused"]) == (3, 0)
    assert ministry("ledger", "verify", "--json").json()["ok"]
    assert ministry("ledger", "import", bundle, "--json").json()["merged"] == 0
    assert ministry("load", "makers", makers, "--json").json()["unchanged"] == 1


def test_plain_lines_and_a_checkpoint_are_as_good_as_a_bundle(node: Node, tmp_path: Path) -> None:
    depot, ministry = filled(node("depot"), tmp_path), node("ministry")
    lines, note = tmp_path / "lines", tmp_path / "note"
    lines.write_bytes(depot("ledger", "export").out.encode())
    note.write_bytes(depot("ledger", "checkpoint").out.encode())
    ministry("ledger", "trust", "XA/depot/1", depot("ledger", "key").out.strip())
    assert ministry("ledger", "import", lines, "--checkpoint", note).code == 0
    assert ministry("ledger", "import", lines).code == 2
    assert ministry("ledger", "verify").code == 0


def test_a_backup_moves_from_sqlite_to_the_database_of_this_run(node: Node, run_cli: Cli, tmp_path: Path) -> None:
    old = filled(node("depot"), tmp_path)
    path = tmp_path / "depot.backup"
    assert old("backup", path).code == 0
    restored = run_cli("restore", path, "--json").json()
    assert (restored["origin"], restored["previous"]) == ("XA/depot/2", "XA/depot/1")
    assert run_cli("ledger", "verify").code == 0
    assert exported(run_cli, "--log", "XA/depot/1") == exported(old)
    assert run_cli("trace", "--reading", "TKD4821?", "--json").json()["candidates"][0]["ref"] == "A1"
    again = run_cli("restore", path)
    assert again.code == 1
    assert "not empty" in again.err


def test_a_backup_comes_back_from_the_database_of_this_run_to_sqlite(run_cli: Cli, node: Node, tmp_path: Path) -> None:
    full, path = filled(run_cli, tmp_path), tmp_path / "main.backup"
    assert full("backup", path).code == 0
    new = node("main")
    assert new("restore", path).code == 0
    assert new("ledger", "verify").code == 0
    assert exported(new, "--log", "XA/main/1") == exported(full)


@pytest.mark.parametrize(("command", "what"), [(("restore",), "backup"), (("ledger", "import"), "bundle")])
def test_what_is_no_backup_or_bundle_is_unreadable_input_and_said_to_be(
    run_cli: Cli, tmp_path: Path, command: tuple[str, ...], what: str
) -> None:
    path = tmp_path / "junk"
    path.write_bytes(b"junk\n")
    done = run_cli(*command, path)
    assert done.code == 2
    assert what in done.err
