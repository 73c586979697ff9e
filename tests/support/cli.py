"""The installed program as other programs see it: arguments in, exit status and output out.

Most calls fork a process that has imported the program already (`prepared`), which is what a start costs; `start`, `fresh`
and whatever the interpreter itself is told by its environment start the program as it was installed.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.support import prepared, stores

PROGRAM = Path(sys.executable).with_name("countermark")
STOP_SECONDS = 10
OF_THE_INTERPRETER = ("PYTHON", "LC_", "LANG")
"""Variables that are read before the program begins, by how they begin."""


@dataclass(frozen=True)
class Result:
    """What one command answered."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one JSON object `--json` promises; fails the test with what stood there instead."""
        try:
            return json.loads(self.out)
        except ValueError as problem:
            raise AssertionError(f"not JSON: {self.out[:500]!r}, on stderr {self.err[-500:]!r}") from problem


@dataclass(frozen=True)
class Cli:
    """`cli("load", "weapons", path)` runs a command on one store; `start` leaves it running until `stop_all`."""

    environment: dict[str, str]
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def __call__(self, *arguments: str | Path, stdin: str | None = None, timeout: float = 300) -> Result:
        if _of_the_interpreter(self.environment) != _of_the_interpreter(os.environ):
            return self.fresh(*arguments, stdin=stdin, timeout=timeout)
        given = (stdin or "").encode()
        return _result(*prepared.run([str(one) for one in arguments], self.environment, given, timeout))

    def fresh(self, *arguments: str | Path, stdin: str | None = None, timeout: float = 300) -> Result:
        """The same in a program that starts with nothing imported, as it does for everybody else."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            env=self.environment,
            input=(stdin or "").encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return _result(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path, **options: Any) -> "subprocess.Popen[bytes]":
        """Starts a command in a process group of its own, so that its children can be ended with it."""
        process = subprocess.Popen([PROGRAM, *arguments], env=self.environment, start_new_session=True, **options)
        self.started.append(process)
        return process

    def stop_all(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()


def _result(code: int, out: bytes, err: bytes) -> Result:
    return Result(code, out.decode(errors="replace"), err.decode(errors="replace"))


def _of_the_interpreter(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(OF_THE_INTERPRETER)}


def environment(store_url: str, home: Path, **more: str) -> dict[str, str]:
    """The environment of a node of State XA with its store, its key and its home in a test's own directory."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("COUNTERMARK_", "XDG_", "DJANGO_"))
    }
    return {
        **kept,
        "HOME": str(home),
        "COUNTERMARK_DATABASE_URL": store_url,
        "COUNTERMARK_KEY": str(home / "node.key"),
        "COUNTERMARK_STATE": "XA",
        **more,
    }


def sqlite_node(home: Path, **more: str) -> Cli:
    """A node with an SQLite store of its own in `home`, whatever database the run is on: a copy of one migrated before."""
    path = home / "store.db"
    stores.copy(_migrated(), path)
    return Cli(environment(stores.sqlite_url(path), home, **more))


@cache
def _migrated() -> Path:
    """An empty store that a command made."""
    home = Path(tempfile.mkdtemp(prefix="countermark-migrated-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    made = Cli(environment(stores.sqlite_url(home / "store.db"), home))("ledger", "verify", "--json").json()
    assert (made["ok"], made["tree_size"]) == (True, 0)
    return home / "store.db"
