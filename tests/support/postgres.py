"""A PostgreSQL of the tests' own: in a temporary directory, on a loopback port, gone with the process that started it.

PostgreSQL refuses to run as root, so root starts it as the user `postgres`, or `nobody` where there is none.
"""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

USER = "countermark"
START_SECONDS = 60
PR_SET_PDEATHSIG = 1

# A test's store need not survive the machine, only the processes that use it.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}


class NoPostgresError(Exception):
    """PostgreSQL is not installed, or does not start; the message says which."""


@dataclass(frozen=True)
class Server:
    """A running server; `stop` ends it and removes its directory."""

    port: int
    directory: Path
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def url(port: int, name: str) -> str:
    """The store URL of a database on this machine's loopback."""
    return f"postgres://{USER}@127.0.0.1:{port}/{name}"


def create_database(port: int, name: str, template: str = "template0") -> None:
    """Makes a database; as a copy when `template` names one, which nobody may be connected to then."""
    _execute(port, "CREATE DATABASE {} TEMPLATE {}", name, template)


def drop_database(port: int, name: str) -> None:
    """Drops a database, whoever is still connected to it."""
    _execute(port, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _execute(port: int, statement: str, *names: str) -> None:
    with psycopg.connect(url(port, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of a block."""
    server = start()
    try:
        yield server
    finally:
        server.stop()


def start() -> Server:
    """Starts a server. Raises `NoPostgresError`."""
    programs = _programs()
    directory = Path(tempfile.mkdtemp(prefix="countermark-postgres-"))
    owner = _owner()
    if owner:
        os.chown(directory, owner["user"], owner["group"])
    data = directory / "data"
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
    ]
    made: subprocess.CompletedProcess[bytes] = subprocess.run(
        command, cwd="/", capture_output=True, check=False, **owner
    )
    if made.returncode:
        raise NoPostgresError(f"initdb failed: {made.stderr.decode(errors='replace')}")
    for _ in range(3):
        server = _serve(programs, directory, data, owner)
        if server:
            return server
    raise NoPostgresError(f"PostgreSQL did not start; see {directory / 'log'}")


def _serve(programs: Path, directory: Path, data: Path, owner: dict[str, Any]) -> Server | None:
    """Starts the server on a free port; None when somebody else took the port first."""
    port = _free_port()
    settings = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), *settings],
            cwd="/",
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_parent,  # noqa: PLW1509
            **owner,
        )
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if _accepts(port):
            return Server(port, directory, process)
        time.sleep(0.05)
    process.kill()
    process.wait()
    return None


def _accepts(port: int) -> bool:
    try:
        psycopg.connect(url(port, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _end_with_parent() -> None:
    """Asks Linux to stop the server when the tests die without a chance to (elsewhere it would be left running)."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    except (AttributeError, OSError):
        return


def _programs() -> Path:
    """The directory of initdb and postgres: the newest of Debian's, else the one on the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if not found:
        raise NoPostgresError("PostgreSQL is not installed; 'make test' installs it on Debian")
    return Path(found).resolve().parent


def _owner() -> dict[str, Any]:
    """Who runs the server, as arguments of `subprocess`; empty when we may run it ourselves."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = names.get("postgres") or names["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
