"""Runs a command in a process forked from one that has imported the program already: to import it is most of what a start costs.

All else the forked process has for itself: environment, settings, store, standard streams and exit status.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

STREAMS = (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))


def run(arguments: list[str], environment: dict[str, str], stdin: bytes, timeout: float) -> tuple[int, bytes, bytes]:
    """The exit status, stdout and stderr of `countermark ARGUMENTS`. Raises `TimeoutError` after so many seconds."""
    with tempfile.TemporaryDirectory(prefix="countermark-command-") as name:
        streams = [Path(name, stream) for stream, _ in STREAMS]
        for file, content in zip(streams, (stdin, b"", b""), strict=True):
            file.write_bytes(content)
        process = context().Process(target=_become, args=(arguments, environment, Path.cwd(), streams))
        status = _status(process, timeout, arguments)
        return status, streams[1].read_bytes(), streams[2].read_bytes()


def do(act: Callable[[], object], environment: Mapping[str, str], timeout: float = 120) -> None:
    """Calls something of the program in an environment. Raises `TimeoutError`, or `AssertionError` when it failed."""
    process = context().Process(target=_do, args=(act, environment))
    assert _status(process, timeout, act) == 0, f"{act} failed; why stands on stderr"


def _do(act: Callable[[], object], environment: Mapping[str, str]) -> None:
    """In the forked process."""
    live_in({**environment, "DJANGO_SETTINGS_MODULE": "countermark.settings"})
    from django.db import connections

    try:
        act()
    finally:
        connections.close_all()


def _status(process: ForkServerProcess, timeout: float, what: object) -> int:
    process.start()
    try:
        process.join(timeout)
        if process.exitcode is None:
            raise TimeoutError(f"{what} did not end within {timeout:g} seconds")
        return process.exitcode
    finally:
        process.kill()
        process.join()
        process.close()


def context() -> ForkServerContext:
    """What forks processes from the one in which `loaded` is imported; that one is started when first asked for."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.loaded"])
    return context


def _become(arguments: list[str], environment: dict[str, str], directory: Path, streams: list[Path]) -> None:
    """In the forked process."""
    for number, (file, (name, flags)) in enumerate(zip(streams, STREAMS, strict=True)):
        opened = os.open(file, flags)
        os.dup2(opened, number)
        os.close(opened)
        setattr(sys, name, open(number, "r" if flags == os.O_RDONLY else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    live_in(environment)
    os.chdir(directory)
    sys.argv = ["countermark", *arguments]
    from django.db import connections

    from countermark.cli import main

    try:
        main()
    finally:
        # An interpreter that ends closes the store, which writes the write-ahead log of SQLite back; a forked one just stops.
        if store := getattr(connections._connections, "default", None):  # type: ignore[attr-defined]
            store.close()


def live_in(environment: Mapping[str, str]) -> None:
    """In a forked process: the settings, which nobody has read yet, will be those of this environment."""
    os.environ.clear()
    os.environ.update(environment)
