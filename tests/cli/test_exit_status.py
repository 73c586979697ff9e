"""Exit statuses and what goes where: 0 done, 1 findings, 2 wrong usage, 3 no store, 130 interrupted (contract, *Commands*)."""

import json
import os
import signal
import sqlite3
import time
from pathlib import Path

import click
import psycopg
import pytest
from django.db.utils import DatabaseError, IntegrityError, InternalError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction

from countermark import cli
from countermark.accounts.services import AccountError
from countermark.cli import problems
from countermark.environment import EnvironmentProblem
from countermark.ledger.checkpoint import KeyFileError
from countermark.ledger.guard import RolledBackError
from countermark.ledger.schema import NewerSchemaError
from countermark.marks.sentences import Sentence
from countermark.register.files.errors import UnreadableFile
from tests.support.cli import Cli

ROWS = 20_000
"""A load of several batches."""


def _read_only() -> InternalError:
    error = InternalError("cannot execute INSERT in a read-only transaction")
    error.__cause__ = ReadOnlySqlTransaction()
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RolledBackError("rolled back"), 1),
        (AccountError("there is a user of this name"), 1),
        (EnvironmentProblem("no"), 2),
        (UnreadableFile(Sentence("no")), 2),
        (NewerSchemaError("newer"), 2),
        (KeyFileError("mode 0644"), 2),
        (FileNotFoundError(2, "no such file"), 2),
        (OperationalError("database is locked"), 3),
        (OperationalError("database or disk is full"), 3),
        (OSError(28, "no space left on device"), 3),
        (_read_only(), 3),
        (DatabaseError("database disk image is malformed"), 3),
        (sqlite3.DatabaseError("file is not a database"), 3),
        (DatabaseError("a fault of ours"), None),
        (InternalError("a fault of ours"), None),
        (IntegrityError("a fault of ours"), None),
        (ValueError("a fault of ours"), None),
    ],
)
def test_each_kind_of_problem_has_its_status(error: Exception, status: int | None) -> None:
    assert problems.status_of(error) == status


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (OperationalError("database or disk is full"), 3), (cli.Finding("no such id"), 1)],
)
def test_a_command_that_fails_ends_with_its_status_and_says_why_on_stderr(
    error: BaseException, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(_: click.Context) -> None:
        raise error

    monkeypatch.setattr(cli.cli, "invoke", failing)
    monkeypatch.setattr("sys.argv", ["countermark", "trace"])
    assert cli._run() == status
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.strip()


def test_wrong_usage_is_2_before_any_store_is_touched(run_cli: Cli, tmp_path: Path) -> None:
    for arguments in (
        ("load", "weapons"),
        ("trace",),
        ("nonsense",),
        ("trace", "--readings", "x.csv"),
        ("load", "weapons", tmp_path / "no.csv"),
    ):
        done = run_cli(*arguments)
        assert (done.code, done.out) == (2, ""), arguments
        assert done.err.strip()


def with_url(run_cli: Cli, url: str) -> Cli:
    return Cli({**run_cli.environment, "COUNTERMARK_DATABASE_URL": url})


def test_a_store_that_cannot_be_reached_is_3_and_nothing_is_left_half_done(run_cli: Cli, tmp_path: Path) -> None:
    junk, file = tmp_path / "junk.db", tmp_path / "file"
    junk.write_bytes(b"this is no store at all, whatever it is called" * 50)
    file.write_text("x", encoding="utf-8")
    for url in (f"sqlite://{junk}", f"sqlite://{file}/store.db", "postgres://me@127.0.0.1:1/cm"):
        done = with_url(run_cli, url)("trace", "--reading", "K1", "--json")
        assert (done.code, "cannot be used" in json.loads(done.out)["error"]) == (3, True), (url, done.err)
        assert "Traceback" not in done.err
    assert junk.read_bytes().startswith(b"this is no store")


def test_a_damaged_store_is_3(run_cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    damaged = with_url(run_cli, f"sqlite://{path}")
    assert damaged("ledger", "checkpoint").code == 0
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    done = damaged("ledger", "checkpoint")
    assert (done.code, done.out, "Traceback" in done.err) == (3, "", False), done.err


def test_a_server_on_which_nothing_may_be_written_is_3(run_cli: Cli, store_url: str) -> None:
    if not store_url.startswith("postgres"):
        pytest.skip("a server's own setting; an embedded store has file permissions")
    assert run_cli("ledger", "checkpoint").code == 0
    with psycopg.connect(store_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{connection.info.dbname}" SET default_transaction_read_only = on')
    done = run_cli("add", "weapon", "--ref", "T-1", "--mark", "AB 1")
    assert (done.code, done.out, "Traceback" in done.err) == (3, "", False), done.err


@pytest.mark.parametrize("url", ["postgres://me@127.0.0.1:99999/cm", "postgres://me@[::1/cm", "sqlite:///:memory:"])
def test_a_store_that_no_setting_can_mean_is_2_and_the_setting_named(run_cli: Cli, url: str) -> None:
    done = with_url(run_cli, url)("trace", "--reading", "K1")
    assert (done.code, done.out, "Traceback" in done.err) == (2, "", False)
    assert "COUNTERMARK_DATABASE_URL" in done.err


def test_a_newer_schema_is_refused_with_2(run_cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    newer = with_url(run_cli, f"sqlite://{path}")
    assert newer("trace", "--reading", "K1").code == 0
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('register', '0999_later', '2030-01-01')"
        )
    done = newer("trace", "--reading", "K1")
    assert done.code == 2
    assert "newer version" in done.err


def test_a_key_that_others_can_read_or_that_is_lost_is_refused_with_2(run_cli: Cli, tmp_path: Path) -> None:
    assert run_cli("ledger", "checkpoint").code == 0
    key = tmp_path / "node.key"
    key.chmod(0o644)
    done = run_cli("ledger", "checkpoint")
    assert (done.code, done.out) == (2, "")
    assert "chmod 600" in done.err
    key.unlink()
    assert run_cli("ledger", "checkpoint").code == 2
    assert not key.exists()


def test_an_account_that_is_there_already_is_a_finding_not_a_fault(run_cli: Cli) -> None:
    assert run_cli("user", "add", "ayo", "--role", "registrar").code == 0
    done = run_cli("user", "add", "ayo", "--role", "registrar")
    assert (done.code, "Traceback" in done.err) == (1, False)
    assert run_cli("user", "disable", "nobody-at-all").code == 1
    assert run_cli("user", "reset", "ayo").code == 0


def test_an_interrupted_load_is_130_and_completed_by_running_it_again(run_cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "weapons.csv"
    path.write_text("ref,mark\n" + "".join(f"A{n},K{n:07}\n" for n in range(ROWS)), encoding="utf-8")
    before = _entries(run_cli)
    process = run_cli.start("load", "weapons", path, stdout=-3, stderr=-3)
    while _entries(run_cli) == before and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    status = process.wait(60)
    assert status == (130 if _entries(run_cli) < before + ROWS else 0)
    done = run_cli("load", "weapons", path, "--json").json()
    assert done["new"] + done["unchanged"] == ROWS
    assert run_cli("ledger", "verify", "--quick").code == 0


def _entries(run_cli: Cli) -> int:
    """How long the log is, as its checkpoint says."""
    return int(run_cli("ledger", "checkpoint").out.split("\n")[1])
