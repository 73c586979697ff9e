"""`countermark bench http`: what a person or a program waits for an answer, next to what the search of it took.

    python -m countermark.bench.http --rows 150000 --queries 300

An invented register is loaded into a store of its own, which `countermark serve` then serves on this machine. Each reading is sent to it in turn by the interface for
programs, as the whole page, and as the answer alone that a page fetches while somebody types. The search's own time is the one the interface tells.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlencode

import numpy as np

from countermark.bench.load import _set_up, in_own_process, write_register

WAYS = ("program", "page", "while typing")
WARMING = 30
"""Readings before the first that is timed, at most: a server makes what it keeps in memory meanwhile."""

START_SECONDS = 60


def run(rows: int, queries: int, seed: int, database_url: str) -> dict[str, Any]:
    """Measures one register. Sets Django up on the store, so it must not be set up yet."""
    with tempfile.TemporaryDirectory(prefix="countermark-bench-") as name:
        directory = Path(name)
        url = database_url or f"sqlite://{directory}/store.db"
        os.environ["COUNTERMARK_SECURITY_LOG"] = str(directory / "security.jsonl")
        in_own_process(write_register, directory / "register.csv", rows, seed)
        _set_up(url, directory)
        _fill(directory / "register.csv")
        with _served() as port:
            times = _measure(port, _asked(rows, queries + min(WARMING, queries), seed))[-queries:]
    return {"database": url.partition(":")[0], "rows": rows, "queries": queries} | _figures(times)


def _fill(register: Path) -> None:
    from django.db import connection

    from countermark.accounts import services as accounts
    from countermark.ledger.services import NODE
    from countermark.register.loading.options import Options
    from countermark.register.loading.weapons import load_weapons

    load_weapons(register, Options(), by=NODE)
    accounts.add_user(WHO, ["tracing"], None, "a-long-password", by=NODE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


WHO = "asks"


@contextmanager
def _served() -> Iterator[int]:
    """The port of the program serving the store of the environment."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-c", "from countermark.cli import main; main()", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            _get(HTTPConnection("127.0.0.1", port), "/", {})
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not come up")


def _asked(rows: int, n: int, seed: int) -> list[dict[str, str]]:
    """Readings with their evidence, as fields of a form."""
    from countermark.bench import generator, readings

    register = generator.generate(rows, seed)
    samples = readings.samples(register, np.arange(len(register.text)), n, seed + 10)
    names = ("maker", "kind", "calibre")
    return [
        {"reading": sample.reading} | {name: str(getattr(sample.query, name)) for name in names} for sample in samples
    ]


def _measure(port: int, asked: Sequence[dict[str, str]]) -> list[dict[str, float]]:
    """Of each reading, ms by each way and of the search alone."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    signed_in, token = _signed_in()

    def program(fields: dict[str, str]) -> bytes:
        reading, evidence = fields["reading"], {name: value for name, value in fields.items() if name != "reading"}
        body = json.dumps({"readings": [{"reading": reading}]} | evidence)
        return _get(connection, "/api/trace", {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}, body)  # fmt: skip

    def page(fields: dict[str, str], headers: dict[str, str]) -> bytes:
        return _get(connection, f"/trace/?{urlencode(fields)}", {"Cookie": signed_in, **headers})

    ways: dict[str, Callable[[dict[str, str]], bytes]] = {
        "program": program,
        "page": lambda fields: page(fields, {}),
        "while typing": lambda fields: page(fields, {"HX-Request": "true"}),
    }
    times: list[dict[str, float]] = []
    for fields in asked:
        taken: dict[str, float] = {}
        for name, ask in ways.items():
            at = time.perf_counter()
            answer = ask(fields)
            taken[name] = (time.perf_counter() - at) * 1e3
            if name == "program":
                taken["search"] = json.loads(answer)["elapsed_ms"]
        times.append(taken)
    return times


def _signed_in() -> tuple[str, str]:
    """The cookie of a session, and a token."""
    from django.conf import settings
    from django.test import Client

    from countermark.accounts import services as accounts
    from countermark.accounts.models import User
    from countermark.ledger.services import NODE

    user, browser = User.objects.get(username=WHO), Client()
    browser.force_login(user)
    token = accounts.issue_token(user, "bench", ["trace"], datetime.now(UTC) + timedelta(hours=1), by=NODE)
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}", token


def _get(connection: HTTPConnection, path: str, headers: dict[str, str], body: str | None = None) -> bytes:
    connection.request("GET" if body is None else "POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status >= 400 or (path.startswith("/trace") and response.status != 200):
        raise RuntimeError(f"{path} was answered {response.status}: {content[:300]!r}")
    return content


def _figures(times: Sequence[dict[str, float]]) -> dict[str, Any]:
    search = np.array([one["search"] for one in times])
    figures = {"search": _quantiles(search)}
    for way in WAYS:
        taken = np.array([one[way] for one in times])
        figures[way] = _quantiles(taken) | {"p95_beyond_search": float(np.quantile(taken - search, 0.95))}
    return {"ms": figures}


def _quantiles(ms: Any) -> dict[str, float]:
    return {"p50": float(np.quantile(ms, 0.5)), "p95": float(np.quantile(ms, 0.95))}


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"{figures['queries']} readings asked of a server with {figures['rows']:,} marks on {figures['database']}, in ms"
    for name, ms in figures["ms"].items():
        beyond = f"  beyond the search, p95 {ms['p95_beyond_search']:6.1f}" if name in WAYS else ""
        yield f"  {name:14} p50 {ms['p50']:6.1f}  p95 {ms['p95']:6.1f}{beyond}"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=150_000, help="marks of the invented register")
    options.add_argument("--queries", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database-url", default="", help="an empty store (default: a temporary SQLite file)")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(argv)
    figures = run(asked.rows, asked.queries, asked.seed, asked.database_url)
    print(json.dumps(figures) if asked.json else "\n".join(lines(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
