"""What the environment says, and what is said of an environment that cannot be used (contract, *Environment*)."""

import logging
import logging.config
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.environment import (
    Environment,
    EnvironmentProblem,
    data_directory,
    database_settings,
    secret_key,
    security_handler,
    sqlite_path,
)

STORE = {"COUNTERMARK_DATABASE_URL": "sqlite:///data/store.db"}


def test_without_settings_it_is_node_main_of_state_xa_in_the_users_data_directory() -> None:
    found = Environment.read({"HOME": "/home/clerk"})
    assert (found.state, found.node) == ("XA", "main")
    assert sqlite_path(found.database_url) == Path("/home/clerk/.local/share/countermark/store.db")
    assert found.key_path == Path("/home/clerk/.local/share/countermark/store.key")


def test_a_data_home_is_respected() -> None:
    found = Environment.read({"XDG_DATA_HOME": "/data", "HOME": "/home/clerk"})
    assert sqlite_path(found.database_url) == Path("/data/countermark/store.db")


def test_the_key_lies_beside_the_store_and_never_inside_it() -> None:
    assert Environment.read(STORE).key_path == Path("/data/store.key")
    on_server = Environment.read({"COUNTERMARK_DATABASE_URL": "postgres://me@db/cm", "XDG_DATA_HOME": "/data"})
    assert on_server.key_path == Path("/data/countermark/node.key")
    assert Environment.read({**STORE, "COUNTERMARK_KEY": "/keys/a"}).key_path == Path("/keys/a")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERMARK_STATE", "xa"),
        ("COUNTERMARK_STATE", "XAX"),
        ("COUNTERMARK_STATE", "X/"),
        ("COUNTERMARK_NODE", "Main"),
        ("COUNTERMARK_NODE", "a/b"),
        ("COUNTERMARK_NODE", "-a"),
        ("COUNTERMARK_NODE", "a" * 33),
        ("COUNTERMARK_DATABASE_URL", "sqlite://store.db"),
        ("COUNTERMARK_DATABASE_URL", "sqlite:///"),
        ("COUNTERMARK_IDLE_MINUTES", "0"),
        ("COUNTERMARK_IDLE_MINUTES", "soon"),
        ("COUNTERMARK_SEARCH_MEGABYTES", "-1"),
        ("COUNTERMARK_SEARCH_MEGABYTES", "much"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_was_expected(name: str, value: str) -> None:
    with pytest.raises(EnvironmentProblem, match=name):
        Environment.read({**STORE, name: value})


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me@db/cm",
        "postgres://me@db:port/cm",
        "postgres://me@db:99999/cm",
        "postgres://me@[::1/cm",
        "postgres://me@db/cm?ssl=on",
        "sqlite:///:memory:",
        "store.db",
    ],
)
def test_a_store_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(EnvironmentProblem, match="COUNTERMARK_DATABASE_URL"):
        database_settings(url)


@given(
    st.lists(st.text(st.characters(blacklist_characters="/\0%", blacklist_categories=["Cs"]), min_size=1), min_size=1)
)
def test_any_path_of_a_store_is_taken_whole(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    assert sqlite_path(f"sqlite://{path}") == Path(path)


def test_four_slashes_mean_what_three_do() -> None:
    assert sqlite_path("sqlite:////data/store.db") == sqlite_path("sqlite:///data/store.db")


def test_the_embedded_store_waits_for_locks_and_loses_nothing() -> None:
    options = database_settings("sqlite:///data/store.db")["OPTIONS"]
    assert (options["timeout"], options["transaction_mode"]) == (30, "IMMEDIATE")
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_a_server_is_named_by_its_parts_and_encryption_asked_for_is_not_passed_over() -> None:
    found = database_settings("postgres://me%40x:se%2Fcret@db:5433/cm?sslmode=verify-full")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me@x", "se/cret", "db", "5433", "cm",
    )  # fmt: skip
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert "lock_timeout=30000" in found["OPTIONS"]["options"]


def test_the_web_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    environment = Environment.read({**STORE, "COUNTERMARK_KEY": str(tmp_path / "new" / "node.key")})
    first = secret_key(environment)
    assert secret_key(environment) == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "new" / "node.web-secret").stat().st_mode) == 0o600
    assert data_directory(environment) == tmp_path / "new" / "node.data"


@pytest.mark.parametrize(
    "text", ["security.jsonl", "/nowhere/there/security.jsonl", "syslog://", "syslog://h:none", "tcp://h:1"]
)
def test_a_security_log_that_can_go_nowhere_is_named(text: str) -> None:
    with pytest.raises(EnvironmentProblem, match="COUNTERMARK_SECURITY_LOG"):
        Environment.read({**STORE, "COUNTERMARK_SECURITY_LOG": text})


def written(text: str, line: str) -> None:
    """Logs a line as a node does whose environment says so."""
    found = Environment.read({**STORE, "COUNTERMARK_SECURITY_LOG": text}).security_log
    handler = {**security_handler(found), "formatter": "bare"}
    logging.config.dictConfig({
        "version": 1, "disable_existing_loggers": False, "formatters": {"bare": {"format": "%(message)s"}},
        "handlers": {"there": handler}, "loggers": {"tests.shipped": {"handlers": ["there"], "level": "INFO"}},
    })  # fmt: skip
    logging.getLogger("tests.shipped").info(line)


def test_the_security_log_is_a_file_that_may_be_moved_away_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "security.jsonl"

    written(str(path), '{"what": "one"}')
    path.rename(tmp_path / "security.jsonl.1")
    logging.getLogger("tests.shipped").info('{"what": "two"}')

    assert path.read_text() == '{"what": "two"}\n'


def test_the_security_log_goes_to_a_collector() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(5)

        written(f"syslog://127.0.0.1:{collector.getsockname()[1]}", '{"what": "refused"}')

        assert '{"what": "refused"}' in collector.recv(1000).decode()
