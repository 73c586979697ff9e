"""`countermark serve`: one supervised process tree of a web server and a worker for long jobs (contract, *Commands*).

This process binds the address, starts both children and starts one again when it dies. A child ends when this process does,
even when it was killed.
"""

import ipaddress
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess
from types import FrameType

import click

from countermark.cli import INTERRUPTED, OK
from countermark.cli.common import json_option, print_json, ready

STOP_SECONDS = 7
"""How long children may take to finish what they are at; the contract gives the whole tree ten seconds."""
REQUEST_SECONDS = 5
BACKLOG = 128
RESTART_SECONDS = 2
LOOK_SECONDS = 0.2
CHORES_SECONDS = 30
EXPIRE_SECONDS = 3600
PURGE_SECONDS = 3600

_SPAWN = multiprocessing.get_context("spawn")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@json_option
def serve(host: str, port: int, as_json: bool) -> int:
    """Serves the pages and the API, and works on long jobs, until stopped."""
    ready()
    _check(host)
    listening = _bind(host, port)
    url = _url(host, listening.getsockname()[1])
    _name_host(host)
    tree = _Tree([_Child("web", _answer, (listening,)), _Child("worker", _work, ())])
    tree.start()
    click.echo(_welcome(url), err=True)
    if as_json:
        print_json({"url": url})
    return tree.watch()


def _check(host: str) -> None:
    from countermark.accounts import queries
    from countermark.ledger import services

    services.require_own_log()
    if queries.is_demonstration() and not is_loopback(host):
        raise click.UsageError(
            f"this is a demonstration store, whose password everybody knows: it is not offered on {host}, only on"
            " 127.0.0.1. 'countermark init --state CC' makes a real store."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        # From here on a visitor waits for the server to come up instead of being turned away.
        listening.listen(BACKLOG)
    except OSError as error:
        why = error.strerror or str(error)
        raise click.UsageError(f"cannot listen on {host}, port {port}: {why}; choose another with --port") from error
    return listening


def _url(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/"


def _name_host(host: str) -> None:
    """Browsers on other machines name the address given here; the children accept it besides those of the environment."""
    if is_loopback(host) or host in ("0.0.0.0", "::"):  # noqa: S104 -- compared, not bound
        return
    known = os.environ.get("COUNTERMARK_HOSTS") or "127.0.0.1,localhost,[::1]"
    os.environ["COUNTERMARK_HOSTS"] = f"{known},{host}"


def _welcome(url: str) -> str:
    from django.conf import settings

    from countermark.accounts import demo, queries

    environment = settings.ENVIRONMENT
    lines = [f"Countermark {environment.state}/{environment.node} is at {url} (Ctrl+C stops it)"]
    if queries.is_demonstration():
        lines.append(f"Demonstration: sign in as registrar, tracing, auditor ... with the password {demo.PASSWORD}")
    return "\n".join(lines)


@dataclass
class _Child:
    """One child: what it runs, the process while it runs, and when it was last started."""

    name: str
    target: Callable[..., None]
    arguments: tuple[object, ...]
    process: SpawnProcess | None = None
    started: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = _SPAWN.Process(target=self.target, args=self.arguments, name=f"countermark-{self.name}")
        self.process.start()

    def died(self) -> bool:
        return self.process is not None and not self.process.is_alive()


@dataclass
class _Tree:
    """The children and the wish to stop."""

    children: list[_Child]
    stopped_by: int = 0
    wish: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)
        for child in self.children:
            child.start()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.stopped_by = number
        self.wish.set()

    def watch(self) -> int:
        """Starts again what dies, until asked to stop; returns the exit status."""
        while not self.wish.wait(LOOK_SECONDS):
            for child in self.children:
                # One that dies at once again and again is started no oftener than every RESTART_SECONDS.
                if child.died() and time.monotonic() - child.started >= RESTART_SECONDS:
                    click.echo(f"the {child.name} process ended unexpectedly and is started again", err=True)
                    child.start()
        self._stop()
        return INTERRUPTED if self.stopped_by == signal.SIGINT else OK

    def _stop(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
        for process in running:
            if process.is_alive():
                process.kill()
                process.join()


def _answer(listening: socket.socket) -> None:
    """The web server, in a process of its own."""
    import uvicorn

    _end_with_parent()
    config = uvicorn.Config(
        "countermark.asgi:application",
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=REQUEST_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _work() -> None:
    """The worker, in a process of its own."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countermark.settings")
    django.setup()
    from countermark.register import jobs

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _end_with_parent()
    threading.Thread(target=_keep_house, args=(stop,), daemon=True).start()
    jobs.work(stop)


@dataclass
class _Chore:
    """Something the worker does every so often; `trouble` is said where it could not be done."""

    every: float
    do: Callable[[], object]
    trouble: str
    done: float = float("-inf")

    def do_if_due(self) -> None:
        import logging

        if time.monotonic() - self.done < self.every:
            return
        try:
            self.do()
            self.done = time.monotonic()
        except Exception:
            logging.getLogger(__name__).exception("%s; trying again", self.trouble)


def _chores() -> list[_Chore]:
    from countermark.stockpile.readers import observations
    from countermark.tracing.requests import delivery, expiry

    def deliver() -> None:
        for _ in delivery.deliver_all():
            pass

    return [
        _Chore(0, deliver, "messages to other States could not be delivered"),
        _Chore(EXPIRE_SECONDS, expiry.expire, "what may not be kept any longer could not be erased"),
        _Chore(PURGE_SECONDS, observations.purge, "old observations of tags could not be purged"),
    ]


def _keep_house(stop: threading.Event) -> None:
    """Does the chores of a served node as long as it is served."""
    from django.db import close_old_connections

    chores = _chores()
    while not stop.wait(CHORES_SECONDS):
        for chore in chores:
            chore.do_if_due()
        close_old_connections()


def _end_with_parent() -> None:
    """A parent that was killed cannot tell its children to stop: they watch it."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


COMMANDS: dict[str, click.Command] = {"serve": serve}
